/* values_internal.h - shared by values.c, value_functions.c, lib_math.c. */
#ifndef ML_LUA_VALUES_INTERNAL_H
#define ML_LUA_VALUES_INTERNAL_H

#include "values.h"

void value_functions_open(lua_State *L);

/* Lua's %: the sign of b. */
double value_mod(double a, double b);

/* Argument `index` of the function `name`, for arithmetic: a number (is_number; spread over all components), a value, or a plain list of
 * 2 or 3 numbers. colors: colour strings, too. Raises what was expected otherwise. */
Value value_argument(lua_State *L, int index, const char *name, bool colors);
/* The common kind of operands where numbers (kind 0) adapt; raises where a vec2 meets a vec3. */
uint16_t value_common_kind(lua_State *L, uint16_t a, uint16_t b, const char *name);
/* Push a number (kind 0) or the value. */
void value_push_result(lua_State *L, const Value *value);

#endif
