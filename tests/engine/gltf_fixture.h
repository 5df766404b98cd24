/* gltf_fixture.h - small glTF files made by tests: GLB containers, base64, and reading them with files beside them. */
#ifndef TESTS_GLTF_FIXTURE_H
#define TESTS_GLTF_FIXTURE_H

#include "fault_memory.h"
#include "shape/model.h"

static inline void put_le32(Bytes *out, uint32_t x) {
  const uint8_t p[4] = {(uint8_t)x, (uint8_t)(x >> 8), (uint8_t)(x >> 16), (uint8_t)(x >> 24)};
  bytes_write(out, p, 4);
}

/* A GLB of version 2 with a binary chunk, unless it is empty. */
static inline Bytes glb_bytes(const char *json, const void *bin, size_t bin_size) {
  Bytes file = {0};
  const size_t length = strlen(json), padded = (length + 3) & ~(size_t)3, bin_padded = (bin_size + 3) & ~(size_t)3;
  bytes_write(&file, "glTF", 4);
  put_le32(&file, 2);
  put_le32(&file, (uint32_t)(12 + 8 + padded + (bin_size ? 8 + bin_padded : 0)));
  put_le32(&file, (uint32_t)padded);
  bytes_write(&file, "JSON", 4);
  bytes_write(&file, json, length);
  bytes_write(&file, "   ", padded - length);
  if (bin_size == 0) return file;
  put_le32(&file, (uint32_t)bin_padded);
  bytes_write(&file, "BIN\0", 4);
  bytes_write(&file, bin, bin_size);
  bytes_write(&file, "\0\0\0", bin_padded - bin_size);
  return file;
}

/* "data:application/octet-stream;base64,...", 0-terminated. */
static inline Bytes data_uri(const void *data, size_t size) {
  static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  static const char head[] = "data:application/octet-stream;base64,";
  const uint8_t *p = data;
  Bytes file = {0};
  bytes_write(&file, head, sizeof head - 1);
  for (size_t i = 0; i < size; i += 3) {
    const uint32_t left = size - i > 2 ? 3 : (uint32_t)(size - i);
    uint32_t group = (uint32_t)p[i] << 16;
    if (left > 1) group |= (uint32_t)p[i + 1] << 8;
    if (left > 2) group |= p[i + 2];
    const char out[4] = {digits[group >> 18], digits[group >> 12 & 63], left > 1 ? digits[group >> 6 & 63] : '=',
                         left > 2 ? digits[group & 63] : '='};
    bytes_write(&file, out, 4);
  }
  bytes_write(&file, "", 1);
  return file;
}

/* Files that lie beside the model; the last one has no name. */
typedef struct SiblingFile {
  const char *name;
  const void *data;
  size_t size;
} SiblingFile;

static inline bool open_sibling(void *ud, const char *name, ModelBytes *out) {
  for (const SiblingFile *f = ud; f != NULL && f->name != NULL; f++)
    if (strcmp(f->name, name) == 0) return *out = (ModelBytes){f->data, f->size}, true;
  return false;
}

#endif
