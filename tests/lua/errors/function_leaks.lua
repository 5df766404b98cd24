local kept
sphere{ material = function(s) kept = s.p.x return 1 end }
box{ size = 1 + kept }
