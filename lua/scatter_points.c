/* scatter_points.c - see scatter_points.h.
 *
 * On a rectangle, least distances are kept with cells of at most spacing / sqrt 2, which hold one point each: in rounds, each cell that is still open is
 * tried once with a dart in it, in shuffled order (after Ebeida et al., "A Simple Algorithm for Maximal Poisson-Disk Sampling in High Dimensions",
 * 2012, without their subdivision). On surfaces darts go to all of it, and a hash grid finds who is near. */
#include "scatter_points.h"

#include <string.h>

#include "budget.h"
#include "lauxlib.h"
#include "survey.h"

enum { ROUNDS = 16, DARTS = 24, DARTS_OF_COUNT = 64 };

/* ----------------------------------------------------------------------- random */

static uint64_t mixed(uint64_t z) {
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

double scatter_random(uint64_t seed, uint64_t number, uint64_t which) {
  const uint64_t x = mixed(mixed(mixed(seed + 0x9e3779b97f4a7c15u) + number * 0x9e3779b97f4a7c15u) ^ (which + 1) * 0xd1b54a32d192ed03u);
  return (double)(x >> 11) * 0x1p-53;
}

static uint64_t below(uint64_t seed, uint64_t number, uint64_t count) {
  return (uint64_t)(scatter_random(seed, number, 7) * (double)count);
}

double scatter_area(const ScatterGround *g) { return g->survey ? ml_survey_area(g->survey) : g->width * g->depth; }

uint64_t scatter_cost(const ScatterGround *g) { return g->survey ? survey_cost(g->survey) : 64; }

MlSurveyPoint scatter_point(const ScatterGround *g, const ScatterChoice *choice, uint64_t i) {
  const uint64_t number = choice->numbers ? choice->numbers[i] : i;
  if (g->survey) return ml_survey_point(g->survey, g->seed, number);
  double u = scatter_random(g->seed, number, 0), v = scatter_random(g->seed, number, 1);
  if (choice->cell[0] > 0) {
    const uint64_t cell = number % (choice->columns * choice->rows);
    u = ((double)(cell % choice->columns) + u) * choice->cell[0] / g->width;
    v = ((double)(cell / choice->columns) + v) * choice->cell[1] / g->depth;
  }
  return (MlSurveyPoint){{(u - 0.5) * g->width, 0, (v - 0.5) * g->depth}, {0, 1, 0}};
}

/* -------------------------------------------------------------- in a rectangle */

/* Is a point of the cells around too near? `covers`: one is that no other point has room in the whole cell. */
static bool too_near(const ScatterGround *g, const ScatterChoice *c, const uint32_t *taken, const MlVec3 *points, uint64_t cell, MlVec3 p,
                     double spacing, bool *covers) {
  const int64_t columns = (int64_t)c->columns, rows = (int64_t)c->rows, x0 = (int64_t)cell % columns, z0 = (int64_t)cell / columns;
  const double cx = ((double)x0 + 0.5) * c->cell[0] - 0.5 * g->width, cz = ((double)z0 + 0.5) * c->cell[1] - 0.5 * g->depth;
  bool near = false;
  *covers = false;
  for (int64_t z = z0 - 2; z <= z0 + 2; z++)
    for (int64_t x = x0 - 2; x <= x0 + 2; x++) {
      if (x < 0 || z < 0 || x >= columns || z >= rows || !taken[z * columns + x]) continue;
      const MlVec3 q = points[taken[z * columns + x] - 1];
      const double dx = q.x - p.x, dz = q.z - p.z;
      if (!(dx * dx + dz * dz < spacing * spacing)) continue;
      const double fx = ml_fabs(q.x - cx) + 0.5 * c->cell[0], fz = ml_fabs(q.z - cz) + 0.5 * c->cell[1];
      near = true;
      *covers = *covers || fx * fx + fz * fz < spacing * spacing;
    }
  return near;
}

static void shuffle(uint64_t seed, uint32_t *order, uint64_t count) {
  for (uint64_t i = 1; i < count; i++) { // Durstenfeld
    const uint64_t k = below(seed, order[i], i + 1);
    const uint32_t cell = order[i];
    budget_charge(16);
    order[i] = order[k];
    order[k] = cell;
  }
}

/* All cells in an order that shows no pattern: tile by tile, so that what is looked at is near; with a count, over all of the ground, because then the
 * first ones are all that there will be. */
static void order_cells(const ScatterGround *g, const ScatterChoice *c, bool all, uint32_t *order) {
  enum { TILE = 32 };
  uint64_t n = 0;
  for (uint64_t z = 0; z < c->rows; z += TILE)
    for (uint64_t x = 0; x < c->columns; x += TILE) {
      const uint64_t first = n;
      for (uint64_t k = z; k < z + TILE && k < c->rows; k++)
        for (uint64_t i = x; i < x + TILE && i < c->columns; i++) order[n++] = (uint32_t)(k * c->columns + i);
      if (!all) shuffle(g->seed, order + first, n - first);
    }
  if (all) shuffle(g->seed, order, n);
}

static ScatterChoice choose_in_cells(lua_State *L, const ScatterGround *g, uint64_t count, double spacing) {
  const double edge = spacing * 0.7071067811865475;
  ScatterChoice c = {.columns = (uint64_t)ml_ceil(g->width / edge), .rows = (uint64_t)ml_ceil(g->depth / edge)};
  c.cell[0] = g->width / (double)c.columns;
  c.cell[1] = g->depth / (double)c.rows;
  const uint64_t cells = c.columns * c.rows, most = count && count < cells ? count : cells;
  uint64_t *numbers = lua_newuserdatauv(L, (size_t)most * sizeof *numbers, 0), open = cells;
  const int kept = lua_gettop(L);
  uint32_t *taken = lua_newuserdatauv(L, (size_t)cells * sizeof *taken, 0), *order = lua_newuserdatauv(L, (size_t)cells * sizeof *order, 0);
  MlVec3 *points = lua_newuserdatauv(L, (size_t)most * sizeof *points, 0);
  memset(taken, 0, (size_t)cells * sizeof *taken);
  order_cells(g, &c, count != 0, order);
  for (uint64_t round = 0; round < ROUNDS && open > 0 && c.count < most; round++) {
    uint64_t still = 0;
    for (uint64_t i = 0; i < open; i++) {
      const uint32_t cell = order[i];
      const uint64_t number = round * cells + cell;
      bool covers = false;
      budget_charge(64);
      if (c.count == most) break;
      c.numbers = &number;
      const MlVec3 p = scatter_point(g, &c, 0).position;
      if (too_near(g, &c, taken, points, cell, p, spacing, &covers)) {
        if (!covers) order[still++] = cell;
        continue;
      }
      points[c.count] = p;
      numbers[c.count++] = number;
      taken[cell] = (uint32_t)c.count;
    }
    open = still;
  }
  c.numbers = numbers;
  lua_settop(L, kept);
  return c;
}

/* ---------------------------------------------------------------- on a surface */

/* Points by cubes of the spacing: chains through `next`, which begin in a table with open addresses. */
typedef struct NearGrid {
  double cell;
  uint64_t mask;
  uint32_t *heads; /* 0: free */
  uint32_t *next;
  MlVec3 *points;
} NearGrid;

typedef struct Cube {
  int64_t x, y, z;
} Cube;

static Cube cube_of(const NearGrid *grid, MlVec3 p) {
  return (Cube){(int64_t)ml_floor(p.x / grid->cell), (int64_t)ml_floor(p.y / grid->cell), (int64_t)ml_floor(p.z / grid->cell)};
}

static bool same_cube(Cube a, Cube b) { return a.x == b.x && a.y == b.y && a.z == b.z; }

/* The table's slot of a cube: its own, or the free one where it goes. */
static uint64_t slot_of(const NearGrid *grid, Cube c) {
  uint64_t slot = mixed((uint64_t)c.x * 0x9e3779b97f4a7c15u ^ mixed((uint64_t)c.y * 0xd1b54a32d192ed03u ^ mixed((uint64_t)c.z)));
  for (slot &= grid->mask; grid->heads[slot]; slot = (slot + 1) & grid->mask)
    if (same_cube(cube_of(grid, grid->points[grid->heads[slot] - 1]), c)) break;
  return slot;
}

static bool has_near(const NearGrid *grid, MlVec3 p) {
  const Cube at = cube_of(grid, p);
  for (int64_t k = 0; k < 27; k++) {
    const Cube c = {at.x + k % 3 - 1, at.y + k / 3 % 3 - 1, at.z + k / 9 - 1};
    for (uint32_t i = grid->heads[slot_of(grid, c)]; i; i = grid->next[i - 1]) {
      const MlVec3 q = grid->points[i - 1];
      const double x = p.x - q.x, y = p.y - q.y, z = p.z - q.z;
      if (x * x + y * y + z * z < grid->cell * grid->cell) return true;
    }
  }
  return false;
}

static ScatterChoice choose_on_surface(lua_State *L, const ScatterGround *g, uint64_t count, double spacing) {
  ScatterChoice c = {0};
  const double room = scatter_area(g) / (spacing * spacing), packed = 1.5 * room + 64; // what a plane holds at most, and some
  const uint64_t most = count && (double)count < packed ? count : (uint64_t)packed;
  const double darts = count && (double)count * DARTS_OF_COUNT < DARTS * room ? (double)count * DARTS_OF_COUNT : DARTS * room + 64;
  NearGrid grid = {.cell = spacing, .mask = 63};
  while (grid.mask < 2 * most) grid.mask = 2 * grid.mask + 1;
  uint64_t *numbers = lua_newuserdatauv(L, (size_t)most * sizeof *numbers, 0);
  const int kept = lua_gettop(L);
  grid.heads = lua_newuserdatauv(L, ((size_t)grid.mask + 1) * sizeof *grid.heads, 0);
  grid.next = lua_newuserdatauv(L, (size_t)most * sizeof *grid.next, 0);
  grid.points = lua_newuserdatauv(L, (size_t)most * sizeof *grid.points, 0);
  memset(grid.heads, 0, ((size_t)grid.mask + 1) * sizeof *grid.heads);
  const uint64_t cost = 256 + survey_cost(g->survey);
  for (uint64_t number = 0; (double)number < darts && c.count < most; number++) {
    budget_charge(cost);
    const MlVec3 p = ml_survey_point(g->survey, g->seed, number).position;
    if (has_near(&grid, p)) continue;
    const uint64_t slot = slot_of(&grid, cube_of(&grid, p));
    grid.points[c.count] = p;
    grid.next[c.count] = grid.heads[slot];
    numbers[c.count++] = number;
    grid.heads[slot] = (uint32_t)c.count;
  }
  c.numbers = numbers;
  lua_settop(L, kept);
  return c;
}

ScatterChoice scatter_choose(lua_State *L, const ScatterGround *g, uint64_t count, double spacing) {
  luaL_checkstack(L, 8, "points");
  const double room = spacing > 0 ? scatter_area(g) / (spacing * spacing) : 0;
  if (spacing > 0 && g->survey) return choose_on_surface(L, g, count, spacing);
  if (spacing > 0 && room <= SCATTER_MOST) return choose_in_cells(L, g, count, spacing);
  lua_pushnil(L);
  return (ScatterChoice){.count = count};
}
