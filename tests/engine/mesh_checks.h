/* mesh_checks.h - what a mesh is: points that have the same place counted once, edges, closedness, volume. For tests. */
#ifndef TESTS_MESH_CHECKS_H
#define TESTS_MESH_CHECKS_H

#include <stdlib.h>

#include "scene_fixture.h"

typedef struct MeshFacts {
  int64_t points, edges, faces, boundary; /* places in use; undirected edges; triangles; directed edges without their opposite */
  int64_t doubled;                        /* directed edges that occur more than once */
  double volume, area;
  double least_agreement; /* of a corner's normal with its face's, as a cosine */
  float uv[4];            /* least and greatest u and v */
} MeshFacts;

static inline const Mesh *node_mesh(const MlBuilder *b, MlNode id) {
  const MeshNode *node = builder_node(b, id)->mesh;
  return node->geometry != NULL ? &node->geometry->mesh : &node->mesh;
}

static const Mesh *sorted_mesh; /* for qsort */

static int by_place(const void *a, const void *b) {
  const uint32_t i = *(const uint32_t *)a, k = *(const uint32_t *)b;
  for (int c = 0; c < 3; c++) {
    const float x = sorted_mesh->points[3 * (size_t)i + (size_t)c], y = sorted_mesh->points[3 * (size_t)k + (size_t)c];
    if (x != y) return x < y ? -1 : 1;
  }
  return 0;
}

static int by_value(const void *a, const void *b) {
  const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
  return x < y ? -1 : x > y;
}

static inline int64_t count_different(const uint64_t *sorted, size_t n) {
  int64_t different = 0;
  for (size_t i = 0; i < n; i++) different += i == 0 || sorted[i] != sorted[i - 1];
  return different;
}

static inline MlVec3 mesh_vertex(const Mesh *mesh, uint32_t i) { return dvec_load(mesh->points + 3 * (size_t)i); }

static inline MeshFacts mesh_facts(const Mesh *mesh) {
  MeshFacts facts = {
    .faces = (int64_t)mesh->triangle_count, .least_agreement = 1.0, .uv = {INFINITY_F, -INFINITY_F, INFINITY_F, -INFINITY_F}};
  const size_t n = (size_t)mesh->point_count, corners = 3 * (size_t)mesh->triangle_count;
  uint32_t *order = malloc((n + 1) * sizeof *order), *place = malloc((n + 1) * sizeof *place);
  uint64_t *directed = malloc((corners + 1) * sizeof *directed), *whole = malloc((corners + 1) * sizeof *whole),
           *used = malloc((corners + 1) * sizeof *used);
  for (uint32_t i = 0; i < n; i++) order[i] = i;
  sorted_mesh = mesh;
  qsort(order, n, sizeof *order, by_place);
  for (size_t i = 0, current = 0; i < n; i++) {
    if (i > 0 && by_place(&order[i - 1], &order[i]) != 0) current = i;
    place[order[i]] = (uint32_t)current;
  }
  for (size_t t = 0; t < corners; t += 3) {
    const uint32_t *corner = mesh->triangles + t;
    const MlVec3 a = mesh_vertex(mesh, corner[0]), b = mesh_vertex(mesh, corner[1]), c = mesh_vertex(mesh, corner[2]);
    const MlVec3 n2 = dvec_cross(dvec_subtract(b, a), dvec_subtract(c, a));
    facts.volume += dvec_dot(a, dvec_cross(b, c)) / 6;
    facts.area += dvec_length(n2) / 2;
    for (size_t k = 0; k < 3; k++) {
      const uint64_t i = place[corner[k]], j = place[corner[(k + 1) % 3]];
      directed[t + k] = i << 32 | j;
      whole[t + k] = i < j ? i << 32 | j : j << 32 | i;
      used[t + k] = i;
      if (mesh->normals != NULL) {
        const MlVec3 m = dvec_load(mesh->normals + 3 * (size_t)corner[k]);
        assert_true(fabs(dvec_length(m) - 1) < 1e-6);
        facts.least_agreement = fmin(facts.least_agreement, dvec_dot(dvec_normalize(n2), m));
      }
      if (mesh->uv != NULL) {
        const float *uv = mesh->uv + 2 * (size_t)corner[k];
        facts.uv[0] = fminf(facts.uv[0], uv[0]), facts.uv[1] = fmaxf(facts.uv[1], uv[0]);
        facts.uv[2] = fminf(facts.uv[2], uv[1]), facts.uv[3] = fmaxf(facts.uv[3], uv[1]);
      }
    }
  }
  qsort(directed, corners, sizeof *directed, by_value);
  qsort(whole, corners, sizeof *whole, by_value);
  qsort(used, corners, sizeof *used, by_value);
  facts.points = count_different(used, corners);
  facts.edges = count_different(whole, corners);
  facts.doubled = (int64_t)corners - count_different(directed, corners);
  for (size_t i = 0; i < corners; i++) {
    const uint64_t opposite = directed[i] << 32 | directed[i] >> 32;
    facts.boundary += bsearch(&opposite, directed, corners, sizeof *directed, by_value) == NULL;
  }
  free(order), free(place), free(directed), free(whole), free(used);
  return facts;
}

/* Closed and oriented, with this Euler characteristic (2 of a ball, 0 of a ring, 2 - 2 g with g holes through it). */
static inline void assert_closed(const MeshFacts *facts, int64_t euler) {
  assert_int_equal(facts->boundary, 0);
  assert_int_equal(facts->doubled, 0);
  assert_int_equal(facts->points - facts->edges + facts->faces, euler);
  assert_true(facts->volume > 0);
}

#endif
