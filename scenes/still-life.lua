-- Marble, oak, patina, glaze and brick: every surface is a function of the point that is seen.
camera{ from = {.15, 1.75, 5.6}, look_at = {0, .84, 0}, fov = 33, aperture = .035, focus = {0, .8, .5}, exposure = .3 }
render{ size = {960, 600}, samples = 192, clamp = 2 }
area{ at = {-3.2, 4.4, 3.4}, look_at = {0, .6, 0}, size = 2.2, power = 620, color = kelvin(4300) }
area{ at = {4, 3, 2.5}, look_at = {0, .8, 0}, size = 1.6, power = 110, color = kelvin(7500) }
background(.06)
local age = param("age", .5, { min = 0, max = 1, help = "how far the copper has turned green" })

local function marble(light, dark, bend)
  return function(s)
    local p = s.p * 1.7
    local veins = 1 - abs(sin(2.2 * (p.x + .6 * p.y) + bend * fbm(p, { octaves = 6 })))
    local fine = 1 - abs(fbm(p * 3.1 + 7, { octaves = 4 })) * 5
    return mix(color(light), color(dark), saturate(.85 * veins ^ 6 + .25 * saturate(fine) ^ 4))
  end
end

-- A board is cut from a trunk: rings about its core, bent by noise, and pores along it.
local function oak(s)
  local board = floor(s.p.z / .42)
  local p = s.p + vec3(board * 5.3, .35 * sin(board * 2.1) - .9, board * .23 - s.p.z + .2 * fract(board * .618))
  local q = vec3(p.x * .22, p.y, s.p.z - (board + .5) * .42 + .3 * sin(board * 4.7))
  local rings = fract(10 * length(q.yz) + .9 * fbm(q * vec3(1, 2, 2) + board))
  local pores = smoothstep(.35, .8, noise(vec3(p.x * 3, p.y * 90, s.p.z * 90)))
  local tone = mix(color "#a8713f", color "#6d4222", smoothstep(.15, .95, rings)) * (.8 + .35 * fract(board * .379))
  local gap = abs(s.p.z - board * .42 - .21)
  return where(gt(gap, .206), color "#1a0f08", tone * (1 - .35 * pores))
end
box{ size = {12, .2, 4.2}, at = {0, -.1, .3},
     material = plastic{ oak, roughness = function(s) return .32 + .1 * fbm(s.p * 6) end } }

-- Bricks of their own colours in a wall that the rain has been at.
plane{ point = {0, 0, -2.2}, normal = z_axis, material = matte{ function(s)
  local row = floor(s.uv.y / .14)
  local u = s.uv.x / .42 + .5 * mod(row, 2)
  local brick, x, y = floor(u), abs(fract(u) - .5) * .42, abs(fract(s.uv.y / .14) - .5) * .14
  local stone = value_noise(vec3(brick * 7.31, row * 3.17, .5)) * .5 + .5
  local rough = fbm(s.world * 9)
  local body = mix(color "#5a2a20", color "#8f4f3b", stone) * (1 + .35 * rough)
  local joint = smoothstep(0, .006, max(x - .2 + .012 * rough, y - .061 + .012 * rough))
  local dirt = smoothstep(-.1, .5, fbm(s.world * vec3(1.3, .5, 1)) - .25 * s.world.y + .3)
  return mix(body, color "#8f877a" * (1 + .3 * rough), joint) * (1 - .55 * dirt)
end, bump = function(s)
  local row = floor(s.uv.y / .14)
  local u = s.uv.x / .42 + .5 * mod(row, 2)
  local x, y = abs(fract(u) - .5) * .42, abs(fract(s.uv.y / .14) - .5) * .14
  local rough = fbm(s.world * 9)
  return rough * .3 - smoothstep(0, .008, max(x - .2 + .012 * rough, y - .061 + .012 * rough))
end, bump_height = .012 } }

-- A vase of white marble, a ball of black.
lathe{ profile = {{0, 0}, {.3, 0}, {.34, .06}, {.26, .14}, {.4, .5}, {.46, .85}, {.34, 1.2}, {.17, 1.42}, {.2, 1.6}, {.3, 1.68},
                  {.27, 1.69}, {.15, 1.58}, {.12, 1.42}, {.28, 1.1}, {.38, .8}, {0, .3}}, smooth = true, segments = 128, at = {-1.25, 0, .1},
       material = plastic{ marble("#efe9df", "#4b5568", 5), roughness = .12 } }
sphere{ radius = .46, floor = true, at = {.45, 0, -.35}, turn = {x = 40, z = 20}, material = plastic{ marble("#15181c", "#d9c9a0", 6.5), roughness = .05 } }

-- Copper that turns green from below, where the water stays.
local green = function(s) return smoothstep(.75 - age, 1.05 - age, .5 + .45 * fbm(s.p * 3.2) - .25 * s.n.y + .2 * noise(s.p * 14)) end
torus{ radius = .42, tube = .17, floor = true, at = {1.5, 0, .45},
       material = mix(metal{ "copper", roughness = function(s) return .18 + .14 * fbm(s.p * 5) end },
                      matte{ function(s) return mix(color "#2f7f6e", color "#9fd6bf", fbm(s.p * 9) * .6 + .5) end }, green) }

-- Glaze with cracks over clay; each bowl has a colour of its own.
local bowl = proto(lathe{ profile = {{0, 0}, {.14, 0}, {.16, .03}, {.3, .12}, {.4, .3}, {.41, .32}, {.385, .31}, {.28, .15}, {0, .06}}, smooth = true, segments = 96,
  material = plastic{ function(s)
    local cracks = smoothstep(.035, .01, voronoi(s.p * 9 + .3 * fbm(s.p * 6)).edge)
    local tint = choose(1 + 3 * s.id, color "#7fb7a5", color "#d8b46a", color "#7d94c4")
    local rim = smoothstep(.26, .32, s.p.y + .03 * noise(s.p * 20))
    return mix(mix(tint, color "#5b3a22", rim), tint * .35, cracks * (1 - rim))
  end, roughness = .06 } })
bowl:at(-.35, 0, .95)
bowl:scale(.8):at(.5, 0, 1.15)
bowl:scale(.62):at(-1.05, 0, 1.3)

-- Lapis: gold in blue stone.
box{ size = .34, floor = true, turn = 33, at = {1.05, 0, 1.25}, material = mix(
  plastic{ function(s) return mix(color "#0c1f6b", color "#2c4fb0", fbm(s.p * 7) * .6 + .5) * (.7 + .3 * turbulence(s.p * 4)) end, roughness = .1 },
  metal{ "gold", roughness = .25 }, function(s) return smoothstep(.32, .36, fbm(s.p * 6 + 2, { octaves = 4 }) + .12) end) }
