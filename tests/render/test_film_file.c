/* test_film_file.c - films as files: what is continued has equal bits, and what is foreign or damaged is refused with a reason. */
#include <pthread.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/hash.h"
#include "film_helpers.h"
#include "temporary_folder.h"

static FaultMemory fault;

static int set_up(void **state) {
  fault_init(&fault, -1, false);
  return folder_make(state);
}

/* Reads the file that a film is saved as. */
static Bytes saved(const MlFilm *film) {
  const char *path = in_folder("film");
  assert_int_equal(ml_film_save(film, path, NULL), ML_OK);
  Bytes bytes = {0};
  uint8_t piece[4096];
  FILE *f = fopen(path, "rb");
  assert_non_null(f);
  for (size_t n; (n = fread(piece, 1, sizeof piece, f)) > 0;) bytes_write(&bytes, piece, n);
  fclose(f);
  assert_int_equal(unlink(path), 0);
  return bytes;
}

/* Loads `count` bytes as a file into `film`. */
static MlStatus load(MlFilm *film, const void *bytes, size_t count, MlError *error) {
  const char *path = in_folder("film");
  FILE *f = fopen(path, "wb");
  assert_non_null(f);
  assert_int_equal(fwrite(bytes, 1, count, f), count);
  fclose(f);
  MlStatus status = ml_film_load(film, path, error);
  assert_int_equal(unlink(path), 0);
  return status;
}

static void expect_empty(const MlFilm *film) {
  uint32_t fewest, most;
  ml_film_samples(film, &fewest, &most);
  assert_int_equal(most, 0);
  assert_int_equal(ml_film_nonfinite(film), 0);
}

/* --------------------------------------------------------------- continuing */

static void test_resume_at_every_count(void **state) {
  (void)state;
  MlFilm *whole = film_of(&fault.memory, 3, 2, 9, 200);
  assert_true(film_reserve_planes(whole, 8));
  film_render_to(whole, 200);
  for (uint32_t count = 0; count <= 200; count++) {
    // Planned for no more than it has, as a first part that is to be continued with more.
    MlFilm *part = film_of(&fault.memory, 3, 2, 9, count ? count : 1);
    assert_true(film_reserve_planes(part, 8));
    film_render_to(part, count);
    atomic_store(&part->nonfinite, count);
    Bytes file = saved(part);
    MlFilm *resumed = film_of(&fault.memory, 3, 2, 9, 200);
    assert_int_equal(load(resumed, file.data, file.count, NULL), ML_OK);
    assert_true(ml_film_hash(resumed) == ml_film_hash(part));
    assert_int_equal(ml_film_nonfinite(resumed), count);
    // On by waves, which must find the planes that they need.
    for (uint32_t end = count; end < 200;) {
      end = film_wave_end(end, 200);
      assert_true((uint32_t)__builtin_popcount(end) <= resumed->plane_count);
      film_render_to(resumed, end);
    }
    assert_true(ml_film_hash(resumed) == ml_film_hash(whole));
    ml_film_destroy(part), ml_film_destroy(resumed);
    bytes_free(&file);
  }
  ml_film_destroy(whole);
  assert_int_equal(fault.memory.used, 0);
}

/* Stopped in the middle: every pixel with another count. */
static void test_uneven_counts(void **state) {
  (void)state;
  MlFilm *part = film_of(&fault.memory, 7, 5, 0, 127), *whole = film_of(&fault.memory, 7, 5, 0, 127);
  film_render_to(whole, 127);
  for (uint64_t i = 0; i < 35; i++) film_render_pixel(part, i, (uint32_t)i * 3);
  Bytes file = saved(part);
  MlFilm *resumed = film_of(&fault.memory, 7, 5, 0, 127);
  assert_int_equal(load(resumed, file.data, file.count, NULL), ML_OK);
  for (uint64_t i = 0; i < 35; i++) assert_int_equal(resumed->counts[i], i * 3);
  film_render_to(resumed, 127);
  assert_true(ml_film_hash(resumed) == ml_film_hash(whole));
  bytes_free(&file);
  ml_film_destroy(part), ml_film_destroy(whole), ml_film_destroy(resumed);
}

/* The bytes follow from the contents, not from how they came about. */
static void test_same_bytes(void **state) {
  (void)state;
  MlFilm *waves = film_of(&fault.memory, 5, 3, 0, 64), *once = film_of(&fault.memory, 5, 3, 0, 64);
  for (uint32_t end = 0; end < 64;) film_render_to(waves, end = film_wave_end(end, 64));
  film_render_to(once, 64);
  Bytes a = saved(waves), b = saved(once);
  assert_int_equal(a.count, b.count);
  assert_memory_equal(a.data, b.data, a.count);
  assert_int_equal(a.count, 72 + 15 * (4 + 12) + 16);
  assert_memory_equal(a.data, "MLFILM\0\1\1\0\0\0", 12);
  bytes_free(&a), bytes_free(&b);
  ml_film_destroy(waves), ml_film_destroy(once);
}

/* Parts of a farm are films. */
static void test_parts_by_files(void **state) {
  (void)state;
  MlFilm *whole = film_of(&fault.memory, 3, 2, 0, 48), *sum = film_of(&fault.memory, 3, 2, 0, 16);
  film_render_to(whole, 48), film_render_to(sum, 16);
  for (uint32_t first = 16; first < 48; first += 16) {
    MlFilm *part = film_of(&fault.memory, 3, 2, first, 16), *loaded = film_of(&fault.memory, 3, 2, first, 16);
    film_render_to(part, 16);
    Bytes file = saved(part);
    assert_int_equal(load(loaded, file.data, file.count, NULL), ML_OK);
    assert_int_equal(ml_film_merge(sum, loaded, NULL), ML_OK);
    bytes_free(&file);
    ml_film_destroy(part), ml_film_destroy(loaded);
  }
  assert_true(ml_film_hash(sum) == ml_film_hash(whole));
  ml_film_destroy(whole), ml_film_destroy(sum);
}

/* ------------------------------------------------------------------ damage */

static MlFilm *damage_film(void) {
  MlFilm *film = film_of(&fault.memory, 4, 3, 0, 100);
  assert_true(film_reserve_planes(film, 7)); // these counts are no wave's ends
  for (uint64_t i = 0; i < 12; i++) film_render_pixel(film, i, (uint32_t)i * 8 + 4);
  atomic_store(&film->nonfinite, 77);
  return film;
}

static void test_every_byte_flipped(void **state) {
  (void)state;
  MlFilm *film = damage_film();
  Bytes file = saved(film);
  MlFilm *target = film_of(&fault.memory, 4, 3, 0, 100);
  for (size_t at = 0; at < file.count; at++) {
    for (int bit = 0; bit < 8; bit += at < 200 ? 1 : 5) {
      file.data[at] ^= (uint8_t)(1 << bit);
      MlError error = {0};
      assert_int_equal(load(target, file.data, file.count, &error), ML_ERROR_FORMAT);
      assert_non_null(strstr(error.message, at < 8    ? "is not a film of moonlit"
                                            : at < 12 ? "is a film of format"
                                            : at < 72 ? "its checksum does not match"
                                                      : "is damaged"));
      expect_empty(target);
      file.data[at] ^= (uint8_t)(1 << bit);
    }
  }
  assert_int_equal(load(target, file.data, file.count, NULL), ML_OK); // the failures left it as good as new
  assert_true(ml_film_hash(target) == ml_film_hash(film));
  bytes_free(&file);
  ml_film_destroy(film), ml_film_destroy(target);
}

static void test_every_length(void **state) {
  (void)state;
  MlFilm *film = damage_film(), *target = film_of(&fault.memory, 4, 3, 0, 100);
  Bytes file = saved(film);
  for (size_t length = 0; length < file.count; length++) {
    MlError error = {0};
    assert_int_equal(load(target, file.data, length, &error), ML_ERROR_FORMAT);
    assert_non_null(strstr(error.message, length < 8 ? "is not a film of moonlit" : "is damaged: it ends too early"));
    expect_empty(target);
  }
  const uint8_t extra[3] = {0};
  bytes_write(&file, extra, sizeof extra);
  MlError error = {0};
  assert_int_equal(load(target, file.data, file.count, &error), ML_ERROR_FORMAT);
  assert_non_null(strstr(error.message, "there is something behind its end"));
  expect_empty(target);
  bytes_free(&file);
  ml_film_destroy(film), ml_film_destroy(target);
}

static void test_foreign_files(void **state) {
  (void)state;
  MlFilm *target = film_of(&fault.memory, 4, 3, 0, 100);
  const char *foreign[] = {"", "x", "MLFILM", "MLFILM\1\1 and more", "\x89PNG\r\n\x1a\n and more than that"};
  for (int i = 0; i < 5; i++) {
    MlError error = {0};
    assert_int_equal(load(target, foreign[i], strlen(foreign[i]), &error), ML_ERROR_FORMAT);
    assert_non_null(strstr(error.message, "is not a film of moonlit"));
  }
  uint8_t noise[5000];
  for (size_t i = 0; i < sizeof noise; i++) noise[i] = (uint8_t)mix((uint32_t)i);
  assert_int_equal(load(target, noise, sizeof noise, NULL), ML_ERROR_FORMAT);
  expect_empty(target);
  ml_film_destroy(target);
}

/* ---------------------------------------------------------- another picture */

static void expect_refusal(const MlFilm *target_like, const Bytes *file, MlStatus status, const char *part) {
  MlFilm *target;
  assert_int_equal(film_new(&fault.memory, target_like, &target, NULL), ML_OK);
  MlError error = {0};
  assert_int_equal(load(target, file->data, file->count, &error), status);
  assert_int_equal(error.status, status);
  if (!strstr(error.message, part)) fail_msg("\"%s\" lacks \"%s\"", error.message, part);
  expect_empty(target);
  ml_film_destroy(target);
}

static void test_other_pictures(void **state) {
  (void)state;
  MlFilm *film = damage_film();
  Bytes file = saved(film);
  MlFilm like = film_like(4, 3, 0, 100);
  like.scene_hash ^= 1;
  expect_refusal(&like, &file, ML_ERROR_ARGUMENT, "is of another scene, or the script, a parameter or a file that it uses has changed");
  like = film_like(4, 3, 0, 100), like.settings_hash ^= 1;
  expect_refusal(&like, &file, ML_ERROR_ARGUMENT, "was rendered with another camera or other settings");
  like = film_like(4, 3, 0, 100), like.full_height = 9;
  expect_refusal(&like, &file, ML_ERROR_ARGUMENT, "is of a picture of 7 x 8 pixels, not 7 x 9; render with its size");
  like = film_like(4, 3, 0, 100), like.crop_y = 2;
  expect_refusal(&like, &file, ML_ERROR_ARGUMENT, "is of the crop 2,1,4,3, not 2,2,4,3; render with its crop");
  like = film_like(4, 3, 16, 100);
  expect_refusal(&like, &file, ML_ERROR_ARGUMENT, "begins with sample 0, not 16; begin with that one");
  like = film_like(4, 3, 0, 91);
  expect_refusal(&like, &file, ML_ERROR_ARGUMENT, "has 92 samples per pixel, more than the 91 asked for; ask for at least as many");
  like = film_like(4, 3, 0, 92); // fewer than the file was planned for, as many as it has
  MlFilm *target;
  assert_int_equal(film_new(&fault.memory, &like, &target, NULL), ML_OK);
  assert_int_equal(load(target, file.data, file.count, NULL), ML_OK);
  assert_int_equal(target->samples, 92);
  MlError error = {0};
  assert_int_equal(load(target, file.data, file.count, &error), ML_ERROR_ARGUMENT); // not twice
  assert_string_equal(error.message, "a film is loaded into an empty one, this has samples already");
  ml_film_destroy(target);

  // Other versions, as a newer moonlit would write them: with checksums that hold.
  uint32_t version = 2;
  memcpy(file.data + 8, &version, 4);
  like = film_like(4, 3, 0, 100);
  expect_refusal(&like, &file, ML_ERROR_FORMAT, "is a film of format 2, this moonlit reads format 1; use the version that wrote it");
  version = 1;
  memcpy(file.data + 8, &version, 4);
  version = ML_PICTURE_VERSION + 1;
  memcpy(file.data + 12, &version, 4);
  uint64_t checksum = hash_bytes(file.data, 64, 0);
  memcpy(file.data + 64, &checksum, 8);
  expect_refusal(&like, &file, ML_ERROR_FORMAT, "use the version that wrote it or render anew");
  bytes_free(&file);
  ml_film_destroy(film);
}

/* ----------------------------------------------------------------- failing */

static void test_failing_files(void **state) {
  (void)state;
  MlFilm *film = film_of(&fault.memory, 60, 50, 0, 7), *target = film_of(&fault.memory, 60, 50, 0, 7);
  film_render_to(film, 7);
  MlError error = {0};
  assert_int_equal(ml_film_save(film, in_folder("missing/film"), &error), ML_ERROR_FILE);
  assert_non_null(strstr(error.message, "does not exist"));
  assert_int_equal(ml_film_load(target, in_folder("missing"), &error), ML_ERROR_FILE);
  assert_non_null(strstr(error.message, "there is no such file"));
  assert_int_equal(ml_film_load(target, in_folder("."), &error), ML_ERROR_FILE);
  assert_non_null(strstr(error.message, "it is a folder"));
  assert_int_equal(ml_film_save(film, in_folder("."), &error), ML_ERROR_FILE);
  if (access("/dev/full", W_OK) == 0) {
    assert_int_equal(ml_film_save(film, "/dev/full", &error), ML_ERROR_FILE);
    assert_non_null(strstr(error.message, "the disk is full"));
    assert_int_equal(ml_film_load(target, "/dev/full", &error), ML_ERROR_FILE);
    assert_non_null(strstr(error.message, "it is not a regular file"));
  }
  // No handle is to be had.
  file_fail_after(0);
  assert_int_equal(ml_film_save(film, in_folder("film"), &error), ML_ERROR_FILE);
  assert_int_equal(ml_film_load(target, in_folder("film"), &error), ML_ERROR_FILE);
  assert_non_null(strstr(error.message, "too many open files"));
  file_fail_after(-1);
  assert_true(folder_is_empty());
  expect_empty(target);
  ml_film_destroy(film), ml_film_destroy(target);
}

/* A film that exists survives a save that fails. */
static void test_old_film_is_kept(void **state) {
  (void)state;
  MlFilm *film = film_of(&fault.memory, 4, 3, 0, 7), *target = film_of(&fault.memory, 4, 3, 0, 7);
  film_render_to(film, 2);
  const char *path = in_folder("film");
  assert_int_equal(ml_film_save(film, path, NULL), ML_OK);
  uint64_t hash = ml_film_hash(film);
  film_render_to(film, 7);
  file_fail_after(0);
  assert_int_equal(ml_film_save(film, path, NULL), ML_ERROR_FILE);
  file_fail_after(-1);
  assert_int_equal(ml_film_load(target, path, NULL), ML_OK);
  assert_true(ml_film_hash(target) == hash);
  assert_int_equal(unlink(path), 0);
  assert_true(folder_is_empty());
  ml_film_destroy(film), ml_film_destroy(target);
}

/* Loading allocates only the planes that the film lacks; when one fails the film is empty as before and can be loaded later. */
static void test_failing_memory(void **state) {
  (void)state;
  MlFilm *film = film_of(&fault.memory, 4, 3, 0, 7), *target = film_of(&fault.memory, 4, 3, 0, 16);
  film_render_to(film, 7);
  Bytes file = saved(film);
  assert_int_equal(target->plane_count, 1);
  for (long n = 0; n < 2; n++) {
    fault.left = n;
    MlError error = {0};
    assert_int_equal(load(target, file.data, file.count, &error), ML_ERROR_MEMORY);
    assert_non_null(strstr(error.message, "the film that is loaded"));
    expect_empty(target);
  }
  assert_int_equal(load(target, file.data, file.count, NULL), ML_OK);
  assert_true(ml_film_hash(target) == ml_film_hash(film));
  bytes_free(&file);
  ml_film_destroy(film), ml_film_destroy(target);
  assert_int_equal(fault.memory.used, 0);
}

/* ------------------------------------------------------ saving while rendering */

static void *render_on(void *ud) {
  MlFilm *film = ud;
  for (uint32_t end = 0; end < 200;) film_render_to(film, end = film_wave_end(end, 200));
  return NULL;
}

static void test_checkpoint(void **state) {
  (void)state;
  MlFilm *film = film_of(&fault.memory, 64, 32, 0, 200), *whole = film_of(&fault.memory, 64, 32, 0, 200);
  render_on(whole);
  pthread_t thread;
  bool threaded = pthread_create(&thread, NULL, render_on, film) == 0;
  if (!threaded) render_on(film);
  for (int i = 0; i < 10; i++) {
    Bytes file = saved(film);
    MlFilm *resumed = film_of(&fault.memory, 64, 32, 0, 200);
    assert_int_equal(load(resumed, file.data, file.count, NULL), ML_OK);
    film_render_to(resumed, 200);
    assert_true(ml_film_hash(resumed) == ml_film_hash(whole));
    bytes_free(&file);
    ml_film_destroy(resumed);
  }
  if (threaded) pthread_join(thread, NULL);
  ml_film_destroy(film), ml_film_destroy(whole);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_resume_at_every_count), cmocka_unit_test(test_uneven_counts),      cmocka_unit_test(test_same_bytes),
    cmocka_unit_test(test_parts_by_files),        cmocka_unit_test(test_every_byte_flipped), cmocka_unit_test(test_every_length),
    cmocka_unit_test(test_foreign_files),         cmocka_unit_test(test_other_pictures),     cmocka_unit_test(test_failing_files),
    cmocka_unit_test(test_old_film_is_kept),      cmocka_unit_test(test_failing_memory),     cmocka_unit_test(test_checkpoint),
  };
  return cmocka_run_group_tests(tests, set_up, folder_remove);
}
