-- What wood.jpg shows; made by: moonlit render wood.lua -o wood.jpg --integrator albedo
camera{ kind = "orthographic", from = {0, 0, 4}, look_at = {0, 0, 0}, size = 1, exposure = 0 }
render{ size = {128, 128}, samples = 16 }
background(1)
local r = rng "grain"
for plank = 0, 3 do
  local tone = r(.75, 1.15)
  for line = 0, 59 do
    local t = tone * r(.8, 1.1) * (line % 11 < 2 and .75 or 1)
    local x = -.5 + plank / 4 + line / 240
    quad{ at = {x, -.5, r(-.001, .001)}, u = {.0065, 0, 0}, v = {r(-.004, .004), 1, 0}, material = matte{ color = {.46 * t, .27 * t, .13 * t} } }
  end
  box{ from = {-.5025 + plank / 4, -.5, .01}, to = {-.4975 + plank / 4, .5, .02}, material = matte{ color = {.12, .07, .04} } }
end
