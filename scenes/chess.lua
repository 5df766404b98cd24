-- The Immortal Game, London 1851, after its last move: glass against smoke, on marble. The position is a line of text.
local position = param("position", "r1bk3r/p2pBpNp/n4n2/1p1NP2P/6P1/3P4/P1P1K3/q5b1", { help = "where the men stand (FEN)" })

camera{ from = {-3.1, 4.3, 8.8}, look_at = {.2, .1, .1}, fov = 36, aperture = .07, focus = {-.4, .6, 1.6} }
render{ size = {960, 600}, samples = 256, clamp = 4, bounces = 20 }
area{ at = {-6, 6, 1}, look_at = {0, 0, 0}, size = {2, 5}, power = 1700, color = kelvin(3600) }
area{ at = {8, 6, -1}, look_at = {0, 0, 0}, size = {4, 2}, power = 1300, color = kelvin(6500) }
background(.05)

-- Every man is a profile of {radius, height}, turned.
local foot = { {0, 0}, {.34, 0}, {.36, .05}, {.33, .1}, {.27, .14}, {.25, .19}, {.17, .28} }
local function turned(upper)
  local profile = { table.unpack(foot) }
  for _, p in ipairs(upper) do profile[#profile + 1] = p end
  return lathe{ profile = profile, smooth = true, segments = 64 }
end
local function with(body, ...) return group{ body, ... } end
local function knight()
  local head = extrude{ height = .2, outline = { {-.22, .2}, {.2, .2}, {.21, .3}, {.16, .45}, {.2, .62}, {.17, .78}, {.08, .9}, {.05, 1}, {-.01, .92},
    {-.1, .86}, {-.24, .72}, {-.31, .6}, {-.3, .53}, {-.24, .5}, {-.17, .55}, {-.08, .57}, {-.05, .53}, {-.13, .42}, {-.21, .31} } }:at(0, 0, -.1)
  return with(turned{ {.19, .24}, {0, .24} }, head)
end
local men = {
  p = turned{ {.11, .42}, {.1, .5}, {.18, .54}, {.12, .58}, {.17, .66}, {.18, .73}, {.14, .82}, {0, .86} },
  r = turned{ {.15, .45}, {.16, .6}, {.24, .66}, {.25, .86}, {.17, .86}, {.17, .76}, {0, .76} },
  n = knight(),
  b = turned{ {.11, .5}, {.1, .66}, {.2, .7}, {.12, .74}, {.19, .86}, {.17, .98}, {.06, 1.1}, {.07, 1.14}, {.05, 1.18}, {0, 1.19} },
  q = with(turned{ {.12, .55}, {.11, .8}, {.22, .85}, {.13, .9}, {.16, 1.05}, {.24, 1.18}, {.17, 1.16}, {0, 1.2} }, sphere{ radius = .07, center = {0, 1.26, 0} }),
  k = with(turned{ {.13, .55}, {.12, .85}, {.23, .9}, {.14, .95}, {.17, 1.1}, {.22, 1.22}, {.16, 1.27}, {0, 1.29} },
           box{ size = {.06, .24, .06}, at = {0, 1.4, 0} }, box{ size = {.18, .06, .06}, at = {0, 1.42, 0} }),
}
local white, black = glass{ color = "#e9fff6", depth = .8, ior = 1.5 }, glass{ color = "#6b3f2c", depth = .3, ior = 1.5 }
local row = 0
for line in position:gmatch "[^/]+" do
  local column = 0
  for c in line:gmatch "." do
    local man = men[c:lower()]
    if man then
      local is_black = c == c:lower()
      man:with{ material = is_black and black or white }:scale(1.2):turn_y((is_black and 180 or 0) + 10 * hash(row, column) - 5):at(column - 3.5, 0, row - 3.5)
    end
    column = column + (tonumber(c) or 1)
  end
  row = row + 1
end

-- Squares of two marbles, each cut from another place of the stone; brass between them and the frame.
local function stone(s)
  local cell = floor(s.p.xz)
  local p = s.p * 1.3 + 9 * hash(cell.x, cell.y) * vec3(1, 0, 1)
  local vein = (1 - abs(sin(2 * p.x + 5 * fbm(p, { octaves = 6 })))) ^ 7
  local light = mix(color "#e6dfd2", color "#8f8778", vein)
  local dark = mix(color "#14261f", color "#6f9f86", vein)
  return where(eq(mod(cell.x + cell.y, 2), 0), dark, light)
end
box{ from = {-4, -.2, -4}, to = {4, 0, 4}, material = plastic{ stone, roughness = .06 } }
box{ from = {-4.06, -.2, -4.06}, to = {4.06, -.004, 4.06}, material = metal{ "brass", roughness = .2 } }
box{ from = {-4.6, -.3, -4.6}, to = {4.6, -.01, 4.6}, material = plastic{ "#2a1610", roughness = .15 } }
plane{ point = {0, -.3, 0}, material = plastic{ "#1d1714", roughness = .3 } }
