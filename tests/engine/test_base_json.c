/* test_base_json.c - JSON texts: what is one, what is not and where it goes wrong, values, strings, long texts, memory that runs out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/json.h"
#include "fault_memory.h"

static Memory memory;

static MlStatus parse(const char *text, Json *out, MlError *error) {
  *error = (MlError){0};
  return json_parse(&memory, NULL, text, strlen(text), out, error);
}

static void test_values(void **state) {
  (void)state;
  static const char text[] = " {\"a\": [1, -2.5e3, true, null, \"x\\\"y\"], \"b\": {}, \"a\": 7,\r\n\t\"deep\": {\"er\": [[], [0.125]]}} ";
  Json json;
  MlError error;
  assert_int_equal(parse(text, &json, &error), ML_OK);
  assert_int_equal(json_type(&json, 0), JSON_OBJECT);
  assert_int_equal(json_count(&json, 0), 4);
  const uint32_t a = json_member(&json, 0, "a");
  assert_int_equal(json_type(&json, a), JSON_ARRAY);
  assert_int_equal(json_count(&json, a), 5);
  uint32_t item = json_first(&json, a);
  assert_true(json_number(&json, item) == 1.0);
  item = json_next(&json, item);
  assert_true(json_number(&json, item) == -2500.0);
  item = json_next(&json, item);
  assert_true(json_is_true(&json, item) && json_type(&json, item) == JSON_BOOLEAN);
  item = json_next(&json, item);
  assert_int_equal(json_type(&json, item), JSON_NULL);
  item = json_next(&json, item);
  char string[16];
  assert_int_equal(json_string(&json, item, string, sizeof string), 3);
  assert_string_equal(string, "x\"y");
  assert_int_equal(json_type(&json, json_member(&json, 0, "b")), JSON_OBJECT);
  assert_int_equal(json_first(&json, json_member(&json, 0, "b")), JSON_NONE);
  const uint32_t er = json_member(&json, json_member(&json, 0, "deep"), "er");
  assert_true(json_number(&json, json_first(&json, json_next(&json, json_first(&json, er)))) == 0.125);
  // What is not there is nothing, all the way
  const uint32_t none = json_member(&json, json_member(&json, 0, "no"), "thing");
  assert_int_equal(none, JSON_NONE);
  assert_int_equal(json_type(&json, none), JSON_MISSING);
  assert_true(json_number(&json, none) == 0.0 && json_count(&json, none) == 0 && json_first(&json, none) == JSON_NONE);
  assert_int_equal(json_text(&json, none).size, 0);
  json_free(&memory, &json);
  assert_int_equal(memory.used, 0);
}

static void test_strings(void **state) {
  (void)state;
  static const struct {
    const char *text, *string;
  } cases[] = {
    {"\"\"", ""},
    {"\"a\\/b\\\\\\n\\t\"", "a/b\\\n\t"},
    {"\"\\u00e9\\u20AC\"", "\xc3\xa9\xe2\x82\xac"},
    {"\"\\ud83d\\ude00\"", "\xf0\x9f\x98\x80"},
    {"\"\\ud83d\"", "\xef\xbf\xbd"},
    {"\"\\ud83dx\\ude00\"", "\xef\xbf\xbdx\xef\xbf\xbd"},
    {"\"\\u0000.\"", "\xef\xbf\xbd."},
    {"\"\xc3\xa9\"", "\xc3\xa9"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    Json json;
    MlError error;
    char string[32];
    assert_int_equal(parse(cases[i].text, &json, &error), ML_OK);
    assert_int_equal(json_string(&json, 0, string, sizeof string), strlen(cases[i].string));
    assert_string_equal(string, cases[i].string);
    assert_true(strlen(cases[i].string) <= json_text(&json, 0).size);
    json_free(&memory, &json);
  }
  // Cut at a character's border
  Json json;
  MlError error;
  char string[4];
  assert_int_equal(parse("\"ab\\u00e9c\"", &json, &error), ML_OK);
  assert_int_equal(json_string(&json, 0, string, sizeof string), 2);
  assert_string_equal(string, "ab");
  json_free(&memory, &json);
}

static void test_wrong(void **state) {
  (void)state;
  static const struct {
    const char *text, *message;
  } cases[] = {
    {"", "line 1, column 1: expected a value, but the text ends"},
    {"  \n ", "line 2, column 2: expected a value, but the text ends"},
    {"{\"a\": 1", "line 1, column 8: expected the end of a string, number, object or array, but the text ends"},
    {"{\"a\" 1}", "line 1, column 6: expected JSON, got '1'"},
    {"{\"a\" \"b\"}", "line 1, column 6: expected ':', got '\"'"},
    {"{\"a\": 1,\n \"b\": 2,}", "line 2, column 9: expected a key in quotes, got '}'"},
    {"[1 2]", "line 1, column 4: expected ',' or ']', got '2'"},
    {"[1,]", "line 1, column 4: expected a value, got ']'"},
    {"[,1]", "line 1, column 2: expected a value, got ','"},
    {"[1]]", "line 1, column 4: expected JSON, got ']'"},
    {"[] []", "line 1, column 4: expected the end of the text, got '['"},
    {"[]:]", "line 1, column 3: expected the end of the text, got ':'"},
    {"{]", "line 1, column 2: expected JSON, got ']'"},
    {"[01]", "line 1, column 2: expected a value, got '0'"},
    {"[1.]", "line 1, column 2: expected a value, got '1'"},
    {"[-]", "line 1, column 2: expected a value, got '-'"},
    {"[1e]", "line 1, column 2: expected a value, got '1'"},
    {"[trve]", "line 1, column 2: expected a value, got 't'"},
    {"[nan]", "line 1, column 2: expected a value, got 'n'"},
    {"[x]", "line 1, column 2: expected JSON, got 'x'"},
    {"[\"a]", "line 1, column 5: expected the end of a string, number, object or array, but the text ends"},
    {"[\"\\u12\"]", "line 1, column 2: expected JSON, got '\"'"},
    {"[\"\\x\"]", "line 1, column 2: expected JSON, got '\"'"},
    {"[\"\\u00g0\"]", "line 1, column 2: expected JSON, got '\"'"},
    {"[\"a\nb\"]", "line 1, column 4: expected no control character in a string, got the byte 0x0a"},
    {"{1: 2}", "line 1, column 2: expected JSON, got '1'"},
    {"{[]: 2}", "line 1, column 2: expected JSON, got '['"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    Json json;
    MlError error;
    if (parse(cases[i].text, &json, &error) != ML_ERROR_FORMAT) fail_msg("accepted: %s", cases[i].text);
    assert_string_equal(error.message, cases[i].message);
    assert_int_equal(memory.used, 0);
  }
  Json json;
  MlError error = {0};
  assert_int_equal(json_parse(&memory, NULL, "[\0]", 3, &json, &error), ML_ERROR_FORMAT);
  assert_string_equal(error.message, "line 1, column 2: expected text, got the byte 0x00");
}

static void test_depth(void **state) {
  (void)state;
  for (int depth = JSON_MAX_DEPTH - 1; depth <= JSON_MAX_DEPTH + 1; depth++) {
    char text[2 * JSON_MAX_DEPTH + 8] = {0};
    memset(text, '[', (size_t)depth);
    memset(text + depth, ']', (size_t)depth);
    Json json;
    MlError error;
    const MlStatus status = parse(text, &json, &error);
    assert_int_equal(status, depth <= JSON_MAX_DEPTH ? ML_OK : ML_ERROR_LIMIT);
    if (status == ML_OK) json_free(&memory, &json);
    else assert_string_equal(error.message, "line 1, column 101: more than 100 values inside each other");
  }
}

static bool poll_never(void *ud) { return ++*(int *)ud, false; }
static bool poll_third(void *ud) { return ++*(int *)ud >= 3; }

/* Ten megabytes in pieces, with long strings, long lists of numbers and many objects; it can be called off. */
static void test_long(void **state) {
  (void)state;
  Bytes text = {0};
  bytes_write(&text, "{\"string\": \"", 12);
  for (int i = 0; i < 3 << 20; i++) bytes_write(&text, "\\/", i % 7 == 0 ? 2 : 0), bytes_write(&text, "x", 1);
  bytes_write(&text, "\", \"numbers\": [0", 16);
  for (int i = 1; i < 2000000; i++) bytes_write(&text, ",1", 2);
  bytes_write(&text, "], \"objects\": [{}", 17);
  for (int i = 1; i < 200000; i++) bytes_write(&text, ", {\"a\": [7]}", 12);
  bytes_write(&text, "]}", 2);
  int polls = 0;
  Work work = {.cancel = &(MlCancel){.poll = poll_never, .ud = &polls}};
  Json json;
  MlError error = {0};
  assert_int_equal(json_parse(&memory, &work, (const char *)text.data, text.count, &json, &error), ML_OK);
  assert_true(polls > 20);
  assert_int_equal(json_count(&json, json_member(&json, 0, "numbers")), 2000000);
  const uint32_t objects = json_member(&json, 0, "objects");
  assert_int_equal(json_count(&json, objects), 200000);
  uint32_t item = json_first(&json, objects);
  for (int i = 1; i < 200000; i++) item = json_next(&json, item);
  assert_true(json_number(&json, json_first(&json, json_member(&json, item, "a"))) == 7.0);
  json_free(&memory, &json);

  polls = 0;
  work = (Work){.cancel = &(MlCancel){.poll = poll_third, .ud = &polls}};
  error = (MlError){0};
  assert_int_equal(json_parse(&memory, &work, (const char *)text.data, text.count, &json, &error), ML_ERROR_CANCELLED);
  assert_int_equal(memory.used, 0);
  bytes_free(&text);
}

static void test_memory(void **state) {
  (void)state;
  FaultMemory fault;
  fault_init(&fault, 0, false);
  Json json;
  MlError error = {0};
  assert_int_equal(json_parse(&fault.memory, NULL, "[1]", 3, &json, &error), ML_ERROR_MEMORY);
  assert_int_equal(fault.memory.used, 0);
}

int main(void) {
  memory_init(&memory, NULL, 1u << 30);
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_values), cmocka_unit_test(test_strings), cmocka_unit_test(test_wrong),
    cmocka_unit_test(test_depth),  cmocka_unit_test(test_long),    cmocka_unit_test(test_memory),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
