-- Ten thousand lamps: ripples of glow-worms in the order of a sunflower's seeds. --set count=100 takes most of them away.
local count = param("count", 10000, { min = 1, max = 100000, int = true, help = "lamps" })
local ripples = param("ripples", 2.5, { min = 0, max = 8, help = "waves from the middle to the rim" })
local warm, cold = color "#ff8214", color "#1450ff"
local golden = 180 * (3 - sqrt(5)) -- degrees from one seed to the next

for i = 1, count do
  local t = sqrt((i - .5) / count) -- 0 in the middle, 1 at the rim
  local height = .62 + .42 * (1 - .6 * t) * cos(tau * ripples * t)
  sphere{ radius = .024, at = polar(6.2 * t, golden * i, height), material = emit{ radiance = 7, color = mix(warm, cold, smoothstep(.1, .95, t)) } }
end

for i = 0, 6 do
  capsule{ radius = .3, height = 1.3 + .6 * (3 * i % 7) / 3, at = polar(3.6, 360 / 7 * i + 12),
           material = i % 2 == 0 and matte "#e8e2d8" or metal{ "silver", roughness = .2 } }
end
sphere{ radius = .8, at = {0, 2, 0}, material = "glass" }
plane{ material = mix(matte "#8a8690", metal{ color = "#8a8f98", roughness = .3 }, .4) }
background(0)
camera{ from = {0, 3.7, 9.8}, look_at = {0, .85, 0}, fov = 32, exposure = -1 }
render{ size = {960, 540}, clamp = 4, tonemap = "neutral" }
