local x = 1
if x == 1 then
  sphere{}
else if x == 2 then
  box{}
end
