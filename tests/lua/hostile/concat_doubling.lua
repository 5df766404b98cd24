-- error: a string would be longer than 64 MB
local s = "x"
while true do s = s .. s end
