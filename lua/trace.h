/* trace.h - functions of the shading point: called once, with values that stand for what is not known yet; what they compute is written down
 * as a program (moonlit.h: ml_program), which the renderer runs at every point.
 *
 * A traced value is a userdata {kind, node of the list}. Operators and the maths functions add nodes to the list of the function that is being
 * traced, which is the run's (Runtime.trace). What cannot be intercepted, `if` above all, is found afterwards: comparisons and noise that
 * the result does not need get a warning. */
#ifndef MOONLIT_LUA_TRACE_H
#define MOONLIT_LUA_TRACE_H

#include "reader.h"

/* Does the field take a function of the shading point? */
bool trace_takes(const ApiField *field);
/* Whether the value at index is a function that scripts wrote, no constructor. */
bool trace_is_function(lua_State *L, int index);
/* Trace the function at index into a texture. numbers: of a number, else of a colour. false: reported. May raise. */
bool trace_texture(Reading *reading, int index, bool numbers, MlTexture *out);
/* Trace a function of x and z into a program for ml_program_run. false: reported. May raise. */
bool trace_heights(Reading *reading, int index, MlProgram *out);

/* Trace a function of a point into a program of it, a number. false: reported. May raise. */
bool trace_distance(Reading *reading, int index, MlProgram *out);

/* Is one of the arguments of the running C function a traced value, or a texture? */
bool trace_any(lua_State *L);
/* The same while a function is being traced. */
bool trace_inside(lua_State *L);
/* What the running C function, which has been given textures outside of any function, makes of them: a texture. Calls it again inside of a trace.
 * Returns 1. */
int trace_around(lua_State *L);
/* Is the value at index one? */
bool trace_test(lua_State *L, int index);
/* What the maths function `name` of the script does when one of its arguments is traced; returns 1, the result is pushed. May raise. */
int trace_call(lua_State *L, const char *name);
#define TRACE_CALL(L, name)                                                                                                                \
  if (trace_any(L)) return trace_call(L, name)

/* A constructor was called: raises where that makes no sense while a function is traced. true: it was ramp{ ..., of = traced value } with the
 * result pushed. */
bool trace_construct(lua_State *L, const ApiEntry *entry);
/* Arithmetic: the texture at index is a list of operations (api_arithmetic); made into one of the builder when somebody wants it. numbers: pictures
 * undecoded, where that has a meaning. 0: the error says why. */
MlTexture trace_arithmetic_texture(lua_State *L, int index, bool numbers, MlError *error);
/* The entry of such textures. */
extern const ApiEntry api_arithmetic;
/* __add and the rest of nodes, for textures. */
void trace_set_operators(lua_State *L);

/* A texture at index 1 was called with what follows, tex(uv): pushes its value, outside of functions a colour; returns 1. */
int trace_look_at(lua_State *L);

/* The metatables, and noise value_noise fbm ridged turbulence voronoi where choose lt le gt ge eq both either invert. */
void trace_open(lua_State *L);

#endif
