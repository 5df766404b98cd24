sphere{}
-- é is fine – here
sphere{ name = "ü", material = ‘red’ }
