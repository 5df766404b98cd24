-- Ten thousand lamps: a field of glow-worms in the order of a sunflower's seeds. --set count=100 takes most of them away.
local count = param("count", 10000, { min = 1, max = 100000, int = true, help = "lamps" })
local golden = pi * (3 - sqrt(5))
local r = rng "lamps"

for i = 1, count do
  local t = sqrt((i - .5) / count) -- 0 in the middle, 1 at the rim
  local swell = .35 * cos(9 * t) * (1 - t) ^ 2 + .05 * r()
  sphere{ radius = .011, center = { 6 * t * cos(golden * i), .1 + swell + .35, 6 * t * sin(golden * i) },
          material = emit{ radiance = 20, color = hsv(28 + 190 * t * t, .8, 1) } }
end

for i = 0, 6 do
  local a = 360 * i / 7 + 12
  capsule{ radius = .32, height = 1.1 + .9 * (i % 3), at = polar(2.9, a), material = i % 2 == 0 and matte "#e8e2d8" or metal{ "silver", roughness = .25 } }
end
sphere{ radius = .75, at = {0, 1.75, 0}, material = "glass" }
plane{ material = mix(matte "#1b1d22", metal{ color = "#8a8f98", roughness = .3 }, .35) }
background(.002)
camera{ from = {0, 4.2, 9.6}, look_at = {0, .75, 0}, fov = 34, exposure = 1.2 }
render{ size = {960, 540}, clamp = 4 }
