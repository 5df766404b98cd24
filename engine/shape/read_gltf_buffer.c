/* read_gltf_buffer.c - where a glTF's bytes are: the glb's chunk, data: URIs, files beside it; and the pieces that bufferViews cut out. */
#include <string.h>

#include "shape/read_gltf.h"

/* ---- URIs */

static int base64_digit(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  if (c == '+' || c == '-') return 62; // the second is that of URLs (RFC 4648, 5), which some write
  if (c == '/' || c == '_') return 63;
  return -1;
}

/* As it stands in the JSON, in which "\/" is a "/". */
static MlStatus decode_base64(Gltf *g, const GltfPlace *place, JsonText text, ModelBytes *out) {
  uint8_t *bytes;
  TRY(gltf_alloc(g, text.size / 4 * 3 + 3, 1, (void **)&bytes));
  uint32_t group = 0, digits = 0;
  size_t count = 0, i = 0;
  for (; i < text.size && text.data[i] != '='; i++) {
    if (text.data[i] == '\\' && i + 1 < text.size && text.data[i + 1] == '/') continue;
    const int digit = base64_digit(text.data[i]);
    if (digit < 0) return gltf_error(g, ML_ERROR_FORMAT, place, "uri: its byte %llu is no base64", (unsigned long long)i);
    group = group << 6 | (uint32_t)digit;
    if (++digits == 4) {
      bytes[count++] = (uint8_t)(group >> 16), bytes[count++] = (uint8_t)(group >> 8), bytes[count++] = (uint8_t)group;
      group = digits = 0;
    }
    if (i % 65536 == 0) TRY(gltf_work(g, 65536));
  }
  for (; i < text.size; i++)
    if (text.data[i] != '=') return gltf_error(g, ML_ERROR_FORMAT, place, "uri: base64 goes on behind its end");
  if (digits == 1) return gltf_error(g, ML_ERROR_FORMAT, place, "uri: its base64 is cut off");
  if (digits >= 2) bytes[count++] = (uint8_t)(group >> (digits == 2 ? 4 : 10));
  if (digits == 3) bytes[count++] = (uint8_t)(group >> 2);
  *out = (ModelBytes){bytes, count};
  return ML_OK;
}

static bool begins(JsonText text, const char *start) { return text.size >= strlen(start) && memcmp(text.data, start, strlen(start)) == 0; }

MlStatus gltf_data_uri(Gltf *g, const GltfPlace *place, uint32_t value, bool *is, ModelBytes *out) {
  JsonText text = json_text(&g->json, value);
  *is = begins(text, "data:");
  if (!*is) return ML_OK;
  const char *comma = memchr(text.data, ',', text.size);
  static const char base64[] = ";base64";
  const size_t head = comma != NULL ? (size_t)(comma - text.data) : 0;
  if (head < sizeof base64 - 1 || memcmp(comma - (sizeof base64 - 1), base64, sizeof base64 - 1) != 0)
    return gltf_error(g, ML_ERROR_FORMAT, place, "uri: of data: only base64 can be read");
  return decode_base64(g, place, (JsonText){comma + 1, text.size - head - 1}, out);
}

static int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

MlStatus gltf_file_name(Gltf *g, const GltfPlace *place, uint32_t value, ModelBytes *out) {
  const size_t room = json_text(&g->json, value).size + 1;
  char *name;
  if (json_type(&g->json, value) != JSON_STRING || room == 1)
    return gltf_error(g, ML_ERROR_FORMAT, place, "uri: expected the name of a file");
  TRY(gltf_alloc(g, room, 1, (void **)&name));
  const size_t length = json_string(&g->json, value, name, room);
  // A scheme: letters before a colon. One letter is a drive, as files beside a model have none either
  size_t scheme = 0;
  while (scheme < length && ((name[scheme] | 0x20) >= 'a' && (name[scheme] | 0x20) <= 'z')) scheme++;
  if (scheme > 0 && scheme < length && name[scheme] == ':')
    return gltf_error(g, ML_ERROR_FORMAT, place, "uri: \"%.40s\" is no file beside the model; only such are read", name);
  size_t count = 0;
  for (size_t i = 0; i < length; i++) {
    if (name[i] == '%' && i + 2 < length && hex_digit(name[i + 1]) >= 0 && hex_digit(name[i + 2]) >= 0) {
      name[count++] = (char)(hex_digit(name[i + 1]) << 4 | hex_digit(name[i + 2]));
      i += 2;
    } else name[count++] = name[i];
  }
  *out = (ModelBytes){(const uint8_t *)name, count};
  return ML_OK;
}

/* ---- buffers */

/* Several buffers may be of one file, which is opened and counts once. */
static MlStatus open_file(Gltf *g, const GltfPlace *place, uint32_t uri, GltfBuffer *buffer) {
  ModelBytes name;
  TRY(gltf_file_name(g, place, uri, &name));
  for (uint32_t i = 0; i < g->opened_count; i++) {
    const GltfOpened *before = &g->opened[i];
    if (before->name.count != name.count || memcmp(before->name.data, name.data, name.count) != 0) continue;
    *buffer = before->buffer;
    return ML_OK;
  }
  if (g->opened_count == GLTF_MAX_FILES) return gltf_error(g, ML_ERROR_LIMIT, place, "more than %d files of buffers", GLTF_MAX_FILES);
  TRY(model_open(g->model, g->source, (const char *)name.data, name.count, &buffer->bytes, &buffer->file, g->error));
  buffer->missing = g->model->files.data[buffer->file].missing;
  g->budget += GLTF_COPIES * (uint64_t)buffer->bytes.count;
  g->opened[g->opened_count++] = (GltfOpened){name, *buffer};
  return ML_OK;
}

static MlStatus read_buffer(Gltf *g, uint32_t value, const GltfPlace *place, GltfBuffer *buffer) {
  uint64_t length;
  bool is_data;
  TRY(gltf_whole(g, place, value, "byteLength", GLTF_WHOLE_MOST, GLTF_REQUIRED, &length));
  *buffer = (GltfBuffer){.file = MODEL_NONE};
  const uint32_t uri = json_member(&g->json, value, "uri");
  if (uri == JSON_NONE) {
    // Without one it is the glb's chunk, or what an extension would fill: whoever reads that finds nothing there
    if (place->index != 0 || g->chunk.data == NULL) return ML_OK;
    *buffer = (GltfBuffer){.bytes = g->chunk, .file = 0, .first = g->chunk_first};
  } else {
    TRY(gltf_data_uri(g, place, uri, &is_data, &buffer->bytes));
    if (!is_data) {
      TRY(open_file(g, place, uri, buffer));
      if (buffer->missing) return ML_OK;
    }
  }
  if (length > buffer->bytes.count)
    return gltf_error(g, ML_ERROR_FORMAT, place, "byteLength is %llu, but there are %llu bytes: the file is cut off or another one",
                      (unsigned long long)length, (unsigned long long)buffer->bytes.count);
  buffer->bytes.count = (size_t)length;
  return ML_OK;
}

static MlStatus read_view(Gltf *g, uint32_t value, const GltfPlace *place, GltfView *view) {
  uint32_t buffer;
  TRY(gltf_index(g, place, value, "buffer", "buffers", g->buffer_count, &buffer));
  if (buffer == MODEL_NONE) return gltf_error(g, ML_ERROR_FORMAT, place, "buffer is missing");
  view->buffer = buffer;
  TRY(gltf_whole(g, place, value, "byteOffset", GLTF_WHOLE_MOST, 0, &view->offset));
  TRY(gltf_whole(g, place, value, "byteLength", GLTF_WHOLE_MOST, GLTF_REQUIRED, &view->length));
  return gltf_whole(g, place, value, "byteStride", 1 << 20, 0, &view->stride);
}

MlStatus gltf_read_buffers(Gltf *g, uint32_t root) {
  uint32_t item;
  TRY(gltf_list(g, root, "buffers", NULL, &item, &g->buffer_count));
  TRY(gltf_alloc(g, g->buffer_count, sizeof *g->buffers, (void **)&g->buffers));
  TRY(gltf_alloc(g, g->buffer_count < GLTF_MAX_FILES ? g->buffer_count : GLTF_MAX_FILES, sizeof *g->opened, (void **)&g->opened));
  for (uint32_t i = 0; i < g->buffer_count; i++, item = json_next(&g->json, item))
    TRY(read_buffer(g, item, &(GltfPlace){.list = "buffers", .index = i}, &g->buffers[i]));
  TRY(gltf_list(g, root, "bufferViews", NULL, &item, &g->view_count));
  TRY(gltf_alloc(g, g->view_count, sizeof *g->views, (void **)&g->views));
  for (uint32_t i = 0; i < g->view_count; i++, item = json_next(&g->json, item)) {
    TRY(gltf_work(g, 64));
    TRY(read_view(g, item, &(GltfPlace){.list = "bufferViews", .index = i}, &g->views[i]));
  }
  return ML_OK;
}

MlStatus gltf_view_bytes(const Gltf *g, uint64_t index, ModelBytes *out, bool *missing) {
  const GltfView *view = &g->views[index];
  const GltfBuffer *buffer = &g->buffers[view->buffer];
  *out = (ModelBytes){NULL, 0};
  *missing = buffer->missing;
  if (*missing) return ML_OK;
  // Both are at most 2^53
  const uint64_t end = view->offset + view->length;
  if (end > buffer->bytes.count)
    return gltf_error(g, ML_ERROR_FORMAT, &(GltfPlace){.list = "bufferViews", .index = (uint32_t)index},
                      "reaches %llu bytes beyond the end of buffers[%llu]: the file is damaged or needs an extension; export it again",
                      (unsigned long long)(end - buffer->bytes.count), (unsigned long long)view->buffer);
  *out = (ModelBytes){buffer->bytes.data + view->offset, (size_t)view->length};
  return ML_OK;
}
