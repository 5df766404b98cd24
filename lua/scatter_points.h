/* scatter_points.h - points spread at random over a rectangle or a surface, with or without a least distance. Functions of the description alone. */
#ifndef MOONLIT_LUA_SCATTER_POINTS_H
#define MOONLIT_LUA_SCATTER_POINTS_H

#include "lua.h"
#include "moonlit.h"

/* Over `survey`, or, where that is NULL, over the rectangle of width by depth about the origin in xz. */
typedef struct ScatterGround {
  const MlSurvey *survey;
  double width, depth;
  uint64_t seed;
} ScatterGround;

double scatter_area(const ScatterGround *ground);

/* The points that were chosen, by number: those of a rectangle with a least distance are counted in its cells. */
typedef struct ScatterChoice {
  const uint64_t *numbers; /* NULL: 0 .. count - 1 */
  uint64_t count;
  double cell[2]; /* their edges, which fill it; 0: none */
  uint64_t columns, rows;
} ScatterChoice;

enum { SCATTER_MOST = 10000000 };

/* `count` of them (0: as many as have room), no two nearer than `spacing` (0: any distance). Pushes one value that keeps the numbers. Raises when
 * the script's time or memory is over. With a spacing and no count, area / spacing^2 must be at most SCATTER_MOST. */
ScatterChoice scatter_choose(lua_State *L, const ScatterGround *ground, uint64_t count, double spacing);
/* What scatter_point costs, for budget_charge. */
uint64_t scatter_cost(const ScatterGround *ground);
MlSurveyPoint scatter_point(const ScatterGround *ground, const ScatterChoice *choice, uint64_t i);
/* 0..1: random number `which` of the thing with this number. */
double scatter_random(uint64_t seed, uint64_t number, uint64_t which);

#endif
