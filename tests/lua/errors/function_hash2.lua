sphere{ material = function(s) return hash(s.id, "a") end }
