-- error: the script ran longer than
-- a pattern without special characters is read whole on every call
local pattern = ("a"):rep(3e7)
while true do ("b"):find(pattern) end
