/* ray_embree.c - see ray_embree.h. */
#include "bench/ray_embree.h"

#include <embree3/rtcore.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <xmmintrin.h>

#define FLUSH_SUBNORMALS 0x8040u /* results and arguments: FTZ and DAZ of MXCSR */

struct EmbreeScene {
  RTCDevice device;
  RTCScene scene;
  _Atomic int64_t bytes, peak;
};

const char *embree_version(void) { return RTC_VERSION_STRING; }

static bool count_bytes(void *user, ssize_t bytes, bool post) {
  EmbreeScene *e = user;
  (void)post;
  int64_t now = atomic_fetch_add(&e->bytes, bytes) + bytes, peak = atomic_load(&e->peak);
  while (now > peak && !atomic_compare_exchange_weak(&e->peak, &peak, now)) {}
  return true;
}

static double process_cpu_seconds(void) {
  struct timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static RTCScene scene_with(RTCDevice device, const RayScene *mesh, bool robust, bool high_quality) {
  RTCScene scene = rtcNewScene(device);
  RTCGeometry geometry = rtcNewGeometry(device, RTC_GEOMETRY_TYPE_TRIANGLE);
  rtcSetSharedGeometryBuffer(geometry, RTC_BUFFER_TYPE_VERTEX, 0, RTC_FORMAT_FLOAT3, mesh->points, 0, 12, mesh->point_count);
  rtcSetSharedGeometryBuffer(geometry, RTC_BUFFER_TYPE_INDEX, 0, RTC_FORMAT_UINT3, mesh->triangles, 0, 12, mesh->triangle_count);
  rtcSetSceneFlags(scene, robust ? RTC_SCENE_FLAG_ROBUST : RTC_SCENE_FLAG_NONE);
  rtcSetSceneBuildQuality(scene, high_quality ? RTC_BUILD_QUALITY_HIGH : RTC_BUILD_QUALITY_MEDIUM);
  rtcSetGeometryBuildQuality(geometry, high_quality ? RTC_BUILD_QUALITY_HIGH : RTC_BUILD_QUALITY_MEDIUM);
  rtcCommitGeometry(geometry);
  rtcAttachGeometry(scene, geometry);
  rtcReleaseGeometry(geometry);
  return scene;
}

/* Its threads start at the first commit: a small one that is not counted. */
static void warm_up(RTCDevice device) {
  float points[4 * 3] = {0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1};
  uint32_t triangles[6] = {0, 1, 2, 0, 1, 3};
  RayScene mesh = {.points = points, .triangles = triangles, .point_count = 3, .triangle_count = 2};
  RTCScene scene = scene_with(device, &mesh, false, false);
  rtcCommitScene(scene);
  rtcReleaseScene(scene);
}

EmbreeScene *embree_make(const RayScene *mesh, const char *config, bool robust, bool high_quality, EmbreeBuild *build) {
  EmbreeScene *e = calloc(1, sizeof *e);
  if (e == NULL || (e->device = rtcNewDevice(config)) == NULL) {
    fprintf(stderr, "bench: Embree makes no device of \"%s\"\n", config);
    free(e);
    return NULL;
  }
  unsigned state = _mm_getcsr();
  _mm_setcsr(state | FLUSH_SUBNORMALS);
  warm_up(e->device);
  rtcSetDeviceMemoryMonitorFunction(e->device, count_bytes, e);
  e->scene = scene_with(e->device, mesh, robust, high_quality);
  double wall = ml_clock(), cpu = process_cpu_seconds();
  rtcCommitScene(e->scene);
  *build = (EmbreeBuild){ml_clock() - wall, process_cpu_seconds() - cpu, atomic_load(&e->bytes), atomic_load(&e->peak)};
  _mm_setcsr(state);
  enum RTCError error = rtcGetDeviceError(e->device);
  if (error == RTC_ERROR_NONE) return e;
  fprintf(stderr, "bench: Embree fails with error %d\n", (int)error);
  embree_free(e);
  return NULL;
}

void embree_free(EmbreeScene *e) {
  if (e == NULL) return;
  rtcReleaseScene(e->scene);
  rtcReleaseDevice(e->device);
  free(e);
}

static inline struct RTCRay ray_of(const RayRecord *r) {
  return (struct RTCRay){.org_x = r->o[0],
                         .org_y = r->o[1],
                         .org_z = r->o[2],
                         .dir_x = r->d[0],
                         .dir_y = r->d[1],
                         .dir_z = r->d[2],
                         .tfar = r->t_max,
                         .mask = 0xffffffffu};
}

double embree_trace(EmbreeScene *e, const RaySet *set, RayResult *results) {
  unsigned state = _mm_getcsr();
  _mm_setcsr(state | FLUSH_SUBNORMALS);
  struct RTCIntersectContext context;
  rtcInitIntersectContext(&context);
  double begin = bench_cpu_seconds();
  if (set->kind == RAYS_SHADOW) {
    for (uint64_t i = 0; i < set->count; i++) {
      struct RTCRay ray = ray_of(&set->rays[i]);
      rtcOccluded1(e->scene, &context, &ray);
      results[i] = (RayResult){.prim = ray.tfar < 0.0f ? 0 : NO_ID};
    }
  } else {
    if (set->kind == RAYS_PRIMARY) context.flags = RTC_INTERSECT_CONTEXT_FLAG_COHERENT; /* a hint, for those who know */
    for (uint64_t i = 0; i < set->count; i++) {
      struct RTCRayHit query = {.ray = ray_of(&set->rays[i]),
                                .hit = {.geomID = RTC_INVALID_GEOMETRY_ID, .instID = {RTC_INVALID_GEOMETRY_ID}}};
      rtcIntersect1(e->scene, &context, &query);
      bool hit = query.hit.geomID != RTC_INVALID_GEOMETRY_ID;
      results[i] = (RayResult){query.ray.tfar, query.hit.u, query.hit.v, hit ? query.hit.primID : NO_ID};
    }
  }
  double seconds = bench_cpu_seconds() - begin;
  _mm_setcsr(state);
  return seconds;
}
