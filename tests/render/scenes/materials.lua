-- Every material of this version, its common fields, mixed and inherited.
camera{ from = {0, 2.2, 7}, look_at = {0, .6, 0}, fov = 38 }
background "#30343c"
area{ at = {0, 5, 2}, facing = "down", size = {3, 2}, radiance = 6 }
plane{ material = matte "#8a8f98" }
local ball = proto(sphere{ radius = .45, floor = true })
local front = {
  matte{ color = {.7, .2, .1} },
  mirror{ color = .9 },
  metal "gold",
  metal{ "copper", roughness = .3 },
  metal{ color = "#c0c0ff", edge = "#ffffff", roughness = .6 },
}
local back = {
  glass(),
  glass{ ior = 1.33, absorption = {.2, .6, 1.2} },
  mix(matte "#2050c0", mirror(), .3),
  mix(metal "silver", emit{ radiance = .5 }, .25),
  matte{ color = .3, emission = {.2, .05, 0} },
}
for i = 1, 5 do
  ball:with{ material = front[i] }:at((i - 3) * 1.1, 0, 1)
  ball:with{ material = back[i] }:at((i - 3) * 1.1, 0, -.4)
end
