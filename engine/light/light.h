/* light.h - frozen lights: everything that emits and is sampled, what shapes their beams, and the trees that choose among them. */
#ifndef ML_LIGHT_LIGHT_H
#define ML_LIGHT_LIGHT_H

#include "light/environment.h"

typedef enum LightKind {
  LIGHT_POINT,       /* p; emission = intensity, W/sr */
  LIGHT_SPHERE,      /* p, radius; emission = radiance; seen by no ray; to points inside it, it is all around */
  LIGHT_DIRECTIONAL, /* d = direction the light travels (unit); emission = irradiance */
  LIGHT_PRIM,        /* a top-level primitive that emits; emission = radiance */
  LIGHT_MESH,        /* an instance of a mesh that emits; its triangles have a tree of their own */
  LIGHT_SUN,         /* d as above; radius = 1 - cos of half the angle across; emission = radiance; front_only: it sets below y = 0 */
  LIGHT_BACKGROUND,  /* constant radiance from everywhere */
  LIGHT_ENVIRONMENT, /* Lights.surroundings; emission = mean radiance */
} LightKind;

typedef struct Light {
  Spectrum emission;
  uint32_t kind; /* LightKind */
  uint32_t front_only;
  uint32_t prim;     /* LIGHT_PRIM: id of the primitive */
  uint32_t instance; /* LIGHT_MESH: id of the instance */
  uint32_t tree;     /* LIGHT_MESH: of its geometry, in Lights.trees */
  uint32_t profile;  /* LIGHT_POINT, LIGHT_SPHERE: what shapes its beam, in Lights.profiles; NO_ID: nothing, it shines evenly */
  float p[3], d[3];
  float radius;
  float area; /* LIGHT_PRIM: world area of one side */
} Light;

/* Infinitely far lights (far.h) have no place in a tree. */
static inline bool light_is_far(const Light *light) {
  return light->kind == LIGHT_DIRECTIONAL || light->kind == LIGHT_SUN || light->kind == LIGHT_BACKGROUND ||
         light->kind == LIGHT_ENVIRONMENT;
}

/* ---- beams: a cone that fades at its edge, times a photometric profile (profile.h) */

/* Intensities over angles as a luminaire's maker measured them, largest 1: vertical angles from the axis, 0..pi, ascending; horizontal
 * ones 0..2 pi, ascending, the first 0 and the last 2 pi, or only 0: the same all around. Radians. Outside the vertical ones it is dark. */
typedef struct IesTable {
  uint64_t first; /* into Lights.ies_values: vertical angles, horizontal angles, then values, vertical ones of one horizontal together */
  uint32_t vertical_count, horizontal_count;
} IesTable;

typedef struct LightProfile {
  float axis[3], side[3], up[3]; /* unit, orthogonal: horizontal angle 0 at side, pi/2 at up */
  float inner, outer;            /* 1 - cos of the angles within which it shines fully, and at all; 3: there is no cone */
  uint32_t ies;                  /* in Lights.ies, or NO_ID */
} LightProfile;

/* ---- trees (tree.h; built by scene/light_tree.c) */

/* What is known of a light or of a cluster of them. */
typedef struct LightBounds {
  float lo[3], hi[3];
  float axis[3];      /* every normal lies within acos(cos_normal) of it (with two_sided: of it or of its opposite) */
  float cos_normal;   /* -1: all directions */
  float cos_emission; /* and light leaves within acos(cos_emission) of a normal: 0 for surfaces */
  float intensity;    /* sum of the greatest intensities, in units of the tree's own; > 0 */
  uint32_t two_sided;
} LightBounds;

/* In depth-first order: the first child of an inner node follows it. */
typedef struct LightNode {
  LightBounds bounds;
  uint32_t next; /* the second child, or LIGHT_LEAF | count - 1 << 28 | first item */
} LightNode;
#define LIGHT_LEAF 0x80000000u
#define LIGHT_LEAF_MOST 8u         /* items of a leaf */
#define LIGHT_TREE_MOST (1u << 27) /* items of a tree */

/* Nodes count within the tree. */
typedef struct LightTree {
  uint64_t first_node; /* into Lights.nodes */
  uint64_t first_item; /* into Lights.items: ids in leaf order */
  uint64_t first_leaf; /* into Lights.leaves: by id, the node that is its leaf */
} LightTree;

/* Emissive planes are not sampled (their area is infinite): they are found by BSDF samples alone and have no Light. */
typedef struct Lights {
  const Light *lights;
  uint32_t count;
  uint32_t background; /* index of LIGHT_BACKGROUND or LIGHT_ENVIRONMENT, or NO_ID (0xffffffff) */
  /* [0]: over the ids of all lights that are not far; those of far ones have their place in `far` where others have their leaf. The rest:
   * one per emissive mesh geometry, over its triangles, in its own space. */
  const LightTree *trees;
  const LightNode *nodes;
  const uint32_t *items, *leaves;
  const uint32_t *far;  /* far_count ids */
  const float *far_cdf; /* far_count entries, the last 1; by estimated power */
  const float *far_pdf; /* far_count entries: the probability of each, far_share included */
  uint32_t far_count;
  float far_share;      /* probability that the choice is a far light; 0: there is none, 1: there are only those */
  const uint32_t *suns; /* sun_count ids of LIGHT_SUN: rays that meet nothing may meet them */
  uint32_t sun_count;
  Surroundings surroundings; /* seen where it has a table, a light where that is not black */
  const LightProfile *profiles;
  const IesTable *ies;
  const float *ies_values;
} Lights;

#endif
