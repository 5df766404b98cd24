-- Every shape of this version, also turned, scaled and mirrored.
camera{ from = {1, 3, 8}, look_at = {0, .5, 0}, fov = 42 }
background(.6)
light{ at = {3, 6, 5}, power = 400 }
plane{ point = {0, -.5, 0}, material = "#b0b0a8" }
sphere{ center = {-3, .2, 0}, radius = .7, material = "#c04040" }
sphere{ radius = .5, material = "#d08060" }:scale{1.4, .6, 1}:turn_y(30):at(-3, 1.6, 0)
box{ size = {1, .8, .6}, material = "#40a040" }:turn{ x = 20, y = 35 }:at(-1.4, .3, .4)
box{ from = {-1.2, 1.2, -1}, to = {-.6, 1.8, -.4}, material = "#70c070" }
disk{ center = {.4, .5, 0}, normal = {0, .4, 1}, radius = .7, hole = .25, material = "#4060c0" }
quad{ at = {1.4, -.4, -.6}, u = {.9, 0, .3}, v = {0, 1.2, 0}, material = "#c0a030" }
rect{ size = {1, .6}, material = "#a050a0" }:turn{ x = 60 }:at(2.2, .1, 1.4)
triangle{ a = {-.5, -.4, 1.8}, b = {.5, -.4, 1.8}, c = {0, .5, 1.5}, material = "#30a0a0" }
mesh{
  points = { {0, 1, 0}, {1, 0, 0}, {0, 0, 1}, {-1, 0, 0}, {0, 0, -1}, {0, -1, 0} },
  faces = { {1, 3, 2}, {1, 4, 3}, {1, 5, 4}, {1, 2, 5}, {6, 2, 3}, {6, 3, 4}, {6, 4, 5}, {6, 5, 2} },
  material = "#e0e0e0",
}:scale(.6):mirror "x":turn_y(15):at(3, 1.5, -.5)
