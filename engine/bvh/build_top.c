/* build_top.c - the part of a tree that all threads make together: references, and the parting of ranges that are too large to be left
 * to one thread. All such ranges are parted at the same time, level by level, in chunks whose borders the input decides: bins of chunks are
 * merged in order; every chunk is parted in place, then what is on the wrong side of the range's border is exchanged in order. */
#include "base/sort.h"
#include "bvh/build_split.h"

enum {
  SUBTREE_LEAST = 4096,    /* references in the largest subtree; */
  SUBTREE_MOST = 32768,    /* some tens of milliseconds' work */
  REINSERT_MOST = 1 << 17, /* the same where nodes are moved, within subtrees alone */
  CHUNK_LEAST = 8192,
  CHUNKS = 1024, /* about, at most */
};

static uint32_t subtree_most(const BvhPlan *plan) {
  const uint32_t count = plan->count;
  const bool high = plan->how.quality == BVH_HIGH;
  const uint32_t most = count / (high ? 8 : 16), limit = high ? REINSERT_MOST : SUBTREE_MOST;
  return most < SUBTREE_LEAST ? SUBTREE_LEAST : most < limit ? most : limit;
}
static uint32_t chunk_size(uint32_t count) { return count / CHUNKS < CHUNK_LEAST ? CHUNK_LEAST : count / CHUNKS; }
static uint32_t chunks_of(uint32_t count, uint32_t size) { return (count + (size - 1)) / size; }

static bool out_of_memory(BvhPlan *plan) {
  atomic_store_explicit(&plan->no_memory, true, memory_order_relaxed);
  return false;
}

static bool run(BvhPlan *plan, uint32_t count, void (*round)(void *ud, uint32_t index, uint32_t worker, Work *work), void *ud) {
  return parallel_run(plan->how.parallel, plan->how.work, count, round, ud) && !atomic_load(&plan->no_memory);
}

/* ---- references */

#define COORDINATE_MOST 1e37f /* what is beyond counts as this, and what is no number as its negative: sums stay finite */

typedef struct References {
  BvhPlan *plan;
  uint32_t chunk;
  float scale;
  Range *ranges; /* of the chunks */
} References;

static Four clamped(Four x) { return four_min(four_max(x, four_all(-COORDINATE_MOST)), four_all(COORDINATE_MOST)); }

static void make_references(void *ud, uint32_t index, uint32_t worker, Work *work) {
  (void)worker;
  const References *r = ud;
  BvhPlan *plan = r->plan;
  const uint32_t first = index * r->chunk, end = plan->count - first < r->chunk ? plan->count : first + r->chunk;
  Range range = {.box = box_empty(), .centres = box_empty()};
  for (uint32_t i = first; i < end; i++) {
    if (!work_goes_on(work, 2 * sizeof(Ref))) return;
    const Box box = build_box_of(&plan->input, i);
    Ref ref = {clamped(box.lo) * r->scale, clamped(box.hi) * r->scale};
    ref.lo[3] = bits_float(REF_TAG | i);
    ref.hi[3] = bits_float(REF_TAG);
    plan->refs[i] = ref;
    const Four centre = ref.lo + ref.hi;
    box_add(&range.box, ref.lo, ref.hi);
    box_add(&range.centres, centre, centre);
  }
  r->ranges[index] = range;
}

/* The power of two that makes the largest extent about 1; 1 where areas are far from overflow anyway. */
static float scale_of(const Box *box) {
  float extent = 0.0f;
  for (int i = 0; i < 3; i++) extent = max_f(box->hi[i] - box->lo[i], extent);
  if (extent == 0.0f || (extent > 0x1p-20f && extent < 0x1p20f)) return 1.0f;
  const int32_t exponent = (int32_t)(float_bits(extent) >> 23) - 127;
  const int32_t shift = exponent < -120 ? 120 : -exponent;
  return bits_float((uint32_t)(shift + 127) << 23);
}

bool build_references(BvhPlan *plan, Range *root) {
  Memory *memory = plan->how.memory;
  References r = {.plan = plan, .chunk = chunk_size(plan->count), .scale = 1.0f};
  const uint32_t chunks = chunks_of(plan->count, r.chunk);
  r.ranges = memory_alloc(memory, chunks * sizeof *r.ranges, 16);
  if (r.ranges == NULL) return out_of_memory(plan);
  bool ok;
  do {
    plan->scale = r.scale;
    ok = run(plan, chunks, make_references, &r);
    *root = (Range){.box = box_empty(), .centres = box_empty(), .count = plan->count};
    for (uint32_t i = 0; ok && i < chunks; i++) {
      box_add_box(&root->box, &r.ranges[i].box);
      box_add_box(&root->centres, &r.ranges[i].centres);
    }
    if (ok && plan->scale == 1.0f) r.scale = scale_of(&root->box);
  } while (ok && r.scale != plan->scale);
  memory_free(memory, r.ranges, chunks * sizeof *r.ranges);
  return ok;
}

/* ---- large ranges */

typedef struct Chunk {
  uint32_t range; /* which of the active */
  uint32_t first, count, left;
  Box box[2], centres[2]; /* of both sides */
} Chunk;

/* References [a, a + count) and [b, b + count) change places. */
typedef struct Exchange {
  uint32_t a, b, count;
} Exchange;

typedef struct Active {
  Range range;
  Binning binning;
  Split split;
  Box box[2];
  uint32_t node; /* of top */
  uint32_t first_chunk, chunk_count;
} Active;

typedef struct Level {
  BvhPlan *plan;
  uint32_t most, chunk_size;
  Active *active, *next;
  Chunk *chunks;
  Bins *bins; /* of every chunk */
  Exchange *exchanges;
  uint32_t active_count, next_count, chunk_count, exchange_count;
} Level;

static void bin_chunk(void *ud, uint32_t index, uint32_t worker, Work *work) {
  (void)worker;
  const Level *level = ud;
  const Chunk *chunk = &level->chunks[index];
  const Binning binning = level->active[chunk->range].binning;
  const Ref *refs = level->plan->refs + chunk->first;
  if (work_goes_on(work, chunk->count * 2 * sizeof(Ref))) bins_fill(&level->bins[index], &binning, refs, chunk->count);
}

static void part_chunk(void *ud, uint32_t index, uint32_t worker, Work *work) {
  (void)worker;
  const Level *level = ud;
  Chunk *chunk = &level->chunks[index];
  const Active *active = &level->active[chunk->range];
  Ref *refs = level->plan->refs + chunk->first;
  for (int i = 0; i < 2; i++) chunk->box[i] = chunk->centres[i] = box_empty();
  if (!work_goes_on(work, chunk->count * 2 * sizeof(Ref))) return;
  if (active->split.cost < INFINITY_F) {
    chunk->left = split_references(refs, chunk->count, &active->binning, &active->split, chunk->centres);
    return;
  }
  const uint32_t middle = active->range.first + active->split.left;
  chunk->left = middle <= chunk->first ? 0 : middle - chunk->first < chunk->count ? middle - chunk->first : chunk->count;
  for (uint32_t i = 0; i < chunk->count; i++) {
    const Four centre = refs[i].lo + refs[i].hi;
    box_add(&chunk->box[i >= chunk->left], refs[i].lo, refs[i].hi);
    box_add(&chunk->centres[i >= chunk->left], centre, centre);
  }
}

static void exchange(void *ud, uint32_t index, uint32_t worker, Work *work) {
  (void)worker;
  const Level *level = ud;
  const Exchange *e = &level->exchanges[index];
  if (!work_goes_on(work, e->count * 2 * sizeof(Ref))) return;
  Ref *a = level->plan->refs + e->a, *b = level->plan->refs + e->b;
  for (uint32_t i = 0; i < e->count; i++) {
    Ref moved = a[i];
    a[i] = b[i];
    b[i] = moved;
  }
}

static void make_chunks(Level *level) {
  level->chunk_count = 0;
  for (uint32_t k = 0; k < level->active_count; k++) {
    Active *active = &level->active[k];
    const uint32_t end = active->range.first + active->range.count;
    active->first_chunk = level->chunk_count;
    for (uint32_t first = active->range.first; first < end;) {
      const uint32_t count = end - first < level->chunk_size ? end - first : level->chunk_size;
      level->chunks[level->chunk_count++] = (Chunk){.range = k, .first = first, .count = count};
      first += count;
    }
    active->chunk_count = level->chunk_count - active->first_chunk;
    active->binning = binning_of(&level->plan->rules, &active->range);
  }
}

static void choose_split(const Level *level, Active *active) {
  Bins *all = &level->bins[active->first_chunk];
  for (uint32_t i = 1; i < active->chunk_count; i++) bins_merge(all, &all[i], active->binning.bins);
  active->split = (Split){.cost = INFINITY_F};
  if (depth_allows(&active->range)) active->split = bins_best(all, &active->binning, &level->plan->rules);
  if (active->split.cost < INFINITY_F) bins_sides(all, &active->binning, &active->split, active->box);
  else active->split.left = active->range.count / 2;
}

/* What lies on the wrong side of the middle: right ones before it and left ones behind it, as many. */
static void find_exchanges(Level *level, const Active *active) {
  const Chunk *chunks = &level->chunks[active->first_chunk];
  const uint32_t middle = active->range.first + active->split.left;
  uint32_t i = 0, j = 0, right = 0, right_end = 0, left = 0, left_end = 0;
  for (;;) {
    for (; right == right_end && i < active->chunk_count; i++) {
      right = chunks[i].first + chunks[i].left;
      right_end = chunks[i].first + chunks[i].count < middle ? chunks[i].first + chunks[i].count : middle;
      if (right >= right_end) right = right_end = 0;
    }
    for (; left == left_end && j < active->chunk_count; j++) {
      left = chunks[j].first > middle ? chunks[j].first : middle;
      left_end = chunks[j].first + chunks[j].left;
      if (left >= left_end) left = left_end = 0;
    }
    if (right == right_end || left == left_end) return;
    const uint32_t count = right_end - right < left_end - left ? right_end - right : left_end - left;
    level->exchanges[level->exchange_count++] = (Exchange){right, left, count};
    right += count;
    left += count;
  }
}

/* A range is given its place: with the large ones of the next level, or as a subtree. */
static bool place_range(Level *level, const Range *range, uint32_t *child) {
  BvhPlan *plan = level->plan;
  if (range->count <= level->most) {
    *child = TOP_SUBTREE | (uint32_t)plan->subtrees.count;
    return array_push(plan->how.memory, &plan->subtrees, ((Subtree){.range = *range})) || out_of_memory(plan);
  }
  *child = (uint32_t)plan->top.count;
  level->next[level->next_count++] = (Active){.range = *range, .node = *child};
  return array_push(plan->how.memory, &plan->top, (TopNode){.box = range->box}) || out_of_memory(plan);
}

static bool place_sides(Level *level, const Active *active) {
  Range side[2];
  for (int k = 0; k < 2; k++) {
    side[k] = (Range){.box = active->box[k], .centres = box_empty(), .first = active->range.first, .depth = active->range.depth + 1};
    if (!(active->split.cost < INFINITY_F)) side[k].box = box_empty();
    for (uint32_t i = 0; i < active->chunk_count; i++) {
      const Chunk *chunk = &level->chunks[active->first_chunk + i];
      box_add_box(&side[k].box, &chunk->box[k]);
      box_add_box(&side[k].centres, &chunk->centres[k]);
    }
  }
  side[0].count = active->split.left;
  side[1].first += side[0].count;
  side[1].count = active->range.count - side[0].count;
  for (int k = 0; k < 2; k++) {
    uint32_t child;
    if (!place_range(level, &side[k], &child)) return false;
    level->plan->top.data[active->node].child[k] = child;
  }
  return true;
}

static bool part_level(Level *level) {
  BvhPlan *plan = level->plan;
  Active *active = level->active;
  make_chunks(level);
  if (!run(plan, level->chunk_count, bin_chunk, level)) return false;
  for (uint32_t k = 0; k < level->active_count; k++) choose_split(level, &active[k]);
  if (!run(plan, level->chunk_count, part_chunk, level)) return false;
  level->exchange_count = 0;
  for (uint32_t k = 0; k < level->active_count; k++)
    if (active[k].split.cost < INFINITY_F) find_exchanges(level, &active[k]);
  if (!run(plan, level->exchange_count, exchange, level)) return false;
  level->next_count = 0;
  for (uint32_t k = 0; k < level->active_count; k++)
    if (!place_sides(level, &active[k])) return false;
  level->active = level->next;
  level->next = active;
  level->active_count = level->next_count;
  return true;
}

static bool part_all(Level *level, const Range *root) {
  uint32_t child;
  level->next_count = 0;
  if (!place_range(level, root, &child)) return false;
  Active *first = level->next;
  level->next = level->active;
  level->active = first;
  level->active_count = level->next_count;
  while (level->active_count != 0)
    if (!part_level(level)) return false;
  return true;
}

static bool part_large(BvhPlan *plan, const Range *root) {
  Memory *memory = plan->how.memory;
  Level level = {.plan = plan, .most = subtree_most(plan), .chunk_size = chunk_size(plan->count)};
  const size_t actives = root->count / level.most + 1, chunks = root->count / level.chunk_size + actives;
  level.active = memory_alloc(memory, 2 * actives * sizeof *level.active, 16);
  level.next = level.active + actives;
  const bool large = root->count > level.most;
  if (large) {
    level.chunks = memory_alloc(memory, chunks * sizeof *level.chunks, 16);
    level.bins = memory_alloc(memory, chunks * sizeof *level.bins, 16);
    level.exchanges = memory_alloc(memory, 2 * chunks * sizeof *level.exchanges, 8);
  }
  Active *const base = level.active;
  bool ok =
    base != NULL && (!large || (level.chunks != NULL && level.bins != NULL && level.exchanges != NULL)) ? true : out_of_memory(plan);
  ok = ok && part_all(&level, root);
  memory_free(memory, level.exchanges, 2 * chunks * sizeof *level.exchanges);
  memory_free(memory, level.bins, chunks * sizeof *level.bins);
  memory_free(memory, level.chunks, chunks * sizeof *level.chunks);
  memory_free(memory, base, 2 * actives * sizeof *base);
  return ok;
}

/* ---- subtrees */

typedef struct Subtrees {
  BvhPlan *plan;
  uint32_t *order; /* the largest first, so that the last to be begun are short */
} Subtrees;

static bool larger(const void *a, const void *b, void *ud) {
  const BvhPlan *plan = ud;
  return plan->subtrees.data[*(const uint32_t *)a].range.count > plan->subtrees.data[*(const uint32_t *)b].range.count;
}

static void make_subtree(void *ud, uint32_t index, uint32_t worker, Work *work) {
  const Subtrees *s = ud;
  (void)build_subtree(s->plan, &s->plan->workers[worker], &s->plan->subtrees.data[s->order[index]], work);
}

static bool make_subtrees(BvhPlan *plan) {
  Memory *memory = plan->how.memory;
  const uint32_t count = (uint32_t)plan->subtrees.count;
  const size_t workers = parallel_workers(plan->how.parallel) * sizeof *plan->workers, bytes = 2 * (size_t)count * sizeof(uint32_t);
  Subtrees s = {plan, memory_alloc(memory, bytes, 4)};
  plan->workers = memory_alloc_zero(memory, workers, 8);
  bool ok = s.order != NULL && plan->workers != NULL ? true : out_of_memory(plan);
  if (ok) {
    for (uint32_t i = 0; i < count; i++) s.order[i] = i;
    sort_stable(s.order, count, sizeof *s.order, s.order + count, larger, plan);
    ok = run(plan, count, make_subtree, &s);
  }
  memory_free(memory, s.order, bytes);
  build_workers_free(plan);
  return ok;
}

bool build_top(BvhPlan *plan, const Range *root) {
  WorkPart before = work_part_begins(plan->how.work, 0, 0.3);
  const bool parted = part_large(plan, root);
  work_part_ends(plan->how.work, before);
  before = work_part_begins(plan->how.work, 0.3, 1);
  const bool whole = parted && make_subtrees(plan);
  work_part_ends(plan->how.work, before);
  return whole;
}
