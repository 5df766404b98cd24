-- Combined solids of all sorts: of meshes, in glass, textured, glowing, stretched, mirrored, in motion, many.
camera{ from = {0.5, 3, 7}, look_at = {0, 0.6, 0}, fov = 36, shutter = 1 }
background(0.3)
light{ at = {3, 6, 4}, radius = 0.4, power = 500 }
plane{ material = checker{ "#777", "#bbb" } }

local cup = lathe{ profile = {{0, 0}, {0.5, 0}, {0.6, 0.9}, {0, 0.9}}, material = checker{ "tomato", "ivory", size = 0.2 } }
            - sphere{ radius = 0.5, at = {0, 0.95, 0}, material = "gold" }
cup:at(-2.2, 0, 0.6)
cup:with{ scale = {0.6, 1.4, 0.8} }:turn_z(20):mirror "x":at(-2.4, 0.2, -1.2)

local star = extrude{ outline = {{0, 0.7}, {0.2, 0.2}, {0.7, 0}, {0.2, -0.2}, {0, -0.7}, {-0.2, -0.2}, {-0.7, 0}, {-0.2, 0.2}}, height = 0.8 }
local cross = (star:at(0, 0.7, -0.4) & sphere{ radius = 0.62, at = {0, 0.7, 0} }) | torus{ radius = 0.5, tube = 0.12, at = {0, 0.7, 0} }
cross:with{ material = "glass" }:turn_y(30):at(-0.6, 0, 0.8)

-- Halves that share a face, of glass: one block, with a hole that ends in its faces
local half = box{ from = {0, 0, 0}, to = {0.5, 0.6, 0.6} }
difference{ union{ half, half:at(0.5, 0, 0) }, cylinder{ radius = 0.15, height = 0.6, at = {0.5, 0, 0.3} },
            material = glass{ color = "skyblue", depth = 0.5 }, turn = -20, at = {0.5, 0, 0.9} }

local bead = capsule{ height = 0.6, radius = 0.2, material = metal "copper" } - cone{ radius = 0.2, top = 0.1, height = 0.5 }
bead:grid{ 3, 2, 0.5 }:at(2.2, 0, 0.4)
bead:turn_x(motion(0, 40)):at(0.6, 0.4, -0.6)
local lamp = sphere{ radius = 0.35, material = emit{ 2 } } - box{ size = 0.5, at = {0.2, 0.2, 0.2}, material = matte{ color = "tomato", normal = nil } }
lamp:at(1.9, 0.35, -1)
