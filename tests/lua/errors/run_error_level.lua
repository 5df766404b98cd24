local function ball(r)
  if r < 0 then error("r must not be negative", 2) end
end
ball(1)
ball(-1)
