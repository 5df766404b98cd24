sphere{ material = cutout{ mask = checker{} } }
sphere{ material = mix("red", checker{}, "blue") }
sphere{ material = checker{ szie = 2 } }
sphere{ material = image{ "nowhere.png", wrap = "mirrored" } }
sphere{ material = image{ 3 } }
image "../outside.png"
light{ color = checker{} }
background(checker{})
