sphere{ material = function(s) return image("wood" .. s.id .. ".png") end }
