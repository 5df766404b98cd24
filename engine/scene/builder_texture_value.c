/* builder_texture_value.c - textures looked at while a scene is made: what a renderer would see at a place, without a footprint. */
#include <stddef.h>

#include "base/error.h"
#include "base/thread.h"
#include "scene/builder.h"
#include "shade/texture.h"

bool ml_texture_value(const MlBuilder *b, MlTexture id, const double place[3], uint32_t width, double out[3], MlError *error) {
  FLOAT_STATE_OURS;
  error_clear(error);
  if (id == 0 || id > b->textures.count || (width != 2 && width != 3)) {
    error_set(error, ML_ERROR_ARGUMENT, "texture: expected a texture of this builder and 2 or 3 coordinates, got %u and %u", id, width);
    return false;
  }
  // What is inside has lower numbers
  size_t bytes = id * sizeof(Texture);
  Texture *flat = memory_alloc(b->context.memory, bytes, _Alignof(Texture));
  if (flat == NULL) {
    memory_error(b->context.memory, bytes, "a texture's value", error);
    return false;
  }
  for (uint32_t i = 0; i < id; i++) flat[i] = b->textures.data[i].texture;
  const Textures textures = {.textures = flat, .stops = b->stops.data, .count = id, .stop_count = (uint32_t)b->stops.count};
  TexturePoint at = {.n = vec3(0.0f, 1.0f, 0.0f), .normal = vec3(0.0f, 1.0f, 0.0f), .view = vec3(0.0f, 1.0f, 0.0f), .stretch = 1.0f};
  at.p = at.world = vec3((float)place[0], (float)place[1], width == 3 ? (float)place[2] : 0.0f);
  at.uv = (Vec2){(float)place[0], (float)place[1]};
  const Vec3 value = spectrum_to_vec3(texture_eval(&textures, id - 1, &at, false));
  for (int i = 0; i < 3; i++) out[i] = (double)value[i];
  memory_free(b->context.memory, flat, bytes);
  return true;
}
