/* environment.h - light from everywhere that differs with the direction: pictures of the surroundings and baked skies, their radiance in a
 * direction, and sampling by it. Per-ray code; environment.c builds what it needs.
 *
 * Directions have an azimuth, 0 at -z and a quarter turn at +x, which runs along the picture (its middle is -z), and an elevation, which
 * runs up it: evenly in pictures, as sky.h says in skies. Radiance is bilinear between texels, around the seam as well.
 *
 * The sphere is cut into cells, even in both coordinates, of constant density each: root mean square luminance of the texels that a cell's
 * radiance is made of, times its solid angle. So no cell has density 0 where it has light. The cells form ENVIRONMENT_BLOCKS blocks. A block
 * counts by its cells times a bound of the cosine to the lit surface, so that what is below the horizon, or low above it, is not asked for in
 * vain: all blocks are weighed at every point, four at a time, which takes less than a shadow ray. Within a block a cell is found by halving.
 * Both numbers of a sample are used up evenly: stratified ones stay so. */
#ifndef ML_LIGHT_ENVIRONMENT_H
#define ML_LIGHT_ENVIRONMENT_H

#include "image/texture_image.h"
#include "light/sky.h"
#include "math/elementary.h"
#include "math/sampling.h"

typedef enum EnvironmentKind { ENVIRONMENT_PICTURE, ENVIRONMENT_SKY } EnvironmentKind;

#define ENVIRONMENT_ACROSS_BITS 4
#define ENVIRONMENT_UP_BITS 3
#define ENVIRONMENT_ACROSS (1u << ENVIRONMENT_ACROSS_BITS)
#define ENVIRONMENT_UP (1u << ENVIRONMENT_UP_BITS)
#define ENVIRONMENT_BLOCKS (ENVIRONMENT_ACROSS * ENVIRONMENT_UP) /* [column * ENVIRONMENT_UP + row] */

typedef float EnvironmentLanes __attribute__((vector_size(16)));

/* All directions of a block lie within asin(reach) of its axis; weight: that of its cells. Four blocks to a vector. */
typedef struct EnvironmentBlocks {
  EnvironmentLanes x[ENVIRONMENT_BLOCKS / 4], y[ENVIRONMENT_BLOCKS / 4], z[ENVIRONMENT_BLOCKS / 4], reach[ENVIRONMENT_BLOCKS / 4],
    weight[ENVIRONMENT_BLOCKS / 4];
} EnvironmentBlocks;

/* A frozen block of its own: an asset. Of pictures it has the cells alone, of skies the texels, too. */
typedef struct Environment {
  uint64_t bytes, hash; /* of the block, which begins with this struct; of what it was made of */
  uint64_t check[2];
  uint32_t kind;                  /* EnvironmentKind */
  uint32_t column_bits, row_bits; /* 2^bits cells across and up */
  float mean;                     /* luminance over the sphere; 0: it is black, and not sampled */
  const float *weights;           /* luminance times solid angle, relative, of a block and its halves: environment_heap */
  const float *sines;             /* of the elevations between rows of cells, from -1 to 1: 2^row_bits + 1 */
  EnvironmentBlocks blocks;
  float sun[3];     /* skies: sky.h */
  TextureImage sky; /* skies: the texels, one level */
} Environment;

/* One as a scene has it. table NULL: there is none. */
typedef struct Surroundings {
  const Environment *table;
  const TextureImage *image;
  float turn_sine, turn_cosine; /* it is turned about y, from +z towards +x */
  float strength;               /* times the radiance */
} Surroundings;

static inline Vec3 surroundings_to_local(const Surroundings *s, Vec3 d) {
  return vec3(d[0] * s->turn_cosine - d[2] * s->turn_sine, d[1], d[0] * s->turn_sine + d[2] * s->turn_cosine);
}
static inline Vec3 surroundings_to_world(const Surroundings *s, Vec3 d) {
  return vec3(d[0] * s->turn_cosine + d[2] * s->turn_sine, d[1], d[2] * s->turn_cosine - d[0] * s->turn_sine);
}

/* Coordinates 0..1 of a local unit direction. */
static inline Vec2 environment_coordinates(uint32_t kind, Vec3 d) {
  float elevation = atan2_f(d[1], sqrt_f(d[0] * d[0] + d[2] * d[2]));
  float v = kind == ENVIRONMENT_SKY ? sky_coordinate(elevation) : 0.5f + elevation * INV_PI_F;
  return (Vec2){clamp_f(0.5f + atan2_f(d[0], -d[2]) * INV_TWO_PI_F, 0.0f, 1.0f), clamp_f(v, 0.0f, 1.0f)};
}

/* From a unit direction of the world. */
static inline Spectrum surroundings_radiance(const Surroundings *s, Vec3 d) {
  Vec2 at = environment_coordinates(s->table->kind, surroundings_to_local(s, d));
  return s->strength * texel_from_lanes(texture_image_bilinear(s->image, 0, at.x, at.y, TEXTURE_REPEAT, TEXTURE_CLAMP)).color;
}

/* ---- cells */

/* The surface that is lit: normal of its horizon in local space; through: it is lit from below as well. */
typedef struct EnvironmentReceiver {
  Vec3 n;
  bool through;
} EnvironmentReceiver;

static inline EnvironmentReceiver environment_receiver(const Surroundings *s, Vec3 ng, bool through) {
  return (EnvironmentReceiver){surroundings_to_local(s, ng), through};
}

/* What each block may bring, and the sum. At least what the greatest cosine of its directions is: that is cos(max(0, a - r)) for a block
 * of radius r at angle a, which is at most |cos a| + sin r, and 0 where all of it is below the horizon. */
typedef struct EnvironmentImportance {
  EnvironmentLanes blocks[ENVIRONMENT_BLOCKS / 4];
  float columns[ENVIRONMENT_ACROSS];
  float total;
} EnvironmentImportance;

static inline void environment_weigh(const Environment *e, const EnvironmentReceiver *lit, EnvironmentImportance *out) {
  typedef int32_t Mask __attribute__((vector_size(16)));
  const EnvironmentBlocks *b = &e->blocks;
  const EnvironmentLanes zero = {0.0f, 0.0f, 0.0f, 0.0f};
  const Mask sign = {INT32_MIN, INT32_MIN, INT32_MIN, INT32_MIN}, kept = lit->through ? ~sign : ~(Mask)zero;
  out->total = 0.0f;
  for (uint32_t column = 0; column < ENVIRONMENT_ACROSS; column++) {
    EnvironmentLanes sum = zero;
    for (uint32_t i = column * (ENVIRONMENT_UP / 4); i < (column + 1) * (ENVIRONMENT_UP / 4); i++) {
      EnvironmentLanes c = (b->x[i] * lit->n[0] + b->y[i] * lit->n[1]) + b->z[i] * lit->n[2];
      c = (EnvironmentLanes)((Mask)c & kept) + b->reach[i];
      out->blocks[i] = b->weight[i] * (EnvironmentLanes)((Mask)c & (c > zero));
      sum += out->blocks[i];
    }
    out->columns[column] = (sum[0] + sum[1]) + (sum[2] + sum[3]);
    out->total += out->columns[column];
  }
}

/* A block's weights: [1] its own, [2 i] and [2 i + 1] the halves of [i], cells last. */
static inline uint32_t environment_block_bits(const Environment *e) {
  return e->column_bits + e->row_bits - (ENVIRONMENT_ACROSS_BITS + ENVIRONMENT_UP_BITS);
}
static inline const float *environment_heap(const Environment *e, uint32_t block) {
  return e->weights + ((size_t)block << (environment_block_bits(e) + 1));
}

/* Parts of a block are halved across where more halvings are left for columns than for rows. */
typedef struct EnvironmentWalk {
  uint32_t node, columns_left, rows_left;
} EnvironmentWalk;

static inline EnvironmentWalk environment_walk(const Environment *e) {
  return (EnvironmentWalk){1, e->column_bits - ENVIRONMENT_ACROSS_BITS, e->row_bits - ENVIRONMENT_UP_BITS};
}
static inline bool environment_walk_ends(const EnvironmentWalk *w) { return w->columns_left + w->rows_left == 0; }
static inline bool environment_walk_across(const EnvironmentWalk *w) { return w->columns_left > w->rows_left; }
static inline void environment_walk_on(EnvironmentWalk *w, uint32_t half) {
  if (environment_walk_across(w)) w->columns_left--;
  else w->rows_left--;
  w->node = 2 * w->node + half;
}

/* Which block a cell is in, and where it stands in that block's heap. */
static inline uint32_t environment_block_of(const Environment *e, uint32_t column, uint32_t row) {
  return (column >> (e->column_bits - ENVIRONMENT_ACROSS_BITS)) * ENVIRONMENT_UP + (row >> (e->row_bits - ENVIRONMENT_UP_BITS));
}
static inline uint32_t environment_leaf_of(const Environment *e, uint32_t column, uint32_t row) {
  EnvironmentWalk w = environment_walk(e);
  while (!environment_walk_ends(&w))
    environment_walk_on(&w, environment_walk_across(&w) ? column >> (w.columns_left - 1) & 1 : row >> (w.rows_left - 1) & 1);
  return w.node;
}

/* Density over solid angle with which directions of a cell are found. */
static inline float environment_cell_pdf(const Environment *e, const EnvironmentImportance *importance, uint32_t column, uint32_t row) {
  uint32_t block = environment_block_of(e, column, row);
  const float *heap = environment_heap(e, block);
  if (!(importance->total > 0.0f && heap[1] > 0.0f)) return 0.0f;
  float angle = TWO_PI_F * (e->sines[row + 1] - e->sines[row]) / (float)(1u << e->column_bits);
  float chosen = importance->blocks[block / 4][block % 4] / importance->total;
  return chosen * (heap[environment_leaf_of(e, column, row)] / heap[1]) / angle;
}

/* The same for a unit direction of the world. */
static inline float surroundings_pdf(const Surroundings *s, const EnvironmentReceiver *lit, Vec3 d) {
  const Environment *e = s->table;
  Vec3 local = surroundings_to_local(s, d);
  Vec2 at = environment_coordinates(e->kind, local);
  uint32_t columns = 1u << e->column_bits, rows = 1u << e->row_bits;
  uint32_t column = (uint32_t)(int32_t)(at.x * (float)columns), row = (uint32_t)(int32_t)(at.y * (float)rows);
  column = column < columns ? column : columns - 1;
  row = row < rows ? row : rows - 1;
  while (row > 0 && local[1] < e->sines[row]) row--; // rounding may have gone over an edge
  while (row < rows - 1 && local[1] >= e->sines[row + 1]) row++;
  EnvironmentImportance importance;
  environment_weigh(e, lit, &importance);
  return environment_cell_pdf(e, &importance, column, row);
}

/* One of `count` parts of `total` by *u, which becomes a number of its own. The last that is not 0 where rounding leaves nothing. */
static inline uint32_t environment_choose(const float *parts, uint32_t count, double total, double *u) {
  const double one_minus = 0x1.fffffffffffffp-1;
  double rest = *u * total, own = 0.0;
  uint32_t chosen = 0;
  for (uint32_t i = 0; i < count; i++) {
    if (!(parts[i] > 0.0f)) continue;
    if (own > 0.0) rest -= own;
    chosen = i;
    own = (double)parts[i];
    if (rest < own) break;
  }
  double scaled = own > 0.0 ? rest / own : 0.0;
  *u = scaled < one_minus ? scaled : one_minus;
  return chosen;
}

/* A unit direction of the world by u in [0, 1)^2, with its density; 0: nothing can be seen. */
static inline float surroundings_sample(const Surroundings *s, const EnvironmentReceiver *lit, Vec2 u, Vec3 *d) {
  const Environment *e = s->table;
  EnvironmentImportance importance;
  environment_weigh(e, lit, &importance);
  if (!(importance.total > 0.0f)) return 0.0f;
  double us[2] = {(double)u.x, (double)u.y};
  uint32_t column = environment_choose(importance.columns, ENVIRONMENT_ACROSS, (double)importance.total, &us[0]);
  float rows[ENVIRONMENT_UP];
  for (uint32_t i = 0; i < ENVIRONMENT_UP; i++) rows[i] = importance.blocks[(column * ENVIRONMENT_UP + i) / 4][i % 4];
  uint32_t row = environment_choose(rows, ENVIRONMENT_UP, (double)importance.columns[column], &us[1]);
  const float *heap = environment_heap(e, column * ENVIRONMENT_UP + row);
  EnvironmentWalk w = environment_walk(e);
  while (!environment_walk_ends(&w)) {
    bool across = environment_walk_across(&w);
    double sum = (double)heap[2 * w.node] + (double)heap[2 * w.node + 1];
    uint32_t half = environment_choose(heap + 2 * w.node, 2, sum, &us[across ? 0 : 1]);
    *(across ? &column : &row) = 2 * *(across ? &column : &row) + half;
    environment_walk_on(&w, half);
  }
  float x = min_f((float)us[0], ONE_MINUS_EPSILON), y = min_f((float)us[1], ONE_MINUS_EPSILON);
  float sine = lerp_f(e->sines[row], e->sines[row + 1], y), across = safe_sqrt_f(1.0f - sine * sine), sx, cx;
  sincos_turns_f(((float)column + x) / (float)(1u << e->column_bits) - 0.5f, &sx, &cx);
  *d = surroundings_to_world(s, vec3(across * sx, sine, -across * cx));
  return environment_cell_pdf(e, &importance, column, row);
}

#endif
