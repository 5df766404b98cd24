/* triangulate.c - an outline with holes cut into triangles by one sweep from its highest point to its lowest.
 *
 * The plane sweep of de Berg et al., Computational Geometry (2008), chapter 3, but without cutting into monotone pieces first: each
 * interval between a left and a right edge that the sweep line is in carries the chains of corners above it that await triangles. A
 * chain is concave; a new corner on its own side takes from it what it sees, one on the other side all of it. Where two intervals merge, the
 * new one carries two chains that end in the same corner, which the next corner to come takes both. Corners of equal height
 * are taken from left to right, as if the plane were turned by a hair. All decisions are exact (outline.h). */
#include "shape/outline.h"

#include "base/sort.h"

enum { NONE = UINT32_MAX };

typedef enum Side { LEFT, RIGHT } Side;

/* Corners that await triangles, the lowest first, all but the last (the highest) on `side` of the interval. */
typedef struct Chain {
  uint32_t link; /* into links; NONE: no chain */
  Side side;
} Chain;
typedef struct Link {
  uint32_t point, above;
} Link;

/* Between the edges that begin (left, they run down) and (right, they run up) at these points. */
typedef struct Interval {
  uint32_t left, right;
  Chain chains[2]; /* the second: right of the first, after a merge */
} Interval;

typedef struct Sweep {
  const Outline *outline;
  Work *work;
  OutlineTriangles *out;
  ARRAY(Interval) intervals;
  ARRAY(Link) links;
  uint32_t *order, *of_edge; /* points from the highest to the lowest; by edge: its interval */
  bool fine;                 /* memory is there */
} Sweep;

static const OutlinePoint *point_of(const Sweep *sweep, uint32_t i) { return &sweep->outline->points.data[i]; }

static int64_t turn(const Sweep *sweep, uint32_t i, uint32_t j, uint32_t k) {
  const OutlinePoint *a = point_of(sweep, i), *b = point_of(sweep, j), *c = point_of(sweep, k);
  return ((int64_t)b->x - a->x) * ((int64_t)c->y - a->y) - ((int64_t)b->y - a->y) * ((int64_t)c->x - a->x);
}

static bool is_above(const Sweep *sweep, uint32_t i, uint32_t j) {
  const OutlinePoint *a = point_of(sweep, i), *b = point_of(sweep, j);
  return a->y != b->y ? a->y > b->y : a->x < b->x;
}

/* ---- chains */

static uint32_t add_link(Sweep *sweep, uint32_t point, uint32_t above) {
  const Link link = {point, above};
  if (!array_push(sweep->outline->memory, &sweep->links, link)) {
    sweep->fine = false;
    return NONE;
  }
  return (uint32_t)(sweep->links.count - 1);
}

static void emit(Sweep *sweep, uint32_t a, uint32_t b, uint32_t c) {
  const OutlineTriangle triangle = {{a, b, c}};
  if (!array_push(sweep->outline->memory, sweep->out, triangle)) sweep->fine = false;
}

/* Triangles between the point, across the interval, and all of the chain. */
static void close_chain(Sweep *sweep, Chain chain, uint32_t point) {
  for (uint32_t low = chain.link; sweep->fine && low != NONE; low = sweep->links.data[low].above) {
    const uint32_t high = sweep->links.data[low].above;
    if (high == NONE) return;
    const uint32_t a = sweep->links.data[low].point, b = sweep->links.data[high].point;
    if (chain.side == LEFT) emit(sweep, point, b, a);
    else emit(sweep, point, a, b);
  }
}

/* The chain after a point on that side of the interval. */
static Chain extend_chain(Sweep *sweep, Chain chain, uint32_t point, Side side) {
  if (!sweep->fine) return chain;
  if (chain.side != side && sweep->links.data[chain.link].above != NONE) {
    close_chain(sweep, chain, point);
    const uint32_t lowest = add_link(sweep, sweep->links.data[chain.link].point, NONE);
    return (Chain){add_link(sweep, point, lowest), side};
  }
  uint32_t low = chain.link;
  for (uint32_t high; (high = sweep->links.data[low].above) != NONE && sweep->fine; low = high) {
    const uint32_t a = sweep->links.data[high].point, b = sweep->links.data[low].point;
    const int64_t seen = turn(sweep, a, b, point);
    if (side == LEFT ? seen <= 0 : seen >= 0) break;
    if (side == LEFT) emit(sweep, a, b, point);
    else emit(sweep, a, point, b);
  }
  return (Chain){add_link(sweep, point, low), side};
}

/* A point on one side of an interval: the one chain that is left. */
static Chain extend_interval(Sweep *sweep, const Interval *interval, uint32_t point, Side side) {
  const Chain *chains = interval->chains;
  if (chains[1].link == NONE) return extend_chain(sweep, chains[0], point, side);
  close_chain(sweep, chains[side == LEFT ? 0 : 1], point);
  return extend_chain(sweep, chains[side == LEFT ? 1 : 0], point, side);
}

/* ---- events */

static void add_interval(Sweep *sweep, uint32_t left, uint32_t right, Chain first, Chain second) {
  const Interval interval = {left, right, {first, second}};
  if (!array_push(sweep->outline->memory, &sweep->intervals, interval)) sweep->fine = false;
  else sweep->of_edge[left] = sweep->of_edge[right] = (uint32_t)(sweep->intervals.count - 1);
}

static Interval take_interval(Sweep *sweep, uint32_t i) {
  Interval *intervals = sweep->intervals.data;
  const Interval taken = intervals[i], last = intervals[--sweep->intervals.count];
  intervals[i] = last;
  sweep->of_edge[last.left] = sweep->of_edge[last.right] = i;
  return taken;
}

/* The interval that a point is in the middle of. */
static uint32_t find_interval(Sweep *sweep, uint32_t point) {
  for (uint32_t i = 0; i < sweep->intervals.count; i++) {
    const Interval *interval = &sweep->intervals.data[i];
    const uint32_t left = interval->left, right = interval->right;
    work_goes_on(sweep->work, 32);
    if (turn(sweep, left, point_of(sweep, left)->next, point) > 0 && turn(sweep, right, point_of(sweep, right)->next, point) > 0) return i;
  }
  return NONE; // of an outline that crosses itself
}

/* Two ways down from a corner in the middle of an interval. */
static void split(Sweep *sweep, uint32_t point) {
  const uint32_t found = find_interval(sweep, point);
  if (found == NONE) return;
  const Interval interval = take_interval(sweep, found);
  const uint32_t before = point_of(sweep, point)->before;
  Chain left = interval.chains[0], right = interval.chains[1];
  if (right.link == NONE) {
    // The chain stays with the side that it is on; the other begins with its lowest corner
    const Chain chain = left, fresh = {add_link(sweep, sweep->links.data[chain.link].point, NONE), LEFT};
    left = chain.side == LEFT ? fresh : chain;
    right = chain.side == LEFT ? chain : fresh;
  }
  left = extend_chain(sweep, left, point, RIGHT);
  right = extend_chain(sweep, right, point, LEFT);
  add_interval(sweep, interval.left, before, left, (Chain){NONE, LEFT});
  add_interval(sweep, point, interval.right, right, (Chain){NONE, LEFT});
}

static void merge(Sweep *sweep, uint32_t point) {
  const Interval left = take_interval(sweep, sweep->of_edge[point]);
  const Chain first = extend_interval(sweep, &left, point, RIGHT);
  const Interval right = take_interval(sweep, sweep->of_edge[point_of(sweep, point)->before]);
  const Chain second = extend_interval(sweep, &right, point, LEFT);
  add_interval(sweep, left.left, right.right, first, second);
}

static void visit(Sweep *sweep, uint32_t point) {
  const uint32_t before = point_of(sweep, point)->before, next = point_of(sweep, point)->next;
  const bool before_above = is_above(sweep, before, point), next_above = is_above(sweep, next, point);
  const Chain none = {NONE, LEFT};
  if (before_above && next_above) {
    if (turn(sweep, before, point, next) < 0) {
      merge(sweep, point);
      return;
    }
    const Interval interval = take_interval(sweep, sweep->of_edge[before]);
    for (int k = 0; k < 2; k++)
      if (interval.chains[k].link != NONE) close_chain(sweep, interval.chains[k], point);
  } else if (!before_above && !next_above) {
    if (turn(sweep, before, point, next) < 0) split(sweep, point);
    else add_interval(sweep, point, before, (Chain){add_link(sweep, point, NONE), LEFT}, none);
  } else {
    // Down the left side, or up the right one
    Interval *interval = &sweep->intervals.data[sweep->of_edge[before_above ? before : point]];
    interval->chains[0] = extend_interval(sweep, interval, point, before_above ? LEFT : RIGHT);
    interval->chains[1] = none;
    *(before_above ? &interval->left : &interval->right) = before_above ? point : before;
    sweep->of_edge[before_above ? point : before] = (uint32_t)(interval - sweep->intervals.data);
  }
}

static bool order_is_before(const void *a, const void *b, void *ud) { return is_above(ud, *(const uint32_t *)a, *(const uint32_t *)b); }

bool outline_triangulate(const Outline *outline, Work *work, OutlineTriangles *out) {
  Memory *memory = outline->memory;
  const uint32_t n = (uint32_t)outline->points.count;
  const size_t bytes = 2 * (size_t)n * sizeof(uint32_t);
  uint32_t *scratch = memory_alloc(memory, bytes, 8);
  if (scratch == NULL) return false;
  Sweep sweep = {.outline = outline, .work = work, .out = out, .order = scratch, .of_edge = scratch + n, .fine = true};
  for (uint32_t i = 0; i < n; i++) sweep.order[i] = i;
  sort_stable(sweep.order, n, sizeof *sweep.order, sweep.of_edge, order_is_before, &sweep);
  for (uint32_t i = 0; i < n && sweep.fine && work_goes_on(work, 64); i++) visit(&sweep, sweep.order[i]);
  array_free(memory, &sweep.intervals);
  array_free(memory, &sweep.links);
  memory_free(memory, scratch, bytes);
  return sweep.fine;
}
