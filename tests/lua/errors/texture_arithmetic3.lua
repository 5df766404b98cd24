local c = checker{}
sphere{ material = c + sphere{} }
