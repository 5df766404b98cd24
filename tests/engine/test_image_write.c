/* test_image_write.c - pictures are written, read back by another decoder, and refused or failed cleanly. */
#include <math.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "fault_memory.h"
#include "image/compare.h"
#include "image/write.h"

#define STB_IMAGE_IMPLEMENTATION
#define STB_IMAGE_STATIC
#define STBI_NO_STDIO
#define STBI_ONLY_PNG
#define STBI_ONLY_JPEG
#define STBI_ONLY_HDR
#pragma GCC diagnostic ignored "-Wunused-function" /* a library of functions of which few are used */
#include <stb/stb_image.h>

/* ---------------------------------------------------------------- pictures */

/* A pixel is a function of its place: smooth, runs, noise, by `kind`. */
typedef struct Picture {
  uint32_t width, height;
  int kind;
  int rows; /* asked for so far */
} Picture;

static uint32_t mix(uint32_t x) {
  x ^= x >> 16, x *= 0x7feb352du, x ^= x >> 15, x *= 0x846ca68bu;
  return x ^ x >> 16;
}
static uint8_t picture_byte(const Picture *p, uint32_t x, uint32_t y, uint32_t c) {
  if (p->kind == 0) return (uint8_t)(x * 255 / p->width / (c + 1) + y * 64 / p->height);
  if (p->kind == 1) return (uint8_t)(x / 37 * 50 + y / 11 * c);
  return (uint8_t)mix(x * 3 + c + y * 0x10000u * 3 + 1);
}
static float picture_float(const Picture *p, uint32_t x, uint32_t y, uint32_t c) {
  if (p->kind == 0) return (float)x / (float)p->width * (float)(c + 1) + (float)y;
  if (p->kind == 1) return (float)(x / 37 + c) * 0.125f;
  return ldexpf((float)(mix(x * 3 + c + y * 0x30000u) >> 8) + 1.0f, (int)(mix(x + y) % 60) - 54);
}
static void picture_bytes(void *ud, uint32_t y, uint8_t *rgb) {
  Picture *p = ud;
  p->rows++;
  for (uint32_t i = 0; i < 3 * p->width; i++) rgb[i] = picture_byte(p, i / 3, y, i % 3);
}
static void picture_floats(void *ud, uint32_t y, float *rgb) {
  Picture *p = ud;
  p->rows++;
  for (uint32_t i = 0; i < 3 * p->width; i++) rgb[i] = picture_float(p, i / 3, y, i % 3);
}
static ImageSource picture_source(Picture *p) { return (ImageSource){p->width, p->height, picture_bytes, picture_floats, p}; }

static const uint32_t sizes[][2] = {{1, 1}, {1, 300}, {300, 1}, {7, 5}, {8, 8}, {9, 17}, {129, 3}, {640, 40}};
#define SIZES (sizeof sizes / sizeof *sizes)

static Bytes written(Picture *p, MlImageFormat format) {
  FaultMemory fault;
  fault_init(&fault, -1, false);
  Bytes bytes = {0};
  MlSink sink = bytes_sink(&bytes);
  ImageSource source = picture_source(p);
  MlError error = {0};
  assert_int_equal(image_write(&fault.memory, format, &source, &sink, &error), ML_OK);
  assert_int_equal(error.status, ML_OK);
  assert_int_equal(fault.memory.used, 0);
  assert_int_equal(p->rows, p->height); // each row once
  return bytes;
}

/* ---------------------------------------------------------------- decoding */

static uint32_t big_endian(const uint8_t *p) { return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3]; }

static uint32_t crc32_of(const uint8_t *p, size_t count) {
  uint32_t crc = ~0u;
  while (count--) {
    crc ^= *p++;
    for (int k = 0; k < 8; k++) crc = crc >> 1 ^ (0xedb88320u & (0u - (crc & 1)));
  }
  return ~crc;
}

static void test_png(void **state) {
  (void)state;
  for (size_t s = 0; s < SIZES; s++) {
    for (int kind = 0; kind < 3; kind++) {
      Picture p = {sizes[s][0], sizes[s][1], kind, 0};
      Bytes file = written(&p, ML_IMAGE_PNG);
      // Every chunk's checksum holds, and sRGB stands between IHDR and IDAT.
      const char *want[] = {"IHDR", "sRGB", "IDAT", "IEND"};
      size_t at = 8;
      for (int k = 0; k < 4; k++) {
        uint32_t length = big_endian(file.data + at);
        assert_memory_equal(file.data + at + 4, want[k], 4);
        assert_int_equal(crc32_of(file.data + at + 4, length + 4), big_endian(file.data + at + 8 + length));
        at += 12 + (size_t)length;
      }
      assert_int_equal(at, file.count);

      int w, h, n;
      uint8_t *pixels = stbi_load_from_memory(file.data, (int)file.count, &w, &h, &n, 3);
      assert_non_null(pixels);
      assert_int_equal(w, p.width);
      assert_int_equal(h, p.height);
      for (uint32_t i = 0; i < 3 * p.width * p.height; i++)
        assert_int_equal(pixels[i], picture_byte(&p, i / 3 % p.width, i / 3 / p.width, i % 3));
      stbi_image_free(pixels);
      bytes_free(&file);
    }
  }
}

static void test_jpg(void **state) {
  (void)state;
  for (size_t s = 0; s < SIZES; s++) {
    Picture p = {sizes[s][0], sizes[s][1], 0, 0};
    Bytes file = written(&p, ML_IMAGE_JPG);
    int w, h, n;
    uint8_t *pixels = stbi_load_from_memory(file.data, (int)file.count, &w, &h, &n, 3);
    assert_non_null(pixels);
    assert_int_equal(w, p.width);
    assert_int_equal(h, p.height);
    double sum = 0;
    for (uint32_t i = 0; i < 3 * p.width * p.height; i++)
      sum += fabs((double)pixels[i] - picture_byte(&p, i / 3 % p.width, i / 3 / p.width, i % 3));
    assert_true(sum / (3.0 * p.width * p.height) < 4.0);
    stbi_image_free(pixels);
    bytes_free(&file);
  }
}

static void test_hdr(void **state) {
  (void)state;
  for (size_t s = 0; s < SIZES; s++) {
    for (int kind = 0; kind < 3; kind++) {
      Picture p = {sizes[s][0], sizes[s][1], kind, 0};
      Bytes file = written(&p, ML_IMAGE_HDR);
      int w, h, n;
      float *pixels = stbi_loadf_from_memory(file.data, (int)file.count, &w, &h, &n, 3);
      assert_non_null(pixels);
      assert_int_equal(w, p.width);
      assert_int_equal(h, p.height);
      for (uint32_t i = 0; i < p.width * p.height; i++) {
        float want[3], peak = 0;
        for (uint32_t c = 0; c < 3; c++) want[c] = picture_float(&p, i % p.width, i / p.width, c), peak = fmaxf(peak, want[c]);
        // Half a step of a mantissa that is 128 at least; a step twice as large where the peak rounded up.
        for (uint32_t c = 0; c < 3; c++) assert_true(fabsf(pixels[3 * i + c] - want[c]) <= peak / 255.0f);
      }
      stbi_image_free(pixels);
      bytes_free(&file);
    }
  }
}

/* Widths about the limits of run-length coding, and that runs are coded at all. */
static void test_hdr_widths(void **state) {
  (void)state;
  const uint32_t widths[] = {2, 7, 8, 127, 128, 129, 256, 32767, 32768, 40000};
  for (size_t k = 0; k < sizeof widths / sizeof *widths; k++) {
    for (int kind = 1; kind < 3; kind++) {
      Picture p = {widths[k], 2, kind, 0};
      Bytes file = written(&p, ML_IMAGE_HDR);
      if (kind == 1 && widths[k] >= 128 && widths[k] < 32768) assert_true(file.count < widths[k] * 2);
      int w, h, n;
      float *pixels = stbi_loadf_from_memory(file.data, (int)file.count, &w, &h, &n, 3);
      assert_non_null(pixels);
      for (uint32_t i = 0; i < 2 * p.width; i++) {
        float peak = 0;
        for (uint32_t c = 0; c < 3; c++) peak = fmaxf(peak, picture_float(&p, i % p.width, i / p.width, c));
        for (uint32_t c = 0; c < 3; c++)
          assert_true(fabsf(pixels[3 * i + c] - picture_float(&p, i % p.width, i / p.width, c)) <= peak / 255.0f);
      }
      stbi_image_free(pixels);
      bytes_free(&file);
    }
  }
}

static const float strange[][3] = {
  {NAN, 1, 0},       {-1, -0.0f, 2},        {INFINITY, 1, 0}, {1e-38f, 0, 0}, {3e38f, 3e38f, 3e38f},    {0.998047f, 0.5f, 0},
  {255.6f, 1, 0.1f}, {0x1.ffp0f, 0.25f, 0}, {1, 1, 1},        {0, 0, 0},      {0x1p-100f, 0, 0x1p-101f}};
static void strange_floats(void *ud, uint32_t y, float *rgb) {
  (void)ud, (void)y;
  memcpy(rgb, strange, sizeof strange);
}
static void test_hdr_strange_values(void **state) {
  (void)state;
  FaultMemory fault;
  fault_init(&fault, -1, false);
  Bytes file = {0};
  MlSink sink = bytes_sink(&file);
  ImageSource source = {sizeof strange / sizeof *strange, 1, NULL, strange_floats, NULL};
  assert_int_equal(image_write(&fault.memory, ML_IMAGE_HDR, &source, &sink, NULL), ML_OK);
  int w, h, n;
  float *got = stbi_loadf_from_memory(file.data, (int)file.count, &w, &h, &n, 3);
  assert_non_null(got);
  for (int i = 0; i < w; i++) {
    for (int c = 0; c < 3; c++) {
      float x = strange[i][c], want = x > 0 ? fminf(x, 255.0f / 256 * 0x1p127f) : 0;
      float peak = fmaxf(0, fmaxf(strange[i][0], fmaxf(strange[i][1], strange[i][2])));
      assert_true(peak > 1e30f ? got[3 * i + c] <= 1.7e38f : fabsf(got[3 * i + c] - want) <= fmaxf(peak / 255.0f, 1e-30f));
    }
  }
  assert_true(got[6] > 1.69e38f); // infinity is the largest there is
  stbi_image_free(got);
  bytes_free(&file);
}

static void test_pfm(void **state) {
  (void)state;
  for (size_t s = 0; s < SIZES; s++) {
    Picture p = {sizes[s][0], sizes[s][1], 2, 0};
    Bytes file = written(&p, ML_IMAGE_PFM);
    FaultMemory fault;
    fault_init(&fault, -1, false);
    Image image;
    assert_int_equal(image_read_pfm(&fault.memory, file.data, file.count, &image, NULL), ML_OK);
    for (uint32_t i = 0; i < 3 * p.width * p.height; i++) {
      float want = picture_float(&p, i / 3 % p.width, i / 3 / p.width, i % 3);
      assert_memory_equal(&image.pixels[i], &want, sizeof want); // bit for bit
    }
    // The first row in the file is the bottom one.
    char head[64];
    int length = snprintf(head, sizeof head, "PF\n%u %u\n-1.0\n", p.width, p.height);
    assert_memory_equal(file.data, head, (size_t)length);
    float first;
    memcpy(&first, file.data + length, sizeof first);
    assert_true(first == picture_float(&p, 0, p.height - 1, 0));
    image_free(&fault.memory, &image);
    bytes_free(&file);
  }
}

/* ---------------------------------------------------------------- refusing */

static void test_names(void **state) {
  (void)state;
  assert_int_equal(ml_image_format("a.png"), ML_IMAGE_PNG);
  assert_int_equal(ml_image_format("/b.c/A.PnG"), ML_IMAGE_PNG);
  assert_int_equal(ml_image_format("a.jpg"), ML_IMAGE_JPG);
  assert_int_equal(ml_image_format("a.JPEG"), ML_IMAGE_JPG);
  assert_int_equal(ml_image_format("a.b.hdr"), ML_IMAGE_HDR);
  assert_int_equal(ml_image_format("a.pfm"), ML_IMAGE_PFM);
  const char *unknown[] = {"", "png", "a.", "a.pn", "a.pngg", "a.exr", "a.png/b", "a.png ", "."};
  for (size_t i = 0; i < sizeof unknown / sizeof *unknown; i++) assert_int_equal(ml_image_format(unknown[i]), ML_IMAGE_UNKNOWN);
}

static void no_row(void *ud, uint32_t y, uint8_t *rgb) {
  (void)ud, (void)y, (void)rgb;
  fail();
}

/* What the library's int cannot count is refused before a byte is allocated or a row asked for. */
static void test_too_large(void **state) {
  (void)state;
  const struct {
    MlImageFormat format;
    uint32_t width, height;
    bool fits;
  } cases[] = {
    {ML_IMAGE_PNG, 65535, 65535, false},   {ML_IMAGE_PNG, 21846, 21846, false},  {ML_IMAGE_PNG, 21844, 21844, true},
    {ML_IMAGE_PNG, 477218560, 1, true},    {ML_IMAGE_PNG, 0xffffffff, 1, false}, {ML_IMAGE_PNG, 1, 0xffffffff, false},
    {ML_IMAGE_JPG, 65535, 1, true},        {ML_IMAGE_JPG, 65536, 1, false},      {ML_IMAGE_JPG, 1, 65536, false},
    {ML_IMAGE_JPG, 65535, 10922, true},    {ML_IMAGE_JPG, 65535, 10923, false},  {ML_IMAGE_JPG, 65535, 65535, false},
    {ML_IMAGE_HDR, 65535, 65535, true},    {ML_IMAGE_PFM, 65535, 65535, true},   {ML_IMAGE_UNKNOWN, 1, 1, false},
    {ML_IMAGE_PNG, 1, 357913924, true},    {ML_IMAGE_PNG, 1, 357913925, false},  {ML_IMAGE_PNG, 0x55555556, 3, false},
    {ML_IMAGE_PNG, 0x80000000u, 2, false},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    MlError error = {0};
    MlStatus status = image_check(cases[i].format, cases[i].width, cases[i].height, &error);
    assert_int_equal(status == ML_OK, cases[i].fits);
    assert_int_equal(status, error.status);
    if (cases[i].fits) continue;
    assert_true(strlen(error.message) > 20);
    FaultMemory fault;
    fault_init(&fault, -1, false);
    ImageSource source = {cases[i].width, cases[i].height, no_row, NULL, NULL};
    Bytes none = {0};
    MlSink sink = bytes_sink(&none);
    assert_int_equal(image_write(&fault.memory, cases[i].format, &source, &sink, NULL), status);
    assert_int_equal(fault.memory.allocations, 0);
    assert_int_equal(none.count, 0);
  }
  MlError error = {0};
  assert_int_equal(image_check(ML_IMAGE_JPG, 70000, 10, &error), ML_ERROR_LIMIT);
  assert_string_equal(error.message, "70000 x 10 pixels are too many for a jpg (65535 a side, about 700 million here); write .hdr or .pfm");
  error = (MlError){0};
  assert_int_equal(image_check(ML_IMAGE_PNG, 65535, 65535, &error), ML_ERROR_LIMIT);
  assert_string_equal(error.message, "65535 x 65535 pixels are too many for a png here (about 470 million); write .hdr or .pfm");
  error = (MlError){0};
  assert_int_equal(image_check(ML_IMAGE_UNKNOWN, 1, 1, &error), ML_ERROR_ARGUMENT);
  assert_string_equal(error.message, "unknown picture format; expected .png, .jpg, .hdr or .pfm");
}

/* ----------------------------------------------------------------- failing */

static const MlImageFormat formats[] = {ML_IMAGE_PNG, ML_IMAGE_JPG, ML_IMAGE_HDR, ML_IMAGE_PFM};

/* Every allocation fails in turn, once and from then on: the named error, and nothing is left. */
static void test_failing_memory(void **state) {
  (void)state;
  for (size_t f = 0; f < 4; f++) {
    for (int then_on = 0; then_on < 2; then_on++) {
      for (long n = 0;; n++) {
        Picture p = {24, 20, 0, 0};
        FaultMemory fault;
        fault_init(&fault, n, then_on != 0);
        Bytes file = {0};
        MlSink sink = bytes_sink(&file);
        ImageSource source = picture_source(&p);
        MlError error = {0};
        MlStatus status = image_write(&fault.memory, formats[f], &source, &sink, &error);
        bytes_free(&file);
        assert_int_equal(fault.memory.used, 0);
        assert_int_equal(error.status, status);
        if (status == ML_OK) {
          assert_true(n > 0 && fault.left >= 0); // fewer allocations than n: none failed
          break;
        }
        assert_int_equal(status, ML_ERROR_MEMORY);
      }
    }
  }
}

/* The sink refuses after every number of bytes. */
static void test_failing_sink(void **state) {
  (void)state;
  for (size_t f = 0; f < 4; f++) {
    Picture p = {24, 20, 0, 0};
    Bytes whole = written(&p, formats[f]);
    for (size_t limit = 1; limit <= whole.count; limit++) {
      p.rows = 0;
      FaultMemory fault;
      fault_init(&fault, -1, false);
      Bytes part = {.limit = limit};
      MlSink sink = bytes_sink(&part);
      ImageSource source = picture_source(&p);
      MlError error = {0};
      MlStatus status = image_write(&fault.memory, formats[f], &source, &sink, &error);
      assert_int_equal(status, limit == whole.count ? ML_OK : ML_ERROR_FILE);
      if (status != ML_OK) assert_string_equal(error.message, "could not write the picture");
      assert_int_equal(fault.memory.used, 0);
      bytes_free(&part);
    }
    bytes_free(&whole);
  }
}

/* ----------------------------------------------------------------- nesting */

/* A sink that writes another picture whenever it is given bytes. */
typedef struct NestingSink {
  Bytes outer, inner;
} NestingSink;
static bool nesting_write(void *ud, const void *bytes, size_t count) {
  NestingSink *nesting = ud;
  Picture p = {7, 5, 0, 0};
  bytes_free(&nesting->inner);
  nesting->inner = written(&p, ML_IMAGE_JPG);
  return bytes_write(&nesting->outer, bytes, count);
}

static void test_nested(void **state) {
  (void)state;
  for (size_t f = 0; f < 4; f++) {
    Picture p = {64, 48, 2, 0}, small = {7, 5, 0, 0};
    Bytes want = written(&p, formats[f]), want_inner = written(&small, ML_IMAGE_JPG);
    FaultMemory fault;
    fault_init(&fault, -1, false);
    NestingSink nesting = {0};
    const MlSink sink = {nesting_write, &nesting};
    const ImageSource source = picture_source(&p);
    assert_int_equal(image_write(&fault.memory, formats[f], &source, &sink, NULL), ML_OK);
    assert_int_equal(fault.memory.used, 0);
    assert_int_equal(nesting.outer.count, want.count);
    assert_memory_equal(nesting.outer.data, want.data, want.count);
    assert_int_equal(nesting.inner.count, want_inner.count);
    assert_memory_equal(nesting.inner.data, want_inner.data, want_inner.count);
    bytes_free(&nesting.outer);
    bytes_free(&nesting.inner);
    bytes_free(&want);
    bytes_free(&want_inner);
  }
}

/* ----------------------------------------------------------------- threads */

static void *write_many(void *ud) {
  Bytes *want = ud;
  for (int i = 0; i < 20; i++) {
    Picture p = {64, 48, 2, 0};
    Bytes got = written(&p, i % 2 ? ML_IMAGE_PNG : ML_IMAGE_JPG);
    Bytes *same = &want[i % 2];
    bool equal = got.count == same->count && memcmp(got.data, same->data, got.count) == 0;
    bytes_free(&got);
    if (!equal) return ud;
  }
  return NULL;
}

static void test_threads(void **state) {
  (void)state;
  Picture p = {64, 48, 2, 0};
  Bytes want[2];
  want[0] = written(&p, ML_IMAGE_JPG);
  p.rows = 0;
  want[1] = written(&p, ML_IMAGE_PNG);
  pthread_t threads[3];
  int started = 0;
  while (started < 3 && pthread_create(&threads[started], NULL, write_many, want) == 0) started++; // none where there are no threads
  assert_null(write_many(want));
  for (int i = 0; i < started; i++) {
    void *bad;
    pthread_join(threads[i], &bad);
    assert_null(bad);
  }
  bytes_free(&want[0]);
  bytes_free(&want[1]);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_png),
    cmocka_unit_test(test_jpg),
    cmocka_unit_test(test_hdr),
    cmocka_unit_test(test_hdr_widths),
    cmocka_unit_test(test_hdr_strange_values),
    cmocka_unit_test(test_pfm),
    cmocka_unit_test(test_names),
    cmocka_unit_test(test_too_large),
    cmocka_unit_test(test_failing_memory),
    cmocka_unit_test(test_failing_sink),
    cmocka_unit_test(test_nested),
    cmocka_unit_test(test_threads),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
