group{ sphere{}, 3 }
group{ matte "red" }
group{ { sphere{}, { "x" } } }
hide(3)
show "x"
proto(matte(1))
only()
bounds(plane{})
plane{ floor = true }
camera{ look_at = plane{} }
camera{ look_at = group{} }
material("x", 3)
material(3, matte(.5))
mix(matte(.1), 3, light{})
mix(matte(.1), light{}, .5)
mix(matte(.1), matte(.2), 2)
mix(matte(.1))
