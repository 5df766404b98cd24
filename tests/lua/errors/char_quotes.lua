sphere{ material = “gold” }
