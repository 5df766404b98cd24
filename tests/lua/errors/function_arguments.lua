sphere{ material = function(s) return smoothstep(0, s.p.x) end }
