-- The photographer's studio in studio.hdr, unrolled: x is the heading, y the height; made by: moonlit render studio.lua -o studio.hdr
camera{ kind = "orthographic", from = {0, 0, 4}, look_at = {0, 0, 0}, size = 1 }
render{ size = {128, 64}, samples = 16, bounces = 0 }
background(0)
local function patch(x, y, width, height, color, depth) -- centred at x, y; -1..1 and -.5...5
  quad{ at = {x - width / 2, y - height / 2, depth or .1}, u = {width, 0, 0}, v = {0, height, 0}, material = emit{ color } }
end
for i = 0, 31 do -- walls: from a dark floor to a pale ceiling
  local h = i / 31
  patch(0, -.5 + (i + .5) / 32, 2, 1 / 32, {.05 + .3 * h * h, .05 + .33 * h * h, .06 + .38 * h * h}, 0)
end
patch(-.45, .16, .3, .24, {9, 8.2, 7})  -- a large soft box to the left
patch(.5, .12, .07, .42, {5, 6, 8})     -- a strip to the right
patch(1, .25, .35, .1, {3, 3, 3})       -- and a lamp behind
patch(-1, .25, .35, .1, {3, 3, 3})
