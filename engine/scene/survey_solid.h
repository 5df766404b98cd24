/* survey_solid.h - solids whose surfaces are nowhere as such, as surveys see them: combinations (NODE_CSG) and programs (NODE_SDF).
 *
 * Their geometry is made when a survey first meets them, as commit makes it, which then finds it in the cache: what things are put on is what rays see.
 *
 *  - Combinations: their operands' surfaces are pieces of the survey like others, and a point of an operand counts where a ray from outside meets
 *    the whole in it, there. So points are even, and faces that coincide count once.
 *  - Programs: on a line along an axis, surfaces are met as often as their area times |n| along that axis. In a cell where the slope along one axis
 *    is never 0 there is one such point at most, kept with a probability that makes up for its n; elsewhere all three axes are tried, each in
 *    four parts, and a point is kept with 1 / (|nx| + |ny| + |nz|). Cells overlap: the cell that a ray names there has the point. */
#ifndef ML_SCENE_SURVEY_SOLID_H
#define ML_SCENE_SURVEY_SOLID_H

#include "scene/expand.h"

/* The cells of a program, for picking one by what it may hold. */
typedef struct FieldTable {
  double *ends;               /* by cell: the sum up to its end */
  float *ratios;              /* the most that |slope| is over that along the axis */
  uint8_t *axes;              /* 3: all of them */
  uint32_t *wild;             /* the cells in which it may jump, their slopes have no bounds; ascending */
  uint64_t count, wild_count; /* count: more than 0 */
} FieldTable;

typedef struct SurveySolid {
  const Geometry *geometry;
  MlTransform t, inverse;  /* its space <-> that of the survey */
  MlVec3 areas[3];         /* images of unit areas across its axes */
  double most;             /* that an area grows by */
  const FieldTable *table; /* of a program, else NULL */
  bool (*trace)(const Geometry *geometry, const Ray *ray, Hit *hit);
} SurveySolid;

/* ---- making: begin, any number of the others, end */

typedef struct SolidMaker {
  Expansion e;
  const FieldTable **tables; /* by node id - 1 */
  MlBuilder *b;
} SolidMaker;

void solids_begin(SolidMaker *maker, MlBuilder *b, Work *work, MlError *error);
/* What a node's geometry is; NULL: nothing is left of it. Errors are those of commit. */
MlStatus solid_geometry(SolidMaker *maker, MlNode id, const Geometry **out);
/* t: from the node's own coordinates. The caller has made sure that it has an inverse. */
MlStatus solid_make(SolidMaker *maker, MlNode id, const Geometry *geometry, const MlTransform *t, SurveySolid *out);
/* The builder keeps what was made until it ends; on failure it is given up. */
MlStatus solids_end(SolidMaker *maker, MlStatus status);

/* ---- asking */

static inline double areas_stretch(const MlVec3 areas[3], MlVec3 n) {
  return dvec_length(dvec_add(dvec_add(dvec_scale(areas[0], n.x), dvec_scale(areas[1], n.y)), dvec_scale(areas[2], n.z)));
}

/* A normal of the survey's space, of any length, in the solid's: of length 1. */
MlVec3 solid_normal_inward(const SurveySolid *solid, MlVec3 n);
/* How far rays may meet an operand of this size from where it is, in the solid's space. */
double solid_slack(const SurveySolid *solid, double size);
/* Whether a ray against n meets the solid at p, to `slack`, all in its own space, in its item (primitives, then instances; of a program: the cell). */
bool solid_shows(const SurveySolid *solid, uint64_t item, MlVec3 p, MlVec3 n, double slack);
/* The number of proposals that stand for a unit of area: of programs alone. */
double solid_weight(const SurveySolid *solid);
/* Proposes a point of a program's surface, in the survey's space; false: there is none, or it was not kept. */
bool solid_propose(const SurveySolid *solid, uint64_t *state, MlVec3 *p, MlVec3 *n);
/* The surface that a ray downwards from p meets; all in the survey's space. */
bool solid_drop(const SurveySolid *solid, MlVec3 p, double *height, MlVec3 *n);

/* splitmix64: Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators", 2014. */
static inline uint64_t survey_bits(uint64_t *state) {
  uint64_t z = *state += 0x9e3779b97f4a7c15u;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}
static inline double survey_unit(uint64_t *state) { return (double)(survey_bits(state) >> 11) * 0x1p-53; }

#endif
