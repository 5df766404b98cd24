-- A mesh made of tables: a tube swept along a torus knot. Points and faces are plain lists, faces count from 1.
local p, q = param("p", 2, { min = 1, max = 7, int = true }), param("q", 3, { min = 1, max = 7, int = true })
local around, along = 32, 640

local function knot(t) -- the curve, about the y axis
  local r = 1 + .42 * cos(q * t)
  return vec3(r * cos(p * t), .42 * sin(q * t), r * sin(p * t))
end

local points, normals, faces = {}, {}, {}
for i = 0, along - 1 do
  local t = i / along * tau
  local here, ahead = knot(t), knot(t + 1e-3)
  local tangent = normalize(ahead - here)
  local side = normalize(cross(tangent, here + ahead))
  local up = cross(side, tangent)
  for j = 0, around - 1 do
    local a = j / around * tau
    local n = cos(a) * side + sin(a) * up
    points[#points + 1] = here + .17 * n
    normals[#normals + 1] = n
    local function at(di, dj) return (i + di) % along * around + (j + dj) % around + 1 end
    faces[#faces + 1] = { at(0, 0), at(0, 1), at(1, 1), at(1, 0) }
  end
end

mesh{ points = points, normals = normals, faces = faces, material = metal{ "copper", roughness = .18 } }:turn{ x = 62 }:at(0, 1.42, 0)
plane{ material = "#c9c4bb" }
background{ {.18, .2, .24} }
area{ at = {-3, 5, 3}, look_at = {0, 1, 0}, size = {2.5, 2.5}, power = 420, color = kelvin(4300) }
area{ at = {4, 2.5, -2}, look_at = {0, 1, 0}, size = {1, 3}, power = 160, color = kelvin(9500) }
camera{ from = {0, 2.1, 6.4}, look_at = {0, 1.2, 0}, fov = 32 }
render{ size = {800, 600}, samples = 128 }
