local x = 2 * math.pie
