-- Standing stones at the end of a day: --set height=25 is an afternoon, -4 the dusk after sunset.
local height = param("height", 5, { min = -18, max = 90, unit = "°", help = "of the sun" })
local heading = param("heading", 178, { min = 0, max = 360, unit = "°", help = "of the sun, from the viewer's side" })
local r = rng "stones"

local stone = matte(gray(.32))
for i = 0, 11 do
  local tall = r(2.3, 3.1)
  box{ size = {r(.75, 1), tall, r(.45, .6)}, floor = true, material = stone }:turn{ x = r(-3, 3), z = r(-4, 4) }:at(0, -.1, 5):turn_y(30 * i + 15)
  if i % 4 ~= 1 then
    box{ size = {2.9, .42, .65}, material = stone }:turn{ z = r(-2, 2) }:at(0, 2.75, 4.85):turn_y(30 * i + 30)
  end
end
sphere{ radius = .55, floor = true, material = metal{ "copper", roughness = .15 } }

plane{ material = mix(matte "#6d6656", metal{ color = .6, roughness = .35 }, .15) }
sky{ sun = {height, heading}, turbidity = 2.5, ground = "#6d6656" }
camera{ from = {-.4, 1.25, 12.5}, look_at = {0, 2.1, 0}, fov = 42 }
render{ size = {960, 540}, samples = 128 }
