sphere{ material = function(s)
  local v = 0
  for i = 1, 1e6 do v = v + s.p.x * i end
  return v
end }
