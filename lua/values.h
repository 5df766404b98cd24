/* values.h - vectors and colours as immutable Lua values: vec2, vec3, color.
 *
 * One userdata type with a kind. Arithmetic is componentwise, a number or a plain list {x, y, z} may stand on the other side;
 * with a colour on either side the result is a colour. Components are doubles. x y z and r g b name components; two or three
 * letters of one set swizzle. All functions may raise only where said. */
#ifndef ML_LUA_VALUES_H
#define ML_LUA_VALUES_H

#include "lua.h"
#include "moonlit.h"

typedef enum ValueKind { VALUE_VEC2 = 2, VALUE_VEC3 = 3, VALUE_COLOR = 4 } ValueKind;

typedef struct Value {
  uint32_t magic; /* tells this userdata from others of its size */
  uint16_t kind;  /* ValueKind */
  uint16_t count; /* components: 2 or 3 */
  double v[3];
} Value;

/* NULL where the value at index is something else (plain lists included). */
const Value *value_test(lua_State *L, int index);
void value_push_vec2(lua_State *L, double x, double y);
void value_push_vec3(lua_State *L, double x, double y, double z);
void value_push_color(lua_State *L, double r, double g, double b);
void value_push(lua_State *L, const Value *value);

typedef enum ValueRead {
  VALUE_READ_OK = 0,
  VALUE_READ_TYPE,   /* neither a value nor a list */
  VALUE_READ_COUNT,  /* a list or value of another length: *count says how long */
  VALUE_READ_ITEM,   /* item *count of the list is no number */
  VALUE_READ_FINITE, /* item *count is inf or nan */
  VALUE_READ_NAME,   /* a string that is no colour */
} ValueRead;

/* Read vec3/vec2/colour or a plain list of `wanted` (2 or 3) numbers, by raw access. Never raises. count may be NULL. */
ValueRead value_read_vector(lua_State *L, int index, int wanted, double *out, int *count);
/* Read what a colour field takes as a constant: colour, vec3, {r,g,b}, number (grey), "#hex" or name. Linear. Never raises. */
ValueRead value_read_color(lua_State *L, int index, double out[3], int *count);
/* "{0, 1} has 2 numbers, expected 3 (x, y, z)" and the like for a failed read, into out. */
void value_read_message(lua_State *L, int index, ValueRead failure, int wanted, bool color, int count, char *out, size_t capacity);

/* "vec3(1, 2.5, 3)" (%.14g each), as tostring gives. Returns the length as snprintf does. */
int value_format(const Value *value, char *out, size_t capacity);

/* Install the metatable and the built-ins: vec2 vec3 length dot cross normalize distance reflect lerp mix polar spherical x_axis
 * y_axis z_axis color gray hsv hsl kelvin wavelength, and the maths of lib_math.c. Called by the sandbox.
 *
 * Other types take part by fields of their metatable: mix(a, b, t) calls __mix(a, b, t) where a or b has one. */
void values_open(lua_State *L);

#endif
