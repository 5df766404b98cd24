-- error: the script ran longer than
-- n distinct slots in a table of 2^20, one slot in a table of 2^21: the rehash alone would take an hour
local t, m = {}, (1 << 21) - 1
for i = 1, 1 << 21 do t[i * m] = true end
