/* lights.c - what every light is known by to the trees that choose among lights, the trees of meshes that emit, and the distribution of the
 * lights that are infinitely far away. Sums run in double, in order. */
#include "scene/lights.h"

#include "base/sort.h"
#include "light/tree.h"
#include "shape/intersect.h"

static const double pi = 0x1.921fb54442d18p+1;

/* A light, or a part of a mesh, that is much darker than the brightest counts for as much as this of it: nothing is forgotten. */
#define LEAST_INTENSITY 1e-6
/* And far lights, or those that are not, get at least this share of all choices. */
#define LEAST_SHARE 0.02

enum { MESH_LEAF = 4 };

/* ---- estimates. What is far, hidden or seen from its back is not known here. */

/* The integral of the cosine over a disc that is faced: pi sin^2 of half its angle, whose cosine is 1 - spread. */
static double sun_projected(float spread) { return pi * (double)spread * (2.0 - (double)spread); }

/* Watts of the scene's luminance, roughly. */
static double estimated_power(const Expansion *e, const Light *light, double bound_radius) {
  double luminance = (double)spectrum_luminance(light->emission), radius = (double)light->radius, area = (double)light->area;
  double disc = pi * bound_radius * bound_radius, sides = light->front_only ? 1.0 : 2.0, beam = 4.0 * pi;
  if (light->profile != NO_ID) {
    const LightProfile *profile = &e->profiles.data[light->profile];
    if (profile->outer < 2.0f) beam = pi * ((double)profile->inner + (double)profile->outer);
  }
  switch ((LightKind)light->kind) {
  case LIGHT_POINT: return beam * luminance;
  case LIGHT_SPHERE: return beam * pi * radius * radius * luminance;
  case LIGHT_DIRECTIONAL: return disc * luminance;
  case LIGHT_PRIM: return pi * area * luminance * (prim_is_closed(&e->list.prims.data[light->prim]) ? 1.0 : sides);
  case LIGHT_MESH: return pi * area * luminance * sides;
  case LIGHT_SUN: return disc * luminance * sun_projected(light->radius);
  case LIGHT_BACKGROUND:
  case LIGHT_ENVIRONMENT: return 4.0 * pi * disc * luminance;
  }
  return 0.0;
}

/* ---- bounds */

static void bound_point(const Expansion *e, const Light *light, LightBounds *out) {
  out->two_sided = 0; /* a beam has one end */
  for (int i = 0; i < 3; i++) {
    out->lo[i] = light->radius > 0.0f ? next_down_f(light->p[i] - light->radius) : light->p[i];
    out->hi[i] = light->radius > 0.0f ? next_up_f(light->p[i] + light->radius) : light->p[i];
  }
  if (light->profile == NO_ID) return;
  const LightProfile *profile = &e->profiles.data[light->profile];
  if (profile->outer >= 2.0f) return;
  for (int i = 0; i < 3; i++) out->axis[i] = profile->axis[i];
  out->cos_normal = 1.0f - profile->outer;
  out->cos_emission = 1.0f;
}

/* A mesh's normals, from those of its tree's root. Under a placement that is not uniform they must be looked at themselves; *area is then
 * the world's, too. */
static MlStatus bound_mesh(const Expansion *e, const Light *light, const LightNode *root, LightBounds *out, double *area) {
  const Instance *instance = &e->list.instances.data[light->instance];
  const float *m = instance->placed.to_world, *inverse = instance->placed.to_local;
  const MlVec3 x = {(double)m[0], (double)m[3], (double)m[6]}, y = {(double)m[1], (double)m[4], (double)m[7]},
               z = {(double)m[2], (double)m[5], (double)m[8]};
  double xx = dvec_dot(x, x), yy = dvec_dot(y, y), zz = dvec_dot(z, z), slack = 1e-5 * xx;
  bool uniform = __builtin_fabs(xx - yy) <= slack && __builtin_fabs(xx - zz) <= slack && __builtin_fabs(dvec_dot(x, y)) <= slack &&
                 __builtin_fabs(dvec_dot(y, z)) <= slack && __builtin_fabs(dvec_dot(z, x)) <= slack;
  MlVec3 axis = dvec_normalize(matrix_multiply_transposed(inverse, dvec_load(root->bounds.axis)));
  double least = (double)root->bounds.cos_normal;
  *area = (double)root->bounds.intensity * xx;
  if (!uniform) {
    const Mesh *mesh = &e->list.geometries.data[instance->geometry]->mesh;
    if (least > -1.0) least = 1.0;
    *area = 0.0;
    for (uint64_t i = 0; i < mesh->triangle_count; i++) {
      if (!work_goes_on(e->work, 64)) return work_status(e->work, e->error);
      const uint32_t *corner = mesh->triangles + 3 * i;
      MlVec3 a = dvec_load(mesh->points + 3 * (size_t)corner[0]), b = dvec_load(mesh->points + 3 * (size_t)corner[1]),
             c = dvec_load(mesh->points + 3 * (size_t)corner[2]), u = dvec_subtract(b, a), v = dvec_subtract(c, a);
      double cosine = dvec_dot(axis, dvec_normalize(matrix_multiply_transposed(inverse, dvec_cross(u, v))));
      if (cosine < least) least = cosine;
      *area += 0.5 * dvec_length(dvec_cross(matrix_multiply(m, u), matrix_multiply(m, v)));
    }
  }
  vec3_store(out->axis, dvec_to_vec3(axis));
  out->cos_normal = least > -1.0 ? (float)(least - 1e-4) : -1.0f;
  return ML_OK;
}

/* *intensity: the greatest, W/sr of luminance. */
static MlStatus bound_light(Expansion *e, const LightForest *forest, Light *light, LightBounds *out, double *intensity) {
  double luminance = (double)spectrum_luminance(light->emission);
  *out = (LightBounds){.cos_normal = -1.0f, .two_sided = light->front_only == 0};
  *intensity = luminance;
  switch ((LightKind)light->kind) {
  case LIGHT_SPHERE:
    *intensity *= pi * (double)light->radius * (double)light->radius;
    bound_point(e, light, out);
    break;
  case LIGHT_POINT: bound_point(e, light, out); break;
  case LIGHT_PRIM: {
    const Prim *prim = &e->list.prims.data[light->prim];
    bool flat = prim_is_flat(prim);
    for (int i = 0; i < 3; i++) out->lo[i] = prim->lo[i], out->hi[i] = prim->hi[i];
    for (int i = 0; i < 3 && flat; i++) out->axis[i] = prim->n[i];
    if (flat) out->cos_normal = 1.0f;
    *intensity *= (double)light->area * (flat ? 1.0 : 0.25); /* a convex body's mean shadow is a quarter of its surface (Cauchy) */
    break;
  }
  case LIGHT_MESH: {
    double area;
    const Aabb *box = &e->list.boxes.data[light->instance];
    for (int i = 0; i < 3; i++) out->lo[i] = box->lo[i], out->hi[i] = box->hi[i];
    TRY(bound_mesh(e, light, &forest->nodes.data[forest->trees.data[light->tree].first_node], out, &area));
    light->area = (float)area;
    *intensity *= area * (out->cos_normal > 0.0f ? 1.0 : 0.5);
    break;
  }
  case LIGHT_DIRECTIONAL:
  case LIGHT_SUN:
  case LIGHT_BACKGROUND:
  case LIGHT_ENVIRONMENT: break;
  }
  return ML_OK;
}

/* ---- trees */

typedef struct MeshLight {
  const Geometry *geometry;
  uint32_t light;
} MeshLight;

static bool mesh_light_less(const void *a, const void *b, void *ud) {
  (void)ud;
  return ((const MeshLight *)a)->geometry->hash < ((const MeshLight *)b)->geometry->hash;
}

static MlStatus build_mesh_tree(const Expansion *e, const Mesh *mesh, LightForest *forest) {
  uint32_t count = (uint32_t)mesh->triangle_count;
  size_t bytes;
  LightBounds *bounds = size_multiply(count, sizeof *bounds, &bytes) ? memory_alloc(e->memory, bytes, 16) : NULL;
  if (bounds == NULL) return memory_error(e->memory, (uint64_t)count * sizeof *bounds, "tree of triangles that emit", e->error);
  for (uint32_t i = 0; i < count && work_goes_on(e->work, 2 * sizeof *bounds); i++) bounds[i] = triangle_light_bounds(mesh, i);
  MlStatus status = work_status(e->work, e->error);
  if (status == ML_OK) status = light_tree_build(e->memory, forest, bounds, NULL, count, count, MESH_LEAF, e->work, e->error);
  memory_free(e->memory, bounds, bytes);
  return status;
}

/* One for each geometry, however often it is placed. lights: the mesh lights, twice the room of them. */
static MlStatus build_mesh_trees(Expansion *e, LightForest *forest, MeshLight *lights, uint64_t count) {
  sort_stable(lights, (size_t)count, sizeof *lights, lights + count, mesh_light_less, NULL);
  for (uint64_t i = 0; i < count; i++) {
    if (i == 0 || lights[i].geometry != lights[i - 1].geometry) TRY(build_mesh_tree(e, &lights[i].geometry->mesh, forest));
    e->lights.data[lights[i].light].tree = (uint32_t)forest->trees.count - 1;
  }
  return ML_OK;
}

/* intensities, bounds, ids: room for all lights. The scene's own tree is the first, but needs to know those of meshes: it is built last. */
static MlStatus build_top_tree(Expansion *e, LightForest *forest, double *intensities, LightBounds *bounds, uint32_t *ids) {
  uint32_t count = 0;
  double greatest = 0.0;
  for (uint64_t i = 0; i < e->lights.count; i++) {
    Light *light = &e->lights.data[i];
    if (light_is_far(light)) continue;
    TRY(bound_light(e, forest, light, &bounds[count], &intensities[count]));
    if (intensities[count] > greatest) greatest = intensities[count];
    ids[count++] = (uint32_t)i;
  }
  for (uint32_t i = 0; i < count; i++) {
    double share = greatest > 0.0 ? intensities[i] / greatest : 1.0;
    bounds[i].intensity = (float)(share > LEAST_INTENSITY ? share : LEAST_INTENSITY);
  }
  TRY(light_tree_build(e->memory, forest, bounds, ids, count, (uint32_t)e->lights.count, 1, e->work, e->error));
  forest->trees.data[0] = forest->trees.data[--forest->trees.count];
  return ML_OK;
}

static MlStatus prepare_near(Expansion *e, LightForest *forest) {
  LightTree none = {0, 0, 0};
  uint64_t count = e->lights.count, meshes = 0;
  size_t bytes, each = 2 * sizeof(MeshLight) + sizeof(double) + sizeof(LightBounds) + sizeof(uint32_t);
  if (!array_push(e->memory, &forest->trees, none)) return memory_error(e->memory, sizeof none, "tree of the lights", e->error);
  char *block = size_multiply(count, each, &bytes) ? memory_alloc(e->memory, bytes, 16) : NULL;
  if (block == NULL) return memory_error(e->memory, count * each, "lights", e->error);
  MeshLight *mesh_lights = (MeshLight *)block;
  double *intensities = (double *)(mesh_lights + 2 * count);
  LightBounds *bounds = (LightBounds *)(intensities + count);
  for (uint64_t i = 0; i < count; i++) {
    const Light *light = &e->lights.data[i];
    if (light->kind == LIGHT_MESH)
      mesh_lights[meshes++] = (MeshLight){e->list.geometries.data[e->list.instances.data[light->instance].geometry], (uint32_t)i};
  }
  MlStatus status = build_mesh_trees(e, forest, mesh_lights, meshes);
  if (status == ML_OK) status = build_top_tree(e, forest, intensities, bounds, (uint32_t *)(bounds + count));
  memory_free(e->memory, block, bytes);
  return status;
}

/* ---- far lights */

/* By power, each for at least a thousandth of the mean. */
static MlStatus prepare_far(Expansion *e, double bound_radius, LightTables *tables) {
  double near = 0.0, far = 0.0;
  for (uint64_t i = 0; i < e->lights.count; i++) {
    const Light *light = &e->lights.data[i];
    double power = estimated_power(e, light, bound_radius);
    if (!light_is_far(light)) {
      near += power;
      continue;
    }
    far += power;
    if (!array_push(e->memory, &tables->far, (uint32_t)i)) return memory_error(e->memory, sizeof(uint32_t), "lights", e->error);
  }
  uint64_t count = tables->far.count;
  if (count == 0) return ML_OK;
  if (!array_reserve(e->memory, &tables->far_cdf, count) || !array_reserve(e->memory, &tables->far_pdf, count))
    return memory_error(e->memory, 2 * count * sizeof(float), "lights", e->error);
  double share = near + far > 0.0 ? far / (near + far) : 0.5, least = far > 0.0 ? 1e-3 * (far / (double)count) : 1.0;
  share = count == e->lights.count ? 1.0 : share < LEAST_SHARE ? LEAST_SHARE : share > 1.0 - LEAST_SHARE ? 1.0 - LEAST_SHARE : share;
  tables->far_share = (float)share;
  double all = 0.0, sum = 0.0;
  for (int pass = 0; pass < 2; pass++) {
    for (uint64_t i = 0; i < count; i++) {
      double power = estimated_power(e, &e->lights.data[tables->far.data[i]], bound_radius);
      if (power < least) power = least;
      if (pass == 0) {
        all += power;
      } else {
        sum += power;
        tables->far_cdf.data[i] = i + 1 < count ? (float)(sum / all) : 1.0f;
        tables->far_pdf.data[i] = (float)((double)tables->far_share * (power / all));
        tables->forest.leaves.data[tables->forest.trees.data[0].first_leaf + tables->far.data[i]] = (uint32_t)i;
      }
    }
  }
  tables->far_cdf.count = tables->far_pdf.count = count;
  return ML_OK;
}

static MlStatus push_light(Expansion *e, const Light *light) {
  if (array_push(e->memory, &e->lights, *light)) return ML_OK;
  return memory_error(e->memory, (e->lights.count + 1) * sizeof *light, "lights", e->error);
}

/* What is all around, where it is not black, and a sky's sun. */
static MlStatus add_surroundings(Expansion *e, const Surroundings *surroundings, LightTables *tables) {
  const MlBuilder *b = e->b;
  const Environment *table = surroundings->table;
  const Light none = {.prim = NO_ID, .instance = NO_ID, .profile = NO_ID};
  Light around = none;
  around.kind = table != NULL ? LIGHT_ENVIRONMENT : LIGHT_BACKGROUND;
  if (table != NULL) around.emission = spectrum_all(table->mean * surroundings->strength);
  else if (b->has_background && !b->background_eye_only) around.emission = spectrum_from_color(b->background);
  if (!spectrum_is_black(around.emission)) {
    tables->background = (uint32_t)e->lights.count;
    TRY(push_light(e, &around));
  }
  if (table != NULL && table->kind == ENVIRONMENT_SKY && b->surroundings.sun) {
    double half = 0.5 * SKY_SUN_SIZE, s = ml_sin(0.5 * half * (pi / 180.0)), spread = 2.0 * s * s;
    Light sun = none;
    sun.kind = LIGHT_SUN;
    sun.front_only = true;
    sun.radius = (float)spread;
    sun.emission = spectrum_load(table->sun) * (float)(1.0 / sun_projected(sun.radius));
    for (int i = 0; i < 3; i++) sun.d[i] = b->surroundings.sun_way[i];
    if (b->surroundings.sky.sun_height > -half && !spectrum_is_black(sun.emission)) TRY(push_light(e, &sun));
  }
  for (uint64_t i = 0; i < e->lights.count && work_goes_on(e->work, sizeof around); i++)
    if (e->lights.data[i].kind == LIGHT_SUN && !array_push(e->memory, &tables->suns, (uint32_t)i))
      return memory_error(e->memory, (tables->suns.count + 1) * sizeof(uint32_t), "suns", e->error);
  return ML_OK;
}

MlStatus lights_prepare(Expansion *e, const Surroundings *surroundings, float bound_radius, LightTables *tables) {
  *tables = (LightTables){.background = NO_ID};
  TRY(add_surroundings(e, surroundings, tables));
  if (e->lights.count == 0) return ML_OK;
  TRY(prepare_near(e, &tables->forest));
  return prepare_far(e, bound_radius > 0.0f ? (double)bound_radius : 1.0, tables);
}

void lights_free(Memory *memory, LightTables *tables) {
  light_forest_free(memory, &tables->forest);
  array_free(memory, &tables->far);
  array_free(memory, &tables->far_cdf);
  array_free(memory, &tables->far_pdf);
  array_free(memory, &tables->suns);
}
