sphere{}
box{
  size = 1,

