local board = checker{}
sphere{ material = board(2) }
