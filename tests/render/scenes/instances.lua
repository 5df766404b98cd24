-- Groups used many times, nested, scaled, turned and mirrored; coplanar duplicates whose winner must be the same everywhere.
camera{ from = {6, 6, 9}, look_at = {0, .5, 0}, fov = 36 }
background(1)
plane{ material = "#909090" }
local leaf = proto(mesh{ points = { {0, 0, 0}, {.3, .4, 0}, {0, 1, .1}, {-.3, .4, 0} }, faces = { {1, 2, 3, 4} }, material = "#3f8f3a" })
local crown = {}
for i = 0, 4 do crown[#crown + 1] = leaf:turn{ x = 35 }:turn_y(72 * i):at(0, .8, 0) end
local tree = proto(group{ box{ size = {.15, .9, .15}, floor = true, material = "#4a3020" }, crown, leaf:at(0, 1, 0), sphere{ center = {0, .9, 0}, radius = .12 } })
local row = {}
for i = -2, 2 do row[#row + 1] = tree:scale(.7 + .1 * i):at(1.4 * i, 0, 0) end
local wood = proto(group(row))
for j = -2, 2 do wood:turn_y(7 * j):at(0, 0, 1.5 * j) end
wood:mirror "x":scale{1, .5, 1}:at(0, 1.6, 0)
for i = 1, 3 do box{ size = 1, material = ({ "#c03030", "#30c030", "#3030c0" })[i] }:at(3.5, .5, 3) end
