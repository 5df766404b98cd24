/* test_film_picture.c - what a film shows: display rows, encoding, writing files, the automatic exposure. */
#include <sys/stat.h>
#include <unistd.h>

#include "film_helpers.h"
#include "image/compare.h"
#include "image/tonemap.h"
#include "image/white_balance.h"
#include "render/engine.h"
#include "temporary_folder.h"

static void engine_init(struct MlEngine *engine) {
  memset(engine, 0, sizeof *engine);
  memory_init(&engine->memory, NULL, (uint64_t)1 << 30);
}

static MlFilm *film_filled(Memory *memory, uint32_t width, uint32_t height) {
  MlFilm *film = film_of(memory, width, height, 0, 3);
  film_render_to(film, 3);
  return film;
}

/* Pixel i has `color` as its only sample. */
static void film_set(MlFilm *film, uint64_t i, MlColor color) {
  PixelSums pixel = {.count = 1};
  pixel.sums[0] = spectrum_from_color(color);
  film_store_pixel(film, i, &pixel);
}

/* ----------------------------------------------------------------- display */

static void test_display(void **state) {
  (void)state;
  FaultMemory fault;
  fault_init(&fault, -1, false);
  MlFilm *film = film_filled(&fault.memory, 301, 7); // no multiple of the pieces inside
  static uint8_t want[7][903], got[7][903];
  for (uint32_t y = 0; y < 7; y++) {
    float row[903];
    ml_film_row(film, y, row);
    tonemap_row(ML_TONEMAP_NEUTRAL, 1.5f, row, 301, want[y]);
  }
  ml_film_display(film, &(MlDisplay){.exposure = 1.5f, .tonemap = ML_TONEMAP_NEUTRAL}, 0, 7, got[0]);
  assert_memory_equal(got, want, sizeof want);
  memset(got, 1, sizeof got);
  ml_film_display(film, &(MlDisplay){.exposure = 1.5f, .tonemap = ML_TONEMAP_NEUTRAL}, 2, 5, got[2]);
  assert_memory_equal(got[2], want[2], 3 * 903);
  assert_true(got[1][902] == 1 && got[5][0] == 1); // no more than was asked for
  ml_film_display(film, &(MlDisplay){.exposure = 1.5f, .tonemap = ML_TONEMAP_NEUTRAL}, 6, 100, got[6]);
  assert_memory_equal(got[6], want[6], 903);
  ml_film_display(film, &(MlDisplay){0}, 7, 9, NULL); // nothing

  // Balanced to a lamp's colour first; what is no colour counts for nothing
  const MlDisplay lamp = {.exposure = 1.5f, .tonemap = ML_TONEMAP_NONE, .white = {1.7f, 0.9f, 0.3f}};
  const WhiteBalance balance = white_balance(lamp.white);
  for (uint32_t y = 0; y < 7; y++) {
    float row[903];
    ml_film_row(film, y, row);
    white_balance_row(&balance, row, 301);
    tonemap_row(ML_TONEMAP_NONE, 1.5f, row, 301, want[y]);
  }
  ml_film_display(film, &lamp, 0, 7, got[0]);
  assert_memory_equal(got, want, sizeof want);
  static uint8_t plain[7][903];
  ml_film_display(film, &(MlDisplay){.white = {-1.0f, 1.0f, 1.0f}}, 0, 7, got[0]);
  ml_film_display(film, &(MlDisplay){0}, 0, 7, plain[0]);
  assert_memory_equal(got, plain, sizeof plain);
  ml_film_destroy(film);
}

/* What is shown for others to look at is the display's pixels, a rectangle at a time; pixels without samples keep what was there. */
static void test_show(void **state) {
  (void)state;
  FaultMemory fault;
  fault_init(&fault, -1, false);
  MlFilm *film = film_filled(&fault.memory, 301, 7);
  film_store_pixel(film, 301 * 3 + 150, &(PixelSums){.count = 0});
  static uint8_t want[7][301][3], got[7][301][4];
  const MlDisplay display = {.exposure = 1.5f, .white = {1.7f, 0.9f, 0.3f}};
  ml_film_display(film, &display, 0, 7, want[0][0]);
  memset(got, 7, sizeof got);
  ml_film_show(film, &display, 1, 2, 300, 6, (uint32_t *)(void *)got);
  for (uint32_t y = 0; y < 7; y++)
    for (uint32_t x = 0; x < 301; x++) {
      const bool shown = x >= 1 && x < 300 && y >= 2 && y < 6 && !(x == 150 && y == 3);
      for (int c = 0; c < 3; c++) assert_int_equal(got[y][x][c], shown ? want[y][x][c] : 7);
      assert_int_equal(got[y][x][3], shown ? 255 : 7);
    }
  ml_film_show(film, &display, 0, 0, 1000, 1000, (uint32_t *)(void *)got); // cut to the film
  assert_memory_equal(got[6][300], want[6][300], 3);
  ml_film_show(film, &display, 301, 0, 302, 7, NULL); // nothing
  ml_film_destroy(film);
}

/* Samples of which the mean's relative error is known: 1 plus noise of variance 1/12. */
static void test_noise(void **state) {
  (void)state;
  FaultMemory fault;
  fault_init(&fault, -1, false);
  MlFilm *film = film_of(&fault.memory, 64, 64, 0, 48);
  assert_true(ml_film_noise(film) == -1.0);
  uint64_t random = 1;
  for (uint32_t samples = 3; samples <= 48; samples *= 2) {
    for (uint64_t i = 0; i < 64 * 64; i++) {
      PixelSums pixel = {.count = 0};
      for (uint32_t k = 0; k < samples; k++) {
        random = random * UINT64_C(6364136223846793005) + 1442695040888963407;
        pixel_push(&pixel, spectrum_all(0.5f + (float)(random >> 40) / 16777216.0f));
      }
      film_store_pixel(film, i, &pixel);
    }
    // The mean's square is wanted, and a floor of .1: sqrt(1/12 / n / 1.01)
    const double want = sqrt(1.0 / 12 / samples / 1.01), got = ml_film_noise(film);
    if (!(fabs(got / want - 1.0) < 0.06)) fail_msg("%u samples: %g, expected about %g", samples, got, want);
  }
  for (uint64_t i = 0; i < 64 * 64; i++) film_set(film, i, (MlColor){1, 1, 1});
  assert_true(ml_film_noise(film) == -1.0); // one block only
  ml_film_destroy(film);
}

/* ---------------------------------------------------------------- exposure */

static void test_exposure(void **state) {
  (void)state;
  FaultMemory fault;
  fault_init(&fault, -1, false);
  MlFilm *film = film_of(&fault.memory, 4, 2, 0, 3);
  assert_true(film_exposure(film) == 0.0f); // no samples
  for (uint64_t i = 0; i < 8; i++) film_set(film, i, (MlColor){0.18f, 0.18f, 0.18f});
  assert_true(fabsf(film_exposure(film)) < 1e-6f);
  for (uint64_t i = 0; i < 8; i++) film_set(film, i, (MlColor){0.72f, 0.72f, 0.72f});
  assert_true(fabsf(film_exposure(film) + 2.0f) < 1e-6f);
  // The log average of 1/8 and 2 is 1/2.
  for (uint64_t i = 0; i < 8; i++) film_set(film, i, i % 2 ? (MlColor){2, 2, 2} : (MlColor){0.125f, 0.125f, 0.125f});
  assert_true(fabsf(film_exposure(film) - log2f(0.36f)) < 1e-6f);
  // Black pixels, and what is no number, have no say; colours count by their luminance.
  for (uint64_t i = 0; i < 8; i++) film_set(film, i, (MlColor){0, 0, 0});
  assert_true(film_exposure(film) == 0.0f);
  film_set(film, 3, (MlColor){0, 1, 0});
  assert_true(fabsf(film_exposure(film) - log2f(0.18f / 0.7152f)) < 1e-6f);
  film_set(film, 4, (MlColor){INFINITY, 0, 0}), film_set(film, 5, (MlColor){NAN, 0, 0}), film_set(film, 6, (MlColor){-1, -1, -1});
  assert_true(fabsf(film_exposure(film) - log2f(0.18f / 0.7152f)) < 1e-6f);
  film_set(film, 3, (MlColor){1e30f, 1e30f, 1e30f});
  assert_true(film_exposure(film) == -20.0f);
  film_set(film, 3, (MlColor){1e-30f, 1e-30f, 1e-30f});
  assert_true(film_exposure(film) == 20.0f);
  ml_film_destroy(film);
}

/* ------------------------------------------------------------------- files */

static void test_encode(void **state) {
  (void)state;
  struct MlEngine engine;
  engine_init(&engine);
  MlFilm *film = film_filled(&engine.memory, 33, 9);
  Bytes file = {0};
  MlSink sink = bytes_sink(&file);
  assert_int_equal(ml_film_encode(&engine, film, ML_IMAGE_PFM, &(MlDisplay){.exposure = 5.0f}, &sink, NULL), ML_OK);
  Image image;
  assert_int_equal(image_read_pfm(&engine.memory, file.data, file.count, &image, NULL), ML_OK);
  for (uint32_t y = 0; y < 9; y++) {
    float row[99];
    ml_film_row(film, y, row); // linear means: neither exposure nor tone mapping
    assert_memory_equal(image.pixels + 99 * y, row, sizeof row);
  }
  image_free(&engine.memory, &image);
  MlError error = {0};
  assert_int_equal(ml_film_encode(&engine, film, ML_IMAGE_UNKNOWN, &(MlDisplay){0}, &sink, &error), ML_ERROR_ARGUMENT);
  bytes_free(&file);
  ml_film_destroy(film);
  assert_int_equal(engine.memory.used, 0);
}

static void test_write(void **state) {
  (void)state;
  struct MlEngine engine;
  engine_init(&engine);
  MlFilm *film = film_filled(&engine.memory, 20, 10);
  const char *names[] = {"a.png", "b.jpg", "c.hdr", "d.PFM"};
  for (int i = 0; i < 4; i++) {
    const char *path = in_folder(names[i]);
    assert_int_equal(ml_film_write(&engine, film, path, &(MlDisplay){.exposure = 0.5f}, NULL), ML_OK);
    // The same bytes as through a sink.
    Bytes want = {0};
    MlSink sink = bytes_sink(&want);
    assert_int_equal(ml_film_encode(&engine, film, ml_image_format(path), &(MlDisplay){.exposure = 0.5f}, &sink, NULL), ML_OK);
    FILE *f = fopen(path, "rb");
    assert_non_null(f);
    uint8_t *got = malloc(want.count + 1);
    assert_non_null(got);
    assert_int_equal(fread(got, 1, want.count + 1, f), want.count);
    assert_memory_equal(got, want.data, want.count);
    fclose(f);
    free(got);
    bytes_free(&want);
    assert_int_equal(unlink(path), 0);
  }
  assert_true(folder_is_empty());
  ml_film_destroy(film);
  assert_int_equal(engine.memory.used, 0);
}

static void expect_write_error(const char *path, MlStatus status, const char *part) {
  struct MlEngine engine;
  engine_init(&engine);
  MlFilm *film = film_filled(&engine.memory, 100, 100);
  MlError error = {0};
  assert_int_equal(ml_film_write(&engine, film, path, &(MlDisplay){0}, &error), status);
  assert_int_equal(error.status, status);
  assert_non_null(strstr(error.message, part));
  ml_film_destroy(film);
  assert_int_equal(engine.memory.used, 0);
  assert_true(folder_is_empty());
}

static void test_write_refuses(void **state) {
  (void)state;
  expect_write_error(in_folder("a.exr"), ML_ERROR_ARGUMENT, "its name must end in .png, .jpg, .hdr or .pfm");
  expect_write_error(in_folder("missing/a.png"), ML_ERROR_FILE, "does not exist");
  char path[512];
  const char *names[] = {"f.png", "f.jpg", "f.hdr", "f.pfm"};
  if (access("/dev/full", W_OK) != 0) return;
  for (int i = 0; i < 4; i++) {
    snprintf(path, sizeof path, "%s", in_folder(names[i]));
    if (symlink("/dev/full", path) != 0) return;
    struct MlEngine engine;
    engine_init(&engine);
    MlFilm *film = film_filled(&engine.memory, 100, 100);
    MlError error = {0};
    assert_int_equal(ml_film_write(&engine, film, path, &(MlDisplay){0}, &error), ML_ERROR_FILE);
    assert_non_null(strstr(error.message, path));
    assert_non_null(strstr(error.message, "the disk is full"));
    ml_film_destroy(film);
    assert_int_equal(unlink(path), 0);
    assert_true(folder_is_empty());
  }
}

/* A picture too large for its format is refused before the file is touched or memory taken; one that memory cannot hold leaves nothing. */
static void test_write_too_large(void **state) {
  (void)state;
  struct MlEngine engine;
  engine_init(&engine);
  MlFilm huge = film_like(65535, 65535, 0, 1);
  MlError error = {0};
  assert_int_equal(ml_film_write(&engine, &huge, in_folder("a.png"), &(MlDisplay){0}, &error), ML_ERROR_LIMIT);
  assert_int_equal(ml_film_write(&engine, &huge, in_folder("a.jpg"), &(MlDisplay){0}, &error), ML_ERROR_LIMIT);
  assert_int_equal(engine.memory.allocations, 0);
  assert_true(folder_is_empty());

  MlFilm *film = film_filled(&engine.memory, 100, 100);
  const char *names[] = {"a.png", "a.jpg", "a.hdr", "a.pfm"};
  for (int i = 0; i < 4; i++) {
    struct MlEngine poor;
    memset(&poor, 0, sizeof poor);
    memory_init(&poor.memory, NULL, 1000);
    error = (MlError){0};
    assert_int_equal(ml_film_write(&poor, film, in_folder(names[i]), &(MlDisplay){0}, &error), ML_ERROR_MEMORY);
    assert_int_equal(error.status, ML_ERROR_MEMORY);
    assert_int_equal(poor.memory.used, 0);
    assert_true(folder_is_empty());
  }
  ml_film_destroy(film);
}

/* A picture that exists stays as it is when writing fails. */
static void test_write_keeps_old(void **state) {
  (void)state;
  struct MlEngine engine, poor;
  engine_init(&engine), engine_init(&poor);
  MlFilm *film = film_filled(&engine.memory, 100, 100);
  char path[512];
  snprintf(path, sizeof path, "%s", in_folder("old.png"));
  assert_int_equal(ml_film_write(&engine, film, path, &(MlDisplay){0}, NULL), ML_OK);
  struct stat before, after;
  assert_int_equal(stat(path, &before), 0);
  poor.memory.cap = 1000;
  assert_int_equal(ml_film_write(&poor, film, path, &(MlDisplay){0}, NULL), ML_ERROR_MEMORY);
  assert_int_equal(stat(path, &after), 0);
  assert_true(before.st_ino == after.st_ino && before.st_size == after.st_size);
  assert_int_equal(unlink(path), 0);
  assert_true(folder_is_empty());
  ml_film_destroy(film);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_display), cmocka_unit_test(test_show), cmocka_unit_test(test_noise),         cmocka_unit_test(test_exposure),      cmocka_unit_test(test_encode),
    cmocka_unit_test(test_write),           cmocka_unit_test(test_write_refuses), cmocka_unit_test(test_write_too_large),
    cmocka_unit_test(test_write_keeps_old),
  };
  return cmocka_run_group_tests(tests, folder_make, folder_remove);
}
