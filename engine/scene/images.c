/* images.c - pictures of a builder: each a reference to a frozen asset, found by its content or read now. */
#include "image/texture_build.h"
#include "math/ieee.h"
#include "scene/builder.h"

/* The asset with one reference, or NULL. */
static const TextureImage *find_or_read(MlBuilder *b, const MlImageDesc *d, MlError *error) {
  AssetCache *cache = b->context.cache;
  TextureImage content = {0};
  texture_image_identify(d->bytes, d->byte_count, d->space, &content);
  const TextureImage *found = cache_find_asset(cache, ASSET_IMAGE, &content, d->byte_count);
  if (found != NULL) return found;
  TextureImage *made;
  if (texture_image_create(b->context.memory, d->bytes, d->byte_count, d->space, &made, error) != ML_OK) return NULL;
  found = cache_insert_asset(cache, ASSET_IMAGE, made, d->byte_count);
  if (found == NULL) memory_error(b->context.memory, 64, "asset cache", error);
  return found;
}

MlImage ml_image(MlBuilder *b, const MlImageDesc *desc, MlError *error) {
  DescSource source = {.what = "image", .error = error};
  MlImageDesc d;
  FLOAT_STATE_OURS;
  if (!DESC_READ(&source, MlImageDesc, desc, &d)) return 0;
  if (d.bytes == NULL && d.byte_count != 0) {
    desc_fail(&source, ".bytes: expected the bytes of a file, got none");
    return 0;
  }
  if ((uint32_t)d.space > ML_COLOR_LINEAR) {
    desc_fail(&source, ".space: expected one of MlColorSpace, got %u", (unsigned)d.space);
    return 0;
  }
  if (b->images.count >= UINT32_MAX - 1) {
    error_set_at(error, ML_ERROR_LIMIT, d.place, "image: more pictures than can be numbered");
    return 0;
  }
  MlError failure = {0};
  const TextureImage *image = find_or_read(b, &d, &failure);
  if (image == NULL) {
    error_set_at(error, failure.status, d.place, "%.200s: %.250s", d.name != NULL ? d.name : "image", failure.message);
    return 0;
  }
  if (!array_push(b->context.memory, &b->images, image)) {
    cache_release(b->context.cache, image);
    memory_error(b->context.memory, (b->images.count + 1) * sizeof image, "pictures of the scene", error);
    return 0;
  }
  return (MlImage)b->images.count;
}

MlImageInfo ml_image_info(const MlBuilder *b, MlImage image) {
  if (image == 0 || image > b->images.count) return (MlImageInfo){0};
  const TextureImage *t = b->images.data[image - 1];
  return (MlImageInfo){t->width, t->height, t->channels, !t->srgb, t->has_alpha, t->bytes};
}
