/* environment.h - light from everywhere that differs with the direction: pictures of the surroundings and baked skies, their radiance in a
 * direction, and sampling by it. Per-ray code; environment.c builds what it needs.
 *
 * Directions have an azimuth, 0 at -z and a quarter turn at +x, which runs along the picture (its middle is -z), and an elevation, which
 * runs up it: evenly in pictures, as sky.h says in skies. Radiance is bilinear between texels, around the seam as well.
 *
 * The sphere is cut into cells, even in both coordinates, of constant density each: root mean square luminance of the texels that a cell's
 * radiance is made of, times its solid angle. So no cell has density 0 where it has light. A cell is found by halving the sphere again and
 * again; the first halvings also go by the greatest cosine to the lit surface that a half can have, so that what is below the horizon, or
 * low above it, is not asked for in vain (as in Clarberg et al. 2005, with bounds for the cosine). Which way the halves go is known from the
 * cell, so the density of any direction is found by the same few steps. Both numbers of a sample are used up evenly: stratified ones stay so. */
#ifndef ML_LIGHT_ENVIRONMENT_H
#define ML_LIGHT_ENVIRONMENT_H

#include "image/texture_image.h"
#include "light/sky.h"
#include "math/elementary.h"
#include "math/sampling.h"

typedef enum EnvironmentKind { ENVIRONMENT_PICTURE, ENVIRONMENT_SKY } EnvironmentKind;

#define ENVIRONMENT_CONE_LEVELS 7 /* halvings that look at the cosine */

/* All directions of a part of the sphere lie within acos(cosine) of the axis; -1: all there are. */
typedef struct EnvironmentCone {
  float axis[3], cosine;
} EnvironmentCone;

/* A frozen block of its own: an asset. Of pictures it has the cells alone, of skies the texels, too. */
typedef struct Environment {
  uint64_t bytes, hash; /* of the block, which begins with this struct; of what it was made of */
  uint64_t check[2];
  uint32_t kind;                  /* EnvironmentKind */
  uint32_t column_bits, row_bits; /* 2^bits cells across and up */
  float mean;                     /* luminance over the sphere; 0: it is black, and not sampled */
  const float *weights;         /* [1] all, [2 i] and [2 i + 1] the halves of [i]: luminance times solid angle, relative; cells are last */
  const float *sines;           /* of the elevations between rows of cells, from -1 to 1: 2^row_bits + 1 */
  const EnvironmentCone *cones; /* [i] as of weights, 1 <= i < 2 << ENVIRONMENT_CONE_LEVELS */
  float sun[3];                 /* skies: sky.h */
  TextureImage sky;             /* skies: the texels, one level */
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

/* The greatest cosine that a direction of a node can have; 0: all of it is below the horizon. */
static inline float environment_received(const Environment *e, const EnvironmentReceiver *lit, uint32_t node) {
  const EnvironmentCone *cone = &e->cones[node];
  float c = dot(vec3_load(cone->axis), lit->n);
  if (lit->through) c = abs_f(c);
  if (c >= cone->cosine) return 1.0f;
  return max_f(c * cone->cosine + safe_sqrt_f(1.0f - c * c) * safe_sqrt_f(1.0f - cone->cosine * cone->cosine), 0.0f);
}

/* The first half's share of a node; negative: neither can be seen. looks: at the cosine. */
static inline float environment_share(const Environment *e, const EnvironmentReceiver *lit, uint32_t node, bool looks) {
  float first = e->weights[2 * node], second = e->weights[2 * node + 1];
  if (looks) {
    first *= environment_received(e, lit, 2 * node);
    second *= environment_received(e, lit, 2 * node + 1);
  }
  return first + second > 0.0f ? first / (first + second) : -1.0f;
}

/* Nodes are halved across where more halvings are left for columns than for rows. */
typedef struct EnvironmentWalk {
  uint32_t node, columns_left, rows_left, level;
} EnvironmentWalk;

static inline EnvironmentWalk environment_walk(const Environment *e) { return (EnvironmentWalk){1, e->column_bits, e->row_bits, 0}; }
static inline bool environment_walk_ends(const EnvironmentWalk *w) { return w->columns_left + w->rows_left == 0; }
static inline bool environment_walk_across(const EnvironmentWalk *w) { return w->columns_left > w->rows_left; }
static inline void environment_walk_on(EnvironmentWalk *w, uint32_t half) {
  if (environment_walk_across(w)) w->columns_left--;
  else w->rows_left--;
  w->node = 2 * w->node + half;
  w->level++;
}

/* Density over solid angle with which directions of a cell are found. */
static inline float environment_cell_pdf(const Environment *e, const EnvironmentReceiver *lit, uint32_t column, uint32_t row) {
  float pdf = 1.0f, whole = e->weights[1];
  EnvironmentWalk w = environment_walk(e);
  while (!environment_walk_ends(&w)) {
    uint32_t half = environment_walk_across(&w) ? column >> (w.columns_left - 1) & 1 : row >> (w.rows_left - 1) & 1;
    if (w.level < ENVIRONMENT_CONE_LEVELS) {
      float share = environment_share(e, lit, w.node, true);
      if (share < 0.0f) return 0.0f;
      pdf *= half ? 1.0f - share : share;
      environment_walk_on(&w, half);
      whole = e->weights[w.node];
    } else {
      environment_walk_on(&w, half);
    }
  }
  float angle = TWO_PI_F * (e->sines[row + 1] - e->sines[row]) / (float)(1u << e->column_bits);
  return whole > 0.0f ? pdf * (e->weights[w.node] / whole) / angle : 0.0f;
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
  return environment_cell_pdf(e, lit, column, row);
}

/* The part of a number that chose a half, as a number of its own. */
static inline double environment_rescale(double u, double below, double share) {
  const double one_minus = 0x1.fffffffffffffp-1;
  double scaled = (u - below) / share;
  return scaled < one_minus ? scaled : one_minus;
}

/* A unit direction of the world by u in [0, 1)^2, with its density; 0: nothing can be seen. */
static inline float surroundings_sample(const Surroundings *s, const EnvironmentReceiver *lit, Vec2 u, Vec3 *d) {
  const Environment *e = s->table;
  double us[2] = {(double)u.x, (double)u.y};
  uint32_t column = 0, row = 0;
  EnvironmentWalk w = environment_walk(e);
  while (!environment_walk_ends(&w)) {
    double share = (double)environment_share(e, lit, w.node, w.level < ENVIRONMENT_CONE_LEVELS);
    if (share < 0.0) return 0.0f;
    bool across = environment_walk_across(&w);
    double *choice = &us[across ? 0 : 1];
    uint32_t half = *choice >= share;
    *choice = half ? environment_rescale(*choice, share, 1.0 - share) : environment_rescale(*choice, 0.0, share);
    *(across ? &column : &row) = 2 * *(across ? &column : &row) + half;
    environment_walk_on(&w, half);
  }
  float x = min_f((float)us[0], ONE_MINUS_EPSILON), y = min_f((float)us[1], ONE_MINUS_EPSILON);
  float sine = lerp_f(e->sines[row], e->sines[row + 1], y), across = safe_sqrt_f(1.0f - sine * sine), sx, cx;
  sincos_turns_f(((float)column + x) / (float)(1u << e->column_bits) - 0.5f, &sx, &cx);
  *d = surroundings_to_world(s, vec3(across * sx, sine, -across * cx));
  return environment_cell_pdf(e, lit, column, row);
}

#endif
