/* generate_skin.c - circles along a line and the skin around them: what turned shapes and tubes are made of; and turned shapes. */
#include "shape/generate.h"

#define PI 3.14159265358979323846

void circle_point(uint32_t index, uint32_t segments, double *cosine, double *sine) {
  const uint64_t quarters = 4 * (uint64_t)(index % segments), quarter = quarters / segments, rest = quarters % segments;
  const double angle = 0.5 * PI * ((double)rest / (double)segments);
  const double c = rest == 0 ? 1.0 : ml_cos(angle), s = rest == 0 ? 0.0 : ml_sin(angle);
  *cosine = quarter == 0 ? c : quarter == 1 ? -s : quarter == 2 ? -c : s;
  *sine = quarter == 0 ? s : quarter == 1 ? c : quarter == 2 ? -s : -c;
}

/* Adds the station's points; returns the number of the first. */
static uint32_t add_circle(Shell *shell, const Station *station, uint32_t segments) {
  if (station->radius == 0.0) return shell_point(shell, station->centre);
  uint32_t first = 0;
  for (uint32_t j = 0; j < segments; j++) {
    double c, s;
    circle_point(j, segments, &c, &s);
    const MlVec3 out = dvec_add(dvec_scale(station->x, c), dvec_scale(station->y, s));
    const uint32_t point = shell_point(shell, dvec_add(station->centre, dvec_scale(out, station->radius)));
    if (j == 0) first = point;
  }
  return first;
}

static ShellCorner circle_corner(const Station *station, uint32_t first, uint32_t segments, uint32_t j, uint32_t face, double v) {
  const bool is_point = station->radius == 0.0;
  const double u = is_point ? (double)face + 0.5 : (double)j;
  return (ShellCorner){is_point ? first : first + j % segments, (float)(u / (double)segments), (float)v};
}

void generate_skin(Shell *shell, const Station *stations, uint64_t count, uint32_t segments, bool closed) {
  uint32_t start = 0, below = 0;
  for (uint64_t i = 0; i < count + (closed ? 1 : 0) && shell_goes_on(shell); i++) {
    const Station *b = &stations[i % count];
    const uint32_t above = i < count ? add_circle(shell, b, segments) : start;
    if (i == 0) start = above;
    const Station *a = i > 0 ? &stations[i - 1] : NULL;
    // Between two points of the line itself there is nothing
    for (uint32_t j = 0; a != NULL && (a->radius != 0.0 || b->radius != 0.0) && j < segments; j++) {
      const double v = i < count ? b->v : 1.0;
      shell_quad(shell, circle_corner(a, below, segments, j, j, a->v), circle_corner(a, below, segments, j + 1, j, a->v),
                 circle_corner(b, above, segments, j + 1, j, v), circle_corner(b, above, segments, j, j, v));
    }
    below = above;
  }
}

/* ---- lathe */

/* Twice the area between the profile and the axis, above 0 where it runs upward outside of what it encloses. */
static double profile_area(const ProfilePoint *profile, uint64_t count, bool ring) {
  double sum = 0.0;
  for (uint64_t i = 0; i + 1 < count + (ring ? 1 : 0); i++) {
    const ProfilePoint a = profile[i], b = profile[(i + 1) % count];
    sum += (a.r + b.r) * (b.y - a.y);
  }
  return sum;
}

static double step_length(ProfilePoint a, ProfilePoint b) { return dvec_length((MlVec3){b.r - a.r, b.y - a.y, 0.0}); }

void generate_lathe(Shell *shell, const ProfilePoint *profile, uint64_t count, bool ring, uint32_t segments) {
  ARRAY(Station) stations = {0};
  if (!array_reserve(shell->memory, &stations, count)) {
    shell->out_of_memory = true;
    return;
  }
  double length = 0.0, at = 0.0;
  for (uint64_t i = 0; i + 1 < count + (ring ? 1 : 0); i++) length += step_length(profile[i], profile[(i + 1) % count]);
  for (uint64_t i = 0; i < count; i++) {
    if (i > 0) at += step_length(profile[i - 1], profile[i]);
    stations.data[stations.count++] = (Station){.centre = {0.0, profile[i].y, 0.0},
                                                .x = {0.0, 0.0, 1.0},
                                                .y = {1.0, 0.0, 0.0},
                                                .radius = profile[i].r,
                                                .v = !ring && i + 1 == count ? 1.0 : at / length};
  }
  shell->flipped = profile_area(profile, count, ring) < 0.0;
  generate_skin(shell, stations.data, stations.count, segments, ring);
  array_free(shell->memory, &stations);
}
