local a = sphere{}
local b = a + 1
