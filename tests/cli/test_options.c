/* test_options.c - the command line: every option's values, and what is said about wrong ones. */
#include "options.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
// cmocka needs the headers above
#include <cmocka.h>

enum { MAX_WORDS = 32 };

typedef struct Call {
  char *text; /* the words, cut apart */
  Options options;
  bool ok;
  char message[400];
} Call;

/* Parses "moonlit " + words, split at spaces; "_" in a word stands for an empty one. */
static Call parse(const char *words) {
  Call call = {.text = strdup(words)};
  char *argv[MAX_WORDS] = {(char[]){"moonlit"}};
  int argc = 1;
  for (char *word = strtok(call.text, " "); word && argc < MAX_WORDS; word = strtok(NULL, " ")) {
    if (strcmp(word, "_") == 0) *word = '\0';
    argv[argc++] = word;
  }
  call.ok = options_parse(&call.options, argc, argv, call.message);
  return call;
}

static void release(Call *call) {
  options_free(&call->options);
  free(call->text);
}

static void expect_wrong(const char *words, const char *message) {
  Call call = parse(words);
  assert_false(call.ok);
  assert_string_equal(call.message, message);
  release(&call);
}

static void every_value_is_read(void **state) {
  (void)state;
  Call c = parse("render a.lua --exposure auto --samples 16777216");
  assert_true(c.ok && c.options.has_exposure && c.options.auto_exposure && c.options.samples == 16777216);
  release(&c);
  c = parse("render a.lua -o b.png --size 640x360 --samples 12 --seed 18446744073709551615 --threads=3 --tile 7");
  assert_true(c.ok);
  assert_int_equal(c.options.command, COMMAND_RENDER);
  assert_string_equal(c.options.scene, "a.lua");
  assert_string_equal(c.options.output, "b.png");
  assert_int_equal(c.options.width, 640);
  assert_int_equal(c.options.height, 360);
  assert_int_equal(c.options.samples, 12);
  assert_true(c.options.has_seed && c.options.seed == UINT64_MAX);
  assert_int_equal(c.options.threads, 3);
  assert_int_equal(c.options.tile, 7);
  release(&c);

  c = parse("hash --crop 1,2,3,4 --camera top --integrator whitted --exposure -1.5 --time-limit 2.5 --eval-timeout 3 a.lua --isa scalar --build high");
  assert_true(c.ok);
  assert_int_equal(c.options.crop[0], 1);
  assert_int_equal(c.options.crop[3], 4);
  assert_string_equal(c.options.camera, "top");
  assert_true(c.options.has_integrator && c.options.integrator == ML_WHITTED);
  assert_true(c.options.has_exposure && !c.options.auto_exposure && c.options.exposure == -1.5);
  assert_true(c.options.time_limit == 2.5 && c.options.eval_timeout == 3.0);
  assert_string_equal(c.options.isa, "scalar");
  assert_int_equal(c.options.build, ML_BUILD_HIGH);
  release(&c);

  c = parse("hash a.lua --from -1.5,2e3,0 --look-at=0,1,.25 --fov 35.5 --focus 0");
  assert_true(c.ok);
  assert_true(c.options.view.has_from && c.options.view.from[0] == -1.5 && c.options.view.from[1] == 2000 && c.options.view.from[2] == 0);
  assert_true(c.options.view.has_look_at && c.options.view.look_at[2] == 0.25);
  assert_true(c.options.view.has_fov && c.options.view.fov == 35.5 && c.options.view.has_focus && !c.options.view.has_up);
  release(&c);

  c = parse("render a.lua --film f --resume=g --strict --quiet --json --set a=1 --set b=x=y --set c= -oz.hdr");
  assert_true(c.ok);
  assert_string_equal(c.options.film, "f");
  assert_string_equal(c.options.resume, "g");
  assert_true(c.options.strict && c.options.quiet && c.options.json);
  assert_int_equal(c.options.set_count, 3);
  assert_string_equal(c.options.sets[1].name, "b");
  assert_string_equal(c.options.sets[1].value, "x=y");
  assert_string_equal(c.options.sets[2].value, "");
  assert_string_equal(c.options.output, "z.hdr");
  release(&c);
}

static void integrators_are_in_the_order_of_the_enum(void **state) {
  (void)state;
  static const struct {
    const char *name;
    MlIntegrator value;
  } all[] = {{"path", ML_PATH},       {"whitted", ML_WHITTED}, {"ao", ML_AO},
             {"normals", ML_NORMALS}, {"albedo", ML_ALBEDO},   {"depth", ML_DEPTH}};
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
    char words[60];
    snprintf(words, sizeof words, "hash a.lua --integrator %s", all[i].name);
    Call c = parse(words);
    assert_true(c.ok && c.options.integrator == all[i].value);
    release(&c);
  }
}

static void display_options(void **state) {
  (void)state;
  static const char *const all[] = {"agx", "neutral", "none", "false_color"}; // as MlTonemap
  for (uint32_t i = 0; i < 4; i++) {
    char words[80];
    snprintf(words, sizeof words, "render a.lua --white-balance 3200.5 --tonemap %s", all[i]);
    Call c = parse(words);
    assert_true(c.ok && c.options.has_tonemap && c.options.tonemap == i && c.options.white_balance == 3200.5);
    release(&c);
  }
  Call c = parse("render a.lua");
  assert_true(c.ok && !c.options.has_tonemap && c.options.white_balance == 0);
  release(&c);
}

static void sizes_of_memory(void **state) {
  (void)state;
  static const struct {
    const char *text;
    uint64_t bytes;
  } all[] = {{"1M", 1 << 20},    {"1048576", 1 << 20},   {"4096k", 4 << 20}, {"500M", 500ull << 20},
             {"2G", 2ull << 30}, {"1.5GiB", 3ull << 29}, {"1TB", 1ull << 40}};
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
    char words[60];
    snprintf(words, sizeof words, "check a.lua --memory %s", all[i].text);
    Call c = parse(words);
    assert_true(c.ok);
    assert_true(c.options.memory == all[i].bytes);
    release(&c);
  }
  static const char *const wrong[] = {"0", "10", "1000k", "-1", "G", "2X", "1e30G", "2G2", "_", "nan"};
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    char words[60];
    snprintf(words, sizeof words, "check a.lua --memory %s", wrong[i]);
    Call c = parse(words);
    assert_false(c.ok);
    assert_non_null(strstr(c.message, "--memory: expected a size such as 500M or 2G"));
    release(&c);
  }
}

static void wrong_calls_are_explained(void **state) {
  (void)state;
  expect_wrong("", "what shall be done? There are render, check, hash, params, doc, compare, fix, init (moonlit --help)");
  expect_wrong("rendr a.lua", "'rendr' is not a command; did you mean render?");
  expect_wrong("a.lua", "'a.lua' is not a command; did you mean moonlit render a.lua?");
  expect_wrong("frobnicate", "'frobnicate' is not a command; there are render, check, hash, params, doc, compare, fix, init (moonlit --help)");
  expect_wrong("render", "which scene? moonlit render SCENE.lua");
  expect_wrong("render a.lua b.lua", "one scene at a time: 'a.lua' and 'b.lua'");
  expect_wrong("render a.lua --sampels 3", "--sampels is not an option; did you mean --samples?");
  expect_wrong("render a.lua --sampels=3", "--sampels is not an option; did you mean --samples?");
  expect_wrong("render a.lua --xyzzy", "--xyzzy is not an option; see moonlit render --help");
  expect_wrong("check a.lua --film f", "--film is not an option of moonlit check; it belongs to: render, hash");
  expect_wrong("render a.lua --version", "--version stands alone: moonlit --version");
  expect_wrong("hash a.lua -o x.png", "-o is not an option of moonlit hash; it belongs to: render");
  expect_wrong("render a.lua --samples", "--samples: expected N after it: samples per pixel");
  expect_wrong("render a.lua --quiet=yes", "--quiet takes no value, got 'yes'");
}

static void wrong_values_are_explained(void **state) {
  (void)state;
  expect_wrong("render a.lua --samples 0", "--samples: expected a whole number 1 to 16777216, got '0'");
  expect_wrong("render a.lua --samples 1e3", "--samples: expected a whole number 1 to 16777216, got '1e3'");
  expect_wrong("render a.lua --samples 4294967296", "--samples: expected a whole number 1 to 16777216, got '4294967296'");
  expect_wrong("render a.lua --threads 1025", "--threads: expected a whole number 1 to 1024, got '1025'");
  expect_wrong("render a.lua --threads -1", "--threads: expected a whole number 1 to 1024, got '-1'");
  expect_wrong("render a.lua --tile 65536", "--tile: expected a whole number 1 to 65535, got '65536'");
  expect_wrong("render a.lua --seed 18446744073709551616",
               "--seed: expected a whole number from 0 to 2^64 - 1, got '18446744073709551616'");
  static const char *const sizes[] = {"0x5", "5x0", "65536x1", "1x65536", "12", "12x", "12x3x4", "12X3", "-1x3", "a", "_"};
  for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
    char words[60], message[200];
    snprintf(words, sizeof words, "render a.lua --size %s", sizes[i]);
    snprintf(message, sizeof message, "--size: expected WIDTHxHEIGHT, each 1 to 65535, such as 1280x720, got '%s'",
             strcmp(sizes[i], "_") ? sizes[i] : "");
    expect_wrong(words, message);
  }
  expect_wrong("render a.lua --from 1,2", "--from: expected X,Y,Z in metres, such as 0,1.6,5, got '1,2'");
  expect_wrong("render a.lua --from 1,2,3,4", "--from: expected X,Y,Z in metres, such as 0,1.6,5, got '1,2,3,4'");
  expect_wrong("render a.lua --look-at 1,2,nan", "--look-at: expected X,Y,Z in metres, such as 0,1.6,5, got '1,2,nan'");
  expect_wrong("render a.lua --fov 180", "--fov: expected a number 1e-06 to 179.9, got '180'");
  expect_wrong("render a.lua --eye 1,2,3", "--eye is not an option; did you mean --from?");
  expect_wrong("render a.lua --crop 0,0,0,5", "--crop: expected X,Y,WIDTH,HEIGHT in pixels, such as 0,0,320,200, got '0,0,0,5'");
  expect_wrong("render a.lua --crop 1,2,3", "--crop: expected X,Y,WIDTH,HEIGHT in pixels, such as 0,0,320,200, got '1,2,3'");
  expect_wrong("render a.lua --exposure bright", "--exposure: expected a number -50 to 50 or auto, got 'bright'");
  expect_wrong("render a.lua --exposure nan", "--exposure: expected a number -50 to 50 or auto, got 'nan'");
  expect_wrong("render a.lua --time-limit 0", "--time-limit: expected a number 0.001 to 1000000000, got '0'");
  expect_wrong("render a.lua --white-balance 300", "--white-balance: expected a number 1000 to 40000, got '300'");
  expect_wrong("render a.lua --tonemap filmic", "--tonemap: expected one of agx, neutral, none, false_color, got 'filmic'");
  expect_wrong("render a.lua --integrator witted",
               "--integrator: expected one of path, whitted, ao, normals, albedo, depth, got 'witted'; did you mean whitted?");
  expect_wrong("check a.lua --build best", "--build: expected one of fast, default, high, got 'best'");
  expect_wrong("render a.lua --integrator q", "--integrator: expected one of path, whitted, ao, normals, albedo, depth, got 'q'");
  expect_wrong("render a.lua --set radius", "--set: expected name=value, got 'radius'");
  expect_wrong("render a.lua --set =2", "--set: expected name=value, got '=2'");
  expect_wrong("render a.lua -o _", "-o: expected FILE, got nothing");
}

static void help_needs_no_scene(void **state) {
  (void)state;
  static const char *const calls[] = {"--help",         "-h",          "help",      "render --help", "doc --help",
                                      "compare --help", "compare a b", "--version", "doc",           "doc sphere"};
  for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
    Call c = parse(calls[i]);
    assert_true(c.ok);
    release(&c);
  }
}

static void a_name_may_look_like_an_option(void **state) {
  (void)state;
  Call c = parse("render -- --odd.lua");
  assert_true(c.ok);
  assert_string_equal(c.options.scene, "--odd.lua");
  release(&c);
}

/* ---- every option stands in the help and in the manual page */

typedef struct Text {
  char bytes[1 << 16];
  size_t size;
} Text;

static bool append(void *ud, const void *bytes, size_t count) {
  Text *text = ud;
  assert_true(text->size + count < sizeof text->bytes);
  memcpy(text->bytes + text->size, bytes, count);
  text->size += count;
  text->bytes[text->size] = '\0';
  return true;
}

static void must_mention(void *ud, const char *name) {
  const Text *text = ud;
  char escaped[60] = "";
  for (size_t i = 0, n = 0; name[i]; i++) {
    if (name[i] == '-') escaped[n++] = '\\';
    escaped[n++] = name[i];
    escaped[n] = '\0';
  }
  if (!strstr(text->bytes, escaped)) fail_msg("docs/moonlit.1 does not mention %s", name);
}

static void the_manual_page_knows_all_options(void **state) {
  (void)state;
  static Text text;
  FILE *file = fopen("docs/moonlit.1", "rb");
  assert_non_null(file);
  text.size = fread(text.bytes, 1, sizeof text.bytes - 1, file);
  fclose(file);
  options_visit(must_mention, &text);
}

static void the_help_lists_options_of_a_command_only(void **state) {
  (void)state;
  static Text text;
  const MlSink sink = {.write = append, .ud = &text};
  options_write_help(COMMAND_CHECK, &sink);
  assert_non_null(strstr(text.bytes, "--memory SIZE"));
  assert_null(strstr(text.bytes, "--film"));
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(every_value_is_read),
    cmocka_unit_test(integrators_are_in_the_order_of_the_enum),
    cmocka_unit_test(display_options),
    cmocka_unit_test(sizes_of_memory),
    cmocka_unit_test(wrong_calls_are_explained),
    cmocka_unit_test(wrong_values_are_explained),
    cmocka_unit_test(help_needs_no_scene),
    cmocka_unit_test(a_name_may_look_like_an_option),
    cmocka_unit_test(the_manual_page_knows_all_options),
    cmocka_unit_test(the_help_lists_options_of_a_command_only),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
