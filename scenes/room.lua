-- A room by a window: sun and sky come in, and the walls throw them on. --set sun=8 is towards evening.
local height = param("sun", 20, { min = 2, max = 60, unit = "°", help = "height of the sun" })
local heading = param("heading", 297, { min = 270, max = 330, unit = "°", help = "from where it shines; 270 is straight in" })
sky{ sun = {height, heading}, turbidity = 3, ground = "#5d6b45" }
camera{ from = {2.1, 1.45, 2.8}, look_at = {-.3, 1, -1.5}, fov = 42 }
render{ size = {960, 540}, samples = 128, clamp = 400 } -- under a real sun walls have a radiance of some 40: clamp is a multiple of it

local wall, white, oak, mustard = matte "#e9e1d3", matte "#f2efe9", matte "#9a6b3f", matte "#d9a441"
room{ size = {5, 2.7, 6}, open = "left", material = wall, back = bricks{ "#c99a84", "#dcd2c5" }, top = white,
      bottom = bricks{ "#96643c", "#4a2f1c", length = 1.1, height = .13, joint = .006 } } -- bricks can be boards

for _, b in ipairs{ {0, .45, -3, 3}, {2.4, 2.7, -3, 3}, {.45, 2.4, -3, -2.5}, {.45, 2.4, 1.1, 3} } do -- the wall about the window
  box{ from = {-2.8, b[1], b[3]}, to = {-2.5, b[2], b[4]}, material = wall }
end
for i = 0, 5 do box{ size = {.07, 1.95, .05}, at = {-2.66, 1.425, -2.475 + .71 * i}, material = white } end
for i = 0, 3 do box{ size = {.07, .05, 3.6}, at = {-2.66, .47 + .635 * i, -.7}, material = white } end

-- A table, what is on it, and two chairs.
local r = rng "room"
local fruit = {}
for i = 1, 3 do fruit[i] = sphere{ radius = .07, at = polar(.08, 120 * i, .83), material = "#e8862a" } end
group{ cylinder{ radius = .58, height = .035, at = {0, .72, 0} }, cylinder{ radius = .05, height = .72 }, cylinder{ radius = .3, height = .03 },
       group{ torus{ radius = .15, tube = .035, at = {0, .79, 0}, material = "brass" }, fruit }:at(.18, 0, .12), material = oak,
       lathe{ { {0, 0}, {.05, 0}, {.085, .08}, {.06, .17}, {.03, .22}, {.045, .27} }, smooth = true, at = {-.25, .755, -.1}, material = "#35618f" },
     }:at(-.3, 0, -1.1)
local function leg(x, z, h) return cylinder{ radius = .022, height = h, at = {x, 0, z} } end
local chair = group{ box{ size = {.44, .05, .44}, at = {0, .45, 0} }, box{ size = {.44, .3, .03}, turn = {x = -8}, at = {0, .8, -.22} },
                     leg(-.19, .19, .45), leg(.19, .19, .45), leg(-.19, -.21, .95), leg(.19, -.21, .95) }
chair:with{ material = "#2f6f73" }:turn_y(-35):at(.25, 0, -1.85)
chair:with{ material = mustard }:turn_y(150):at(.1, 0, -.25)

-- A rug, a ball, a lamp, a picture, a plant in the corner, and trees outside.
cylinder{ radius = 1.35, height = .012, at = {-.3, 0, -1.1}, material = stripes{ "#b23a48", "#ead7c3", size = .14, direction = {1, 0, .3} } }
sphere{ radius = .17, floor = true, at = {.95, 0, -.15}, material = checker{ "#f4f4f0", "#d1495b", size = .34 } }
cylinder{ radius = .008, height = 1, at = {-.3, 1.7, -1.1}, material = "#222222" }
cone{ radius = .26, top = .05, height = .2, caps = false, at = {-.3, 1.55, -1.1}, material = mustard }
local dusk = ramp{ {0, "#16324f"}, {.45, "#c8553d"}, {.5, "#ffd5a5"}, {.53, "#f28f3b"}, {1, "#2a628f"},
                   of = gradient{ from = {0, -.35, 0}, to = {0, .35, 0} } }
group{ box{ size = {1.15, .8, .05}, material = "#2b2622" }, box{ size = {1.05, .7, .06}, material = dusk } }:at(.95, 1.55, -2.98)
cone{ radius = .17, top = .24, height = .42, at = {1.8, 0, -2.35}, material = "#d8d2c6" }
local leaf = proto(sphere{ material = "#3f7d3a" }:scale{.09, .42, .012}:at(0, .42, 0))
for i = 1, 16 do leaf:turn_x(r(8, 55)):turn_y(i * 137.5):scale(r(.7, 1.2)):at(1.8, .4, -2.35) end
for i = 1, 9 do sphere{ radius = r(1.2, 2.2), at = {r(-34, -22), r(-.6, .6), 8 - 5 * i}, material = "#3f6b2c" } end
