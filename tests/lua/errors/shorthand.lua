sphere "gold"
box "red"
sphere "#ff0000"
sphere "rough"
glass "water"
mix(matte{}, mirror{}, "half")
mix(matte{}, 5, 2)
sphere{}:at{ x = 1 }
sphere{ center = { x = 1, y = 2 } }
sphere{ material = {200, 30, 30} }
matte{ {200, 30, 30} }
light{ color = {255, 240, 200} }
sphere{ material = { r = 1 } }
plane "white"
plane{ material = "white" }
sphere{ center = {-1e7, 0, 0} } sphere{ center = {-1e13, 0, 0} }
