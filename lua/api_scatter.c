/* api_scatter.c - scatter, poisson, points_on: many things, or points for them, spread at random over an area or a surface. */
#include <string.h>

#include "budget.h"
#include "copies.h"
#include "methods.h"
#include "scatter_points.h"
#include "shapes.h"
#include "survey.h"
#include "values.h"

enum { RANDOM_PART = 8, RANDOM_SCALE, RANDOM_TURN, RANDOM_TILT, RANDOM_SPIN, RANDOM_KEEP };
enum { TURN_NONE, TURN_RANDOM, TURN_TUMBLE };

/* ---------------------------------------------------------------------- asking */

/* What a function of the script says about a point: 0..1, how likely it stays. The function and its arguments are on top of the stack. false:
 * something else, reported. */
static bool ask(Reading *r, const char *field, int arguments, MlVec3 p, double *chance) {
  lua_State *L = r->L;
  lua_call(L, arguments, 1);
  const bool number = lua_type(L, -1) == LUA_TNUMBER, truth = lua_isboolean(L, -1) || lua_isnil(L, -1);
  *chance = number ? lua_tonumber(L, -1) : lua_toboolean(L, -1);
  const bool fine = (number && *chance - *chance == 0) || truth;
  if (!fine)
    reader_fail_field(r, field, "answer", "expected true, false or a number 0..1, got %s for {%g, %g, %g}",
                      reader_describe(r, lua_gettop(L)), p.x, p.y, p.z);
  lua_pop(L, 1);
  return fine;
}

/* density(x, z) */
static bool ask_density(Reading *r, MlVec3 p, double *chance) {
  lua_getiuservalue(r->L, r->node_index, 1);
  lua_pushnumber(r->L, p.x);
  lua_pushnumber(r->L, p.z);
  return ask(r, "density", 2, p, chance);
}

/* keep(s): s.p, s.n, and s.i, which counts from 1. */
static bool ask_keep(Reading *r, const MlSurveyPoint *at, uint64_t i, double *chance) {
  lua_State *L = r->L;
  const MlVec3 p = at->position, n = at->normal;
  lua_getiuservalue(L, r->node_index, 2);
  lua_createtable(L, 0, 3);
  value_push_vec3(L, p.x, p.y, p.z);
  lua_setfield(L, -2, "p");
  value_push_vec3(L, n.x, n.y, n.z);
  lua_setfield(L, -2, "n");
  lua_pushinteger(L, (lua_Integer)i + 1);
  lua_setfield(L, -2, "i");
  return ask(r, "keep", 1, p, chance);
}

/* false: so many points have no room in any list, reported. */
static bool check_room(Reading *r, const ScatterGround *ground, uint64_t count, double spacing) {
  const double room = scatter_area(ground) / (spacing * spacing);
  if (spacing <= 0 || (count && ground->survey) || room <= SCATTER_MOST) return true;
  reader_fail_field(r, "spacing", "room",
                    "a spacing of %g m over %g m\xC2\xB2 has room for more than %d things: at most that many can be spread", spacing,
                    scatter_area(ground), SCATTER_MOST);
  return false;
}

/* ---------------------------------------------------------------------- scatter */

/* A rotation drawn evenly from all (Shoemake 1992). */
static MlTransform any_rotation(double a, double b, double c) {
  const double tau = 6.283185307179586, s = ml_sqrt(1 - a), t = ml_sqrt(a);
  const double x = s * ml_sin(tau * b), y = s * ml_cos(tau * b), z = t * ml_sin(tau * c), w = t * ml_cos(tau * c);
  return (MlTransform){{1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w), 0, 2 * (x * y + z * w), 1 - 2 * (x * x + z * z),
                        2 * (y * z - x * w), 0, 2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y), 0}};
}

/* The shortest turn from +y to n, a unit vector. */
static MlTransform upright_on(MlVec3 n) {
  if (n.y < -0.999999) return (MlTransform){{1, 0, 0, 0, 0, -1, 0, 0, 0, 0, -1, 0}};
  const double k = 1 / (1 + n.y);
  return (MlTransform){{1 - n.x * n.x * k, n.x, -n.x * n.z * k, 0, -n.x, n.y, -n.z, 0, -n.x * n.z * k, n.z, 1 - n.z * n.z * k, 0}};
}

static CopyPlace place_at(const ScatterDesc *d, const MlSurveyPoint *at, uint64_t number) {
  const uint64_t seed = (uint64_t)d->seed;
  const double scale = d->scale.least + (d->scale.most - d->scale.least) * scatter_random(seed, number, RANDOM_SCALE);
  const double heading = scatter_random(seed, number, RANDOM_TURN);
  MlTransform t = ml_transform_identity();
  if (d->turn == TURN_RANDOM) {
    const double s = ml_sin(6.283185307179586 * heading), c = ml_cos(6.283185307179586 * heading);
    t = (MlTransform){{c, 0, s, 0, 0, 1, 0, 0, -s, 0, c, 0}};
  }
  if (d->turn == TURN_TUMBLE)
    t = any_rotation(scatter_random(seed, number, RANDOM_TILT), heading, scatter_random(seed, number, RANDOM_SPIN));
  if (d->up == 1) {
    const MlTransform up = upright_on(at->normal);
    t = ml_transform_multiply(&up, &t);
  }
  const double p[3] = {at->position.x, at->position.y, at->position.z};
  CopyPlace place;
  for (int i = 0; i < 3; i++) {
    for (int k = 0; k < 3; k++) place.m[4 * i + k] = (float)(t.m[4 * i + k] * scale);
    place.m[4 * i + 3] = (float)p[i];
  }
  return place;
}

static bool find_ground(Reading *r, const ScatterDesc *d, ScatterGround *ground) {
  const bool has_on = reader_given(r, "on"), has_area = reader_given(r, "area");
  *ground = (ScatterGround){.width = d->area.x, .depth = d->area.y, .seed = (uint64_t)d->seed};
  if (!has_on && !has_area) {
    reader_fail(r, "required", "on or area is missing: a shape to put things on, or {width, depth} of a level ground");
    return false;
  }
  if (!has_on) return true;
  if (!d->on.id) return false; // reported where it was made
  r->steps[0] = (SourceStep){"on", 0};
  r->step_count = 1;
  ground->survey = survey_of_node(r, d->on.id, false);
  const char *lacks = ground->survey ? survey_lacks(ground->survey) : NULL;
  if (lacks && d->on.entry == &api_plane) reader_fail(r, "area", "a plane is infinite: write area = {width, depth} instead");
  else if (lacks) reader_fail(r, "area", "this %s %s to put things on", d->on.entry->name, lacks);
  r->step_count = 0;
  return ground->survey && !lacks;
}

static void note_room(Reading *r, uint64_t fit, uint64_t wanted, double spacing) {
  Report report = runtime_report_here(r->L, SCRIPT_NOTE, "room", r->callee);
  report.no_path = true;
  report.message = store_format(&r->runtime->store, "only %llu of %llu have room with a spacing of %g m", (unsigned long long)fit,
                                (unsigned long long)wanted, spacing);
  diagnostics_report(&r->runtime->diagnostics, &report);
}

/* Where the things go, part by part: first[k] .. first[k + 1] are those of part k. Pushes one value that keeps them. NULL: reported. */
static CopyPlace *push_places(Reading *r, const ScatterDesc *d, const ScatterGround *ground, uint64_t *first) {
  lua_State *L = r->L;
  const uint64_t parts = d->parts.count, seed = (uint64_t)d->seed, cost = scatter_cost(ground);
  const ScatterChoice choice = scatter_choose(L, ground, (uint64_t)d->count, d->spacing);
  if (choice.count < (uint64_t)d->count) note_room(r, choice.count, (uint64_t)d->count, d->spacing);
  const int kept = lua_gettop(L);
  // Which stay, and of which part they are
  uint8_t *stays = lua_newuserdatauv(L, (size_t)choice.count + 1, 0);
  uint64_t total = 0;
  for (uint64_t i = 0; i < choice.count; i++) {
    const uint64_t number = choice.numbers ? choice.numbers[i] : i;
    double chance = 1;
    if (d->keep) {
      budget_charge(cost);
      const MlSurveyPoint at = scatter_point(ground, &choice, i);
      if (!ask_keep(r, &at, i, &chance)) return NULL;
    }
    budget_charge(32);
    stays[i] = chance >= 1 || scatter_random(seed, number, RANDOM_KEEP) < chance;
    const uint64_t part = (uint64_t)(scatter_random(seed, number, RANDOM_PART) * (double)parts);
    total += stays[i];
    first[part + 1] += stays[i];
  }
  for (uint64_t k = 0; k < parts; k++) first[k + 1] += first[k];
  CopyPlace *places = lua_newuserdatauv(L, (size_t)total * sizeof *places + 1, 0);
  uint64_t *next = lua_newuserdatauv(L, (size_t)(parts + 1) * sizeof *next, 0);
  memcpy(next, first, (size_t)(parts + 1) * sizeof *next);
  for (uint64_t i = 0; i < choice.count; i++) {
    if (!stays[i]) continue;
    budget_charge(256 + cost);
    const uint64_t number = choice.numbers ? choice.numbers[i] : i;
    const uint64_t part = (uint64_t)(scatter_random(seed, number, RANDOM_PART) * (double)parts);
    const MlSurveyPoint at = scatter_point(ground, &choice, i);
    places[next[part]++] = place_at(d, &at, number);
  }
  lua_pushvalue(L, kept + 2); // the places alone stay
  lua_replace(L, kept);
  lua_settop(L, kept);
  return places;
}

static bool build_scatter(Reading *r, Node *node) {
  const ScatterDesc *d = (const ScatterDesc *)node->desc;
  lua_State *L = r->L;
  const int top = lua_gettop(L);
  ScatterGround ground;
  MlError error = {0};
  node->emits = d->parts.emits || node->shared.material.emits;
  node->geometry = ml_group(r->runtime->builder, &ML_DESC(MlGroupDesc, .place = r->place), &error);
  if (!node->geometry) reader_fail_builder(r, &error);
  if (!d->parts.data || r->failed) return false;
  if (d->parts.count == 0) reader_fail_field(r, "parts", "list", "there is nothing to scatter: write scatter{ part, ... }");
  if (!d->count && !(d->spacing > 0)) reader_fail(r, "required", "count or spacing is missing: how many, or how far apart");
  if (r->failed || !find_ground(r, d, &ground) || !check_room(r, &ground, (uint64_t)d->count, d->spacing)) return false;
  uint64_t *first = lua_newuserdatauv(L, (size_t)(d->parts.count + 1) * sizeof *first, 0), made = 0;
  memset(first, 0, (size_t)(d->parts.count + 1) * sizeof *first);
  const CopyPlace *places = push_places(r, d, &ground, first);
  MlNode *nodes = places ? lua_newuserdatauv(L, (size_t)d->parts.count * sizeof *nodes, 0) : NULL;
  for (uint64_t k = 0; nodes && k < d->parts.count && !r->failed; k++) {
    if (first[k] == first[k + 1]) continue;
    if ((nodes[made] = copies_make(r, d->parts.data[k], d->parts.emits, places + first[k], first[k + 1] - first[k]))) made++;
  }
  if (nodes && !r->failed)
    node->geometry =
      ml_group(r->runtime->builder, &ML_DESC(MlGroupDesc, .children = nodes, .child_count = made, .place = r->place), &error);
  lua_settop(L, top);
  if (!node->geometry) reader_fail_builder(r, &error);
  return node->geometry != 0;
}

static const char *const turns[] = {"none", "random", "tumble", NULL};
static const char *const ups[] = {"world", "normal", NULL};
#define SEED(Type)                                                                                                                         \
  {                                                                                                                                        \
    .name = "seed", .type = API_INT, .range = {0, 9e15, 0, 9e15, false}, .def = "1", .synonyms = "random,random_seed",                     \
    .offset = offsetof(Type, seed), .doc = "Another one is another arrangement."                                                           \
  }

// clang-format off
static const ApiField scatter_fields[] = {
  {.name = "parts", .type = API_NODES, .flags = API_REQUIRED, .offset = offsetof(ScatterDesc, parts), .synonyms = "part,what,things,objects,items,nodes,shapes",
   .doc = "What is scattered, most often written without the name; of several, each time one at random."},
  {.name = "count", .type = API_INT, .range = {1, SCATTER_MOST, 1, SCATTER_MOST, false}, .synonyms = "n,number,amount,many,num",
   .offset = offsetof(ScatterDesc, count), .doc = "How many; with a spacing, at most so many."},
  {.name = "spacing", .type = API_NUMBER, .range = {0, 1e12, 1e-6, 1e6, true}, .unit = "m", .synonyms = "distance,gap,separation,radius,step,apart",
   .offset = offsetof(ScatterDesc, spacing), .doc = "No two are nearer; without count, as many as have room."},
  {.name = "on", .type = API_REFERENCE, .xgroup = XGROUP_A, .synonyms = "surface,ground,shape,target,over,where", .offset = offsetof(ScatterDesc, on),
   .doc = "The shape, solid or group that they are put on, evenly by area of what is to be seen; it is referred to, as it is placed."},
  {.name = "area", .type = API_SIZE2, RANGE_POSITIVE_LENGTH, .unit = "m", .xgroup = XGROUP_A_OTHER, .synonyms = "size,region,extent,width",
   .offset = offsetof(ScatterDesc, area), .doc = "Width and depth of a level ground about the origin, instead of on."},
  {.name = "scale", .type = API_SPAN, .range = {0, 1e9, 1e-6, 1e6, true}, .def = "1", .synonyms = "scaling,size_range,zoom", .offset = offsetof(ScatterDesc, scale),
   .doc = "How large they are: a number, or between two."},
  {.name = "turn", .type = API_WORD, .words = turns, .def = "\"none\"", .synonyms = "rotate,rotation,heading,orientation", .offset = offsetof(ScatterDesc, turn),
   .doc = "\"random\": about their own +y; \"tumble\": any way up."},
  {.name = "up", .type = API_WORD, .words = ups, .def = "\"world\"", .synonyms = "align,normal,orient", .offset = offsetof(ScatterDesc, up),
   .doc = "Where their +y points: up, or away from the surface."},
  SEED(ScatterDesc),
  {.name = "keep", .type = API_CALLBACK, .synonyms = "filter,mask,where_not,density,condition,probability", .offset = offsetof(ScatterDesc, keep),
   .doc = "Called for each with s.p, its point, s.n, the surface's normal there, and s.i, its number: true, false, or how likely it stays."},
};
const ApiEntry api_scatter = {"scatter", API_GROUP, scatter_fields, API_COUNT(scatter_fields), &api_shared_scatter, sizeof(ScatterDesc), 2,
  "Many copies of something, spread at random over a surface or a level area; the same in every run. They cost little: a million is fine.",
  "local ball = sphere{ radius = 0.12, floor = true, material = \"tomato\" }\nlocal cube = box{ size = 0.2, floor = true, material = \"gold\" }\n"
  "local hill = sphere{ radius = 2, at = {0, -1.2, 0}, material = \"#4a6b3a\" }\n"
  "scatter{ ball, cube, count = 300, spacing = 0.25, on = hill, up = \"normal\", turn = \"random\", scale = {0.6, 1.4},\n"
  "         keep = function(s) return s.p.y > 0 end }\nplane{}\ncamera{ from = {0, 2.5, 5}, look_at = {0, 0.4, 0}, fov = 32 }", "poisson,points_on,grid,ring", build_scatter};
// clang-format on

/* ---------------------------------------------------------------------- poisson */

static bool build_poisson(Reading *r, Node *node) {
  const PoissonDesc *d = (const PoissonDesc *)node->desc;
  lua_State *L = r->L;
  const ScatterGround ground = {.width = d->area.x, .depth = d->area.y, .seed = (uint64_t)d->seed};
  lua_newtable(L);
  const int list = lua_gettop(L);
  if (r->failed || !check_room(r, &ground, 0, d->spacing)) return true;
  const ScatterChoice choice = scatter_choose(L, &ground, 0, d->spacing);
  lua_Integer made = 0;
  for (uint64_t i = 0; i < choice.count && !r->failed; i++) {
    const MlVec3 p = scatter_point(&ground, &choice, i).position;
    double chance = 1;
    budget_charge(128);
    if (d->density && !ask_density(r, p, &chance)) break;
    if (!(chance >= 1 || scatter_random(ground.seed, choice.numbers[i], RANDOM_KEEP) < chance)) continue;
    value_push_vec2(L, p.x, p.z);
    lua_rawseti(L, list, ++made);
  }
  lua_settop(L, list);
  return true;
}

// clang-format off
static const ApiField poisson_fields[] = {
  {.name = "area", .type = API_SIZE2, RANGE_POSITIVE_LENGTH, .unit = "m", .flags = API_REQUIRED, .synonyms = "size,region,extent,width",
   .offset = offsetof(PoissonDesc, area), .doc = "Width and depth, about the origin."},
  {.name = "spacing", .type = API_NUMBER, .range = {0, 1e12, 1e-6, 1e6, true}, .unit = "m", .flags = API_REQUIRED,
   .synonyms = "distance,gap,separation,radius,step,apart", .offset = offsetof(PoissonDesc, spacing), .doc = "No two are nearer, and there is room for hardly any more."},
  SEED(PoissonDesc),
  {.name = "density", .type = API_CALLBACK, .synonyms = "keep,probability,mask,filter,weight", .offset = offsetof(PoissonDesc, density),
   .doc = "Called for each point with x and z: true, false, or how likely it stays, 0..1."},
};
const ApiEntry api_poisson = {"poisson", API_LIST, poisson_fields, API_COUNT(poisson_fields), NULL, sizeof(PoissonDesc), 1,
  "Points on a level area, at random but evenly: a list of vec2, whose x and y are x and z of the ground.",
  "for _, p in ipairs(poisson{ area = {6, 4}, spacing = 0.4, density = function(x, z) return x < 1 or z < 0 end }) do\n"
  "  sphere{ radius = 0.15, floor = true, at = {p.x, 0, p.y}, material = hsv(40 * p.x + 200, 0.6, 0.9) }\nend\nplane{}", "scatter,points_on,random", build_poisson};
// clang-format on

/* -------------------------------------------------------------------- points_on */

int points_on(lua_State *L) {
  static const ApiField shape_argument = {.type = API_REFERENCE},
                        count_argument = {.type = API_INT, .range = {0, SCATTER_MOST, 0, SCATTER_MOST, false}},
                        seed_argument = {.type = API_INT, .range = {0, 9e15, 0, 9e15, false}};
  Reading r = {.runtime = runtime_of(L), .L = L, .callee = "points_on", .steps = {{NULL, 1}}, .step_count = 1, .place = runtime_place(L)};
  ApiReference shape = {0};
  int64_t count = 0, seed = 1;
  lua_settop(L, 3);
  if (!lua_isnil(L, 3)) {
    r.steps[0].index = 3;
    reader_read_value(&r, &seed_argument, 3, &seed);
  }
  r.steps[0].index = 2;
  reader_read_value(&r, &count_argument, 2, &count);
  r.steps[0].index = 1;
  const MlSurvey *survey = reader_read_value(&r, &shape_argument, 1, &shape) && shape.id ? survey_of_node(&r, shape.id, false) : NULL;
  const char *lacks = survey ? survey_lacks(survey) : NULL;
  if (lacks && shape.entry == &api_plane) reader_fail(&r, "area", "a plane is infinite: take a rect");
  else if (lacks) reader_fail(&r, "area", "this %s %s to take points from", shape.entry->name, lacks);
  lua_newtable(L);
  lua_newtable(L);
  for (int64_t i = 0; survey && !r.failed && i < count; i++) {
    budget_charge(256 + survey_cost(survey));
    const MlSurveyPoint at = ml_survey_point(survey, (uint64_t)seed, (uint64_t)i);
    value_push_vec3(L, at.position.x, at.position.y, at.position.z);
    lua_rawseti(L, -3, i + 1);
    value_push_vec3(L, at.normal.x, at.normal.y, at.normal.z);
    lua_rawseti(L, -2, i + 1);
  }
  return 2;
}
