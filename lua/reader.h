/* reader.h - from a script's table to a description, by the API table: types, ranges, names, defaults. Wrong values are reported and
 * the default stands in, so that one run reports everything. */
#ifndef MOONLIT_LUA_READER_H
#define MOONLIT_LUA_READER_H

#include "node.h"

/* A call of an entry or of a method that is being read. */
typedef struct Reading {
  Runtime *runtime;
  lua_State *L;
  const ApiEntry *entry;
  const char *callee; /* as written: "sphere", "with" */
  Node *node;
  int node_index;                 /* on the stack, absolute; the arguments lie below it ... */
  uint32_t place;                 /* of the call, for the builder's descriptions: runtime_place */
  int first_argument;             /* ... from here on; 0: unknown */
  SourceStep steps[SOURCE_STEPS]; /* where in the arguments the reader is */
  uint32_t step_count;
  bool failed; /* something was reported as an error */
} Reading;

/* Read the arguments of a constructor (from index 1 on) into the node: defaults, fields, required and exclusive ones. */
void reader_read_call(Reading *reading);
/* Read a table of fields over what the node has. Returns which were there: api_bit. */
uint64_t reader_read_fields(Reading *reading, int table);
/* One value. false: reported. */
bool reader_read_value(Reading *reading, const ApiField *field, int index, void *out);
/* Report about the step at hand. rule: a constant string. */
void reader_fail(Reading *reading, const char *rule, const char *format, ...) __attribute__((format(printf, 3, 4)));
void reader_warn(Reading *reading, const char *rule, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* Likewise about a string of which `wrong` is the text and `fix` what it probably should be. */
void reader_fail_word(Reading *reading, const char *rule, const char *wrong, const char *fix, const char *format, ...)
  __attribute__((format(printf, 5, 6)));
/* Report about a field of the call. */
void reader_fail_field(Reading *reading, const char *field, const char *rule, const char *format, ...)
  __attribute__((format(printf, 4, 5)));
/* The builder refused what the reader let pass: report it (and raise the limit, if it is memory). */
void reader_fail_builder(Reading *reading, const MlError *error);
/* Was the field written (or taken over by :with{})? */
bool reader_given(const Reading *reading, const char *field);
/* "string \"rough\"", "a sphere", "-1", "{1, 2}": the value at index for messages; lives in the store. */
const char *reader_describe(Reading *reading, int index);

/* convert.c: the types that are more than a number. Same contract as reader_read_value. */
bool convert_number(Reading *reading, const ApiField *field, int index, double *out);
bool convert_vector(Reading *reading, const ApiField *field, int index, int wanted, double *out);
bool convert_color(Reading *reading, const ApiField *field, int index, MlColor *out);
bool convert_material(Reading *reading, const ApiField *field, int index, ApiMaterial *out);
bool convert_word(Reading *reading, const char *const *words, int index, int32_t *out);
bool convert_words(Reading *reading, const ApiField *field, int index, uint32_t *out);
bool convert_point(Reading *reading, const ApiField *field, int index, MlVec3 *out);
bool convert_turn(Reading *reading, const ApiField *field, int index, MlVec3 *out);

/* convert_mesh.c: the large ones; what is read is kept by uservalue `keep` of the node. */
bool convert_floats(Reading *reading, const ApiField *field, int index, int width, int keep, ApiArray *out);
bool convert_faces(Reading *reading, const ApiField *field, int index, int keep, ApiArray *out);
/* A list that is neither empty nor beyond all limits: its length. */
bool convert_list(Reading *reading, const ApiField *field, int index, lua_Unsigned *length);
/* A block that lives as long as the node. */
void *convert_keep(Reading *reading, size_t size, int keep);
bool convert_materials(Reading *reading, const ApiField *field, int index, int keep, ApiMaterials *out);
bool convert_nodes(Reading *reading, int index, int keep, ApiNodes *out);

/* convert_lists.c: outlines, radii, rows of numbers. */
bool convert_outlines(Reading *reading, const ApiField *field, int index, int keep, ApiOutlines *out);
bool convert_strands(Reading *reading, const ApiField *field, int index, int keep, ApiStrands *out);
bool convert_radii(Reading *reading, const ApiField *field, int index, int keep, ApiRadii *out);
bool convert_rows(Reading *reading, const ApiField *field, int index, int keep, ApiRows *out);

#endif
