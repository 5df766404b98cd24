sphere{ material = function(s) return s.colour end }
