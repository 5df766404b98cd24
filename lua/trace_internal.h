/* trace_internal.h - shared by trace.c and trace_functions.c. */
#ifndef MOONLIT_LUA_TRACE_INTERNAL_H
#define MOONLIT_LUA_TRACE_INTERNAL_H

#include "trace.h"
#include "values.h"

/* The kinds of values.h, and numbers. */
enum { TRACED_NUMBER = 1 };

/* A value in the list of the function that is being traced. */
typedef struct Operand {
  uint32_t node;
  uint16_t kind; /* TRACED_NUMBER or ValueKind */
} Operand;

static inline uint32_t kind_width(uint16_t kind) { return kind == VALUE_COLOR ? 3 : kind; }
const char *trace_kind_name(uint16_t kind); /* "number", "vec3" */

/* The value at index as an operand: traced, a number, a vector, a colour, a list of 2 or 3 numbers (which may be traced), a texture; with
 * `colors` the text of a colour, too; true and false as 1 and 0 with `truth`. Raises what was expected otherwise. */
typedef struct OperandRules {
  bool colors, truth;
} OperandRules;
Operand trace_operand(lua_State *L, int index, const char *name, OperandRules rules);
Operand trace_number(lua_State *L, double x);
/* The common kind where numbers adapt; raises where a vec2 meets a vec3. */
uint16_t trace_common_kind(lua_State *L, uint16_t a, uint16_t b, const char *name);
/* Add an operation. what: NULL, or what a warning calls it if nothing needs it: "comparison". */
Operand trace_add(lua_State *L, const MlProgramNode *node, uint16_t kind, const char *what, const char *name);
Operand trace_op(lua_State *L, MlOp op, uint16_t kind, Operand a, Operand b, Operand c);
void trace_push(lua_State *L, Operand operand);

void trace_functions_open(lua_State *L);

#endif
