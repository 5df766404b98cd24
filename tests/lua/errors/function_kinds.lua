sphere{ material = function(s) return s.p + s.uv end }
