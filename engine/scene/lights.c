/* lights.c - distributions of lights by estimated power and of a mesh's triangles by world area. Sums run in double, in order; the
 * tables are floats whose last entry is 1. */
#include "scene/lights.h"

#include "shape/intersect.h"

static const double pi = 0x1.921fb54442d18p+1;

static double triangle_area(const Mesh *mesh, uint64_t i, const float to_world[9]) {
  const uint32_t *corner = mesh->triangles + 3 * i;
  MlVec3 a = dvec_load(mesh->points + 3 * (size_t)corner[0]);
  MlVec3 u = matrix_multiply(to_world, dvec_subtract(dvec_load(mesh->points + 3 * (size_t)corner[1]), a));
  MlVec3 v = matrix_multiply(to_world, dvec_subtract(dvec_load(mesh->points + 3 * (size_t)corner[2]), a));
  return 0.5 * dvec_length(dvec_cross(u, v));
}

static MlStatus add_triangles(Expansion *e, Light *light, LightTables *tables) {
  const Instance *instance = &e->instances.data[light->instance];
  const Mesh *mesh = &instance->geometry->mesh;
  light->cdf = tables->triangle_cdf.count;
  if (!array_reserve(e->memory, &tables->triangle_cdf, mesh->triangle_count))
    return memory_error(e->memory, (light->cdf + mesh->triangle_count) * sizeof(float), "areas of triangles that emit", e->error);
  float *cdf = tables->triangle_cdf.data + light->cdf;
  double total = 0.0, sum = 0.0;
  for (uint64_t i = 0; i < mesh->triangle_count; i++) {
    if (!work_goes_on(e->work, 64)) return work_status(e->work, e->error);
    total += triangle_area(mesh, i, instance->placed.to_world);
  }
  for (uint64_t i = 0; i < mesh->triangle_count; i++) {
    if (!work_goes_on(e->work, 64)) return work_status(e->work, e->error);
    sum += triangle_area(mesh, i, instance->placed.to_world);
    cdf[i] = (float)(sum / total);
  }
  cdf[mesh->triangle_count - 1] = 1.0f;
  tables->triangle_cdf.count += mesh->triangle_count;
  light->area = (float)total;
  return ML_OK;
}

/* Watts of the scene's luminance, roughly: what is far, hidden or seen from its back is not known here. */
static double estimated_power(const Expansion *e, const Light *light, double bound_radius) {
  double luminance = (double)spectrum_luminance(light->emission), radius = (double)light->radius, area = (double)light->area;
  double disc = pi * bound_radius * bound_radius, sides = light->front_only ? 1.0 : 2.0;
  switch ((LightKind)light->kind) {
  case LIGHT_POINT: return 4.0 * pi * luminance;
  case LIGHT_SPHERE: return 4.0 * pi * pi * radius * radius * luminance;
  case LIGHT_DIRECTIONAL: return disc * luminance;
  case LIGHT_PRIM: return pi * area * luminance * (prim_is_closed(&e->list.prims.data[light->prim]) ? 1.0 : sides);
  case LIGHT_MESH: return pi * area * luminance * sides;
  case LIGHT_BACKGROUND: return 4.0 * pi * disc * luminance;
  }
  return 0.0;
}

/* No light is forgotten: each counts for at least a thousandth of the mean. */
static MlStatus select_by_power(Expansion *e, double bound_radius, LightTables *tables) {
  uint64_t count = e->lights.count;
  if (!array_reserve(e->memory, &tables->select_cdf, count) || !array_reserve(e->memory, &tables->select_pdf, count))
    return memory_error(e->memory, 2 * count * sizeof(float), "lights", e->error);
  double total = 0.0, all = 0.0, sum = 0.0;
  for (uint64_t i = 0; i < count && work_goes_on(e->work, 64); i++) total += estimated_power(e, &e->lights.data[i], bound_radius);
  double least = total > 0.0 ? 1e-3 * (total / (double)count) : 1.0;
  for (int pass = 0; pass < 2; pass++) {
    for (uint64_t i = 0; i < count && work_goes_on(e->work, 64); i++) {
      double power = estimated_power(e, &e->lights.data[i], bound_radius);
      if (power < least) power = least;
      if (pass == 0) {
        all += power;
      } else {
        sum += power;
        tables->select_cdf.data[i] = i + 1 < count ? (float)(sum / all) : 1.0f;
        tables->select_pdf.data[i] = (float)(power / all);
      }
    }
  }
  tables->select_cdf.count = tables->select_pdf.count = count;
  return work_status(e->work, e->error);
}

MlStatus lights_prepare(Expansion *e, float bound_radius, LightTables *tables) {
  *tables = (LightTables){.background = NO_ID};
  const MlBuilder *b = e->b;
  Light sky = {.kind = LIGHT_BACKGROUND, .emission = spectrum_from_color(b->background), .prim = NO_ID, .instance = NO_ID};
  if (b->has_background && !b->background_eye_only && !spectrum_is_black(sky.emission)) {
    tables->background = (uint32_t)e->lights.count;
    if (!array_push(e->memory, &e->lights, sky)) return memory_error(e->memory, (e->lights.count + 1) * sizeof sky, "lights", e->error);
  }
  for (uint64_t i = 0; i < e->lights.count; i++)
    if (e->lights.data[i].kind == LIGHT_MESH) TRY(add_triangles(e, &e->lights.data[i], tables));
  if (e->lights.count == 0) return ML_OK;
  return select_by_power(e, bound_radius > 0.0f ? (double)bound_radius : 1.0, tables);
}

void lights_free(Memory *memory, LightTables *tables) {
  array_free(memory, &tables->select_cdf);
  array_free(memory, &tables->select_pdf);
  array_free(memory, &tables->triangle_cdf);
}
