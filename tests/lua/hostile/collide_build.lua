-- error: the script ran longer than
local t, m = {}, ((1 << 17) - 1) * ((1 << 18) - 1)
for i = 1, 1 << 22 do t[i * m] = true end
