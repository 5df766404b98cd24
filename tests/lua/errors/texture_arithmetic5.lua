local t = checker{}
for i = 1, 30 do t = t + t * 2 end
sphere{ material = t }
