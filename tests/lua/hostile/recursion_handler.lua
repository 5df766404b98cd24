-- error: the script ran longer than
-- an error in the handler calls the handler again
print(xpcall(error, function() error "again" end))
local function f() error(select(2, xpcall(f, f)), 0) end
f()
