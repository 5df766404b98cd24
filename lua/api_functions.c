/* api_functions.c - functions, methods and constants: their part of the API table. Examples are scenes of their own, or lines that begin one. */
#include "api.h"

#define SCENE "scene"
#define PLACING "placing"
#define VALUES "vectors and colours"
#define MATHS "maths"
#define FUNCTIONS "functions of the shading point"
#define RANDOM "randomness"
#define CONSOLE "parameters, console, modules"
#define LUA "from Lua"

// clang-format off
const ApiFunction api_functions[] = {
  /* ---- the scene */
  {"proto", API_FUNCTION, SCENE, "proto(x)", "Marks x as a pattern: never shown by itself, shown wherever something uses it.",
   "local ball = proto(sphere{ radius = 0.4, floor = true })\nfor i = -1, 1 do ball:at(i, 0, 0) end\nplane{}"},
  {"hide", API_FUNCTION, SCENE, "hide(x)", "Takes x out of the scene and of every group that uses it.", "hide(box{})\nsphere{ floor = true }\nplane{}"},
  {"show", API_FUNCTION, SCENE, "show(x)", "Puts x itself into the scene, although something else uses it.", "local b = box{ floor = true }\nb:at(2, 0, 0)\nshow(b)\nplane{}"},
  {"add", API_FUNCTION, SCENE, "add(x)", "The same as show; things are in the scene without it.", "add(sphere{ floor = true })\nplane{}"},
  {"only", API_FUNCTION, SCENE, "only(x)", "For debugging: of all shapes, shows only those marked by it; lights stay.", "only(sphere{ floor = true })\nplane{}"},
  {"bounds", API_FUNCTION, SCENE, "bounds(x)", "The box around x as { min, max, size, center }, four vectors.",
   "local b = box{ size = 2, floor = true }\nsphere{ radius = 0.5, at = bounds(b).max }\nplane{}"},
  {"material", API_FUNCTION, SCENE, "material(name, m)", "The material m with a name for messages.",
   "local brushed = material(\"brushed\", metal{ \"iron\", roughness = 0.3 })\nsphere{ floor = true, material = brushed }\nplane{}"},
    {"moonlit", API_FUNCTION, SCENE, "moonlit(1)", "In the first line: the version of the language that the scene is written for.", "moonlit(1)\nsphere{ floor = true }\nplane{}"},
  {"mix", API_FUNCTION, SCENE, "mix(a, b, t)", "Between a (t = 0) and b (t = 1): two numbers, vectors, colours, or materials.",
   "sphere{ floor = true, material = mix(matte \"tomato\", mirror{}, 0.3) }\nplane{}"},

  /* ---- placing */
  {"at", API_METHOD, PLACING, "part:at(x, y, z) or part:at(v)", "Moves it, so that its origin lands there.", "sphere{}:at(0, 1, 0)\nplane{}"},
  {"turn", API_METHOD, PLACING, "part:turn{ y = 30 }, part:turn(degrees) or part:turn(degrees, axis)", "Turns it about the origin: about x, then y, then z; a number about y; or about an axis.",
   "box{}:turn(45, {1, 1, 0}):at(0, 1, 0)\nplane{}"},
  {"turn_x", API_METHOD, PLACING, "part:turn_x(degrees)", "Turns it about the x axis.", "box{}:turn_x(30):at(0, 1, 0)\nplane{}"},
  {"turn_y", API_METHOD, PLACING, "part:turn_y(degrees)", "Turns it about the y axis, from +z towards +x.", "box{ floor = true }:turn_y(30)\nplane{}"},
  {"turn_z", API_METHOD, PLACING, "part:turn_z(degrees)", "Turns it about the z axis.", "box{}:turn_z(30):at(0, 1, 0)\nplane{}"},
  {"scale", API_METHOD, PLACING, "part:scale(2) or part:scale{1, 2, 1}", "Scales it about the origin.", "sphere{ floor = true }:scale{1, 2, 1}\nplane{}"},
  {"motion", API_FUNCTION, PLACING, "motion(a, b)", "A value that is a when the frame begins and b when the next one does, for at, turn and scale, their methods, and a camera's from, look_at and up: blur while the shutter is open. Lights and infinite shapes cannot move; what glows can, but small, it makes noise.",
   "sphere{ radius = 0.5, floor = true, at = motion({-1, 0, 0}, {1, 0, 0}), material = \"tomato\" }\nbox{ size = {2, 0.1, 0.3} }:turn_z(motion(0, 90)):at(0, 2, 0)\nplane{}"},
  {"mirror", API_METHOD, PLACING, "part:mirror \"x\"", "Mirrors it at the origin, along x, y or z.", "box{ at = {1, 0.5, 0}, turn = 20 }:mirror \"x\"\nplane{}"},
  {"transform", API_METHOD, PLACING, "part:transform(t)", "Applies a chain of placing methods kept by transform().", "local t = transform():turn_y(45):at(1, 0, 0)\nbox{ floor = true }:transform(t)\nplane{}"},
  {"look_at", API_METHOD, PLACING, "part:look_at(target) or part:look_at(target, up)", "Turns it about its own origin, so that what faced +z faces a point, or the centre of a thing; its top stays as near to up (+y unless given) as that leaves it.",
   "for i = -3, 3 do cone{ height = 0.8, radius = 0.2, turn = {x = 90} }:at(i, 0.5, 0):look_at{0, 1, 4} end\nplane{}"},
  {"drop_on", API_METHOD, PLACING, "part:drop_on(other) or part:drop_on(height)", "Moves it straight down (or up) until its lowest point lies at the height of the surface below its centre; where there is none below, of the topmost above. A number is a height.",
   "local hill = sphere{ radius = 2, at = {0, -1, 0}, material = \"#4a6b3a\" }\nfor i = -2, 2 do box{ size = 0.3 }:at(i * 0.6, 5, 0):drop_on(hill) end\nplane{}"},
  {"paint", API_METHOD, PLACING, "part:paint(material)", "The same all in one material, whatever its parts name; lights stay as they are.",
   "local pawn = group{ sphere{ radius = 0.3, at = {0, 0.8, 0}, material = \"gold\" }, cone{ radius = 0.4, material = \"tomato\" } }\npawn:at(-0.6, 0, 0)\npawn:paint \"glass\":at(0.6, 0, 0)\nplane{}"},
  {"ring", API_METHOD, PLACING, "part:ring(n, radius)", "A group of n copies on a circle about the y axis, the first at +z; each has its +z outward.", "box{ size = {0.3, 1, 0.1}, floor = true }:ring(12, 1.5)\nplane{}"},
  {"grid", API_METHOD, PLACING, "part:grid{ nx, nz, step } or part:grid{ nx, ny, nz, step }", "A group of copies in rows, step metres apart, centred on the origin; step is a number or {x, y, z}.", "sphere{ radius = 0.2, floor = true }:grid{ 5, 4, 0.6 }\nplane{}"},
  {"along", API_METHOD, PLACING, "part:along(curve, n) or part:along(curve, { spacing = s })", "A group of copies along a curve{} or a list of points: n of them from end to end, evenly by length, or one every s metres. Their +z goes along the way, +y stays up; the curve is referred to, hide it if it is not to be seen.",
   "local way = curve{ {{-2, 0.05, 0}, {-0.5, 0.05, 1}, {0.5, 0.05, -1}, {2, 0.05, 0}}, radius = 0.03 }\nbox{ size = {0.4, 0.06, 0.1} }:along(way, 24)\nplane{}"},
  {"with", API_METHOD, PLACING, "part:with{ field = value }", "The same with other fields; materials have it, too.", "local b = proto(sphere{ floor = true })\nb:with{ material = \"gold\" }\nplane{}"},

  /* ---- values */
  {"vec3", API_FUNCTION, VALUES, "vec3(x, y, z) or vec3(a)", "A vector with arithmetic, component by component; .x .y .z and swizzles like .zyx read it.", "sphere{ at = vec3(0, 1, 0) * 2 }\nplane{}"},
  {"vec2", API_FUNCTION, VALUES, "vec2(u, v)", "A pair, for uv.", "local p = vec2(1, 2) * 0.5\nsphere{ at = {p.x, p.y, 0} }\nplane{}"},
  {"x_axis", API_VALUE, VALUES, "x_axis", "vec3(1, 0, 0), to the right.", "disk{ normal = x_axis }\nplane{}"},
  {"y_axis", API_VALUE, VALUES, "y_axis", "vec3(0, 1, 0), up.", "disk{ normal = y_axis, at = {0, 1, 0} }\nplane{}"},
  {"z_axis", API_VALUE, VALUES, "z_axis", "vec3(0, 0, 1), towards the viewer.", "disk{ normal = z_axis }\nplane{}"},
  {"length", API_FUNCTION, VALUES, "length(v)", "The length of a vector.", "sphere{ radius = length(vec3(0.5, 0.5, 0)) }"},
  {"distance", API_FUNCTION, VALUES, "distance(a, b)", "The distance of two points.", "sphere{ radius = distance({0, 0, 0}, {0, 1, 0}) }"},
  {"dot", API_FUNCTION, VALUES, "dot(a, b)", "The dot product.", "sphere{ radius = dot({1, 0, 0}, {1, 2, 3}) }"},
  {"cross", API_FUNCTION, VALUES, "cross(a, b)", "The cross product.", "disk{ normal = cross({0, 0, 1}, {1, 0, 0}) }"},
  {"normalize", API_FUNCTION, VALUES, "normalize(v)", "The vector of length 1 in the same direction.", "sphere{ at = normalize({1, 1, 0}) }"},
  {"reflect", API_FUNCTION, VALUES, "reflect(v, n)", "v mirrored at the plane with the normal n.", "directional{ reflect({1, -1, 0}, {1, 0, 0}) }\nsphere{}"},
  {"lerp", API_FUNCTION, VALUES, "lerp(a, b, t)", "The same as mix, for numbers, vectors and colours.", "for i = 0, 4 do sphere{ radius = 0.3, at = lerp({-2, 0, 0}, {2, 1, 0}, i / 4) } end"},
  {"polar", API_FUNCTION, VALUES, "polar(radius, degrees, y)", "A point on a circle about the y axis: 0 is +z, 90 is +x; y is 0 unless given.", "for i = 1, 8 do sphere{ radius = 0.3, at = polar(2, i * 45) } end"},
  {"spherical", API_FUNCTION, VALUES, "spherical(radius, height, heading)", "A point on a sphere: height 90 is +y, heading as in polar; degrees.", "sphere{ radius = 0.3, at = spherical(2, 30, 45) }"},
  {"color", API_FUNCTION, VALUES, "color \"#ff8800\", color \"tomato\", color(r, g, b) or color(gray)", "A colour: text is sRGB, numbers are linear.", "sphere{ material = color \"#ff8800\" * 0.5 }"},
  {"gray", API_FUNCTION, VALUES, "gray(x)", "A linear grey.", "sphere{ material = gray(0.18) }"},
  {"hsv", API_FUNCTION, VALUES, "hsv(h, s, v)", "A picker's colour: hue in degrees, saturation and value 0..1; sRGB, decoded.", "sphere{ material = hsv(200, 0.6, 0.8) }"},
  {"hsl", API_FUNCTION, VALUES, "hsl(h, s, l)", "A picker's colour: hue in degrees, saturation and lightness 0..1; sRGB, decoded.", "sphere{ material = hsl(200, 0.6, 0.5) }"},
  {"kelvin", API_FUNCTION, VALUES, "kelvin(temperature)", "The colour of a glowing body, 1000..40000 K, with luminance 1.", "light{ at = {2, 3, 2}, color = kelvin(3200) }\nsphere{}\nplane{ point = {0, -1, 0} }"},
  {"wavelength", API_FUNCTION, VALUES, "wavelength(nm)", "The colour of a single line, 380..780 nm, with luminance 1.", "light{ at = {2, 3, 2}, color = wavelength(589) }\nsphere{}\nplane{ point = {0, -1, 0} }"},

  /* ---- maths */
  {"pi", API_VALUE, MATHS, "pi", "3.14159...", "sphere{ radius = pi / 3 }"},
  {"tau", API_VALUE, MATHS, "tau", "2 pi.", "sphere{ radius = tau / 6 }"},
  {"sin", API_FUNCTION, MATHS, "sin(x)", "Sine, in radians; like all maths here for numbers and, by component, vectors.", "for i = 0, 9 do sphere{ radius = 0.2, at = {i * 0.5 - 2, sin(i), 0} } end"},
  {"cos", API_FUNCTION, MATHS, "cos(x)", "Cosine, in radians.", "for i = 0, 9 do sphere{ radius = 0.2, at = {i * 0.5 - 2, cos(i), 0} } end"},
  {"tan", API_FUNCTION, MATHS, "tan(x)", "Tangent, in radians.", "sphere{ radius = tan(0.7) }"},
  {"asin", API_FUNCTION, MATHS, "asin(x)", "Arc sine, in radians.", "sphere{ radius = asin(0.8) }"},
  {"acos", API_FUNCTION, MATHS, "acos(x)", "Arc cosine, in radians.", "sphere{ radius = acos(0.5) }"},
  {"atan", API_FUNCTION, MATHS, "atan(y) or atan(y, x)", "Arc tangent, in radians; with x of the right quadrant.", "sphere{ radius = atan(1, 1) }"},
  {"exp", API_FUNCTION, MATHS, "exp(x)", "e to the x.", "sphere{ radius = exp(-0.5) }"},
  {"log", API_FUNCTION, MATHS, "log(x) or log(x, base)", "Logarithm, natural unless a base is given.", "sphere{ radius = log(8, 2) / 3 }"},
  {"sqrt", API_FUNCTION, MATHS, "sqrt(x)", "Square root.", "sphere{ radius = sqrt(2) / 2 }"},
  {"pow", API_FUNCTION, MATHS, "pow(x, y)", "x to the y, the same as x^y.", "sphere{ radius = pow(2, -0.5) }"},
  {"abs", API_FUNCTION, MATHS, "abs(x)", "Without the sign.", "sphere{ radius = abs(-0.7) }"},
  {"sign", API_FUNCTION, MATHS, "sign(x)", "-1, 0 or 1.", "sphere{ radius = sign(5) }"},
  {"floor", API_FUNCTION, MATHS, "floor(x)", "Down to a whole number.", "sphere{ radius = floor(1.7) }"},
  {"ceil", API_FUNCTION, MATHS, "ceil(x)", "Up to a whole number.", "sphere{ radius = ceil(0.3) }"},
  {"round", API_FUNCTION, MATHS, "round(x)", "To the nearest whole number, halves away from 0.", "sphere{ radius = round(1.2) }"},
  {"fract", API_FUNCTION, MATHS, "fract(x)", "x - floor(x).", "sphere{ radius = fract(2.8) }"},
  {"mod", API_FUNCTION, MATHS, "mod(x, y)", "The rest, with y's sign: the same as x % y.", "sphere{ radius = mod(5.5, 2) }"},
  {"min", API_FUNCTION, MATHS, "min(a, b, ...)", "The least.", "sphere{ radius = min(1, 2) }"},
  {"max", API_FUNCTION, MATHS, "max(a, b, ...)", "The greatest.", "sphere{ radius = max(1, 0.5) }"},
  {"clamp", API_FUNCTION, MATHS, "clamp(x, low, high)", "x, but not below low or above high.", "sphere{ radius = clamp(3, 0.5, 1) }"},
  {"saturate", API_FUNCTION, MATHS, "saturate(x)", "clamp(x, 0, 1).", "sphere{ radius = saturate(3) }"},
  {"step", API_FUNCTION, MATHS, "step(edge, x)", "0 where x < edge, else 1.", "sphere{ radius = step(0.5, 0.7) }"},
  {"smoothstep", API_FUNCTION, MATHS, "smoothstep(a, b, x)", "0 at a, 1 at b, smooth between; falls where a > b.", "for i = 0, 9 do sphere{ radius = 0.2, at = {i * 0.5 - 2, smoothstep(2, 7, i), 0} } end"},
  {"rad", API_FUNCTION, MATHS, "rad(degrees)", "Degrees as radians.", "sphere{ radius = sin(rad(30)) }"},
  {"deg", API_FUNCTION, MATHS, "deg(radians)", "Radians as degrees.", "box{ turn = deg(pi / 6) }"},

  /* ---- functions of the shading point: their noise, and conditions */
  {"noise", API_FUNCTION, FUNCTIONS, "noise(p)", "Smooth random hills, -1..1 with the mean 0, one to a unit of p. A colour or number of a material or texture may be a function(s): called once, it says by arithmetic and these functions what the value is at the point s, "
   "which has s.p (in the object's own metres), s.world, s.n (normal), s.uv, s.view (to the eye), s.facing (0..1), s.id (0..1, of each placed thing), s.part, s.depth (metres to the eye, or to what sees it instead), s.curvature (1/m, above 0 where it bulges), s.time (0). Textures can be looked at, t(s.uv). Details too small for a pixel fade away.",
   "sphere{ floor = true, material = function(s) return mix(color \"#1b3a5c\", color \"#e8d9b5\", noise(s.p * 6) * 0.5 + 0.5) end }\nplane{}"},
  {"fbm", API_FUNCTION, FUNCTIONS, "fbm(p, { octaves = 5, gain = 0.5, lacunarity = 2 })", "Noise with ever finer noise on top, -1..1 with the mean 0: each octave has gain times the strength and lacunarity times the fineness of the one before.",
   "sphere{ floor = true, material = function(s)\n  local v = sin(8 * (s.p.x + 1.5 * fbm(s.p * 2)))\n  return mix(color \"#f2ede4\", color \"#27313f\", smoothstep(0.3, 1, v))\nend }\nplane{}"},
  {"ridged", API_FUNCTION, FUNCTIONS, "ridged(p, { octaves = 5, gain = 0.5, lacunarity = 2 })", "The same with sharp ridges, 0..1: mountains, cracks.",
   "sphere{ floor = true, material = function(s) return mix(color \"#20160e\", color \"#ffb347\", ridged(s.p * 2) ^ 3) end }\nplane{}"},
  {"turbulence", API_FUNCTION, FUNCTIONS, "turbulence(p, { octaves = 5, gain = 0.5, lacunarity = 2 })", "The same with sharp valleys, 0..1: clouds, fire.",
   "sphere{ floor = true, material = function(s) return mix(color \"white\", color \"steelblue\", smoothstep(0.1, 0.4, turbulence(s.p * 2))) end }\nplane{}"},
  {"value_noise", API_FUNCTION, FUNCTIONS, "value_noise(p)", "A random value at each whole p, -1..1, smooth between: softer and blockier than noise.",
   "sphere{ floor = true, material = function(s) return value_noise(s.p * 6) * 0.4 + 0.5 end }\nplane{}"},
  {"voronoi", API_FUNCTION, FUNCTIONS, "voronoi(p)", "Cells about random points, one to a unit of p: v.distance to the nearest point, v.cell, a number of its own for each cell, and v.edge, the distance to the next cell; all 0..1.",
   "plane{ material = function(s)\n  local v = voronoi(s.p * 2)\n  return where(lt(v.edge, 0.05), color \"#222\", mix(color \"#8a7f70\", color \"#b7ab98\", v.cell))\nend }\nsphere{ floor = true }"},
  {"where", API_FUNCTION, FUNCTIONS, "where(condition, a, b)", "a where the condition holds, b elsewhere: what `if` cannot do for values that differ from point to point.",
   "sphere{ floor = true, material = function(s) return where(lt(s.p.y, 0), color \"navy\", color \"gold\") end }\nplane{}"},
  {"choose", API_FUNCTION, FUNCTIONS, "choose(i, a, b, ...)", "The i-th of the values, counted from 1; the first or the last one beyond.",
   "for i = 0, 8 do\n  sphere{ radius = 0.4, floor = true, at = {i - 4, 0, 0}, material = function(s) return choose(1 + s.id * 3, \"tomato\", \"gold\", \"teal\") end }\nend\nplane{}"},
  {"lt", API_FUNCTION, FUNCTIONS, "lt(a, b)", "1 where a < b, else 0: for where.", "sphere{ floor = true, material = function(s) return where(lt(s.p.x, s.p.y), color \"white\", color \"black\") end }\nplane{}"},
  {"le", API_FUNCTION, FUNCTIONS, "le(a, b)", "1 where a <= b, else 0.", "sphere{ floor = true, material = function(s) return where(le(fract(s.p.y * 4), 0.5), color \"white\", color \"red\") end }\nplane{}"},
  {"gt", API_FUNCTION, FUNCTIONS, "gt(a, b)", "1 where a > b, else 0.", "sphere{ floor = true, material = function(s) return where(gt(s.n.y, 0.6), color \"white\", color \"#556b2f\") end }\nplane{}"},
  {"ge", API_FUNCTION, FUNCTIONS, "ge(a, b)", "1 where a >= b, else 0.", "sphere{ floor = true, material = function(s) return where(ge(noise(s.p * 5), 0), 0.8, 0.1) end }\nplane{}"},
  {"eq", API_FUNCTION, FUNCTIONS, "eq(a, b)", "1 where a is b exactly, else 0: of whole numbers.", "plane{ material = function(s) return where(eq(mod(floor(s.p.x) + floor(s.p.z), 3), 0), color \"teal\", 0.7) end }\nsphere{ floor = true }"},
  {"both", API_FUNCTION, FUNCTIONS, "both(a, b)", "1 where both conditions hold, else 0.", "sphere{ floor = true, material = function(s) return where(both(gt(s.p.x, 0), gt(s.p.y, 0)), color \"tomato\", 0.7) end }\nplane{}"},
  {"either", API_FUNCTION, FUNCTIONS, "either(a, b)", "1 where one of the conditions holds or both, else 0.", "sphere{ floor = true, material = function(s) return where(either(gt(s.p.x, 0.4), gt(s.p.y, 0.4)), color \"tomato\", 0.7) end }\nplane{}"},
  {"invert", API_FUNCTION, FUNCTIONS, "invert(a)", "1 where the condition does not hold, else 0.", "sphere{ floor = true, material = function(s) return where(invert(lt(s.p.y, 0)), color \"gold\", 0.2) end }\nplane{}"},

  /* ---- randomness */
  {"random", API_FUNCTION, RANDOM, "random(), random(n) or random(a, b)", "0..1, a whole number 1..n, or between a and b; the same in every run.", "for i = 1, 20 do sphere{ radius = 0.2, at = {random() * 4 - 2, 0.2, random() * 4 - 2} } end\nplane{}"},
  {"rng", API_FUNCTION, RANDOM, "rng \"name\"", "A stream of its own: r(), r(a, b), r:int(a, b), r:pick(list), r:disk(), r:sphere(), r:color(), r:shuffle(list).",
   "local r = rng \"balls\"\nfor i = 1, 20 do\n  local p = r:disk() * 2\n  sphere{ radius = r(0.1, 0.3), floor = true, at = {p.x, 0, p.y}, material = r:color() }\nend\nplane{}"},
  {"points_on", API_FUNCTION, RANDOM, "points_on(shape, n) or points_on(shape, n, seed)", "Two lists: n points at random on the surface of a shape or group, evenly by area, and the normals there; in its coordinates, as it is placed.",
   "local ball = sphere{ radius = 1, at = {0, 1, 0}, material = \"#333333\" }\nlocal points, normals = points_on(ball, 200)\nfor i, p in ipairs(points) do sphere{ radius = 0.05, at = p + normals[i] * 0.03, material = \"gold\" } end\nplane{}"},
  {"hash", API_FUNCTION, RANDOM, "hash(i, j, ...)", "0..1 from the values alone; also from up to three values of the shading point, for instance whole numbers of cells: hash(floor(s.p.x), floor(s.p.z)).", "for i = 1, 9 do sphere{ radius = 0.2 + 0.2 * hash(i), at = {i - 5, 0, 0} } end"},

  /* ---- parameters, console, modules */
  {"param", API_FUNCTION, CONSOLE, "param(name, default, { min, max, step, int, unit, help, group, drag }), param(name, default, { \"a\", \"b\" }) or param.file(name, default, { \".ply\", \".obj\" })",
   "A plain value that --set name=value or --params FILE changes; the default's type decides the kind, a list makes it a choice of its texts, and param.file is the name of a file with one of the endings. min and max bound it, step and unit serve sliders, int = true keeps it whole, help says what it does, sliders of one group stand together, and drag = true lets a vec3 be dragged in the view.", "local r = param(\"radius\", 1, { min = 0.1, max = 3, unit = \"m\", help = \"ball size\" })\nsphere{ radius = r, floor = true }\nplane{}"},
  {"print", API_FUNCTION, CONSOLE, "print(...)", "Writes to the console, with file and line; tables in full.", "print(\"hello\", {1, 2})\nsphere{}"},
  {"warn", API_FUNCTION, CONSOLE, "warn(...)", "A warning at this line.", NULL},
  {"require", API_FUNCTION, CONSOLE, "require \"lib/tree\"", "Runs a file beside the scene, once, and gives what it returns; shapes made meanwhile are patterns.", NULL},

  /* ---- what stays of Lua */
  {"assert", API_FUNCTION, LUA, "assert(v, message)", "Ends the script with the message unless v is true.", "assert(1 < 2, \"never\")\nsphere{}"},
  {"error", API_FUNCTION, LUA, "error(message, level)", "Ends the script with a message.", NULL},
  {"pcall", API_FUNCTION, LUA, "pcall(f, ...)", "Calls f and gives true and its results, or false and the error.", "pcall(error, \"no\")\nsphere{}"},
  {"xpcall", API_FUNCTION, LUA, "xpcall(f, handler, ...)", "The same with a function that sees the error first.", "xpcall(error, print, \"no\")\nsphere{}"},
  {"ipairs", API_FUNCTION, LUA, "ipairs(list)", "For loops over a list.", "for i, name in ipairs{ \"gold\", \"copper\" } do sphere{ at = {2 * i, 0, 0}, material = name } end"},
  {"pairs", API_FUNCTION, LUA, "pairs(t)", "For loops over a table, in the order of its sorted keys.", "for name, x in pairs{ gold = 0, copper = 2 } do sphere{ at = {x, 0, 0}, material = name } end"},
  {"next", API_FUNCTION, LUA, "next(t, key)", "The key after this one and its value.", "if next({}) == nil then sphere{} end"},
  {"select", API_FUNCTION, LUA, "select(n, ...)", "The arguments from the n-th on; select(\"#\", ...) counts them.", "sphere{ radius = select(2, 5, 1) }"},
  {"type", API_FUNCTION, LUA, "type(v)", "The kind of a value, \"vec3\" and \"color\" among them.", "if type(vec3(1)) == \"vec3\" then sphere{} end"},
  {"tostring", API_FUNCTION, LUA, "tostring(v)", "A value as text.", "print(tostring(vec3(1, 2, 3)))\nsphere{}"},
  {"tonumber", API_FUNCTION, LUA, "tonumber(text, base)", "Text as a number, or nil.", "sphere{ radius = tonumber(\"1.5\") }"},
  {"rawequal", API_FUNCTION, LUA, "rawequal(a, b)", "The very same value.", "if rawequal(1, 1) then sphere{} end"},
  {"rawlen", API_FUNCTION, LUA, "rawlen(t)", "The length of a list or text.", "sphere{ radius = rawlen{ 1 } }"},
  {"getmetatable", API_FUNCTION, LUA, "getmetatable(t)", "The metatable of a table of yours.", "if not getmetatable({}) then sphere{} end"},
  {"setmetatable", API_FUNCTION, LUA, "setmetatable(t, m)", "Gives a table of yours a metatable.", "local t = setmetatable({}, { __index = function() return 1 end })\nsphere{ radius = t.r }"},
  {"math", API_VALUE, LUA, "math", "Lua's maths library; its functions are the same as the global ones.", "sphere{ radius = math.sqrt(1) }"},
  {"string", API_VALUE, LUA, "string", "Lua's strings library.", "print(string.format(\"%.2f\", 1.5))\nsphere{}"},
  {"table", API_VALUE, LUA, "table", "Lua's tables library; sort is stable.", "local t = {3, 1, 2}\ntable.sort(t)\nsphere{ radius = t[1] }"},
  {"utf8", API_VALUE, LUA, "utf8", "Lua's UTF-8 library.", "sphere{ radius = utf8.len(\"\xC3\xA4\") }"},
  {NULL, API_VALUE, NULL, NULL, NULL, NULL},
};
// clang-format on

const ApiLibrary api_libraries[] = {
  {"math", "fmod,modf,tointeger,type,ult,huge,maxinteger,mininteger", "6.7"},
  {"string", "byte,char,find,format,gmatch,gsub,len,lower,match,rep,reverse,sub,upper", "6.4"},
  {"table", "concat,insert,move,pack,remove,sort,unpack", "6.6"},
  {"utf8", "char,codes,codepoint,len,offset", "6.5"},
  {NULL, NULL, NULL},
};
