/* flip.c - FLIP in three steps: colours as the eye blurs them at that distance, edges and points, both combined. The filters are
 * isotropic Gaussians and their derivatives, so every convolution is one along rows and one along columns. Pixels beyond the border
 * repeat the border's. */
#include "image/flip.h"

#include "base/error.h"
#include "image/color.h"

#define MAX_RADIUS 64

/* Section 4.1.1: contrast sensitivity per channel as a sum of two Gaussians a sqrt(pi / b) exp(-pi^2 x^2 / b), x in degrees. */
static const struct {
  float a1, b1, a2, b2;
} sensitivity[3] = {{1.0f, 0.0047f, 0.0f, 1e-5f}, {1.0f, 0.0053f, 0.0f, 1e-5f}, {34.1f, 0.04f, 13.5f, 0.025f}};

/* Section 4.1.3 and 4.2: exponents, where the map from colour distance to error has its knee, and the width of the feature detector. */
#define COLOR_EXPONENT 0.7f
#define FEATURE_EXPONENT 0.5f
#define KNEE_AT 0.4f
#define KNEE_ERROR 0.95f
#define FEATURE_DEGREES 0.082f

/* ---- colour spaces: linear Rec.709, XYZ over that of white, L*a*b* and its linear relative YCxCz */

static const float to_xyz[3][3] = {
  {0.4123908f, 0.3575843f, 0.1804808f}, {0.2126390f, 0.7151687f, 0.0721923f}, {0.0193308f, 0.1191948f, 0.9505322f}};
static const float from_xyz[3][3] = {
  {3.2409699f, -1.5373832f, -0.4986108f}, {-0.9692436f, 1.8759675f, 0.0415551f}, {0.0556301f, -0.2039770f, 1.0569715f}};
static const float white[3] = {0.9504559f, 1.0f, 1.0890578f};

static void relative_xyz(const float rgb[3], float xyz[3]) {
  for (int i = 0; i < 3; i++) xyz[i] = ((to_xyz[i][0] * rgb[0] + to_xyz[i][1] * rgb[1]) + to_xyz[i][2] * rgb[2]) / white[i];
}

static void linear_to_opponent(const float rgb[3], float opponent[3]) {
  float xyz[3];
  relative_xyz(rgb, xyz);
  opponent[0] = 116.0f * xyz[1] - 16.0f;
  opponent[1] = 500.0f * (xyz[0] - xyz[1]);
  opponent[2] = 200.0f * (xyz[1] - xyz[2]);
}

static void opponent_to_linear(const float opponent[3], float rgb[3]) {
  float y = (opponent[0] + 16.0f) / 116.0f;
  float xyz[3] = {white[0] * (y + opponent[1] / 500.0f), white[1] * y, white[2] * (y - opponent[2] / 200.0f)};
  for (int i = 0; i < 3; i++) rgb[i] = clamp_f((from_xyz[i][0] * xyz[0] + from_xyz[i][1] * xyz[1]) + from_xyz[i][2] * xyz[2], 0.0f, 1.0f);
}

static float lab_curve(float t) {
  const float d = 6.0f / 29.0f;
  return t > d * d * d ? pow_f(t, 1.0f / 3.0f) : t / (3.0f * d * d) + 4.0f / 29.0f;
}

/* L*a*b* with the Hunt effect: what is dark looks less colourful. */
static void linear_to_hunt(const float rgb[3], float lab[3]) {
  float xyz[3];
  relative_xyz(rgb, xyz);
  float y = lab_curve(xyz[1]);
  lab[0] = 116.0f * y - 16.0f;
  lab[1] = 0.01f * lab[0] * (500.0f * (lab_curve(xyz[0]) - y));
  lab[2] = 0.01f * lab[0] * (200.0f * (y - lab_curve(xyz[2])));
}

/* HyAB: city block between lightness and colour, Euclidean within colour. */
static float hyab(const float a[3], const float b[3]) {
  float da = a[1] - b[1], db = a[2] - b[2];
  return abs_f(a[0] - b[0]) + sqrt_f(da * da + db * db);
}

/* ---- separable filters */

typedef struct Filter {
  int radius;
  float weights[2 * MAX_RADIUS + 1];
} Filter;

static int radius_of(float pixels) {
  int radius = (int)pixels;
  if ((float)radius < pixels) radius++;
  return radius < MAX_RADIUS ? radius : MAX_RADIUS;
}

static Filter gaussian(float sigma, int radius) {
  Filter filter = {.radius = radius};
  for (int i = -radius; i <= radius; i++) filter.weights[i + radius] = exp_f(-(float)(i * i) / (2.0f * sigma * sigma));
  return filter;
}

static float filter_sum(const Filter *filter) {
  float sum = 0.0f;
  for (int i = 0; i <= 2 * filter->radius; i++) sum += filter->weights[i];
  return sum;
}

/* Positive and negative weights summing to 1 and -1 each, over the plane together with `across`. */
static void normalize_signs(Filter *filter, float across) {
  float positive = 0.0f, negative = 0.0f;
  for (int i = 0; i <= 2 * filter->radius; i++) {
    if (filter->weights[i] > 0.0f) positive += filter->weights[i];
    else negative -= filter->weights[i];
  }
  for (int i = 0; i <= 2 * filter->radius; i++) filter->weights[i] /= across * (filter->weights[i] > 0.0f ? positive : negative);
}

typedef struct Size {
  int64_t width, height;
} Size;

/* out = factor * (in filtered along rows, then along columns) + (add ? out : 0) */
static void convolve(const float *in, Size size, const Filter *rows, const Filter *columns, float factor, bool add, float *temporary,
                     float *out) {
  for (int64_t y = 0; y < size.height; y++) {
    for (int64_t x = 0; x < size.width; x++) {
      float sum = 0.0f;
      for (int i = -rows->radius; i <= rows->radius; i++) {
        int64_t at = x + i < 0 ? 0 : x + i >= size.width ? size.width - 1 : x + i;
        sum += rows->weights[i + rows->radius] * in[y * size.width + at];
      }
      temporary[y * size.width + x] = sum;
    }
  }
  for (int64_t y = 0; y < size.height; y++) {
    for (int64_t x = 0; x < size.width; x++) {
      float sum = 0.0f;
      for (int i = -columns->radius; i <= columns->radius; i++) {
        int64_t at = y + i < 0 ? 0 : y + i >= size.height ? size.height - 1 : y + i;
        sum += columns->weights[i + columns->radius] * temporary[at * size.width + x];
      }
      float *o = &out[y * size.width + x];
      *o = (add ? *o : 0.0f) + factor * sum;
    }
  }
}

/* ---- one picture */

/* Planes of one picture: opponent colours and their filtered form (3 each), edges, points, and one to work in. */
enum { OPPONENT = 0, FILTERED = 3, EDGE = 6, POINT = 7, WORK = 8, PLANES = 9 };

static void filter_colors(float *planes, Size size, float per_degree) {
  const float pi = 3.14159274f;
  uint64_t pixels = (uint64_t)(size.width * size.height);
  for (int c = 0; c < 3; c++) {
    float a[2] = {sensitivity[c].a1, sensitivity[c].a2}, b[2] = {sensitivity[c].b1, sensitivity[c].b2}, scale[2], total = 0.0f;
    Filter filters[2];
    int radius = radius_of(3.0f * sqrt_f(0.04f / (2.0f * pi * pi)) * per_degree); // of the widest, for all
    for (int k = 0; k < 2; k++) {
      filters[k] = gaussian(sqrt_f(b[k] / (2.0f * pi * pi)) * per_degree, radius);
      float sum = filter_sum(&filters[k]);
      scale[k] = a[k] * sqrt_f(pi / b[k]);
      total += scale[k] * sum * sum;
    }
    for (int k = 0; k < 2; k++) {
      if (a[k] > 0.0f)
        convolve(planes + (uint64_t)(OPPONENT + c) * pixels, size, &filters[k], &filters[k], scale[k] / total, k > 0,
                 planes + WORK * pixels, planes + (uint64_t)(FILTERED + c) * pixels);
    }
  }
}

/* Magnitudes of the first and the second derivative of lightness. */
static void find_features(float *planes, Size size, float per_degree) {
  uint64_t pixels = (uint64_t)(size.width * size.height);
  float sigma = 0.5f * FEATURE_DEGREES * per_degree, *lightness = planes + FILTERED * pixels; // free until filter_colors
  float *first = planes + (FILTERED + 1) * pixels, *second = planes + (FILTERED + 2) * pixels, *work = planes + WORK * pixels;
  for (uint64_t i = 0; i < pixels; i++) lightness[i] = (planes[OPPONENT * pixels + i] + 16.0f) / 116.0f;
  int radius = radius_of(3.0f * sigma);
  Filter across = gaussian(sigma, radius);
  for (int order = 1; order <= 2; order++) {
    Filter along = across;
    for (int i = -radius; i <= radius; i++) along.weights[i + radius] *= order == 1 ? -(float)i : (float)(i * i) / (sigma * sigma) - 1.0f;
    normalize_signs(&along, filter_sum(&across));
    convolve(lightness, size, &along, &across, 1.0f, false, work, first);
    convolve(lightness, size, &across, &along, 1.0f, false, work, second);
    float *out = planes + (uint64_t)(order == 1 ? EDGE : POINT) * pixels;
    for (uint64_t i = 0; i < pixels; i++) out[i] = sqrt_f(first[i] * first[i] + second[i] * second[i]);
  }
}

static void prepare(const Image *image, float per_degree, float *planes) {
  Size size = {image->width, image->height};
  uint64_t pixels = (uint64_t)(size.width * size.height);
  for (uint64_t i = 0; i < pixels; i++) {
    float linear[3], opponent[3];
    for (int c = 0; c < 3; c++) linear[c] = srgb_decode(clamp_f(image->pixels[3 * i + (uint64_t)c], 0.0f, 1.0f));
    linear_to_opponent(linear, opponent);
    for (int c = 0; c < 3; c++) planes[(uint64_t)(OPPONENT + c) * pixels + i] = opponent[c];
  }
  find_features(planes, size, per_degree);
  filter_colors(planes, size, per_degree);
}

/* ---- both */

static float color_error(const float *a, const float *b, uint64_t pixels, uint64_t i, float most) {
  float lab[2][3];
  const float *planes[2] = {a, b};
  for (int k = 0; k < 2; k++) {
    float opponent[3], linear[3];
    for (int c = 0; c < 3; c++) opponent[c] = planes[k][(uint64_t)(FILTERED + c) * pixels + i];
    opponent_to_linear(opponent, linear);
    linear_to_hunt(linear, lab[k]);
  }
  float e = pow_f(hyab(lab[0], lab[1]), COLOR_EXPONENT), knee = KNEE_AT * most;
  return e < knee ? KNEE_ERROR / knee * e : KNEE_ERROR + (e - knee) / (most - knee) * (1.0f - KNEE_ERROR);
}

MlStatus image_flip(Memory *memory, const Image *reference, const Image *test, float pixels_per_degree, float *error, double *mean,
                    MlError *failure) {
  uint64_t pixels = (uint64_t)reference->width * reference->height;
  size_t bytes = 0;
  float *planes = size_multiply(pixels, 2 * PLANES * sizeof(float), &bytes) ? memory_alloc(memory, bytes, 16) : NULL;
  if (planes == NULL) return memory_error(memory, pixels * 2 * PLANES * sizeof(float), "the comparison of two pictures", failure);
  float *a = planes, *b = planes + PLANES * pixels;
  prepare(reference, pixels_per_degree, a);
  prepare(test, pixels_per_degree, b);

  // The largest distance there is: pure green to pure blue
  float green[3], blue[3];
  linear_to_hunt((const float[3]){0.0f, 1.0f, 0.0f}, green);
  linear_to_hunt((const float[3]){0.0f, 0.0f, 1.0f}, blue);
  float most = pow_f(hyab(green, blue), COLOR_EXPONENT);
  double sum = 0.0;
  for (uint64_t i = 0; i < pixels; i++) {
    float edge = abs_f(a[EDGE * pixels + i] - b[EDGE * pixels + i]), point = abs_f(a[POINT * pixels + i] - b[POINT * pixels + i]);
    float feature = pow_f(max_f(edge, point) * 0.707106781f, FEATURE_EXPONENT), color = color_error(a, b, pixels, i, most);
    error[i] = clamp_f(pow_f(color, 1.0f - min_f(feature, 1.0f)), 0.0f, 1.0f);
    if (color == 0.0f && feature == 0.0f) error[i] = 0.0f;
    sum += (double)error[i];
  }
  memory_free(memory, planes, bytes);
  if (mean != NULL) *mean = sum / (double)pixels;
  return ML_OK;
}

void flip_color(float error, uint8_t rgb[3]) {
  static const float knots[6][3] = {{0.001f, 0.000f, 0.014f}, {0.232f, 0.060f, 0.438f}, {0.550f, 0.161f, 0.506f},
                                    {0.868f, 0.288f, 0.409f}, {0.995f, 0.624f, 0.427f}, {0.987f, 0.991f, 0.750f}};
  float at = clamp_f(error, 0.0f, 1.0f) * 5.0f;
  int i = (int)at < 4 ? (int)at : 4;
  for (int c = 0; c < 3; c++) rgb[c] = (uint8_t)(255.0f * (knots[i][c] + (at - (float)i) * (knots[i + 1][c] - knots[i][c])) + 0.5f);
}
