/* builder_placements.c - nodes placed once, still or in motion, or many times. */
#include <stdio.h>
#include <string.h>

#include "math/ieee.h"
#include "scene/builder.h"
#include "scene/expand.h"

static MlNode out_of_memory(const MlBuilder *b, uint64_t wanted, const char *what, MlError *error) {
  memory_error(b->context.memory, wanted, what, error);
  return 0;
}

static bool is_placement(const DescSource *source, const char *field, const MlTransform *t) {
  if (!affine_is_finite(t)) return desc_fail(source, "%s: expected finite numbers", field);
  if (affine_determinant_sign(t) != 0) return true;
  return desc_fail(source, "%s: expected a map that can be undone, but it flattens space (a scale of 0?)", field);
}

static bool motion_out_of_memory(const MlBuilder *b, uint64_t wanted, MlError *error) {
  memory_error(b->context.memory, wanted, "placements in motion", error);
  return false;
}

static MotionChain *new_chain(MlBuilder *b, uint32_t count, MlError *error) {
  MotionChain *chain = arena_alloc(&b->arena, sizeof *chain, _Alignof(MotionChain));
  MotionFactor *factors = arena_alloc(&b->arena, count * sizeof *factors, _Alignof(MotionFactor));
  if (chain == NULL || factors == NULL) {
    motion_out_of_memory(b, count * sizeof *factors, error);
    return NULL;
  }
  *chain = (MotionChain){factors, count};
  return chain;
}

/* Checks and copies the keys of a placement in motion. */
static bool read_keys(MlBuilder *b, const MlPlaceDesc *d, const DescSource *source, PlaceNode *out) {
  if (d->keys == NULL || d->key_count < 2 || d->key_count > MOTION_MAX_KEYS)
    return desc_fail(source, ".keys: expected 2 to %u placements, got %u", MOTION_MAX_KEYS, d->keys != NULL ? d->key_count : 0);
  for (uint32_t i = 0; i < d->key_count; i++) {
    char field[32];
    snprintf(field, sizeof field, ".keys[%u]", i);
    if (!is_placement(source, field, &d->keys[i])) return false;
    if (affine_determinant_sign(&d->keys[i]) != affine_determinant_sign(&d->keys[0]))
      return desc_fail(source, "%s: mirrors where the one before does not: on the way it would be flat", field);
  }
  MlTransform *keys = arena_alloc(&b->arena, d->key_count * sizeof *keys, _Alignof(MlTransform));
  MotionChain *chain = new_chain(b, 1, source->error);
  if (keys == NULL) return motion_out_of_memory(b, d->key_count * sizeof *keys, source->error);
  if (chain == NULL) return false;
  memcpy(keys, d->keys, d->key_count * sizeof *keys);
  *(MotionFactor *)chain->factors = (MotionFactor){keys, d->key_count};
  out->motion = chain;
  out->transform = keys[0];
  return true;
}

/* The factors of a placement; one that stands still is its own. */
static MotionChain chain_of(const PlaceNode *placement, MotionFactor *still) {
  if (placement->motion != NULL) return *placement->motion;
  *still = (MotionFactor){&placement->transform, 1};
  return (MotionChain){still, 1};
}

/* Two neighbours that stand still become one. */
static bool join_still(MlBuilder *b, const MotionFactor *outer, const MotionFactor *inner, MotionFactor *out, MlError *error) {
  MlTransform *product = arena_alloc(&b->arena, sizeof *product, _Alignof(MlTransform));
  if (product == NULL) return motion_out_of_memory(b, sizeof *product, error);
  *product = ml_transform_multiply(outer->keys, inner->keys);
  *out = (MotionFactor){product, 1};
  return true;
}

/* The motion of a placement of a placement: both chains, one behind the other. */
static bool join_motions(MlBuilder *b, const PlaceNode *inner, uint32_t place, PlaceNode *outer, MlError *error) {
  MotionFactor stills[2];
  MotionChain a = chain_of(outer, &stills[0]), c = chain_of(inner, &stills[1]);
  const MotionFactor *last = &a.factors[a.count - 1];
  bool merge = last->count == 1 && c.factors[0].count == 1;
  uint32_t count = a.count + c.count - merge;
  if (count > MOTION_MAX_FACTORS) {
    error_set_at(error, ML_ERROR_LIMIT, place, "place: more than %u placements of placements, some of them in motion", MOTION_MAX_FACTORS);
    return false;
  }
  MotionChain *chain = new_chain(b, count, error);
  if (chain == NULL) return false;
  MotionFactor *factors = (MotionFactor *)chain->factors;
  memcpy(factors, a.factors, a.count * sizeof *factors);
  memcpy(factors + a.count - merge, c.factors, c.count * sizeof *factors);
  if (merge && !join_still(b, last, &c.factors[0], &factors[a.count - 1], error)) return false;
  // What stood still is the outer description's or another node's: keep it here
  for (uint32_t i = 0; i < count; i++) {
    if (factors[i].keys != &outer->transform) continue;
    MlTransform *kept = arena_alloc(&b->arena, sizeof *kept, _Alignof(MlTransform));
    if (kept == NULL) return motion_out_of_memory(b, sizeof *kept, error);
    *kept = outer->transform;
    factors[i].keys = kept;
  }
  outer->motion = chain;
  return true;
}

MlNode ml_place(MlBuilder *b, const MlPlaceDesc *desc, MlError *error) {
  FLOAT_STATE_OURS;
  DescSource source = {.what = "place", .error = error};
  MlPlaceDesc d;
  if (!DESC_READ(&source, MlPlaceDesc, desc, &d) || !desc_node(&source, b, "child", d.child) ||
      !desc_material(&source, b, "material", d.material))
    return 0;
  if ((d.hidden & ~(uint32_t)(ML_HIDE_CAMERA | ML_HIDE_SHADOW | ML_HIDE_REFLECTION)) != 0) {
    desc_fail(&source, ".hidden: expected ML_HIDE_ bits, got %u", d.hidden);
    return 0;
  }
  PlaceNode placement = {.transform = affine_or_identity(&d.transform), .child = d.child, .hidden = d.hidden};
  MlMaterial material = d.material;
  if (d.key_count != 0 && !read_keys(b, &d, &source, &placement)) return 0;
  if (!is_placement(&source, ".transform", &placement.transform)) return 0;
  // A placement of a placement is one; the inner material counts
  const Node *child = builder_node(b, d.child);
  uint16_t traits = builder_enclosing_traits(b, child, material);
  if (child->kind == NODE_PLACE) {
    const PlaceNode *inner = child->placement;
    if ((placement.motion != NULL || inner->motion != NULL) && !join_motions(b, inner, d.place, &placement, error)) return 0;
    placement.transform = ml_transform_multiply(&placement.transform, &inner->transform);
    placement.child = inner->child;
    placement.hidden |= inner->hidden;
    if (child->material != 0) material = child->material;
    if (affine_determinant_sign(&placement.transform) == 0 || !affine_is_finite(&placement.transform)) {
      desc_fail(&source, ".transform: too large or too small together with the placements inside");
      return 0;
    }
  }
  if (placement.motion != NULL) traits |= NODE_MOVES;
  PlaceNode *kept = arena_alloc(&b->arena, sizeof *kept, _Alignof(PlaceNode));
  if (kept == NULL) return out_of_memory(b, sizeof *kept, "placement", error);
  *kept = placement;
  Node node = {.kind = NODE_PLACE, .traits = traits, .material = material, .place = d.place, .placement = kept};
  node.depth = child->depth;
  node.leaves = child->leaves;
  node.effort = child->effort;
  return builder_add_node(b, &node, error);
}

MlBounds builder_swept_bounds(const MlTransform *t, const MotionChain *motion, const MlBounds *box) {
  enum { TIMES = 32 };
  MlBounds bounds = {.empty = true, .infinite = box->infinite};
  if (box->empty) return bounds;
  for (int i = 0; i <= TIMES; i++) {
    MlTransform at = motion_at(motion, (double)i / TIMES), all = ml_transform_multiply(t, &at);
    MlBounds then = *box;
    then.infinite = false;
    then = affine_bounds(&all, &then);
    bounds = bounds_union(&bounds, &then);
  }
  bounds.infinite = box->infinite;
  return bounds;
}

/* ---- arrays */

/* The i-th transform of a description, with what its child's own placement does first. */
static MlTransform array_transform(const MlArrayDesc *d, uint64_t i, const MlTransform *inner) {
  MlTransform t;
  for (int k = 0; k < 12; k++) t.m[k] = (double)d->transforms[12 * i + (uint64_t)k];
  return inner != NULL ? ml_transform_multiply(&t, inner) : t;
}

/* Fills the places; false: reported. */
static bool read_places(const MlArrayDesc *d, const MlTransform *inner, const MlBounds *child, const DescSource *source, ArrayNode *out) {
  Work work = {.cancel = d->cancel};
  out->bounds = (MlBounds){.empty = true, .infinite = child->infinite};
  for (uint64_t i = 0; i < d->count; i++) {
    if (!work_goes_on(&work, 2048)) return work_status(&work, source->error) == ML_OK;
    MlTransform t = array_transform(d, i, inner);
    PlacedTransform placed;
    if (!affine_is_finite(&t)) return desc_fail(source, ".transforms[%llu]: expected finite numbers", (unsigned long long)i);
    if (!place_exactly(&t, &placed))
      return desc_fail(source, ".transforms[%llu]: expected a map that can be undone, but it flattens space (a scale of 0?)",
                       (unsigned long long)i);
    memcpy(out->places[i].to_local, placed.to_local, sizeof placed.to_local);
    memcpy(out->places[i].centre, placed.centre, sizeof placed.centre);
    if (child->empty) continue;
    MlBounds box = *child;
    box.infinite = false;
    box = affine_bounds(&t, &box);
    bool infinite = out->bounds.infinite;
    out->bounds = bounds_union(&out->bounds, &box);
    out->bounds.infinite = infinite;
  }
  return true;
}

MlNode ml_array(MlBuilder *b, const MlArrayDesc *desc, MlError *error) {
  FLOAT_STATE_OURS;
  DescSource source = {.what = "array", .error = error};
  MlArrayDesc d;
  if (!DESC_READ(&source, MlArrayDesc, desc, &d) || !desc_node(&source, b, "child", d.child) ||
      !desc_material(&source, b, "material", d.material))
    return 0;
  if ((d.hidden & ~(uint32_t)(ML_HIDE_CAMERA | ML_HIDE_SHADOW | ML_HIDE_REFLECTION)) != 0) {
    desc_fail(&source, ".hidden: expected ML_HIDE_ bits, got %u", d.hidden);
    return 0;
  }
  if (d.count == 0 || d.count > BVH_MAX_ITEMS || d.transforms == NULL) {
    desc_fail(&source,
              d.transforms == NULL ? ".transforms: expected 12 floats for each placement, got NULL"
                                   : ".count: expected 1 to %u placements, got %llu",
              BVH_MAX_ITEMS, (unsigned long long)d.count);
    return 0;
  }
  // A child that is a placement and stands still is multiplied into the places
  const Node *child = builder_node(b, d.child);
  const PlaceNode *still = child->kind == NODE_PLACE && child->placement->motion == NULL ? child->placement : NULL;
  ArrayNode array = {.child = d.child, .material = d.material, .hidden = d.hidden, .count = d.count};
  uint16_t traits = builder_enclosing_traits(b, child, d.material) | NODE_HAS_ARRAY;
  if (still != NULL) {
    array.child = still->child;
    array.hidden |= still->hidden;
    if (child->material != 0) array.material = child->material;
    child = builder_node(b, array.child);
  }
  Node node = {.kind = NODE_ARRAY, .traits = traits, .place = d.place, .depth = child->depth + 1, .effort = 1};
  if (node.depth > NODE_MAX_DEPTH) {
    error_set_at(error, ML_ERROR_LIMIT, d.place, "array: groups are nested more than %u deep", (unsigned)NODE_MAX_DEPTH);
    return 0;
  }
  node.leaves = builder_multiply_saturating(child->leaves, d.count);
  MlTransform identity = ml_transform_identity();
  Work work = {.cancel = d.cancel};
  MlBounds bounds = builder_bounds(b, array.child, &identity, BOUNDS_BUDGET, &work);
  if (work_status(&work, error) != ML_OK) return 0;
  ArrayNode *kept = arena_alloc(&b->arena, sizeof *kept, _Alignof(ArrayNode));
  size_t bytes = (size_t)(d.count * sizeof *array.places);
  array.places = kept != NULL ? memory_pages_alloc(b->context.memory, bytes) : NULL;
  if (array.places == NULL) return out_of_memory(b, bytes, "array", error);
  MlNode id = 0;
  if (read_places(&d, still != NULL ? &still->transform : NULL, &bounds, &source, &array)) {
    *kept = array;
    node.array = kept;
    id = builder_add_node(b, &node, error);
  }
  if (id == 0) memory_pages_free(b->context.memory, array.places, bytes);
  return id;
}
