sphere{ material = function(s) return fbm(s.p, { octave = 3 }) end }
