/* params.c - param(name, default, options): the default's type decides the kind; --set name=value overrides it as text. */
#include "params.h"

#include <string.h>

#include "colors.h"
#include "lauxlib.h"
#include "node.h"
#include "reader.h"
#include "suggest.h"
#include "values.h"

struct ParamRecord {
  ScriptParam shown;
  bool integer; /* a number that is given back as Lua's integer */
  ParamRecord *next;
};

/* ------------------------------------------------------------------- options */

static const char *const option_names[] = {"min", "max", "step", "int", "unit", "help", "group", "drag", NULL};
enum { MIN, MAX, STEP, INT, UNIT, HELP, GROUP, DRAG };

/* Options go with kinds of parameters: what it would be for; NULL: it is fine. */
static const char *misplaced(int32_t option, ScriptParamType type) {
  const bool number = type == SCRIPT_PARAM_NUMBER;
  if (option <= UNIT) return number ? NULL : "numbers";
  return option == DRAG && type != SCRIPT_PARAM_VEC3 ? "a vec3" : NULL;
}

static void check_bounds(Reading *r, const ScriptParam *p) {
  if (p->has_min && p->has_max && p->min > p->max) reader_fail(r, "bounds", "min is %g and max %g: nothing lies between", p->min, p->max);
  if (p->has_step && !(p->step > 0)) reader_fail(r, "step", "step: expected a number > 0, got %g", p->step);
}

/* Of the table's fields; what is in its list are choices. */
static void read_options(Reading *r, int table, ScriptParam *p, bool *integer) {
  static const ApiField number = {.type = API_NUMBER}, text = {.type = API_STRING}, truth = {.type = API_BOOL};
  lua_State *L = r->L;
  for (lua_pushnil(L); lua_next(L, table); lua_pop(L, 1)) {
    int32_t option;
    if (p->choice_count && lua_isinteger(L, -2)) continue;
    lua_pushvalue(L, -2);
    r->steps[0] = (SourceStep){NULL, 3};
    r->step_count = 1;
    const bool known = convert_word(r, option_names, lua_gettop(L), &option);
    lua_pop(L, 1);
    if (!known) continue;
    r->steps[r->step_count++] = (SourceStep){option_names[option], 0};
    const int value = lua_gettop(L);
    const char *other = misplaced(option, p->type);
    if (other) {
      reader_fail(r, "misplaced", "%s is for %s, and this is a %s", option_names[option], other, params_type_name(p->type));
      continue;
    }
    switch (option) {
    case MIN: p->has_min = reader_read_value(r, &number, value, &p->min); break;
    case MAX: p->has_max = reader_read_value(r, &number, value, &p->max); break;
    case STEP: p->has_step = reader_read_value(r, &number, value, &p->step); break;
    case INT: reader_read_value(r, &truth, value, integer); break;
    case UNIT: reader_read_value(r, &text, value, &p->unit); break;
    case HELP: reader_read_value(r, &text, value, &p->help); break;
    case GROUP: reader_read_value(r, &text, value, &p->group); break;
    case DRAG: reader_read_value(r, &truth, value, &p->drag); break;
    default: break;
    }
    r->step_count = 0;
  }
  r->steps[0] = (SourceStep){NULL, 3};
  r->step_count = 1;
  check_bounds(r, p);
}

static void read_choices(Reading *r, int table, ScriptParam *p) {
  lua_State *L = r->L;
  const lua_Unsigned n = lua_rawlen(L, table);
  const char **choices = store_alloc(&r->runtime->store, (size_t)(n < 1000 ? n : 1000) * sizeof *choices);
  p->choices = choices;
  r->steps[0] = (SourceStep){NULL, 3};
  for (lua_Unsigned i = 0; choices && i < n && i < 1000; i++) {
    lua_rawgeti(L, table, (lua_Integer)i + 1);
    r->steps[1] = (SourceStep){NULL, (uint32_t)i + 1};
    r->step_count = 2;
    static const ApiField text = {.type = API_STRING};
    if (reader_read_value(r, &text, lua_gettop(L), &choices[p->choice_count])) p->choice_count++;
    lua_pop(L, 1);
  }
  r->step_count = 1;
}

/* ------------------------------------------------------------ values as text */

static bool parse_number(const char *text, double *out) {
  const char *end;
  *out = ml_parse_number(text, &end);
  while (*end == ' ') end++;
  return end != text && *end == 0 && *out - *out == 0;
}

/* "1,2,3", also with {} or vec3() around. */
static bool parse_vector(const char *text, double out[3]) {
  const char *at = strncmp(text, "vec3", 4) == 0 ? text + 4 : text;
  const bool bracket = *at == '{' || *at == '(';
  at += bracket;
  for (int i = 0; i < 3; i++) {
    const char *end;
    while (*at == ' ') at++;
    out[i] = ml_parse_number(at, &end);
    if (end == at || !(out[i] - out[i] == 0)) return false;
    at = end;
    while (*at == ' ') at++;
    if (i < 2 && *at++ != ',') return false;
  }
  if (bracket && (*at == '}' || *at == ')')) at++;
  return *at == 0;
}

/* At the declaration p; p NULL: there is none, and only the scene can be named. */
static void set_fail(Runtime *runtime, const ScriptSet *set, const ScriptParam *p, ScriptSeverity severity, const char *message) {
  Report report = {.severity = severity,
                   .rule = store_format(&runtime->store, "set %s", set->name),
                   .file = p && *p->file ? p->file : runtime->input->name,
                   .query = {.callee = !p                             ? NULL
                                       : p->type == SCRIPT_PARAM_FILE ? "file"
                                                                      : "param",
                             .line = p ? p->line : 0},
                   .message = store_format(&runtime->store, set->from ? "%s: %s" : "%s %s", set->from ? set->from : "--set", message),
                   .no_path = true};
  diagnostics_report(&runtime->diagnostics, &report);
}

static bool is_whole(double x) { return x == ml_floor(x) && x >= -9007199254740992.0 && x <= 9007199254740992.0; }

/* Within min and max, and whole where it must be. false: an error was reported. */
static bool fit_number(Runtime *runtime, const ScriptSet *set, ScriptParam *p, double *value) {
  Store *store = &runtime->store;
  if (p->type == SCRIPT_PARAM_INT && !is_whole(*value)) {
    set_fail(runtime, set, p, SCRIPT_ERROR, store_format(store, "%s=%s: expected a whole number", set->name, set->value));
    return false;
  }
  const bool low = p->has_min && *value < p->min, high = p->has_max && *value > p->max;
  if (!low && !high) return true;
  const double limit = low ? p->min : p->max;
  const char *side = low ? "least" : "most";
  if (!runtime->input->clamp_sets) {
    set_fail(runtime, set, p, SCRIPT_ERROR, store_format(store, "%s=%s: expected at %s %g", set->name, set->value, side, limit));
    return false;
  }
  set_fail(runtime, set, p, SCRIPT_WARNING, store_format(store, "%s=%s: is at %s %g", set->name, set->value, side, limit));
  *value = limit;
  return true;
}

/* Has the file one of the endings, if any are wanted? Without regard to case. */
static bool ends_well(const ScriptParam *p, const char *text) {
  const size_t size = strlen(text);
  for (size_t i = 0; i < p->choice_count; i++) {
    const char *ending = p->choices[i];
    const size_t length = strlen(ending);
    size_t same = 0;
    while (same < length && length < size) {
      const char a = text[size - length + same], b = ending[same];
      if (a != b && !((a | 0x20) == (b | 0x20) && (a | 0x20) >= 'a' && (a | 0x20) <= 'z')) break;
      same++;
    }
    if (same == length) return true;
  }
  return p->choice_count == 0 && size > 0;
}

/* ".ply, .obj or .glb" */
static const char *endings(Store *store, const ScriptParam *p) {
  Text text = {.store = store};
  for (size_t i = 0; i < p->choice_count; i++)
    text_format(&text, "%s%s", i == 0 ? "" : i + 1 < p->choice_count ? ", " : " or ", p->choices[i]);
  return text_string(&text);
}

static bool apply_text(Runtime *runtime, const ScriptSet *set, ScriptParam *p) {
  Store *store = &runtime->store;
  const char *text = set->value;
  double v[3] = {0, 0, 0};
  switch (p->type) {
  case SCRIPT_PARAM_NUMBER:
  case SCRIPT_PARAM_INT:
    if (!parse_number(text, &v[0])) {
      set_fail(runtime, set, p, SCRIPT_ERROR, store_format(store, "%s=%s: expected a number", set->name, text));
      return false;
    }
    if (!fit_number(runtime, set, p, &v[0])) return false;
    p->value[0] = v[0];
    return true;
  case SCRIPT_PARAM_BOOL:
    p->value[0] = strcmp(text, "true") == 0 || strcmp(text, "1") == 0;
    if (p->value[0] != 0 || strcmp(text, "false") == 0 || strcmp(text, "0") == 0) return true;
    set_fail(runtime, set, p, SCRIPT_ERROR, store_format(store, "%s=%s: expected true or false", set->name, text));
    return false;
  case SCRIPT_PARAM_STRING: p->text = store_copy(store, text, strlen(text)); return true;
  case SCRIPT_PARAM_FILE:
    if (!ends_well(p, text)) {
      set_fail(runtime, set, p, SCRIPT_ERROR,
               store_format(store, "%s=%s: expected the name of a file, %s", set->name, text, endings(store, p)));
      return false;
    }
    p->text = store_copy(store, text, strlen(text));
    return true;
  case SCRIPT_PARAM_CHOICE: {
    Suggestion near = suggest_start(text);
    Text list = {.store = store};
    for (size_t i = 0; i < p->choice_count; i++) {
      if (strcmp(p->choices[i], text) == 0) {
        p->value[0] = (double)i;
        p->text = p->choices[i];
        return true;
      }
      suggest_try(&near, p->choices[i]);
      text_format(&list, "%s%s", i ? ", " : "", p->choices[i]);
    }
    set_fail(runtime, set, p, SCRIPT_ERROR,
             near.best ? store_format(store, "%s=%s: expected one of %s \xE2\x80\x94 did you mean '%s'?", set->name, text,
                                      text_string(&list), near.best)
                       : store_format(store, "%s=%s: expected one of %s", set->name, text, text_string(&list)));
    return false;
  }
  case SCRIPT_PARAM_COLOR:
  case SCRIPT_PARAM_VEC3: {
    const bool color = p->type == SCRIPT_PARAM_COLOR;
    if (parse_vector(text, v) || (color && color_parse(text, strlen(text), v))) {
      memcpy(p->value, v, sizeof v);
      return true;
    }
    set_fail(runtime, set, p, SCRIPT_ERROR,
             store_format(store, color ? "%s=%s: expected a colour (#hex, a name or r,g,b)" : "%s=%s: expected three numbers x,y,z",
                          set->name, text));
    return false;
  }
  }
  return false;
}

/* --------------------------------------------------------------------- param */

static ParamRecord *find_param(const Runtime *runtime, const char *name) {
  for (ParamRecord *p = runtime->params; p; p = p->next)
    if (strcmp(p->shown.name, name) == 0) return p;
  return NULL;
}

static bool same_spec(const ParamRecord *a, const ParamRecord *b) {
  const ScriptParam *p = &a->shown, *q = &b->shown;
  if (p->type != q->type || a->integer != b->integer || p->has_min != q->has_min || p->has_max != q->has_max ||
      p->has_step != q->has_step || p->choice_count != q->choice_count)
    return false;
  for (size_t i = 0; i < p->choice_count; i++)
    if (strcmp(p->choices[i], q->choices[i]) != 0) return false;
  return memcmp(p->def, q->def, sizeof p->def) == 0 && strcmp(p->def_text, q->def_text) == 0 && p->min == q->min && p->max == q->max &&
         p->step == q->step;
}

static int push_value(lua_State *L, const ParamRecord *record) {
  const ScriptParam *p = &record->shown;
  switch (p->type) {
  case SCRIPT_PARAM_NUMBER:
  case SCRIPT_PARAM_INT:
    if (record->integer) lua_pushinteger(L, (lua_Integer)p->value[0]);
    else lua_pushnumber(L, p->value[0]);
    break;
  case SCRIPT_PARAM_BOOL: lua_pushboolean(L, p->value[0] != 0); break;
  case SCRIPT_PARAM_STRING:
  case SCRIPT_PARAM_FILE:
  case SCRIPT_PARAM_CHOICE: lua_pushstring(L, p->text); break;
  case SCRIPT_PARAM_COLOR: value_push_color(L, p->value[0], p->value[1], p->value[2]); break;
  case SCRIPT_PARAM_VEC3: value_push_vec3(L, p->value[0], p->value[1], p->value[2]); break;
  }
  return 1;
}

/* The default at index 2 and what it makes of the third argument. false: reported. */
static bool read_default(Reading *r, ParamRecord *record, bool file) {
  lua_State *L = r->L;
  ScriptParam *p = &record->shown;
  const Value *value = value_test(L, 2);
  const bool choices = lua_istable(L, 3) && lua_rawlen(L, 3) > 0;
  bool whole = false;
  if (file && lua_type(L, 2) != LUA_TSTRING) {
    r->steps[0].index = 2;
    reader_fail(r, "type", "the default is the name of a file, got %s", reader_describe(r, 2));
    return false;
  }
  if (lua_type(L, 2) == LUA_TNUMBER) {
    p->type = SCRIPT_PARAM_NUMBER;
    p->def[0] = lua_tonumber(L, 2);
  } else if (lua_isboolean(L, 2)) {
    p->type = SCRIPT_PARAM_BOOL;
    p->def[0] = lua_toboolean(L, 2);
  } else if (lua_type(L, 2) == LUA_TSTRING) {
    size_t size;
    const char *text = lua_tolstring(L, 2, &size);
    p->type = file ? SCRIPT_PARAM_FILE : choices ? SCRIPT_PARAM_CHOICE : SCRIPT_PARAM_STRING;
    p->def_text = store_copy(&r->runtime->store, text, size);
  } else if (value && value->count == 3) {
    p->type = value->kind == VALUE_COLOR ? SCRIPT_PARAM_COLOR : SCRIPT_PARAM_VEC3;
    memcpy(p->def, value->v, sizeof p->def);
  } else {
    r->steps[0].index = 2;
    reader_fail(r, "type", "the default is a number, true or false, a string, a color or a vec3, got %s", reader_describe(r, 2));
    return false;
  }
  for (int i = 0; i < 3; i++)
    if (!(p->def[i] - p->def[i] == 0)) {
      r->steps[0].index = 2;
      reader_fail(r, "finite", "expected a finite number, got %g", p->def[i]);
      return false;
    }
  r->steps[0] = (SourceStep){NULL, 3};
  r->step_count = 1;
  if (choices && p->type != SCRIPT_PARAM_CHOICE && p->type != SCRIPT_PARAM_FILE) {
    reader_fail(r, "misplaced", "choices are for a text, and this is a %s: write { min = ..., max = ... }", params_type_name(p->type));
  } else if (choices) {
    read_choices(r, 3, p);
    read_options(r, 3, p, &whole);
  } else if (lua_istable(L, 3)) read_options(r, 3, p, &whole);
  else if (!lua_isnil(L, 3)) {
    reader_fail(r, "type", "expected a table of options { min = 0, max = 1 } or of choices { \"a\", \"b\" }, got %s",
                reader_describe(r, 3));
  }
  r->steps[0] = (SourceStep){NULL, 2};
  r->step_count = 1;
  if (p->type == SCRIPT_PARAM_FILE) {
    if (!ends_well(p, p->def_text))
      reader_fail(r, "ending", "the default \"%s\" does not end with %s", p->def_text,
                  p->choice_count ? endings(&r->runtime->store, p) : "anything");
  } else if (p->type == SCRIPT_PARAM_CHOICE) {
    for (size_t i = 0; i < p->choice_count; i++)
      if (strcmp(p->choices[i], p->def_text) == 0) whole = true, p->def[0] = (double)i;
    if (!whole) reader_fail(r, "choice", "the default \"%s\" is none of the choices", p->def_text);
  } else if (p->type == SCRIPT_PARAM_NUMBER) {
    // A whole default with a whole step stays whole; int = true says so without a step.
    record->integer = is_whole(p->def[0]) && (whole || (lua_isinteger(L, 2) && p->has_step && p->step == ml_floor(p->step)));
    if (record->integer) p->type = SCRIPT_PARAM_INT;
    const bool outside = (p->has_min && p->def[0] < p->min) || (p->has_max && p->def[0] > p->max);
    if (outside && !r->failed)
      reader_fail(r, "range", "the default %g is outside %g..%g", p->def[0], p->has_min ? p->min : p->def[0],
                  p->has_max ? p->max : p->def[0]);
    if (whole && !record->integer) reader_fail(r, "range", "the default %g is not whole", p->def[0]);
  }
  return true;
}

static int declare(lua_State *L, const char *callee, bool file) {
  lua_settop(L, 3);
  Runtime *runtime = runtime_of(L);
  Reading r = {.runtime = runtime, .L = L, .callee = callee, .steps = {{NULL, 1}}, .step_count = 1};
  ParamRecord *record = store_alloc(&runtime->store, sizeof *record);
  if (!record) runtime_check_memory(L, &(MlError){.status = ML_ERROR_MEMORY});
  ScriptParam *p = &record->shown;
  p->text = p->def_text = p->unit = p->help = p->group = "";
  static const ApiField name_field = {.type = API_STRING};
  const Report here = runtime_report_here(L, SCRIPT_ERROR, "", callee);
  p->file = here.file ? here.file : "";
  p->line = here.query.line;
  if (!reader_read_value(&r, &name_field, 1, &p->name) || !read_default(&r, record, file)) {
    lua_pushvalue(L, 2);
    return 1;
  }
  memcpy(p->value, p->def, sizeof p->value);
  p->text = p->def_text;

  ParamRecord *before = find_param(runtime, p->name);
  r.steps[0] = (SourceStep){NULL, 1};
  if (before && same_spec(before, record)) return push_value(L, before);
  if (before) {
    reader_fail(&r, "twice", "'%s' is declared otherwise at %s:%u", p->name, before->shown.file, before->shown.line);
    return push_value(L, before);
  }
  for (size_t i = 0; i < runtime->input->set_count; i++) {
    const ScriptSet *set = &runtime->input->sets[i];
    if (strcmp(set->name, p->name) == 0) apply_text(runtime, set, p);
  }
  if (runtime->last_param) runtime->last_param->next = record;
  else runtime->params = record;
  runtime->last_param = record;
  return push_value(L, record);
}

static int param_file(lua_State *L) { return declare(L, "file", true); }

static int call_param(lua_State *L) {
  lua_remove(L, 1); // itself
  return declare(L, "param", false);
}

/* Upvalue 1: param.file */
static int index_param(lua_State *L) {
  const char *name = lua_type(L, 2) == LUA_TSTRING ? lua_tostring(L, 2) : "?";
  if (strcmp(name, "file") == 0) return lua_pushvalue(L, lua_upvalueindex(1)), 1;
  return luaL_error(L, "param has no field '%s': there are param(name, default, { ... }) and param.file(name, default, { \".ply\" })",
                    name);
}

static int newindex_param(lua_State *L) { return luaL_error(L, "param is built in and does not change"); }

static int tostring_param(lua_State *L) {
  lua_pushstring(L, "param");
  return 1;
}

void params_open(lua_State *L) {
  lua_newuserdatauv(L, 1, 0);
  lua_newtable(L);
  static const luaL_Reg meta[] = {{"__call", call_param}, {"__newindex", newindex_param}, {"__tostring", tostring_param}, {NULL, NULL}};
  luaL_setfuncs(L, meta, 0);
  lua_pushboolean(L, 0);
  lua_pushcclosure(L, param_file, 1); // never a light C function: it has a serial of its own
  lua_pushcclosure(L, index_param, 1);
  lua_setfield(L, -2, "__index");
  lua_pushstring(L, "function");
  lua_setfield(L, -2, "__name");
  lua_pushboolean(L, 0);
  lua_setfield(L, -2, "__metatable");
  lua_setmetatable(L, -2);
  sandbox_set(L, "param");
}

void params_check_sets(Runtime *runtime) {
  for (size_t i = 0; i < runtime->input->set_count; i++) {
    const ScriptSet *set = &runtime->input->sets[i];
    if (find_param(runtime, set->name)) continue;
    Suggestion near = suggest_start(set->name);
    Text message = {.store = &runtime->store};
    text_format(&message, "%s=%s: the scene has no parameter '%s'", set->name, set->value, set->name);
    for (const ParamRecord *p = runtime->params; p; p = p->next) suggest_try(&near, p->shown.name);
    if (near.best) text_format(&message, " \xE2\x80\x94 did you mean '%s'?", near.best);
    else if (!runtime->params) text_format(&message, ": it declares none");
    else
      for (const ParamRecord *p = runtime->params; p; p = p->next)
        text_format(&message, "%s%s", p == runtime->params ? ", only " : ", ", p->shown.name);
    set_fail(runtime, set, NULL, SCRIPT_ERROR, text_string(&message));
  }
}

const ScriptParam *params_list(Runtime *runtime, size_t *count) {
  size_t n = 0;
  for (const ParamRecord *p = runtime->params; p; p = p->next) n++;
  ScriptParam *list = store_alloc(&runtime->store, n * sizeof *list);
  *count = list ? n : 0;
  for (const ParamRecord *p = runtime->params; list && p; p = p->next) *list++ = p->shown;
  return list ? list - n : NULL;
}
