/* noise.h - noise of a point: gradient and value noise, sums of octaves, cells. Per-ray code; the same bits everywhere.
 *
 * Lattices are hashed, not tabulated: a linear form of the cell's coordinates, then a finaliser of two multiplications (after C. Wellons,
 * "prospecting for hash functions", 2018). Gradient noise is Perlin's of 2002 (twelve edge directions, quintic fades); the octaves of
 * sums have lattices of their own. Cells have one point each (Worley 1996); distances to their borders are exact (I. Quilez).
 *
 * `width` is that of the footprint, in cells. What it cannot show fades to the mean: an octave between half a cell and one. */
#ifndef ML_PROGRAM_NOISE_H
#define ML_PROGRAM_NOISE_H

#include "math/elementary.h"

typedef uint32_t NoiseBits __attribute__((vector_size(16)));
typedef int32_t NoiseMask __attribute__((vector_size(16)));
typedef float NoiseFloats __attribute__((vector_size(16)));

#define NOISE_MAX_OCTAVES 16

static inline NoiseFloats noise_select(NoiseMask mask, NoiseFloats a, NoiseFloats b) {
  return (NoiseFloats)((mask & (NoiseMask)a) | (~mask & (NoiseMask)b));
}
static inline NoiseFloats noise_all(float x) { return (NoiseFloats){x, x, x, x}; }
static inline NoiseBits noise_bits_all(uint32_t x) { return (NoiseBits){x, x, x, x}; }

#define NOISE_X 0x8da6b343u
#define NOISE_Y 0xd8163841u
#define NOISE_Z 0xcb1ab31fu

/* Of the sum of a cell's coordinates, each times its constant above. */
static inline NoiseBits noise_finish(NoiseBits h) {
  h ^= h >> 15;
  h *= 0x2c1b3c6du;
  h ^= h >> 12;
  h *= 0x297a2d39u;
  return h ^ h >> 15;
}

/* A point's cell and what is left of it, 0..1. Coordinates beyond 2^30 (and NaN) are an end's. */
static inline NoiseMask noise_cell(Vec3 p, Vec3 *rest) {
  NoiseFloats x = noise_select(p > noise_all(-0x1p30f), p, noise_all(-0x1p30f));
  x = noise_select(x < noise_all(0x1p30f), x, noise_all(0x1p30f));
  NoiseMask cell = __builtin_convertvector(x, NoiseMask);
  cell += __builtin_convertvector(cell, NoiseFloats) > x; // true is -1: what was rounded upwards
  *rest = x - __builtin_convertvector(cell, NoiseFloats);
  return cell;
}
/* The linear form that cells are hashed by. */
static inline uint32_t noise_base(NoiseMask cell) {
  return (uint32_t)cell[0] * NOISE_X + (uint32_t)cell[1] * NOISE_Y + (uint32_t)cell[2] * NOISE_Z;
}

static inline float noise_fade(float t) { return t * t * t * (t * (t * 6.0f - 15.0f) + 10.0f); }

/* How much of what has features of one cell a footprint leaves. */
static inline float noise_keep(float width) {
  float t = clamp_f(2.0f * width - 1.0f, 0.0f, 1.0f); /* all of it where the width is not known: NaN */
  return 1.0f - t * t * (3.0f - 2.0f * t);
}

typedef struct NoiseCell {
  NoiseBits lower, upper; /* hashes of its corners: x runs fastest, then y; below and above in z */
  float x, y, z;          /* within it */
} NoiseCell;

static inline NoiseCell noise_cell_at(Vec3 p, uint32_t seed) {
  NoiseCell cell;
  Vec3 rest;
  NoiseBits corners = noise_bits_all(noise_base(noise_cell(p, &rest)) + seed) + (NoiseBits){0, NOISE_X, NOISE_Y, NOISE_X + NOISE_Y};
  cell.lower = noise_finish(corners);
  cell.upper = noise_finish(corners + NOISE_Z);
  cell.x = rest[0], cell.y = rest[1], cell.z = rest[2];
  return cell;
}

static inline float noise_blend(const NoiseCell *cell, NoiseFloats lower, NoiseFloats upper) {
  float u = noise_fade(cell->x), v = noise_fade(cell->y), w = noise_fade(cell->z);
  NoiseFloats d = lower + noise_all(w) * (upper - lower);
  float near = d[0] + v * (d[2] - d[0]), far = d[1] + v * (d[3] - d[1]);
  return near + u * (far - near);
}

/* The product of a corner's gradient and the way from it. */
static inline NoiseFloats noise_gradient(NoiseBits h, NoiseFloats x, NoiseFloats y, NoiseFloats z) {
  h >>= 28;
  NoiseFloats u = noise_select(h < 8, x, y);
  NoiseFloats v = noise_select(h < 4, y, noise_select((h == 12) | (h == 14), x, z));
  return (NoiseFloats)((NoiseBits)u ^ h << 31) + (NoiseFloats)((NoiseBits)v ^ (h & 2) << 30);
}

/* -1..1, mean 0; 0 at all corners of cells. */
static inline float noise_of(Vec3 p, uint32_t seed) {
  NoiseCell cell = noise_cell_at(p, seed);
  NoiseFloats x = noise_all(cell.x) - (NoiseFloats){0.0f, 1.0f, 0.0f, 1.0f}, y = noise_all(cell.y) - (NoiseFloats){0.0f, 0.0f, 1.0f, 1.0f};
  NoiseFloats z = noise_all(cell.z);
  float n = noise_blend(&cell, noise_gradient(cell.lower, x, y, z), noise_gradient(cell.upper, x, y, z - noise_all(1.0f)));
  return clamp_f(0.96f * n, -1.0f, 1.0f); /* the greatest is 1.036 */
}

/* -1..1, mean 0: a random value at each corner. */
static inline float value_noise_of(Vec3 p, uint32_t seed) {
  NoiseCell cell = noise_cell_at(p, seed);
  NoiseFloats scale = noise_all(0x1p-31f);
  return noise_blend(&cell, __builtin_convertvector((NoiseMask)cell.lower, NoiseFloats) * scale,
                     __builtin_convertvector((NoiseMask)cell.upper, NoiseFloats) * scale);
}

/* ---- octaves */

typedef enum NoiseSum { NOISE_FBM, NOISE_RIDGED, NOISE_TURBULENCE } NoiseSum;

/* Means of what octaves are made of, for those that fade. */
#define NOISE_MEAN_RIDGE 0.6442f
#define NOISE_MEAN_WEIGHT 0.8900f /* of what a ridge hands down */
#define NOISE_MEAN_ABSOLUTE 0.2116f

/* FBM (-1..1, mean 0), RIDGED, TURBULENCE (0..1; Musgrave 1994, Perlin 1985): each octave has gain times the last one's share and lacunarity
 * times its frequency. octaves at most NOISE_MAX_OCTAVES. */
static inline float noise_sum(NoiseSum kind, Vec3 p, float width, uint32_t octaves, float gain, float lacunarity) {
  float sum = 0.0f, share = 1.0f, shares = 0.0f, weight = 1.0f;
  for (uint32_t i = 0; i < octaves; i++) {
    float keep = noise_keep(width), n = keep > 0.0f ? noise_of(p, i * 0x9e3779b9u) : 0.0f;
    shares += share;
    if (kind == NOISE_FBM) {
      sum += share * (keep * n);
    } else if (kind == NOISE_TURBULENCE) {
      sum += share * (NOISE_MEAN_ABSOLUTE + keep * (abs_f(n) - NOISE_MEAN_ABSOLUTE));
    } else {
      float ridge = 1.0f - abs_f(n);
      ridge = NOISE_MEAN_RIDGE + keep * (ridge * ridge - NOISE_MEAN_RIDGE);
      ridge *= weight;
      sum += share * ridge;
      weight = NOISE_MEAN_WEIGHT + keep * (clamp_f(2.0f * ridge, 0.0f, 1.0f) - NOISE_MEAN_WEIGHT);
    }
    share *= gain;
    p = p * lacunarity + vec3(0.3719f, 0.5157f, 0.7343f);
    width *= lacunarity;
  }
  return sum / shares;
}

/* ---- cells */

/* The point of the nearest cell: relative to where it is looked from, its distance squared, its cell's hash. */
typedef struct NoisePoint {
  float x, y, z, distance2;
  uint32_t hash;
} NoisePoint;

/* The points of four cells in a row along x, the first of which is (x, y, z) cells from that of the point `rest`. */
static inline NoiseBits noise_row(uint32_t base, int32_t x, int32_t y, int32_t z, const float rest[3], NoiseFloats out[3]) {
  NoiseBits h = noise_bits_all(base + (uint32_t)x * NOISE_X + (uint32_t)y * NOISE_Y + (uint32_t)z * NOISE_Z);
  h = noise_finish(h + (NoiseBits){0, NOISE_X, 2 * NOISE_X, 3 * NOISE_X});
  NoiseFloats scale = noise_all(0x1p-10f), half = noise_all(0.5f);
  out[0] = (__builtin_convertvector((NoiseMask)(h & 1023), NoiseFloats) + half) * scale +
           ((noise_all((float)x) + (NoiseFloats){0.0f, 1.0f, 2.0f, 3.0f}) - noise_all(rest[0]));
  out[1] = (__builtin_convertvector((NoiseMask)(h >> 10 & 1023), NoiseFloats) + half) * scale + noise_all((float)y - rest[1]);
  out[2] = (__builtin_convertvector((NoiseMask)(h >> 20 & 1023), NoiseFloats) + half) * scale + noise_all((float)z - rest[2]);
  return h;
}

/* The nearest point in the cells up to `reach` away. */
static inline NoisePoint noise_nearest(uint32_t base, const float rest[3], int32_t reach) {
  NoiseFloats best = noise_all(INFINITY_F), bx = best, by = best, bz = best;
  NoiseBits hashes = noise_bits_all(0);
  for (int32_t z = -reach; z <= reach; z++)
    for (int32_t y = -reach; y <= reach; y++)
      for (int32_t x = -reach; x <= reach; x += 4) {
        NoiseFloats at[3];
        NoiseBits h = noise_row(base, x, y, z, rest, at);
        NoiseFloats d = (at[0] * at[0] + at[1] * at[1]) + at[2] * at[2];
        NoiseMask nearer = d < best;
        best = noise_select(nearer, d, best);
        bx = noise_select(nearer, at[0], bx);
        by = noise_select(nearer, at[1], by);
        bz = noise_select(nearer, at[2], bz);
        hashes = (NoiseBits)noise_select(nearer, (NoiseFloats)h, (NoiseFloats)hashes);
      }
  int k = 0;
  for (int i = 1; i < 4; i++)
    if (best[i] < best[k]) k = i;
  return (NoisePoint){bx[k], by[k], bz[k], best[k], hashes[k]};
}

/* The distance to the border of the nearest point's cell, of the points up to `reach` away. */
static inline float noise_border(uint32_t base, const float rest[3], int32_t reach, const NoisePoint *nearest) {
  NoiseFloats least = noise_all(INFINITY_F);
  for (int32_t z = -reach; z <= reach; z++)
    for (int32_t y = -reach; y <= reach; y++)
      for (int32_t x = -reach; x <= reach; x += 4) {
        NoiseFloats at[3];
        noise_row(base, x, y, z, rest, at);
        NoiseFloats d = (at[0] * at[0] + at[1] * at[1]) + at[2] * at[2];
        NoiseFloats ex = at[0] - noise_all(nearest->x), ey = at[1] - noise_all(nearest->y), ez = at[2] - noise_all(nearest->z);
        NoiseFloats apart = (ex * ex + ey * ey) + ez * ez;
        for (int i = 0; i < 4; i++) apart[i] = sqrt_f(apart[i]);
        NoiseFloats border = (d - noise_all(nearest->distance2)) / (apart + apart);
        NoiseMask nearer = (apart > noise_all(0.0f)) & (border < least);
        least = noise_select(nearer, border, least);
      }
  return min_f(min_f(least[0], least[1]), min_f(least[2], least[3]));
}

typedef enum NoiseCells { CELLS_DISTANCE, CELLS_CELL, CELLS_EDGE } NoiseCells;

#define NOISE_MEAN_DISTANCE 0.5200f
#define NOISE_MEAN_EDGE 0.1272f

/* DISTANCE: to the nearest point, 0..1; CELL: a number 0..1 of its own for each; EDGE: the distance to the border between two. */
static inline float noise_cells(NoiseCells kind, Vec3 p, float width) {
  float keep = noise_keep(width), mean = kind == CELLS_DISTANCE ? NOISE_MEAN_DISTANCE : kind == CELLS_CELL ? 0.5f : NOISE_MEAN_EDGE;
  if (!(keep > 0.0f)) return mean;
  Vec3 in_cell;
  uint32_t base = noise_base(noise_cell(p, &in_cell)) + 0x5bd1e995u;
  const float rest[3] = {in_cell[0], in_cell[1], in_cell[2]};
  // Points that were not looked at are at least 1 away, or 2
  NoisePoint nearest = noise_nearest(base, rest, 1);
  if (nearest.distance2 > 1.0f && kind != CELLS_DISTANCE) nearest = noise_nearest(base, rest, 2);
  float value = 0.0f, distance = sqrt_f(nearest.distance2);
  switch (kind) {
  case CELLS_DISTANCE: value = min_f(distance, 1.0f); break;
  case CELLS_CELL: value = (float)(noise_finish(noise_bits_all(nearest.hash ^ 0x68bc21ebu))[0] >> 8) * 0x1p-24f; break;
  case CELLS_EDGE:
    value = noise_border(base, rest, 1, &nearest);
    if (!(value <= 0.5f * (1.0f - distance))) value = noise_border(base, rest, 2, &nearest);
    value = clamp_f(value, 0.0f, 1.0f);
    break;
  }
  return mean + keep * (value - mean);
}

#endif
