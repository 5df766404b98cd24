-- `if` cannot be seen, what it was given can
sphere{ material = function(s)
  local v = fbm(s.p * 3)
  if gt(s.p.y, 0) then return color "red" end
  if both(gt(s.p.y, 0), lt(s.p.x, 0)) then return color "green" end
  return mix(color "red", color "blue", v)
end }
plane{ material = function(s) return where(lt(s.p.x, 0), color "white", color "black") end }
background(1)
