sphere{ material = function(s)
  if s.p.x < 0 then return "red" end
  return "blue"
end }
