plane{ material = matte{ color = image "missing.jpg" } }
box{ material = matte{ color = image{ "nowhere/wood.png", scale = 2 } } }
sphere{ at = {2, 0, 0}, material = matte{ color = image "missing.jpg" } }
