local c = checker{}
sphere{ material = c:at(1, 0, 0) }
