-- A mesh made of tables: a tube swept along a torus knot. Points and faces are plain lists, faces count from 1.
local p, q = param("p", 2, { min = 1, max = 7, int = true }), param("q", 3, { min = 1, max = 7, int = true })
local around, along = 32, 640

local function knot(t) -- the curve on its torus about the y axis, and the normal of the torus there
  local r = 1 + .45 * cos(q * t)
  local out = vec3(cos(q * t) * cos(p * t), sin(q * t), cos(q * t) * sin(p * t))
  return vec3(r * cos(p * t), .45 * sin(q * t), r * sin(p * t)), out
end

local points, normals, faces = {}, {}, {}
for i = 0, along - 1 do
  local t = i / along * tau
  local here, up = knot(t)
  local side = normalize(cross(up, knot(t + 1e-3) - here))
  for j = 0, around - 1 do
    local a = j / around * tau
    local n = cos(a) * side + sin(a) * up
    points[#points + 1] = here + .17 * n
    normals[#normals + 1] = n
    local function at(di, dj) return (i + di) % along * around + (j + dj) % around + 1 end
    faces[#faces + 1] = { at(0, 0), at(0, 1), at(1, 1), at(1, 0) }
  end
end

mesh{ points = points, normals = normals, faces = faces, material = metal{ "copper", roughness = .2 } }:turn{ x = 62 }:at(0, 1.45, 0)
plane{ material = "#4c4a48" }
background{ {.03, .04, .07} }
area{ at = {-4, 6, 4}, look_at = {0, 1, 0}, size = {4, 4}, power = 900, color = kelvin(4200) }
area{ at = {6, 4, -4}, look_at = {0, 1, 0}, size = {3, 4}, power = 500, color = kelvin(9500) }
camera{ from = {0, 3.4, 6.6}, look_at = {0, 1.2, 0}, fov = 31, exposure = .4 }
render{ size = {800, 600}, samples = 128, clamp = 4 }
