/* ray_sets.c - see ray_sets.h. */
#include "bench/ray_sets.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#ifdef __EMSCRIPTEN__
#include <emscripten.h>
EM_JS(double, node_cpu_seconds, (void), {
  const used = process.cpuUsage();
  return (used.user + used.system) / 1e6;
})
#endif

enum { SIDE = 1024, TILE = 8 };
const char *const ray_set_names[RAY_SET_KINDS] = {"primary", "diffuse", "shadow"};

double bench_cpu_seconds(void) {
#ifdef __EMSCRIPTEN__
  return node_cpu_seconds();
#else
  struct timespec t;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
#endif
}

static double process_cpu_seconds(void) {
  struct timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

double bench_median(double *values, size_t count) {
  for (size_t i = 1; i < count; i++)
    for (size_t k = i; k > 0 && values[k] < values[k - 1]; k--) {
      double v = values[k];
      values[k] = values[k - 1], values[k - 1] = v;
    }
  return count == 0 ? 0 : count % 2 ? values[count / 2] : (values[count / 2 - 1] + values[count / 2]) / 2;
}

/* ---- our side */

static MlStatus commit_mesh(MlEngine *engine, const RayScene *scene, RayWorld *out, MlError *error) {
  MlBuilder *b = NULL;
  MlStatus status = ml_builder_create(engine, &b, error);
  if (status != ML_OK) return status;
  MlNode mesh = ml_mesh(b,
                        &ML_DESC(MlMeshDesc, .points = scene->points, .point_count = scene->point_count, .triangles = scene->triangles,
                                 .triangle_count = scene->triangle_count),
                        error);
  status = mesh == 0 ? error->status : ml_add(b, mesh, error);
  double wall = ml_clock(), cpu = process_cpu_seconds();
  if (status == ML_OK) status = ml_commit(b, NULL, &out->scene, error);
  out->wall_seconds = ml_clock() - wall, out->cpu_seconds = process_cpu_seconds() - cpu;
  if (status != ML_OK) ml_builder_destroy(b);
  return status;
}

bool ray_world_make(RayWorld *world, const RayScene *scene, const char *isa, uint32_t threads) {
  MlError error = {0};
  *world = (RayWorld){0};
  MlStatus status = ml_engine_create(&ML_DESC(MlEngineDesc, .threads = threads, .isa = isa, .cache_bytes = 1), &world->engine, &error);
  if (status == ML_OK) {
    uint64_t before = ml_engine_memory(world->engine).used, mesh = 12 * (scene->point_count + scene->triangle_count);
    status = commit_mesh(world->engine, scene, world, &error);
    MlMemoryStats stats = ml_engine_memory(world->engine);
    world->tree_bytes = stats.used - before - mesh;
    world->peak_bytes = stats.peak - before - mesh;
  }
  if (status != ML_OK) {
    fprintf(stderr, "bench: %s\n", error.message);
    ray_world_free(world);
    return false;
  }
  const Scene *frozen = scene_of(world->scene);
  world->world = &frozen->world;
  world->kernel = kernel_find(isa);
  const Instances *instances = &world->world->instances;
  bool same = instances->count == 1 && world->world->prim_count == 0 && frozen->origin[0] == 0.0 && frozen->origin[1] == 0.0 &&
              frozen->origin[2] == 0.0 && instance_geometry(instances, &instances->data[0])->mesh.triangle_count == scene->triangle_count;
  if (!same) fprintf(stderr, "bench: scene %c is not one instance of the mesh as it was given\n", scene->name);
  if (!same) ray_world_free(world);
  return same;
}

void ray_world_free(RayWorld *world) {
  if (world->scene != NULL) ml_scene_release(world->scene);
  ml_engine_destroy(world->engine);
  *world = (RayWorld){0};
}

static inline Ray ray_of(const RayRecord *r, uint32_t kind) {
  return (Ray){.o = vec3_load(r->o), .d = vec3_load(r->d), .t_max = r->t_max, .kind = kind};
}

double ray_set_trace(const RayWorld *world, const RaySet *set, RayResult *results) {
  const Kernel *kernel = world->kernel;
  double begin = bench_cpu_seconds();
  if (set->kind == RAYS_SHADOW) {
    for (uint64_t i = 0; i < set->count; i++) {
      Ray ray = ray_of(&set->rays[i], RAY_SHADOW);
      results[i] = (RayResult){.prim = kernel->trace_any(world->world, &ray) ? 0 : NO_ID};
    }
  } else {
    for (uint64_t i = 0; i < set->count; i++) {
      Ray ray = ray_of(&set->rays[i], set->kind == RAYS_PRIMARY ? RAY_CAMERA : RAY_REFLECTION);
      Hit hit;
      kernel->trace_closest(world->world, &ray, &hit);
      results[i] = (RayResult){hit.t, hit.u, hit.v, hit.prim};
    }
  }
  return bench_cpu_seconds() - begin;
}

/* ---- making rays */

static void normalise(double v[3]) {
  double l = sqrt(v[0] * v[0] + v[1] * v[1] + v[2] * v[2]);
  for (int i = 0; i < 3; i++) v[i] /= l;
}
static void across(double out[3], const double a[3], const double b[3]) {
  for (int i = 0; i < 3; i++) out[i] = a[(i + 1) % 3] * b[(i + 2) % 3] - a[(i + 2) % 3] * b[(i + 1) % 3];
}

static void make_primary(RaySet *set, const RayScene *scene) {
  uint64_t seed = 1000;
  double forward[3], right[3], up[3], scale = ml_tan(scene->fov * 3.14159265358979 / 360);
  for (int i = 0; i < 3; i++) forward[i] = scene->to[i] - scene->from[i];
  normalise(forward);
  across(right, forward, (double[3]){0, 1, 0});
  normalise(right);
  across(up, right, forward);
  for (uint32_t k = 0; k < SIDE * SIDE; k++) {
    uint32_t tile = k / (TILE * TILE), in = k % (TILE * TILE);
    uint32_t x = tile % (SIDE / TILE) * TILE + in % TILE, y = tile / (SIDE / TILE) * TILE + in / TILE;
    double sx = scale * (2 * (x + ray_random_in(&seed, 0, 1)) / SIDE - 1), sy = scale * (1 - 2 * (y + ray_random_in(&seed, 0, 1)) / SIDE),
           d[3];
    for (int i = 0; i < 3; i++) d[i] = forward[i] + sx * right[i] + sy * up[i];
    normalise(d);
    RayRecord *r = &set->rays[set->count++];
    for (int i = 0; i < 3; i++) r->o[i] = (float)scene->from[i], r->d[i] = (float)d[i];
    r->t_max = INFINITY;
  }
}

/* From every hit of the camera's rays: a diffuse ray and a shadow ray. */
static void make_secondary(RaySet sets[RAY_SET_KINDS], const RayScene *scene, const RayResult *hits) {
  uint64_t seed = 2000;
  for (uint64_t k = 0; k < sets[RAYS_PRIMARY].count; k++) {
    if (hits[k].prim == NO_ID) continue;
    const RayRecord *from = &sets[RAYS_PRIMARY].rays[k];
    const uint32_t *corner = scene->triangles + 3 * (size_t)hits[k].prim;
    double u[3], v[3], n[3], s[3], t[3], facing = 0, p[3];
    for (int i = 0; i < 3; i++) {
      double a = (double)scene->points[3 * (size_t)corner[0] + (size_t)i];
      u[i] = (double)scene->points[3 * (size_t)corner[1] + (size_t)i] - a;
      v[i] = (double)scene->points[3 * (size_t)corner[2] + (size_t)i] - a;
    }
    across(n, u, v);
    normalise(n);
    normalise(u);
    for (int i = 0; i < 3; i++) facing += n[i] * (double)from->d[i];
    for (int i = 0; i < 3; i++) {
      if (facing > 0) n[i] = -n[i];
      s[i] = u[i];
      p[i] = (double)from->o[i] + (double)hits[k].t * (double)from->d[i] + 2e-5 * scene->radius * n[i];
    }
    across(t, n, s);
    double r2 = ray_random_in(&seed, 0, 1), turn = ray_random_in(&seed, 0, 6.28318530717959), r = sqrt(r2), z = sqrt(1 - r2), d[3];
    double cx = r * ml_cos(turn), cy = r * ml_sin(turn), lx = ray_random_in(&seed, 0, 1), ly = ray_random_in(&seed, 0, 1);
    for (int i = 0; i < 3; i++) d[i] = cx * s[i] + cy * t[i] + z * n[i];
    normalise(d);
    RayRecord *diffuse = &sets[RAYS_DIFFUSE].rays[sets[RAYS_DIFFUSE].count++], *shadow = &sets[RAYS_SHADOW].rays[sets[RAYS_SHADOW].count++];
    for (int i = 0; i < 3; i++) {
      diffuse->o[i] = shadow->o[i] = (float)p[i];
      diffuse->d[i] = (float)d[i];
      shadow->d[i] = (float)(scene->light[0][i] + lx * scene->light[1][i] + ly * scene->light[2][i] - p[i]);
    }
    diffuse->t_max = INFINITY, shadow->t_max = .9999f;
  }
}

/* ---- files: "MLRAYS1\n", the mesh's hash, the number of rays, the rays */

typedef struct RayFileHead {
  char magic[8];
  uint64_t mesh, count;
} RayFileHead;

static RayFileHead head_of(const RayScene *scene, uint64_t count) {
  uint64_t hash = ml_hash64(scene->points, 12 * (size_t)scene->point_count, 1);
  hash = ml_hash64(scene->triangles, 12 * (size_t)scene->triangle_count, hash);
  hash = ml_hash64(scene->from, sizeof scene->from, hash);
  hash = ml_hash64(scene->to, sizeof scene->to, hash);
  hash = ml_hash64(scene->light, sizeof scene->light, hash);
  return (RayFileHead){"MLRAYS1", hash, count};
}

static bool read_set(RaySet *set, const RayScene *scene, const char *path) {
  RayFileHead head, expected = head_of(scene, 0);
  FILE *file = fopen(path, "rb");
  if (file == NULL) return false;
  bool good = fread(&head, sizeof head, 1, file) == 1 && memcmp(head.magic, expected.magic, 8) == 0 && head.mesh == expected.mesh &&
              head.count <= SIDE * SIDE && fread(set->rays, sizeof(RayRecord), (size_t)head.count, file) == head.count;
  fclose(file);
  if (good) set->count = (size_t)head.count;
  return good;
}

static bool write_set(const RaySet *set, const RayScene *scene, const char *path) {
  RayFileHead head = head_of(scene, set->count);
  FILE *file = fopen(path, "wb");
  bool good =
    file != NULL && fwrite(&head, sizeof head, 1, file) == 1 && fwrite(set->rays, sizeof(RayRecord), set->count, file) == set->count;
  if (file != NULL && fclose(file) != 0) good = false;
  if (!good) fprintf(stderr, "bench: could not write %s\n", path);
  return good;
}

bool ray_sets_load(RaySet sets[RAY_SET_KINDS], const RayScene *scene, const RayWorld *world, const char *folder) {
  char path[RAY_SET_KINDS][1024];
  bool there = true;
  for (int k = 0; k < RAY_SET_KINDS; k++) {
    sets[k] = (RaySet){.kind = (RaySetKind)k, .rays = malloc((size_t)SIDE * SIDE * sizeof(RayRecord))};
    snprintf(path[k], sizeof path[k], "%s/%c-%s.rays", folder, scene->name, ray_set_names[k]);
  }
  for (int k = 0; k < RAY_SET_KINDS; k++) {
    if (sets[k].rays == NULL) return ray_sets_free(sets), false;
    there = there && read_set(&sets[k], scene, path[k]);
  }
  if (there) return true;
  RayResult *hits = malloc((size_t)SIDE * SIDE * sizeof *hits);
  if (hits == NULL) return ray_sets_free(sets), false;
  for (int k = 0; k < RAY_SET_KINDS; k++) sets[k].count = 0;
  make_primary(&sets[RAYS_PRIMARY], scene);
  ray_set_trace(world, &sets[RAYS_PRIMARY], hits);
  make_secondary(sets, scene, hits);
  free(hits);
  for (int k = 0; k < RAY_SET_KINDS; k++)
    if (!write_set(&sets[k], scene, path[k])) return ray_sets_free(sets), false;
  return true;
}

void ray_sets_free(RaySet sets[RAY_SET_KINDS]) {
  for (int k = 0; k < RAY_SET_KINDS; k++) {
    free(sets[k].rays);
    sets[k].rays = NULL;
  }
}
