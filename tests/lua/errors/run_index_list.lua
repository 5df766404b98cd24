local points = {{1, 2}}
local u = points[0][1]
