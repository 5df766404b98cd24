/* runtime_errors.c - what Lua says when a script goes wrong, with what was probably meant. */
#include "runtime_errors.h"

#include <string.h>

#include "colors.h"
#include "lauxlib.h"
#include "node.h"
#include "suggest.h"

/* ----------------------------------------------------------------- suggestions */

/* Words of other languages and programs for our own. */
static const char *const synonyms[][2] = {
  {"null,None,NULL,undefined,nullptr,none", "nil"},
  {"True,TRUE,yes", "true"},
  {"False,FALSE,no", "false"},
  {"cube,cuboid,block", "box"},
  {"ball,globe,orb", "sphere"},
  {"ground,floor_plane", "plane"},
  {"circle,ring", "disk"},
  {"rectangle,square", "rect"},
  {"lambert,diffuse,lambertian,plaster", "matte"},
  {"conductor", "metal"},
  {"dielectric,refractive", "glass"},
  {"emissive,glow,luminous", "emit"},
  {"point_light,pointlight,lamp,bulb", "light"},
  {"spot_light,spotlight,torch", "spot"},
  {"area_light,arealight,quad_light", "area"},
  {"distant,parallel", "directional"},
  {"sunlight,daylight", "sun"},
  {"skydome,atmosphere,skylight", "sky"},
  {"env,world,hdri,envmap,environment_map", "environment"},
  {"cam,viewpoint,eye", "camera"},
  {"settings,options,quality", "render"},
  {"collection", "group"},
  {"merge,combine,csg", "union"},
  {"subtract,cut,carve,minus,subtraction", "difference"},
  {"intersect,common", "intersection"},
  {"colour,rgb", "color"},
  {"vector,vec,point,xyz", "vec3"},
  {"grey", "gray"},
  {"import,include,dofile", "require"},
  {"slider,parameter", "param"},
  {"console,log_message,println,printf", "print"},
};

const char *runtime_suggest(void *ud, lua_State *L, const char *name) {
  double rgb[3];
  if (api_find_preset(name) || color_parse(name, strlen(name), rgb)) return store_format(&((Runtime *)ud)->store, "\"%s\"", name);
  for (size_t i = 0; i < sizeof synonyms / sizeof *synonyms; i++)
    if (suggest_in_list(synonyms[i][0], name)) return synonyms[i][1];
  Suggestion near = suggest_start(name);
  sandbox_push_builtins(L);
  for (lua_pushnil(L); lua_next(L, -2); lua_pop(L, 1))
    if (lua_type(L, -2) == LUA_TSTRING) suggest_try(&near, lua_tostring(L, -2));
  lua_pop(L, 1);
  return near.best;
}

/* ----------------------------------------------------------------------- place */

/* Behind "name:12: " at the message's begin, when it names the function of `ar`; else NULL. */
static const char *behind_place(const char *message, const lua_Debug *ar, int *line) {
  const size_t length = strlen(ar->short_src);
  if (strncmp(message, ar->short_src, length) != 0 || message[length] != ':') return NULL;
  const char *digit = message + length + 1;
  for (*line = 0; *digit >= '0' && *digit <= '9' && *line < 100000000; digit++) *line = 10 * *line + (*digit - '0');
  return digit[0] == ':' && digit[1] == ' ' ? digit + 2 : NULL;
}

/* The place that the message names, else the innermost script function; *message is moved behind it. *callers: who called. */
static ScriptPlace find_place(lua_State *L, Runtime *runtime, const char **message, const char **callers) {
  enum { LOOKED = 12 }; // error("...", 2) names an outer level
  ScriptPlace places[LOOKED];
  const int count = budget_places(L, places, LOOKED);
  int at = 0, line;
  lua_Debug ar;
  for (int level = 0; level < 50 && lua_getstack(L, level, &ar); level++) {
    lua_getinfo(L, "Sl", &ar);
    const char *behind = ar.currentline > 0 ? behind_place(*message, &ar, &line) : NULL;
    if (!behind) continue;
    *message = behind;
    const char *name = ar.source[0] == '@' || ar.source[0] == '=' ? ar.source + 1 : ar.source;
    while (at < count && (places[at].line != line || strncmp(places[at].file, name, sizeof places[at].file - 1) != 0)) at++;
    if (at == count) at = 0;
    break;
  }
  const int rest = count - at;
  *callers = runtime_callers(runtime, places + at, rest < SCRIPT_PLACES ? rest : SCRIPT_PLACES);
  return count ? places[at] : (ScriptPlace){0};
}

/* ---------------------------------------------------------------- explanations */

/* "... (local 'c')": the kind and name of the variable that Lua names at the end; false: none. */
static bool named_variable(const char *message, const char **kind, size_t *kind_size, const char **name, size_t *name_size) {
  const char *open = strrchr(message, '(');
  if (!open) return false;
  const char *quote = strchr(open, '\'');
  const char *end = quote ? strchr(quote + 1, '\'') : NULL;
  if (!end || quote == open + 1) return false;
  *kind = open + 1;
  *kind_size = (size_t)(quote - open) - 2;
  *name = quote + 1;
  *name_size = (size_t)(end - quote) - 1;
  return true;
}

/* The line in which `name` was last made a variable before `line`, 0: unknown. */
static uint32_t declared_line(const Source *source, const char *name, uint32_t line) {
  Lexer lexer = lexer_start(source->text, source->size);
  uint32_t found = 0;
  bool local = false;
  for (Token token = lexer_next(&lexer); token.kind != LEX_END && token.line <= line; token = lexer_next(&lexer)) {
    if (token_is(source->text, &token, "local") || token_is(source->text, &token, "for") || token_is(source->text, &token, "function"))
      local = true;
    else if (local && token_is(source->text, &token, name)) found = token.line;
    else if (token_is(source->text, &token, "=") || token_is(source->text, &token, "in") || token_is(source->text, &token, ")"))
      local = false;
  }
  return found;
}

/* The line begins with "(" and the text before it ends a value: Lua reads a call. */
static bool begins_with_argument(const Source *source, uint32_t line) {
  Lexer lexer = lexer_start(source->text, source->size);
  Token last = {0};
  for (Token token = lexer_next(&lexer); token.kind != LEX_END && token.line <= line; last = token, token = lexer_next(&lexer))
    if (token.line == line)
      return last.end > last.start && token_is(source->text, &token, "(") &&
             (last.kind == LEX_NAME || last.kind == LEX_STRING || token_is(source->text, &last, ")") || token_is(source->text, &last, "}"));
  return false;
}

static bool mentions(const char *message, const char *words) { return strstr(message, words) != NULL; }

/* "math" where the line reads math.NAME and math is a table of ours; else NULL. */
static const char *library_before(lua_State *L, const Source *source, uint32_t line, const char *name) {
  static const char *const libraries[] = {"math", "string", "table", "utf8"};
  const SourceSpan span = source ? source_find_name(source, line, name, (SourceUse){SOURCE_READ, true}) : (SourceSpan){0};
  for (size_t i = 0; span.found && i < sizeof libraries / sizeof *libraries; i++) {
    const size_t size = strlen(libraries[i]);
    if (span.start > size && source->text[span.start - 1] == '.' && memcmp(source->text + span.start - 1 - size, libraries[i], size) == 0 &&
        sandbox_get(L, libraries[i]) == LUA_TTABLE)
      return lua_pop(L, 1), libraries[i];
  }
  return NULL;
}

/* The field of the built-in table `library` that is nearest to `name`, or NULL. */
static const char *nearest_in(lua_State *L, const char *library, const char *name) {
  Suggestion near = suggest_start(name);
  if (sandbox_get(L, library) == LUA_TTABLE) {
    sandbox_unproxy(L, lua_gettop(L));
    for (lua_pushnil(L); lua_next(L, -2); lua_pop(L, 1))
      if (lua_type(L, -2) == LUA_TSTRING) suggest_try(&near, lua_tostring(L, -2));
  }
  lua_pop(L, 1);
  return near.best;
}

static const char *explain_call(lua_State *L, Runtime *runtime, const Source *source, uint32_t line, const char *message, const char *kind,
                                const char *name) {
  Store *store = &runtime->store;
  if (source && begins_with_argument(source, line)) return "Lua reads this '(' as a call of what ends the line before: put a ; before it";
  const bool ours = name && (api_find_entry(name) || api_find_function(name));
  if (ours && (strcmp(kind, "local") == 0 || strcmp(kind, "upvalue") == 0)) {
    const uint32_t declared = source ? declared_line(source, name, line) : 0;
    return declared ? store_format(store, "'%s' here is your own local of line %u: rename it", name, declared)
                    : store_format(store, "'%s' here is your own local: rename it", name);
  }
  if (strcmp(kind, "for iterator") == 0)
    return mentions(message, "a number value")  ? "to count write for i = 1, 10 do"
           : mentions(message, "a table value") ? "to go through a table write for key, value in pairs(t) do"
                                                : "'in' takes pairs(t), ipairs(t) or a function";
  if (name && (strcmp(kind, "method") == 0 || strcmp(kind, "field") == 0)) {
    const char *library = strcmp(kind, "method") == 0 ? "string" : library_before(L, source, line, name);
    const char *near = library ? nearest_in(L, library, name) : NULL;
    if (near) return store_format(store, strcmp(kind, "method") == 0 ? "did you mean ':%s'?" : "did you mean '%s'?", near);
    if (strcmp(kind, "method") == 0) return store_format(store, "there is no method '%s'", name);
    if (library) return store_format(store, "%s has no '%s'", library, name);
  }
  if (name && mentions(message, "a nil value")) return store_format(store, "there is no function '%s'", name);
  return "only functions can be called";
}

/* What to add to Lua's message; NULL: nothing. */
static const char *explain(lua_State *L, Runtime *runtime, const Source *source, uint32_t line, const char *message, const char *kind,
                           const char *name) {
  if (mentions(message, "attempt to call a ")) return explain_call(L, runtime, source, line, message, kind, name);
  const bool arithmetic = mentions(message, "attempt to perform arithmetic on a ");
  if (arithmetic && mentions(message, "a table value")) return "plain tables have no arithmetic; write vec3(0, 1, 0)";
  if (arithmetic && mentions(message, "a string value")) return "text has no arithmetic; for a colour write color \"#ff8800\"";
  if (arithmetic && mentions(message, "a node value")) return "nodes have no arithmetic; put them into a group{ a, b }";
  if (arithmetic && mentions(message, "a function value")) return "call the function: write f(...)";
  if (mentions(message, "attempt to index a function value") && name && api_find_entry(name))
    return store_format(&runtime->store, "to make one write %s{ ... }", name);
  if (mentions(message, "attempt to index a nil value") && name && (strcmp(name, "?") == 0 || strcmp(name, "integer index") == 0))
    return "nothing is there; lists begin at 1";
  if (mentions(message, "attempt to index a nil value") && !name)
    return "the call before gives nothing to go on with, as camera, render, background, sky and environment do";
  if (mentions(message, "a nil value") && name && strcmp(kind, "field") == 0) {
    const char *library = library_before(L, source, line, name), *near = library ? nearest_in(L, library, name) : NULL;
    if (near) return store_format(&runtime->store, "did you mean '%s'?", near);
  }
  if (mentions(message, "a nil value") && name) return store_format(&runtime->store, "'%s' has no value here", name);
  if (mentions(message, "attempt to concatenate a ")) return "to join it with text write tostring(...)";
  if (mentions(message, "stack overflow")) return "a function calls itself without an end";
  return NULL;
}

/* How the variable is used that Lua's message names. */
static SourceUse use_of(const char *message, const char *kind) {
  SourceUse use = {.kind = SOURCE_READ, .member = strcmp(kind, "field") == 0 || strcmp(kind, "method") == 0};
  if (mentions(message, "attempt to call a ")) use.kind = SOURCE_CALLED;
  else if (mentions(message, "attempt to index a ")) use.kind = SOURCE_INDEXED;
  return use;
}

/* ------------------------------------------------------------------- the handler */

int runtime_error_handler(lua_State *L) {
  Runtime *runtime = runtime_of(L);
  Store *store = &runtime->store;
  size_t size;
  const char *text = lua_type(L, 1) == LUA_TSTRING ? lua_tolstring(L, 1, &size) : sandbox_pretty(L, 1, &size);
  if (lua_isnil(L, 1)) text = "the script ended in an error without a message", size = strlen(text);
  const char *message = store_copy(store, text, size), *callers;
  if (runtime->failed) return 1; // has been reported in full where it was found
  const ScriptPlace place = find_place(L, runtime, &message, &callers);
  const uint32_t line = (uint32_t)place.line;
  const Source *source = diagnostics_source(&runtime->diagnostics, place.file);

  const char *kind = "", *name = NULL;
  size_t kind_size, name_size;
  if (named_variable(message, &kind, &kind_size, &name, &name_size)) {
    kind = store_copy(store, kind, kind_size);
    name = store_copy(store, name, name_size);
  } else if (strchr(message, '\'')) { // 'sphree' is not defined
    const char *quoted = strchr(message, '\'') + 1;
    name = store_copy(store, quoted, strcspn(quoted, "'"));
  }
  if (strcmp(kind, "for iterator") == 0) { // "(for iterator 'for iterator')": what stands behind `in`
    message = store_copy(store, message, (size_t)(strrchr(message, '(') - message) - 1);
    name = "in";
  }
  const char *method = strstr(message, "write part:"), *with = strstr(message, "part:with{ ");
  if (method) name = store_copy(store, method + 11, strcspn(method + 11, "("));
  else if (with) name = store_copy(store, with + 11, strcspn(with + 11, " "));
  // Lua's traceback of a stack overflow is no part of a one-line message.
  const char *newline = strchr(message, '\n');
  if (newline) message = store_copy(store, message, (size_t)(newline - message));

  Report report = {.severity = SCRIPT_ERROR, .rule = message, .file = place.file, .query = {.line = line}, .no_path = true};
  const char *help = explain(L, runtime, source, line, message, kind, name);
  report.message = help ? store_format(store, "%s: %s", message, help) : message;
  report.note = callers;
  const SourceSpan span =
    source && name && *name && *name != '?' ? source_find_name(source, line, name, use_of(message, kind)) : (SourceSpan){0};
  if (span.found) {
    report.column = source_column(source, span.start);
    report.end_column = report.column + (uint32_t)utf8_count(source->text + span.start, span.end - span.start);
  }
  const char *meant = strstr(message, "did you mean '");
  if (meant && span.found && strcspn(meant + 14, "'") > 0 && meant[14] != ':')
    report.fix = store_copy(store, meant + 14, strcspn(meant + 14, "'"));
  diagnostics_report(&runtime->diagnostics, &report);
  runtime->failed = true;
  return 1;
}
