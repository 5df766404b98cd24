hair{}
hair{ {{{0, 0, 0}}} }
hair{ {{0, 0, 0}, {1, 1, 1}} }
hair{ {{{0, 0, 0}, {0, 0, 0}}} }
hair{ {{{0, 0, 0}, {1, 1}}} }
hair{ {} }
hair{ on = plane{} }
hair{ on = "head" }
hair{ on = sphere{}, strands = {{{0, 0, 0}, {0, 1, 0}}} }
hair{ on = sphere{}, count = 0 }
hair{ on = sphere{}, count = 1000000, curl = 100 }
hair{ on = sphere{}, radius = 0 }
union{ hair{ {{{0, 0, 0}, {0, 1, 0}}} }, sphere{} }
hair{ on = sphere{}, length = {2, 1} }
hair{ on = sphere{}, thickness = 1 }
hair{ on = light{} }
hair{ on = sphere{}, count = 10, material = "glass" }
sphere{ material = hair_material{ color = "brown", melanin = 1 } }
sphere{ material = hair_material{ melanin = -1 } }
sphere{ material = hair_material{ beta_m = 0.2 } }
sphere{ material = hair_material{ color = 2 } }
