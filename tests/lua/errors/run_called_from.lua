local function leaf(size) return size.x end
local function tree(n)
  if n == 0 then leaf(nil) end
  tree(n - 1)
end
tree(4)
