local a = difference{ sphere{}, disk{} }
local b = group{ box{}, rect{}:at(0, 1, 0) } - sphere{}
local c = intersection{ sphere{}, { box{}, cylinder{ caps = false } } }
local d = union{ triangle{ {0, 0, 0}, {1, 0, 0}, {0, 1, 0} } }
local e = difference{ box{}, plane{}, disk{} }
local f = difference{ box{}, group{ light{} } }
local g = box{} - sphere{}:at(motion({0, 0, 0}, {1, 0, 0}))
local h = sphere{}:grid{ 100, 100, 3 } & box{ size = 5 }
local i = difference{ box{}, "hole" }
local j = difference{ box{}, sphere{}, radius = 3 }
