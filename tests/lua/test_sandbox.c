/* test_sandbox.c - the environment, the libraries, the order of things, limits and failing memory. Hostile scripts: test_sandbox_hostile.c. */
#include "lua_fixture.h"

#define RUN(fixture, text) fixture_run((fixture), (SandboxDesc){.seconds = 30}, "t", (text), strlen(text))

/* Runs text; the output must be `expected`. */
static void expect_output(Fixture *fixture, const char *text, const char *expected) {
  SandboxResult result = RUN(fixture, text);
  assert_string_equal(result.message, "");
  assert_true(result.ok);
  assert_string_equal(fixture->output, expected);
}

static void expect_error(Fixture *fixture, const char *text, const char *expected) {
  SandboxResult result = RUN(fixture, text);
  assert_false(result.ok);
  assert_int_equal(result.stop, SANDBOX_STOP_NONE);
  assert_string_equal(result.message, expected);
}

static void test_environment(void **state) {
  Fixture *f = *state;
  expect_error(f, "\n\nprint(foo)", "t:3: 'foo' is not defined");
  expect_error(f, "sin = 1", "t:1: 'sin' is built in and cannot be overwritten: choose another name, or write 'local sin = ...'");
  expect_error(f, "math.pi = 3", "t:1: 'math' is built in: its fields cannot be changed");
  expect_output(f, "count = 1 count = count + 1 print(count) local sin = 2 print(sin)", "t:1: 2\nt:1: 2\n");
  expect_output(f, "print(getmetatable(''), getmetatable(_ENV), getmetatable(math), getmetatable(vec3(1)))", "t:1: nil\tnil\tnil\tnil\n");
  for (const char *const *name = (const char *const[]){"os", "io", "load", "loadfile", "dofile", "debug", "package", "coroutine",
                                                       "collectgarbage", "rawget", "rawset", "_G", "require", "arg", NULL};
       *name; name++) {
    char text[64], message[64];
    snprintf(text, sizeof text, "return %s", *name);
    snprintf(message, sizeof message, "t:1: '%s' is not defined", *name);
    expect_error(f, text, message);
  }
  expect_output(f, "print(('x').dump, pcall(function() return string.dump end))", "t:1: nil\ttrue\tnil\n");
}

static const char *suggest(void *ud, lua_State *L, const char *name) {
  (void)ud;
  (void)L;
  return strcmp(name, "sphree") == 0 ? "sphere" : NULL;
}

static void test_suggestion(void **state) {
  Fixture *f = *state;
  const char *text = "sphree{}";
  SandboxResult result = fixture_run(f, (SandboxDesc){.suggest = suggest}, "scene.lua", text, strlen(text));
  assert_string_equal(result.message, "scene.lua:1: 'sphree' is not defined — did you mean 'sphere'?");
}

static void test_source(void **state) {
  Fixture *f = *state;
  expect_output(f, "\xEF\xBB\xBFprint(1)", "t:1: 1\n");
  expect_output(f, "#!/usr/bin/moonlit\nprint(1)", "t:2: 1\n");
  expect_output(f, "", "");
  expect_error(f, "\x1bLua", "t:1: a scene is text; this is a compiled program");
  expect_error(f, "\xEF\xBB\xBF\x1bLua", "t:1: a scene is text; this is a compiled program");
  expect_error(f, "x = = 1", "t:1: unexpected symbol near '='");
  size_t size = SANDBOX_SOURCE_BYTES + 1;
  char *text = malloc(size);
  assert_non_null(text);
  memset(text, ' ', size);
  SandboxResult result = fixture_run(f, (SandboxDesc){0}, "t", text, size);
  assert_string_equal(result.message, "t:1: the script is longer than 4 MB");
  result = fixture_run(f, (SandboxDesc){0}, "t", text, size - 1);
  assert_true(result.ok);
  free(text);
}

/* Source text made of one pattern, which keeps the parser busy without end: the limit must reach it. */
static void test_parser_limit(void **state) {
  Fixture *f = *state;
  static const char *const patterns[][3] = {
    {"local x = a", " and a", ""},            /* a list of jumps, walked once for each */
    {"", "goto a do end ", ""},               /* pending gotos, moved out of each block */
    {"local x = ", "{", ""},                  /* nesting */
    {"if a then ", "elseif a then ", " end"}, /* another list of jumps */
  };
  size_t size = 4000000;
  char *text = malloc(size + 100);
  assert_non_null(text);
  for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++) {
    size_t n = (size_t)sprintf(text, "%s", patterns[i][0]);
    while (n < size) n += (size_t)sprintf(text + n, "%s", patterns[i][1]);
    n += (size_t)sprintf(text + n, "%s", patterns[i][2]);
    SandboxResult result = fixture_run(f, (SandboxDesc){.seconds = 0.3}, "t", text, n);
    assert_false(result.ok);
  }
  free(text);
}

static void test_order_of_keys(void **state) {
  Fixture *f = *state;
  expect_output(f,
                "local a, b, g = {}, {}, function() end\n"
                "local t = { [g] = 1, [b] = 2, [a] = 3, z = 4, a = 5, [true] = 6, [false] = 7, [1.5] = 8, [3] = 9, [-1] = 10, aa = 11,\n"
                "  [2^53] = 12, [math.maxinteger] = 13, ['\\0'] = 14, [vec2(1, 2)] = 15, [10] = 16 }\n"
                "local s = '' for k, v in pairs(t) do s = s .. v .. ' ' end print(s)\n"
                "s = '' local k, v = next(t) while k ~= nil do s = s .. v .. ' ' k, v = next(t, k) end print(s)",
                "t:4: 10 8 9 16 12 13 14 5 11 4 7 6 15 3 2 1 \nt:5: 10 8 9 16 12 13 14 5 11 4 7 6 15 3 2 1 \n");
  expect_output(f, "local t = {1, 2, 3, 4} for k in pairs(t) do t[k] = nil t[k + 1] = nil t[k .. 'x'] = 1 print(k) end",
                "t:1: 1\nt:1: 3\n");
  expect_output(f, "print(next({}), next({7}), next({7}, 1), rawlen(math))\nfor k, v in pairs(table) do print(k) break end",
                "t:1: nil\t1\tnil\t0\nt:2: concat\n");
  expect_output(f,
                "local t = setmetatable({}, { __pairs = function(t) return function(_, k) if not k then return 1, 2 end end, t end })\n"
                "for k, v in pairs(t) do print(k, v) end",
                "t:2: 1\t2\n");
  expect_error(f, "next({ 1 }, 0 / 0)", "t:1: bad argument #2 to 'next' (nan is no key)");
  expect_error(f, "for k in pairs(5) do end", "t:1: pairs(x) goes through the fields of a table; this is a number");
}

static void test_text(void **state) {
  Fixture *f = *state;
  expect_output(f,
                "local a, b = {}, {} local n = tonumber(tostring(a):match('table#(%d+)'))\n"
                "print(tostring(b) == 'table#' .. n + 1, string.format('%s', a) == tostring(a), tostring(a) == tostring(a))",
                "t:2: true\ttrue\ttrue\n");
  expect_output(f, "print({1, 2, {x = 3, ['a b'] = 'q\"\\n'}, y = true, [9] = 1.5}, {}, {{{{{}}}}} ~= nil)",
                "t:1: {1, 2, {[\"a b\"] = \"q\\\"\\n\", x = 3}, [9] = 1.5, y = true}\t{}\ttrue\n");
  expect_output(
    f, "local t = {} for i = 1, 50 do t[i] = i end print(#(tostring(t)) > 0) print(t)",
    "t:1: true\nt:1: {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, "
    "31, 32, 33, 34, 35, 36, 37, 38, 39, 40, … 10 more}\n");
  RUN(f, "local t = {} t.me = t print(t)");
  assert_non_null(strstr(f->output, "{me = table#"));
  expect_output(f, "print(0/0, -(0/0), 1/0, -1/0, -0.0, 2^53, 1e100, 3 // 2, 7 // 2.0, 0.1, 1e15, 123456789012345678)",
                "t:1: nan\tnan\tinf\t-inf\t-0.0\t9.007199254741e+15\t1e+100\t1\t3.0\t0.1\t1e+15\t123456789012345678\n");
  expect_output(
    f,
    "print(tonumber ' 0x1p4 ', tonumber '1e1', tonumber '-.5', tonumber '1e', tonumber 'inf', tonumber 'nan', tonumber('zz', 36), "
    "0x.8p1, 1e-320 > 0, tonumber '- 1', tonumber '')",
    "t:1: 16.0\t10.0\t-0.5\tnil\tnil\tnil\t1295\t1.0\ttrue\tnil\tnil\n");
  expect_output(f,
                "print(string.format('%5.2f|%-6d|%06.1f|%x|%q|%q|%g|%s|%c|%i|%%', 3.14159, 42, 2.5, 255, 'a\\n', 0.1, 1e20, nil, 65, 7))",
                "t:1:  3.14|42    |0002.5|ff|\"a\\\n\"|0x1.999999999999ap-4|1e+20|nil|A|7|%\n");
  expect_output(f, "print(('a' < 'b'), ('a\\0b' < 'a\\0c'), ('Z' < 'a'), ('é' > 'z'), 'a' .. 1 .. 2.0)",
                "t:1: true\ttrue\ttrue\ttrue\ta12.0\n");
  expect_output(f, "warn('a', 1) print() print('x')\nlocal function f() print 'inside' end\nf()",
                "warning: t:1: a1\nt:1: \nt:1: x\nt:2: inside\n");
}

static void test_output_is_cut(void **state) {
  Fixture *f = *state;
  SandboxResult result = RUN(f, "for i = 1, 100000 do print('line', i) end print 'end'");
  assert_true(result.ok);
  assert_true(f->length > SANDBOX_PRINT_BYTES && f->length < 2 * SANDBOX_PRINT_BYTES);
  const char *cut = "t:1: … output cut\n";
  assert_string_equal(f->output + f->length - strlen(cut), cut);
  assert_ptr_equal(strstr(f->output, cut), f->output + f->length - strlen(cut));
}

static void test_protected_calls(void **state) {
  Fixture *f = *state;
  expect_output(f, "print(pcall(error, 'x', 0)) print(pcall(error)) print(pcall(function(...) return ... end, 1, nil, 3))",
                "t:1: false\tx\nt:1: false\tnil\nt:1: true\t1\tnil\t3\n");
  expect_output(f,
                "print(xpcall(function(a, b) return a + b end, print, 1, 2)) print(xpcall(error, function(m) return m .. '!' end, 'no'))",
                "t:1: true\t3\nt:1: false\tno!\n");
  expect_output(f, "print(select('#', pcall(select, '#')), select(-1, 1, 2), pcall(assert, false, 'why'), assert(1, 2))",
                "t:1: 2\t2\tfalse\t1\t2\n");
  expect_error(f, "pcall()", "t:1: bad argument #1 to 'pcall' (value expected)");
  expect_error(f, "setmetatable(1, {})", "t:1: setmetatable works on tables; this is a number");
  expect_error(f, "local t = setmetatable({}, { __index = function(t, k) return k .. '?' end }) error(t.a)", "t:1: a?");
}

static void test_table(void **state) {
  Fixture *f = *state;
  expect_output(
    f,
    "local t = {3, 1, 2} table.sort(t) print(t) table.sort(t, function(a, b) return a > b end) print(t)\n"
    "table.insert(t, 9) table.insert(t, 1, 8) print(t) print(table.remove(t), table.remove(t, 1), t, table.remove({}))\n"
    "print(table.concat(t, '-'), table.concat({}, 'x'), table.unpack({1, 2, 3}, 2)) print(table.move({1, 2, 3}, 1, 3, 2), table.pack(1, nil).n)",
    "t:1: {1, 2, 3}\nt:1: {3, 2, 1}\nt:2: {8, 3, 2, 1, 9}\nt:2: 9\t8\t{3, 2, 1}\tnil\nt:3: 3-2-1\t\t2\t3\nt:3: {1, 1, 2, 3}\t2\n");
  expect_output(
    f,
    "local t = {} for i = 1, 500 do t[i] = { i % 7, i } end table.sort(t, function(a, b) return a[1] < b[1] end)\n"
    "local ok = true for i = 2, 500 do ok = ok and (t[i-1][1] < t[i][1] or t[i-1][1] == t[i][1] and t[i-1][2] < t[i][2]) end print(ok)",
    "t:2: true\n"); /* stable */
  expect_output(
    f, "local t = {5, 4, 3, 2, 1} table.sort(t, function() return true end) print(#t) table.sort(t, function() return false end) print(#t)",
    "t:1: 5\nt:1: 5\n"); /* an order that contradicts itself */
  expect_error(f, "table.insert(setmetatable({}, { __len = function() return math.maxinteger end }), 1)",
               "t:1: bad argument #1 to 'insert' (the list is full)");
  expect_error(f, "table.concat{1, {}}", "t:1: table.concat joins strings and numbers: item 2 is a table");
  expect_error(f, "table.insert({}, 5, 1)", "t:1: bad argument #2 to 'insert' (position out of bounds)");
}

static void test_random(void **state) {
  Fixture *f = *state;
  const char *text =
    "print(random(), random(6), random(-3, 3), math.random == random) print(rng('a')(), rng('b')(), rng('a')(2, 3))\n"
    "local r = rng 'x' print(r:int(1, 6), r:int(6), r:pick{7}, r:shuffle{1, 2, 3}, #r:shuffle{}) print(hash(1, 2), hash '1', hash(vec3(1)))";
  SandboxResult result = RUN(f, text);
  assert_true(result.ok);
  char first[1000];
  snprintf(first, sizeof first, "%.900s", f->output);
  RUN(f, text);
  assert_string_equal(f->output, first);
  /* the values themselves are promised, too */
  assert_eval(f, "random()", "0.70292183315885");
  assert_eval(f, "hash(1)", "0.77326732455628");
  assert_eval(f, "hash(1.0) == hash(1)", "true");
  assert_eval(f, "hash(1, 2) == hash(2, 1)", "false");
  expect_output(
    f,
    "local r = rng 's' for i = 1, 2000 do local d, s, c = r:disk(), r:sphere(), r:color() assert(length(d) <= 1)\n"
    "assert(abs(length(s) - 1) < 1e-12) assert(min(c.r, c.g, c.b) >= 0) assert(r() < 1 and r(5) < 5 and r(2, 4) >= 2)\n"
    "local i = r:int(3) assert(i >= 1 and i <= 3) end math.randomseed(7) local a = random() math.randomseed(7) print(a == random())",
    "t:3: true\n");
  expect_error(f, "random(2, 1)", "t:1: random(2, 1): there is no integer between them");
  expect_error(f, "rng 'a':pick{}", "t:1: r:pick: the list is empty");
  expect_error(f, "rng()", "t:1: rng needs a name: rng \"trees\"");
}

static bool cancel_poll(void *ud) { return ++*(int *)ud > 20; }

static void count_nodes(lua_State *L, void *ud) {
  (void)ud;
  for (;;) sandbox_count_nodes(L, 1);
}

static void test_limits(void **state) {
  Fixture *f = *state;
  const char *text = "while true do pcall(string.rep, 'x', 100) end";
  int polls = 0;
  SandboxResult result = fixture_run(f, (SandboxDesc){.cancel = {.poll = cancel_poll, .ud = &polls}}, "t", text, strlen(text));
  assert_int_equal(result.stop, SANDBOX_STOP_CANCELLED);
  assert_string_equal(result.message, "cancelled");

  result = fixture_run(f, (SandboxDesc){.seconds = 0.05}, "t", text, strlen(text));
  assert_int_equal(result.stop, SANDBOX_STOP_TIME);
  assert_string_equal(result.message, "the script ran longer than 0.05 s: is there a loop without an end?");

  text = "local t = {} for i = 1, 1e9 do t[i] = i end";
  result = fixture_run(f, (SandboxDesc){.memory = 8 << 20, .seconds = 60}, "t", text, strlen(text));
  assert_int_equal(result.stop, SANDBOX_STOP_MEMORY);
  assert_string_equal(result.message, "the script needs more than its 8 MB of memory: does a table or a string grow without end?");
  assert_true(result.peak <= 8 << 20);
  assert_false(result.engine_memory);

  Sandbox *sandbox;
  SandboxDesc desc = {.engine = f->engine, .nodes = 1000};
  assert_int_equal(sandbox_create(&desc, &sandbox, NULL), ML_OK);
  assert_false(sandbox_run(sandbox, count_nodes, NULL, &result));
  sandbox_destroy(sandbox);
  assert_int_equal(result.stop, SANDBOX_STOP_NODES);
  assert_string_equal(result.message, "the script makes more than 1000 objects: is there a loop without an end?");
}

/* Whichever allocation fails, the run ends in the memory limit and nothing is left behind. */
static void test_failing_allocations(void **state) {
  Fixture *f = *state;
  const char *text = "local t = {} for i = 1, 50 do t[i] = { vec3(i), tostring(i), function() return i end } end\n"
                     "table.sort(t, function(a, b) return a[1].x > b[1].x end) print(t, ('x'):rep(5000), string.format('%s', t[1][2]))\n"
                     "print(pcall(error, { 1 })) for k, v in pairs(t) do t[k] = (k .. 'a'):gsub('a', 'b') end print(table.concat(t, ','))\n"
                     "local r = rng 'q' r:shuffle(t) print(kelvin(4000), xpcall(error, function(e) return e .. '!' end, 'x'))";
  uint64_t used = ml_engine_memory(f->engine).used;
  bool ended = false;
  for (long n = 0; n < 20000 && !ended; n += n < 400 ? 1 : 7) {
    f->fail_at = n;
    SandboxResult result = RUN(f, text);
    ended = f->fail_at > 0;
    f->fail_at = -1;
    assert_int_equal(ml_engine_memory(f->engine).used, used);
    if (result.ok) continue;
    assert_int_equal(result.stop, SANDBOX_STOP_MEMORY);
  }
  assert_true(ended);
  assert_true(RUN(f, text).ok);
}

static bool stuck_called;
static void stuck(void *ud) {
  (void)ud;
  __atomic_store_n(&stuck_called, true, __ATOMIC_RELEASE);
}

static void ignore_limits(lua_State *L, void *ud) {
  (void)L;
  (void)ud;
  while (!__atomic_load_n(&stuck_called, __ATOMIC_ACQUIRE)) {}
}

static void test_watchdog(void **state) {
  Fixture *f = *state;
#if defined(__EMSCRIPTEN__) || defined(ML_NO_THREADS)
  skip(); /* native only */
#endif
  Sandbox *sandbox;
  SandboxResult result;
  SandboxDesc desc = {.engine = f->engine, .seconds = 0.01, .stuck = stuck};
  assert_int_equal(sandbox_create(&desc, &sandbox, NULL), ML_OK);
  sandbox_run(sandbox, ignore_limits, NULL, &result); /* ends only when the watchdog has spoken */
  sandbox_destroy(sandbox);
  assert_true(stuck_called);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, fixture_setup, fixture_teardown)

int main(void) {
  const struct CMUnitTest tests[] = {
    TEST(test_environment),
    TEST(test_suggestion),
    TEST(test_source),
    TEST(test_parser_limit),
    TEST(test_order_of_keys),
    TEST(test_text),
    TEST(test_output_is_cut),
    TEST(test_protected_calls),
    TEST(test_table),
    TEST(test_random),
    TEST(test_limits),
    TEST(test_watchdog),
    TEST(test_failing_allocations),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
