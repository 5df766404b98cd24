-- The Cornell box: light that goes round corners. Walls one by one, as quads that face the inside.
camera{ from = {0, 1, 3.9}, look_at = {0, 1, 0}, fov = 38.5 }
render{ size = {512, 512}, samples = 128 }
local white, red, green = matte "#bdbdbd", matte "#a31515", matte "#1f7a1f"
quad{ at = {-1, 0, 1},  u = {2, 0, 0},  v = {0, 0, -2}, material = white } -- floor
quad{ at = {-1, 2, -1}, u = {2, 0, 0},  v = {0, 0, 2},  material = white } -- ceiling
quad{ at = {-1, 0, -1}, u = {2, 0, 0},  v = {0, 2, 0},  material = white } -- back
quad{ at = {-1, 0, 1},  u = {0, 0, -2}, v = {0, 2, 0},  material = red }
quad{ at = {1, 0, -1},  u = {0, 0, 2},  v = {0, 2, 0},  material = green }
area{ at = {0, 1.99, 0}, facing = "down", size = {.5, .5}, radiance = 15, color = kelvin(3200) }
box{ size = {.6, 1.2, .6}, floor = true, turn = {y = 18},  at = {-.35, 0, -.3}, material = white }
box{ size = {.6, .6, .6},  floor = true, turn = {y = -17}, at = {.35, 0, .3},   material = white }
