sphere{}
local t = [[abc
sphere{}
