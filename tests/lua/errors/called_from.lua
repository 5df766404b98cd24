local function leaf(size)
  return sphere{ radius = size, material = "gren" }
end
local function tree(size)
  for i = 1, 2 do
    leaf(size - i)
  end
end
tree(1) -- a line that is so long that the note shows only the beginning of it, with dots
tree(0.5)
leaf(2)
