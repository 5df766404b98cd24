/* golden_images.c - decodes the files of tests/fuzz/images, but those that a fuzzer found, by all colour spaces, and looks them up; prints one hash of all levels and all
 * that was found. A program of its own, so that any compiler can build it with the floors base, math and image alone. */
#include <dirent.h>
#include <stdio.h>

#include "fuzz/files.h"
#include "image/texture_build.h"

static uint64_t hash_of(const Bytes *file) {
  Memory memory;
  memory_init(&memory, NULL, 64u << 20);
  uint64_t hash = 0;
  for (int space = ML_COLOR_AUTO; space <= ML_COLOR_LINEAR; space++) {
    TextureImage *image;
    MlError error = {0};
    if (texture_image_create(&memory, file->data, file->count, (MlColorSpace)space, &image, &error) != ML_OK) {
      hash = ml_hash64(error.message, strlen(error.message), hash);
      continue;
    }
    static const size_t sizes[] = {[TEXEL_CODE8] = 4, [TEXEL_FLOAT3] = 12, [TEXEL_FLOAT4] = 16};
    for (uint32_t level = 0; level < image->level_count; level++) {
      const size_t texels = (size_t)texture_level_width(image, level) * texture_level_height(image, level);
      hash = ml_hash64(image->levels[level], texels * sizes[image->kind], hash);
    }
    for (int i = 0; i < 300; i++) {
      const Vec2 uv = {(float)i * 0.0371f - 3.0f, (float)i * 0.0213f - 2.0f}, footprint = {(float)i * 0.003f, 0.1f};
      const Texel t = texture_image_lookup(image, uv, footprint, (TextureWrap)(i % 4), (TextureWrap)(i / 4 % 4), (TextureFilter)(i % 3));
      float found[4] = {0, 0, 0, t.alpha};
      spectrum_store(found, t.color);
      hash = ml_hash64(found, sizeof found, hash);
    }
    texture_image_free(&memory, image);
  }
  return hash;
}

int main(void) {
  uint64_t sum = 0; // of all: the folder's order does not matter
  DIR *folder = opendir("tests/fuzz/images");
  if (!folder) return 1;
  for (struct dirent *entry; (entry = readdir(folder));) {
    if (entry->d_name[0] == '.' || strncmp(entry->d_name, "found-", 6) == 0) continue; // what a fuzzer finds may be added freely
    Bytes file = fuzz_file(entry->d_name);
    sum += hash_of(&file);
    bytes_free(&file);
  }
  closedir(folder);
  printf("%08x%08x\n", (unsigned)(sum >> 32), (unsigned)sum);
  return 0;
}
