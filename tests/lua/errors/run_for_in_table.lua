for k, v in { 1, 2 } do sphere{} end
