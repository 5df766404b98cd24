/* trace_internal.h - shared by trace.c, trace_functions.c, trace_program.c and trace_textures.c. */
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

enum { TRACE_KEPT = 8 };

/* What warnings say of a node that nothing needs. */
typedef struct NodeNote {
  const char *what, *name; /* "comparison", "lt"; NULL: nothing */
  const char *file;
  uint32_t line;
} NodeNote;

/* A function that is being traced: a userdata, kept by the registry; its user value has the arrays. */
struct Trace {
  struct Trace *outer;
  bool around; /* arithmetic of textures, no function of the script */
  MlProgramNode *nodes;
  NodeNote *notes;
  uint32_t count, capacity, serial;
  uint32_t inputs[ML_INPUT_COUNT]; /* node + 1 */
  uint32_t taken[TRACE_KEPT];      /* serials of textures that are arithmetic, and where their operations begin: the latest ones */
  uint32_t taken_at[TRACE_KEPT], taken_next;
};

/* The one that is being traced; raises outside of functions. */
struct Trace *trace_current(lua_State *L);
/* Pushes a new one, which is current until its slot is closed. */
struct Trace *trace_begin(lua_State *L);

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

/* The operations of a texture that is arithmetic (its node at index), as they stand in the current trace, where they come once. */
Operand trace_arithmetic_operand(lua_State *L, int index);

/* Metamethods of traced values: upvalue 1 is an index into trace_operators. */
enum { TRACE_OPERATORS = 6 };
typedef struct TraceOperator {
  const char *event, *sign;
  MlOp op;
} TraceOperator;
extern const TraceOperator trace_operators[TRACE_OPERATORS];
int trace_operator(lua_State *L);
int trace_negate(lua_State *L);

/* Names the metatable at the top, which scripts cannot get. */
void trace_set_name(lua_State *L, const char *name);
void trace_point_open(lua_State *L);
void trace_functions_open(lua_State *L);

#endif
