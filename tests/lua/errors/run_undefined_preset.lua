sphere{ material = gold }
