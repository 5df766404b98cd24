/* test_image_read.c - pictures of every format are read to the right samples; damaged, cut, huge and foreign ones are refused, and nothing
 * leaks, whatever fails. (The fuzzed side of it: test_image_fuzz.c.) */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "fuzz/files.h"
#include "image/read.h"
#include "image/write.h"
#include "picture_files.h"

static MlStatus read_picture(FaultMemory *fault, const Bytes *file, RawImage *out, MlError *error) {
  *out = (RawImage){0};
  *error = (MlError){0};
  ImageHead head;
  const MlStatus status = image_read_head(file->data, file->count, &head, error);
  return status != ML_OK ? status : image_read(&fault->memory, file->data, file->count, &head, out, error);
}

static uint32_t sample(const RawImage *image, uint32_t x, uint32_t y, uint32_t c) {
  const size_t at = ((size_t)y * image->head.width + x) * image->head.channels + c;
  return image->head.sample == SAMPLE_U16 ? ((const uint16_t *)image->samples)[at] : ((const uint8_t *)image->samples)[at];
}

typedef uint32_t Expected(const void *kind, uint32_t x, uint32_t y, uint32_t c);

/* Reads, compares, and takes the file over. Every cut of it is refused; every allocation fails once. */
static void expect_picture(Bytes file, ImageFileKind format, uint32_t width, uint32_t height, uint32_t channels, Expected *expected,
                           const void *kind) {
  FaultMemory fault;
  fault_init(&fault, -1, false);
  RawImage image;
  MlError error;
  assert_int_equal(read_picture(&fault, &file, &image, &error), ML_OK);
  assert_int_equal(image.head.file, format);
  assert_int_equal(image.head.width, width);
  assert_int_equal(image.head.height, height);
  assert_int_equal(image.head.channels, channels);
  for (uint32_t y = 0; y < height; y++)
    for (uint32_t x = 0; x < width; x++)
      for (uint32_t c = 0; c < channels; c++)
        if (sample(&image, x, y, c) != expected(kind, x, y, c))
          fail_msg("%s: sample %u of (%u, %u) is %u, expected %u", image_file_name(format), c, x, y, sample(&image, x, y, c),
                   expected(kind, x, y, c));
  image_raw_free(&fault.memory, &image);
  assert_int_equal(fault.memory.used, 0);
  assert_true(fault.memory.peak <= 1 << 20);
  for (size_t cut = 0; cut < file.count; cut++) {
    Bytes part = {.data = malloc(cut + 1), .count = cut}; // its own block, so that sanitizers see its end
    memcpy(part.data, file.data, cut);
    part.data = realloc(part.data, cut ? cut : 1);
    if (read_picture(&fault, &part, &image, &error) == ML_OK) {
      // A bmp may come without the padding of its last row
      assert_int_equal(format, IMAGE_FILE_BMP);
      assert_true(file.count - cut < 4);
      image_raw_free(&fault.memory, &image);
    } else {
      assert_true(error.message[0] != 0);
    }
    assert_int_equal(fault.memory.used, 0);
    bytes_free(&part);
  }
  for (long left = 0;; left++) {
    fault_init(&fault, left, false);
    MlStatus status = read_picture(&fault, &file, &image, &error);
    if (status == ML_OK) image_raw_free(&fault.memory, &image);
    else assert_int_equal(status, ML_ERROR_MEMORY);
    assert_int_equal(fault.memory.used, 0);
    if (status == ML_OK) break;
  }
  bytes_free(&file);
}

static const uint32_t sizes[][2] = {{1, 1}, {5, 3}, {17, 9}};
#define SIZES (sizeof sizes / sizeof *sizes)

static uint32_t expected_png(const void *kind, uint32_t x, uint32_t y, uint32_t c) { return png_expected(kind, x, y, c); }
static void test_png(void **state) {
  (void)state;
  static const uint32_t kinds[][2] = {{0, 1}, {0, 2}, {0, 4}, {0, 8}, {0, 16}, {2, 8}, {2, 16}, {3, 1},
                                      {3, 2}, {3, 4}, {3, 8}, {4, 8}, {4, 16}, {6, 8}, {6, 16}};
  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
    for (size_t s = 0; s < SIZES; s++)
      for (int variant = 0; variant < (kinds[i][0] < 4 ? 4 : 2); variant++) {
        const PngKind kind = {sizes[s][0], sizes[s][1], kinds[i][1], kinds[i][0], variant & 1, variant & 2};
        const uint32_t channels = (kind.color == 3 ? 3 : png_channels(&kind)) + kind.transparent;
        expect_picture(png_file(&kind), IMAGE_FILE_PNG, kind.width, kind.height, channels, expected_png, &kind);
      }
}

static uint32_t expected_tga(const void *kind, uint32_t x, uint32_t y, uint32_t c) { return tga_expected(kind, x, y, c); }
static void test_tga(void **state) {
  (void)state;
  static const uint32_t kinds[][4] = {{1, 24, 0, 3}, {1, 32, 0, 4}, {1, 16, 0, 3}, {2, 15, 0, 3}, {2, 16, 0, 3}, {2, 16, 1, 4},
                                      {2, 24, 0, 3}, {2, 32, 8, 4}, {2, 32, 0, 3}, {3, 8, 0, 1},  {3, 16, 8, 2}};
  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
    for (size_t s = 0; s < SIZES; s++)
      for (int variant = 0; variant < 8; variant++) {
        const TgaKind kind = {sizes[s][0], sizes[s][1], kinds[i][0], kinds[i][1], kinds[i][2], variant & 1, variant & 2, variant & 4};
        expect_picture(tga_file(&kind), IMAGE_FILE_TGA, kind.width, kind.height, kinds[i][3], expected_tga, &kind);
      }
}

static uint32_t expected_bmp(const void *kind, uint32_t x, uint32_t y, uint32_t c) { return bmp_expected(kind, x, y, c); }
static void test_bmp(void **state) {
  (void)state;
  static const uint32_t kinds[][3] = {{1, 12, 0},  {8, 12, 0},  {24, 12, 0}, {1, 40, 0},  {4, 40, 0},   {8, 40, 0},   {16, 40, 0},
                                      {24, 40, 0}, {32, 40, 0}, {16, 40, 1}, {32, 40, 1}, {24, 124, 0}, {16, 124, 1}, {32, 124, 1}};
  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
    for (size_t s = 0; s < SIZES; s++)
      for (int top_down = 0; top_down < (kinds[i][1] == 12 ? 1 : 2); top_down++) {
        const BmpKind kind = {sizes[s][0], sizes[s][1], kinds[i][0], kinds[i][1], top_down, kinds[i][2]};
        const uint32_t channels = kind.masked && kind.head == 124 ? 4 : 3;
        expect_picture(bmp_file(&kind), IMAGE_FILE_BMP, kind.width, kind.height, channels, expected_bmp, &kind);
      }
}

/* ---- hdr */

static void hdr_floats(void *ud, uint32_t y, float *rgb) {
  const uint32_t *size = ud;
  for (uint32_t i = 0; i < 3 * size[0]; i++) // mantissas and exponents that the format holds exactly; one channel leads
    rgb[i] = (float)((i % 3 == 0 ? 128 : 0) + picture_value(i / 3, y, i % 3) % 128) * (y % 2 ? 0x1p-20f : 0x1p12f);
}

static void expect_hdr(const Bytes *file, const uint32_t size[2], bool flipped_x, bool flipped_y) {
  FaultMemory fault;
  fault_init(&fault, -1, false);
  RawImage image;
  MlError error;
  assert_int_equal(read_picture(&fault, file, &image, &error), ML_OK);
  assert_int_equal(image.head.sample, SAMPLE_F32);
  float *row = malloc(3 * size[0] * sizeof *row);
  for (uint32_t y = 0; y < size[1]; y++) {
    hdr_floats((void *)size, y, row);
    for (uint32_t x = 0; x < size[0]; x++) {
      const uint32_t px = flipped_x ? size[0] - 1 - x : x, py = flipped_y ? size[1] - 1 - y : y;
      assert_memory_equal((const float *)image.samples + 3 * ((size_t)py * size[0] + px), row + 3 * x, 12);
    }
  }
  free(row);
  image_raw_free(&fault.memory, &image);
  for (size_t cut = 0; cut < file->count; cut++) {
    assert_int_equal(read_picture(&fault, &(Bytes){.data = file->data, .count = cut}, &image, &error), ML_ERROR_FORMAT);
    assert_int_equal(fault.memory.used, 0);
  }
}

static Bytes hdr_head_bytes(const char *head) {
  Bytes file = {0};
  bytes_write(&file, head, strlen(head));
  return file;
}

static void test_hdr(void **state) {
  (void)state;
  static const uint32_t all[][2] = {{1, 1}, {7, 4}, {8, 3}, {300, 4}};
  for (size_t i = 0; i < 4; i++) {
    FaultMemory fault;
    fault_init(&fault, -1, false);
    Bytes file = {0};
    const MlSink sink = bytes_sink(&file);
    const ImageSource source = {.width = all[i][0], .height = all[i][1], .floats = hdr_floats, .ud = (void *)all[i]};
    assert_int_equal(image_write_hdr(&fault.memory, &source, &sink, NULL), ML_OK);
    expect_hdr(&file, all[i], false, false);
    bytes_free(&file);
  }
  // Pixels by themselves, and the old repetition, in the other orientations
  Bytes file = hdr_head_bytes("#?RGBE\nEXPOSURE=3\r\nFORMAT=32-bit_rle_rgbe\r\n\n+Y 1 -X 600\n");
  const uint8_t pixels[] = {200, 100, 50, 129, 1, 1, 1, 86, 1, 1, 1, 2, 128, 0, 0, 128};
  bytes_write(&file, pixels, sizeof pixels);
  FaultMemory fault;
  fault_init(&fault, -1, false);
  RawImage image;
  MlError error;
  assert_int_equal(read_picture(&fault, &file, &image, &error), ML_OK); // 1 + 86 + 512 + 1
  const float *f = image.samples;
  assert_true(f[0] == 0.5f && f[1] == 0.0f && f[3] == 200.0f / 128.0f && f[3 * 599 + 2] == 50.0f / 128.0f);
  image_raw_free(&fault.memory, &image);
  file.data[file.count - 9] = 88; // one pixel too many
  assert_int_equal(read_picture(&fault, &file, &image, &error), ML_ERROR_FORMAT);
  assert_string_equal(error.message, "damaged hdr: a repetition at byte 64 does not fit into row 0");
  bytes_free(&file);
}

/* ---- jpg: files of libjpeg-turbo 2.1's cjpeg -quality 75; expected are hashes of samples, equal to djpeg's within 2 (16 at 4:2:2, which
 * it smooths otherwise) when they were taken. */

static void test_jpg(void **state) {
  (void)state;
  static const struct {
    const char *name;
    uint32_t channels;
  } files[] = {{"base420.jpg", 3}, {"base444.jpg", 3}, {"base422-restart.jpg", 3}, {"base440.jpg", 3},   {"base411.jpg", 3}, {"rgb.jpg", 3},
               {"grey.jpg", 1},    {"prog420.jpg", 3}, {"prog444-restart.jpg", 3}, {"prog-grey.jpg", 1}, {"prog1.jpg", 3}};
  uint64_t hashes[sizeof files / sizeof *files];
  for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
    Bytes file = fuzz_file(files[i].name);
    FaultMemory fault;
    fault_init(&fault, -1, false);
    RawImage image;
    MlError error;
    assert_int_equal(read_picture(&fault, &file, &image, &error), ML_OK);
    assert_int_equal(image.head.channels, files[i].channels);
    assert_true(fault.memory.peak <= image.head.work + 64 * 1024);
    hashes[i] = ml_hash64(image.samples, image.size, 0);
    image_raw_free(&fault.memory, &image);
    for (size_t cut = 0; cut < file.count; cut++) {
      assert_int_equal(read_picture(&fault, &(Bytes){.data = file.data, .count = cut}, &image, &error), ML_ERROR_FORMAT);
      assert_int_equal(fault.memory.used, 0);
    }
    for (long left = 0, failed = 1; failed; left++) {
      fault_init(&fault, left, false);
      const MlStatus status = read_picture(&fault, &file, &image, &error);
      failed = status != ML_OK;
      if (failed) assert_int_equal(status, ML_ERROR_MEMORY);
      image_raw_free(&fault.memory, &image);
      assert_int_equal(fault.memory.used, 0);
    }
    bytes_free(&file);
  }
  // Progressive coding is another order of the same coefficients
  assert_int_equal(hashes[7], hashes[0]);
  assert_int_equal(hashes[8], hashes[1]);
  assert_int_equal(hashes[9], hashes[6]);
}

/* ---- what is wrong is said */

static void expect_error(Bytes file, MlStatus status, const char *message) {
  FaultMemory fault;
  fault_init(&fault, -1, false);
  RawImage image;
  MlError error;
  assert_int_equal(read_picture(&fault, &file, &image, &error), status);
  assert_string_equal(error.message, message);
  assert_int_equal(fault.memory.allocations == 0 || fault.memory.used == 0, 1);
  bytes_free(&file);
}

/* The file with a byte changed. */
static Bytes spoilt(Bytes file, size_t at, uint8_t byte) {
  file.data[at] = byte;
  return file;
}

static void test_messages(void **state) {
  (void)state;
  const PngKind png = {5, 3, 8, 2, false, false};
  const TgaKind tga = {5, 3, 2, 24, 0, false, false, false};
  const BmpKind bmp = {5, 3, 24, 40, false, false};
  expect_error((Bytes){0}, ML_ERROR_FORMAT, "the file is empty");
  expect_error(hdr_head_bytes("GIF89a, and nothing that follows would be read"), ML_ERROR_FORMAT,
               "not a picture that can be read: png, jpg, hdr, tga and bmp can, by their contents");
  Bytes file = png_file(&png);
  expect_error(spoilt(file, 30, 99), ML_ERROR_FORMAT, "damaged png: chunk IHDR at byte 8 does not agree with its checksum");
  file = png_file(&png);
  expect_error(spoilt(file, 70, 99), ML_ERROR_FORMAT, "damaged png: chunk IDAT at byte 57 does not agree with its checksum");
  file = png_file(&png);
  expect_error(spoilt(file, 24, 3), ML_ERROR_FORMAT, "damaged png: 3 bits of colour type 2 at byte 24");
  file = png_file(&png);
  expect_error(spoilt(file, 16, 1), ML_ERROR_LIMIT, "a png of 16777221 x 3 pixels: more than 65535 a side");
  file = png_file(&png);
  expect_error(spoilt(file, 22, 255), ML_ERROR_FORMAT, "damaged png: 59 bytes of pixels cannot be 5 x 65283");
  file = png_file(&png);
  expect_error(spoilt(file, 19, 0), ML_ERROR_FORMAT, "damaged png: its header says 0 x 3 pixels");
  file = bmp_file(&bmp);
  expect_error(spoilt(file, 22, 9), ML_ERROR_FORMAT, "damaged bmp: 5 x 9 pixels from byte 54 on take 143 bytes, the file has 102");
  file = bmp_file(&bmp);
  expect_error(spoilt(file, 30, 1), ML_ERROR_FORMAT, "bmp: compressed ones (kind 1) cannot be read: save it without compression");
  file = tga_file(&tga);
  expect_error(spoilt(file, 13, 1), ML_ERROR_FORMAT, "damaged tga: 261 x 3 pixels take at least 2369 bytes, there are 65");
  expect_error(fuzz_file("arith.jpg"), ML_ERROR_FORMAT,
               "jpg: lossless, hierarchical and arithmetic coding (marker C9 at byte 158) cannot be read");
  expect_error(hdr_head_bytes("#?RADIANCE\nFORMAT=32-bit_rle_xyze\n\n-Y 1 +X 1\nabcd"), ML_ERROR_FORMAT,
               "hdr: only FORMAT=32-bit_rle_rgbe can be read, this is 32-bit_rle_xyze");
  expect_error(hdr_head_bytes("#?RADIANCE\n\n+X 4 -Y 5\nabcd"), ML_ERROR_FORMAT,
               "hdr: expected a size like \"-Y 512 +X 1024\" at byte 12; pictures on their side cannot be read");
  // A run of none (CVE-2021-42715)
  file = hdr_head_bytes("#?RADIANCE\n\n-Y 1 +X 8\n");
  bytes_write(&file, "\2\2\0\10\0\0\0\0\0\0", 10);
  expect_error(file, ML_ERROR_FORMAT, "damaged hdr: a run of 0 pixels at byte 26, where 8 are left in row 0");
  // More pixels than there may be in all: plausible by its sides
  file = hdr_head_bytes("#?RADIANCE\n\n-Y 30000 +X 30000\n");
  for (int i = 0; i < 30000; i++) put_le32(&file, 0);
  expect_error(file, ML_ERROR_LIMIT, "a hdr of 30000 x 30000 pixels: more than 268435456 in all");
}

/* A deflate bomb: small data that unpacks to far more than the header asks for. */
static void test_bomb(void **state) {
  (void)state;
  Bytes file = {0}, data = {0}, head = {0};
  bytes_write(&file, "\x89PNG\r\n\x1a\n", 8);
  put_be32(&head, 16), put_be32(&head, 16);
  bytes_write(&head, "\10\0\0\0\0", 5);
  png_chunk(&file, "IHDR", head.data, head.count);
  // One block of fixed codes: a literal 0, then the longest match of distance 1 over and over, least significant bit first
  put_byte(&data, 0x78), put_byte(&data, 1);
  uint32_t bits = 3, have = 3;                  // final, fixed
  const uint32_t literal = 0x0C, length = 0xA3; // 00110000, 11000101 turned round
  for (int i = 0; i < 40000; i++) {
    bits |= (i == 0 ? literal : length) << have, have += i == 0 ? 8 : 8 + 5;
    while (have >= 8) put_byte(&data, bits), bits >>= 8, have -= 8;
  }
  for (int i = 0; i < 8; i++) put_byte(&data, bits), bits = 0;
  png_chunk(&file, "IDAT", data.data, data.count);
  png_chunk(&file, "IEND", NULL, 0);
  bytes_free(&data), bytes_free(&head);
  FaultMemory fault;
  fault_init(&fault, -1, false);
  RawImage image;
  MlError error;
  assert_int_equal(read_picture(&fault, &file, &image, &error), ML_ERROR_FORMAT);
  assert_string_equal(error.message, "damaged: it unpacks to more than its size asks for");
  assert_true(fault.memory.peak < 1 << 20);
  assert_int_equal(fault.memory.used, 0);
  bytes_free(&file);
}

/* Flipped bits: a png is refused always; nothing else may crash, hang or leak. */
static void test_flipped(void **state) {
  (void)state;
  const PngKind png = {17, 9, 4, 3, true, true};
  Bytes file = png_file(&png);
  FaultMemory fault;
  fault_init(&fault, -1, false);
  for (size_t bit = 0; bit < 8 * file.count; bit++) {
    file.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
    RawImage image;
    MlError error;
    assert_int_not_equal(read_picture(&fault, &file, &image, &error), ML_OK);
    assert_int_equal(fault.memory.used, 0);
    file.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
  }
  bytes_free(&file);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_png), cmocka_unit_test(test_tga),      cmocka_unit_test(test_bmp),  cmocka_unit_test(test_hdr),
    cmocka_unit_test(test_jpg), cmocka_unit_test(test_messages), cmocka_unit_test(test_bomb), cmocka_unit_test(test_flipped),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
