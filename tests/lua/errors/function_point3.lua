sphere{ material = function(s) return s.curvature end }
