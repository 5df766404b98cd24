/* polygon.h - uniform sampling of the solid angle that a convex polygon fills above a point's horizon (Peters 2021, "BRDF Importance
 * Sampling for Polygonal Lights", section 3; Arvo 1995 for triangles). Per-ray code.
 *
 * The polygon is cut at the horizon first, then seen as a fan of spherical triangles about its first corner. From POLYGON_LEAST sr on the
 * directions are exact to 1e-4 of the polygon's size; below, sampling by area is as good. */
#ifndef ML_LIGHT_POLYGON_H
#define ML_LIGHT_POLYGON_H

#include "math/elementary.h"
#include "math/vec.h"

#define POLYGON_LEAST 1e-3f
#define POLYGON_MOST 6 /* corners: of a quadrangle, and what rounding may make of a cut */

typedef struct PolygonView {
  uint32_t count; /* corners above the horizon; 0: none of it is */
  float solid_angle;
  Vec3 corners[POLYGON_MOST];                                                       /* unit */
  float parts[POLYGON_MOST - 2];                                                    /* solid angles of the triangles (0, i + 1, i + 2) */
  float volume[POLYGON_MOST - 2], outer[POLYGON_MOST - 2], inner[POLYGON_MOST - 2]; /* terms of each triangle's map */
} PolygonView;

/* Cut at the plane through 0 with normal n, keeping its front (Sutherland & Hodgman 1974). Returns the number of corners left. */
static inline uint32_t polygon_cut(const Vec3 *corners, uint32_t count, Vec3 n, Vec3 out[POLYGON_MOST]) {
  uint32_t kept = 0;
  for (uint32_t i = 0; i < count; i++) {
    Vec3 a = corners[i], b = corners[i + 1 < count ? i + 1 : 0];
    float height_a = dot(a, n), height_b = dot(b, n);
    if (height_a > 0.0f) out[kept++] = a;
    if ((height_a > 0.0f) != (height_b > 0.0f)) out[kept++] = a + (b - a) * (height_a / (height_a - height_b));
  }
  return kept;
}

/* Corners relative to the point, at most 4; horizon: the normal of the point's horizon, or 0 where light may come from anywhere. */
static inline PolygonView polygon_view(const Vec3 *corners, uint32_t count, Vec3 horizon) {
  PolygonView view = {.count = count};
  if (length_squared(horizon) > 0.0f) view.count = polygon_cut(corners, count, horizon, view.corners);
  else
    for (uint32_t i = 0; i < count; i++) view.corners[i] = corners[i];
  if (view.count < 3) {
    view.count = 0;
    return view;
  }
  for (uint32_t i = 0; i < view.count; i++) {
    float size = length(view.corners[i]);
    if (!(size > 0.0f)) return view; /* the point is a corner: by area */
    view.corners[i] /= size;
  }

  // Van Oosterom & Strackee 1983, with the volume from edges, which keeps small triangles exact
  Vec3 apex = view.corners[0];
  for (uint32_t i = 0; i + 2 < view.count; i++) {
    Vec3 a = view.corners[i + 1], b = view.corners[i + 2];
    view.volume[i] = abs_dot(apex, cross(a - apex, b - apex));
    view.outer[i] = dot(a, b) + dot(apex, b);
    view.inner[i] = 1.0f + dot(a, apex);
    view.parts[i] = max_f(2.0f * atan2_f(view.volume[i], view.outer[i] + view.inner[i]), 0.0f);
    view.solid_angle += view.parts[i];
  }
  return view;
}

/* The direction (unit, to rounding) that `target` of the solid angle lies before, in turning about the first corner, and at u from there. */
static inline Vec3 polygon_direction(const PolygonView *view, float target, float u) {
  uint32_t i = 0;
  while (i + 3 < view->count && target >= view->parts[i]) target -= view->parts[i++];
  target = min_f(target, view->parts[i]);

  // The point of the outer edge at which the triangle from its first corner has that solid angle
  Vec3 first = view->corners[i + 1], apex = view->corners[0];
  float s, c;
  sincos_f(0.5f * target, &s, &c);
  Vec3 offset = first * (view->volume[i] * c - view->outer[i] * s) + view->corners[i + 2] * (view->inner[i] * s);
  float size2 = length_squared(offset);
  Vec3 end = size2 > 0.0f ? offset * (2.0f * dot(first, offset) / size2) - first : first;

  // And the point between that and the apex below which u of it lies
  float cos_end = dot(apex, end), cos_u = lerp_f(1.0f, cos_end, u), rest = 1.0f - cos_end * cos_end;
  float t = rest > 0.0f ? safe_sqrt_f((1.0f - cos_u * cos_u) / rest) : u;
  return apex * (cos_u - t * cos_end) + end * t;
}

/* Where direction w meets the plane through `corner` (relative to the point) along edges u and v: its coordinates along them. */
static inline Vec2 plane_coordinates(Vec3 corner, Vec3 u, Vec3 v, Vec3 w) {
  Vec3 across = cross(w, v);
  float inverse = 1.0f / dot(u, across);
  return (Vec2){-dot(corner, across) * inverse, -dot(w, cross(corner, u)) * inverse};
}

#endif
