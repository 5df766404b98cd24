-- error: the script ran longer than
local t = {}
for i = 1, 3e5 do t[i] = (i * 7919) % 300007 end
while true do
  table.sort(t, function(a, b) return a > b end)
  table.sort(t)
end
