/* methods.h - what the methods of nodes have in common, wherever they are written. A method begins with a copy of its node, which it changes and ends. */
#ifndef MOONLIT_LUA_METHODS_H
#define MOONLIT_LUA_METHODS_H

#include "lauxlib.h"
#include "reader.h"

/* The node that a method is called on, as a Reading with a copy of it at the top of the stack; the node itself counts as used. */
Reading method_begin(lua_State *L, const char *name);
/* End it with the node placed once more by `by`, or as it is: 1, what a C function returns. */
int method_end(Reading *r, MlTransform by);
int method_end_node(Reading *r);
/* Places what has been made, and reports what the builder does not like. copied: the geometry is another node's, too. */
void node_finish(Reading *r, Node *node, bool copied);

int method_given(const Reading *r); /* arguments, without the node */
/* Argument `argument` (from 1) is what reports are about. */
void method_set_argument(Reading *r, int argument);
/* The argument, which is there, read as the field says. */
bool method_read(Reading *r, int argument, const ApiField *field, void *out);
void method_check_count(Reading *r, int least, int most, const char *usage);

extern const luaL_Reg methods_of_copies[]; /* along, ring, grid */
extern const luaL_Reg methods_of_sdf[];    /* round, shell, twist, repeat_xz, repeated, displace */
extern const luaL_Reg methods_of_aim[];    /* look_at, drop_on, paint */

#endif
