/* shell.c - see shell.h. */
#include "shape/shell.h"

#include <string.h>

void shell_init(Shell *shell, Memory *memory, const MlCancel *cancel) { *shell = (Shell){.memory = memory, .work = {.cancel = cancel}}; }

void shell_free(Shell *shell) {
  array_free(shell->memory, &shell->points);
  array_free(shell->memory, &shell->corners);
}

uint32_t shell_point(Shell *shell, MlVec3 p) {
  const ShellPoint point = {{(float)p.x, (float)p.y, (float)p.z}};
  if (!shell_goes_on(shell)) return 0;
  work_goes_on(&shell->work, 256);
  if (!array_push(shell->memory, &shell->points, point)) shell->out_of_memory = true;
  return (uint32_t)(shell->points.count - 1);
}

void shell_triangle(Shell *shell, ShellCorner a, ShellCorner b, ShellCorner c) {
  if (!shell_goes_on(shell) || a.point == b.point || b.point == c.point || c.point == a.point) return;
  work_goes_on(&shell->work, 64);
  if (!array_reserve(shell->memory, &shell->corners, 3)) {
    shell->out_of_memory = true;
    return;
  }
  ShellCorner *corner = shell->corners.data + shell->corners.count;
  corner[0] = a;
  corner[1] = shell->flipped ? c : b;
  corner[2] = shell->flipped ? b : c;
  shell->corners.count += 3;
}

static MlVec3 point_at(const Shell *shell, uint32_t point) {
  const float *p = shell->points.data[point].p;
  return (MlVec3){(double)p[0], (double)p[1], (double)p[2]};
}

void shell_quad(Shell *shell, ShellCorner a, ShellCorner b, ShellCorner c, ShellCorner d) {
  if (!shell_goes_on(shell)) return;
  const MlVec3 ac = dvec_subtract(point_at(shell, c.point), point_at(shell, a.point)),
               bd = dvec_subtract(point_at(shell, d.point), point_at(shell, b.point));
  // Of equal ones, and where rounding alone decides, the same throughout
  if (dvec_dot(ac, ac) <= 1.0001 * dvec_dot(bd, bd)) {
    shell_triangle(shell, a, b, c);
    shell_triangle(shell, a, c, d);
  } else {
    shell_triangle(shell, a, b, d);
    shell_triangle(shell, b, c, d);
  }
}

double shell_volume(const Shell *shell) {
  if (!shell_goes_on(shell) || shell->points.count == 0) return 0.0;
  const MlVec3 o = point_at(shell, 0);
  double sum = 0.0;
  for (uint64_t i = 0; i + 2 < shell->corners.count; i += 3) {
    const ShellCorner *corner = shell->corners.data + i;
    const MlVec3 a = dvec_subtract(point_at(shell, corner[0].point), o), b = dvec_subtract(point_at(shell, corner[1].point), o),
                 c = dvec_subtract(point_at(shell, corner[2].point), o);
    sum += dvec_dot(a, dvec_cross(b, c));
  }
  return sum;
}

void shell_flip(Shell *shell) {
  for (uint64_t i = 0; i + 2 < shell->corners.count; i += 3) {
    ShellCorner *corner = shell->corners.data + i, b = corner[1];
    corner[1] = corner[2];
    corner[2] = b;
  }
}

/* ---- normals */

/* Scratch: per triangle its unit normal, per corner its angle; the corners around point i are around[first[i]] to around[first[i + 1] - 1]. */
typedef struct Fans {
  MlVec3 *face;
  float *angle;
  uint32_t *first, *around;
} Fans;

static MlVec3 unit_direction(MlVec3 a, MlVec3 b) { return dvec_normalize(dvec_subtract(b, a)); }

static void measure_faces(Shell *shell, const Fans *fans, uint64_t triangles) {
  for (uint64_t t = 0; t < triangles && work_goes_on(&shell->work, 512); t++) {
    const ShellCorner *corner = shell->corners.data + 3 * t;
    const MlVec3 p[3] = {point_at(shell, corner[0].point), point_at(shell, corner[1].point), point_at(shell, corner[2].point)};
    MlVec3 edge[3];
    for (int k = 0; k < 3; k++) edge[k] = unit_direction(p[k], p[(k + 1) % 3]);
    // Of the two edges that are nearest to a right angle
    int best = 0;
    double largest = -1.0;
    for (int k = 0; k < 3; k++) {
      const MlVec3 n = dvec_cross(edge[k], edge[(k + 1) % 3]);
      const double sine = dvec_length(n);
      fans->angle[3 * t + (uint64_t)((k + 1) % 3)] = (float)ml_atan2(sine, -dvec_dot(edge[k], edge[(k + 1) % 3]));
      if (sine > largest) largest = sine, best = k;
    }
    fans->face[t] = dvec_normalize(dvec_cross(edge[best], edge[(best + 1) % 3]));
  }
}

static void gather_fans(Shell *shell, const Fans *fans) {
  const uint64_t points = shell->points.count, corners = shell->corners.count;
  memset(fans->first, 0, (size_t)(points + 1) * sizeof *fans->first);
  for (uint64_t i = 0; i < corners; i++) fans->first[shell->corners.data[i].point]++;
  uint32_t sum = 0;
  for (uint64_t i = 0; i <= points; i++) {
    const uint32_t count = i < points ? fans->first[i] : 0;
    fans->first[i] = sum;
    sum += count;
  }
  // Each place is used as the next free one, then put back
  for (uint64_t i = 0; i < corners; i++) fans->around[fans->first[shell->corners.data[i].point]++] = (uint32_t)i;
  for (uint64_t i = points; i > 0; i--) fans->first[i] = fans->first[i - 1];
  fans->first[0] = 0;
}

static MlVec3 corner_normal(const Fans *fans, const uint32_t *fan, uint32_t count, uint32_t own, double cosine) {
  const MlVec3 face = fans->face[fan[own] / 3];
  MlVec3 sum = {0.0, 0.0, 0.0};
  for (uint32_t i = 0; i < count; i++) {
    const MlVec3 n = fans->face[fan[i] / 3];
    if (i == own || dvec_dot(n, face) >= cosine) sum = dvec_add(sum, dvec_scale(n, (double)fans->angle[fan[i]]));
  }
  // Faces that look against each other leave rounding only
  if (!(dvec_dot(sum, face) > 1e-6 * dvec_length(sum))) sum = face;
  return dvec_is_zero(sum) ? (MlVec3){0.0, 1.0, 0.0} : dvec_normalize(sum);
}

typedef struct Vertex {
  float n[3], uv[2];
} Vertex;

/* Numbers the different vertices at every point; corner_vertex gets the numbers. Returns how many there are; `points` etc. may be NULL to
 * count only. */
static uint64_t part_vertices(Shell *shell, const Fans *fans, double crease, Vertex *fan_vertices, uint32_t *corner_vertex, float *points,
                              float *normals, float *uv) {
  // A hair more than the crease itself, so that angles equal to it are smooth however they round
  const double cosine = crease >= 180.0 ? -2.0 : crease < 0.0 ? 2.0 : ml_cos(crease * (3.14159265358979323846 / 180.0)) - 1e-6;
  uint64_t made = 0;
  for (uint64_t point = 0; point < shell->points.count; point++) {
    const uint32_t *fan = fans->around + fans->first[point], count = fans->first[point + 1] - fans->first[point];
    if (!work_goes_on(&shell->work, 64 + (uint64_t)count * count * 16)) return 0;
    uint32_t different = 0;
    for (uint32_t i = 0; i < count; i++) {
      const ShellCorner *corner = &shell->corners.data[fan[i]];
      const MlVec3 n = corner_normal(fans, fan, count, i, cosine);
      const Vertex vertex = {{(float)n.x, (float)n.y, (float)n.z}, {corner->u, corner->v}};
      uint32_t same = 0;
      while (same < different && memcmp(&fan_vertices[same], &vertex, sizeof vertex) != 0) same++;
      if (same == different) {
        const uint64_t at = made + different;
        fan_vertices[different++] = vertex;
        if (points != NULL) {
          memcpy(points + 3 * at, shell->points.data[point].p, 12);
          memcpy(normals + 3 * at, vertex.n, 12);
          memcpy(uv + 2 * at, vertex.uv, 8);
        }
      }
      corner_vertex[fan[i]] = (uint32_t)(made + same);
    }
    made += different;
  }
  return made;
}

static uint32_t largest_fan(const Fans *fans, uint64_t points) {
  uint32_t largest = 0;
  for (uint64_t i = 0; i < points; i++)
    if (fans->first[i + 1] - fans->first[i] > largest) largest = fans->first[i + 1] - fans->first[i];
  return largest;
}

/* Counts the vertices, then fills a block of that size. */
static MlStatus make_mesh(Shell *shell, const Fans *fans, double crease, Vertex *fan_vertices, uint32_t *corner_vertex, ShellMesh *out,
                          MlError *error) {
  const uint64_t corners = shell->corners.count;
  const uint64_t vertices = part_vertices(shell, fans, crease, fan_vertices, corner_vertex, NULL, NULL, NULL);
  if (shell->work.cancelled) return work_status(&shell->work, error);
  size_t bytes, of_corners;
  if (!size_multiply(vertices, 32, &bytes) || !size_multiply(corners, 4, &of_corners) || !size_add(bytes, of_corners, &bytes))
    return ML_ERROR_MEMORY;
  *out = (ShellMesh){.bytes = bytes, .point_count = vertices, .triangle_count = corners / 3};
  if (bytes != 0 && (out->block = memory_alloc(shell->memory, bytes, 64)) == NULL) return ML_ERROR_MEMORY;
  float *points = out->block, *normals = points + 3 * vertices, *uv = normals + 3 * vertices;
  out->points = points;
  out->normals = normals;
  out->uv = uv;
  out->triangles = (const uint32_t *)(const void *)(uv + 2 * vertices);
  part_vertices(shell, fans, crease, fan_vertices, corner_vertex, points, normals, uv);
  if (corners != 0) memcpy(uv + 2 * vertices, corner_vertex, of_corners);
  if (!shell->work.cancelled) return ML_OK;
  memory_free(shell->memory, out->block, bytes);
  return work_status(&shell->work, error);
}

MlStatus shell_finish(Shell *shell, double crease, ShellMesh *out, MlError *error) {
  *out = (ShellMesh){0};
  if (shell->out_of_memory) return ML_ERROR_MEMORY;
  if (shell->work.cancelled) return work_status(&shell->work, error);
  Memory *memory = shell->memory;
  const uint64_t corners = shell->corners.count, triangles = corners / 3, points = shell->points.count;
  const uint64_t counts[5] = {triangles, corners, points + 1, corners, corners};
  const size_t sizes[5] = {sizeof(MlVec3), sizeof(float), sizeof(uint32_t), sizeof(uint32_t), sizeof(uint32_t)};
  void *scratch[5] = {NULL};
  size_t bytes[5] = {0}, fan_bytes = 0;
  Vertex *fan_vertices = NULL;
  MlStatus status = ML_OK;
  for (int i = 0; i < 5 && status == ML_OK; i++) {
    if (!size_multiply(counts[i] + 1, sizes[i], &bytes[i]) || (scratch[i] = memory_alloc(memory, bytes[i], 64)) == NULL)
      status = ML_ERROR_MEMORY;
  }
  if (status == ML_OK) {
    const Fans fans = {scratch[0], scratch[1], scratch[2], scratch[3]};
    measure_faces(shell, &fans, triangles);
    gather_fans(shell, &fans);
    fan_bytes = ((size_t)largest_fan(&fans, points) + 1) * sizeof *fan_vertices;
    fan_vertices = memory_alloc(memory, fan_bytes, 64);
    if (fan_vertices == NULL) status = ML_ERROR_MEMORY;
    else if (shell->work.cancelled) status = work_status(&shell->work, error);
    else status = make_mesh(shell, &fans, crease, fan_vertices, scratch[4], out, error);
  }
  if (fan_vertices != NULL) memory_free(memory, fan_vertices, fan_bytes);
  for (int i = 0; i < 5; i++)
    if (scratch[i] != NULL) memory_free(memory, scratch[i], bytes[i]);
  return status;
}
