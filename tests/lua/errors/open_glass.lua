disk{ material = "water" }
rect{ material = glass{} }
plane "glass"
sphere "glass"
plane{ material = "glass" }:at(0, 1, 0):scale(2)
quad{ u = {1, 0, 0}, v = {0, 0, 1} }:with{ material = "diamond" }
