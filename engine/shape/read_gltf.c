/* read_gltf.c - glTF 2.0, as text or in a GLB container: opens it, sees what it needs, and has its lists read. */
#include "shape/read_gltf.h"

#include <string.h>

static uint32_t le32(const uint8_t *p) { return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24; }

static bool is_glb(ModelBytes bytes) { return bytes.count >= 4 && memcmp(bytes.data, "glTF", 4) == 0; }

/* The chunks of a GLB (specification 4.4): JSON first, then perhaps a binary one; others are passed over. */
static MlStatus find_chunks(Gltf *g, ModelBytes *json) {
  const ModelBytes file = g->source->bytes;
  if (file.count < 20) return gltf_error(g, ML_ERROR_FORMAT, NULL, "is cut off: a .glb has at least 20 bytes, this one %zu", file.count);
  const uint32_t version = le32(file.data + 4);
  const uint64_t length = le32(file.data + 8);
  if (version != 2)
    return gltf_error(g, ML_ERROR_FORMAT, NULL, "is glTF %u; only glTF 2.0 can be read: export it as that", (unsigned)version);
  if (length > file.count || length < 20)
    return gltf_error(g, ML_ERROR_FORMAT, NULL, "is cut off: by its header it has %llu bytes, there are %zu", (unsigned long long)length,
                      file.count);
  bool has_json = false;
  for (uint64_t at = 12; at + 8 <= length;) {
    const uint64_t size = le32(file.data + at), start = at + 8;
    const uint32_t type = le32(file.data + at + 4);
    if (size > length - start)
      return gltf_error(g, ML_ERROR_FORMAT, NULL, "byte %llu: a chunk of %llu bytes, but only %llu are left", (unsigned long long)at,
                        (unsigned long long)size, (unsigned long long)(length - start));
    const ModelBytes chunk = {file.data + start, (size_t)size};
    if (at == 12) {
      if (type != 0x4e4f534a) return gltf_error(g, ML_ERROR_FORMAT, NULL, "byte 12: expected a chunk of JSON first");
      *json = chunk;
      has_json = true;
    } else if (type == 0x004e4942 && g->chunk.data == NULL) {
      g->chunk = chunk;
      g->chunk_first = start;
    }
    at = start + size;
  }
  return has_json ? ML_OK : gltf_error(g, ML_ERROR_FORMAT, NULL, "byte 12: expected a chunk of JSON");
}

static MlStatus parse(Gltf *g) {
  ModelBytes text = g->source->bytes;
  const bool glb = is_glb(text);
  if (glb) TRY(find_chunks(g, &text));
  // A byte order mark at the front, and what some writers pad with at the end
  if (text.count >= 3 && memcmp(text.data, "\xef\xbb\xbf", 3) == 0) text.data += 3, text.count -= 3;
  while (glb && text.count > 0 && text.data[text.count - 1] == '\0') text.count--;
  MlError error = {0};
  const MlStatus status = json_parse(g->memory, g->work, (const char *)text.data, text.count, &g->json, &error);
  if (status == ML_ERROR_MEMORY) return gltf_no_memory(g);
  if (status == ML_ERROR_CANCELLED) return error_set(g->error, status, "%s", error.message);
  if (status != ML_OK) return gltf_error(g, status, NULL, "%s%s", glb ? "its JSON: " : "", error.message);
  if (json_type(&g->json, 0) != JSON_OBJECT)
    return gltf_error(g, ML_ERROR_FORMAT, NULL, "expected a glTF object, got %s", json_type_name(json_type(&g->json, 0)));
  return ML_OK;
}

/* ---- version and extensions */

static MlStatus check_version(const Gltf *g) {
  uint32_t asset;
  TRY(gltf_object(g, NULL, 0, "asset", &asset));
  uint32_t version = json_member(&g->json, asset, "minVersion");
  if (version == JSON_NONE) version = json_member(&g->json, asset, "version");
  const JsonText text = json_text(&g->json, version);
  if (json_type(&g->json, version) != JSON_STRING)
    return gltf_error(g, ML_ERROR_FORMAT, NULL, "asset.version is missing: this is JSON, but no glTF");
  if (text.size < 2 || memcmp(text.data, "2.", 2) != 0 ||
      (json_member(&g->json, asset, "minVersion") != JSON_NONE && !json_is(&g->json, version, "2.0")))
    return gltf_error(g, ML_ERROR_FORMAT, NULL, "is glTF %.*s; only glTF 2.0 can be read: export it as that",
                      text.size < 20 ? (int)text.size : 20, text.data);
  return ML_OK;
}

static bool is_known(const Gltf *g, uint32_t name) {
  static const char *const known[] = {
    "KHR_lights_punctual",
    "KHR_mesh_quantization",
    "KHR_texture_transform",
    "KHR_materials_emissive_strength",
    "KHR_materials_ior",
    "KHR_materials_clearcoat",
    "KHR_materials_sheen",
    "KHR_materials_specular",
    "KHR_materials_volume",
    "KHR_materials_unlit",
    "KHR_materials_transmission",
    "KHR_materials_anisotropy",
    "KHR_materials_dispersion",
    "KHR_materials_iridescence",
    // About the file, not what it shows
    "KHR_xmp",
    "KHR_xmp_json_ld",
  };
  for (size_t i = 0; i < sizeof known / sizeof *known; i++)
    if (json_is(&g->json, name, known[i])) return true;
  return false;
}

static MlStatus check_extensions(Gltf *g) {
  const uint32_t required = json_member(&g->json, 0, "extensionsRequired"), used = json_member(&g->json, 0, "extensionsUsed");
  char names[160] = "";
  size_t length = 0;
  uint32_t item = json_first(&g->json, required);
  for (uint32_t i = json_count(&g->json, required); i > 0; i--, item = json_next(&g->json, item)) {
    char name[48];
    if (is_known(g, item)) continue;
    const size_t n = json_string(&g->json, item, name, sizeof name);
    for (size_t k = 0; k < n; k++)
      if ((unsigned char)name[k] < 0x20) name[k] = '?';
    if (length + n + 3 > sizeof names) break;
    if (length > 0) memcpy(names + length, ", ", 2), length += 2;
    memcpy(names + length, name, n + 1);
    length += n;
  }
  if (length > 0) return gltf_error(g, ML_ERROR_FORMAT, NULL, "needs %s, which cannot be read: export it without", names);
  item = json_first(&g->json, used);
  for (uint32_t i = json_count(&g->json, used); i > 0; i--, item = json_next(&g->json, item)) {
    char name[48];
    if (is_known(g, item)) continue;
    if (json_string(&g->json, item, name, sizeof name) > 0) TRY(gltf_unsupported(g, name));
  }
  if (json_count(&g->json, json_member(&g->json, 0, "animations")) > 0) TRY(gltf_unsupported(g, "animations"));
  return ML_OK;
}

/* ---- the whole */

static MlStatus read_all(Gltf *g) {
  TRY(parse(g));
  TRY(check_version(g));
  TRY(check_extensions(g));
  TRY(gltf_read_buffers(g, 0));
  TRY(gltf_read_accessors(g, 0));
  TRY(gltf_read_textures(g, 0));
  TRY(gltf_read_materials(g, 0));
  TRY(gltf_read_meshes(g, 0));
  TRY(gltf_read_cameras(g, 0));
  TRY(gltf_read_lights(g, 0));
  return gltf_read_nodes(g, 0);
}

MlStatus model_read_gltf(const ModelSource *source, Model *model, MlError *error) {
  Gltf g = {.source = source, .model = model, .memory = model->memory, .work = source->work, .error = error};
  g.budget = (1u << 20) + GLTF_COPIES * (uint64_t)source->bytes.count;
  arena_init(&g.arena, model->memory);
  const MlStatus status = read_all(&g);
  json_free(g.memory, &g.json);
  arena_free(&g.arena);
  return status;
}
