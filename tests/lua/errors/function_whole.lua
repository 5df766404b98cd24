sphere{ material = function(s) return s.p.x // 1 end }
