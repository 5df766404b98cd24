-- A handful of pebbles, worn by water, that nobody has put in order: a bowl of them, and those that fell beside it.
local stones = param("stones", 900, { min = 50, max = 5000, int = true, help = "pebbles on the ground" })

camera{ from = {0, 1.5, 3.1}, look_at = {0, .16, 0}, fov = 33, fstop = 4, focus = {0, .2, .5} }
sky{ sun = {34, 62} }
plane{ material = "#b9a888" }

local r = rng "pebbles"
local tints = { "#8d8a84", "#6f6a66", "#a89f92", "#c9c0b0", "#7b6a5c", "#b08a74", "#4f4d4d", "#d8d0c2" }
local pebbles = {}
for i = 1, 16 do
  pebbles[i] = sphere{ radius = .06, scale = {r(.9, 1.5), r(.45, .7), r(.7, 1)}, floor = true,
                       material = plastic{ color = r:pick(tints), roughness = r(.25, .5) } }
end

-- Those on the ground: many where the water came, few farther up.
scatter{ pebbles, count = stones, spacing = .1, area = {7, 5}, turn = "random", scale = {.5, 1.3}, seed = 4,
         keep = function(s) return length(s.p - vec3(0, 0, 0)) > .62 and smoothstep(1.2, -.6, s.p.z + .5 * sin(1.7 * s.p.x)) + .12 end }

-- The bowl, and what lies in it: a heap, taken for a flat ball.
lathe{ profile = {{0, 0}, {.22, 0}, {.5, .22}, {.53, .3}, {.5, .3}, {.46, .22}, {.2, .03}, {0, .03}}, smooth = true,
       material = plastic{ color = "#2b4a5e", roughness = .12 } }
local heap = sphere{ radius = 1, scale = {.42, .16, .42}, at = {0, .2, 0}, material = "#5a544d" }
scatter{ pebbles, spacing = .055, on = heap, up = "normal", turn = "random", scale = {.55, .9}, seed = 2, keep = function(s) return s.n.y > .2 end }
