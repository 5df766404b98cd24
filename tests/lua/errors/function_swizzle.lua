sphere{ material = function(s) return s.uv.z end }
