/* test_values.c - vectors, colours, maths: values, and what is said where they are used wrongly. */
#include "colors.h"
#include "lua_fixture.h"
#include "values.h"

static void test_vectors(void **state) {
  Fixture *f = *state;
  assert_eval(f, "vec3(1, 2, 3), vec3(5), vec3{1, 2, 3}, vec2(1, 2), vec2(3)",
              "vec3(1, 2, 3)\tvec3(5, 5, 5)\tvec3(1, 2, 3)\tvec2(1, 2)\tvec2(3, 3)");
  assert_eval(f, "vec3(1, 2, 3) + {1, 1, 1}, {1, 2, 3} - vec3(1), vec3(1, 2, 3) * 2, 2 / vec3(1, 2, 4), -vec3(1, 2, 3)",
              "vec3(2, 3, 4)\tvec3(0, 1, 2)\tvec3(2, 4, 6)\tvec3(2, 1, 0.5)\tvec3(-1, -2, -3)");
  assert_eval(f, "vec3(1, 2, 3) * vec3(2), vec3(5, -5, 5) % 3, vec3(2, 3, 4) ^ 2", "vec3(2, 4, 6)\tvec3(2, 1, 2)\tvec3(4, 9, 16)");
  assert_eval(f, "vec3(1, 2, 3) == vec3(1, 2, 3), vec3(1) == vec3(2), vec3(1, 2, 3) ~= vec2(1, 2), vec2(1) == 1",
              "true\tfalse\ttrue\tfalse");
  assert_eval(f, "vec3(1, 2, 3).x, vec3(1, 2, 3).xz, vec3(1, 2, 3).zyx, vec3(1, 2, 3).g, vec2(1, 2).yx, vec3(1, 2, 3).xxx",
              "1.0\tvec2(1, 3)\tvec3(3, 2, 1)\t2.0\tvec2(2, 1)\tvec3(1, 1, 1)");
  assert_eval(f, "vec3(1, 2, 3):with{ x = 9 }, type(vec3(1)), type(vec2(1)), type(color(1))", "vec3(9, 2, 3)\tvec3\tvec2\tcolor");
  assert_eval(f, "length(vec3(3, 4, 0)), length{3, 4}, dot(vec3(1, 2, 3), {1, 1, 1}), cross(x_axis, y_axis), normalize(vec3(0, 5, 0))",
              "5.0\t5.0\t6.0\tvec3(0, 0, 1)\tvec3(0, 1, 0)");
  assert_eval(f, "distance({0, 0, 0}, {2, 3, 6}), reflect(vec3(1, -1, 0), y_axis), lerp(vec3(0), vec3(4), .25), mix(1, 3, .5)",
              "7.0\tvec3(1, 1, 0)\tvec3(1, 1, 1)\t2.0");
  assert_eval(f, "polar(2, 0), polar(2, 90), polar(2, 180, 1), polar(2, -90)",
              "vec3(0, 0, 2)\tvec3(2, 0, 0)\tvec3(0, 1, -2)\tvec3(-2, 0, 0)");
  assert_eval(f, "spherical(1, 90, 0), spherical(1, 0, 90), spherical(3, 0, 0)", "vec3(0, 1, 0)\tvec3(1, 0, 0)\tvec3(0, 0, 3)");
}

static void test_vector_errors(void **state) {
  Fixture *f = *state;
  assert_eval(f, "#vec3(1)", "error: t:1: '#' counts the items of a list; for the length of a vector use length(v)");
  assert_eval(f, "(function() local v = vec3(1) v.x = 3 end)()", "error: t:1: vectors do not change; use v:with{ x = ... }");
  assert_eval(f, "(function() local v = color(1) v.r = 3 end)()", "error: t:1: colors do not change; use v:with{ r = ... }");
  assert_eval(f, "vec3(1) < vec3(2)", "error: t:1: vectors and colors have no order: compare length(v) or a component like v.x");
  assert_eval(f, "vec3(1).w", "error: t:1: a vec3 has no field 'w': it has x, y, z, r, g, b and combinations like v.xz");
  assert_eval(f, "vec3(1)[1]", "error: t:1: a vec3 has no items: write v.x, v.y, v.z");
  assert_eval(f, "vec2(1).z", "error: t:1: a vec2 has no field 'z': it has x, y and combinations like v.yx");
  assert_eval(f, "vec3(1) + vec2(1)", "error: t:1: a vec3 and a vec2 do not go together with '+'");
  assert_eval(f, "vec3(1) + {1, 2}", "error: t:1: {1, 2} has 2 numbers, expected 3 (x, y, z)");
  assert_eval(f, "vec3(1) + nil", "error: t:1: attempt to perform arithmetic on a vec3 and a nil");
  assert_eval(f, "vec3(1) * '#ff0000'", "error: t:1: text has no arithmetic: write color \"#ff0000\"");
  assert_eval(f, "'tomato' * 2", "error: t:1: text has no arithmetic: write color \"tomato\"");
  assert_eval(f, "'nonsense' * 2", "error: t:1: text has no arithmetic: the left side is a string that is no number");
  assert_eval(f, "'10' + 5, '2' * '3', 10 .. ''", "15\t6\t10");
  assert_eval(f, "vec3(1, 2)", "error: t:1: vec3 takes one or three numbers, got 2");
  assert_eval(f, "vec3('a')", "error: t:1: vec3: expected a vec3 or {x, y, z}, got a string");
  assert_eval(f, "vec3{1, 2}", "error: t:1: vec3: {1, 2} has 2 numbers, expected 3 (x, y, z)");
  assert_eval(f, "vec3(1, {}, 3)", "error: t:1: vec3: y must be a number, got table");
  assert_eval(f, "normalize(vec3(0))", "error: t:1: normalize: vec3(0, 0, 0) has no direction");
  assert_eval(f, "length(3)", "error: t:1: length: argument 1: expected a vector, got a number");
  assert_eval(f, "length()", "error: t:1: length: argument 1: expected a number or a vector, got nothing");
  assert_eval(f, "mix(1, 2)", "error: t:1: mix(a, b, t) needs t: 0 gives a, 1 gives b");
  assert_eval(f, "(function() local mix = color(1) return mix(1) end)()", "error: t:1: attempt to call a color value (local 'mix')");
}

static void test_colors(void **state) {
  Fixture *f = *state;
  assert_eval(
    f, "color '#ff0000', color '#F00', color 'Red', color(0, 1, 0), color(.5), color{1, 2, 3}, gray(.18)",
    "color(1, 0, 0)\tcolor(1, 0, 0)\tcolor(1, 0, 0)\tcolor(0, 1, 0)\tcolor(0.5, 0.5, 0.5)\tcolor(1, 2, 3)\tcolor(0.18, 0.18, 0.18)");
  assert_eval(
    f, "hsv(0, 1, 1), hsv(120, 1, 1), hsv(240, 1, 1), hsv(60, 0, 1), hsl(0, 1, .5), hsl(200, 1, 1), hsv(-120, 1, 1) == hsv(240, 1, 1)",
    "color(1, 0, 0)\tcolor(0, 1, 0)\tcolor(0, 0, 1)\tcolor(1, 1, 1)\tcolor(1, 0, 0)\tcolor(1, 1, 1)\ttrue");
  assert_eval(f, "color(1, 0, 0) * 2, color(1, 0, 0) + vec3(1), color(1, 2, 3).rgb, color(1, 2, 3).bgr, color(1, 2, 3).xyz",
              "color(2, 0, 0)\tcolor(2, 1, 1)\tcolor(1, 2, 3)\tcolor(3, 2, 1)\tvec3(1, 2, 3)");
  assert_eval(f, "mix('red', 'blue', .5), mix('#000', 1, .25), mix(color(1), color(3), vec3(0, .5, 1))",
              "color(0.5, 0, 0.5)\tcolor(0.25, 0.25, 0.25)\tcolor(1, 2, 3)");
  assert_eval(f, "color 'gold' == color '#ffd700', color 'rebeccapurple' == color '#663399', color 'yellowgreen' == color '#9acd32'",
              "true\ttrue\ttrue");
  assert_eval(f, "color 'redd'", "error: t:1: color: 'redd' is no color: expected \"#rrggbb\", \"#rgb\" or a CSS name");
  assert_eval(f, "color '#12'", "error: t:1: color: '#12' is no color: expected \"#rrggbb\", \"#rgb\" or a CSS name");
  assert_eval(f, "color(1, 2)",
              "error: t:1: color takes a text like \"#ff8800\" or \"tomato\", one number (grey) or three (r, g, b); got 2 values");
  assert_eval(f, "hsv(0, 2, 1)", "error: t:1: hsv: saturation must be 0..1, got 2");
  assert_eval(f, "kelvin(10)", "error: t:1: kelvin: the temperature must be 1000..40000, got 10");
  assert_eval(f, "wavelength(1000)", "error: t:1: wavelength: the wavelength (nm) must be 380..780, got 1000");
  assert_eval(f, "color(255, 0, 0).r",
              "warning: t:1: color: the component 255 is very large, numbers are linear and 1 is white: did you mean 255/255?\nt:1: 255.0");
}

/* Written colours are sRGB, and are decoded (IEC 61966-2-1). */
static void test_written_colors(void **state) {
  (void)state;
  double rgb[3];
  assert_true(color_parse("#bc8040", 7, rgb));
  const double wanted[3] = {0.5028864580325687, 0.21586050011389926, 0.05126945837404324};
  for (int i = 0; i < 3; i++) assert_true(rgb[i] > wanted[i] - 1e-12 && rgb[i] < wanted[i] + 1e-12);
  assert_true(color_parse("gray", 4, rgb));
  for (int i = 0; i < 3; i++) assert_true(rgb[i] > wanted[1] - 1e-12 && rgb[i] < wanted[1] + 1e-12);
}

static double luminance(const double rgb[3]) { return 0.2126 * rgb[0] + 0.7152 * rgb[1] + 0.0722 * rgb[2]; }

static void test_physical_colors(void **state) {
  (void)state;
  double rgb[3], before = 1e9;
  for (int kelvin = 1000; kelvin <= 40000; kelvin += 250) {
    color_kelvin(kelvin, rgb);
    assert_true(luminance(rgb) > 1.0 - 1e-12 && luminance(rgb) < 1.0 + 1e-12);
    for (int i = 0; i < 3; i++) assert_true(rgb[i] >= 0.0);
    assert_true(rgb[0] / (rgb[2] + 1e-3) < before); /* hotter is bluer */
    before = rgb[0] / (rgb[2] + 1e-3);
  }
  color_kelvin(6504.0, rgb); /* nearly white: the locus passes close to D65 */
  for (int i = 0; i < 3; i++) assert_true(rgb[i] > 0.93 && rgb[i] < 1.07);
  for (int nm = 380; nm <= 780; nm += 5) {
    color_wavelength(nm, rgb);
    assert_true(luminance(rgb) > 1.0 - 1e-12 && luminance(rgb) < 1.0 + 1e-12);
  }
  color_wavelength(700.0, rgb);
  assert_true(rgb[0] > 4.0 && rgb[1] == 0.0 && rgb[2] < 0.1);
  color_wavelength(532.0, rgb);
  assert_true(rgb[1] > 1.0 && rgb[0] == 0.0);
  color_wavelength(450.0, rgb);
  assert_true(rgb[2] > rgb[0] && rgb[1] == 0.0);
}

static void test_names(void **state) {
  (void)state;
  double a[3], b[3];
  assert_int_equal(color_name_count, 148);
  for (size_t i = 0; i < color_name_count; i++) {
    char hex[16];
    if (i > 0) assert_true(strcmp(color_names[i - 1].name, color_names[i].name) < 0);
    snprintf(hex, sizeof hex, "#%06X", color_names[i].rgb);
    assert_true(color_parse(color_names[i].name, strlen(color_names[i].name), a));
    assert_true(color_parse(hex, strlen(hex), b));
    assert_memory_equal(a, b, sizeof a);
  }
  assert_false(color_parse("red\0x", 5, a));
  assert_false(color_parse("", 0, a));
  assert_false(color_parse("#", 1, a));
  assert_false(color_parse("#gg0000", 7, a));
}

static void test_maths(void **state) {
  Fixture *f = *state;
  assert_eval(f, "math.sin == sin, math.max == max, pi, tau, math.huge, math.pi == pi",
              "true\ttrue\t3.1415926535898\t6.2831853071796\tinf\ttrue");
  assert_eval(f, "sin(vec3(0)), cos(vec2(0)), sqrt(vec3(4, 9, 16)), exp(0), log(8, 2), log(vec3(1)), atan(1, 0) == pi / 2, pow(2, 10)",
              "vec3(0, 0, 0)\tvec2(1, 1)\tvec3(2, 3, 4)\t1.0\t3.0\tvec3(0, 0, 0)\ttrue\t1024.0");
  assert_eval(
    f, "floor(2.7), ceil(2.1), round(2.5), round(-2.5), floor(-0.5), floor(3), abs(-3), abs(-3.5), sign(-2), sign(0.0), floor(1e300)",
    "2\t3\t3\t-2\t-1\t3\t3\t3.5\t-1\t0.0\t1e+300");
  assert_eval(f, "fract(1.25), mod(-1, 3), mod(5.5, 2), min(3, 1.5), max(1, 2), max(vec3(1, 5, 2), 3), min(vec2(1, 2), vec2(2, 1))",
              "0.25\t2\t1.5\t1.5\t2\tvec3(3, 5, 3)\tvec2(1, 1)");
  assert_eval(f, "clamp(5, 0, 3), clamp(-1, 0, 3), clamp(vec3(-1, .5, 2), 0, 1), saturate(1.5), step(1, .5), step(1, 1)",
              "3\t0\tvec3(0, 0.5, 1)\t1.0\t0.0\t1.0");
  assert_eval(
    f,
    "smoothstep(0, 1, .5), smoothstep(0, 1, -1), smoothstep(2, 1, 1.25), smoothstep(2, 1, 3), smoothstep(1, 1, 1), deg(pi), rad(180) == pi",
    "0.5\t0.0\t0.84375\t0.0\t1.0\t180.0\ttrue");
  assert_eval(f, "sin('x')", "error: t:1: sin: argument 1: expected a number or a vector, got a string");
  assert_eval(f, "math.tointeger(3.0), math.type(1), math.type(1.0), math.ult(1, -1), math.fmod(-5, 3), math.maxinteger",
              "3\tinteger\tfloat\ttrue\t-2\t9223372036854775807");
  assert_eval(f, "7 // 2, -7 // 2, 7 % -3, 2 ^ 10, 2 ^ 0.5, 1e308 * 10, 5.5 // 2, 5.5 % 2, 3 | 4",
              "3\t-4\t-2\t1024.0\t1.4142135623731\tinf\t2.0\t1.5\t7");
}

static void read_body(lua_State *L, void *ud) {
  (void)ud;
  double v[3];
  int count;
  char text[200];
  lua_createtable(L, 2, 0);
  for (int i = 1; i <= 2; i++) lua_pushinteger(L, i - 1), lua_rawseti(L, -2, i);
  assert_int_equal(value_read_vector(L, -1, 3, v, &count), VALUE_READ_COUNT);
  value_read_message(L, -1, VALUE_READ_COUNT, 3, false, count, text, sizeof text);
  assert_string_equal(text, "{0, 1} has 2 numbers, expected 3 (x, y, z)");
  assert_int_equal(value_read_vector(L, -1, 2, v, &count), VALUE_READ_OK);
  lua_pushboolean(L, 1);
  lua_rawseti(L, -2, 2);
  assert_int_equal(value_read_vector(L, -1, 2, v, &count), VALUE_READ_ITEM);
  assert_int_equal(count, 2);
  lua_pushnumber(L, 1.0 / 0.0);
  lua_rawseti(L, -2, 2);
  assert_int_equal(value_read_vector(L, -1, 2, v, &count), VALUE_READ_FINITE);
  lua_pushstring(L, "tomato");
  assert_int_equal(value_read_color(L, -1, v, NULL), VALUE_READ_OK);
  assert_true(v[0] == 1.0);
  assert_int_equal(value_read_vector(L, -1, 3, v, NULL), VALUE_READ_TYPE);
  lua_pushstring(L, "tomatoes");
  assert_int_equal(value_read_color(L, -1, v, NULL), VALUE_READ_NAME);
  lua_pushnumber(L, 0.25);
  assert_int_equal(value_read_color(L, -1, v, NULL), VALUE_READ_OK);
  assert_true(v[0] == 0.25 && v[2] == 0.25);
  value_push_vec2(L, 1, 2);
  assert_null(value_test(L, -2));
  assert_int_equal(value_test(L, -1)->kind, VALUE_VEC2);
  assert_int_equal(value_read_color(L, -1, v, &count), VALUE_READ_COUNT);
  value_read_message(L, -1, VALUE_READ_COUNT, 3, true, count, text, sizeof text);
  assert_string_equal(text, "vec2(1, 2) has 2 numbers, expected 3 (r, g, b)");
}

static void test_reading(void **state) {
  Fixture *f = *state;
  Sandbox *sandbox;
  SandboxResult result;
  SandboxDesc desc = {.engine = f->engine};
  assert_int_equal(sandbox_create(&desc, &sandbox, NULL), ML_OK);
  assert_true(sandbox_run(sandbox, read_body, NULL, &result));
  sandbox_destroy(sandbox);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, fixture_setup, fixture_teardown)

int main(void) {
  const struct CMUnitTest tests[] = {
    TEST(test_vectors),
    TEST(test_vector_errors),
    TEST(test_colors),
    cmocka_unit_test(test_physical_colors),
    cmocka_unit_test(test_written_colors),
    cmocka_unit_test(test_names),
    TEST(test_maths),
    TEST(test_reading),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
