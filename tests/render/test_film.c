/* test_film.c - the sums of a film: one tree whatever the waves, resume points and parts; its hash; reading while it is written. */
#include <pthread.h>

#include "film_helpers.h"

/* ------------------------------------------------------------------- waves */

static void test_wave_ends(void **state) {
  (void)state;
  const uint32_t want[] = {1, 2, 4, 8, 16, 32, 48, 64, 80, 96, 100};
  uint32_t count = 0;
  for (size_t i = 0; i < sizeof want / sizeof *want; i++) {
    count = film_wave_end(count, 100);
    assert_int_equal(count, want[i]);
  }
  assert_int_equal(film_wave_end(5, 100), 8); // a loaded film may stand between wave ends
  assert_int_equal(film_wave_end(17, 100), 32);
  assert_int_equal(film_wave_end(0, 1), 1);
  assert_int_equal(film_wave_end(UINT32_MAX - 3, UINT32_MAX - 1), UINT32_MAX - 1);
  assert_int_equal(film_wave_end(0xfffffff0u, UINT32_MAX), UINT32_MAX);
}

static void test_plane_count(void **state) {
  (void)state;
  for (uint32_t samples = 1; samples <= 3000; samples++) {
    int most = 0;
    for (uint32_t end = film_wave_end(0, samples);; end = film_wave_end(end, samples)) {
      int bits = __builtin_popcount(end);
      most = bits > most ? bits : most;
      if (end == samples) break;
    }
    assert_int_equal(film_plane_count(samples), most);
  }
  assert_int_equal(film_plane_count(FILM_MAX_SAMPLES), 31);
  assert_int_equal(film_plane_count(0x80000000u), 27);
  assert_true(film_bytes(1920, 1080, 64) == 1920ull * 1080 * (4 + 2 * 12));
  assert_true(film_bytes(65535, 65535, 1) == 65535ull * 65535 * 16);
}

/* -------------------------------------------------------------------- sums */

static Spectrum tree(uint64_t pixel, uint32_t first, uint32_t size) {
  if (size == 1) return sample_of(pixel, first);
  return tree(pixel, first, size / 2) + tree(pixel, first + size / 2, size / 2);
}
/* The mean as the documents define it, by recursion instead of a counter: blocks by the bits of count, largest first. */
static Spectrum mean_reference(uint64_t pixel, uint32_t first, uint32_t count) {
  if (count == 0) return spectrum_zero();
  Spectrum blocks[32];
  int n = 0;
  for (uint32_t bit = 1u << 31, at = first; bit; bit /= 2)
    if (count & bit) blocks[n++] = tree(pixel, at, bit), at += bit;
  Spectrum total = blocks[--n];
  while (n) total = blocks[--n] + total;
  return total / (float)count;
}

static void test_every_count_in_any_parts(void **state) {
  (void)state;
  FaultMemory fault;
  fault_init(&fault, -1, false);
  for (uint32_t count = 0; count <= 200; count++) {
    Spectrum want = mean_reference(0, 0, count);
    // Two parts at every place, through a film that has the planes for it.
    for (uint32_t cut = 0; cut <= count; cut++) {
      MlFilm *film = film_of(&fault.memory, 1, 1, 0, 255);
      film_render_to(film, cut);
      film_render_to(film, count);
      assert_true(same_bits(film_mean(film, 0), want));
      ml_film_destroy(film);
    }
    // Many parts.
    MlFilm *film = film_of(&fault.memory, 1, 1, 0, 255);
    for (uint32_t at = 0, step = 0; at < count; step++) {
      at += 1 + mix(count * 7 + step) % 9;
      film_render_to(film, at < count ? at : count);
    }
    assert_true(same_bits(film_mean(film, 0), want));
    ml_film_destroy(film);
  }
  assert_int_equal(fault.memory.used, 0);
}

/* The planes that waves need are there: to the end of several sample counts, never more bits than planes. */
static void test_waves_fit_planes(void **state) {
  (void)state;
  FaultMemory fault;
  fault_init(&fault, -1, false);
  const uint32_t samples[] = {1, 3, 7, 16, 17, 31, 63, 100, 255, 1000};
  for (size_t k = 0; k < sizeof samples / sizeof *samples; k++) {
    MlFilm *film = film_of(&fault.memory, 2, 1, 5, samples[k]);
    for (uint32_t end = 0; end < samples[k];) {
      end = film_wave_end(end, samples[k]);
      assert_true((uint32_t)__builtin_popcount(end) <= film->plane_count);
      film_render_to(film, end);
    }
    assert_true(same_bits(film_mean(film, 1), mean_reference(1, 5, samples[k])));
    ml_film_destroy(film);
  }
}

/* ------------------------------------------------------------------ merging */

static void test_merge_four_parts(void **state) {
  (void)state;
  FaultMemory fault;
  fault_init(&fault, -1, false);
  MlFilm *whole = film_of(&fault.memory, 5, 4, 0, 256);
  film_render_to(whole, 256);
  MlFilm *sum = film_of(&fault.memory, 5, 4, 0, 64);
  film_render_to(sum, 64);
  atomic_store(&sum->nonfinite, 3);
  for (uint32_t part = 1; part < 4; part++) {
    MlFilm *next = film_of(&fault.memory, 5, 4, 64 * part, 64);
    film_render_to(next, 64);
    atomic_store(&next->nonfinite, part);
    assert_int_equal(ml_film_merge(sum, next, NULL), ML_OK);
    ml_film_destroy(next);
  }
  assert_true(ml_film_hash(sum) == ml_film_hash(whole));
  assert_int_equal(ml_film_nonfinite(sum), 9);
  assert_int_equal(sum->samples, 256);
  uint32_t fewest, most;
  ml_film_samples(sum, &fewest, &most);
  assert_int_equal(fewest, 256);
  assert_int_equal(most, 256);
  // The joined film goes on as the whole does.
  ml_film_destroy(sum), ml_film_destroy(whole);
  assert_int_equal(fault.memory.used, 0);
}

static void test_merge_all_pairs(void **state) {
  (void)state;
  FaultMemory fault;
  fault_init(&fault, -1, false);
  for (uint32_t had = 0; had <= 70; had++) {
    for (uint32_t more = 0; more <= 40; more++) {
      MlFilm *a = film_of(&fault.memory, 1, 1, 7, 63), *b = film_of(&fault.memory, 1, 1, 7 + had, 63);
      assert_true(film_reserve_planes(a, 6) && film_reserve_planes(b, 6));
      film_render_to(a, had), film_render_to(b, more);
      uint32_t block = 1;
      while (2 * block <= more) block *= 2;
      MlError error = {0};
      MlStatus status = ml_film_merge(a, b, &error);
      if (more == 0 || had % block == 0) {
        assert_int_equal(status, ML_OK);
        assert_int_equal(a->counts[0], had + more);
        assert_true(same_bits(film_mean(a, 0), mean_reference(0, 7, had + more)));
        // And can be continued to equal bits.
        assert_true(film_reserve_planes(a, 7));
        film_render_to(a, 127);
        assert_true(same_bits(film_mean(a, 0), mean_reference(0, 7, 127)));
      } else {
        assert_int_equal(status, ML_ERROR_ARGUMENT);
        assert_non_null(strstr(error.message, "a part must begin at a multiple of the largest power of two in its samples"));
        assert_true(same_bits(film_mean(a, 0), mean_reference(0, 7, had)));
      }
      ml_film_destroy(a), ml_film_destroy(b);
    }
  }
}

static void expect_merge_error(const MlFilm *first, const MlFilm *second, uint32_t first_count, const char *message) {
  FaultMemory fault;
  fault_init(&fault, -1, false);
  MlFilm *a, *b;
  assert_int_equal(film_new(&fault.memory, first, &a, NULL), ML_OK);
  assert_int_equal(film_new(&fault.memory, second, &b, NULL), ML_OK);
  film_render_to(a, first_count), film_render_to(b, 4);
  uint64_t before = ml_film_hash(a);
  MlError error = {0};
  assert_int_equal(ml_film_merge(a, b, &error), ML_ERROR_ARGUMENT);
  assert_string_equal(error.message, message);
  assert_true(ml_film_hash(a) == before);
  ml_film_destroy(a), ml_film_destroy(b);
}

static void test_merge_refuses(void **state) {
  (void)state;
  MlFilm a = film_like(3, 2, 0, 7), b;
  b = film_like(3, 2, 4, 7), b.scene_hash ^= 1;
  expect_merge_error(&a, &b, 4, "the parts are of different scenes");
  b = film_like(3, 2, 4, 7), b.settings_hash ^= 1;
  expect_merge_error(&a, &b, 4, "the parts were rendered with different settings");
  b = film_like(3, 3, 4, 7);
  expect_merge_error(&a, &b, 4, "the parts have different sizes or crops");
  b = film_like(3, 2, 4, 7), b.crop_x++;
  expect_merge_error(&a, &b, 4, "the parts have different sizes or crops");
  b = film_like(3, 2, 5, 7);
  expect_merge_error(&a, &b, 4, "the first part ends before sample 4 at pixel 0,0, the second begins with sample 5");
  b = film_like(3, 2, 4, 7);
  expect_merge_error(&a, &b, 3, "the first part ends before sample 3 at pixel 0,0, the second begins with sample 4");
}

/* One pixel short of the others: refused as a whole, nothing changed. */
static void test_merge_uneven(void **state) {
  (void)state;
  FaultMemory fault;
  fault_init(&fault, -1, false);
  MlFilm *a = film_of(&fault.memory, 3, 2, 0, 4), *b = film_of(&fault.memory, 3, 2, 4, 4);
  film_render_to(b, 4);
  for (uint64_t i = 0; i < 6; i++) film_render_pixel(a, i, i == 5 ? 2 : 4);
  uint64_t before = ml_film_hash(a);
  MlError error = {0};
  assert_int_equal(ml_film_merge(a, b, &error), ML_ERROR_ARGUMENT);
  assert_string_equal(error.message, "the first part ends before sample 2 at pixel 2,1, the second begins with sample 4");
  assert_true(ml_film_hash(a) == before);
  ml_film_destroy(a), ml_film_destroy(b);
}

static void test_merge_memory(void **state) {
  (void)state;
  FaultMemory fault;
  fault_init(&fault, -1, false);
  MlFilm *a = film_of(&fault.memory, 3, 2, 0, 4), *b = film_of(&fault.memory, 3, 2, 4, 3);
  film_render_to(a, 4), film_render_to(b, 3);
  uint64_t before = ml_film_hash(a);
  fault.left = 1; // of the two planes that are missing
  MlError error = {0};
  assert_int_equal(ml_film_merge(a, b, &error), ML_ERROR_MEMORY);
  assert_true(ml_film_hash(a) == before);
  assert_int_equal(a->plane_count, 1);
  assert_int_equal(ml_film_merge(a, b, NULL), ML_OK);
  assert_true(same_bits(film_mean(a, 3), mean_reference(3, 0, 7)));
  ml_film_destroy(a), ml_film_destroy(b);
  assert_int_equal(fault.memory.used, 0);
}

/* --------------------------------------------------------------------- hash */

static void test_hash(void **state) {
  (void)state;
  FaultMemory fault;
  fault_init(&fault, -1, false);
  MlFilm *film = film_of(&fault.memory, 3, 2, 0, 7);
  film_render_to(film, 7);
  struct {
    uint32_t head[3];
    float means[6][3];
  } want = {{ML_PICTURE_VERSION, 3, 2}, {{0}}};
  for (uint64_t i = 0; i < 6; i++) spectrum_store(want.means[i], mean_reference(i, 0, 7));
  assert_true(ml_film_hash(film) == ml_hash64(&want, sizeof want, 0));
  float row[9];
  ml_film_row(film, 1, row);
  assert_memory_equal(row, want.means[3], sizeof row);

  // The hash is of the picture alone.
  film->scene_hash++, film->settings_hash++, film->crop_x++, film->full_width++, film->first_sample++;
  assert_true(ml_film_hash(film) == ml_hash64(&want, sizeof want, 0));
  ml_film_destroy(film);
}

static void test_hash_signs(void **state) {
  (void)state;
  FaultMemory fault;
  fault_init(&fault, -1, false);
  MlFilm *film = film_of(&fault.memory, 1, 1, 0, 1);
  PixelSums pixel = {.count = 1};
  const MlColor colors[] = {{0, 0, 0}, {-0.0f, 0, -0.0f}, {0, NAN, 0}, {0, 1e-45f, 0}, {0, INFINITY, 0}};
  uint64_t hashes[5];
  for (int k = 0; k < 5; k++) {
    pixel.sums[0] = spectrum_from_color(colors[k]);
    film_store_pixel(film, 0, &pixel);
    hashes[k] = ml_film_hash(film);
  }
  assert_true(hashes[1] == hashes[0]); // -0 counts as 0
  assert_true(hashes[2] == hashes[0]); // NaN has no bits of its own
  assert_true(hashes[3] != hashes[0] && hashes[4] != hashes[0]);
  ml_film_destroy(film);
}

/* ------------------------------------------------------------------- storage */

static void test_empty(void **state) {
  (void)state;
  FaultMemory fault;
  fault_init(&fault, -1, false);
  MlFilm *film = film_of(&fault.memory, 4, 3, 0, 100);
  uint32_t fewest = 1, most = 1;
  ml_film_samples(film, &fewest, &most);
  assert_true(fewest == 0 && most == 0);
  assert_true(ml_film_width(film) == 4 && ml_film_height(film) == 3 && ml_film_nonfinite(film) == 0);
  float row[12];
  memset(row, 0xff, sizeof row);
  ml_film_row(film, 2, row);
  for (int i = 0; i < 12; i++) assert_true(row[i] == 0.0f);
  film_render_pixel(film, 5, 2);
  ml_film_samples(film, &fewest, &most);
  assert_true(fewest == 0 && most == 2);
  ml_film_samples(film, NULL, NULL);
  ml_film_destroy(film);
  ml_film_destroy(NULL);
}

static void test_memory(void **state) {
  (void)state;
  MlFilm like = film_like(300, 200, 0, 100);
  for (long n = 0;; n++) {
    FaultMemory fault;
    fault_init(&fault, n, false);
    MlFilm *film = NULL;
    MlError error = {0};
    MlStatus status = film_new(&fault.memory, &like, &film, &error);
    if (status == ML_OK) {
      assert_int_equal(n, 2 + film->plane_count);
      ml_film_destroy(film);
      assert_int_equal(fault.memory.used, 0);
      break;
    }
    assert_int_equal(status, ML_ERROR_MEMORY);
    assert_non_null(strstr(error.message, "a film of 300 x 200 pixels"));
    assert_null(film);
    assert_int_equal(fault.memory.used, 0);
  }
}

static void test_limits(void **state) {
  (void)state;
  Memory memory;
  memory_init(&memory, NULL, 1u << 20);
  MlFilm *film = NULL, like = film_like(65535, 65535, 0, 0x7fffffffu);
  MlError error = {0};
  assert_int_equal(film_new(&memory, &like, &film, &error), ML_ERROR_MEMORY);
  assert_non_null(strstr(error.message, "a film of 65535 x 65535 pixels"));
  assert_int_equal(memory.used, 0);
  like = film_like(1, 1, 0, UINT32_MAX);
  error = (MlError){0};
  assert_int_equal(film_new(&memory, &like, &film, &error), ML_ERROR_LIMIT);
  assert_string_equal(error.message, "samples: at most 4294967294 per pixel, got 4294967295");
}

/* -------------------------------------------------------------------- racing */

typedef struct Race {
  MlFilm *film;
  _Atomic bool done;
} Race;

/* Sums that equal their block's size: whatever wave a reader sees, the mean is 1; a mixture of two waves is something else. Of so many counts that
 * a reader who was asleep does not come back to the one it began with: a film's only rise. */
enum { COUNTS = 65535 };
static void *store_waves(void *ud) {
  Race *race = ud;
  for (int round = 0; round < 100000; round++) {
    for (uint64_t i = 0; i < 4; i++) {
      PixelSums pixel = {.count = mix((uint32_t)round * 4 + (uint32_t)i) % COUNTS + 1};
      int n = 0;
      for (uint32_t bit = COUNTS / 2 + 1; bit; bit /= 2)
        if (pixel.count & bit) pixel.sums[n++] = spectrum_all((float)bit);
      film_store_pixel(race->film, i, &pixel);
    }
  }
  atomic_store(&race->done, true);
  return NULL;
}

static void test_reading_while_storing(void **state) {
  (void)state;
  FaultMemory fault;
  fault_init(&fault, -1, false);
  Race race = {.film = film_of(&fault.memory, 4, 1, 0, COUNTS)};
  pthread_t writer;
  bool threaded = pthread_create(&writer, NULL, store_waves, &race) == 0; // none where there are no threads
  if (!threaded) store_waves(&race);
  bool mixed = false;
  do {
    for (uint64_t i = 0; i < 4; i++) {
      Spectrum mean = film_mean(race.film, i);
      mixed |= !same_bits(mean, spectrum_all(1.0f)) && !same_bits(mean, spectrum_zero());
    }
  } while (!atomic_load(&race.done));
  if (threaded) pthread_join(writer, NULL);
  assert_false(mixed);
  ml_film_destroy(race.film);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_wave_ends),
    cmocka_unit_test(test_plane_count),
    cmocka_unit_test(test_every_count_in_any_parts),
    cmocka_unit_test(test_waves_fit_planes),
    cmocka_unit_test(test_merge_four_parts),
    cmocka_unit_test(test_merge_all_pairs),
    cmocka_unit_test(test_merge_refuses),
    cmocka_unit_test(test_merge_uneven),
    cmocka_unit_test(test_merge_memory),
    cmocka_unit_test(test_hash),
    cmocka_unit_test(test_hash_signs),
    cmocka_unit_test(test_empty),
    cmocka_unit_test(test_memory),
    cmocka_unit_test(test_limits),
    cmocka_unit_test(test_reading_while_storing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
