/* generate_extrude.c - outlines with holes, drawn out along +z. */
#include "shape/generate.h"

static MlVec3 lifted(const Outline *outline, uint32_t point, double z) {
  const OutlinePoint *p = &outline->points.data[point];
  return (MlVec3){outline->unit * (double)p->x, outline->unit * (double)p->y, z};
}

/* The points at both ends of a loop's edges, sides first so that they stand beside each other. */
static void add_side(Shell *shell, const Outline *outline, const OutlineLoop *loop, uint32_t top) {
  double length = 0.0, at = 0.0;
  for (uint32_t i = loop->first; i < loop->first + loop->count; i++)
    length += dvec_length(dvec_subtract(lifted(outline, outline->points.data[i].next, 0.0), lifted(outline, i, 0.0)));
  for (uint32_t i = loop->first; i < loop->first + loop->count; i++) {
    const uint32_t next = outline->points.data[i].next;
    const float u = (float)(at / length);
    at += dvec_length(dvec_subtract(lifted(outline, next, 0.0), lifted(outline, i, 0.0)));
    const float w = next == loop->first ? 1.0f : (float)(at / length);
    shell_quad(shell, (ShellCorner){i, u, 0.0f}, (ShellCorner){next, w, 0.0f}, (ShellCorner){top + next, w, 1.0f},
               (ShellCorner){top + i, u, 1.0f});
  }
}

void generate_extrude(Shell *shell, const Outline *outline, const OutlineTriangles *triangles, double height) {
  const uint32_t top = (uint32_t)outline->points.count;
  for (int end = 0; end < 2; end++)
    for (uint32_t i = 0; i < top; i++) shell_point(shell, lifted(outline, i, end == 0 ? 0.0 : height));
  for (uint64_t i = 0; i < outline->loops.count; i++) add_side(shell, outline, &outline->loops.data[i], top);

  const OutlinePoint *points = outline->points.data;
  int32_t lo[2] = {points[0].x, points[0].y}, hi[2] = {points[0].x, points[0].y};
  for (uint32_t i = 0; i < top; i++) {
    lo[0] = points[i].x < lo[0] ? points[i].x : lo[0], hi[0] = points[i].x > hi[0] ? points[i].x : hi[0];
    lo[1] = points[i].y < lo[1] ? points[i].y : lo[1], hi[1] = points[i].y > hi[1] ? points[i].y : hi[1];
  }
  const double width = (double)(hi[0] - lo[0]), tall = (double)(hi[1] - lo[1]);
  for (uint64_t i = 0; i < triangles->count; i++) {
    ShellCorner front[3], back[3];
    for (int k = 0; k < 3; k++) {
      const uint32_t point = triangles->data[i].corner[k];
      const float u = (float)((double)(points[point].x - lo[0]) / width), v = (float)((double)(points[point].y - lo[1]) / tall);
      front[k] = (ShellCorner){top + point, u, v};
      back[k] = (ShellCorner){point, 1.0f - u, v};
    }
    shell_triangle(shell, front[0], front[1], front[2]);
    shell_triangle(shell, back[0], back[2], back[1]);
  }
}
