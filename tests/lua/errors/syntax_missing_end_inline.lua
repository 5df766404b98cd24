for i = 1, 3 do sphere{ at = {i, 0, 0} }
