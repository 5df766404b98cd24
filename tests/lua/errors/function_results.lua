sphere{ material = function(s) local c = mix("red", "blue", s.facing) end }
sphere{ material = function(s) return s.uv end }
sphere{ material = function(s) return matte "red" end }
sphere{ material = function(s) return "redd" end }
sphere{ material = matte{ "red", sigma = function(s) return s.p end } }
sphere{ material = metal{ "gold", roughness = function(s) return checker{} end } }
sphere{ material = matte{ "red", bump = function(s) return color "red" end } }
sphere{ radius = function(s) return s.id end }
light{ at = {0, 3, 0}, color = function(s) return "red" end }
