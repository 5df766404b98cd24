/* corners.c - see corners.h. */
#include "shape/corners.h"

#include <string.h>

static bool make_slots(Memory *memory, uint64_t count, uint32_t **out) {
  size_t bytes;
  *out = size_multiply(count, sizeof **out, &bytes) ? memory_alloc_zero(memory, bytes, 16) : NULL;
  return *out != NULL;
}

bool corner_join_begin(CornerJoin *join, Memory *memory, const CornerSources *sources, uint64_t triangles, ModelDraft *draft) {
  *join = (CornerJoin){.memory = memory, .sources = *sources, .draft = draft, .slot_count = 64};
  while (join->slot_count < triangles) join->slot_count *= 2; // points of a closed mesh are half as many as triangles
  return make_slots(memory, join->slot_count, &join->slots) && array_reserve(memory, &draft->triangles, triangles);
}

void corner_join_free(CornerJoin *join) {
  if (join->slots != NULL) memory_free(join->memory, join->slots, (size_t)(join->slot_count * sizeof *join->slots));
  array_free(join->memory, &join->made);
  *join = (CornerJoin){.memory = join->memory};
}

static uint64_t hash_corner(const Corner *c) {
  uint64_t h = ((uint64_t)c->point << 32 | c->uv) * 0x9e3779b97f4a7c15u;
  h = (h ^ h >> 32 ^ c->normal) * 0xd6e8feb86659fd93u;
  return h ^ h >> 32;
}

static bool widen(CornerJoin *join) {
  const uint64_t count = 2 * join->slot_count;
  uint32_t *slots;
  if (!make_slots(join->memory, count, &slots)) return false;
  for (uint64_t i = 0; i < join->made.count; i++) {
    uint64_t slot = hash_corner(&join->made.data[i]) & (count - 1);
    while (slots[slot] != 0) slot = (slot + 1) & (count - 1);
    slots[slot] = (uint32_t)i + 1;
  }
  memory_free(join->memory, join->slots, (size_t)(join->slot_count * sizeof *slots));
  join->slots = slots;
  join->slot_count = count;
  return true;
}

static bool append(CornerJoin *join, const Corner *c) {
  const CornerSources *from = &join->sources;
  ModelDraft *draft = join->draft;
  if (!array_push(join->memory, &join->made, *c) || !array_push(join->memory, &draft->points, from->points[c->point])) return false;
  if (from->normals != NULL &&
      !array_push(join->memory, &draft->normals, c->normal == MODEL_NONE ? (ModelPoint){0} : from->normals[c->normal]))
    return false;
  return from->uv == NULL || array_push(join->memory, &draft->uv, c->uv == MODEL_NONE ? (ModelUv){0} : from->uv[c->uv]);
}

static uint32_t find(CornerJoin *join, const Corner *c) {
  if (2 * join->made.count >= join->slot_count && !widen(join)) return MODEL_NONE;
  uint64_t slot = hash_corner(c) & (join->slot_count - 1);
  for (; join->slots[slot] != 0; slot = (slot + 1) & (join->slot_count - 1)) {
    const Corner *made = &join->made.data[join->slots[slot] - 1];
    if (made->point == c->point && made->uv == c->uv && made->normal == c->normal) return join->slots[slot] - 1;
  }
  if (join->made.count >= MODEL_NONE - 1 || !append(join, c)) return MODEL_NONE;
  join->slots[slot] = (uint32_t)join->made.count;
  return (uint32_t)join->made.count - 1;
}

bool corner_join_add(CornerJoin *join, const Corner corners[3]) {
  ModelTriangle triangle;
  for (int k = 0; k < 3; k++)
    if ((triangle.corner[k] = find(join, &corners[k])) == MODEL_NONE) return false;
  return array_push(join->memory, &join->draft->triangles, triangle);
}
