/* placing.c - see placing.h. */
#include "placing.h"

#include <string.h>

MlTransform placing_shift(MlVec3 v) { return (MlTransform){{1, 0, 0, v.x, 0, 1, 0, v.y, 0, 0, 1, v.z}}; }
MlTransform placing_scale(MlVec3 v) { return (MlTransform){{v.x, 0, 0, 0, 0, v.y, 0, 0, 0, 0, v.z, 0}}; }

MlTransform placing_after(MlTransform b, MlTransform a) { return ml_transform_multiply(&b, &a); }

/* About x, then y, then z, the axes fixed. */
MlTransform placing_turn(MlVec3 degrees) {
  MlTransform t = ml_transform_identity();
  if (degrees.x != 0) t = ml_transform_turn(degrees.x, (MlVec3){1, 0, 0});
  if (degrees.y != 0) t = placing_after(ml_transform_turn(degrees.y, (MlVec3){0, 1, 0}), t);
  if (degrees.z != 0) t = placing_after(ml_transform_turn(degrees.z, (MlVec3){0, 0, 1}), t);
  return t;
}

bool placing_is_identity(const MlTransform *t) {
  const MlTransform identity = ml_transform_identity();
  return memcmp(t, &identity, sizeof identity) == 0;
}

/* Bounds of the geometry under a transform; the node made for that is used by nothing. */
static MlBounds bounds_under(Reading *r, const Node *node, const MlTransform *t) {
  MlError error = {0};
  if (placing_is_identity(t)) return ml_node_bounds(r->runtime->builder, node->geometry);
  const MlNode placed =
    ml_place(r->runtime->builder, &ML_DESC(MlPlaceDesc, .place = r->place, .child = node->geometry, .transform = *t), &error);
  if (!placed) reader_fail_builder(r, &error);
  return ml_node_bounds(r->runtime->builder, placed);
}

bool placing_same(MlVec3 a, MlVec3 b) { return a.x == b.x && a.y == b.y && a.z == b.z; }

/* The fields' part of the placing: scale, turn, floor, at; of what moves, as it is when the frame begins. */
MlTransform placing_of_fields(Reading *r, const Node *node) {
  const NodeShared *shared = &node->shared;
  const MlVec3 scale = shared->scale, turn = shared->turn, at = shared->at;
  MlTransform t = ml_transform_identity(); // most have no place of their own: multiply only what was said
  if (scale.x != 1 || scale.y != 1 || scale.z != 1) t = placing_scale(scale);
  if (turn.x != 0 || turn.y != 0 || turn.z != 0) t = placing_after(placing_turn(turn), t);
  if (shared->floor) {
    const MlBounds bounds = bounds_under(r, node, &t);
    if (bounds.infinite) reader_fail_field(r, "floor", "floor", "a %s is infinite and cannot stand on the floor", node->entry->name);
    else if (!bounds.empty) t = placing_after(placing_shift((MlVec3){0, -bounds.min.y, 0}), t);
  }
  return at.x != 0 || at.y != 0 || at.z != 0 ? placing_after(placing_shift(at), t) : t;
}

/* ---- in motion */

enum { TURN_MOST = 3600, TURN_STEP = 90 }; /* degrees: of a turn in motion, and between two keys */

bool placing_fields_move(const NodeShared *shared) {
  return !placing_same(shared->at, shared->next_at) || !placing_same(shared->turn, shared->next_turn) ||
         !placing_same(shared->scale, shared->next_scale);
}

/* A step after the others; keys are copied. Where it and the one before stand still, they become one. */
static const PlacingStep *add_step(Reading *r, const PlacingStep *before, const MlTransform *keys, uint32_t count) {
  MlTransform *kept = store_alloc(&r->runtime->store, count * sizeof *kept);
  PlacingStep *step = store_alloc(&r->runtime->store, sizeof *step);
  if (!kept || !step) runtime_check_memory(r->L, &(MlError){.status = ML_ERROR_MEMORY});
  memcpy(kept, keys, count * sizeof *kept);
  if (count == 1 && before && before->count == 1) {
    kept[0] = placing_after(keys[0], before->keys[0]);
    before = before->before;
  }
  *step = (PlacingStep){kept, count, before};
  return step;
}

const PlacingStep *steps_still(Reading *r, const PlacingStep *before, MlTransform t) {
  return placing_is_identity(&t) ? before : add_step(r, before, &t, 1);
}

const PlacingStep *steps_shift(Reading *r, const PlacingStep *before, MlVec3 from, MlVec3 to) {
  const MlTransform keys[2] = {placing_shift(from), placing_shift(to)};
  return add_step(r, before, keys, placing_same(from, to) ? 1 : 2);
}

const PlacingStep *steps_scale(Reading *r, const PlacingStep *before, MlVec3 from, MlVec3 to) {
  if (!placing_same(from, to) && !(from.x * to.x > 0 && from.y * to.y > 0 && from.z * to.z > 0))
    reader_fail(r, "scale", "a scale in motion must not become 0 or change its sign: on the way the shape would be flat");
  const MlTransform keys[2] = {placing_scale(from), placing_scale(to)};
  return add_step(r, before, keys, placing_same(from, to) ? 1 : 2);
}

/* So many keys that between two of them the way is not in doubt. */
const PlacingStep *steps_turn(Reading *r, const PlacingStep *before, double from, double to, MlVec3 axis) {
  MlTransform keys[TURN_MOST / TURN_STEP + 1];
  double by = to - from;
  if (!(by >= -TURN_MOST && by <= TURN_MOST)) {
    reader_fail(r, "turn", "expected a turn in motion of at most %d degrees, got %g", TURN_MOST, by);
    by = 0;
  }
  const uint32_t steps = (uint32_t)ml_ceil(ml_fabs(by) / TURN_STEP);
  for (uint32_t i = 0; i <= steps; i++) keys[i] = ml_transform_turn(steps ? from + by * i / steps : from, axis);
  return add_step(r, before, keys, steps + 1);
}

const PlacingStep *steps_turns(Reading *r, const PlacingStep *before, MlVec3 from, MlVec3 to) {
  before = steps_turn(r, before, from.x, to.x, (MlVec3){1, 0, 0});
  before = steps_turn(r, before, from.y, to.y, (MlVec3){0, 1, 0});
  return steps_turn(r, before, from.z, to.z, (MlVec3){0, 0, 1});
}

const PlacingStep *steps_of_fields(Reading *r, const Node *node) {
  const NodeShared *shared = &node->shared;
  const PlacingStep *steps = steps_scale(r, NULL, shared->scale, shared->next_scale);
  steps = steps_turns(r, steps, shared->turn, shared->next_turn);
  if (shared->floor) {
    Node first = *node; // stands on the floor when the frame begins
    first.shared.at = (MlVec3){0, 0, 0};
    const MlTransform with = placing_of_fields(r, &first);
    first.shared.floor = false;
    const MlTransform without = placing_of_fields(r, &first);
    steps = steps_still(r, steps, placing_shift((MlVec3){0, with.m[7] - without.m[7], 0}));
  }
  return steps_shift(r, steps, shared->at, shared->next_at);
}

/* The methods' steps come after the fields'. */
const PlacingStep *steps_join(Reading *r, const PlacingStep *before, const PlacingStep *steps) {
  enum { MOST = 60 };
  const PlacingStep *list[MOST];
  int count = 0;
  for (; steps; steps = steps->before) {
    if (count == MOST) {
      reader_fail(r, "motion", "too many placings, some of them in motion: at most %d", MOST);
      break;
    }
    list[count++] = steps;
  }
  while (count > 0) {
    const PlacingStep *step = list[--count];
    before = add_step(r, before, step->keys, step->count);
  }
  return before;
}

/* Places the geometry step by step; the outermost placement names material and visibility. 0: the error says why. */
MlNode steps_place(Reading *r, MlNode geometry, const PlacingStep *steps, const MlPlaceDesc *outermost, MlError *error) {
  MlPlaceDesc desc = *outermost;
  if (steps && steps->before) {
    const MlPlaceDesc inner = ML_DESC(MlPlaceDesc, .place = r->place);
    geometry = steps_place(r, geometry, steps->before, &inner, error);
  }
  if (!geometry) return 0;
  desc.child = geometry;
  if (steps && steps->count == 1) desc.transform = steps->keys[0];
  if (steps && steps->count > 1) desc.keys = steps->keys, desc.key_count = steps->count;
  return ml_place(r->runtime->builder, &desc, error);
}
