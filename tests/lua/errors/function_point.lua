sphere{ material = function(s) return mix(color "red", color "blue", s.y) end }
