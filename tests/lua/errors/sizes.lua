area{ size = {1, 2, 3} }
heightfield{ heights = {{1, 2}, {3, 4}}, size = {1} }
camera{ exposure = "on" }
sphere{ material = {"gold"} }
environment(image "wall.png")
cylinder{ from = {0, 0, 0}, to = {0, 1} }
torus{ 1, 0 }
surface{ function(u, v) return u, v, 0 end, size = {2.5, 2} }
sphere{ material = glass{ ior = 100, dispersion = 1 } }
local coats = "gold"
for i = 1, 16 do coats = coat(coats) end
