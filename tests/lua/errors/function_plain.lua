sphere{ material = function(s) return choose(s.id * 3, "red", "bleu") end }
