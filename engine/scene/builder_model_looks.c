/* builder_model_looks.c - materials of models in the builder's terms, with their textures and pictures.
 *
 * All of them are `principled`, but what is clear is glass or, without an inside, a pane, mixed in by how much of it there is, so
 * that textures, tints and absorption have their places; coats and sheens lie over both. Alpha is a cutout. */
#include "base/error.h"
#include "math/elementary.h"
#include "scene/builder_model.h"

/* ---- pictures */

/* The bytes of a picture; *missing where a file is not to be had. false: memory is out. */
static bool image_bytes(ModelMaking *making, const ModelImage *image, MlBytes *out, bool *missing) {
  const Model *model = making->model;
  *missing = false;
  if (image->embedded && image->file == MODEL_NONE) {
    *out = (MlBytes){model->data.data + image->first, (size_t)image->count};
    return true;
  }
  MlBytes whole = making->desc->bytes;
  if (!image->embedded || image->file != 0) {
    const ModelText name = image->embedded ? model->files.data[image->file].name : image->name;
    const OpenFile *file = model_files_open(&making->files, model_text(model, name));
    if (file == NULL) return false;
    *missing = file->missing;
    whole = file->bytes;
  }
  if (!image->embedded) {
    *out = whole;
    return true;
  }
  if (image->first > whole.size || image->count > whole.size - image->first) *missing = true;
  *out = *missing ? (MlBytes){NULL, 0} : (MlBytes){(const char *)whole.data + image->first, (size_t)image->count};
  return true;
}

/* 0 with true: it is missing. */
static bool find_image(ModelMaking *making, uint32_t number, bool undecoded, MlImage *out) {
  MlImage *known = &making->built->images[undecoded][number];
  const ModelImage *image = &making->model->images.data[number];
  MlBytes bytes;
  bool missing;
  *out = *known;
  if (*known != 0) return true;
  if (!image_bytes(making, image, &bytes, &missing)) {
    memory_error(making->b->context.memory, sizeof(OpenFile), "files of a model", making->source->error);
    return false;
  }
  if (missing) return true;
  const MlImageDesc d = ML_DESC(MlImageDesc, .bytes = bytes.data, .byte_count = bytes.size, .name = model_text(making->model, image->name),
                                .space = undecoded ? ML_COLOR_LINEAR : ML_COLOR_AUTO, .place = making->desc->place);
  *known = *out = ml_image(making->b, &d, making->source->error);
  return *out != 0;
}

/* ---- textures */

static bool is_identity(const double m[6]) { return m[0] == 1 && m[1] == 0 && m[2] == 0 && m[3] == 0 && m[4] == 1 && m[5] == 0; }

/* 0 with true: there is none, or its picture is missing. number: it is wanted as one. */
static bool make_texture(ModelMaking *making, const ModelTexture *texture, bool number, MlTexture *out) {
  static const MlWrap wraps[] = {
    [MODEL_WRAP_REPEAT] = ML_WRAP_REPEAT, [MODEL_WRAP_MIRROR] = ML_WRAP_MIRROR, [MODEL_WRAP_CLAMP] = ML_WRAP_CLAMP};
  static const MlChannel channels[] = {[MODEL_COLORS] = ML_CHANNEL_COLORS,
                                       [MODEL_RED] = ML_CHANNEL_RED,
                                       [MODEL_GREEN] = ML_CHANNEL_GREEN,
                                       [MODEL_BLUE] = ML_CHANNEL_BLUE,
                                       [MODEL_ALPHA] = ML_CHANNEL_ALPHA};
  MlImage image;
  *out = 0;
  if (texture->image == MODEL_NONE) return true;
  if (!find_image(making, texture->image, number, &image)) return false;
  if (image == 0 || (texture->channel == MODEL_ALPHA && !ml_image_info(making->b, image).has_alpha)) return true;
  MlImageTextureDesc d =
    ML_DESC(MlImageTextureDesc, .image = image, .numbers = number ? image : 0, .wrap = wraps[texture->wrap_u],
            .wrap_v = wraps[texture->wrap_v], .has_wrap_v = true, .filter = texture->nearest ? ML_NEAREST : ML_TRILINEAR,
            .channel = channels[texture->channel], .has_map = !is_identity(texture->uv), .place = making->desc->place);
  for (int i = 0; i < 6; i++) d.map[i] = texture->uv[i];
  *out = ml_image_texture(making->b, &d, making->source->error);
  return *out != 0;
}

/* *out times a colour. */
static bool multiply(ModelMaking *making, Spectrum factor, MlTexture *out) {
  const TextureInput x = input_constant(factor), y = input_texture(texture_index(*out));
  TextureInput product;
  if (*out == 0) return true;
  if (!builder_combine(making->b, TEXTURE_PRODUCT, &x, &y, NULL, &product, making->source)) return false;
  *out = product.texture + 1;
  return true;
}

static Spectrum spectrum_of(const float c[3]) { return spectrum_from_color((MlColor){c[0], c[1], c[2]}); }
static MlColor color_of(const float c[3], float most) {
  MlColor out = {c[0], c[1], c[2]};
  float *channels[3] = {&out.r, &out.g, &out.b};
  for (int i = 0; i < 3; i++) *channels[i] = *channels[i] > 0 ? (*channels[i] < most ? *channels[i] : most) : 0;
  return out;
}
static float unit(float x) { return x > 0 ? (x < 1 ? x : 1) : 0; }

/* A number with its texture, and a colour with its. */
static bool number_texture(ModelMaking *making, const ModelTexture *texture, float factor, MlTexture *out) {
  if (factor == 0) return *out = 0, true; // whatever the picture holds
  return make_texture(making, texture, true, out) && multiply(making, spectrum_all(factor), out);
}
static bool color_texture(ModelMaking *making, const ModelTexture *texture, const float factor[3], MlTexture *out) {
  if (factor[0] == 0 && factor[1] == 0 && factor[2] == 0) return *out = 0, true;
  return make_texture(making, texture, false, out) && multiply(making, spectrum_of(factor), out);
}

/* ---- materials */

/* What of the principled material is used by the parts beside it, too. */
typedef struct Looks {
  const ModelMaterial *m;
  MlPrincipledDesc d; /* without transmission, coat, sheen */
  MlTexture transmission, coat, coat_roughness, sheen_color, sheen_roughness, alpha;
} Looks;

static bool read_textures(ModelMaking *making, Looks *l) {
  const ModelMaterial *m = l->m;
  const bool shines = m->emission[0] > 0 || m->emission[1] > 0 || m->emission[2] > 0; // a texture times nothing is no light
  MlTexture strength;
  if (!color_texture(making, &m->color_texture, m->color, &l->d.color_texture) ||
      !number_texture(making, &m->metallic_texture, m->metallic, &l->d.metallic_texture) ||
      !number_texture(making, &m->roughness_texture, m->roughness, &l->d.roughness_texture) ||
      !color_texture(making, &m->specular_color_texture, m->specular, &l->d.specular_texture) ||
      !number_texture(making, &m->specular_texture, 1, &strength) ||
      !number_texture(making, &m->transmission_texture, m->transmission, &l->transmission) ||
      !number_texture(making, &m->coat_texture, m->coat, &l->coat) ||
      !number_texture(making, &m->coat_roughness_texture, m->coat_roughness, &l->coat_roughness) ||
      !color_texture(making, &m->sheen_color_texture, m->sheen_color, &l->sheen_color) ||
      !number_texture(making, &m->sheen_roughness_texture, m->sheen_roughness, &l->sheen_roughness) ||
      (shines && !make_texture(making, &m->emission_texture, false, &l->d.emission.texture)) ||
      !make_texture(making, &m->normal_texture, true, &l->d.relief.normal) ||
      !make_texture(making, &m->bump_texture, true, &l->d.relief.bump))
    return false;
  if (strength == 0) return true;
  // The strength is a grey, which multiplies the colour
  TextureInput product;
  const TextureInput x = l->d.specular_texture != 0 ? input_texture(texture_index(l->d.specular_texture))
                                                    : input_constant(spectrum_of(m->specular)),
                     y = input_texture(texture_index(strength));
  if (!builder_combine(making->b, TEXTURE_PRODUCT, &x, &y, NULL, &product, making->source)) return false;
  l->d.specular_texture = product.texture + 1;
  return true;
}

static void read_numbers(const ModelMaking *making, Looks *l) {
  const ModelMaterial *m = l->m;
  MlPrincipledDesc *d = &l->d;
  d->size = sizeof *d;
  d->place = making->desc->place;
  d->color = color_of(m->color, 1);
  d->has_color = true;
  d->metallic = unit(m->metallic);
  d->roughness = unit(m->roughness);
  d->ior = m->ior == 0 ? 1.5f : m->ior < 1 ? 1 : m->ior > 3 ? 3 : m->ior;
  d->specular = color_of(m->specular, 1);
  d->has_specular = true;
  d->stretch = (MlStretch){m->anisotropy < -1 ? -1 : m->anisotropy > 1 ? 1 : m->anisotropy, m->anisotropy_rotation * 57.29577951308232f};
  d->film = (MlFilmCoat){m->film, m->film_ior};
  d->emission.radiance = color_of(m->emission, 1e12f);
  d->relief.normal_scale = m->normal_scale;
  d->relief.bump_height = m->bump_height;
}

/* What lets light through: a body or a pane. */
static MlMaterial make_clear(ModelMaking *making, const Looks *l) {
  const ModelMaterial *m = l->m;
  MlGlassDesc d = ML_DESC(MlGlassDesc, .ior = l->d.ior, .color = l->d.color, .has_color = true, .color_texture = l->d.color_texture,
                          .roughness = l->d.roughness, .roughness_texture = l->d.roughness_texture, .thin = m->thin,
                          .emission = l->d.emission, .relief = l->d.relief, .place = l->d.place);
  if (!m->thin && m->dispersion > 0) d.abbe = m->dispersion < 20 ? 20 / m->dispersion : 1;
  if (!m->thin && m->attenuation_distance > 0 && m->attenuation_distance < 1e30f) {
    float *absorption[3] = {&d.absorption.r, &d.absorption.g, &d.absorption.b};
    for (int i = 0; i < 3; i++) {
      const double c = (double)unit(m->attenuation_color[i]), sigma = -ml_log(c > 1e-4 ? c : 1e-4) / (double)m->attenuation_distance;
      *absorption[i] = sigma < 1e12 ? (float)sigma : 1e12f;
    }
  }
  return ml_glass(making->b, &d, making->source->error);
}

/* The principled part, the clear one, or both. */
static MlMaterial make_base(ModelMaking *making, const Looks *l) {
  MlError *error = making->source->error;
  const float amount = unit(l->m->transmission) * (l->d.metallic_texture != 0 ? 1 : 1 - l->d.metallic);
  if (!(amount > 0)) return ml_principled(making->b, &l->d, error);
  const MlMaterial clear = make_clear(making, l);
  if (clear == 0 || (amount >= 1 && l->transmission == 0)) return clear;
  const MlMaterial solid = ml_principled(making->b, &l->d, error);
  if (solid == 0) return 0;
  return ml_mix(making->b,
                &ML_DESC(MlMixDesc, .a = solid, .b = clear, .amount = amount, .amount_texture = l->transmission, .place = l->d.place),
                error);
}

static MlMaterial add_layers(ModelMaking *making, const Looks *l, MlMaterial base) {
  const ModelMaterial *m = l->m;
  MlError *error = making->source->error;
  if (base != 0 && m->coat > 0) {
    const MlCoatDesc d = ML_DESC(MlCoatDesc, .base = base, .amount = unit(m->coat), .has_amount = true, .amount_texture = l->coat,
                                 .roughness = unit(m->coat_roughness), .roughness_texture = l->coat_roughness, .place = l->d.place);
    base = ml_coat(making->b, &d, error);
  }
  if (base != 0 && (m->sheen_color[0] > 0 || m->sheen_color[1] > 0 || m->sheen_color[2] > 0)) {
    const MlSheenDesc d =
      ML_DESC(MlSheenDesc, .base = base, .color = color_of(m->sheen_color, 1), .has_color = true, .color_texture = l->sheen_color,
              .roughness = unit(m->sheen_roughness), .roughness_texture = l->sheen_roughness, .place = l->d.place);
    base = ml_sheen(making->b, &d, error);
  }
  return base;
}

static MlMaterial make_unlit(ModelMaking *making, const Looks *l) {
  // Its colour is the radiance, and the texture has it already
  const MlEmission emission = {.radiance = l->d.color_texture != 0 ? (MlColor){1, 1, 1} : l->d.color, .texture = l->d.color_texture};
  return ml_emit(making->b, &ML_DESC(MlEmitDesc, .emission = emission, .place = l->d.place), making->source->error);
}

/* 1 where the texture is at least `least`, else 0. */
static MlTexture make_threshold(ModelMaking *making, MlTexture texture, double least) {
  const MlInput none = {{0, 0, 0}, 0}, all = {{1, 1, 1}, 0};
  const MlRampStop stops[2] = {{least > 0 ? least * (1 - 1e-3) : -1e-3, none}, {least, all}};
  const MlRampDesc d = ML_DESC(MlRampDesc, .of = texture, .stops = stops, .stop_count = 2, .place = making->desc->place);
  return ml_ramp(making->b, &d, making->source->error);
}

/* What of it is there at all. */
static MlMaterial cut_out(ModelMaking *making, const Looks *l, MlMaterial base) {
  const ModelMaterial *m = l->m;
  MlCutoutDesc d = ML_DESC(MlCutoutDesc, .base = base, .mask = unit(m->alpha), .mask_texture = l->alpha, .place = l->d.place);
  if (base == 0 || m->alpha_mode == MODEL_OPAQUE) return base;
  if (m->alpha_mode == MODEL_MASK && l->alpha == 0) d.mask = m->alpha >= m->alpha_cutoff ? 1 : 0;
  if (m->alpha_mode == MODEL_MASK && l->alpha != 0) {
    // The texture has the factor in it
    d.mask_texture = make_threshold(making, l->alpha, (double)m->alpha_cutoff);
    if (d.mask_texture == 0) return 0;
  }
  return d.mask >= 1 && d.mask_texture == 0 ? base : ml_cutout(making->b, &d, making->source->error);
}

MlMaterial model_material(ModelMaking *making, uint32_t number, bool *failed) {
  MlMaterial *known = &making->built->materials[number];
  Looks looks = {.m = &making->model->materials.data[number]};
  *failed = false;
  if (*known != 0 || looks.m->unknown) return *known;
  read_numbers(making, &looks);
  bool fine = read_textures(making, &looks);
  if (fine && looks.m->alpha_mode != MODEL_OPAQUE) fine = number_texture(making, &looks.m->alpha_texture, looks.m->alpha, &looks.alpha);
  MlMaterial made = 0;
  if (fine) made = looks.m->unlit ? make_unlit(making, &looks) : add_layers(making, &looks, make_base(making, &looks));
  if (made != 0) made = cut_out(making, &looks, made);
  *failed = made == 0;
  *known = made;
  return made;
}
