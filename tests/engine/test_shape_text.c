/* test_shape_text.c - fonts and text: what the built-in font and a small one of our own say of themselves, outlines that are closed bit for bit and of the
 * right volume, lines, alignment, kerning; every message; fonts that are spoilt; failing allocations and calling off. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

// clang-format off
/* before the fixture, whose b their own would shadow */
#include "fuzz/mutate.h"
#include "mesh_checks.h"
#include "builder_fixture.h"
// clang-format on
#include "font_fixture.h"
#include "fuzz/font_input.h"

#define TEXT(s, ...) ml_text(b, &ML_DESC(MlTextDesc, .place = 42, .text = (s), .text_size = strlen(s), __VA_ARGS__), &error)
#define NEAR(a, x, epsilon)                                                                                                                \
  do {                                                                                                                                     \
    const double a_ = (a), x_ = (x);                                                                                                       \
    if (!(fabs(a_ - x_) <= (epsilon))) fail_msg("%s: %.9g, expected %.9g", #a, a_, x_);                                                    \
  } while (0)

static FontFixture small;
#define SMALL .font = small.bytes, .font_size = small.size

static MlBounds bounds_of(MlNode node) {
  if (node == 0) fail_msg("refused: %s", error.message);
  return ml_node_bounds(b, node);
}
static MeshFacts facts_of(MlNode node) {
  if (node == 0) fail_msg("refused: %s", error.message);
  return mesh_facts(node_mesh(b, node));
}

/* ---- the fonts */

/* Numbers read from the file by other means. */
static void test_built_in(void **state) {
  (void)state;
  size_t size;
  Font font;
  const void *bytes = font_built_in(&size);
  assert_int_equal(size, 683116);
  assert_true(ml_text_font());
  assert_null(font_open(bytes, size, &font));
  assert_int_equal(font.glyphs, 3026);
  assert_true(font.units == 2000);
  static const struct {
    uint32_t character, glyph;
    double advance;
  } known[] = {{'A', 3, 1389},  {'l', 163, 497}, {'m', 49, 1675}, {'o', 51, 1149},
               {'H', 12, 1541}, {'.', 87, 475},  {0x5B57, 0, 0},  {0x1F600, 0, 0}};
  for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
    assert_int_equal(font_glyph(&font, known[i].character), known[i].glyph);
    if (known[i].glyph != 0) assert_true(font_advance(&font, known[i].glyph) == known[i].advance);
  }
  // Both tables of kerning say nearly the same of pairs of letters: no more than 2 hundredths of an em apart
  uint32_t kerned = 0;
  for (uint32_t a = 'A'; a <= 'z'; a++)
    for (uint32_t c = 'A'; c <= 'z'; c++) {
      const uint32_t g = font_glyph(&font, a), h = font_glyph(&font, c);
      const double one = font_kerning(&font, g, h), other = font_pair_kerning(&font, g, h);
      kerned += one != 0;
      if (fabs(one - other) > 40) fail_msg("%c%c: %g, %g", (int)a, (int)c, one, other);
    }
  assert_true(font_kerning(&font, 3, font_glyph(&font, 'V')) == -115);
  assert_true(kerned > 300);
}

/* Whatever can be written in it has outlines that do not cross. */
static void test_every_character(void **state) {
  (void)state;
  size_t size;
  Font font;
  const void *bytes = font_built_in(&size);
  Work work = {0};
  uint32_t characters = 0, blank = 0;
  assert_null(font_open(bytes, size, &font));
  for (uint32_t c = 1; c < 0x11000; c++) {
    const uint32_t g = font_glyph(&font, c);
    Glyph glyph;
    if (g == 0) continue;
    const FontFault fault = glyph_create(&font, g, &fixture.fault.memory, &work, &glyph);
    if (fault != FONT_FINE) fail_msg("U+%04x: fault %d", c, (int)fault);
    characters++;
    blank += glyph.parts.count == 0;
    for (uint64_t i = 0; i < glyph.parts.count; i++) {
      const GlyphPart *part = &glyph.parts.data[i];
      assert_int_equal(part->triangles.count, part->outline.points.count + 2 * (part->outline.loops.count - 2));
    }
    glyph_free(&fixture.fault.memory, &glyph);
  }
  assert_true(characters > 2000 && blank < 40);
}

static void test_small(void **state) {
  (void)state;
  Font font;
  for (int kern = 0; kern < 2; kern++) {
    font_fixture(&small, kern != 0);
    const char *problem = font_open(small.bytes, small.size, &font);
    if (problem) fail_msg("%s", problem);
    static const char characters[] = " ABCLXZ";
    static const uint32_t glyphs[] = {6, 1, 2, 3, 4, 5, 0};
    for (int i = 0; i < 7; i++) assert_int_equal(font_glyph(&font, (uint32_t)characters[i]), glyphs[i]);
    assert_true(font_kerning(&font, 1, 2) == -100 && font_kerning(&font, 2, 1) == 0 && font_kerning(&font, 1, 1) == 0);
    assert_true(font_advance(&font, 5) == 600);
  }
  // A ring; a round one by four curves, each two thirds of its corner: 1/4 + 4 (1/16) (2/3); both together
  MeshFacts facts = facts_of(TEXT("A", SMALL, .depth = 2));
  assert_closed(&facts, 0);
  NEAR(facts.volume, 2 * (0.25 - 0.09), 1e-6);
  facts = facts_of(TEXT("B", SMALL, .depth = 1, .height = 2));
  assert_closed(&facts, 2);
  NEAR(facts.volume, 4 * 0.25 * (0.5 + 0.5 * 2 / 3), 1e-3);
  assert_true(facts.least_agreement > 0.97); // smooth around, sharp at the ends
  facts = facts_of(TEXT("C", SMALL, .depth = 1));
  assert_closed(&facts, 2);
  NEAR(facts.volume, 0.16 + 0.25 * 0.25 * (0.5 + 0.5 * 2 / 3), 2e-4);
}

/* ---- lines of text */

static void test_volume(void **state) {
  (void)state;
  // l is a rectangle; each of the others has so many holes
  MeshFacts facts = facts_of(TEXT("l", .height = 2, .depth = 0.5));
  assert_closed(&facts, 2);
  NEAR(facts.volume, 0.5 * (372 - 125) * 1486 / 1e6, 1e-6);
  static const struct {
    const char *text;
    int64_t euler;
  } words[] = {{"moonlit", 2 + 0 + 0 + 2 + 2 + 4 + 2}, {"B8&", -2 - 2 + 0}, {"A\nB", 0 - 2}, {"%", 0 + 0 + 2}, {"\xC3\x84", 0 + 2 + 2}};
  for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
    facts = facts_of(TEXT(words[i].text, .height = 1));
    assert_closed(&facts, words[i].euler);
    assert_true(facts.uv[0] == 0 && facts.uv[1] == 1 && facts.uv[2] == 0 && facts.uv[3] == 1);
  }
}

static void test_lines(void **state) {
  (void)state;
  font_fixture(&small, true);
  // Centred on the origin, as wide as advances and kerning say: 500, and 600 - 100 + 500
  MlBounds box = bounds_of(TEXT("A", SMALL, .depth = 0.4));
  assert_true(box.min.x == -0.25 && box.max.x == 0.25 && box.min.y == -0.25 && box.max.y == 0.25);
  NEAR(box.max.z, 0.2, 1e-7);
  NEAR(box.min.z, -0.2, 1e-7);
  NEAR(bounds_of(TEXT("AB", SMALL)).max.x, 0.5 - 0.0, 0.07); // B is round: its corners are off the curve
  NEAR(bounds_of(TEXT("AA", SMALL)).max.x, 0.55, 1e-6);
  NEAR(bounds_of(TEXT("ABA", SMALL)).max.x, (0.6 - 0.1 + 0.6 + 0.5) / 2, 1e-6);
  NEAR(bounds_of(TEXT("AA", SMALL, .height = 10, .spacing = 0.2)).max.x, 10 * (0.6 + 0.2 + 0.5) / 2, 1e-5);
  NEAR(bounds_of(TEXT("A A", SMALL)).max.x, 0.85, 1e-6);
  NEAR(bounds_of(TEXT("A\tA", SMALL)).max.x, (0.6 + 4 * 0.6 + 0.5) / 2, 1e-6);
  // Blank lines and spaces at an end take room from nobody
  NEAR(bounds_of(TEXT("A  \r\n\n A", SMALL, .line_height = 2)).max.y, (4 + 0.5) / 2, 1e-6);
  // Lines, by where the single letter of the second is: under the first, the middle, the last
  static const double expected[] = {0, -0.6, 0.6};
  for (int align = 0; align < 3; align++) {
    const MlNode node = TEXT("AAA\nA", SMALL, .align = (MlAlign)align);
    NEAR(bounds_of(node).max.y, 0.85, 1e-6);
    const Mesh *mesh = node_mesh(b, node);
    double lo = 9, hi = -9;
    for (uint64_t i = 0; i < mesh->point_count; i++) {
      const double x = (double)mesh->points[3 * i];
      if (mesh->points[3 * i + 1] < 0) lo = x < lo ? x : lo, hi = x > hi ? x : hi;
    }
    NEAR((lo + hi) / 2, expected[align], 1e-6);
  }
}

static uint32_t told[8], told_count;
static void tell(void *ud, uint32_t character) {
  assert_ptr_equal(ud, told);
  told[told_count++ & 7] = character;
}

static void test_missing(void **state) {
  (void)state;
  font_fixture(&small, true);
  told_count = 0;
  // The box of .notdef stands for each; each is told once
  const MlNode node = TEXT("AZ\xC3\xA4Z\xF0\x9F\x98\x80", SMALL, .missing = tell, .ud = told);
  NEAR(bounds_of(node).max.x, (4 * 0.6 + 0.5) / 2, 1e-6);
  assert_int_equal(told_count, 3);
  assert_true(told[0] == 'Z' && told[1] == 0xE4 && told[2] == 0x1F600);
}

/* ---- messages */

#define REFUSES(call, text)                                                                                                                \
  do {                                                                                                                                     \
    const uint64_t nodes_ = b->nodes.count;                                                                                                \
    error = (MlError){0};                                                                                                                  \
    assert_int_equal((call), 0);                                                                                                           \
    assert_string_equal(error.message, text);                                                                                              \
    assert_int_equal(error.place, 42);                                                                                                     \
    assert_int_equal(nodes_, b->nodes.count);                                                                                              \
  } while (0)
#define FONT(data, count) TEXT("A", .font = (data), .font_size = (count))

static void test_messages(void **state) {
  (void)state;
  static char long_text[20000];
  memset(long_text, 'a', sizeof long_text - 1);
  font_fixture(&small, true);
  REFUSES(TEXT("", SMALL), "text.text: expected letters, got nothing that can be seen");
  REFUSES(TEXT(" \n\t ", SMALL), "text.text: expected letters, got nothing that can be seen");
  REFUSES(ml_text(b, &ML_DESC(MlTextDesc, .place = 42, .text_size = 3), &error), "text.text: expected 3 bytes, got NULL");
  REFUSES(TEXT(long_text, SMALL), "text.text: 19999 bytes are too many (at most 16384)");
  static const char *const broken[] = {"A\xFF", "A\x80",     "A\xC0\x80", "A\xE0\x80\x80", "A\xED\xA0\x80", "A\xF4\x90\x80\x80",
                                       "A\xC3", "A\xE2\x82", "A\xC3("};
  for (size_t i = 0; i < sizeof broken / sizeof *broken; i++)
    REFUSES(TEXT(broken[i], SMALL), "text.text: expected UTF-8, but byte 2 is none");
  REFUSES(TEXT("A", .height = -1), "text.height: expected a number above 0 and up to 1e15, got -1");
  REFUSES(TEXT("A", .depth = (double)NAN), "text.depth: expected a number above 0 and up to 1e15, got nan");
  REFUSES(TEXT("A", .line_height = 1000), "text.line_height: expected 0.01..100 ems, got 1000");
  REFUSES(TEXT("A", .spacing = -11), "text.spacing: expected -10..100 ems, got -11");
  REFUSES(TEXT("A", .align = (MlAlign)3), "text.align: expected one of MlAlign, got 3");
  REFUSES(TEXT("A", .crease = 181), "text.crease: expected an angle up to 180 degrees, got 181");
  REFUSES(TEXT("A", .material = 9), "text.material: expected a material of this builder, got 9");
  REFUSES(TEXT("X", SMALL), "text.font: its glyph for U+0058 is damaged, or crosses itself");
  REFUSES(TEXT("L", SMALL), "text.font: its glyph for U+004c is too intricate (more than 65536 points or 1024 outlines)");
  REFUSES(FONT(small.bytes, 11), "text.font: the file is no font: it is too short");
  REFUSES(FONT("OTTO00000000000000", 16), "text.font: the file is one with PostScript outlines; expected TrueType outlines (a .ttf file)");
  REFUSES(FONT("ttcf00000000000000", 16), "text.font: the file is a collection of fonts; expected a single one (a .ttf file)");
  REFUSES(FONT("wOF200000000000000", 16), "text.font: the file is packed for the web; expected it unpacked (a .ttf file)");
  REFUSES(FONT("Not a font, but text", 16), "text.font: the file is no TrueType font");
  REFUSES(FONT(small.bytes, 100), "text.font: the file is damaged: its list of tables is cut off");
  REFUSES(FONT(small.bytes, small.size / 2), "text.font: the file is without outlines that are TrueType's");
  small.bytes[12 + 16 + 1] = '?'; // maxp
  REFUSES(FONT(small.bytes, small.size), "text.font: the file is damaged: a table is missing or cut off");
  font_fixture(&small, true);
  small.bytes[12 + 16 * FONT_TABLES + 51] = 2; // head: how loca is stored
  REFUSES(FONT(small.bytes, small.size), "text.font: the file is damaged: its tables contradict each other");
}

/* ---- what is spoilt */

static bool run_input(const uint8_t *data, size_t size) { // in a block of its own size, so that sanitizers see its end
  uint8_t *copy = malloc(size ? size : 1);
  if (size) memcpy(copy, data, size);
  const bool any = font_input(copy, size);
  free(copy);
  return any;
}

static void test_spoilt(void **state) {
  (void)state;
  uint32_t random = 1, alive = 0, all = 0;
  for (int kern = 0; kern < 2; kern++) {
    font_fixture(&small, kern != 0);
    assert_true(run_input(small.bytes, small.size));
    // Every byte, by some values; then some at once
    for (size_t at = 0; at < small.size; at++)
      for (uint32_t k = 0; k < 3; k++, all++) {
        FontFixture copy = small;
        copy.bytes[at] = (uint8_t)(k == 0 ? 0xFF : k == 1 ? 0x80 : mutate_next(&random));
        alive += run_input(copy.bytes, copy.size);
      }
    for (uint32_t m = 0; m < 1500; m++, all++) {
      FontFixture copy = small;
      for (uint32_t k = 0; k <= m % 6; k++) copy.bytes[mutate_next(&random) % copy.size] = (uint8_t)mutate_next(&random);
      alive += run_input(copy.bytes, m % 5 ? copy.size : mutate_next(&random) % copy.size);
    }
  }
  assert_true(alive > all / 4 && alive < all);
}

static MlNode make_text(MlBuilder *builder, const char *text, const MlCancel *cancel) {
  return ml_text(builder, &ML_DESC(MlTextDesc, .text = text, .text_size = strlen(text), .cancel = cancel), &error);
}

static bool make_failing(MlBuilder *builder, void *ud) {
  (void)ud;
  return make_text(builder, "\xC3\x85 8?", NULL) != 0;
}

static void test_failing_allocations(void **state) {
  (void)state;
  fail_each_allocation(make_failing, NULL, 1000);
}

static void test_cancel(void **state) {
  (void)state;
  int polls = 0;
  const MlCancel cancel = {.poll = poll_yes, .ud = &polls};
  static char text[4001];
  for (int i = 0; i < 4000; i++) text[i] = (char)('A' + i % 26);
  error = (MlError){0};
  assert_int_equal(make_text(b, text, &cancel), 0);
  assert_int_equal(error.status, ML_ERROR_CANCELLED);
  assert_int_equal(polls, 1);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup_teardown(test_built_in, set_up, tear_down),
    cmocka_unit_test_setup_teardown(test_every_character, set_up, tear_down),
    cmocka_unit_test_setup_teardown(test_small, set_up, tear_down),
    cmocka_unit_test_setup_teardown(test_volume, set_up, tear_down),
    cmocka_unit_test_setup_teardown(test_lines, set_up, tear_down),
    cmocka_unit_test_setup_teardown(test_missing, set_up, tear_down),
    cmocka_unit_test_setup_teardown(test_messages, set_up, tear_down),
    cmocka_unit_test(test_spoilt),
    cmocka_unit_test(test_failing_allocations),
    cmocka_unit_test_setup_teardown(test_cancel, set_up, tear_down),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
