sphere{ material = matte }
camera{ look_at = sphere }
group{ sphere }
sphere{ radius = "1.5" }
sphere{ material = { color = "red" } }
sphere{ radius = print }
