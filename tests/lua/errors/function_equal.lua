sphere{ material = function(s) return s.p == s.n and "red" or "blue" end }
