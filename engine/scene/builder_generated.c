/* builder_generated.c - lathe, extrude, curve, sheet, heightfield: checked, made by shape/generate.h, and then meshes like others, found again by
 * their contents. */
#include <stddef.h>

#include "scene/builder.h"
#include "shape/generate.h"

#define PI 3.14159265358979323846
enum { POINTS_MAX = 1 << 16, SEGMENTS_MAX = 4096, CURVE_SEGMENTS_MAX = 256 };

/* ---- checks */

static bool check_count(const DescSource *source, const char *field, const void *data, uint64_t count, uint64_t least) {
  if (count > POINTS_MAX) {
    error_set_at(source->error, ML_ERROR_LIMIT, source->place, "%s.%s: %llu points are too many (at most %d)", source->what, field,
                 (unsigned long long)count, POINTS_MAX);
    return false;
  }
  if (count < least)
    return desc_fail(source, ".%s: expected at least %llu points, got %llu", field, (unsigned long long)least, (unsigned long long)count);
  return data != NULL || desc_fail(source, ".%s: expected %llu points, got NULL", field, (unsigned long long)count);
}

static bool check_points(const DescSource *source, const char *field, const float *values, uint64_t count, uint32_t width) {
  for (uint64_t i = 0; i < count * width; i++)
    if (!((double)(values[i] < 0 ? -values[i] : values[i]) <= COORDINATE_LIMIT))
      return desc_fail(source, ".%s: expected finite numbers up to 1e15, got %s", field, number_text((double)values[i]).text);
  return true;
}

static bool check_whole(const DescSource *source, const char *field, uint32_t value, uint32_t least, uint32_t most) {
  return (value >= least && value <= most) || desc_fail(source, ".%s: expected a whole number %u..%u, got %u", field, least, most, value);
}

static bool read_crease(const DescSource *source, double *crease, double value) {
  if (*crease == 0.0) *crease = value;
  return *crease <= 180.0 || desc_fail(source, ".crease: expected an angle up to 180 degrees, got %s", number_text(*crease).text);
}

static bool check_triangles(const DescSource *source, uint64_t triangles) {
  if (triangles <= SHELL_MAX_TRIANGLES) return true;
  error_set_at(source->error, ML_ERROR_LIMIT, source->place, "%s: it would have about %llu triangles (at most %d)", source->what,
               (unsigned long long)triangles, SHELL_MAX_TRIANGLES);
  return false;
}

/* ---- from a shell to a node */

MlNode builder_add_shell(MlBuilder *b, Shell *shell, double crease, MlMaterial material, const DescSource *source) {
  Memory *memory = b->context.memory;
  ShellMesh made;
  MlNode node = 0;
  const uint64_t bytes = 24 * shell->corners.count;
  const MlStatus status = shell_finish(shell, crease, &made, source->error);
  shell_free(shell);
  if (status == ML_ERROR_MEMORY) memory_error(memory, bytes, source->what, source->error);
  if (status != ML_OK) return 0;
  const MlMeshDesc mesh = {.points = made.points,
                           .point_count = made.point_count,
                           .triangles = made.triangles,
                           .triangle_count = made.triangle_count,
                           .normals = made.normals,
                           .uv = made.uv,
                           .material = material};
  node = builder_add_mesh(b, &mesh, source);
  if (made.block != NULL) memory_free(memory, made.block, made.bytes);
  return node;
}

static MlNode out_of_memory(MlBuilder *b, const DescSource *source, uint64_t bytes) {
  memory_error(b->context.memory, bytes, source->what, source->error);
  return 0;
}

/* ---- lathe */

typedef ARRAY(ProfilePoint) Profile;
typedef ARRAY(CurvePoint) CurvePoints;

/* The profile without points that repeat the one before; *ring: its last was its first. */
static bool read_profile(Memory *memory, const MlLatheDesc *d, CurvePoints *out, bool *ring) {
  if (!array_reserve(memory, out, d->profile_count)) return false;
  for (uint64_t i = 0; i < d->profile_count; i++) {
    const CurvePoint point = {{(double)d->profile[2 * i], (double)d->profile[2 * i + 1], 0.0}, 0.0};
    if (out->count == 0 || !dvec_is_zero(dvec_subtract(point.p, out->data[out->count - 1].p))) out->data[out->count++] = point;
  }
  const uint64_t n = out->count;
  *ring = n > 3 && dvec_is_zero(dvec_subtract(out->data[0].p, out->data[n - 1].p));
  if (*ring) out->count--;
  return true;
}

/* The profile as it is turned: bent into a curve, with caps. */
static bool shape_profile(Memory *memory, Work *work, const MlLatheDesc *d, const CurvePoints *points, bool ring, Profile *out) {
  const CurvePoint *p = points->data;
  const uint64_t n = points->count;
  CurveSamples samples = {0};
  bool fine = array_reserve(memory, out, n + 2);
  if (fine && d->caps && !ring && p[0].p.x > 0.0) out->data[out->count++] = (ProfilePoint){0.0, p[0].p.y};
  if (fine && !d->smooth)
    for (uint64_t i = 0; i < n; i++) out->data[out->count++] = (ProfilePoint){p[i].p.x, p[i].p.y};
  if (fine && d->smooth) {
    // On the axis it goes on as its own mirror image, and so is round there
    const MlVec3 before = {-p[1].p.x, p[1].p.y, 0.0}, after = {-p[n - 2].p.x, p[n - 2].p.y, 0.0};
    fine = curve_sample(p, n, ring, p[0].p.x == 0.0 ? &before : NULL, p[n - 1].p.x == 0.0 ? &after : NULL, 2.0 * PI / (double)d->segments,
                        memory, work, &samples) &&
           array_reserve(memory, out, samples.count + 1);
    for (uint64_t i = 0; fine && i < samples.count; i++) {
      // A curve may swing beyond the axis between two points
      const ProfilePoint point = {samples.data[i].p.x > 0.0 ? samples.data[i].p.x : 0.0, samples.data[i].p.y};
      const ProfilePoint *last = out->count > 0 ? &out->data[out->count - 1] : NULL;
      if (last == NULL || last->r != point.r || last->y != point.y) out->data[out->count++] = point;
    }
  }
  if (fine && d->caps && !ring && p[n - 1].p.x > 0.0) out->data[out->count++] = (ProfilePoint){0.0, p[n - 1].p.y};
  array_free(memory, &samples);
  return fine;
}

static bool check_profile(const DescSource *source, const MlLatheDesc *d) {
  double widest = 0.0;
  for (uint64_t i = 0; i < d->profile_count; i++) {
    const double r = (double)d->profile[2 * i];
    if (r < 0.0)
      return desc_fail(source, ".profile: expected distances from the axis of at least 0, got the point (%s, %s)", number_text(r).text,
                       number_text((double)d->profile[2 * i + 1]).text);
    if (r > widest) widest = r;
  }
  return widest > 0.0 || desc_fail(source, ".profile: expected a point away from the axis, but all have distance 0");
}

MlNode ml_lathe(MlBuilder *b, const MlLatheDesc *desc, MlError *error) {
  FLOAT_STATE_OURS;
  DescSource source = {.what = "lathe", .error = error};
  MlLatheDesc d;
  if (!DESC_READ(&source, MlLatheDesc, desc, &d) || !desc_material(&source, b, "material", d.material) ||
      !check_count(&source, "profile", d.profile, d.profile_count, 2) || !check_points(&source, "profile", d.profile, d.profile_count, 2) ||
      !check_profile(&source, &d))
    return 0;
  if (d.segments == 0) d.segments = 64;
  if (!check_whole(&source, "segments", d.segments, 3, SEGMENTS_MAX) || !read_crease(&source, &d.crease, 30.0)) return 0;
  Memory *memory = b->context.memory;
  Shell shell;
  shell_init(&shell, memory, d.cancel);
  CurvePoints points = {0};
  Profile profile = {0};
  bool ring = false;
  if (!read_profile(memory, &d, &points, &ring)) shell.out_of_memory = true;
  bool fine = shell.out_of_memory || points.count >= 2 || desc_fail(&source, ".profile: expected two different points");
  if (fine && shell_goes_on(&shell) && !shape_profile(memory, &shell.work, &d, &points, ring, &profile)) shell.out_of_memory = true;
  fine = fine && check_triangles(&source, 2 * profile.count * d.segments);
  if (fine && shell_goes_on(&shell)) generate_lathe(&shell, profile.data, profile.count, ring, d.segments);
  array_free(memory, &points);
  array_free(memory, &profile);
  if (fine) return builder_add_shell(b, &shell, d.crease, d.material, &source);
  shell_free(&shell);
  return 0;
}

/* ---- extrude */

static void report_outline(const DescSource *source, const OutlineProblem *problem) {
  const double *a = problem->a, *c = problem->b;
  switch (problem->fault) {
  case OUTLINE_FLAT:
    if (problem->loop == 0) desc_fail(source, ".outline: expected an outline around an area, but its points are in a line");
    else desc_fail(source, ".holes: expected an outline around an area, but the points of hole %u are in a line", problem->loop);
    break;
  case OUTLINE_CROSSES:
    desc_fail(source, ".%s: the edge from (%s, %s) to (%s, %s) crosses or touches that from (%s, %s) to (%s, %s)",
              problem->loop != 0 || problem->other != 0 ? "holes" : "outline", number_text(a[0]).text, number_text(a[1]).text,
              number_text(a[2]).text, number_text(a[3]).text, number_text(c[0]).text, number_text(c[1]).text, number_text(c[2]).text,
              number_text(c[3]).text);
    break;
  case OUTLINE_OUTSIDE:
    desc_fail(source, ".holes: hole %u, from (%s, %s) on, is not inside the outline", problem->loop, number_text(a[0]).text,
              number_text(a[1]).text);
    break;
  case OUTLINE_NESTED:
    desc_fail(source, ".holes: hole %u, from (%s, %s) on, is inside hole %u", problem->loop, number_text(a[0]).text, number_text(a[1]).text,
              problem->other);
    break;
  case OUTLINE_MEMORY:
  case OUTLINE_FINE: break;
  }
}

static bool check_extrude(const DescSource *source, const MlExtrudeDesc *d) {
  uint64_t total = d->outline.count;
  if (!check_count(source, "outline", d->outline.points, d->outline.count, 3) ||
      !check_points(source, "outline", d->outline.points, d->outline.count, 2))
    return false;
  if (d->hole_count != 0 && d->holes == NULL)
    return desc_fail(source, ".holes: expected %llu outlines, got NULL", (unsigned long long)d->hole_count);
  for (uint64_t i = 0; i < d->hole_count; i++) {
    if (!check_count(source, "holes", d->holes[i].points, d->holes[i].count, 3) ||
        !check_points(source, "holes", d->holes[i].points, d->holes[i].count, 2))
      return false;
    total += d->holes[i].count;
  }
  return check_count(source, "holes", d, total, 0);
}

MlNode ml_extrude(MlBuilder *b, const MlExtrudeDesc *desc, MlError *error) {
  FLOAT_STATE_OURS;
  DescSource source = {.what = "extrude", .error = error};
  MlExtrudeDesc d;
  if (!DESC_READ(&source, MlExtrudeDesc, desc, &d) || !desc_material(&source, b, "material", d.material) || !check_extrude(&source, &d))
    return 0;
  if (d.height == 0.0) d.height = 1.0;
  if (!desc_positive(&source, "height", d.height) || !read_crease(&source, &d.crease, 30.0)) return 0;
  Memory *memory = b->context.memory;
  Shell shell;
  shell_init(&shell, memory, d.cancel);
  Outline outline;
  OutlineTriangles triangles = {0};
  const OutlineProblem problem = outline_create(memory, &shell.work, &d.outline, d.holes, d.hole_count, &outline);
  report_outline(&source, &problem);
  if (problem.fault == OUTLINE_MEMORY) return out_of_memory(b, &source, 64 * d.outline.count);
  if (problem.fault != OUTLINE_FINE) return 0;
  if (!outline_triangulate(&outline, &shell.work, &triangles)) shell.out_of_memory = true;
  if (shell_goes_on(&shell)) generate_extrude(&shell, &outline, &triangles, d.height);
  outline_free(&outline);
  array_free(memory, &triangles);
  return builder_add_shell(b, &shell, d.crease, d.material, &source);
}

/* ---- curve */

/* Without points that repeat the one before. */
static bool read_curve(Memory *memory, const MlCurveDesc *d, CurvePoints *out) {
  if (!array_reserve(memory, out, d->point_count)) return false;
  for (uint64_t i = 0; i < d->point_count; i++) {
    const float *p = d->points + 3 * i;
    const CurvePoint point = {{(double)p[0], (double)p[1], (double)p[2]}, d->radii != NULL ? (double)d->radii[i] : d->radius};
    if (out->count == 0 || !dvec_is_zero(dvec_subtract(point.p, out->data[out->count - 1].p))) out->data[out->count++] = point;
  }
  if (d->closed && out->count > 1 && dvec_is_zero(dvec_subtract(out->data[0].p, out->data[out->count - 1].p))) out->count--;
  return true;
}

static bool check_radii(const DescSource *source, const MlCurveDesc *d) {
  if (d->radii == NULL) return desc_positive(source, "radius", d->radius);
  for (uint64_t i = 0; i < d->point_count; i++) {
    const double r = (double)d->radii[i];
    const bool may_be_point = !d->closed && (i == 0 || i + 1 == d->point_count);
    if (may_be_point ? !desc_not_negative(source, "radii", r) : !desc_positive(source, "radii", r)) return false;
    if (r > COORDINATE_LIMIT) return desc_positive(source, "radii", r);
  }
  return true;
}

MlNode ml_curve(MlBuilder *b, const MlCurveDesc *desc, MlError *error) {
  FLOAT_STATE_OURS;
  DescSource source = {.what = "curve", .error = error};
  MlCurveDesc d;
  if (!DESC_READ(&source, MlCurveDesc, desc, &d) || !desc_material(&source, b, "material", d.material)) return 0;
  const uint64_t least = d.closed ? 3 : 2;
  if (d.radius == 0.0) d.radius = 0.1;
  if (d.segments == 0) d.segments = 24;
  if (!check_count(&source, "points", d.points, d.point_count, least) || !check_points(&source, "points", d.points, d.point_count, 3) ||
      !check_radii(&source, &d) || !check_whole(&source, "segments", d.segments, 3, CURVE_SEGMENTS_MAX) ||
      !read_crease(&source, &d.crease, 180.0))
    return 0;
  Memory *memory = b->context.memory;
  Shell shell;
  shell_init(&shell, memory, d.cancel);
  CurvePoints points = {0};
  if (!read_curve(memory, &d, &points)) shell.out_of_memory = true;
  const bool fine = shell.out_of_memory || points.count >= least ||
                    desc_fail(&source, ".points: expected at least %llu different points", (unsigned long long)least);
  if (fine && shell_goes_on(&shell)) generate_tube(&shell, points.data, points.count, d.closed, d.segments);
  array_free(memory, &points);
  if (fine) return builder_add_shell(b, &shell, d.crease, d.material, &source);
  shell_free(&shell);
  return 0;
}

/* ---- sheets */

static bool check_grid(const DescSource *source, const char *field, const float *values, uint32_t columns, uint32_t rows, uint32_t width) {
  const uint64_t points = (uint64_t)columns * rows;
  if (columns < 2 || rows < 2) return desc_fail(source, ": expected at least 2 columns and rows, got %u and %u", columns, rows);
  if (!check_triangles(source, 2 * (uint64_t)(columns - 1) * (rows - 1))) return false;
  if (values == NULL) return desc_fail(source, ".%s: expected %llu values, got NULL", field, (unsigned long long)(points * width));
  return check_points(source, field, values, points, width);
}

MlNode ml_sheet(MlBuilder *b, const MlSheetDesc *desc, MlError *error) {
  FLOAT_STATE_OURS;
  DescSource source = {.what = "sheet", .error = error};
  MlSheetDesc d;
  if (!DESC_READ(&source, MlSheetDesc, desc, &d) || !desc_material(&source, b, "material", d.material) ||
      !check_grid(&source, "points", d.points, d.columns, d.rows, 3) || !read_crease(&source, &d.crease, 180.0))
    return 0;
  Shell shell;
  shell_init(&shell, b->context.memory, d.cancel);
  generate_sheet(&shell, d.points, d.columns, d.rows, true);
  return builder_add_shell(b, &shell, d.crease, d.material, &source);
}

MlNode ml_heightfield(MlBuilder *b, const MlHeightfieldDesc *desc, MlError *error) {
  FLOAT_STATE_OURS;
  DescSource source = {.what = "heightfield", .error = error};
  MlHeightfieldDesc d;
  if (!DESC_READ(&source, MlHeightfieldDesc, desc, &d) || !desc_material(&source, b, "material", d.material)) return 0;
  if (d.width == 0.0) d.width = 1.0;
  if (d.depth == 0.0) d.depth = 1.0;
  if (!desc_positive(&source, "width", d.width) || !desc_positive(&source, "depth", d.depth) ||
      !check_grid(&source, "heights", d.heights, d.columns, d.rows, 1) || !read_crease(&source, &d.crease, 180.0))
    return 0;
  Memory *memory = b->context.memory;
  size_t bytes;
  float *points = size_multiply((uint64_t)d.columns * d.rows, 3 * sizeof *points, &bytes) ? memory_alloc(memory, bytes, 64) : NULL;
  if (points == NULL) return out_of_memory(b, &source, 12 * (uint64_t)d.columns * d.rows);
  float *p = points;
  for (uint32_t j = d.rows; j-- > 0;)
    for (uint32_t i = 0; i < d.columns; i++) {
      *p++ = (float)(d.width * ((double)i / (double)(d.columns - 1) - 0.5));
      *p++ = d.heights[(size_t)j * d.columns + i];
      *p++ = (float)(d.depth * ((double)j / (double)(d.rows - 1) - 0.5));
    }
  Shell shell;
  shell_init(&shell, memory, d.cancel);
  generate_sheet(&shell, points, d.columns, d.rows, false);
  memory_free(memory, points, bytes);
  return builder_add_shell(b, &shell, d.crease, d.material, &source);
}
