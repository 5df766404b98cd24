local ball = sphere{ material = mix(
  metal{ "gold", roughness = 3 },
  matte{ color = "blu" }, .5) }
group{ sphere{ material = matte{ color = {1, 2} } } }
sphere({ radius = -1 })
for i = 1, 3 do
  sphere{ at = {i, 0, 0}, material = glass{
    ior = "high" } }
end
sphere{ radius = -1 } sphere{ center = 3 }
local make = sphere
make{ radius = -2 }
