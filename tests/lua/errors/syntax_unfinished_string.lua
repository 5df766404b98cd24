sphere{ material = "gold }
