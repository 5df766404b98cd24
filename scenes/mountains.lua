-- Mountains over a lake: heights by one function, rock, meadow and snow by another.
local sun = param("sun", 17, { min = 2, max = 60, unit = "°", help = "height of the sun" })
local snow = param("snow", 52, { min = 20, max = 140, unit = "m", help = "where snow begins to stay" })
camera{ from = {-38, 13, 262}, look_at = {20, 34, -60}, fov = 38 }
render{ size = {960, 540}, samples = 128 }
sky{ sun = {sun, 118}, turbidity = 2.6 }

local function height(x, z)
  local p = vec2(x, z) * .0062
  local bend = vec2(fbm(p * 1.7 + 3.1), fbm(p * 1.7 - 8.3)) * .35
  local peaks = ridged(p + bend + vec2(.83, 2.1), { octaves = 9, gain = .47 }) ^ 1.6
  local valley = smoothstep(30, 230, abs(x - 14 + 26 * sin(z * .013)) + .16 * (200 - z))
  return 150 * peaks * valley + 5 * fbm(p * 9) - 9
end

heightfield{ size = {760, 760}, resolution = 512, height = height, at = {0, 0, -90}, material = matte{ function(s)
  local p, flat = s.p, s.n.y
  local strata = fbm(vec3(p.x * .02, p.y * .25 + 2 * fbm(p * .04), p.z * .02))
  local rock = mix(color "#5d564e", color "#8b7f70", strata * .7 + .5) * (1 + .4 * fbm(p * .9))
  local grass = mix(color "#3c4a1f", color "#6b6b30", saturate(fbm(p * .06) + .5)) * (1 + .5 * noise(p * 1.3))
  local forest = smoothstep(.05, .3, fbm(p * .025 + 5)) * smoothstep(46, 18, p.y + 10 * noise(p * .08))
  local ground = mix(grass, color "#1d2a14" * (1 + .6 * value_noise(p * .9)), forest)
  local shore = smoothstep(3.2, .6, p.y + noise(p * .2))
  local c = mix(rock, mix(ground, color "#8c8168", shore), smoothstep(.66, .84, flat + .08 * fbm(p * .15)))
  local white = smoothstep(-6, 9, p.y - snow + 16 * fbm(p * .03)) * smoothstep(.52, .72, flat + .1 * noise(p * .3))
  return mix(c, color "#eef2f7", white)
end, bump = function(s) return fbm(s.p * .8, { octaves = 6 }) end, bump_height = .5 } }

-- The lake: ripples where the wind is, smooth where it is not.
rect{ size = {760, 760}, at = {0, 0, -90}, material = plastic{ color = "#0b1a20", ior = 1.33, roughness = .02, bump = function(s)
  local wind = smoothstep(-.1, .4, fbm(s.world * .02))
  return wind * fbm(s.world * vec3(.5, 1, 1.6), { octaves = 4 })
end, bump_height = .12 } }
