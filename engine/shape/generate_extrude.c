/* generate_extrude.c - outlines with holes, drawn out along +z. */
#include "shape/generate.h"

static MlVec3 lifted(const Outline *outline, uint32_t point, const ExtrudePlace *place, double z) {
  const OutlinePoint *p = &outline->points.data[point];
  return (MlVec3){place->x + place->scale * (outline->unit * (double)p->x), place->y + place->scale * (outline->unit * (double)p->y), z};
}

/* The points at both ends of a loop's edges, sides first so that they stand beside each other. */
static void add_side(Shell *shell, const Outline *outline, const OutlineLoop *loop, const ExtrudePlace *place, uint32_t bottom,
                     uint32_t top) {
  double length = 0.0, at = 0.0;
  for (uint32_t i = loop->first; i < loop->first + loop->count; i++)
    length += dvec_length(dvec_subtract(lifted(outline, outline->points.data[i].next, place, 0.0), lifted(outline, i, place, 0.0)));
  for (uint32_t i = loop->first; i < loop->first + loop->count; i++) {
    const uint32_t next = outline->points.data[i].next;
    const float u = (float)(at / length);
    at += dvec_length(dvec_subtract(lifted(outline, next, place, 0.0), lifted(outline, i, place, 0.0)));
    const float w = next == loop->first ? 1.0f : (float)(at / length);
    shell_quad(shell, (ShellCorner){bottom + i, u, 0.0f}, (ShellCorner){bottom + next, w, 0.0f}, (ShellCorner){top + next, w, 1.0f},
               (ShellCorner){top + i, u, 1.0f});
  }
}

void generate_extrude_at(Shell *shell, const Outline *outline, const OutlineTriangles *triangles, const ExtrudePlace *place) {
  const uint32_t count = (uint32_t)outline->points.count, bottom = (uint32_t)shell->points.count, top = bottom + count;
  for (int end = 0; end < 2; end++)
    for (uint32_t i = 0; i < count; i++) shell_point(shell, lifted(outline, i, place, end == 0 ? place->bottom : place->top));
  for (uint64_t i = 0; i < outline->loops.count; i++) add_side(shell, outline, &outline->loops.data[i], place, bottom, top);

  for (uint64_t i = 0; i < triangles->count; i++) {
    ShellCorner front[3], back[3];
    for (int k = 0; k < 3; k++) {
      const uint32_t point = triangles->data[i].corner[k];
      const MlVec3 p = lifted(outline, point, place, 0.0);
      const float u = (float)((p.x - place->lo[0]) / place->across[0]), v = (float)((p.y - place->lo[1]) / place->across[1]);
      front[k] = (ShellCorner){top + point, u, v};
      back[k] = (ShellCorner){bottom + point, 1.0f - u, v};
    }
    shell_triangle(shell, front[0], front[1], front[2]);
    shell_triangle(shell, back[0], back[2], back[1]);
  }
}

void generate_extrude(Shell *shell, const Outline *outline, const OutlineTriangles *triangles, double height) {
  const OutlinePoint *points = outline->points.data;
  int32_t lo[2] = {points[0].x, points[0].y}, hi[2] = {points[0].x, points[0].y};
  for (uint64_t i = 0; i < outline->points.count; i++) {
    lo[0] = points[i].x < lo[0] ? points[i].x : lo[0], hi[0] = points[i].x > hi[0] ? points[i].x : hi[0];
    lo[1] = points[i].y < lo[1] ? points[i].y : lo[1], hi[1] = points[i].y > hi[1] ? points[i].y : hi[1];
  }
  // A unit is a power of two: all of this is exact
  ExtrudePlace place = {.scale = 1.0, .top = height};
  for (int k = 0; k < 2; k++) {
    place.lo[k] = outline->unit * (double)lo[k];
    place.across[k] = outline->unit * (double)(hi[k] - lo[k]);
  }
  generate_extrude_at(shell, outline, triangles, &place);
}
