/* environment_build.c - see environment_build.h and environment.h. One block: the struct, weights, sines, and a sky's texels. Sums run
 * in double, in order. */
#include "light/environment_build.h"

#include "base/error.h"
#include "base/hash.h"
#include "math/dvec.h"

enum {
  MOST_COLUMN_BITS = 10, /* a third of a degree: the sun is not lost in a cell, and it all takes 4 MB */
  MOST_ROW_BITS = 9,
  LEAST_COLUMN_BITS = ENVIRONMENT_ACROSS_BITS + 1,
  LEAST_ROW_BITS = ENVIRONMENT_UP_BITS + 1,
};
#define LEAST_WEIGHT 1e-12f /* of the greatest cell's, where there is any light */

static const double pi = 0x1.921fb54442d18p+1;

/* ---- identity. Seeds apart from those of geometry and pictures. */

static void identify(uint32_t kind, const void *bytes, size_t count, Environment *out) {
  out->kind = kind;
  out->hash = hash_bytes(bytes, count, 64 + kind);
  for (int i = 0; i < 2; i++) out->check[i] = hash_bytes(bytes, count, out->hash + 1 + (uint64_t)i);
}

void environment_identify_picture(const TextureImage *image, Environment *out) {
  const uint64_t of[3] = {image->hash, image->check[0], image->check[1]};
  identify(ENVIRONMENT_PICTURE, of, sizeof of, out);
}

void environment_identify_sky(const SkyParameters *p, Environment *out) {
  double of[5] = {p->sun_height, p->turbidity};
  float ground[3];
  spectrum_store(ground, p->ground);
  for (int i = 0; i < 3; i++) of[2 + i] = (double)ground[i];
  for (int i = 0; i < 5; i++) of[i] += 0.0; // -0 is 0
  identify(ENVIRONMENT_SKY, of, sizeof of, out);
}

bool environment_same(const Environment *a, const Environment *b) {
  return a->kind == b->kind && a->hash == b->hash && a->check[0] == b->check[0] && a->check[1] == b->check[1];
}

/* ---- the block */

static uint32_t bits_for(uint32_t texels, uint32_t least, uint32_t most) {
  uint32_t bits = least;
  while (bits < most && (1u << bits) < 2 * texels) bits++;
  return bits;
}

static uint64_t lines(uint64_t bytes) { return (bytes + 63) / 64 * 64; }

static Environment *make_block(Memory *memory, const Environment *head, uint32_t width, uint32_t height, MlError *error) {
  Environment e = *head;
  e.column_bits = bits_for(width, LEAST_COLUMN_BITS, MOST_COLUMN_BITS);
  e.row_bits = bits_for(height, LEAST_ROW_BITS, MOST_ROW_BITS);
  const bool sky = e.kind == ENVIRONMENT_SKY;
  const uint64_t weights = lines(sizeof e), sines = weights + lines(sizeof(float) << (e.column_bits + e.row_bits + 1));
  const uint64_t texels = sines + lines(((UINT64_C(1) << e.row_bits) + 1) * sizeof(float));
  e.bytes = texels + (sky ? UINT64_C(12) * width * height : 0);
  char *block = memory_pages_alloc(memory, (size_t)e.bytes);
  if (block == NULL) {
    memory_error(memory, e.bytes, "light of the surroundings", error);
    return NULL;
  }
  e.weights = (const float *)(block + weights);
  e.sines = (const float *)(block + sines);
  if (sky)
    e.sky =
      (TextureImage){.width = width, .height = height, .level_count = 1, .kind = TEXEL_FLOAT3, .channels = 3, .levels = {block + texels}};
  *(Environment *)block = e;
  return (Environment *)block;
}

void environment_free(Memory *memory, Environment *e) {
  size_t bytes = (size_t)e->bytes;
  memory_pages_unprotect(e, bytes);
  memory_pages_free(memory, e, bytes);
}

/* Members are const for readers; here they are filled. */
static float *heap_of(Environment *e, uint32_t block) { return (float *)environment_heap(e, block); }

/* ---- cells */

static double elevation_of(const Environment *e, double v) { return e->kind == ENVIRONMENT_SKY ? sky_elevation(v) : pi * (v - 0.5); }

static void fill_sines(Environment *e) {
  float *sines = (float *)e->sines;
  uint32_t rows = 1u << e->row_bits;
  for (uint32_t i = 0; i <= rows; i++) sines[i] = (float)ml_sin(elevation_of(e, (double)i / rows));
  sines[0] = -1.0f;
  sines[rows] = 1.0f;
}

/* The texels that bilinear lookups in part `i` of `parts` are made of; they may lie one beyond the picture. */
static void texels_of(uint32_t i, uint32_t parts, uint32_t size, int64_t *first, int64_t *last) {
  double low = (double)i / parts * size - 0.5, high = (double)(i + 1) / parts * size - 0.5;
  *first = (int64_t)ml_floor(low);
  *last = (int64_t)ml_floor(high) + 1;
}

/* Root mean square of the luminance of a cell's texels, and its mean. */
static double cell_luminance(const TextureImage *image, int64_t left, int64_t right, int64_t low, int64_t high, double *mean) {
  double sum = 0.0, squares = 0.0;
  for (int64_t k = low; k <= high; k++) {
    for (int64_t i = left; i <= right; i++) {
      double l = (double)spectrum_luminance(
        texel_from_lanes(texture_image_at(image, 0, (int32_t)i, (int32_t)k, TEXTURE_REPEAT, TEXTURE_CLAMP)).color);
      sum += l;
      squares += l * l;
    }
  }
  double count = (double)((right - left + 1) * (high - low + 1));
  *mean = sum / count;
  return __builtin_sqrt(squares / count);
}

static MlStatus fill_weights(Environment *e, const TextureImage *image, Work *work, MlError *error) {
  uint32_t columns = 1u << e->column_bits, rows = 1u << e->row_bits;
  double total = 0.0, greatest = 0.0;
  for (uint32_t row = 0; row < rows; row++) {
    int64_t low, high;
    texels_of(rows - 1 - row, rows, image->height, &low, &high); // rows are stored top first
    double angle = 2.0 * pi / columns * ((double)e->sines[row + 1] - (double)e->sines[row]);
    for (uint32_t column = 0; column < columns; column++) {
      int64_t left, right;
      texels_of(column, columns, image->width, &left, &right);
      if (!work_goes_on(work, (uint64_t)((right - left + 1) * (high - low + 1)) * 16)) return work_status(work, error);
      double mean, luminance = cell_luminance(image, left, right, low, high, &mean);
      if (!(luminance > 0.0)) continue;
      total += mean * angle;
      if (luminance * angle > greatest) greatest = luminance * angle;
      heap_of(e, environment_block_of(e, column, row))[environment_leaf_of(e, column, row)] =
        max_f((float)(luminance * angle), SMALLEST_NORMAL_F);
    }
  }
  if (!(greatest > 0.0)) return ML_OK;
  // Relative to the greatest: floats whatever the unit
  const uint32_t cells = 1u << environment_block_bits(e);
  for (uint32_t block = 0; block < ENVIRONMENT_BLOCKS; block++) {
    float *heap = heap_of(e, block);
    for (uint32_t i = cells; i < 2 * cells; i++)
      if (heap[i] > 0.0f) heap[i] = max_f((float)((double)heap[i] / greatest), LEAST_WEIGHT);
    for (uint32_t i = cells - 1; i > 0; i--) heap[i] = heap[2 * i] + heap[2 * i + 1];
    e->blocks.weight[block / 4][block % 4] = heap[1];
  }
  double mean = total / (4.0 * pi);
  e->mean = max_f((float)mean, SMALLEST_NORMAL_F);
  return ML_OK;
}

/* ---- blocks */

static MlVec3 direction_at(const Environment *e, double u, double v) {
  double elevation = elevation_of(e, v), azimuth = 2.0 * pi * (u - 0.5), across = ml_cos(elevation);
  return (MlVec3){across * ml_sin(azimuth), ml_sin(elevation), -across * ml_cos(azimuth)};
}

/* Axis: the mean direction. What lies furthest from it lies on the edge; the slack is for what is between the points looked at there. */
static void fill_blocks(Environment *e) {
  enum { STEPS = 12 };
  const double slack = 2e-3;
  for (uint32_t block = 0; block < ENVIRONMENT_BLOCKS; block++) {
    uint32_t column = block / ENVIRONMENT_UP, row = block % ENVIRONMENT_UP;
    MlVec3 points[STEPS + 1][STEPS + 1], sum = {0, 0, 0};
    for (int i = 0; i <= STEPS; i++) {
      for (int k = 0; k <= STEPS; k++) {
        points[i][k] = direction_at(e, (column + (double)i / STEPS) / ENVIRONMENT_ACROSS, (row + (double)k / STEPS) / ENVIRONMENT_UP);
        sum = dvec_add(sum, points[i][k]);
      }
    }
    MlVec3 axis = dvec_normalize(sum);
    double least = 1.0;
    for (int i = 0; i <= STEPS; i++) {
      for (int k = 0; k <= STEPS; k++) {
        double c = dvec_dot(axis, points[i][k]);
        if (c < least) least = c;
      }
    }
    EnvironmentBlocks *b = &e->blocks;
    b->x[block / 4][block % 4] = (float)axis.x;
    b->y[block / 4][block % 4] = (float)axis.y;
    b->z[block / 4][block % 4] = (float)axis.z;
    b->reach[block / 4][block % 4] = (float)(__builtin_sqrt(1.0 - least * least) + slack);
  }
}

/* ---- both kinds */

/* Fills all but the texels; frees the block on failure. */
static MlStatus finish(Memory *memory, Environment *e, const TextureImage *image, Work *work, Environment **out, MlError *error) {
  fill_sines(e);
  fill_blocks(e);
  MlStatus status = fill_weights(e, image, work, error);
  if (status != ML_OK) {
    memory_pages_free(memory, e, (size_t)e->bytes);
    return status;
  }
  memory_pages_protect(e, (size_t)e->bytes);
  *out = e;
  return ML_OK;
}

MlStatus environment_of_picture(Memory *memory, const TextureImage *image, Work *work, Environment **out, MlError *error) {
  Environment head = {.bytes = 0};
  environment_identify_picture(image, &head);
  Environment *e = make_block(memory, &head, image->width, image->height, error);
  return e != NULL ? finish(memory, e, image, work, out, error) : ML_ERROR_MEMORY;
}

MlStatus environment_of_sky(Memory *memory, const SkyParameters *parameters, Work *work, Environment **out, MlError *error) {
  Environment head = {.bytes = 0};
  environment_identify_sky(parameters, &head);
  Environment *e = make_block(memory, &head, SKY_COLUMNS, SKY_ROWS, error);
  if (e == NULL) return ML_ERROR_MEMORY;
  Spectrum sun = spectrum_zero();
  MlStatus status = sky_bake(memory, parameters, work, (float *)e->sky.levels[0], &sun, error);
  if (status != ML_OK) {
    memory_pages_free(memory, e, (size_t)e->bytes);
    return status;
  }
  spectrum_store(e->sun, sun);
  return finish(memory, e, &e->sky, work, out, error);
}
