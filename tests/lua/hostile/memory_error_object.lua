-- error: MB of memory
local t = {}
while true do
  local ok, e = pcall(error, { ("x"):rep(1e5) .. #t })
  t[#t + 1] = e
end
