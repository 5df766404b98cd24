local c = checker{}
sphere{ material = c * "red" }
