/* convert_lists.c - lists of numbers and of lists: outlines, radii, rows. What is read lives in a userdata that the node keeps. */
#include "budget.h"
#include "reader.h"

enum { ITEM_COST = 64 };

static ApiField item_of(const ApiField *field) {
  return (ApiField){.name = field->name, .type = API_NUMBER, .range = field->range, .unit = field->unit};
}

/* Steps into item `i` (from 1) of the list at `index`, which comes to lie on the stack. */
static void enter(Reading *r, int index, lua_Unsigned i, uint32_t depth) {
  budget_charge(ITEM_COST);
  lua_rawgeti(r->L, index, (lua_Integer)i);
  r->steps[depth] = (SourceStep){NULL, (uint32_t)i};
  r->step_count = depth + 1;
}
static void leave(Reading *r, uint32_t depth) {
  lua_pop(r->L, 1);
  r->step_count = depth;
}

/* How many items all lists in the list have. false: reported. */
static bool count_items(Reading *r, const ApiField *field, int index, lua_Unsigned lists, uint64_t *total) {
  *total = 0;
  for (lua_Unsigned i = 1; i <= lists; i++) {
    lua_Unsigned length;
    enter(r, index, i, 1);
    const bool fine = convert_list(r, field, lua_gettop(r->L), &length);
    leave(r, 1);
    if (!fine) return false;
    *total += length;
  }
  return true;
}

bool convert_outlines(Reading *r, const ApiField *field, int index, int keep, ApiOutlines *out) {
  ApiField pairs = *field; // messages about a hole want one list
  pairs.type = API_PAIRS;
  lua_Unsigned lists;
  uint64_t total;
  *out = (ApiOutlines){NULL, 0};
  if (lua_istable(r->L, index) && lua_rawlen(r->L, index) == 0) return true; // no holes
  if (!convert_list(r, field, index, &lists) || !count_items(r, &pairs, index, lists, &total)) return false;
  MlOutline *outlines = convert_keep(r, (size_t)lists * sizeof *outlines + (size_t)total * 2 * sizeof(float), keep);
  float *points = (float *)(void *)(outlines + lists);
  for (lua_Unsigned i = 1; i <= lists; i++) {
    enter(r, index, i, 1);
    const int list = lua_gettop(r->L);
    const lua_Unsigned length = lua_rawlen(r->L, list);
    outlines[i - 1] = (MlOutline){points, length};
    for (lua_Unsigned k = 1; k <= length; k++) {
      double v[2];
      enter(r, list, k, 2);
      const bool fine = convert_vector(r, &pairs, lua_gettop(r->L), 2, v);
      leave(r, 2);
      if (!fine) {
        leave(r, 1);
        return false;
      }
      *points++ = (float)v[0];
      *points++ = (float)v[1];
    }
    leave(r, 1);
  }
  *out = (ApiOutlines){outlines, lists};
  return true;
}

bool convert_strands(Reading *r, const ApiField *field, int index, int keep, ApiStrands *out) {
  ApiField points = *field; // messages about a strand want one list
  points.type = API_POINTS;
  lua_Unsigned lists;
  uint64_t total;
  *out = (ApiStrands){NULL, NULL, 0};
  if (!convert_list(r, field, index, &lists) || !count_items(r, &points, index, lists, &total)) return false;
  float *data = convert_keep(r, (size_t)total * 3 * sizeof *data + (size_t)lists * sizeof(uint32_t), keep), *p = data;
  uint32_t *counts = (uint32_t *)(void *)(data + 3 * total);
  for (lua_Unsigned i = 1; i <= lists; i++) {
    enter(r, index, i, 1);
    const int list = lua_gettop(r->L);
    const lua_Unsigned length = lua_rawlen(r->L, list);
    counts[i - 1] = length < UINT32_MAX ? (uint32_t)length : UINT32_MAX;
    for (lua_Unsigned k = 1; k <= length; k++) {
      double v[3];
      enter(r, list, k, 2);
      const bool fine = convert_vector(r, &points, lua_gettop(r->L), 3, v);
      leave(r, 2);
      if (!fine) {
        leave(r, 1);
        return false;
      }
      for (int c = 0; c < 3; c++) *p++ = (float)v[c];
    }
    leave(r, 1);
  }
  *out = (ApiStrands){data, counts, lists};
  return true;
}

bool convert_radii(Reading *r, const ApiField *field, int index, int keep, ApiRadii *out) {
  ApiField item = item_of(field);
  lua_Unsigned length;
  *out = (ApiRadii){0, NULL, 0};
  if (lua_type(r->L, index) == LUA_TNUMBER) {
    item.range.open_min = true;
    return convert_number(r, &item, index, &out->one);
  }
  if (!convert_list(r, field, index, &length)) return false;
  out->data = convert_keep(r, (size_t)length * sizeof(float), keep);
  for (lua_Unsigned i = 1; i <= length; i++) {
    double value;
    enter(r, index, i, 1);
    const bool fine = convert_number(r, &item, lua_gettop(r->L), &value);
    leave(r, 1);
    if (!fine) return false;
    out->data[out->count++] = (float)value;
  }
  return true;
}

bool convert_rows(Reading *r, const ApiField *field, int index, int keep, ApiRows *out) {
  const ApiField item = item_of(field);
  lua_Unsigned rows, columns = 0;
  if (lua_isfunction(r->L, index)) {
    reader_fail(r, "type", "functions of x and z are not available in this version: fill a table of rows with their values");
    return false;
  }
  if (!convert_list(r, field, index, &rows)) return false;
  float *data = NULL;
  for (lua_Unsigned j = 1; j <= rows; j++) {
    lua_Unsigned length;
    enter(r, index, j, 1);
    const int row = lua_gettop(r->L);
    bool fine = convert_list(r, field, row, &length);
    if (fine && j == 1) {
      columns = length;
      if (rows < 2 || columns < 2) reader_fail(r, "rows", "there must be at least 2 rows of 2 numbers");
      else if (rows * columns > SANDBOX_LIST_ITEMS) reader_fail(r, "rows", "there are too many numbers (at most %d)", SANDBOX_LIST_ITEMS);
      fine = rows >= 2 && columns >= 2 && rows * columns <= SANDBOX_LIST_ITEMS;
      if (fine) {
        data = convert_keep(r, (size_t)(rows * columns) * sizeof *data, keep);
        *out = (ApiRows){data, (uint32_t)columns, (uint32_t)rows};
      }
    } else if (fine && length != columns) {
      reader_fail(r, "rows", "all rows must be of one length: the first has %llu numbers, this one %llu", (unsigned long long)columns,
                  (unsigned long long)length);
      fine = false;
    }
    for (lua_Unsigned i = 1; fine && i <= columns; i++) {
      double value;
      enter(r, row, i, 2);
      fine = convert_number(r, &item, lua_gettop(r->L), &value);
      leave(r, 2);
      *data++ = fine ? (float)value : 0.0f;
    }
    leave(r, 1);
    if (!fine) return false;
  }
  return true;
}
