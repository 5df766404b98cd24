/* sdf.c - methods that change a solid's surface. Shapes become programs by them: what they give is an sdf. */
#include "sdf.h"

#include <string.h>

#include "budget.h"
#include "methods.h"
#include "shapes.h"
#include "trace.h"

void sdf_fail(Reading *r, const MlError *error) {
  // "combine.nodes[1]: a mesh ..." and "change.node: ...": which one is said by the call
  const char *text = error->message, *colon = strstr(text, ": ");
  unsigned item = 0;
  const char *bracket = colon ? memchr(text, '[', (size_t)(colon - text)) : NULL;
  if (colon && strncmp(text, "sdf.distance: ", 14) == 0) {
    reader_fail_field(r, "f", "solid", "%s", colon + 2);
    return;
  }
  const bool ours = colon && (strncmp(text, "combine.", 8) == 0 || strncmp(text, "change.", 7) == 0);
  if (error->status == ML_ERROR_MEMORY || !ours) {
    reader_fail_builder(r, error);
    return;
  }
  for (const char *c = bracket ? bracket + 1 : NULL; c && *c >= '0' && *c <= '9'; c++) item = 10 * item + (unsigned)(*c - '0');
  if (bracket) reader_fail(r, "solid", "solid %u: %s", item + 1, colon + 2);
  else reader_fail(r, "solid", "%s", colon + 2);
}

/* Begins a method whose result is a new solid: the node at the top is a new, empty sdf. */
static Reading begin(lua_State *L, const char *name, const Node **part) {
  Reading r = method_begin(L, name);
  *part = node_test(L, 1);
  if (!node_is_shape(*part)) luaL_error(L, "a %s is no solid: call :%s on a shape", (*part)->entry->name, name);
  lua_pop(L, 1);
  r.node = node_push(L, &api_sdf);
  r.node->shared.hidden = (*part)->shared.hidden;
  r.entry = &api_sdf;
  return r;
}

static int end(Reading *r, const Node *part, MlSdfChangeDesc *desc) {
  MlError error = {0};
  r->step_count = 0;
  desc->node = part->id;
  desc->place = r->place;
  if (part->id && !r->failed) {
    r->node->geometry = ml_sdf_change(r->runtime->builder, desc, &error);
    if (!r->node->geometry) sdf_fail(r, &error);
  }
  r->node->emits = part->emits;
  node_finish(r, r->node, false);
  lua_settop(r->L, r->node_index);
  return 1;
}

static int by_number(lua_State *L, const char *name, MlSdfChange change, const ApiField *argument, const char *usage) {
  const Node *part;
  Reading r = begin(L, name, &part);
  MlSdfChangeDesc desc = ML_DESC(MlSdfChangeDesc, .change = change);
  method_check_count(&r, 1, 1, usage);
  if (method_given(&r) == 1) method_read(&r, 1, argument, &desc.amount);
  return end(&r, part, &desc);
}

static int method_round(lua_State *L) {
  static const ApiField radius = {.name = "radius", .type = API_NUMBER, RANGE_LENGTH, .unit = "m"};
  return by_number(L, "round", ML_SDF_ROUND, &radius, "a radius");
}
static int method_shell(lua_State *L) {
  static const ApiField thickness = {.name = "thickness", .type = API_NUMBER, RANGE_POSITIVE_LENGTH, .unit = "m"};
  return by_number(L, "shell", ML_SDF_SHELL, &thickness, "a thickness");
}
static int method_twist(lua_State *L) {
  static const ApiField degrees = {.name = "degrees", .type = API_NUMBER, .range = {-1e6, 1e6, -3600, 3600, false}, .unit = "\xC2\xB0/m"};
  return by_number(L, "twist", ML_SDF_TWIST, &degrees, "degrees per metre");
}

static const ApiField period_field = {.name = "period", .type = API_SIZE3, .range = {0, 1e12, 0, 1e6, false}, .unit = "m"};
static const ApiField count_field = {.name = "count", .type = API_SIZE3, .range = {1, 1 << 20, 1, 1 << 20, false}};

/* repeat_xz(period [, count]) and repeated(period [, count]): period a number, or one along each axis; 0 is none. */
static int repeat(lua_State *L, const char *name, bool flat) {
  const Node *part;
  Reading r = begin(L, name, &part);
  MlSdfChangeDesc desc = ML_DESC(MlSdfChangeDesc, .change = ML_SDF_REPEAT);
  MlVec3 count = {0, 0, 0};
  method_check_count(&r, 1, 2, "a period, and how many");
  if (method_given(&r) >= 1) method_read(&r, 1, &period_field, &desc.period);
  if (method_given(&r) == 2 && method_read(&r, 2, &count_field, &count) &&
      (count.x != ml_floor(count.x) || count.y != ml_floor(count.y) || count.z != ml_floor(count.z)))
    reader_fail(&r, "whole", "expected whole numbers of copies, got %g, %g, %g", count.x, count.y, count.z);
  if (!r.failed && desc.period.x == 0 && desc.period.y == 0 && desc.period.z == 0) {
    method_set_argument(&r, 1);
    reader_fail(&r, "range", "a period of 0 repeats nothing");
  }
  if (flat) desc.period.y = 0;
  if (!r.failed) desc.count[0] = (uint32_t)count.x, desc.count[1] = (uint32_t)count.y, desc.count[2] = (uint32_t)count.z;
  return end(&r, part, &desc);
}
static int method_repeat_xz(lua_State *L) { return repeat(L, "repeat_xz", true); }
static int method_repeated(lua_State *L) { return repeat(L, "repeated", false); }

static int method_displace(lua_State *L) {
  const Node *part;
  Reading r = begin(L, "displace", &part);
  MlSdfChangeDesc desc = ML_DESC(MlSdfChangeDesc, .change = ML_SDF_DISPLACE);
  method_check_count(&r, 1, 1, "a function(p)");
  method_set_argument(&r, 1);
  if (method_given(&r) == 1 && !trace_is_function(L, 2)) reader_fail(&r, "type", "expected a function(p), got %s", reader_describe(&r, 2));
  if (!r.failed) (void)trace_distance(&r, 2, &desc.program);
  return end(&r, part, &desc);
}

const luaL_Reg methods_of_sdf[] = {{"round", method_round},
                                   {"shell", method_shell},
                                   {"twist", method_twist},
                                   {"repeat_xz", method_repeat_xz},
                                   {"repeated", method_repeated},
                                   {"displace", method_displace},
                                   {NULL, NULL}};
