for i = 1, 5 do sphere{ at = {i, 0, 0} } end
camera{
  from = {0, 1, 5},
  look_at = {0, 1, 10},
}
light{ at = {0, 5, 0} }
