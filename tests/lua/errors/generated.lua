lathe{}
lathe{ profile = {{1, 0}} }
lathe{ profile = {{1, 0}, {-0.5, 1}} }
lathe{ profile = {{0, 0}, {0, 1}} }
lathe{ profile = {{1, 0}, {1, 2, 3}} }
lathe{ profile = {{1, 0}, {1, 1}}, segments = 2 }
lathe{ profile = {{1, 0}, {1, 1}}, steps = 20 }
lathe{ profile = {{1, 0}, {1, 1}}, material = "glass" }
lathe{ {1, 0}, {1, 1} }
extrude{ outline = {{0, 0}, {1, 1}, {1, 0}, {0, 1}} }
extrude{ outline = {{0, 0}, {1, 0}, {2, 0}} }
extrude{ outline = {{0, 0}, {1, 0}, {1, 1}}, height = 0 }
extrude{ outline = {{0, 0}, {4, 0}, {4, 4}, {0, 4}}, holes = {{{1, 1}, {2, 1}, {2, 2}}, {{3, 3}, {5, 3}, {3, 5}}} }
extrude{ outline = {{0, 0}, {4, 0}, {4, 4}, {0, 4}}, holes = {{{6, 6}, {7, 6}, {7, 7}}} }
extrude{ outline = {{0, 0}, {4, 0}, {4, 4}, {0, 4}}, holes = {{1, 1}, {2, 1}, {2, 2}} }
extrude{ outline = {{0, 0}, {4, 0}, {4, 4}, {0, 4}}, holes = {{{1, 1}, {3, 1}, {3, 3}, {1, 3}}, {{2.5, 1.5}, {2.5, 2}, {2, 1.5}}} }
curve{ points = {{0, 0, 0}} }
curve{ points = {{0, 0, 0}, {1, 0, 0}}, closed = true }
curve{ points = {{0, 0, 0}, {1, 0, 0}}, radius = 0 }
curve{ points = {{0, 0, 0}, {1, 0, 0}, {2, 0, 0}}, radius = {1, 2} }
