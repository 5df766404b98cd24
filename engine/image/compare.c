/* compare.c - pictures as floats, and measures of their difference. Sums run in double, in order. */
#include "image/compare.h"

#include <string.h>

#include "base/error.h"
#include "image/read.h"
#include "image/spectrum.h"
#include "image/tonemap.h"

#define MAX_SIDE 65535u

/* A decimal count up to 10 digits at *p, with one white space after it; 0 on failure. */
static uint64_t read_count(const uint8_t **p, const uint8_t *end) {
  uint64_t value = 0;
  int digits = 0;
  for (; *p < end && **p >= '0' && **p <= '9' && digits < 10; digits++) value = value * 10 + (uint64_t)(*(*p)++ - '0');
  if (!digits || *p == end || (**p != ' ' && **p != '\n')) return 0;
  ++*p;
  return value;
}

MlStatus image_read_pfm(Memory *memory, const void *bytes, size_t count, Image *out, MlError *error) {
  const uint8_t *p = bytes, *end = p + count;
  if (count < 3 || memcmp(p, "PF\n", 3) != 0) return error_set(error, ML_ERROR_FORMAT, "not a colour pfm: it does not begin with PF");
  p += 3;
  uint64_t width = read_count(&p, end), height = read_count(&p, end);
  if (!width || !height) return error_set(error, ML_ERROR_FORMAT, "damaged pfm: no size in its second line");
  if (width > MAX_SIDE || height > MAX_SIDE)
    return error_set(error, ML_ERROR_LIMIT, "a pfm of %llu x %llu pixels: more than 65535 a side", (unsigned long long)width,
                     (unsigned long long)height);
  // The third line is a scale; its sign is the byte order, its value is of no consequence here.
  const uint8_t *line = p;
  while (p < end && *p != '\n') p++;
  if (p == end || p == line) return error_set(error, ML_ERROR_FORMAT, "damaged pfm: no scale in its third line");
  bool swapped = *line != '-';
  p++;
  uint64_t floats = width * height * 3;
  if ((uint64_t)(end - p) != floats * sizeof(float))
    return error_set(error, ML_ERROR_FORMAT, "damaged pfm: %llu x %llu pixels take %llu bytes, there are %llu", (unsigned long long)width,
                     (unsigned long long)height, (unsigned long long)(floats * sizeof(float)), (unsigned long long)(end - p));

  float *pixels = memory_alloc(memory, (size_t)floats * sizeof(float), 16); // no more than `count`
  if (!pixels) return memory_error(memory, floats * sizeof(float), "a picture", error);
  for (uint64_t y = 0; y < height; y++) {
    float *row = pixels + (height - 1 - y) * width * 3; // bottom row first
    memcpy(row, p + y * width * 3 * sizeof(float), (size_t)width * 3 * sizeof(float));
    for (uint64_t i = 0; swapped && i < width * 3; i++) {
      uint32_t bits;
      memcpy(&bits, row + i, sizeof bits);
      bits = __builtin_bswap32(bits);
      memcpy(row + i, &bits, sizeof bits);
    }
  }
  *out = (Image){(uint32_t)width, (uint32_t)height, pixels};
  return ML_OK;
}

/* Sample i of a channel, as a float: codes count from 0 to 1. */
static float sample_at(const RawImage *raw, uint64_t i) {
  switch (raw->head.sample) {
  case SAMPLE_U8: return (float)((const uint8_t *)raw->samples)[i] / 255.0f;
  case SAMPLE_U16: return (float)((const uint16_t *)raw->samples)[i] / 65535.0f;
  case SAMPLE_F32: return ((const float *)raw->samples)[i];
  }
  return 0.0f;
}

MlStatus image_read_any(Memory *memory, const void *bytes, size_t count, Image *out, bool *linear, MlError *error) {
  if (count >= 3 && memcmp(bytes, "PF\n", 3) == 0) {
    *linear = true;
    return image_read_pfm(memory, bytes, count, out, error);
  }
  ImageHead head;
  RawImage raw;
  TRY(image_read_head(bytes, count, &head, error));
  TRY(image_read(memory, bytes, count, &head, &raw, error));
  *linear = head.sample == SAMPLE_F32;
  uint64_t pixels = (uint64_t)head.width * head.height;
  size_t size = 0;
  float *values = size_multiply(pixels, 3 * sizeof(float), &size) ? memory_alloc(memory, size, 16) : NULL;
  if (values == NULL) {
    image_raw_free(memory, &raw);
    return memory_error(memory, pixels * 3 * sizeof(float), "a picture", error);
  }
  for (uint64_t i = 0; i < pixels; i++)
    for (uint64_t c = 0; c < 3; c++) values[3 * i + c] = sample_at(&raw, i * head.channels + (head.channels >= 3 ? c : 0));
  image_raw_free(memory, &raw);
  *out = (Image){head.width, head.height, values};
  return ML_OK;
}

void image_free(Memory *memory, Image *image) {
  if (image->pixels) memory_free(memory, image->pixels, (size_t)image->width * image->height * 3 * sizeof(float));
  *image = (Image){0};
}

double image_rmse(const Image *a, const Image *b) {
  uint64_t floats = (uint64_t)a->width * a->height * 3;
  double sum = 0;
  for (uint64_t i = 0; i < floats; i++) {
    double d = (double)a->pixels[i] - (double)b->pixels[i];
    sum += d * d;
  }
  return __builtin_sqrt(sum / (double)floats);
}

double image_relative_mse(const Image *reference, const Image *test) {
  uint64_t floats = (uint64_t)reference->width * reference->height * 3;
  double sum = 0;
  for (uint64_t i = 0; i < floats; i++) {
    double r = (double)reference->pixels[i], d = (double)test->pixels[i] - r;
    sum += d * d / (r * r + 0.01);
  }
  return sum / (double)floats;
}

uint64_t image_count_different(const Image *a, const Image *b, double *largest) {
  uint64_t pixels = (uint64_t)a->width * a->height, count = 0;
  *largest = 0;
  for (uint64_t i = 0; i < pixels; i++) {
    bool differs = false;
    for (uint64_t c = 3 * i; c < 3 * i + 3; c++) {
      double d = __builtin_fabs((double)a->pixels[c] - (double)b->pixels[c]);
      differs = differs || a->pixels[c] != b->pixels[c];
      if (d > *largest) *largest = d;
    }
    count += differs;
  }
  return count;
}

float image_auto_exposure(const Image *linear) {
  uint64_t pixels = (uint64_t)linear->width * linear->height;
  LogAverage average = {0};
  for (uint64_t i = 0; i < pixels; i++) log_average_add(&average, spectrum_luminance(spectrum_load(linear->pixels + 3 * i)));
  return log_average_exposure(&average);
}
