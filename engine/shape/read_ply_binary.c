/* read_ply_binary.c - PLY files: elements in binary form, straight from the file's bytes. See read_ply.h. */
#include "shape/read_ply.h"

enum { PIECE = 4096 }; /* vertices at a time: the column of one property after the other */

/* ---- numbers */

static inline uint16_t load_16(const uint8_t *p, bool big) {
  uint16_t x;
  memcpy(&x, p, sizeof x);
  return big ? __builtin_bswap16(x) : x;
}
static inline uint32_t load_32(const uint8_t *p, bool big) {
  uint32_t x;
  memcpy(&x, p, sizeof x);
  return big ? __builtin_bswap32(x) : x;
}
static inline float load_float(const uint8_t *p, bool big) {
  const uint32_t bits = load_32(p, big);
  float x;
  memcpy(&x, &bits, sizeof x);
  return x;
}
static double load_double(const uint8_t *p, bool big) {
  uint64_t bits;
  memcpy(&bits, p, sizeof bits);
  if (big) bits = __builtin_bswap64(bits);
  double x;
  memcpy(&x, &bits, sizeof x);
  return x;
}
static int64_t load_whole(const uint8_t *p, PlyType type, bool big) {
  switch (type) {
  case PLY_I8: return (int8_t)*p;
  case PLY_U8: return *p;
  case PLY_I16: return (int16_t)load_16(p, big);
  case PLY_U16: return load_16(p, big);
  case PLY_I32: return (int32_t)load_32(p, big);
  case PLY_U32: return load_32(p, big);
  case PLY_F32:
  case PLY_F64: break;
  }
  return 0;
}
static double load_value(const uint8_t *p, PlyType type, bool big) {
  if (type == PLY_F32) return (double)load_float(p, big);
  return type == PLY_F64 ? load_double(p, big) : (double)load_whole(p, type, big);
}

static const uint8_t *here(const PlyReader *r) { return (const uint8_t *)r->scan.at; }
static uint64_t bytes_left(const PlyReader *r) { return (uint64_t)(r->scan.end - r->scan.at); }

static MlStatus ends_early(PlyReader *r, const PlyElement *element, uint64_t number, const uint8_t *p) {
  return model_error_byte(r->source, ply_offset(r, p), r->error, "the file ends in %.*s %llu of %llu", WORD_SHOWN(element->name),
                          (unsigned long long)number, (unsigned long long)element->count);
}

/* ---- vertices */

/* Where the numbers of a kind go: 3 floats apart, or 2. */
static float *vertex_slot(PlyReader *r, PlyUse use, uint64_t vertex, size_t *step) {
  ModelDraft *draft = &r->draft;
  *step = use >= PLY_U ? 2 : 3;
  if (use >= PLY_U) return draft->uv.count == 0 ? NULL : &draft->uv.data[vertex].u + (use - PLY_U);
  if (use >= PLY_NX) return draft->normals.count == 0 ? NULL : &draft->normals.data[vertex].x + (use - PLY_NX);
  return &draft->points.data[vertex].x + use;
}

static MlStatus bad_value(PlyReader *r, const PlyProperty *property, const uint8_t *p, uint64_t vertex) {
  return model_error_byte(r->source, ply_offset(r, p), r->error, "the %.*s of vertex %llu is %s, expected a finite number up to 1e15",
                          WORD_SHOWN(property->name), (unsigned long long)vertex,
                          number_text(load_value(p, property->type, r->form == PLY_BIG)).text);
}

/* One property of `count` vertices, `stride` bytes apart. */
static MlStatus read_column(PlyReader *r, const PlyProperty *property, const uint8_t *p, uint64_t stride, uint64_t first, uint64_t count) {
  size_t step;
  float *to = vertex_slot(r, property->use, first, &step);
  if (to == NULL) return ML_OK;
  const bool big = r->form == PLY_BIG;
  bool fine = true;
  if (property->type == PLY_F32) {
    for (uint64_t i = 0; i < count; i++) {
      const float x = load_float(p + i * stride, big);
      fine &= x >= -MODEL_MAX_COORDINATE && x <= MODEL_MAX_COORDINATE;
      to[i * step] = x;
    }
  } else {
    for (uint64_t i = 0; i < count; i++) {
      float x = 0;
      fine &= model_coordinate(load_value(p + i * stride, property->type, big), &x);
      to[i * step] = x;
    }
  }
  float x;
  for (uint64_t i = 0; i < count && !fine; i++)
    if (!model_coordinate(load_value(p + i * stride, property->type, big), &x)) return bad_value(r, property, p + i * stride, first + i);
  return ML_OK;
}

static MlStatus read_plain_vertices(PlyReader *r, const PlyElement *element) {
  const uint64_t stride = element->least;
  if (element->count > bytes_left(r) / stride)
    return model_error_byte(r->source, ply_offset(r, here(r)), r->error, "%llu vertices of %llu bytes take %llu, the file has %llu left",
                            (unsigned long long)element->count, (unsigned long long)stride, (unsigned long long)(element->count * stride),
                            (unsigned long long)bytes_left(r));
  for (uint64_t first = 0; first < element->count; first += PIECE) {
    const uint64_t count = element->count - first < PIECE ? element->count - first : PIECE;
    const uint8_t *p = here(r) + first * stride;
    if (!work_goes_on(r->source->work, count * (stride + 12))) return ML_OK;
    for (uint64_t k = 0; k < element->properties; k++) {
      const PlyProperty *property = &r->properties.data[element->first + k];
      if (property->use < PLY_VERTEX_USES) TRY(read_column(r, property, p, stride, first, count));
      p += ply_size(property->type);
    }
  }
  r->scan.at += element->count * stride;
  return ML_OK;
}

/* ---- elements with lists */

/* The property at p: *items and *count of a list, or of one number. Returns what follows; NULL: the file ends before. */
static const uint8_t *take_property(const PlyReader *r, const PlyProperty *property, const uint8_t *p, const uint8_t **items,
                                    uint64_t *count) {
  const uint8_t *end = (const uint8_t *)r->scan.end;
  *count = 1;
  if (property->list) {
    if ((uint64_t)(end - p) < ply_size(property->count_type)) return NULL;
    const int64_t n = load_whole(p, property->count_type, r->form == PLY_BIG);
    *count = n > 0 ? (uint64_t)n : 0; // a negative one is none
    p += ply_size(property->count_type);
  }
  *items = p;
  if (*count > (uint64_t)(end - p) / ply_size(property->type)) return NULL;
  return p + *count * ply_size(property->type);
}

static MlStatus take_indices(PlyReader *r, const PlyElement *element, const PlyProperty *property, uint64_t number, const uint8_t *items,
                             uint64_t count) {
  const bool strips = element->kind == PLY_STRIPS;
  if (!strips && count > POLYGON_MAX_CORNERS)
    return model_error_byte(r->source, ply_offset(r, items), r->error, "face %llu has %llu corners, at most %d can be read",
                            (unsigned long long)number, (unsigned long long)count, (int)POLYGON_MAX_CORNERS);
  if (!array_reserve(r->model->memory, &r->face, count)) return ply_out_of_memory(r);
  for (uint64_t i = 0; i < count; i++) {
    const uint8_t *p = items + i * ply_size(property->type);
    const int64_t index = load_whole(p, property->type, r->form == PLY_BIG);
    if (index < 0 || index >= (int64_t)r->vertices) {
      if (!strips || index != -1)
        return model_error_byte(r->source, ply_offset(r, p), r->error, "%.*s %llu names vertex %lld, but there are %llu, counted from 0",
                                WORD_SHOWN(element->name), (unsigned long long)number, (long long)index, (unsigned long long)r->vertices);
    }
    r->face.data[i] = (uint32_t)index; // -1 is MODEL_NONE
  }
  r->face.count = count;
  return ML_OK;
}

static MlStatus take_texture_coordinates(PlyReader *r, const PlyProperty *property, const uint8_t *items, uint64_t count) {
  if (!array_reserve(r->model->memory, &r->face_uv, count / 2 + 1)) return ply_out_of_memory(r);
  for (uint64_t i = 0; i < count; i++) {
    float x;
    const uint8_t *p = items + i * ply_size(property->type);
    const double value = load_value(p, property->type, r->form == PLY_BIG);
    if (!model_coordinate(value, &x))
      return model_error_byte(r->source, ply_offset(r, p), r->error, "a texture coordinate is %s, expected a finite number up to 1e15",
                              number_text(value).text);
    if (i % 2 == 0) r->face_uv.data[i / 2] = (ModelUv){x, 0};
    else r->face_uv.data[i / 2].v = x;
  }
  r->face_uv.count = count / 2;
  return ML_OK;
}

static MlStatus take_vertex(PlyReader *r, const PlyProperty *property, const uint8_t *p, uint64_t number) {
  if (property->use >= PLY_VERTEX_USES) return ML_OK;
  return read_column(r, property, p, 0, number, 1);
}

/* One element of any form. */
static MlStatus read_element(PlyReader *r, const PlyElement *element, uint64_t number) {
  const uint8_t *p = here(r), *items;
  uint64_t count;
  r->face.count = r->face_uv.count = 0;
  for (uint64_t k = 0; k < element->properties; k++) {
    const PlyProperty *property = &r->properties.data[element->first + k];
    const uint8_t *next = take_property(r, property, p, &items, &count);
    if (next == NULL) return ends_early(r, element, number, p);
    if (property->use == PLY_INDICES) TRY(take_indices(r, element, property, number, items, count));
    else if (property->use == PLY_TEXTURE_COORDINATES) TRY(take_texture_coordinates(r, property, items, count));
    else if (!property->list) TRY(take_vertex(r, property, items, number));
    work_goes_on(r->source->work, 16 + (uint64_t)(next - p));
    p = next;
  }
  r->scan.at = (const char *)p;
  if (element->kind == PLY_STRIPS) return ply_add_strips(r);
  return element->kind == PLY_FACE ? ply_add_face(r) : ML_OK;
}

/* As many faces as are plain triangles of valid numbers in the commonest form, a byte 3 and three words, with `rest` bytes of other properties
 * behind; the first that is not, and what is wrong, is left to read_element. */
static uint64_t read_triangles(PlyReader *r, uint64_t most, uint64_t rest) {
  const bool big = r->form == PLY_BIG;
  const uint64_t size = 13 + rest, room = bytes_left(r) / size, count = most < room ? most : room;
  const uint32_t vertices = (uint32_t)r->vertices;
  if (count == 0) return 0;
  ModelTriangle *to = r->draft.triangles.data + r->draft.triangles.count;
  const uint8_t *p = here(r);
  uint64_t done = 0;
  for (; done < count; done++, p += size) {
    const uint32_t a = load_32(p + 1, big), b = load_32(p + 5, big), c = load_32(p + 9, big);
    if (*p != 3 || a >= vertices || b >= vertices || c >= vertices) break;
    to[done] = (ModelTriangle){{a, b, c}};
  }
  r->draft.triangles.count += done;
  r->scan.at += done * size;
  return done;
}

/* Is it a byte and words, first of all? *rest: the bytes of what follows, all plain. */
static bool is_common(const PlyReader *r, const PlyElement *element, uint64_t *rest) {
  const PlyProperty *first = &r->properties.data[element->first];
  *rest = 0;
  if (element->kind != PLY_FACE || r->corners_have_uv || first->use != PLY_INDICES || ply_size(first->count_type) != 1 ||
      ply_size(first->type) != 4)
    return false;
  for (uint64_t k = 1; k < element->properties; k++) {
    if (first[k].list) return false;
    *rest += ply_size(first[k].type);
  }
  return true;
}

MlStatus ply_read_binary(PlyReader *r, const PlyElement *element) {
  if (element->kind == PLY_VERTEX && !element->lists) return read_plain_vertices(r, element);
  if (element->kind == PLY_OTHER && !element->lists) {
    if (element->count > bytes_left(r) / element->least) return ends_early(r, element, bytes_left(r) / element->least, here(r));
    r->scan.at += element->count * element->least;
    return ML_OK;
  }
  uint64_t rest;
  const bool common = is_common(r, element, &rest);
  for (uint64_t i = 0; i < element->count && work_goes_on(r->source->work, 16);) {
    if (common) {
      uint64_t room = r->draft.triangles.capacity - r->draft.triangles.count, most = element->count - i;
      most = most < room ? most : room;
      most = most < PIECE ? most : PIECE;
      const uint64_t done = read_triangles(r, most, rest);
      work_goes_on(r->source->work, 32 * done);
      i += done;
      if (done == PIECE || i == element->count) continue;
    }
    TRY(read_element(r, element, i));
    i++;
  }
  return ML_OK;
}
