-- error: the script ran longer than
local function nest(n)
  return xpcall(n == 0 and function() while true do end end or nest, nest, n - 1)
end
while true do nest(20) end
