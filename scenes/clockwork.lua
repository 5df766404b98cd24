-- The works of a clock: wheels that mesh, because each is turned by what drives it. Wind it with the parameter.
local wind = param("wind", 0, { min = 0, max = 360, unit = "°", help = "how far the first wheel has turned" })

camera{ from = {-.6, 3.3, 4.4}, look_at = {.22, .2, .12}, fov = 37, aperture = .05, focus = {.2, .4, .6} }
render{ size = {960, 600}, samples = 192, clamp = 4 }
area{ at = {-1, 6.5, -6}, look_at = {0, 0, 0}, size = {8, 3}, radiance = 1.3, color = kelvin(4500) }
area{ at = {-5, 4, 3}, look_at = {0, 0, 0}, size = {1, 4}, radiance = 6, color = kelvin(3600) }
area{ at = {5, 5, 1}, look_at = {0, 0, 0}, size = {1, 3}, radiance = 4, color = kelvin(8000) }
background(.02)

local pitch = .11 -- of the circle on which wheels meet, for each tooth: radius = pitch * teeth / tau
local brass, steel, copper = metal{ "brass", roughness = .16 }, metal{ "iron", roughness = .12 }, metal{ "copper", roughness = .2 }

local function radius(teeth) return pitch * teeth / tau end
local function wheel(teeth, spokes, thick, material)
  local r, depth, outline, holes = radius(teeth), pitch * .34, {}, {}
  for i = 0, teeth - 1 do -- four corners a tooth, a little rounded by two more
    for _, c in ipairs{ {-.27, -1}, {-.2, .1}, {-.1, 1}, {.1, 1}, {.2, .1}, {.27, -1} } do
      local a, q = tau * (i + c[1]) / teeth, r + depth * c[2]
      outline[#outline + 1] = {q * sin(a), q * cos(a)}
    end
  end
  local inner, outer = r * .26, r - 2.6 * depth
  for s = 0, spokes - 1 do -- none: a pinion is solid
    local hole, n = {}, 10
    local function arc(q, from, to)
      for k = 0, n do
        local a = from + (to - from) * k / n
        hole[#hole + 1] = {q * sin(a), q * cos(a)}
      end
    end
    local from, to = tau * s / spokes, tau * (s + 1) / spokes
    arc(outer, from + .075 * r / outer, to - .075 * r / outer)
    arc(inner, to - .07 * r / inner, from + .07 * r / inner)
    holes[#holes + 1] = hole
  end
  return extrude{ outline = outline, holes = holes, height = thick, material = material }:turn_x(-90)
end

-- An arbor: the steel axle with its pinion, a brass collar, a ruby that it turns in.
local ruby = glass{ color = "#d0103a", depth = .05, ior = 1.76 }
local function arbor(x, z, top)
  cylinder{ from = {x, -.2, z}, to = {x, top, z}, radius = .045, material = steel }
  cone{ radius = .045, top = .02, height = .04, at = {x, top, z}, material = steel }
  torus{ radius = .085, tube = .04, at = {x, .02, z}, material = ruby }
end

-- Wheel on wheel: where the next one stands, and how it is turned so that tooth meets gap.
local function mesh_with(x, z, teeth, turned, heading, next_teeth)
  local d = radius(teeth) + radius(next_teeth)
  local nx, nz = x + d * sin(rad(heading)), z + d * cos(rad(heading))
  local phase = (heading - turned) / 360 * teeth -- in teeth, of the driver where they meet
  return nx, nz, heading + 180 + (phase + .5) * 360 / next_teeth
end
local function put(part, x, y, z, turned) part:turn_y(turned):at(x, y, z) end

-- The train: a wheel drives the pinion of the next arbor, whose own wheel, on the other level, drives the next.
local low, high = .22, .5
local x, z, turned, driver, level = -.75, .25, wind, 64, low
put(wheel(64, 6, .1, brass), x, low, z, turned)
arbor(x, z, .5)
for _, step in ipairs{ { 12, 56, 62, brass }, { 10, 48, 130, steel }, { 10, 30, 215, copper } } do
  local pinion, teeth, heading, material = table.unpack(step)
  x, z, turned = mesh_with(x, z, driver, turned, heading, pinion)
  put(wheel(pinion, 0, .12, steel), x, level - .01, z, turned)
  driver, level = teeth, level == low and high or low
  put(wheel(teeth, teeth > 50 and 5 or 4, .1, material), x, level, z, turned)
  arbor(x, z, .78)
end

-- The plate, of dark enamel on which rounds were polished, and screws of blued steel.
local function rounds(s)
  local q = s.p.xz * 4
  local a, b = length(fract(q) - .5), length(fract(q + .5) - .5)
  return where(lt(a, .5), a, b)
end
box{ from = {-12, -.2, -12}, to = {12, 0, 6}, material = plastic{ function(s) return mix(color "#0d1a2b", color "#1c3350", rounds(s) * 2) end, roughness = .3 } }
for _, p in ipairs{ {-2.1, 1.25}, {1.5, 1.75}, {2.25, -.75}, {-1.6, -1.15}, {.1, -1.4} } do
  cylinder{ from = {p[1], 0, p[2]}, to = {p[1], .09, p[2]}, radius = .15, material = metal{ color = "#3048b0", edge = "#a0b0ff", roughness = .2 } }
  box{ size = {.3, .02, .03}, at = {p[1], .085, p[2]}, turn = 35 + 80 * p[1], material = "#05070f" }
end
