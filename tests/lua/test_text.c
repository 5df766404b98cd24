/* test_text.c - formatting, UTF-8, tokens, suggestions, places in a text, JSON. */
#include "diagnostics.h"
#include "lexer.h"
#include "scene_fixture.h"
#include "source.h"
#include "suggest.h"
#include "text.h"

static void formatting_is_our_own(void **state) {
  Scenes *scenes = *state;
  const MlSink sink = scenes_sink(scenes);
  put_format(&sink, "%s|%.*s|%c|%d|%u|%zu|%llu|%g|%%", "a", 2, "bcd", 'e', -5, 7u, (size_t)8, 18446744073709551615ull, 0.1);
  assert_string_equal(scenes->text, "a|bc|e|-5|7|8|18446744073709551615|0.1|%");
}

static void stores_grow(void **state) {
  Scenes *scenes = *state;
  Store store = {.engine = scenes->engine};
  Text text = {.store = &store};
  for (int i = 0; i < 5000; i++) text_format(&text, "%d,", i % 10);
  assert_int_equal(text.size, 10000);
  assert_true(memcmp(text.data + 9998, "9,", 2) == 0);
  for (size_t size = 1; size < 100000; size *= 3) {
    char *p = store_alloc(&store, size);
    assert_true((uintptr_t)p % 16 == 0 && p[0] == 0 && p[size - 1] == 0);
    memset(p, 'x', size);
  }
  assert_null(store_alloc(&store, SIZE_MAX - 5));
  assert_true(store.failed);
  store_free(&store);
}

static void characters_are_counted(void **state) {
  (void)state;
  assert_int_equal(utf8_count("a\xC3\xA4\xE2\x82\xAC\xF0\x9F\x8C\x99", 10), 4);
  static const char *const wrong[] = {"\xFF", "\xC0\x80", "\xE0\x80\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xC3", "\x80"};
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) assert_int_equal(utf8_length(wrong[i], strlen(wrong[i])), 0);
}

static void terminals_are_safe(void **state) {
  Scenes *scenes = *state;
  MlSink sink = scenes_sink(scenes);
  script_write_visible("a\x1b[31m\xFF\t\n\xC3\xA4\xC2\x9B\x7F\xE2\x80\xAE", 17, &sink);
  assert_string_equal(scenes->text, "a\\x1B[31m\\xFF\t\n\xC3\xA4\\xC2\\x9B\\x7F\\xE2\\x80\\xAE");
  sink = scenes_sink(scenes);
  script_write_json_string("a\"\\\n\x01\xFF\xC3\xA4", &sink);
  assert_string_equal(scenes->text, "\"a\\\"\\\\\\n\\u0001\\ufffd\xC3\xA4\"");
}

static void tokens_are_luas(void **state) {
  (void)state;
  static const char text[] = "#!shell\nlocal x = 0x1p-3 --[==[ long\n]] ]==] .. [[a\nb]] ~= 'it\\'s' ... 3..4 \"open\n a.b::c // -- end";
  static const char *const expected[] = {"local", "x", "=",      "0x1p-3", "..", "[[a\nb]]", "~=", "'it\\'s'", "...", "3",
                                         "..",    "4", "\"open", "a",      ".",  "b",        "::", "c",        "//"};
  Lexer lexer = lexer_start(text, sizeof text - 1);
  for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
    const Token token = lexer_next(&lexer);
    if (!token_is(text, &token, expected[i]))
      fail_msg("token %zu: expected %s, got %.*s", i, expected[i], (int)(token.end - token.start), text + token.start);
    if (i == 5) assert_int_equal(token.line, 3);
    if (i == 12) assert_false(token.closed);
  }
  assert_int_equal(lexer_next(&lexer).kind, LEX_END);
  assert_int_equal(lexer_next(&lexer).kind, LEX_END);
}

static void every_prefix_can_be_lexed(void **state) {
  (void)state;
  static const char text[] =
    "sphere{ [==[x]==], 'a\\\n', 1e+5, --[[ c ]] x = function() if a then end end, \"\\z  q\", 0x.p1, 5..6, goto }";
  for (size_t size = 0; size < sizeof text; size++) {
    char *copy = malloc(size ? size : 1); // so that reading behind it is seen
    memcpy(copy, text, size);
    Lexer lexer = lexer_start(copy, size);
    uint32_t last = 0;
    for (Token token = lexer_next(&lexer); token.kind != LEX_END; token = lexer_next(&lexer)) {
      assert_true(token.end > token.start && token.start >= last && token.end <= size);
      last = token.end;
    }
    const Source source = {"t", copy, size, NULL};
    const SourceQuery query = {.callee = "sphere", .line = 1, .steps = {{"x", 0}}, .step_count = 1};
    (void)source_find(&source, &query, NULL, NULL);
    free(copy);
  }
}

static void distances(void **state) {
  (void)state;
  assert_int_equal(suggest_distance("sphere", "sphere", 3), 0);
  assert_int_equal(suggest_distance("sphree", "sphere", 3), 1);
  assert_int_equal(suggest_distance("SPHERE", "sphere", 3), 0);
  assert_int_equal(suggest_distance("", "abc", 3), 3);
  assert_int_equal(suggest_distance("kitten", "sitting", 3), 3);
  assert_int_equal(suggest_distance("abcdef", "uvwxyz", 2), 3);
  Suggestion s = suggest_start("radius_");
  suggest_try(&s, "radios_x");
  suggest_try(&s, "radius");
  assert_string_equal(s.best, "radius");
  s = suggest_start("x");
  suggest_try(&s, "y");
  assert_null(s.best);
  assert_true(suggest_in_list("a,bc,d", "bc") && suggest_in_list("a,bc,d", "d") && !suggest_in_list("a,bc,d", "b") &&
              !suggest_in_list(NULL, "b"));
}

static void diagnostics_as_json(void **state) {
  Scenes *scenes = *state;
  scenes_evaluate(scenes, "sphere{ radus = 1 }\nbackground(1) camera{}", (ScriptInput){0});
  const MlSink sink = scenes_sink(scenes);
  script_write_diagnostics_json(scenes->evaluation, &sink);
  assert_string_equal(
    scenes->text,
    "{\"diagnostics\":[{\"severity\":\"error\",\"file\":\"scene.lua\",\"line\":1,\"column\":9,\"endColumn\":14,"
    "\"message\":\"sphere has no field 'radus' \xE2\x80\x94 did you mean 'radius'?\",\"path\":\"sphere.radus\","
    "\"note\":\"sphere{ center, radius, material, name, visible, at, turn, scale, floor }      (moonlit doc sphere)\",\"count\":1,"
    "\"fix\":{\"line\":1,\"column\":9,\"endColumn\":14,\"text\":\"radius\"}}],\"errors\":1,\"warnings\":0}");
}

/* Applying what is proposed mends the script. */
static void fixes_fix(void **state) {
  static const char *const cases[][2] = {
    {"sphere{ radus = 1 }", "sphere{ radius = 1 }"},
    {"if 1 != 2 then sphere{} end", "if 1 ~= 2 then sphere{} end"},
    {"sphere{ radius: 1 }", "sphere{ radius = 1 }"},
    {"sphere{ center = {0,0,0} radius = 1 }", "sphere{ center = {0,0,0}, radius = 1 }"},
    {"if true && true then sphere{} end", "if true and true then sphere{} end"},
    {"sphree{}", "sphere{}"},
    {"var x = 1 sphere{}", "local x = 1 sphere{}"},
    {"for i = 1, 2 sphere{} end", "for i = 1, 2 do sphere{} end"},
    // Only the wrong word of a field, wherever it stands in it.
    {"sphere{ material = \"glod\" }", "sphere{ material = \"gold\" }"},
    {"sphere{ material = metal 'cooper' }", "sphere{ material = metal 'copper' }"},
    {"room{ open = { \"left\", \"rihgt\" } }", "room{ open = { \"left\", \"right\" } }"},
  };
  Scenes *scenes = *state;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    const ScriptEvaluation *e = scenes_evaluate(scenes, cases[i][0], (ScriptInput){0});
    assert_int_equal(e->diagnostic_count, 1);
    const ScriptDiagnostic *d = &e->diagnostics[0];
    assert_true(d->has_fix && d->fix_line == 1);
    char mended[200];
    snprintf(mended, sizeof mended, "%.*s%s%s", (int)d->fix_column - 1, cases[i][0], d->fix_text, cases[i][0] + d->fix_end_column - 1);
    assert_string_equal(mended, cases[i][1]);
  }
  // The word is elsewhere: nothing to replace at the field.
  const ScriptEvaluation *e = scenes_evaluate(scenes, "local n = \"glod\" sphere{ material = n }", (ScriptInput){0});
  assert_int_equal(e->diagnostic_count, 1);
  assert_false(e->diagnostics[0].has_fix);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(formatting_is_our_own),
    cmocka_unit_test(stores_grow),
    cmocka_unit_test(characters_are_counted),
    cmocka_unit_test(terminals_are_safe),
    cmocka_unit_test(tokens_are_luas),
    cmocka_unit_test(every_prefix_can_be_lexed),
    cmocka_unit_test(distances),
    cmocka_unit_test(diagnostics_as_json),
    cmocka_unit_test(fixes_fix),
  };
  return cmocka_run_group_tests_name("lua text", tests, scenes_setup, scenes_teardown);
}
