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

static void measure_faces(Shell *shell, const Fans *fans, uint64_t triangles) {
  const double pi = 3.14159265358979323846;
  for (uint64_t t = 0; t < triangles && work_goes_on(&shell->work, 1024); t++) {
    const ShellCorner *corner = shell->corners.data + 3 * t;
    const MlVec3 a = point_at(shell, corner[0].point), b = point_at(shell, corner[1].point), c = point_at(shell, corner[2].point);
    const MlVec3 ab = dvec_subtract(b, a), bc = dvec_subtract(c, b), ca = dvec_subtract(a, c), n = dvec_cross(ab, dvec_scale(ca, -1.0));
    const double sine = dvec_length(n), at_a = ml_atan2(sine, -dvec_dot(ab, ca)), at_b = ml_atan2(sine, -dvec_dot(bc, ab)),
                 at_c = pi - at_a - at_b;
    fans->angle[3 * t] = (float)at_a;
    fans->angle[3 * t + 1] = (float)at_b;
    fans->angle[3 * t + 2] = at_c > 0.0 ? (float)at_c : 0.0f;
    fans->face[t] = sine > 0.0 ? dvec_scale(n, 1.0 / sine) : n;
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

/* A mesh's point while it is made. */
typedef struct Vertex {
  uint32_t point;
  float n[3], uv[2];
} Vertex;
typedef ARRAY(Vertex) Vertices;

/* Are all faces around the point within the crease angle of each other? */
static bool is_smooth(const Fans *fans, const uint32_t *fan, uint32_t count, double cosine) {
  for (uint32_t i = 1; i < count && cosine > -1.0; i++)
    for (uint32_t k = 0; k < i; k++)
      if (!(dvec_dot(fans->face[fan[i] / 3], fans->face[fan[k] / 3]) >= cosine)) return false;
  return true;
}

static MlVec3 corner_normal(const Fans *fans, const uint32_t *fan, uint32_t count, uint32_t own, double cosine) {
  const MlVec3 face = fans->face[fan[own] / 3];
  MlVec3 sum = {0.0, 0.0, 0.0};
  for (uint32_t i = 0; i < count; i++) {
    const MlVec3 n = fans->face[fan[i] / 3];
    if (i == own || dvec_dot(n, face) >= cosine) sum = dvec_add(sum, dvec_scale(n, (double)fans->angle[fan[i]]));
  }
  return sum;
}

/* The normal of a corner, by the sum of the faces that it belongs with. */
static void set_normal(Vertex *vertex, MlVec3 sum, MlVec3 face) {
  // Faces that look against each other leave rounding only
  if (!(dvec_dot(sum, face) > 1e-6 * dvec_length(sum))) sum = face;
  const MlVec3 n = dvec_is_zero(sum) ? (MlVec3){0.0, 1.0, 0.0} : dvec_normalize(sum);
  vertex->n[0] = (float)n.x, vertex->n[1] = (float)n.y, vertex->n[2] = (float)n.z;
}

/* Makes the different vertices at every point; corner_vertex gets their numbers. false: memory is out. */
static bool part_vertices(Shell *shell, const Fans *fans, double crease, uint32_t *corner_vertex, Vertices *out) {
  // A hair more than the crease itself, so that angles equal to it are smooth however they round
  const double cosine = crease >= 180.0 ? -2.0 : crease < 0.0 ? 2.0 : ml_cos(crease * (3.14159265358979323846 / 180.0)) - 1e-6;
  for (uint64_t point = 0; point < shell->points.count; point++) {
    const uint32_t *fan = fans->around + fans->first[point], count = fans->first[point + 1] - fans->first[point];
    if (!work_goes_on(&shell->work, 512 + (uint64_t)count * count * 16)) return true;
    if (!array_reserve(shell->memory, out, count)) return false;
    Vertex *made = out->data + out->count;
    uint32_t different = 0;
    const bool smooth = is_smooth(fans, fan, count, cosine);
    MlVec3 sum = {0.0, 0.0, 0.0};
    for (uint32_t i = 0; i < count; i++) {
      const ShellCorner *corner = &shell->corners.data[fan[i]];
      Vertex vertex = {.point = (uint32_t)point, .uv = {corner->u, corner->v}};
      if (!smooth || i == 0) sum = corner_normal(fans, fan, count, i, cosine);
      set_normal(&vertex, sum, fans->face[fan[i] / 3]);
      uint32_t same = 0;
      while (same < different && memcmp(&made[same], &vertex, sizeof vertex) != 0) same++;
      if (same == different) made[different++] = vertex;
      corner_vertex[fan[i]] = (uint32_t)out->count + same;
    }
    out->count += different;
  }
  return true;
}

/* The vertices as arrays, in a block with the triangles. */
static MlStatus make_mesh(Shell *shell, const Vertices *made, const uint32_t *corner_vertex, ShellMesh *out) {
  const uint64_t corners = shell->corners.count, vertices = made->count;
  size_t bytes, of_corners;
  if (!size_multiply(vertices, 32, &bytes) || !size_multiply(corners, 4, &of_corners) || !size_add(bytes, of_corners, &bytes))
    return ML_ERROR_MEMORY;
  *out = (ShellMesh){.bytes = bytes, .point_count = vertices, .triangle_count = corners / 3};
  if (bytes == 0) return ML_OK;
  if ((out->block = memory_alloc(shell->memory, bytes, 64)) == NULL) return ML_ERROR_MEMORY;
  float *points = out->block, *normals = points + 3 * vertices, *uv = normals + 3 * vertices;
  uint32_t *triangles = (uint32_t *)(void *)(uv + 2 * vertices);
  for (uint64_t i = 0; i < vertices; i++) {
    memcpy(points + 3 * i, shell->points.data[made->data[i].point].p, 12);
    memcpy(normals + 3 * i, made->data[i].n, 12);
    memcpy(uv + 2 * i, made->data[i].uv, 8);
  }
  memcpy(triangles, corner_vertex, of_corners);
  out->points = points;
  out->normals = normals;
  out->uv = uv;
  out->triangles = triangles;
  return ML_OK;
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
  size_t bytes[5] = {0};
  Vertices vertices = {0};
  MlStatus status = ML_OK;
  for (int i = 0; i < 5 && status == ML_OK; i++)
    if (!size_multiply(counts[i] + 1, sizes[i], &bytes[i]) || (scratch[i] = memory_alloc(memory, bytes[i], 64)) == NULL)
      status = ML_ERROR_MEMORY;
  if (status == ML_OK) {
    const Fans fans = {scratch[0], scratch[1], scratch[2], scratch[3]};
    measure_faces(shell, &fans, triangles);
    gather_fans(shell, &fans);
    if (!part_vertices(shell, &fans, crease, scratch[4], &vertices)) status = ML_ERROR_MEMORY;
    else status = shell->work.cancelled ? work_status(&shell->work, error) : make_mesh(shell, &vertices, scratch[4], out);
  }
  array_free(memory, &vertices);
  for (int i = 0; i < 5; i++)
    if (scratch[i] != NULL) memory_free(memory, scratch[i], bytes[i]);
  return status;
}
