local kept
sphere{ material = function(s) kept = s.p.x return kept end }
box{ material = function(s) return kept end }
