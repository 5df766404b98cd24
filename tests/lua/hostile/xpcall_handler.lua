-- error: the script ran longer than
-- the handler must not run once the limit is hit
local function forever() while true do end end
while true do xpcall(forever, forever) end
