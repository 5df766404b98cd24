sphere{ material = function(s)
  sphere{ radius = 0.1 }
  return "red"
end }
