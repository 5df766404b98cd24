/* read_gltf_accessor.c - numbers in a glTF's bytes: accessors of all types, interleaved, sparse, normalized (specification 3.6.2). */
#include <string.h>

#include "shape/read_gltf.h"

enum { BATCH = 16384 }; /* elements between two looks at the work */

static uint32_t component_size(GltfComponent component) {
  switch (component) {
  case GLTF_BYTE:
  case GLTF_UNSIGNED_BYTE: return 1;
  case GLTF_SHORT:
  case GLTF_UNSIGNED_SHORT: return 2;
  case GLTF_UNSIGNED_INT:
  case GLTF_FLOAT: return 4;
  }
  return 0;
}

static MlStatus read_component(const Gltf *g, const GltfPlace *place, uint32_t value, const char *key, GltfComponent *out) {
  uint64_t type;
  TRY(gltf_whole(g, place, value, key, 65535, GLTF_REQUIRED, &type));
  *out = (GltfComponent)type;
  if (type < 5120 || component_size(*out) == 0)
    return gltf_error(g, ML_ERROR_FORMAT, place, "%s: expected one of 5120, 5121, 5122, 5123, 5125, 5126, got %llu", key,
                      (unsigned long long)type);
  return ML_OK;
}

static MlStatus read_width(const Gltf *g, const GltfPlace *place, uint32_t value, uint32_t *out) {
  static const struct {
    const char *name;
    uint32_t width;
  } types[] = {{"SCALAR", 1}, {"VEC2", 2}, {"VEC3", 3}, {"VEC4", 4}, {"MAT2", 4}, {"MAT3", 9}, {"MAT4", 16}};
  const uint32_t type = json_member(&g->json, value, "type");
  for (size_t i = 0; i < sizeof types / sizeof *types; i++)
    if (json_is(&g->json, type, types[i].name)) return *out = types[i].width, ML_OK;
  return gltf_error(g, ML_ERROR_FORMAT, place, "type: expected SCALAR, VEC2, VEC3, VEC4, MAT2, MAT3 or MAT4");
}

static MlStatus read_view(const Gltf *g, const GltfPlace *place, uint32_t value, uint64_t *view, uint64_t *offset) {
  uint32_t index;
  TRY(gltf_index(g, place, value, "bufferView", "bufferViews", g->view_count, &index));
  *view = index != MODEL_NONE ? index : GLTF_REQUIRED;
  return gltf_whole(g, place, value, "byteOffset", GLTF_WHOLE_MOST, 0, offset);
}

static MlStatus read_sparse(const Gltf *g, const GltfPlace *place, uint32_t sparse, GltfAccessor *a) {
  uint32_t indices, values;
  TRY(gltf_whole(g, place, sparse, "count", a->count, GLTF_REQUIRED, &a->sparse_count));
  TRY(gltf_object(g, place, sparse, "indices", &indices));
  TRY(gltf_object(g, place, sparse, "values", &values));
  TRY(read_view(g, place, indices, &a->index_view, &a->index_offset));
  TRY(read_component(g, place, indices, "componentType", &a->index_component));
  TRY(read_view(g, place, values, &a->value_view, &a->value_offset));
  if (a->index_view == GLTF_REQUIRED || a->value_view == GLTF_REQUIRED)
    return gltf_error(g, ML_ERROR_FORMAT, place, "sparse: expected a bufferView in indices and in values");
  return ML_OK;
}

static MlStatus read_accessor(const Gltf *g, const GltfPlace *place, uint32_t value, GltfAccessor *a) {
  uint32_t sparse;
  TRY(read_view(g, place, value, &a->view, &a->offset));
  TRY(read_component(g, place, value, "componentType", &a->component));
  TRY(read_width(g, place, value, &a->width));
  TRY(gltf_whole(g, place, value, "count", GLTF_WHOLE_MOST, GLTF_REQUIRED, &a->count));
  TRY(gltf_flag(g, place, value, "normalized", &a->normalized));
  TRY(gltf_object(g, place, value, "sparse", &sparse));
  return sparse == JSON_NONE ? ML_OK : read_sparse(g, place, sparse, a);
}

MlStatus gltf_read_accessors(Gltf *g, uint32_t root) {
  uint32_t item;
  TRY(gltf_list(g, root, "accessors", NULL, &item, &g->accessor_count));
  TRY(gltf_alloc(g, g->accessor_count, sizeof *g->accessors, (void **)&g->accessors));
  for (uint32_t i = 0; i < g->accessor_count; i++, item = json_next(&g->json, item)) {
    TRY(gltf_work(g, sizeof *g->accessors));
    TRY(read_accessor(g, &(GltfPlace){.list = "accessors", .index = i}, item, &g->accessors[i]));
  }
  return ML_OK;
}

/* ---- elements */

/* `count` elements of `size` bytes from `offset` in a view, `stride` apart (0: side by side). */
static MlStatus find_bytes(const Gltf *g, const GltfPlace *place, const char *what, uint64_t view, uint64_t offset, uint64_t count,
                           uint32_t size, uint64_t stride, const uint8_t **out, bool *missing) {
  ModelBytes bytes;
  *out = NULL;
  TRY(gltf_view_bytes(g, view, &bytes, missing));
  if (*missing || count == 0) return ML_OK;
  if (stride == 0) stride = size;
  if (stride < size)
    return gltf_error(g, ML_ERROR_FORMAT, place, "elements of %u bytes are only %llu bytes apart in bufferViews[%llu]", size,
                      (unsigned long long)stride, (unsigned long long)view);
  // The stride is at most 2^20 and the count 2^53: this could go beyond 64 bits
  uint64_t end;
  if (__builtin_mul_overflow(stride, count - 1, &end) || __builtin_add_overflow(end, offset + size, &end)) end = UINT64_MAX;
  if (end > bytes.count)
    return gltf_error(g, ML_ERROR_FORMAT, place,
                      "%sreads %llu bytes beyond the end of bufferViews[%llu]: the file is damaged; export it again", what,
                      (unsigned long long)(end - bytes.count), (unsigned long long)view);
  *out = bytes.data + offset;
  return ML_OK;
}

static uint64_t read_unsigned(const uint8_t *p, GltfComponent component) {
  switch (component) {
  case GLTF_UNSIGNED_BYTE: return p[0];
  case GLTF_UNSIGNED_SHORT: return (uint64_t)p[0] | (uint64_t)p[1] << 8;
  case GLTF_UNSIGNED_INT: return (uint64_t)p[0] | (uint64_t)p[1] << 8 | (uint64_t)p[2] << 16 | (uint64_t)p[3] << 24;
  case GLTF_BYTE:
  case GLTF_SHORT:
  case GLTF_FLOAT: break;
  }
  return 0;
}

static bool is_unsigned(GltfComponent component) {
  return component == GLTF_UNSIGNED_BYTE || component == GLTF_UNSIGNED_SHORT || component == GLTF_UNSIGNED_INT;
}

static MlStatus find_sparse(const Gltf *g, const GltfPlace *place, GltfElements *e) {
  const GltfAccessor *a = e->accessor;
  bool missing;
  if (!is_unsigned(a->index_component))
    return gltf_error(g, ML_ERROR_FORMAT, place, "sparse: expected indices of type 5121, 5123 or 5125, got %d", (int)a->index_component);
  TRY(find_bytes(g, place, "sparse: indices: ", a->index_view, a->index_offset, a->sparse_count, component_size(a->index_component), 0,
                 &e->sparse_indices, &missing));
  e->missing |= missing;
  TRY(find_bytes(g, place, "sparse: values: ", a->value_view, a->value_offset, a->sparse_count, a->width * component_size(a->component), 0,
                 &e->sparse_values, &missing));
  e->missing |= missing;
  if (e->missing) return ML_OK;
  const uint32_t size = component_size(a->index_component);
  for (uint64_t i = 0, before = 0; i < a->sparse_count; i++) {
    if (i % BATCH == 0) TRY(gltf_work(g, BATCH * 4));
    const uint64_t index = read_unsigned(e->sparse_indices + i * size, a->index_component);
    if (index >= a->count || (i > 0 && index <= before))
      return gltf_error(g, ML_ERROR_FORMAT, place, "sparse: index %llu is %llu; expected ascending ones below %llu", (unsigned long long)i,
                        (unsigned long long)index, (unsigned long long)a->count);
    before = index;
  }
  return ML_OK;
}

MlStatus gltf_elements(const Gltf *g, uint32_t accessor, GltfElements *out) {
  const GltfAccessor *a = &g->accessors[accessor];
  const GltfPlace place = {.list = "accessors", .index = accessor};
  const uint32_t size = a->width * component_size(a->component);
  *out = (GltfElements){.accessor = a, .index = accessor, .stride = size};
  if (a->view != GLTF_REQUIRED) {
    if (g->views[a->view].stride != 0) out->stride = g->views[a->view].stride;
    TRY(find_bytes(g, &place, "", a->view, a->offset, a->count, size, out->stride, &out->base, &out->missing));
  }
  return a->sparse_count != 0 && !out->missing ? find_sparse(g, &place, out) : ML_OK;
}

/* Where the element is, NULL where it is 0. */
static const uint8_t *find_element(const GltfElements *e, uint64_t index) {
  const GltfAccessor *a = e->accessor;
  const uint32_t size = component_size(a->index_component);
  for (uint64_t low = 0, high = a->sparse_count; low < high;) {
    const uint64_t middle = low + (high - low) / 2, at = read_unsigned(e->sparse_indices + middle * size, a->index_component);
    if (at == index) return e->sparse_values + middle * a->width * component_size(a->component);
    if (at < index) low = middle + 1;
    else high = middle;
  }
  return e->base != NULL ? e->base + index * e->stride : NULL;
}

static void convert(const uint8_t *p, GltfComponent component, bool normalized, uint32_t n, float *out) {
  for (uint32_t k = 0; k < n; k++) {
    int8_t byte;
    int16_t word;
    switch (component) {
    case GLTF_BYTE:
      memcpy(&byte, p + k, sizeof byte);
      out[k] = normalized ? (float)byte / 127.0f : (float)byte;
      if (normalized && out[k] < -1.0f) out[k] = -1.0f;
      break;
    case GLTF_SHORT:
      memcpy(&word, p + 2 * (size_t)k, sizeof word);
      out[k] = normalized ? (float)word / 32767.0f : (float)word;
      if (normalized && out[k] < -1.0f) out[k] = -1.0f;
      break;
    case GLTF_UNSIGNED_BYTE: out[k] = normalized ? (float)p[k] / 255.0f : (float)p[k]; break;
    case GLTF_UNSIGNED_SHORT: {
      const float x = (float)read_unsigned(p + 2 * (size_t)k, component);
      out[k] = normalized ? x / 65535.0f : x;
      break;
    }
    case GLTF_UNSIGNED_INT: out[k] = (float)read_unsigned(p + 4 * (size_t)k, component); break;
    case GLTF_FLOAT: memcpy(&out[k], p + 4 * (size_t)k, sizeof(float)); break;
    }
  }
}

static MlStatus check_floats(const Gltf *g, const GltfElements *e, const uint32_t *which, uint64_t from, uint64_t to, uint32_t n,
                             const float *x) {
  bool fine = true;
  for (uint64_t i = from * n; i < to * n; i++) fine &= x[i] >= -MODEL_MAX_COORDINATE && x[i] <= MODEL_MAX_COORDINATE;
  if (fine) return ML_OK;
  uint64_t i = from * n;
  while (x[i] >= -MODEL_MAX_COORDINATE && x[i] <= MODEL_MAX_COORDINATE) i++;
  i /= n;
  return gltf_error(g, ML_ERROR_FORMAT, &(GltfPlace){.list = "accessors", .index = e->index},
                    "element %llu is no number, or beyond 1e15: the file is damaged; export it again",
                    (unsigned long long)(which != NULL ? which[i] : i));
}

MlStatus gltf_read_floats(const Gltf *g, const GltfElements *e, const uint32_t *which, uint64_t count, uint32_t n, float *out) {
  const GltfAccessor *a = e->accessor;
  const bool plain = which == NULL && a->sparse_count == 0 && e->base != NULL;
  const bool same = plain && a->component == GLTF_FLOAT && e->stride == n * sizeof(float);
  for (uint64_t from = 0; from < count; from += BATCH) {
    const uint64_t to = count - from < BATCH ? count : from + BATCH;
    if (same) memcpy(out + from * n, e->base + from * e->stride, (size_t)(to - from) * n * sizeof(float));
    for (uint64_t i = from; i < to && !same; i++) {
      const uint8_t *p = plain ? e->base + i * e->stride : find_element(e, which != NULL ? which[i] : i);
      if (p != NULL) convert(p, a->component, a->normalized, n, out + i * n);
      else memset(out + i * n, 0, n * sizeof(float));
    }
    TRY(check_floats(g, e, which, from, to, n, out));
    TRY(gltf_work(g, 2 * (to - from) * n * sizeof(float)));
  }
  return ML_OK;
}

MlStatus gltf_read_indices(const Gltf *g, const GltfElements *e, uint64_t count, uint32_t *out) {
  const GltfAccessor *a = e->accessor;
  if (!is_unsigned(a->component) || a->width != 1 || a->normalized)
    return gltf_error(g, ML_ERROR_FORMAT, &(GltfPlace){.list = "accessors", .index = e->index},
                      "as indices, expected SCALARs of type 5121, 5123 or 5125");
  for (uint64_t i = 0; i < count;) {
    const uint64_t batch = count - i < BATCH ? count - i : BATCH;
    for (const uint64_t end = i + batch; i < end; i++) {
      const uint8_t *p = find_element(e, i);
      out[i] = p != NULL ? (uint32_t)read_unsigned(p, a->component) : 0;
    }
    TRY(gltf_work(g, batch * sizeof *out));
  }
  return ML_OK;
}
