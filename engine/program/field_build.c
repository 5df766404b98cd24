/* field_build.c - the cells of a field: a box is halved along its longer sides, what surely lies inside or outside is dropped, until the slopes
 * in a cell differ little or the effort is spent. Level by level, the cells of each in the order of those above.
 *
 * A program that jumps (where space is repeated, say) is cut along the jump where that is a plane: both sides then are smooth. Cells end a
 * little before the plane; where the signs on the two sides may differ, a thin cell about it stays, a wall, and else nothing is there to be met.
 *
 * What bounds in a cell show not to matter (prune.h) is left out of the program for its parts, so that large solids are as quick as those few of
 * their parts that are near; a cell keeps the program that was left of it. */
#include <string.h>

#include "base/array.h"
#include "base/error.h"
#include "math/ieee.h"
#include "program/field.h"
#include "program/field_tapes.h"
#include "program/prune.h"
#include "program/range.h"

/* BATCH: cells judged before what was found out is put together, so that the memory for that is bounded. */
enum {
  MOST_LEVELS = 40,
  MOST_HALVINGS = 20,
  CHUNK = 32,
  BATCH = 64 * CHUNK,
  LEAST_CELLS = 512,
  SMOOTH_LEVEL = 3,
  KINK_LEVEL = 5,
  WALL_HALVINGS = 6
};

/* cut: bits 2 i, 2 i + 1 for the faces below and above along axis i that lie beside a jump. wall: 0, or 1 + the axis across which it is thin. */
typedef struct BuildCell {
  float lo[3], hi[3];
  float spread; /* of the slopes in what it is a part of, over their size; infinite: not known */
  float jump;   /* of a wall: where */
  uint8_t wall, cut, halvings;
  uint32_t tape; /* of what it is a part of */
} BuildCell;

typedef enum CellState { CELL_DROPPED, CELL_SMOOTH, CELL_KINK, CELL_ROUGH } CellState;
typedef struct CellFate {
  uint8_t state; /* CellState */
  bool open;     /* not positive on the outer box */
  bool pruned;   /* left: steps of the chunk's, from first */
  float spread;
  RangeJump jump;
  FieldCell cell;
  uint64_t first, cost;
  uint32_t left, result;
} CellFate;

/* What a chunk of cells leaves of the program. */
typedef struct Leavings {
  ARRAY(ProgramStep) steps;
  bool failed;
} Leavings;

/* Of a thread. */
typedef struct Desk {
  RangeValue *registers;
  PruneRoom room;
} Desk;

typedef struct Build {
  const Program *program;
  const Aabb *box;
  const BuildCell *cells; /* of a batch */
  CellFate *fates;
  FieldTapes tapes;
  Leavings leavings[BATCH / CHUNK];
  Desk *desks;
  uint32_t desk_count;
  Memory *memory;
  uint64_t count, cost; /* cost: of the whole program */
  bool closed;          /* positive on the box by how it was made, even where ranges do not show it */
} Build;

static double side(const BuildCell *cell, int i) { return (double)cell->hi[i] - (double)cell->lo[i]; }
/* Overlaps with neighbours are much longer than what roundings move, and much shorter than cells. */
static RangeBox padded(const BuildCell *cell) {
  RangeBox r;
  for (int i = 0; i < 3; i++) {
    double most = __builtin_fabs((double)cell->lo[i]), other = __builtin_fabs((double)cell->hi[i]);
    double pad = 0x1p-12 * side(cell, i) + 0x1p-20 * (most > other ? most : other);
    r.lo[i] = cell->cut >> 2 * i & 1 ? (double)cell->lo[i] : (double)float_below((double)cell->lo[i] - pad);
    r.hi[i] = cell->cut >> 2 * i & 2 ? (double)cell->hi[i] : (double)float_above((double)cell->hi[i] + pad);
  }
  return r;
}

/* What a distance there errs by, where bounds do not tell. */
static float usual_noise(const RangeBox *box) {
  double most = 0.0;
  for (int i = 0; i < 3; i++) {
    const double lo = __builtin_fabs(box->lo[i]), hi = __builtin_fabs(box->hi[i]);
    most = lo > most ? lo : most;
    most = hi > most ? hi : most;
  }
  return float_above(0x1p-20 * most);
}

static int sign_of(const RangeNumber *r) { return r->value.lo - r->error > 0.0 ? 1 : r->value.hi + r->error < 0.0 ? -1 : 0; }

/* Whether the program may be 0 or less on a face of the outer box that the cell touches. */
static bool is_open(const Build *b, const Program *program, const BuildCell *cell, RangeValue *registers) {
  RangeJump jump;
  for (int i = 0; i < 3; i++)
    for (int k = 0; k < 2; k++) {
      if (k == 0 ? cell->lo[i] > b->box->lo[i] : cell->hi[i] < b->box->hi[i]) continue;
      RangeBox face;
      for (int j = 0; j < 3; j++) face.lo[j] = (double)cell->lo[j], face.hi[j] = (double)cell->hi[j];
      face.lo[i] = face.hi[i] = (double)(k == 0 ? cell->lo[i] : cell->hi[i]);
      RangeNumber r = program_range(program, &face, registers, &jump);
      if (sign_of(&r) != 1) return true;
    }
  return false;
}

/* What lies on either side of a wall's jump: whether the signs are the same for certain. */
static bool wall_is_nothing(const Program *program, const BuildCell *cell, RangeValue *registers) {
  RangeJump jump;
  const uint32_t axis = cell->wall - 1u;
  RangeBox lower = padded(cell), upper = lower;
  double at = (double)cell->jump;
  at = at > lower.lo[axis] ? at : lower.lo[axis];
  lower.hi[axis] = upper.lo[axis] = at < upper.hi[axis] ? at : upper.hi[axis];
  RangeNumber x = program_range(program, &lower, registers, &jump), y = program_range(program, &upper, registers, &jump);
  return sign_of(&x) != 0 && sign_of(&x) == sign_of(&y);
}

/* Of a cell that stays, what of the program matters in it: worth having where it is an eighth shorter. */
static bool prune(const Program *program, Desk *desk, Leavings *leavings, Memory *memory, CellFate *fate) {
  bool any = false;
  for (uint32_t i = 0; i < program->step_count && !any; i++) any = desk->room.choices[i] != PRUNE_NOTHING;
  if (!any) return true;
  Program left = *program;
  left.steps = desk->room.steps;
  left.step_count = program_prune(program, &desk->room, &left.result);
  if (8 * (uint64_t)left.step_count > 7 * (uint64_t)program->step_count) return true;
  if (!array_reserve(memory, &leavings->steps, left.step_count)) return false;
  fate->pruned = true;
  fate->first = leavings->steps.count;
  fate->cost = program_cost(&left);
  fate->left = left.step_count;
  fate->result = left.result;
  if (left.step_count != 0) memcpy(leavings->steps.data + leavings->steps.count, left.steps, left.step_count * sizeof *left.steps);
  leavings->steps.count += left.step_count;
  return true;
}

static CellState judge_slopes(const RangeNumber *r, const RangeBox *box, const BuildCell *cell, CellFate *fate) {
  double middle = 0.0, spread = 0.0;
  for (int k = 0; k < 3; k++) {
    double m = 0.5 * (r->slope[k].lo + r->slope[k].hi), s = 0.5 * (r->slope[k].hi - r->slope[k].lo);
    middle += m * m;
    spread += s * s;
    fate->cell.lo[k] = (float)box->lo[k];
    fate->cell.hi[k] = (float)box->hi[k];
    fate->cell.slope_lo[k] = cell->wall != 0 ? -INFINITY_F : float_below(r->slope[k].lo);
    fate->cell.slope_hi[k] = cell->wall != 0 ? INFINITY_F : float_above(r->slope[k].hi);
  }
  fate->cell.noise = r->error < (double)LARGEST_F ? float_above(r->error) : usual_noise(box);
  fate->spread = spread < 1e30 && middle > 0.0 ? (float)(spread / middle) : INFINITY_F;
  if (cell->wall != 0) return cell->halvings < WALL_HALVINGS ? CELL_ROUGH : CELL_SMOOTH;
  if (fate->spread <= 0.04f) return CELL_SMOOTH;
  // A kink is one at every size: cells about it need not be small
  return fate->spread < INFINITY_F && fate->spread > 0.5f * cell->spread && cell->spread < INFINITY_F ? CELL_KINK : CELL_ROUGH;
}

static void judge(void *ud, uint32_t chunk, uint32_t worker, Work *work) {
  Build *b = ud;
  Desk *desk = &b->desks[worker];
  Leavings *leavings = &b->leavings[chunk];
  for (uint64_t i = (uint64_t)chunk * CHUNK; i < b->count && i < ((uint64_t)chunk + 1) * CHUNK; i++) {
    const BuildCell *cell = &b->cells[i];
    CellFate *fate = &b->fates[i];
    memset(fate, 0, sizeof *fate);
    const Program program = tapes_program(&b->tapes, b->program, cell->tape);
    fate->cost = cell->tape != 0 ? b->tapes.costs.data[cell->tape - 1] : b->cost;
    if (!work_goes_on(work, 512 * fate->cost + 512)) return;
    fate->jump.axis = 3;
    if (cell->wall != 0 && wall_is_nothing(&program, cell, desk->registers)) continue;
    const RangeBox box = padded(cell);
    const RangeNumber r = program_range_choices(&program, &box, desk->registers, &fate->jump, desk->room.choices);
    const int sign = sign_of(&r);
    fate->open = !b->closed && sign != 1 && is_open(b, &program, cell, desk->registers);
    if (sign != 0) continue;
    fate->state = (uint8_t)judge_slopes(&r, &box, cell, fate);
    if (cell->wall != 0) fate->jump.axis = 3;
    leavings->failed = leavings->failed || !prune(&program, desk, leavings, b->memory, fate);
  }
}

typedef ARRAY(BuildCell) BuildCells;

/* Halves a cell along the axes that are longer than half of its longest one. */
static bool split(Memory *memory, const BuildCell *cell, BuildCells *out) {
  double longest = 0.0;
  float middle[3];
  bool cut[3];
  for (int i = 0; i < 3; i++)
    if (side(cell, i) > longest && cell->wall != (uint32_t)i + 1) longest = side(cell, i);
  for (int i = 0; i < 3; i++) {
    middle[i] = 0.5f * cell->lo[i] + 0.5f * cell->hi[i];
    cut[i] = side(cell, i) > 0.6 * longest && cell->wall != (uint32_t)i + 1 && middle[i] > cell->lo[i] && middle[i] < cell->hi[i];
  }
  for (uint32_t k = 0; k < 8; k++) {
    BuildCell part = *cell;
    bool fine = true;
    part.halvings++;
    for (uint32_t i = 0; i < 3; i++) {
      bool upper = k >> i & 1;
      fine = fine && (cut[i] || !upper);
      if (!cut[i]) continue;
      *(upper ? &part.lo[i] : &part.hi[i]) = middle[i];
      part.cut &= (uint8_t) ~((upper ? 1u : 2u) << 2 * i);
    }
    if (fine && !array_push(memory, out, part)) return false;
  }
  return true;
}

/* In two along a jump, with a wall between them. What would be too thin goes to the wall; false in *done: all of it. */
static bool split_jump(Memory *memory, const BuildCell *cell, const RangeJump *jump, const Aabb *box, BuildCells *out, bool *done) {
  const uint32_t axis = jump->axis;
  const double extent = (double)box->hi[axis] - (double)box->lo[axis], usual = 0x1p-17 * (__builtin_fabs(jump->at) + 0x1p-4 * extent),
               least = 20.0 * jump->error, thick = usual > least ? usual : least;
  // A jump in the overlap with a neighbour is the neighbour's: this cell ends at its own face
  const bool above = jump->at - thick >= (double)cell->hi[axis], below = jump->at + thick <= (double)cell->lo[axis];
  if ((above || below) && thick < 0x1p-3 * extent) {
    BuildCell part = *cell;
    part.cut |= (uint8_t)((above ? 2u : 1u) << 2 * axis);
    *done = true;
    return array_push(memory, out, part);
  }
  const bool lower_stays = jump->at - (double)cell->lo[axis] > 4.0 * thick, upper_stays = (double)cell->hi[axis] - jump->at > 4.0 * thick;
  *done = (lower_stays || upper_stays) && thick < 0x1p-3 * extent;
  if (!*done) return true;
  BuildCell lower = *cell, upper = *cell, wall = *cell;
  lower.hi[axis] = (float)(jump->at - 0.5 * thick < (double)cell->hi[axis] ? jump->at - 0.5 * thick : (double)cell->hi[axis]);
  upper.lo[axis] = (float)(jump->at + 0.5 * thick > (double)cell->lo[axis] ? jump->at + 0.5 * thick : (double)cell->lo[axis]);
  lower.cut |= (uint8_t)(2u << 2 * axis), upper.cut |= (uint8_t)(1u << 2 * axis);
  if (lower_stays) wall.lo[axis] = (float)(jump->at - thick), wall.cut &= (uint8_t) ~(1u << 2 * axis);
  if (upper_stays) wall.hi[axis] = (float)(jump->at + thick), wall.cut &= (uint8_t) ~(2u << 2 * axis);
  wall.wall = (uint8_t)(axis + 1);
  wall.jump = (float)jump->at;
  return (!lower_stays || array_push(memory, out, lower)) && (!upper_stays || array_push(memory, out, upper)) &&
         array_push(memory, out, wall);
}

typedef struct Grown {
  BuildCells level, next;
  ARRAY(FieldCell) done;
  CellFate *fates;
  uint64_t fate_capacity;
  uint64_t spent; /* effort */
} Grown;

static MlStatus judge_batch(Work *work, Build *b, const Parallel *parallel, BuildCell *cells, CellFate *fates, uint64_t count,
                            MlError *error) {
  b->cells = cells;
  b->fates = fates;
  b->count = count;
  for (uint32_t i = 0; i < BATCH / CHUNK; i++) b->leavings[i].steps.count = 0;
  parallel_run(parallel, work, (uint32_t)((count + CHUNK - 1) / CHUNK), judge, b);
  TRY(work_status(work, error));
  for (uint64_t i = 0; i < count; i++) {
    CellFate *fate = &fates[i];
    const Leavings *leavings = &b->leavings[i / CHUNK];
    uint32_t tape = cells[i].tape;
    if (leavings->failed ||
        (fate->pruned && !tapes_add(b->memory, &b->tapes, leavings->steps.data + fate->first, fate->left, fate->result, fate->cost, &tape)))
      return memory_error(b->memory, (leavings->steps.count + b->tapes.steps.count) * sizeof(ProgramStep), "cells of a solid", error);
    fate->cost = tape != 0 ? b->tapes.costs.data[tape - 1] : b->cost;
    fate->cell.tape = cells[i].tape = tape; // of its parts, too
  }
  return ML_OK;
}

static double share(uint64_t of, uint64_t whole) { return of < whole ? (double)of / (double)whole : 1; }

/* Stops where the box turns out to be open. */
static MlStatus grow_level(Work *work, Build *b, const Parallel *parallel, Grown *g, bool *open, MlError *error) {
  const uint64_t count = g->level.count;
  if (g->fate_capacity < count) {
    size_t bytes;
    if (!size_multiply(count, sizeof *g->fates, &bytes)) bytes = SIZE_MAX;
    CellFate *fates = memory_realloc(b->memory, g->fates, (size_t)g->fate_capacity * sizeof *g->fates, bytes, 8);
    if (fates == NULL) return memory_error(b->memory, bytes, "cells of a solid", error);
    g->fates = fates;
    g->fate_capacity = count;
  }
  uint64_t cost = 0;
  for (uint64_t i = 0; i < count; i++) {
    const uint32_t tape = g->level.data[i].tape;
    cost += 8 + (tape != 0 ? b->tapes.costs.data[tape - 1] : b->cost);
  }
  const WorkPart before = work_part_begins(work, share(g->spent, FIELD_EFFORT), share(g->spent + cost, FIELD_EFFORT));
  g->spent += cost;
  MlStatus status = ML_OK;
  for (uint64_t i = 0; i < count && status == ML_OK; i += BATCH) {
    const uint64_t batch = count - i < BATCH ? count - i : BATCH;
    const WorkPart level = work_part_begins(work, share(i, count), share(i + batch, count));
    status = judge_batch(work, b, parallel, g->level.data + i, g->fates + i, batch, error);
    work_part_ends(work, level);
  }
  work_part_ends(work, before);
  TRY(status);
  // What is cut on says nothing yet
  for (uint64_t i = 0; i < count; i++) *open = *open || (g->fates[i].open && g->fates[i].state == CELL_DROPPED);
  return ML_OK;
}

/* Drops the tapes that neither a cell that is done has nor one that is to be judged. */
static MlStatus drop_tapes(Build *b, Grown *g, MlError *error) {
  const uint64_t count = b->tapes.tapes.count;
  if (count == 0) return ML_OK;
  uint32_t *numbers = memory_alloc_zero(b->memory, (size_t)count * sizeof *numbers, 8);
  if (numbers == NULL) return memory_error(b->memory, count * sizeof *numbers, "cells of a solid", error);
  for (uint64_t i = 0; i < g->done.count; i++)
    if (g->done.data[i].tape != 0) numbers[g->done.data[i].tape - 1] = 1;
  for (uint64_t i = 0; i < g->level.count; i++)
    if (g->level.data[i].tape != 0) numbers[g->level.data[i].tape - 1] = 1;
  tapes_keep(&b->tapes, numbers);
  for (uint64_t i = 0; i < g->done.count; i++)
    if (g->done.data[i].tape != 0) g->done.data[i].tape = numbers[g->done.data[i].tape - 1];
  for (uint64_t i = 0; i < g->level.count; i++)
    if (g->level.data[i].tape != 0) g->level.data[i].tape = numbers[g->level.data[i].tape - 1];
  memory_free(b->memory, numbers, (size_t)count * sizeof *numbers);
  return ML_OK;
}

/* All cells of a level are cut or none is; what the next one may take is known. */
static bool is_last(const Build *b, const Grown *g, int level) {
  uint64_t rough = 0, cost = 0, least = 8 * LEAST_CELLS * (b->cost + 8);
  for (uint64_t i = 0; i < g->level.count; i++) {
    if (g->fates[i].state < CELL_KINK) continue;
    rough++;
    cost += g->fates[i].cost + 8;
  }
  least = least < FIELD_EFFORT ? least : FIELD_EFFORT;
  // Where programs get shorter by it, cutting pays more
  const bool shrinks = cost > 40 * rough && 2 * cost < rough * (b->cost + 8);
  const uint64_t effort = shrinks ? 4 * FIELD_EFFORT : FIELD_EFFORT;
  return level == MOST_LEVELS || (g->done.count + rough > LEAST_CELLS && g->spent + 8 * cost > effort) ||
         g->spent > 4 * FIELD_EFFORT + least || g->spent + 8 * cost > 16 * FIELD_EFFORT || g->done.count + 2 * rough > FIELD_MAX_CELLS;
}

static MlStatus grow(Work *work, Build *b, const Parallel *parallel, Grown *g, bool *open, MlError *error) {
  Memory *memory = b->memory;
  BuildCell first = {.spread = INFINITY_F};
  memcpy(first.lo, b->box->lo, sizeof first.lo);
  memcpy(first.hi, b->box->hi, sizeof first.hi);
  if (!array_push(memory, &g->level, first)) return memory_error(memory, sizeof first, "cells of a solid", error);
  for (int level = 0; g->level.count != 0 && !*open; level++) {
    TRY(grow_level(work, b, parallel, g, open, error));
    const bool last = is_last(b, g, level);
    for (uint64_t i = 0; i < g->level.count; i++) {
      const CellFate *fate = &g->fates[i];
      BuildCell *cell = &g->level.data[i];
      bool fine = true, done = false;
      cell->spread = fate->spread; // for its parts
      if (fate->state == CELL_DROPPED) continue;
      if (last || (fate->state == CELL_SMOOTH && level >= SMOOTH_LEVEL) || (fate->state == CELL_KINK && cell->halvings >= KINK_LEVEL)) {
        fine = array_push(memory, &g->done, fate->cell);
        *open = *open || fate->open;
      } else {
        if (fate->jump.axis != 3) fine = split_jump(memory, cell, &fate->jump, b->box, &g->next, &done);
        if (!done && cell->halvings < MOST_HALVINGS) fine = fine && split(memory, cell, &g->next);
        else if (!done) fine = fine && array_push(memory, &g->done, fate->cell);
        *open = *open || (!done && cell->halvings == MOST_HALVINGS && fate->open);
      }
      if (!fine) return memory_error(memory, (g->next.count + g->done.count) * sizeof(FieldCell), "cells of a solid", error);
    }
    BuildCells swap = g->level;
    g->level = g->next;
    g->next = swap;
    g->next.count = 0;
    TRY(drop_tapes(b, g, error));
  }
  return ML_OK;
}

/* ---- the whole */

static MlStatus make_desks(Build *b, uint32_t workers, MlError *error) {
  const size_t registers = ((size_t)b->program->register_count + 1) * sizeof(RangeValue);
  b->desks = memory_alloc_zero(b->memory, workers * sizeof *b->desks, 16);
  if (b->desks == NULL) return memory_error(b->memory, workers * sizeof *b->desks, "cells of a solid", error);
  b->desk_count = workers;
  for (uint32_t i = 0; i < workers; i++) {
    b->desks[i].registers = memory_alloc(b->memory, registers, 16);
    if (b->desks[i].registers == NULL || !prune_room(b->memory, b->program, &b->desks[i].room))
      return memory_error(b->memory, registers + b->program->step_count * sizeof(ProgramStep), "cells of a solid", error);
  }
  return ML_OK;
}
static void free_desks(Build *b) {
  for (uint32_t i = 0; i < b->desk_count; i++) {
    memory_free(b->memory, b->desks[i].registers, ((size_t)b->program->register_count + 1) * sizeof(RangeValue));
    prune_room_free(b->memory, &b->desks[i].room);
  }
  memory_free(b->memory, b->desks, b->desk_count * sizeof *b->desks);
}

/* What an array holds as a block of that size, the array's no more. NULL: there is nothing, or (false) no memory. */
#define KEEP(memory, array, out)                                                                                                           \
  (*(out) = memory_realloc((memory), (array)->data, (size_t)(array)->capacity * sizeof *(array)->data,                                     \
                           (size_t)(array)->count * sizeof *(array)->data, 16),                                                            \
   *(out) != NULL || (array)->count == 0 ? ((array)->data = NULL, (array)->count = (array)->capacity = 0, true) : false)

/* Into blocks of their sizes. */
static MlStatus keep(Build *b, Grown *g, Field *field, MlError *error) {
  FieldCell *cells;
  FieldTape *tapes;
  ProgramStep *steps;
  const uint64_t counts[3] = {g->done.count, b->tapes.tapes.count, b->tapes.steps.count};
  bool fine = KEEP(b->memory, &g->done, &cells);
  if (fine) field->cells = cells, field->cell_count = counts[0];
  fine = fine && KEEP(b->memory, &b->tapes.tapes, &tapes);
  if (fine) field->tapes = tapes, field->tape_count = counts[1];
  fine = fine && KEEP(b->memory, &b->tapes.steps, &steps);
  if (fine) field->steps = steps, field->step_count = counts[2];
  if (!fine) field_free(b->memory, field);
  return fine ? ML_OK : memory_error(b->memory, counts[0] * sizeof(FieldCell), "cells of a solid", error);
}

MlStatus field_build(Memory *memory, Work *work, const Parallel *parallel, const Aabb *box, bool closed, Field *field, bool *open,
                     MlError *error) {
  Build b = {.program = field->distance, .box = box, .memory = memory, .cost = program_cost(field->distance), .closed = closed};
  Grown g = {0};
  *open = false;
  MlStatus status = make_desks(&b, parallel_workers(parallel), error);
  if (status == ML_OK) status = grow(work, &b, parallel, &g, open, error);
  free_desks(&b);
  memory_free(memory, g.fates, (size_t)g.fate_capacity * sizeof *g.fates);
  array_free(memory, &g.level);
  array_free(memory, &g.next);
  for (uint32_t i = 0; i < BATCH / CHUNK; i++) array_free(memory, &b.leavings[i].steps);
  if (status == ML_OK) status = keep(&b, &g, field, error);
  array_free(memory, &g.done);
  tapes_free(memory, &b.tapes);
  return status;
}

void field_free(Memory *memory, Field *field) {
  memory_free(memory, (void *)(uintptr_t)field->cells, (size_t)field->cell_count * sizeof *field->cells);
  memory_free(memory, (void *)(uintptr_t)field->tapes, (size_t)field->tape_count * sizeof *field->tapes);
  memory_free(memory, (void *)(uintptr_t)field->steps, (size_t)field->step_count * sizeof *field->steps);
  field->cells = NULL, field->tapes = NULL, field->steps = NULL;
  field->cell_count = field->tape_count = field->step_count = 0;
}
