/* ies.c - reads IES LM-63 files: lines of keywords up to TILT=, then numbers. Everything that a file can get wrong has a message with its
 * line; nothing is allocated before its size has been checked.
 *
 * Symmetric files are unfolded: horizontal angles to 0 (the same all around), to 90 (four equal quadrants), to 180 (two halves), from 90 to
 * 270 (two halves across), to 360. The tilt factors of a lamp, its watts and lumens are read over: intensities are relative. */
#include "light/ies.h"

#include <stdio.h>
#include <string.h>

#include "math/ieee.h"
#include "math/vec.h"
#include "moonlit.h"

static const double pi = 0x1.921fb54442d18p+1;

typedef struct Reader {
  const char *text;
  size_t size, at;
  uint32_t line;
  char word[48]; /* the last one read */
  MlError *error;
} Reader;

static MlStatus wrong(const Reader *r, const char *expected) {
  char shown[sizeof r->word];
  size_t n = 0;
  for (; r->word[n] != 0; n++) shown[n] = r->word[n] >= 0x20 && r->word[n] < 0x7f ? r->word[n] : '?';
  shown[n] = 0;
  if (n == 0) return error_set(r->error, ML_ERROR_FORMAT, "line %u: expected %s, but the file ends", r->line, expected);
  return error_set(r->error, ML_ERROR_FORMAT, "line %u: expected %s, got %s", r->line, expected, shown);
}

static bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == ',' || c == 0x1a; }

/* The next word, cut off where it is too long; empty at the end. */
static void read_word(Reader *r) {
  while (r->at < r->size && is_blank(r->text[r->at])) r->line += r->text[r->at++] == '\n';
  size_t n = 0;
  for (; r->at < r->size && !is_blank(r->text[r->at]); r->at++)
    if (n + 1 < sizeof r->word) r->word[n++] = r->text[r->at] != 0 ? r->text[r->at] : '?';
  r->word[n] = 0;
}

static MlStatus read_number(Reader *r, const char *expected, double least, double most, double *out) {
  read_word(r);
  const char *end;
  *out = ml_parse_number(r->word, &end);
  bool plain = strspn(r->word, "+-.0123456789eE") == strlen(r->word);
  if (end == r->word || *end != 0 || !plain || !(*out >= least && *out <= most)) return wrong(r, expected);
  return ML_OK;
}

static MlStatus read_count(Reader *r, const char *expected, double least, double most, uint32_t *out) {
  double x;
  TRY(read_number(r, expected, least, most, &x));
  if (x != ml_floor(x)) return wrong(r, expected);
  *out = (uint32_t)x;
  return ML_OK;
}

/* Up to TILT=, and over what belongs to it. */
static MlStatus read_head(Reader *r) {
  for (;;) {
    if (r->at >= r->size) {
      r->word[0] = 0;
      return wrong(r, "a line TILT=NONE, as IES files have");
    }
    size_t end = r->at;
    while (end < r->size && r->text[end] != '\n') end++;
    size_t length = end - r->at;
    bool found = length >= 5 && memcmp(r->text + r->at, "TILT=", 5) == 0;
    if (found) {
      r->at += 5;
      break;
    }
    r->at = end < r->size ? end + 1 : end;
    r->line += end < r->size;
  }
  read_word(r);
  if (strcmp(r->word, "NONE") == 0) return ML_OK;
  if (strcmp(r->word, "INCLUDE") != 0) return wrong(r, "TILT=NONE or TILT=INCLUDE");
  double unused;
  uint32_t count = 0;
  TRY(read_number(r, "the lamp's position, 1 to 3", 1, 3, &unused));
  TRY(read_count(r, "the number of tilt angles, 1 to 4096", 1, IES_MAX_ANGLES, &count));
  for (uint32_t i = 0; i < 2 * count; i++) TRY(read_number(r, "tilt angles and factors", -1e6, 1e6, &unused));
  return ML_OK;
}

/* Ascending angles in degrees. */
static MlStatus read_angles(Reader *r, const char *expected, double least, double most, double *angles, uint32_t count) {
  for (uint32_t i = 0; i < count; i++) {
    TRY(read_number(r, expected, least, most, &angles[i]));
    if (i != 0 && !(angles[i] > angles[i - 1])) return wrong(r, "angles that ascend");
  }
  return ML_OK;
}

/* The planes of a whole turn: which were measured, and at what angle each stands. Returns how many, 0: not understood. */
static uint32_t unfold(const double *h, uint32_t n, double *angles, uint32_t *source) {
  uint32_t count = 0;
  double first = h[0], last = h[n - 1];
  if (n == 1) {
    angles[0] = 0.0, source[0] = 0;
    return 1;
  }
  if (first == 90.0 && last == 270.0) {
    // Mirrored across the plane of 90 and 270 degrees: 180 stands for 0, too
    uint32_t middle = 0;
    while (middle < n && h[middle] != 180.0) middle++;
    if (middle == n) return 0;
    for (uint32_t i = middle + 1; i-- > 0;) angles[count] = 180.0 - h[i], source[count++] = i;
    for (uint32_t i = 1; i < n; i++) angles[count] = h[i], source[count++] = i;
    for (uint32_t i = n - 1; i-- > middle;) angles[count] = 540.0 - h[i], source[count++] = i;
    return count;
  }
  if (first != 0.0) return 0;
  for (uint32_t i = 0; i < n; i++) angles[count] = h[i], source[count++] = i;
  if (last == 90.0) {
    for (uint32_t i = n - 1; i-- > 0;) angles[count] = 180.0 - h[i], source[count++] = i;
    for (uint32_t i = 1; i < n; i++) angles[count] = 180.0 + h[i], source[count++] = i;
    for (uint32_t i = n - 1; i-- > 0;) angles[count] = 360.0 - h[i], source[count++] = i;
  } else if (last == 180.0) {
    for (uint32_t i = n - 1; i-- > 0;) angles[count] = 360.0 - h[i], source[count++] = i;
  } else if (last > 180.0 && last < 360.0) {
    angles[count] = 360.0, source[count++] = 0; /* the plane of 0 was not written twice */
  } else if (last != 360.0) {
    return 0;
  }
  return count;
}

/* Angles and values from here on. */
static MlStatus read_table(Reader *r, Arena *arena, Arena *scratch, uint32_t vertical, uint32_t horizontal, Ies *out) {
  const size_t planes = 4 * (size_t)horizontal;
  double *v = arena_alloc(scratch, (vertical + horizontal + planes) * sizeof(double), 8);
  uint32_t *source = arena_alloc(scratch, planes * sizeof *source, 4);
  double *h = v + vertical, *turned = h + horizontal;
  if (v == NULL || source == NULL) return error_set(r->error, ML_ERROR_MEMORY, "out of memory");
  TRY(read_angles(r, "a vertical angle, 0 to 180 degrees", 0.0, 180.0, v, vertical));
  TRY(read_angles(r, "a horizontal angle, 0 to 360 degrees", 0.0, 360.0, h, horizontal));
  uint32_t count = unfold(h, horizontal, turned, source);
  if (count == 0) return wrong(r, "horizontal angles from 0 to 0, 90, 180 or 360 degrees, or from 90 over 180 to 270");
  if ((uint64_t)count * vertical > IES_MAX_VALUES)
    return error_set(r->error, ML_ERROR_FORMAT, "line %u: expected at most %u values, got %llu", r->line, IES_MAX_VALUES,
                     (unsigned long long)count * vertical);

  *out = (Ies){NULL, vertical, count};
  float *data = arena_alloc(arena, (size_t)ies_data_count(out) * sizeof *data, 16);
  double *measured = arena_alloc(scratch, (size_t)vertical * horizontal * sizeof *measured, 8), most = 0.0;
  if (data == NULL || measured == NULL) return error_set(r->error, ML_ERROR_MEMORY, "out of memory");
  for (size_t i = 0; i < (size_t)vertical * horizontal; i++) {
    TRY(read_number(r, "an intensity, a number of at least 0", 0.0, 1e30, &measured[i]));
    if (measured[i] > most) most = measured[i];
  }
  if (!(most > 0.0)) return wrong(r, "an intensity above 0 somewhere");
  for (uint32_t i = 0; i < vertical; i++) data[i] = (float)(v[i] * (pi / 180.0));
  float *values = data + vertical + count;
  for (uint32_t k = 0; k < count; k++) {
    data[vertical + k] = (float)(turned[k] * (pi / 180.0));
    for (uint32_t i = 0; i < vertical; i++) values[(size_t)k * vertical + i] = (float)(measured[(size_t)source[k] * vertical + i] / most);
  }
  for (uint32_t i = 1; i < vertical + count; i++)
    if (i != vertical && !(data[i] > data[i - 1])) return wrong(r, "angles further apart than a millionth of a degree");
  out->data = data;
  return ML_OK;
}

MlStatus ies_parse(const char *text, size_t size, Arena *arena, Ies *out, MlError *error) {
  Reader r = {.text = text, .size = size, .line = 1, .error = error};
  *out = (Ies){NULL, 0, 0};
  if (size > IES_MAX_BYTES) return error_set(error, ML_ERROR_FORMAT, "expected at most 16 MiB, got %llu bytes", (unsigned long long)size);
  TRY(read_head(&r));
  uint32_t vertical = 0, horizontal = 0, type = 0;
  double unused;
  TRY(read_number(&r, "the number of lamps", -1e9, 1e9, &unused));
  TRY(read_number(&r, "lumens per lamp", -1e30, 1e30, &unused)); /* -1: absolute photometry */
  TRY(read_number(&r, "a multiplier above 0 for intensities", 1e-30, 1e30, &unused));
  TRY(read_count(&r, "the number of vertical angles, 2 to 4096", 2, IES_MAX_ANGLES, &vertical));
  TRY(read_count(&r, "the number of horizontal angles, 1 to 4096", 1, IES_MAX_ANGLES, &horizontal));
  TRY(read_count(&r, "a photometric type, 1 to 3", 1, 3, &type));
  if (type != 1) return wrong(&r, "photometry of type C (1), the only one that is understood");
  TRY(read_count(&r, "a unit, 1 for feet or 2 for metres", 1, 2, &type));
  for (int i = 0; i < 3; i++) TRY(read_number(&r, "the opening's width, length and height", -1e9, 1e9, &unused));
  for (int i = 0; i < 3; i++) TRY(read_number(&r, "ballast factor, a number for future use, watts", -1e30, 1e30, &unused));
  if ((uint64_t)vertical * horizontal > IES_MAX_VALUES)
    return error_set(error, ML_ERROR_FORMAT, "line %u: expected at most %u values, got %llu", r.line, IES_MAX_VALUES,
                     (unsigned long long)vertical * horizontal);
  // A number and what parts it from the next are two characters at least: nothing is made for values that cannot be there
  uint64_t wanted = (uint64_t)vertical * horizontal + vertical + horizontal;
  if (wanted > (size - r.at) / 2 + 1)
    return error_set(error, ML_ERROR_FORMAT, "line %u: expected %llu angles and intensities, but the file ends", r.line,
                     (unsigned long long)wanted);
  Arena scratch;
  arena_init(&scratch, arena->memory);
  MlStatus status = read_table(&r, arena, &scratch, vertical, horizontal, out);
  arena_free(&scratch);
  return status;
}

/* ---- what it stands for */

/* Mean around the axis at a measured vertical angle: linear between planes, so that trapezoids are exact. */
static double plane_mean(const Ies *ies, uint32_t vertical) {
  const float *h = ies->data + ies->vertical_count, *values = h + ies->horizontal_count + vertical;
  if (ies->horizontal_count == 1) return (double)values[0];
  double sum = 0.0;
  for (uint32_t k = 1; k < ies->horizontal_count; k++) {
    double width = (double)h[k] - (double)h[k - 1];
    sum += 0.5 * width * ((double)values[(size_t)k * ies->vertical_count] + (double)values[(size_t)(k - 1) * ies->vertical_count]);
  }
  return sum / (2.0 * pi);
}

static double cone_value(double x, double inner, double outer) {
  if (x <= inner) return 1.0;
  if (x >= outer) return 0.0;
  double t = (outer - x) / (outer - inner);
  return t * t * (3.0 - 2.0 * t);
}

/* Simpson's rule from a to b of the means, linear from g0 at v0 to g1 at v1, times the cone and the sine. */
static double integrate(double a, double b, double v0, double v1, double g0, double g1, double inner, double outer, uint32_t panels) {
  double sum = 0.0, h = (b - a) / panels;
  if (!(b > a)) return 0.0;
  for (uint32_t i = 0; i <= panels; i++) {
    double angle = a + h * i, half = ml_sin(0.5 * angle), x = 2.0 * half * half;
    double g = g0 + (g1 - g0) * ((angle - v0) / (v1 - v0));
    sum += (i == 0 || i == panels ? 1.0 : (i & 1) != 0 ? 4.0 : 2.0) * g * cone_value(x, inner, outer) * ml_sin(angle);
  }
  return sum * h / 3.0;
}

static double angle_of(double one_minus_cos) { return one_minus_cos >= 2.0 ? pi : 2.0 * ml_asin(__builtin_sqrt(0.5 * one_minus_cos)); }

double ies_integral(const Ies *ies, double inner, double outer) {
  const float *v = ies->data;
  double sum = 0.0, edges[3] = {0.0, angle_of(inner), angle_of(outer)};
  uint32_t intervals = ies->vertical_count - 1, panels = 2 * (intervals < 256 ? 512 / intervals : 2);
  for (uint32_t i = 0; i < intervals; i++) {
    double v0 = (double)v[i], v1 = (double)v[i + 1], g0 = plane_mean(ies, i), g1 = plane_mean(ies, i + 1);
    for (int k = 0; k < 2; k++) {
      double a = v0 > edges[k] ? v0 : edges[k], b = v1 < edges[k + 1] ? v1 : edges[k + 1];
      sum += integrate(a, b, v0, v1, g0, g1, k == 0 ? 3.0 : inner, outer, panels); /* within the inner angle it shines fully */
    }
  }
  return sum * 2.0 * pi;
}
