-- error: the script ran longer than
local t = {}
for i = 1, 1e6 do t[i] = i end
local k = nil
repeat k = next(t, k) until k == nil
