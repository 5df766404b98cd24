repeat
  sphere{}
