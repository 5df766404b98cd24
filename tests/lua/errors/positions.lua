sphere{ 1, 2 }
camera{ {0, 1, 5} }
matte{ .8, .2, .2 }
triangle{ {0, 0, 0}, {1, 0, 0}, {0, 1, 0}, {0, 0, 1} }
sphere(1, 2)
sphere(nil)
group{ nodes = { sphere{}, 5 } } group{ nodes = 1 } group{ nodes = { sphere{} }, sphere{} } group{ nodes = { sphere(), { box{} } } }
