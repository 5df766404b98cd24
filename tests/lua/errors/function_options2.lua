sphere{ material = function(s) return fbm(s.p, { octaves = 99 }) end }
