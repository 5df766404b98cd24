/* ray_worlds.h - worlds that ray queries are tested on, and rays through them, without builders and scenes: the floors base, math, shape and
 * bvh are enough, so that any compiler can build what uses them. The same numbers everywhere.
 *
 * A RayModel holds what is there; ray_world_build puts trees of a width and quality around it. Both live in a Memory; nothing fails but
 * by abort. */
#ifndef TESTS_RAY_WORLDS_H
#define TESTS_RAY_WORLDS_H

#include <stdlib.h>
#include <string.h>

#include "bvh/trace.h"

typedef enum RayModelKind {
  RAY_SPHERE,
  RAY_HALL,
  RAY_GRIDS,
  RAY_COINCIDENT,
  RAY_SLIVERS,
  RAY_SOUP,
  RAY_SOLIDS,
  RAY_INSTANCES,
  RAY_MODELS
} RayModelKind;
static const char *const ray_model_names[RAY_MODELS] = {"bumpy sphere", "thin triangles", "grids",  "coincident triangles",
                                                        "slivers",      "random soup",    "solids", "instances"};
enum { RAY_PRIMS_MOST = 128, RAY_INSTANCES_MOST = 24, RAY_TREES = 2 };

typedef struct RayModel {
  uint64_t random;
  float *points;
  uint32_t *triangles;
  uint32_t point_count, triangle_count, point_capacity, triangle_capacity;
  Prim prims[RAY_PRIMS_MOST]; /* of the scene; or of the group, where there are instances */
  PlacedTransform placed[RAY_PRIMS_MOST];
  uint32_t prim_count;
  Instance instances[RAY_INSTANCES_MOST]; /* geometry 0 is the mesh, 1 the group */
  uint32_t instance_count;
  bool group;
} RayModel;

typedef struct RayWorld {
  World world;
  Geometry geometries[RAY_TREES];
  const Geometry *pointers[RAY_TREES];
} RayWorld;

/* ---- random numbers (splitmix64); never two in one expression, whose order would be the compiler's */

static inline uint64_t ray_random(uint64_t *state) {
  uint64_t z = (*state += 0x9e3779b97f4a7c15u);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}
static inline double ray_in(uint64_t *state, double lo, double hi) {
  return lo + (hi - lo) * ((double)(ray_random(state) >> 11) * 0x1p-53);
}
static inline uint32_t ray_below(uint64_t *state, uint32_t n) { return (uint32_t)(ray_random(state) % n); }
static inline MlVec3 ray_point(uint64_t *state, double r) {
  MlVec3 p;
  p.x = ray_in(state, -r, r);
  p.y = ray_in(state, -r, r);
  p.z = ray_in(state, -r, r);
  return p;
}
static inline MlVec3 ray_direction(uint64_t *state) {
  for (;;) {
    MlVec3 v = ray_point(state, 1.0);
    double l = dvec_length(v);
    if (l <= 1.0 && l > 0.01) return dvec_normalize(v);
  }
}

/* ---- models */

static inline uint32_t ray_add_point(RayModel *m, MlVec3 p) {
  if (m->point_count == m->point_capacity) {
    m->point_capacity = m->point_capacity == 0 ? 256 : 2 * m->point_capacity;
    m->points = realloc(m->points, m->point_capacity * 3 * sizeof *m->points);
    if (m->points == NULL) abort();
  }
  vec3_store(m->points + 3 * (size_t)m->point_count, dvec_to_vec3(p));
  return m->point_count++;
}
static inline void ray_add_triangle(RayModel *m, uint32_t a, uint32_t b, uint32_t c) {
  if (m->triangle_count == m->triangle_capacity) {
    m->triangle_capacity = m->triangle_capacity == 0 ? 256 : 2 * m->triangle_capacity;
    m->triangles = realloc(m->triangles, m->triangle_capacity * 3 * sizeof *m->triangles);
    if (m->triangles == NULL) abort();
  }
  uint32_t *t = m->triangles + 3 * (size_t)m->triangle_count++;
  t[0] = a, t[1] = b, t[2] = c;
}

/* An octahedron's faces, each a net of n x n / 2 cells, drawn out to a sphere with bumps; without seams. */
static inline void ray_add_sphere(RayModel *m, uint32_t n, double bump) {
  for (uint32_t face = 0; face < 8; face++) {
    uint32_t first = m->point_count;
    for (uint32_t j = 0; j <= n; j++)
      for (uint32_t i = 0; i + j <= n; i++) {
        MlVec3 p = {(double)i / n, (double)j / n, (double)(n - i - j) / n};
        MlVec3 d = dvec_normalize((MlVec3){face & 1 ? -p.x : p.x, face & 2 ? -p.y : p.y, face & 4 ? -p.z : p.z});
        double x = d.x * 7, y = d.y * 5, z = d.z * 6; /* a bump without sines: distances to whole numbers */
        double wave = __builtin_fabs(x - (double)(int)x) + __builtin_fabs(y - (double)(int)y) + __builtin_fabs(z - (double)(int)z);
        ray_add_point(m, dvec_scale(d, 2.0 * (1.0 + bump * wave)));
      }
    for (uint32_t j = 0, row = first; j < n; row += n + 1 - j, j++)
      for (uint32_t i = 0; i + j < n; i++) {
        uint32_t a = row + i, above = row + (n + 1 - j) + i;
        ray_add_triangle(m, a, a + 1, above);
        if (i + j + 1 < n) ray_add_triangle(m, a + 1, above + 1, above);
      }
  }
}

static inline void ray_add_grid(RayModel *m, uint32_t n, int axis, double at) {
  uint32_t first = m->point_count;
  for (uint32_t j = 0; j <= n; j++)
    for (uint32_t i = 0; i <= n; i++) {
      double u = -2.0 + 4.0 * i / n, v = -2.0 + 4.0 * j / n;
      ray_add_point(m, axis == 0 ? (MlVec3){at, u, v} : axis == 1 ? (MlVec3){v, at, u} : (MlVec3){u, v, at});
    }
  for (uint32_t j = 0; j < n; j++)
    for (uint32_t i = 0; i < n; i++) {
      uint32_t a = first + j * (n + 1) + i;
      ray_add_triangle(m, a, a + 1, a + n + 2);
      ray_add_triangle(m, a, a + n + 2, a + n + 1);
    }
}

/* count triangles about p: of that reach, `thin` times as narrow. */
static inline void ray_add_soup(RayModel *m, uint32_t count, double reach, double thin) {
  for (uint32_t i = 0; i < count; i++) {
    MlVec3 p = ray_point(&m->random, 2.0), d = ray_direction(&m->random), e = ray_direction(&m->random);
    double across = thin > 1.0 ? reach / thin * ray_in(&m->random, 0.01, 1.0) : reach;
    uint32_t a = ray_add_point(m, p), b = ray_add_point(m, dvec_along(p, d, reach * ray_in(&m->random, 0.2, 1.0)));
    ray_add_triangle(m, a, b, ray_add_point(m, dvec_along(dvec_along(p, d, 0.5 * reach), e, across)));
  }
}

/* Turned by a random angle, and stretched. */
static inline PlacedTransform ray_placement(uint64_t *random, double reach, double size) {
  MlVec3 x = ray_direction(random), z = dvec_normalize(dvec_cross(x, ray_direction(random))), y = dvec_cross(z, x);
  double s[3];
  for (int i = 0; i < 3; i++) s[i] = size * ray_in(random, 0.5, 2.0);
  const double m[9] = {x.x * s[0], y.x * s[1], z.x * s[2], x.y * s[0], y.y * s[1], z.y * s[2], x.z * s[0], y.z * s[1], z.z * s[2]};
  PlacedTransform placed;
  vec3_store(placed.centre, dvec_to_vec3(ray_point(random, reach)));
  for (int i = 0; i < 9; i++) placed.to_world[i] = (float)m[i];
  if (!matrix_invert(m, placed.to_local)) abort();
  return placed;
}

static inline void ray_add_solids(RayModel *m, uint32_t count) {
  static const PrimKind kinds[] = {PRIM_SPHERE, PRIM_ELLIPSOID, PRIM_BOX,  PRIM_CONE,     PRIM_CAPSULE,
                                   PRIM_TORUS,  PRIM_CONE_SIDE, PRIM_QUAD, PRIM_TRIANGLE, PRIM_DISK};
  for (uint32_t i = 0; i < count; i++) {
    uint64_t *random = &m->random;
    Prim prim = {.kind = kinds[i % 10], .light = NO_ID, .object = NO_ID, .placed = i, .r = (float)ray_in(random, 0.1, 0.9)};
    MlVec3 p = ray_point(random, 2.0), u = ray_direction(random), v = ray_direction(random);
    u = dvec_scale(u, ray_in(random, 0.2, 1.0));
    // Every third lies along the axes, on a lattice: faces touch
    bool lattice = i % 3 == 0;
    if (lattice) {
      p.x = (double)ray_below(random, 5) - 2;
      p.y = (double)ray_below(random, 5) - 2;
      p.z = (double)ray_below(random, 5) - 2;
      u = (MlVec3){1, 0, 0}, v = (MlVec3){0, ray_below(random, 2), 1};
    }
    const MlVec3 corners[4] = {p, dvec_add(p, u), dvec_add(dvec_add(p, u), v), dvec_add(p, v)};
    for (int k = 0; k < 4; k++) vec3_store(prim.p[k], dvec_to_vec3(corners[k]));
    if (prim.kind == PRIM_DISK) vec3_store(prim.p[1], dvec_to_vec3(u)), vec3_store(prim.p[2], dvec_to_vec3(v));
    m->placed[i] = ray_placement(random, 2.0, 0.5);
    if (lattice) {
      for (int k = 0; k < 9; k++) m->placed[i].to_local[k] = k % 4 == 0 ? 2.0f : 0.0f, m->placed[i].to_world[k] = k % 4 == 0 ? 0.5f : 0.0f;
      vec3_store(m->placed[i].centre, dvec_to_vec3(p));
    }
    prim_finish(&prim, m->placed, false);
    m->prims[m->prim_count++] = prim;
  }
}

static inline Instance ray_still(void) {
  Instance instance = {.geometry = 0, .material = NO_ID, .light = NO_ID, .identity = 1};
  for (int i = 0; i < 9; i++) instance.placed.to_local[i] = instance.placed.to_world[i] = i % 4 == 0 ? 1.0f : 0.0f;
  return instance;
}

/* size: of nets, about 16. */
static inline RayModel *ray_model(RayModelKind kind, uint32_t size) {
  RayModel *m = calloc(1, sizeof *m);
  if (m == NULL) abort();
  m->random = 100 + (uint64_t)kind;
  switch (kind) {
  case RAY_SPHERE: ray_add_sphere(m, size, 0.05); break;
  case RAY_HALL:
    for (uint32_t i = 0; i < size * size; i++) { /* beams from wall to wall */
      MlVec3 p = {.x = -2.0}, q = {.x = 2.0};
      p.y = ray_in(&m->random, -1, 1);
      p.z = q.z = ray_in(&m->random, -1, 1);
      q.y = ray_in(&m->random, -1, 1);
      uint32_t a = ray_add_point(m, p), b = ray_add_point(m, q), c = ray_add_point(m, dvec_add(q, (MlVec3){0, 0.01, 0.002}));
      ray_add_triangle(m, a, b, c);
      ray_add_triangle(m, a, c, ray_add_point(m, dvec_add(p, (MlVec3){0, 0.01, 0})));
    }
    break;
  case RAY_GRIDS:
    for (int axis = 0; axis < 3; axis++) ray_add_grid(m, size / 2, axis, 0.0), ray_add_grid(m, size / 2, axis, 0.5);
    break;
  case RAY_COINCIDENT:
    ray_add_grid(m, size / 4, 1, 0.0);
    ray_add_soup(m, 4 * size, 1.0, 1.0);
    for (uint32_t i = 0, count = m->triangle_count; i < 5 * count; i++) { /* each some six times, in any order, turned */
      const uint32_t *t = m->triangles + 3 * (size_t)ray_below(&m->random, count);
      uint32_t corner[3] = {t[0], t[1], t[2]}, turn = ray_below(&m->random, 3);
      ray_add_triangle(m, corner[turn], corner[(turn + 1) % 3], corner[(turn + 2) % 3]);
    }
    break;
  case RAY_SLIVERS: ray_add_soup(m, size * size, 2.0, 1e6); break;
  case RAY_SOUP: ray_add_soup(m, size * size, 0.5, 1.0); break;
  case RAY_SOLIDS: ray_add_solids(m, 100); break;
  case RAY_INSTANCES:
    ray_add_sphere(m, size / 4, 0.05);
    ray_add_solids(m, 20);
    m->group = true;
    for (uint32_t i = 0; i < RAY_INSTANCES_MOST; i++) {
      m->instances[i] = ray_still();
      m->instances[i].geometry = i % 2;
      m->instances[i].identity = i < 4; /* the mesh twice at the same place, and the group */
      m->instances[i].hidden = i % 5 == 4 ? 1u << i % 3 : 0;
      if (i >= 4) m->instances[i].placed = ray_placement(&m->random, 4.0, 0.4);
    }
    m->instance_count = RAY_INSTANCES_MOST;
    break;
  case RAY_MODELS: break;
  }
  if (m->instance_count == 0 && m->triangle_count != 0) m->instances[m->instance_count++] = ray_still();
  return m;
}

static inline void ray_model_free(RayModel *m) {
  free(m->points);
  free(m->triangles);
  free(m);
}

/* ---- trees */

/* Around what is placed, with something to spare. */
static inline Aabb ray_instance_box(const Instance *instance, const Aabb *inner) {
  Aabb box = aabb_empty();
  if (instance->identity) return *inner;
  for (uint32_t corner = 0; corner < 8; corner++) {
    MlVec3 p = {(double)(corner & 1 ? inner->lo[0] : inner->hi[0]), (double)(corner & 2 ? inner->lo[1] : inner->hi[1]),
                (double)(corner & 4 ? inner->lo[2] : inner->hi[2])};
    p = dvec_add(matrix_multiply(instance->placed.to_world, p), dvec_load(instance->placed.centre));
    float at[3];
    vec3_store(at, dvec_to_vec3(p));
    aabb_grow(&box, at);
  }
  return aabb_pad(&box, 1e-4f);
}

static inline void ray_group_tree(const BvhBuild *build, const RayModel *m, Bvh *out) {
  Aabb boxes[RAY_PRIMS_MOST];
  for (uint32_t i = 0; i < m->prim_count; i++) {
    memcpy(boxes[i].lo, m->prims[i].lo, sizeof boxes->lo);
    memcpy(boxes[i].hi, m->prims[i].hi, sizeof boxes->hi);
  }
  if (bvh_build(build, boxes, NULL, m->prim_count, out, NULL) != ML_OK) abort();
}

static inline void ray_world_build(const RayModel *m, const BvhBuild *build, RayWorld *w) {
  memset(w, 0, sizeof *w);
  w->geometries[0] = (Geometry){
    .mesh = {.points = m->points, .triangles = m->triangles, .point_count = m->point_count, .triangle_count = m->triangle_count}};
  w->pointers[0] = &w->geometries[0], w->pointers[1] = &w->geometries[1];
  if (m->triangle_count != 0 && bvh_build_mesh(build, m->points, m->triangles, m->triangle_count, &w->geometries[0].bvh, NULL) != ML_OK)
    abort();
  if (m->group) {
    w->geometries[1] = (Geometry){.prims = m->prims, .placed = m->placed, .prim_count = m->prim_count, .placed_count = m->prim_count};
    ray_group_tree(build, m, &w->geometries[1].bvh);
  }
  for (int i = 0; i < RAY_TREES; i++) w->geometries[i].paths = 1;
  w->world =
    (World){.placed = m->placed,
            .prims = m->prims,
            .prim_count = m->group ? 0 : m->prim_count,
            .instances = {.data = m->instances, .geometries = w->pointers, .count = m->instance_count, .geometry_count = RAY_TREES}};
  if (m->instance_count == 0) {
    ray_group_tree(build, m, &w->world.bvh);
    return;
  }
  Aabb boxes[RAY_INSTANCES_MOST];
  for (uint32_t i = 0; i < m->instance_count; i++)
    boxes[i] = ray_instance_box(&m->instances[i], &w->geometries[m->instances[i].geometry].bvh.bounds);
  if (bvh_build(build, boxes, NULL, m->instance_count, &w->world.bvh, NULL) != ML_OK) abort();
}

static inline void ray_world_free(Memory *memory, RayWorld *w) {
  bvh_free(memory, &w->world.bvh);
  for (int i = 0; i < RAY_TREES; i++) bvh_free(memory, &w->geometries[i].bvh);
}

/* ---- rays */

/* Where rays are sent to: corners, edges and insides of triangles, or anywhere. */
static inline MlVec3 ray_target(const RayModel *m, uint64_t *random) {
  if (m->triangle_count == 0 || ray_below(random, 4) == 0) return ray_point(random, 2.2);
  const uint32_t *t = m->triangles + 3 * (size_t)ray_below(random, m->triangle_count);
  MlVec3 a = dvec_load(m->points + 3 * (size_t)t[0]), b = dvec_load(m->points + 3 * (size_t)t[1]),
         c = dvec_load(m->points + 3 * (size_t)t[2]);
  double u = ray_in(random, 0, 1), v = ray_in(random, 0, 1) * (1 - u);
  switch (ray_below(random, 4)) {
  case 0: return a;
  case 1: return dvec_add(dvec_scale(a, 1 - u), dvec_scale(b, u));
  default: return dvec_add(dvec_scale(a, 1 - u - v), dvec_add(dvec_scale(b, u), dvec_scale(c, v)));
  }
}

/* The i-th ray; before: the hit of the one before it, which bounced rays begin at and others end at. */
static inline Ray ray_next(const RayModel *m, uint64_t *random, const Ray *last, const Hit *before) {
  Ray ray = {.t_max = INFINITY_F, .kind = 1u << ray_below(random, 3)};
  const double away = ray_in(random, 3.0, 8.0);
  const MlVec3 o = dvec_scale(ray_direction(random), away);
  uint32_t form = ray_below(random, 10);
  bool hit = before->prim != NO_ID;
  if (hit && form < 3) { /* from a surface, everywhere */
    ray.o = last->o + last->d * before->t;
    ray.d = dvec_to_vec3(ray_direction(random));
    if (form == 2) ray.o += 1e-6f * ray.d;
    return ray;
  }
  if (hit && form < 5) { /* the same as far as the hit, or a little less */
    ray = *last;
    ray.t_max = form == 3 ? before->t : next_down_f(before->t);
    return ray;
  }
  if (form == 5 || form == 6) { /* along an axis, from a lattice: edge on, along edges, through corners; signed zeros */
    uint32_t axis = ray_below(random, 3);
    float at[3], d[3];
    for (uint32_t i = 0; i < 3; i++) at[i] = (float)ray_below(random, 17) * 0.25f - 2.0f, d[i] = ray_below(random, 2) ? 0.0f : -0.0f;
    d[axis] = ray_below(random, 2) ? 1.0f : -1.0f;
    at[axis] = ray_below(random, 4) ? -4.0f * d[axis] : at[axis];
    ray.o = vec3_load(at), ray.d = vec3_load(d);
    return ray;
  }
  ray.o = dvec_to_vec3(dvec_scale(o, form == 9 ? 1e4 : 1.0)); /* some from afar */
  ray.d = dvec_to_vec3(dvec_subtract(ray_target(m, random), dvec_from_vec3(ray.o)));
  if (form == 7) ray.t_max = (float)ray_in(random, 0.2, 1.2); /* towards a lamp */
  uint32_t axis = ray_below(random, 3);
  if (form == 8) ray.d[axis] = ray_below(random, 2) ? 0.0f : 1e-20f;
  return ray;
}

#endif
