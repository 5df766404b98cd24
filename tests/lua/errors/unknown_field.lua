sphere{
  center = {0, 1, 0},
  radus  = 1,
}
sphere{ pos = {0, 1, 0}, r = 2 }
box{ width = 2 }
plane{ colour = "red" }
metal{ "gold", rough = .2 }
glass{ eta = 1.5 }
area{ lookat = {0, 0, 0} }
sphere{ zzzzzz = 1 }
local name = "radius_of_it"
sphere{ [name] = 1 }
sphere{ [true] = 1 }
for i = 1, 10000 do sphere{ colr = 1 } end
