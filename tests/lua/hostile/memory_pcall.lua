-- error: MB of memory
-- out of memory is a limit, too: it cannot be caught
while true do
  pcall(function()
    local t = {}
    while true do t[#t + 1] = ("x"):rep(1e6) .. #t end
  end)
end
