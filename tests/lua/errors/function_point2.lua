sphere{ material = function(s) return s.normal * 0.5 + 0.5 end }
