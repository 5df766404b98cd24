/* golden_rays.c - traces the rays of ray_worlds.h and prints one hash of all that they hit. A program of its own, so that any compiler can
 * build it with the floors base, math, shape and bvh alone; LANE_COUNT and ML_ISA_SCALAR choose the kernel. */
#include <stdio.h>

#include "ray_worlds.h"

#include "base/hash.h"

int main(void) {
  Memory memory;
  memory_init(&memory, NULL, 256u << 20);
  uint64_t hash = 0;
  for (int kind = 0; kind < RAY_MODELS; kind++) {
    RayModel *model = ray_model((RayModelKind)kind, 16);
    static RayWorld world;
    ray_world_build(model, &(BvhBuild){.memory = &memory, .width = TREE_WIDTH}, &world);
    uint64_t random = 2;
    Ray ray = {0};
    Hit hit = {.prim = NO_ID};
    for (int i = 0; i < 20000; i++) {
      ray = ray_next(model, &random, &ray, &hit);
      bool found = trace_closest(&world.world, &ray, &hit);
      if (trace_any(&world.world, &ray) != found) return 1;
      const uint32_t words[] = {found,
                                float_bits(hit.t),
                                hit.prim,
                                found ? hit.instance : 0,
                                found ? float_bits(hit.u + 0.0f) : 0,
                                found ? float_bits(hit.v + 0.0f) : 0,
                                found ? hit.part : 0};
      for (int k = 0; k < 7; k++) hash = ml_hash64(&words[k], sizeof words[k], hash);
    }
    ray_world_free(&memory, &world);
    ray_model_free(model);
  }
  printf("%016llx\n", (unsigned long long)hash);
  return 0;
}
