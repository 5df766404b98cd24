sphere{ material = function(s) s.p.x = 0 return s.p end }
