/* environment_build.c - see environment_build.h and environment.h. One block: the struct, weights, sines, cones, and a sky's texels. Sums run
 * in double, in order. */
#include "light/environment_build.h"

#include "base/error.h"
#include "base/hash.h"
#include "math/dvec.h"

enum {
  MOST_COLUMN_BITS = 10, /* a third of a degree: the sun is not lost in a cell, and it all takes 4 MB */
  MOST_ROW_BITS = 9,
  LEAST_COLUMN_BITS = 5, /* more halvings together than ENVIRONMENT_CONE_LEVELS */
  LEAST_ROW_BITS = 4,
  CONES = 2 << ENVIRONMENT_CONE_LEVELS,
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
  const uint64_t cones = sines + lines(((UINT64_C(1) << e.row_bits) + 1) * sizeof(float)),
                 texels = cones + lines(CONES * sizeof(EnvironmentCone));
  e.bytes = texels + (sky ? UINT64_C(12) * width * height : 0);
  char *block = memory_pages_alloc(memory, (size_t)e.bytes);
  if (block == NULL) {
    memory_error(memory, e.bytes, "light of the surroundings", error);
    return NULL;
  }
  e.weights = (const float *)(block + weights);
  e.sines = (const float *)(block + sines);
  e.cones = (const EnvironmentCone *)(block + cones);
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
static float *weights_of(Environment *e) { return (float *)e->weights; }

/* ---- cells */

static double elevation_of(const Environment *e, double v) { return e->kind == ENVIRONMENT_SKY ? sky_elevation(v) : pi * (v - 0.5); }

static void fill_sines(Environment *e) {
  float *sines = (float *)e->sines;
  uint32_t rows = 1u << e->row_bits;
  for (uint32_t i = 0; i <= rows; i++) sines[i] = (float)ml_sin(elevation_of(e, (double)i / rows));
  sines[0] = -1.0f;
  sines[rows] = 1.0f;
}

static uint32_t leaf_of(const Environment *e, uint32_t column, uint32_t row) {
  EnvironmentWalk w = environment_walk(e);
  while (!environment_walk_ends(&w))
    environment_walk_on(&w, environment_walk_across(&w) ? column >> (w.columns_left - 1) & 1 : row >> (w.rows_left - 1) & 1);
  return w.node;
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
  float *weights = weights_of(e);
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
      weights[leaf_of(e, column, row)] = max_f((float)(luminance * angle), SMALLEST_NORMAL_F);
    }
  }
  if (!(greatest > 0.0)) return ML_OK;
  // Relative to the greatest: floats whatever the unit
  const uint32_t cells = 1u << (e->column_bits + e->row_bits);
  for (uint32_t i = cells; i < 2 * cells; i++)
    if (weights[i] > 0.0f) weights[i] = max_f((float)((double)weights[i] / greatest), LEAST_WEIGHT);
  for (uint32_t i = cells - 1; i > 0; i--) weights[i] = weights[2 * i] + weights[2 * i + 1];
  double mean = total / (4.0 * pi);
  e->mean = max_f((float)mean, SMALLEST_NORMAL_F);
  return ML_OK;
}

/* ---- cones */

static MlVec3 direction_at(const Environment *e, double u, double v) {
  double elevation = elevation_of(e, v), azimuth = 2.0 * pi * (u - 0.5), across = ml_cos(elevation);
  return (MlVec3){across * ml_sin(azimuth), ml_sin(elevation), -across * ml_cos(azimuth)};
}

/* Axis: the mean direction. What lies furthest from it lies on the edge; between the points that are looked at there, distances grow by
 * less than the slack. */
static EnvironmentCone cone_about(const Environment *e, double u0, double u1, double v0, double v1) {
  enum { STEPS = 12 };
  const double slack = 5e-3;
  MlVec3 sum = {0, 0, 0};
  for (int i = 0; i <= STEPS; i++)
    for (int k = 0; k <= STEPS; k++) sum = dvec_add(sum, direction_at(e, u0 + (u1 - u0) * i / STEPS, v0 + (v1 - v0) * k / STEPS));
  MlVec3 axis = dvec_normalize(sum);
  double least = 1.0;
  for (int i = 0; i <= STEPS; i++) {
    double u = u0 + (u1 - u0) * i / STEPS, v = v0 + (v1 - v0) * i / STEPS;
    const double at[4][2] = {{u, v0}, {u, v1}, {u0, v}, {u1, v}};
    for (int k = 0; k < 4; k++) {
      double c = dvec_dot(axis, direction_at(e, at[k][0], at[k][1]));
      if (c < least) least = c;
    }
  }
  // More than a hemisphere, nearly: its edge says nothing about what is inside
  if (u1 - u0 > 0.26 || least < 0.1 || dvec_is_zero(axis)) return (EnvironmentCone){{0.0f, 1.0f, 0.0f}, -1.0f};
  return (EnvironmentCone){{(float)axis.x, (float)axis.y, (float)axis.z}, (float)(least - slack)};
}

static void fill_cones(Environment *e) {
  EnvironmentCone *cones = (EnvironmentCone *)e->cones;
  for (uint32_t level = 0; level <= ENVIRONMENT_CONE_LEVELS; level++) {
    for (uint32_t i = 0; i < 1u << level; i++) {
      uint32_t column = 0, row = 0, columns = 1, rows = 1;
      EnvironmentWalk w = environment_walk(e);
      while (w.level < level) {
        uint32_t half = i >> (level - 1 - w.level) & 1;
        bool across = environment_walk_across(&w);
        *(across ? &column : &row) = 2 * *(across ? &column : &row) + half;
        *(across ? &columns : &rows) *= 2;
        environment_walk_on(&w, half);
      }
      cones[w.node] = cone_about(e, (double)column / columns, (column + 1.0) / columns, (double)row / rows, (row + 1.0) / rows);
    }
  }
}

/* ---- both kinds */

/* Fills all but the texels; frees the block on failure. */
static MlStatus finish(Memory *memory, Environment *e, const TextureImage *image, Work *work, Environment **out, MlError *error) {
  fill_sines(e);
  fill_cones(e);
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
