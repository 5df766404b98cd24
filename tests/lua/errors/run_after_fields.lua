sphere{ radius = -1 }
undefined_thing()
