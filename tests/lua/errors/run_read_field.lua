local a = sphere{}
local r = a.radius
