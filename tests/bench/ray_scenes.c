/* ray_scenes.c - see ray_scenes.h. */
#include "bench/ray_scenes.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "moonlit.h"

/* ---- a mesh that grows */

typedef struct Growing {
  float *points;
  uint32_t *triangles;
  uint64_t point_count, triangle_count, point_room, triangle_room;
  bool failed;
} Growing;

static bool room_for(void **array, uint64_t *room, uint64_t count, size_t size) {
  if (count < *room) return true;
  uint64_t more = *room == 0 ? 1024 : *room * 2;
  void *moved = realloc(*array, (size_t)more * size);
  if (moved == NULL) return false;
  *array = moved, *room = more;
  return true;
}

static uint32_t add_point(Growing *g, double x, double y, double z) {
  if (g->failed || !room_for((void **)&g->points, &g->point_room, g->point_count, 12)) return g->failed = true, 0;
  float *p = g->points + 3 * g->point_count;
  p[0] = (float)x, p[1] = (float)y, p[2] = (float)z;
  return (uint32_t)g->point_count++;
}

static bool thin(const float *a, const float *b, const float *c) {
  double u[3], v[3], uu = 0, vv = 0, nn = 0;
  for (int i = 0; i < 3; i++) u[i] = (double)b[i] - (double)a[i], v[i] = (double)c[i] - (double)a[i], uu += u[i] * u[i], vv += v[i] * v[i];
  for (int i = 0; i < 3; i++) {
    double n = u[(i + 1) % 3] * v[(i + 2) % 3] - u[(i + 2) % 3] * v[(i + 1) % 3];
    nn += n * n;
  }
  return !(nn > 1e-12 * uu * vv); /* stricter than the engine: nobody has to leave anything out */
}

static void add_triangle(Growing *g, uint32_t a, uint32_t b, uint32_t c) {
  const float *p = g->points;
  if (g->failed || a >= g->point_count || b >= g->point_count || c >= g->point_count) return;
  if (thin(p + 3 * (size_t)a, p + 3 * (size_t)b, p + 3 * (size_t)c)) return;
  if (!room_for((void **)&g->triangles, &g->triangle_room, g->triangle_count, 12)) {
    g->failed = true;
    return;
  }
  uint32_t *t = g->triangles + 3 * g->triangle_count++;
  t[0] = a, t[1] = b, t[2] = c;
}

static void add_quad(Growing *g, uint32_t a, uint32_t b, uint32_t c, uint32_t d) {
  add_triangle(g, a, b, c);
  add_triangle(g, a, c, d);
}

/* ---- parts */

/* Four octaves of waves over the unit sphere, which no two objects share: 2 segments (rings - 1) triangles. */
static void add_bumpy_sphere(Growing *g, const double at[3], double radius, uint32_t segments, uint32_t rings, uint64_t seed) {
  double wave[12][4];
  for (int k = 0; k < 12; k++) {
    double frequency = 4.0 * ml_pow(2.1, k / 3);
    for (int i = 0; i < 3; i++) wave[k][i] = ray_random_in(&seed, -frequency, frequency);
    wave[k][3] = ray_random_in(&seed, 0, 6.2831853);
  }
  uint32_t first = (uint32_t)g->point_count;
  for (uint32_t j = 0; j <= rings; j++) {
    double polar = 3.14159265358979 * j / rings;
    uint32_t around = j == 0 || j == rings ? 1 : segments;
    for (uint32_t i = 0; i < around; i++) {
      double turn = 6.28318530717959 * i / segments, d[3] = {ml_sin(polar) * ml_cos(turn), ml_cos(polar), ml_sin(polar) * ml_sin(turn)},
             r = 1.0;
      for (int k = 0; k < 12; k++)
        r += .05 * ml_pow(2.0, -(k / 3)) * ml_sin(wave[k][0] * d[0] + wave[k][1] * d[1] + wave[k][2] * d[2] + wave[k][3]);
      add_point(g, at[0] + radius * r * d[0], at[1] + radius * r * d[1], at[2] + radius * r * d[2]);
    }
  }
  for (uint32_t j = 0; j < rings; j++) {
    for (uint32_t i = 0; i < segments; i++) {
      uint32_t next = (i + 1) % segments, upper = first + 1 + (j - 1) * segments, lower = upper + segments;
      if (j == 0) add_triangle(g, first, first + 1 + next, first + 1 + i);
      else if (j == rings - 1) add_triangle(g, upper + i, upper + next, lower);
      else add_quad(g, upper + i, upper + next, lower + next, lower + i);
    }
  }
}

/* Seen from inside or outside alike; 12 triangles. */
static void add_box(Growing *g, const double lo[3], const double hi[3]) {
  uint32_t first = (uint32_t)g->point_count;
  for (int k = 0; k < 8; k++) add_point(g, k & 1 ? hi[0] : lo[0], k & 2 ? hi[1] : lo[1], k & 4 ? hi[2] : lo[2]);
  static const uint8_t side[6][4] = {{0, 2, 3, 1}, {4, 5, 7, 6}, {0, 1, 5, 4}, {2, 6, 7, 3}, {0, 4, 6, 2}, {1, 3, 7, 5}};
  for (int k = 0; k < 6; k++) add_quad(g, first + side[k][0], first + side[k][1], first + side[k][2], first + side[k][3]);
}

/* A rod without ends between two points: 2 sides triangles, each as long as the rod. */
static void add_rod(Growing *g, const double a[3], const double b[3], double radius, uint32_t sides) {
  double d[3] = {b[0] - a[0], b[1] - a[1], b[2] - a[2]}, l = sqrt(d[0] * d[0] + d[1] * d[1] + d[2] * d[2]), s[3], t[3];
  for (int i = 0; i < 3; i++) d[i] /= l;
  double other[3] = {fabs(d[0]) < .7, fabs(d[0]) >= .7, 0}, sl = 0;
  for (int i = 0; i < 3; i++) s[i] = d[(i + 1) % 3] * other[(i + 2) % 3] - d[(i + 2) % 3] * other[(i + 1) % 3], sl += s[i] * s[i];
  for (int i = 0; i < 3; i++) s[i] /= sqrt(sl);
  for (int i = 0; i < 3; i++) t[i] = d[(i + 1) % 3] * s[(i + 2) % 3] - d[(i + 2) % 3] * s[(i + 1) % 3];
  uint32_t first = (uint32_t)g->point_count;
  for (uint32_t k = 0; k < sides; k++) {
    double c = radius * ml_cos(6.28318530717959 * k / sides), e = radius * ml_sin(6.28318530717959 * k / sides);
    add_point(g, a[0] + c * s[0] + e * t[0], a[1] + c * s[1] + e * t[1], a[2] + c * s[2] + e * t[2]);
    add_point(g, b[0] + c * s[0] + e * t[0], b[1] + c * s[1] + e * t[1], b[2] + c * s[2] + e * t[2]);
  }
  for (uint32_t k = 0; k < sides; k++) {
    uint32_t p = first + 2 * k, q = first + 2 * ((k + 1) % sides);
    add_quad(g, p, q, q + 1, p + 1);
  }
}

/* ---- scenes */

static void make_room(Growing *g) {
  uint64_t seed = 3;
  add_box(g, (double[3]){-6, 0, -6}, (double[3]){6, 6, 6});
  for (uint64_t k = 0; k < 200; k++) {
    double at[3] = {ray_random_in(&seed, -5.2, 5.2), ray_random_in(&seed, .5, 5.2), ray_random_in(&seed, -5.2, 5.2)};
    add_bumpy_sphere(g, at, ray_random_in(&seed, .2, .6), 55, 23, 100 + k);
  }
}

static void make_hall(Growing *g) {
  uint64_t seed = 6;
  add_box(g, (double[3]){-8, 0, -20}, (double[3]){8, 8, 20});
  // Columns with 200 flutes
  for (int k = 0; k < 96; k++) {
    double x = (k % 6 - 2.5) * 2.6, z = (k / 6 - 7.5) * 2.4;
    add_rod(g, (double[3]){x, 0, z}, (double[3]){x, 7, z}, .25, 200);
  }
  // Rafters and laths, all but level, from wall to wall
  for (int k = 0; k < 3000; k++) {
    double z = ray_random_in(&seed, -19.5, 19.5), y = ray_random_in(&seed, 7.1, 7.7), tilt = ray_random_in(&seed, -.02, .02);
    add_rod(g, (double[3]){-7.9, y, z}, (double[3]){7.9, y + tilt, z + 2 * tilt}, .01, 4);
  }
  // Strings hung from the roof
  for (int k = 0; k < 9000; k++) {
    double x = ray_random_in(&seed, -7.8, 7.8), z = ray_random_in(&seed, -19.5, 19.5), y = ray_random_in(&seed, 3, 6.5),
           sway = ray_random_in(&seed, -.02, .02);
    add_rod(g, (double[3]){x, 7.1, z}, (double[3]){x + sway, y, z - sway}, .004, 3);
  }
  // Ropes across, at every slant
  for (int k = 0; k < 2930; k++) {
    double x = ray_random_in(&seed, -7.8, 7.8), z = ray_random_in(&seed, -19.5, 19.5), y = ray_random_in(&seed, .3, 7);
    double a[3] = {x, y, z},
           b[3] = {x + ray_random_in(&seed, -.6, .6), y + ray_random_in(&seed, -.6, .6), z + ray_random_in(&seed, -.6, .6)};
    add_rod(g, a, b, .004, 3);
  }
}

/* ---- models */

/* The lines "v x y z" and "f a b c ...", of which only corners' first numbers count. */
static bool read_obj(Growing *g, const char *path) {
  FILE *file = path != NULL ? fopen(path, "r") : NULL;
  char line[512];
  if (file == NULL) return false;
  while (fgets(line, sizeof line, file) != NULL) {
    if (line[0] == 'v' && line[1] == ' ') {
      char *end = line + 1;
      double x = strtod(end, &end), y = strtod(end, &end), z = strtod(end, &end);
      add_point(g, x, y, z);
    } else if (line[0] == 'f' && line[1] == ' ') {
      uint32_t corner[3] = {0};
      int count = 0;
      for (char *p = strtok(line + 1, " \t\r\n"); p != NULL; p = strtok(NULL, " \t\r\n")) {
        uint32_t c = (uint32_t)strtoul(p, NULL, 10) - 1;
        if (count < 3) corner[count++] = c;
        else corner[1] = corner[2], corner[2] = c;
        if (count == 3) add_triangle(g, corner[0], corner[1], corner[2]);
      }
    }
  }
  fclose(file);
  return g->triangle_count != 0;
}

/* Text with points of three properties and triangles, as Stanford's are. */
static bool read_ply(Growing *g, const char *folder, const char *name) {
  char path[1024], line[512];
  if (folder == NULL) return false;
  snprintf(path, sizeof path, "%s/%s", folder, name);
  FILE *file = fopen(path, "r");
  if (file == NULL) return false;
  unsigned long points = 0, faces = 0;
  bool body = false;
  while (!body && fgets(line, sizeof line, file) != NULL) {
    sscanf(line, "element vertex %lu", &points);
    sscanf(line, "element face %lu", &faces);
    body = strncmp(line, "end_header", 10) == 0;
  }
  for (unsigned long k = 0; k < points && fgets(line, sizeof line, file) != NULL; k++) {
    char *end = line;
    double x = strtod(end, &end), y = strtod(end, &end), z = strtod(end, &end);
    add_point(g, x, y, z);
  }
  for (unsigned long k = 0; k < faces && fgets(line, sizeof line, file) != NULL; k++) {
    unsigned n, a, b, c;
    if (sscanf(line, "%u %u %u %u", &n, &a, &b, &c) == 4 && n == 3) add_triangle(g, a, b, c);
  }
  fclose(file);
  return g->triangle_count != 0;
}

/* Into the unit sphere's neighbourhood: centre of the box to 0, its half diagonal to 1.2. */
static void normalise(Growing *g) {
  double lo[3] = {1e30, 1e30, 1e30}, hi[3] = {-1e30, -1e30, -1e30}, diagonal = 0;
  for (uint64_t k = 0; k < 3 * g->point_count; k++)
    lo[k % 3] = fmin(lo[k % 3], (double)g->points[k]), hi[k % 3] = fmax(hi[k % 3], (double)g->points[k]);
  for (int i = 0; i < 3; i++) diagonal += (hi[i] - lo[i]) * (hi[i] - lo[i]);
  double scale = 2.4 / sqrt(diagonal);
  for (uint64_t k = 0; k < 3 * g->point_count; k++) g->points[k] = (float)(((double)g->points[k] - (lo[k % 3] + hi[k % 3]) / 2) * scale);
}

/* Limbs on a body: a concave shape of many scales. */
static void make_creature(Growing *g, uint64_t seed, uint32_t segments) {
  for (int k = 0; k < 12; k++) {
    double r = k == 0 ? .6 : .3 - .018 * k, at[3];
    for (int i = 0; i < 3; i++) at[i] = k == 0 ? 0 : ray_random_in(&seed, -.6, .6);
    add_bumpy_sphere(g, at, r, segments, segments, seed + (uint64_t)k);
  }
}

bool ray_scene_make(RayScene *scene, char name, const char *models, const char *bunny) {
  static const double origin[3] = {0, 0, 0};
  Growing g = {0};
  *scene = (RayScene){.name = name, .from = {0, .5, 2.7}, .fov = 45, .radius = 1, .light = {{-1, 3, -1}, {2, 0, 0}, {0, 0, 2}}};
  switch (name) {
  case 'A':
    scene->title = "bumpy sphere, 101 k";
    add_bumpy_sphere(&g, origin, 1, 226, 225, 1);
    break;
  case 'B':
    scene->title = "bumpy sphere, 1.0 M";
    add_bumpy_sphere(&g, origin, 1, 708, 708, 1);
    break;
  case 'C':
    scene->title = "room with 200 objects, 484 k";
    make_room(&g);
    memcpy(scene->from, (double[3]){-5, 3.5, 5.6}, sizeof scene->from);
    memcpy(scene->to, (double[3]){.5, 2.4, -1}, sizeof scene->to);
    memcpy(scene->light, (double[3][3]){{-2, 5.9, -2}, {4, 0, 0}, {0, 0, 4}}, sizeof scene->light);
    scene->fov = 70, scene->radius = 6;
    break;
  case 'D':
    scene->title = "Stanford bunny, 69 k";
    if (!read_obj(&g, bunny)) {
      scene->title = "stand-in for the bunny, 69 k", scene->standin = true;
      make_creature(&g, 4, 54);
    }
    normalise(&g);
    break;
  case 'E':
    scene->title = "Stanford dragon, 202 k";
    if (!read_ply(&g, models, "dragon.ply")) {
      scene->title = "stand-in for the dragon, 202 k", scene->standin = true;
      make_creature(&g, 5, 92);
    }
    normalise(&g);
    break;
  case 'F':
    scene->title = "hall of thin triangles, 134 k";
    make_hall(&g);
    memcpy(scene->from, (double[3]){-6.5, 1.7, 19}, sizeof scene->from);
    memcpy(scene->to, (double[3]){1, 3.5, 0}, sizeof scene->to);
    memcpy(scene->light, (double[3][3]){{-3, 7.9, -10}, {6, 0, 0}, {0, 0, 20}}, sizeof scene->light);
    scene->fov = 70, scene->radius = 10;
    break;
  default: g.failed = true;
  }
  scene->points = g.points, scene->triangles = g.triangles;
  scene->point_count = g.point_count, scene->triangle_count = g.triangle_count;
  if (g.failed) ray_scene_free(scene);
  return !g.failed;
}

void ray_scene_free(RayScene *scene) {
  free(scene->points);
  free(scene->triangles);
  scene->points = NULL, scene->triangles = NULL;
}
