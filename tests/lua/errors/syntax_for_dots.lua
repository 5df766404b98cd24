for i = 1..10 do sphere{ at = {i, 0, 0} } end
