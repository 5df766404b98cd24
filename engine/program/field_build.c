/* field_build.c - the cells of a field: a box is halved along its longer sides, what surely lies inside or outside is dropped, until the slopes
 * in a cell differ little or the effort is spent. Level by level, the cells of each in the order of those above.
 *
 * A program that jumps (where space is repeated, say) is cut along the jump where that is a plane: both sides then are smooth. Where the
 * signs on the two sides may differ, a thin cell about the plane stays, a wall. */
#include <string.h>

#include "base/array.h"
#include "base/error.h"
#include "math/ieee.h"
#include "program/field.h"
#include "program/range.h"

enum { MOST_LEVELS = 20, CHUNK = 32, LEAST_CELLS = 512, SMOOTH_LEVEL = 3, KINK_LEVEL = 5 };

/* wall: 0, or 1 + the axis across which it is thin. */
typedef struct BuildCell {
  float lo[3], hi[3];
  float spread; /* of the slopes in what it is a part of, over their size; infinite: not known */
  uint32_t wall;
} BuildCell;

typedef enum CellState { CELL_DROPPED, CELL_SMOOTH, CELL_KINK, CELL_ROUGH } CellState;
typedef struct CellFate {
  uint8_t state; /* CellState */
  bool open;     /* not positive on the outer box */
  float spread;
  RangeJump jump;
  FieldCell cell;
} CellFate;

typedef struct Build {
  const Program *program;
  const Aabb *box;
  const BuildCell *cells;
  CellFate *fates;
  RangeValue *registers; /* for each worker */
  uint64_t count;
  size_t stride;
  bool closed; /* positive on the box by how it was made, even where ranges do not show it */
} Build;

static double side(const BuildCell *cell, int i) { return (double)cell->hi[i] - (double)cell->lo[i]; }
/* Overlaps with neighbours are much longer than what roundings move, and much shorter than cells. */
static RangeBox padded(const BuildCell *cell) {
  RangeBox r;
  for (int i = 0; i < 3; i++) {
    double most = __builtin_fabs((double)cell->lo[i]), other = __builtin_fabs((double)cell->hi[i]);
    double pad = 0x1p-12 * side(cell, i) + 0x1p-20 * (most > other ? most : other);
    r.lo[i] = (double)float_below((double)cell->lo[i] - pad);
    r.hi[i] = (double)float_above((double)cell->hi[i] + pad);
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
static bool is_open(const Build *b, const BuildCell *cell, RangeValue *registers) {
  RangeJump jump;
  for (int i = 0; i < 3; i++)
    for (int k = 0; k < 2; k++) {
      if (k == 0 ? cell->lo[i] > b->box->lo[i] : cell->hi[i] < b->box->hi[i]) continue;
      RangeBox face;
      for (int j = 0; j < 3; j++) face.lo[j] = (double)cell->lo[j], face.hi[j] = (double)cell->hi[j];
      face.lo[i] = face.hi[i] = (double)(k == 0 ? cell->lo[i] : cell->hi[i]);
      RangeNumber r = program_range(b->program, &face, registers, &jump);
      if (sign_of(&r) != 1) return true;
    }
  return false;
}

/* The halves of a wall on either side of its plane: whether their signs are the same for certain. */
static bool wall_is_nothing(const Build *b, const BuildCell *cell, RangeValue *registers) {
  RangeJump jump;
  const uint32_t axis = cell->wall - 1;
  RangeBox lower = padded(cell), upper = lower;
  lower.hi[axis] = upper.lo[axis] = 0.5 * ((double)cell->lo[axis] + (double)cell->hi[axis]);
  RangeNumber x = program_range(b->program, &lower, registers, &jump), y = program_range(b->program, &upper, registers, &jump);
  return sign_of(&x) != 0 && sign_of(&x) == sign_of(&y);
}

static void judge(void *ud, uint32_t chunk, uint32_t worker, Work *work) {
  const Build *b = ud;
  RangeValue *registers = b->registers + worker * b->stride;
  for (uint64_t i = (uint64_t)chunk * CHUNK; i < b->count && i < ((uint64_t)chunk + 1) * CHUNK; i++) {
    const BuildCell *cell = &b->cells[i];
    CellFate *fate = &b->fates[i];
    memset(fate, 0, sizeof *fate);
    if (!work_goes_on(work, 512 * (uint64_t)b->program->step_count + 512)) return;
    fate->jump.axis = 3;
    if (cell->wall != 0 && wall_is_nothing(b, cell, registers)) continue;
    RangeBox box = padded(cell);
    RangeNumber r = program_range(b->program, &box, registers, &fate->jump);
    int sign = sign_of(&r);
    fate->open = !b->closed && sign != 1 && is_open(b, cell, registers);
    if (sign != 0) continue;
    double middle = 0.0, spread = 0.0;
    for (int k = 0; k < 3; k++) {
      double m = 0.5 * (r.slope[k].lo + r.slope[k].hi), s = 0.5 * (r.slope[k].hi - r.slope[k].lo);
      middle += m * m;
      spread += s * s;
      fate->cell.lo[k] = (float)box.lo[k];
      fate->cell.hi[k] = (float)box.hi[k];
      fate->cell.slope_lo[k] = float_below(r.slope[k].lo);
      fate->cell.slope_hi[k] = float_above(r.slope[k].hi);
    }
    fate->cell.noise = r.error < (double)LARGEST_F ? float_above(r.error) : usual_noise(&box);
    fate->spread = spread < 1e30 && middle > 0.0 ? (float)(spread / middle) : INFINITY_F;
    // A kink is one at every size: cells about it need not be small
    const bool kink = fate->spread < INFINITY_F && fate->spread > 0.5f * cell->spread;
    fate->state = fate->spread <= 0.04f ? CELL_SMOOTH : kink && cell->spread < INFINITY_F ? CELL_KINK : CELL_ROUGH;
    if (cell->wall != 0) {
      fate->state = CELL_ROUGH;
      fate->jump.axis = 3;
      for (int k = 0; k < 3; k++) fate->cell.slope_lo[k] = -INFINITY_F, fate->cell.slope_hi[k] = INFINITY_F;
    }
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
    for (uint32_t i = 0; i < 3; i++) {
      bool upper = k >> i & 1;
      fine = fine && (cut[i] || !upper);
      if (cut[i]) *(upper ? &part.lo[i] : &part.hi[i]) = middle[i];
    }
    if (fine && !array_push(memory, out, part)) return false;
  }
  return true;
}

/* In two along a jump, with a wall between them; false in *done: it is too near to a side. */
static bool split_jump(Memory *memory, const BuildCell *cell, const RangeJump *jump, const Aabb *box, BuildCells *out, bool *done) {
  const uint32_t axis = jump->axis;
  const float at = (float)jump->at;
  double thick = 0x1p-17 * (__builtin_fabs(jump->at) + 0x1p-4 * ((double)box->hi[axis] - (double)box->lo[axis]));
  *done = (double)at - (double)cell->lo[axis] > 4.0 * thick && (double)cell->hi[axis] - (double)at > 4.0 * thick;
  if (!*done) return true;
  BuildCell lower = *cell, upper = *cell, wall = *cell;
  lower.hi[axis] = upper.lo[axis] = at;
  wall.lo[axis] = (float)((double)at - thick), wall.hi[axis] = (float)((double)at + thick);
  wall.wall = axis + 1;
  return array_push(memory, out, lower) && array_push(memory, out, upper) && array_push(memory, out, wall);
}

typedef struct Grown {
  BuildCells level, next;
  ARRAY(FieldCell) done;
  CellFate *fates;
  uint64_t fate_capacity;
} Grown;

/* Stops where the box turns out to be open. */
static MlStatus grow_level(Memory *memory, Work *work, Build *b, const Parallel *parallel, Grown *g, bool *open, MlError *error) {
  b->cells = g->level.data;
  b->count = g->level.count;
  if (g->fate_capacity < b->count) {
    size_t bytes;
    if (!size_multiply(b->count, sizeof *g->fates, &bytes)) bytes = SIZE_MAX;
    CellFate *fates = memory_realloc(memory, g->fates, (size_t)g->fate_capacity * sizeof *g->fates, bytes, 8);
    if (fates == NULL) return memory_error(memory, bytes, "cells of a solid", error);
    g->fates = fates;
    g->fate_capacity = b->count;
  }
  b->fates = g->fates;
  parallel_run(parallel, work, (uint32_t)((b->count + CHUNK - 1) / CHUNK), judge, b);
  TRY(work_status(work, error));
  // What is cut on says nothing yet
  for (uint64_t i = 0; i < b->count; i++) *open = *open || (b->fates[i].open && b->fates[i].state == CELL_DROPPED);
  return ML_OK;
}

static double share(uint64_t of, uint64_t whole) { return of < whole ? (double)of / (double)whole : 1; }

static MlStatus grow(Memory *memory, Work *work, Build *b, const Parallel *parallel, Grown *g, bool *open, MlError *error) {
  const uint64_t effort = FIELD_EFFORT / (b->program->step_count + 8u);
  uint64_t spent = 0;
  BuildCell first = {.spread = INFINITY_F};
  memcpy(first.lo, b->box->lo, sizeof first.lo);
  memcpy(first.hi, b->box->hi, sizeof first.hi);
  if (!array_push(memory, &g->level, first)) return memory_error(memory, sizeof first, "cells of a solid", error);
  for (int level = 0; g->level.count != 0 && !*open; level++) {
    const WorkPart before = work_part_begins(work, share(spent, effort), share(spent + g->level.count, effort));
    TRY(grow_level(memory, work, b, parallel, g, open, error));
    work_part_ends(work, before);
    spent += b->count;
    uint64_t rough = 0;
    for (uint64_t i = 0; i < b->count; i++) rough += b->fates[i].state >= CELL_KINK;
    // All cells of a level are cut or none is; what the next one may take is known
    const bool last = level == MOST_LEVELS || (g->done.count + rough > LEAST_CELLS && spent + 8 * rough > effort) ||
                      spent > 4 * effort + 8 * LEAST_CELLS || g->done.count + 2 * rough > FIELD_MAX_CELLS;
    for (uint64_t i = 0; i < b->count; i++) {
      const CellFate *fate = &b->fates[i];
      bool fine = true, done = false;
      g->level.data[i].spread = fate->spread; // for its parts
      if (fate->state == CELL_DROPPED) continue;
      if (last || (fate->state == CELL_SMOOTH && level >= SMOOTH_LEVEL) || (fate->state == CELL_KINK && level >= KINK_LEVEL)) {
        fine = array_push(memory, &g->done, fate->cell);
        *open = *open || fate->open;
      } else {
        if (fate->jump.axis != 3) fine = split_jump(memory, &b->cells[i], &fate->jump, b->box, &g->next, &done);
        if (!done) fine = fine && split(memory, &b->cells[i], &g->next);
      }
      if (!fine) return memory_error(memory, (g->next.count + g->done.count) * sizeof(FieldCell), "cells of a solid", error);
    }
    BuildCells swap = g->level;
    g->level = g->next;
    g->next = swap;
    g->next.count = 0;
  }
  return ML_OK;
}

MlStatus field_build(Memory *memory, Work *work, const Parallel *parallel, const Program *distance, const Aabb *box, bool closed,
                     FieldCell **cells, uint64_t *count, size_t *bytes, bool *open, MlError *error) {
  const uint32_t workers = parallel_workers(parallel);
  Build b = {.program = distance, .box = box, .stride = (size_t)distance->register_count + 1, .closed = closed};
  Grown g = {0};
  size_t size;
  if (!size_multiply(workers * b.stride, sizeof *b.registers, &size)) size = SIZE_MAX;
  *open = false;
  b.registers = memory_alloc(memory, size, 16);
  if (b.registers == NULL) return memory_error(memory, size, "cells of a solid", error);
  MlStatus status = grow(memory, work, &b, parallel, &g, open, error);
  memory_free(memory, b.registers, size);
  memory_free(memory, g.fates, (size_t)g.fate_capacity * sizeof *g.fates);
  array_free(memory, &g.level);
  array_free(memory, &g.next);
  if (status != ML_OK) array_free(memory, &g.done);
  *cells = g.done.data;
  *count = g.done.count;
  *bytes = (size_t)g.done.capacity * sizeof *g.done.data;
  return status;
}
