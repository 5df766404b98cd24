// a ball
sphere{}
