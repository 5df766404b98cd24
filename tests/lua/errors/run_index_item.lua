local a = sphere{}
local r = a[1]
