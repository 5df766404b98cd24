-- error: a string would be longer than 64 MB
local t, s = {}, ("x"):rep(1e6)
for i = 1, 100 do t[i] = s end
local all = table.concat(t)
