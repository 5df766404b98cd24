/* ray_compare.c - see ray_compare.h. */
#include "bench/ray_compare.h"

#include <math.h>

static void load(double out[3], const float *p) {
  for (int i = 0; i < 3; i++) out[i] = (double)p[i];
}
static void minus(double out[3], const double a[3], const double b[3]) {
  for (int i = 0; i < 3; i++) out[i] = a[i] - b[i];
}
static void across(double out[3], const double a[3], const double b[3]) {
  for (int i = 0; i < 3; i++) out[i] = a[(i + 1) % 3] * b[(i + 2) % 3] - a[(i + 2) % 3] * b[(i + 1) % 3];
}
static double along(const double a[3], const double b[3]) { return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]; }
static double size(const double a[3]) { return sqrt(along(a, a)); }

/* A ray against a triangle's plane and edges. */
typedef struct Passage {
  double t;      /* at the plane */
  double edge;   /* distance of the ray's line from the nearest edge's line; negative outside */
  double flat;   /* |cosine| between ray and normal */
  double extent; /* of the coordinates whose rounding counts */
} Passage;

static Passage passage_of(const RayScene *scene, const RayRecord *ray, uint32_t triangle) {
  double o[3], d[3], p[3][3], e[3][3], n[3];
  load(o, ray->o);
  load(d, ray->d);
  for (int k = 0; k < 3; k++) load(p[k], scene->points + 3 * (size_t)scene->triangles[3 * (size_t)triangle + (size_t)k]);
  for (int k = 0; k < 3; k++) minus(e[k], p[(k + 1) % 3], p[k]);
  across(n, e[0], e[1]);
  double facing = along(n, d), from[3], lowest = (double)INFINITY, extent = 0;
  minus(from, p[0], o);
  Passage out = {.t = along(n, from) / facing, .flat = fabs(facing) / (size(n) * size(d))};
  for (int k = 0; k < 3; k++) {
    double m[3];
    minus(from, p[k], o);
    across(m, e[k], d);
    double side = along(from, m) / fmax(size(m), 1e-300) * (facing > 0 ? 1 : -1); /* lines' distance, positive on the inner side */
    lowest = fmin(lowest, side);
    extent = fmax(extent, size(from));
    for (int i = 0; i < 3; i++) extent = fmax(extent, fabs(p[k][i]));
  }
  out.edge = lowest, out.extent = extent;
  return out;
}

static bool near_edge(const Passage *p) { return fabs(p->edge) <= 1e-6 * p->extent; }

void ray_compare(const RayScene *scene, const RaySet *set, const RayResult *a, const RayResult *b, RayDifferences *sum) {
  sum->rays += set->count;
  for (uint64_t i = 0; i < set->count; i++) {
    const RayRecord *ray = &set->rays[i];
    bool hit_a = a[i].prim != NO_ID, hit_b = b[i].prim != NO_ID;
    if (!hit_a && !hit_b) continue;
    double l = 0, apart = fabs((double)a[i].t - (double)b[i].t);
    for (int k = 0; k < 3; k++) l += (double)ray->d[k] * (double)ray->d[k];
    l = sqrt(l);
    Passage pa = {0}, pb = {0};
    if (hit_a) pa = passage_of(scene, ray, a[i].prim);
    if (hit_b) pb = passage_of(scene, ray, b[i].prim);
    if (hit_a && hit_b) {
      double allowed = 4e-6 * fmax(pa.extent, pb.extent), flattest = fmin(pa.flat, pb.flat);
      bool close = apart * l <= allowed, flat = apart * l * flattest <= allowed;
      if (a[i].prim == b[i].prim && close) continue;
      if (a[i].prim == b[i].prim && flat) sum->grazing++;
      else if (close || (flat && near_edge(&pa) && near_edge(&pb))) sum->tie++;
      else if (near_edge(&pa) || near_edge(&pb)) sum->edge++;
      else sum->wrong++;
      continue;
    }
    const Passage *p = hit_a ? &pa : &pb;
    double t = (double)(hit_a ? a[i].t : b[i].t), end = (double)ray->t_max;
    if (near_edge(p)) sum->edge++;
    else if (fabs(t - end) * l * p->flat <= 4e-6 * p->extent || t * l * p->flat <= 4e-6 * p->extent) sum->range++;
    else sum->wrong++;
  }
}
