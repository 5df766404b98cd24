local r = sphere.radius
