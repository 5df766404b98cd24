local board = checker{ "red" }
local kept = stripes{}:with{ size = 2 }
local mixed = mix(kept, "blue", 0.5)
local twice = mixed * 2
for i = 1, 3 do local lost = gradient{} end
sphere{ material = ramp{ {0, 0}, {1, 1}, of = bricks{} } }
sphere{ material = function(s) return kept(s.uv) end, at = {3, 0, 0} }
background(1)
