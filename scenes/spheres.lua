-- The cover of Peter Shirley's "Ray Tracing in One Weekend": about 485 spheres, most of them by chance.
camera{ from = {13, 2, 3}, look_at = {0, 0, 0}, fov = 20, aperture = .105, focus = 10, exposure = .1 }
render{ size = {960, 540}, samples = 100, tonemap = "none" }
background{ {.7, .82, 1} }
sphere{ center = {0, -1000, 0}, radius = 1000, material = matte(.5) }

local r = rng "spheres"
for a = -11, 10 do
  for b = -11, 10 do
    local kind, center = r(), vec3(a + .9 * r(), .2, b + .9 * r())
    if distance(center, vec3(4, .2, 0)) > .9 then
      local material
      if kind < .8 then
        material = matte{ color = {r() * r(), r() * r(), r() * r()} }
      elseif kind < .95 then
        local tint = color(r(.5, 1), r(.5, 1), r(.5, 1))
        material = metal{ color = tint, roughness = sqrt(r(0, .5)) * .7 }
      else
        material = "glass"
      end
      sphere{ center = center, radius = .2, material = material }
    end
  end
end

sphere{ center = {0, 1, 0}, material = "glass" }
sphere{ center = {-4, 1, 0}, material = matte{ color = {.4, .2, .1} } }
sphere{ center = {4, 1, 0}, material = metal{ color = {.7, .6, .5} } }
