/* read_gltf_json.c - typed looks into a glTF's JSON, and errors that say where and what was expected. */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/number.h"
#include "shape/read_gltf.h"

/* ---- errors */

typedef struct PlaceText {
  char text[96];
} PlaceText;

static PlaceText place_text(const GltfPlace *place) {
  PlaceText t = {""};
  if (place == NULL || place->list == NULL) return t;
  if (place->sub != NULL) snprintf(t.text, sizeof t.text, "%s[%u].%s[%u]: ", place->list, place->index, place->sub, place->sub_index);
  else snprintf(t.text, sizeof t.text, "%s[%u]: ", place->list, place->index);
  return t;
}

MlStatus gltf_error(const Gltf *g, MlStatus status, const GltfPlace *place, const char *format, ...) {
  char what[320];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(what, sizeof what, format, arguments);
  va_end(arguments);
  return error_set(g->error, status, "%.100s: %s%s", g->source->name, place_text(place).text, what);
}

MlStatus gltf_no_memory(const Gltf *g) { return model_out_of_memory(g->model, g->source, g->error); }

MlStatus gltf_work(const Gltf *g, uint64_t bytes) { return work_goes_on(g->work, bytes) ? ML_OK : work_status(g->work, g->error); }

MlStatus gltf_alloc(Gltf *g, uint64_t count, size_t size, void **out) {
  size_t bytes;
  *out = size_multiply(count, size, &bytes) ? arena_alloc(&g->arena, bytes, 16) : NULL;
  return *out != NULL ? ML_OK : gltf_no_memory(g);
}

MlStatus gltf_unsupported(const Gltf *g, const char *what) { return model_unsupported(g->model, what) ? ML_OK : gltf_no_memory(g); }

/* What stands there, for "got ...": short, and safe to print. */
typedef struct Shown {
  char text[48];
} Shown;

static Shown shown(const Gltf *g, uint32_t value) {
  Shown s;
  const JsonType type = json_type(&g->json, value);
  if (type != JSON_NUMBER && type != JSON_STRING) {
    snprintf(s.text, sizeof s.text, "%s", json_type_name(type));
    return s;
  }
  const JsonText text = json_text(&g->json, value);
  const char *quote = type == JSON_STRING ? "\"" : "";
  char word[33];
  size_t n = 0;
  for (; n < text.size && n + 1 < sizeof word; n++) word[n] = text.data[n] >= 0x20 && text.data[n] < 0x7f ? text.data[n] : '?';
  word[n] = '\0';
  snprintf(s.text, sizeof s.text, "%s%s%s%s", quote, word, n < text.size ? "..." : "", quote);
  return s;
}

static MlStatus unexpected(const Gltf *g, const GltfPlace *place, const char *key, const char *expected, uint32_t value) {
  return gltf_error(g, ML_ERROR_FORMAT, place, "%s: expected %s, got %s", key, expected, shown(g, value).text);
}

/* ---- values */

MlStatus gltf_list(const Gltf *g, uint32_t object, const char *key, const GltfPlace *place, uint32_t *first, uint32_t *count) {
  const uint32_t list = json_member(&g->json, object, key);
  *first = JSON_NONE, *count = 0;
  if (list == JSON_NONE) return ML_OK;
  if (json_type(&g->json, list) != JSON_ARRAY) return unexpected(g, place, key, "an array", list);
  uint32_t item = json_first(&g->json, list);
  const uint32_t n = json_count(&g->json, list);
  for (uint32_t i = 0; i < n; i++, item = json_next(&g->json, item))
    if (json_type(&g->json, item) != JSON_OBJECT)
      return gltf_error(g, ML_ERROR_FORMAT, place, "%s[%u]: expected an object, got %s", key, i, shown(g, item).text);
  *first = json_first(&g->json, list), *count = n;
  return gltf_work(g, 16u * n);
}

MlStatus gltf_whole(const Gltf *g, const GltfPlace *place, uint32_t object, const char *key, uint64_t most, uint64_t fallback,
                    uint64_t *out) {
  const uint32_t value = json_member(&g->json, object, key);
  *out = fallback;
  if (value == JSON_NONE) return fallback != GLTF_REQUIRED ? ML_OK : gltf_error(g, ML_ERROR_FORMAT, place, "%s is missing", key);
  const double x = json_number(&g->json, value);
  char expected[64];
  snprintf(expected, sizeof expected, "a whole number from 0 to %llu", (unsigned long long)most);
  if (json_type(&g->json, value) != JSON_NUMBER || !(x >= 0.0 && x <= (double)most) || x != (double)(uint64_t)x)
    return unexpected(g, place, key, expected, value);
  *out = (uint64_t)x;
  return ML_OK;
}

MlStatus gltf_index(const Gltf *g, const GltfPlace *place, uint32_t object, const char *key, const char *list, uint32_t count,
                    uint32_t *out) {
  uint64_t index;
  *out = MODEL_NONE;
  if (json_member(&g->json, object, key) == JSON_NONE) return ML_OK;
  TRY(gltf_whole(g, place, object, key, GLTF_WHOLE_MOST, 0, &index));
  if (index >= count)
    return gltf_error(g, ML_ERROR_FORMAT, place, "%s is %llu, but %s has %s%u %s, counted from 0", key, (unsigned long long)index, list,
                      count == 0 ? "" : "only ", count, count == 1 ? "entry" : "entries");
  *out = (uint32_t)index;
  return ML_OK;
}

static MlStatus read_number(const Gltf *g, const GltfPlace *place, const char *key, uint32_t value, double least, double most,
                            double *out) {
  const double x = json_number(&g->json, value);
  if (json_type(&g->json, value) != JSON_NUMBER || !isfinite(x)) return unexpected(g, place, key, "a number", value);
  *out = x < least ? least : x > most ? most : x;
  return ML_OK;
}

MlStatus gltf_number(const Gltf *g, const GltfPlace *place, uint32_t object, const char *key, double least, double most, double *out) {
  const uint32_t value = json_member(&g->json, object, key);
  return value == JSON_NONE ? ML_OK : read_number(g, place, key, value, least, most, out);
}

MlStatus gltf_float(const Gltf *g, const GltfPlace *place, uint32_t object, const char *key, double least, double most, float *out) {
  double x = (double)*out;
  TRY(gltf_number(g, place, object, key, least, most, &x));
  *out = (float)x;
  return ML_OK;
}

MlStatus gltf_numbers(const Gltf *g, const GltfPlace *place, uint32_t object, const char *key, uint32_t n, double least, double most,
                      double *out) {
  const uint32_t array = json_member(&g->json, object, key);
  if (array == JSON_NONE) return ML_OK;
  if (json_type(&g->json, array) != JSON_ARRAY || json_count(&g->json, array) != n)
    return gltf_error(g, ML_ERROR_FORMAT, place, "%s: expected %u numbers, got %u", key, n, json_count(&g->json, array));
  uint32_t item = json_first(&g->json, array);
  for (uint32_t i = 0; i < n; i++, item = json_next(&g->json, item)) TRY(read_number(g, place, key, item, least, most, &out[i]));
  return ML_OK;
}

MlStatus gltf_floats(const Gltf *g, const GltfPlace *place, uint32_t object, const char *key, uint32_t n, double least, double most,
                     float *out) {
  double x[16];
  for (uint32_t i = 0; i < n; i++) x[i] = (double)out[i];
  TRY(gltf_numbers(g, place, object, key, n, least, most, x));
  for (uint32_t i = 0; i < n; i++) out[i] = (float)x[i];
  return ML_OK;
}

MlStatus gltf_flag(const Gltf *g, const GltfPlace *place, uint32_t object, const char *key, bool *out) {
  const uint32_t value = json_member(&g->json, object, key);
  if (value == JSON_NONE) return ML_OK;
  if (json_type(&g->json, value) != JSON_BOOLEAN) return unexpected(g, place, key, "true or false", value);
  *out = json_is_true(&g->json, value);
  return ML_OK;
}

MlStatus gltf_object(const Gltf *g, const GltfPlace *place, uint32_t object, const char *key, uint32_t *out) {
  *out = json_member(&g->json, object, key);
  if (*out == JSON_NONE || json_type(&g->json, *out) == JSON_OBJECT) return ML_OK;
  return unexpected(g, place, key, "an object", *out);
}

MlStatus gltf_extension(const Gltf *g, const GltfPlace *place, uint32_t object, const char *name, uint32_t *out) {
  uint32_t extensions;
  *out = JSON_NONE;
  TRY(gltf_object(g, place, object, "extensions", &extensions));
  return extensions == JSON_NONE ? ML_OK : gltf_object(g, place, extensions, name, out);
}

MlStatus gltf_text(Gltf *g, uint32_t value, ModelText *out) {
  *out = 0;
  if (json_type(&g->json, value) != JSON_STRING) return ML_OK;
  char name[200];
  const size_t length = json_string(&g->json, value, name, sizeof name);
  *out = model_add_text(g->model, name, length);
  return *out != MODEL_NONE ? ML_OK : gltf_no_memory(g);
}
