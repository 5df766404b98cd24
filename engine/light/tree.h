/* tree.h - choosing one of many lights by what it may bring to a point: Conty Estevez & Kulla, "Importance Sampling of Many Lights with
 * Adaptive Tree Splitting" (2018). Per-ray code.
 *
 * From the root, each step goes to one of two clusters by their importance: greatest intensity, over the squared distance, times both
 * cosines, each between its value at the cluster's centre and its bound over the bounding sphere (the bounds alone, as in the paper, have
 * two and a half times the variance above a floor under ten thousand lamps). The number that decides is rescaled at each step, in double, so that it lasts for trees
 * of any size. The same walk towards a known leaf gives its probability, bit for bit: in depth-first order a leaf's own number says which
 * way to go. A cluster has importance 0 only where none of it can be seen: wholly below the horizon, or turned away.
 *
 * A mesh's tree is in its own space, and serves all its instances. A point and its horizon are brought there; sides and horizons are the
 * same in both, so that nothing is lost, and under uniform scales the importances are in proportion, too. */
#ifndef ML_LIGHT_TREE_H
#define ML_LIGHT_TREE_H

#include "bvh/world.h"
#include "light/light.h"

/* The point that is lit, in the space of a tree. */
typedef struct TreePoint {
  Vec3 p, n;      /* n: unit normal of its horizon */
  float error;    /* bound of p's error */
  bool through;   /* light may come from below the horizon, too */
  bool two_sided; /* all of the tree shines on both sides */
} TreePoint;

#define TREE_LEAST_COSINE 1e-3f /* a bound that is nearly 0, or below by rounding, counts as this */
#define TREE_BOUND_SHARE 0.25f  /* of a cosine's bound over a cluster; the rest is the cosine at its centre, which says more */
#define TREE_SLACK 1e-4f        /* in the cosine beyond which light is turned away */

/* cos(max(0, a - b)) of angles in [0, pi]. */
static inline float cos_of_difference(float cos_a, float sin_a, float cos_b, float sin_b) {
  return cos_a >= cos_b ? 1.0f : cos_a * cos_b + sin_a * sin_b;
}
static inline float sin_from_cos(float c) { return safe_sqrt_f(1.0f - c * c); }

static inline double light_importance(const LightBounds *b, const TreePoint *at) {
  Vec3 half = 0.5f * (vec3_load(b->hi) - vec3_load(b->lo)), to = (vec3_load(b->lo) + half) - at->p;
  float slack = at->error + 1e-6f * (vec3_max_element(vec3_abs(to)) + vec3_max_element(half));
  if (!at->through && dot(at->n, to) + dot(vec3_abs(at->n), half) < -slack) return 0.0;
  float radius2 = length_squared(half), d2 = length_squared(to);
  if (!(d2 > radius2)) return (double)b->intensity / (double)max_f(radius2, SMALLEST_NORMAL_F);

  // The angle that the bounding sphere fills, and that between the horizon's normal and the cluster
  float sin2 = radius2 / d2, sin_b = sqrt_f(sin2), cos_b = safe_sqrt_f(1.0f - sin2);
  Vec3 w = to / sqrt_f(d2);
  float cos_i = dot(at->n, w);
  if (at->through) cos_i = abs_f(cos_i);
  float received = lerp_f(max_f(cos_i, 0.0f), cos_of_difference(cos_i, sin_from_cos(cos_i), cos_b, sin_b), TREE_BOUND_SHARE);

  // The angle by which the light's normals are turned away at least
  float cos_w = -dot(vec3_load(b->axis), w), sin_n = sin_from_cos(b->cos_normal);
  if (b->two_sided || at->two_sided) cos_w = abs_f(cos_w);
  float cos_n = cos_of_difference(cos_w, sin_from_cos(cos_w), b->cos_normal, sin_n);
  float emitted = cos_of_difference(cos_n, sin_from_cos(cos_n), cos_b, sin_b);
  if (emitted < b->cos_emission - TREE_SLACK) return 0.0;
  emitted = lerp_f(max_f(cos_n, 0.0f), emitted, TREE_BOUND_SHARE);
  return (double)b->intensity * (double)(max_f(received, TREE_LEAST_COSINE) * max_f(emitted, TREE_LEAST_COSINE)) / (double)d2;
}

/* ---- nodes */

/* The first child's share of a choice between the two; negative: neither can be seen. */
static inline double light_node_share(const LightNode *nodes, uint32_t node, const TreePoint *at) {
  double first = light_importance(&nodes[node + 1].bounds, at), second = light_importance(&nodes[nodes[node].next].bounds, at);
  return first + second > 0.0 ? first / (first + second) : -1.0;
}

/* Take the part [below, below + share) of u in [0, 1) for the whole. */
static inline double choice_rescale(double u, double below, double share) {
  const double one_minus = 0x1.fffffffffffffp-1;
  double scaled = (u - below) / share;
  return scaled < one_minus ? scaled : one_minus;
}

/* Choose a leaf by *u, which is left as good as new; *pdf is multiplied by its probability. NULL: nothing can be seen. */
static inline const LightNode *light_tree_choose(const LightNode *nodes, const TreePoint *at, double *u, double *pdf) {
  uint32_t node = 0;
  while ((nodes[node].next & LIGHT_LEAF) == 0) {
    double share = light_node_share(nodes, node, at);
    if (share < 0.0) return NULL;
    bool first = *u < share;
    *u = first ? choice_rescale(*u, 0.0, share) : choice_rescale(*u, share, 1.0 - share);
    *pdf *= first ? share : 1.0 - share;
    node = first ? node + 1 : nodes[node].next;
  }
  return &nodes[node];
}

/* The probability with which that chooses leaf number `leaf`. */
static inline double light_tree_pdf(const LightNode *nodes, const TreePoint *at, uint32_t leaf) {
  double pdf = 1.0;
  for (uint32_t node = 0; node != leaf;) {
    double share = light_node_share(nodes, node, at);
    if (share < 0.0) return 0.0;
    bool first = leaf < nodes[node].next;
    pdf *= first ? share : 1.0 - share;
    node = first ? node + 1 : nodes[node].next;
  }
  return pdf;
}

static inline uint32_t light_leaf_first(const LightNode *leaf) { return leaf->next & 0x0fffffffu; }
static inline uint32_t light_leaf_count(const LightNode *leaf) { return (leaf->next >> 28 & 7) + 1; }

/* ---- the triangles of a mesh, of which a leaf holds several: their bounds are made as they are needed */

/* Of one triangle in its mesh's space; a point too small for floats still counts. `area` is what its share of the light goes by. */
static inline LightBounds triangle_light_bounds(const Mesh *mesh, uint32_t triangle) {
  const uint32_t *corner = mesh->triangles + 3 * (size_t)triangle;
  Vec3 a = vec3_load(mesh->points + 3 * (size_t)corner[0]), b = vec3_load(mesh->points + 3 * (size_t)corner[1]),
       c = vec3_load(mesh->points + 3 * (size_t)corner[2]), n = cross(b - a, c - a);
  LightBounds out = {.cos_normal = 1.0f, .two_sided = 0};
  float twice = length(n);
  vec3_store(out.lo, vec3_min(vec3_min(a, b), c));
  vec3_store(out.hi, vec3_max(vec3_max(a, b), c));
  if (twice > 0.0f) vec3_store(out.axis, n / twice);
  else out.cos_normal = -1.0f;
  out.intensity = max_f(0.5f * twice, SMALLEST_NORMAL_F);
  return out;
}

/* Choose among the triangles of a leaf; NO_ID: none can be seen. */
static inline uint32_t light_leaf_choose(const Mesh *mesh, const uint32_t *items, const LightNode *leaf, const TreePoint *at, double u,
                                         double *pdf) {
  double importance[LIGHT_LEAF_MOST], total = 0.0;
  uint32_t count = light_leaf_count(leaf), first = light_leaf_first(leaf);
  if (count == 1) return items[first];
  for (uint32_t i = 0; i < count; i++) {
    LightBounds bounds = triangle_light_bounds(mesh, items[first + i]);
    total += importance[i] = light_importance(&bounds, at);
  }
  if (!(total > 0.0)) return NO_ID;
  u *= total;
  uint32_t chosen = NO_ID;
  for (uint32_t i = 0; i < count; i++) {
    if (importance[i] > 0.0) chosen = i;
    if (u < importance[i]) break;
    u -= importance[i];
  }
  *pdf *= importance[chosen] / total;
  return items[first + chosen];
}

static inline double light_leaf_pdf(const Mesh *mesh, const uint32_t *items, const LightNode *leaf, const TreePoint *at,
                                    uint32_t triangle) {
  double own = 0.0, total = 0.0;
  uint32_t count = light_leaf_count(leaf), first = light_leaf_first(leaf);
  if (count == 1) return 1.0;
  for (uint32_t i = 0; i < count; i++) {
    LightBounds bounds = triangle_light_bounds(mesh, items[first + i]);
    double importance = light_importance(&bounds, at);
    total += importance;
    if (items[first + i] == triangle) own = importance;
  }
  return own > 0.0 ? own / total : 0.0;
}

#endif
