/* builder_textures.c - textures: checked, and put into their frozen form as they are made. */
#include "scene/builder_textures.h"

#include <stddef.h>

#include "math/ieee.h"
#include "scene/builder_programs.h"

/* ---- what is known of textures */

Spectrum builder_input_mean(const MlBuilder *b, const TextureInput *input) {
  return input->texture == NO_ID ? input->color : b->textures.data[input->texture].mean;
}

static uint32_t input_depth(const MlBuilder *b, const TextureInput *input) {
  return input->texture == NO_ID ? 0 : b->textures.data[input->texture].depth;
}

uint32_t builder_input_varies(const MlBuilder *b, const TextureInput *input) {
  return input->texture == NO_ID ? 0 : b->textures.data[input->texture].varies;
}

static void join_input(const MlBuilder *b, BuiltTexture *built, const TextureInput *input) {
  uint32_t depth = input_depth(b, input);
  if (depth > built->depth) built->depth = depth;
  built->varies |= builder_input_varies(b, input);
}

/* Appends a texture with the given mean; 0 when that is not possible. Its stops are the last of b->stops. */
static MlTexture add_texture(MlBuilder *b, const Texture *texture, Spectrum mean, const DescSource *source) {
  BuiltTexture built = {.texture = *texture, .mean = mean};
  if (texture->kind == TEXTURE_PROGRAM) {
    built.varies = builder_program_varies(b, texture->program);
    built.depth = builder_program_depth(b, texture->program);
  }
  bool by_uv = texture->kind == TEXTURE_IMAGE || texture->map == ML_MAP_UV;
  if (by_uv) built.varies |= VARIES_UV;
  join_input(b, &built, &texture->a);
  join_input(b, &built, &texture->b);
  join_input(b, &built, &texture->amount);
  for (uint32_t i = 0; i < texture->stop_count; i++) join_input(b, &built, &b->stops.data[texture->first_stop + i].color);
  if (++built.depth > TEXTURE_MAX_DEPTH) {
    error_set_at(source->error, ML_ERROR_LIMIT, source->place, "%s: more than %u textures inside each other", source->what,
                 (unsigned)TEXTURE_MAX_DEPTH);
    return 0;
  }
  if (!array_push(b->context.memory, &b->textures, built)) {
    memory_error(b->context.memory, (b->textures.count + 1) * sizeof built, "textures", source->error);
    return 0;
  }
  return (MlTexture)b->textures.count;
}

/* ---- reading */

bool desc_texture(const DescSource *source, const MlBuilder *b, const char *field, MlTexture texture) {
  if (texture <= b->textures.count) return true;
  return desc_fail(source, ".%s: expected a texture of this builder, got %u", field, texture);
}

static bool read_input(const DescSource *source, const MlBuilder *b, const char *field, const MlInput *input, TextureInput *out) {
  if (!desc_texture(source, b, field, input->texture)) return false;
  if (input->texture != 0) *out = input_texture(texture_index(input->texture));
  else if (desc_color(source, field, input->color, INFINITY_F)) *out = input_constant(spectrum_from_color(input->color));
  else return false;
  return true;
}

static bool read_map(const DescSource *source, MlTextureMap map) {
  if (map == ML_MAP_OBJECT || map == ML_MAP_UV) return true;
  return desc_fail(source, ".map: expected ML_MAP_OBJECT or ML_MAP_UV, got %d", (int)map);
}

static Texture new_texture(TextureKind kind, MlTextureMap map) {
  TextureInput nothing = input_constant(spectrum_zero());
  return (Texture){.a = nothing, .b = nothing, .amount = nothing, .kind = kind, .map = map};
}

static Spectrum blended_mean(const MlBuilder *b, const Texture *texture, float share_of_a) {
  return share_of_a * builder_input_mean(b, &texture->a) + (1.0f - share_of_a) * builder_input_mean(b, &texture->b);
}

/* ---- patterns */

MlTexture ml_checker(MlBuilder *b, const MlCheckerDesc *desc, MlError *error) {
  FLOAT_STATE_OURS;
  DescSource source = {.what = "checker", .error = error};
  MlCheckerDesc d;
  if (!DESC_READ(&source, MlCheckerDesc, desc, &d)) return 0;
  Texture texture = new_texture(TEXTURE_CHECKER, d.map);
  if (dvec_is_zero(d.cell)) d.cell = (MlVec3){1, 1, 1};
  if (!read_input(&source, b, "a", &d.a, &texture.a) || !read_input(&source, b, "b", &d.b, &texture.b) || !read_map(&source, d.map) ||
      !desc_positive(&source, "cell.x", d.cell.x) || !desc_positive(&source, "cell.y", d.cell.y) ||
      !desc_positive(&source, "cell.z", d.cell.z))
    return 0;
  vec3_store(texture.size, dvec_to_vec3(d.cell));
  return add_texture(b, &texture, blended_mean(b, &texture, 0.5f), &source);
}

MlTexture ml_stripes(MlBuilder *b, const MlStripesDesc *desc, MlError *error) {
  FLOAT_STATE_OURS;
  DescSource source = {.what = "stripes", .error = error};
  MlStripesDesc d;
  if (!DESC_READ(&source, MlStripesDesc, desc, &d)) return 0;
  Texture texture = new_texture(TEXTURE_STRIPES, d.map);
  if (dvec_is_zero(d.direction)) d.direction = (MlVec3){1, 0, 0};
  if (d.width == 0.0) d.width = 1.0;
  if (!read_input(&source, b, "a", &d.a, &texture.a) || !read_input(&source, b, "b", &d.b, &texture.b) || !read_map(&source, d.map) ||
      !desc_point(&source, "direction", d.direction) || !desc_positive(&source, "width", d.width))
    return 0;
  vec3_store(texture.place, dvec_to_vec3(dvec_scale(dvec_normalize(d.direction), 1.0 / d.width)));
  return add_texture(b, &texture, blended_mean(b, &texture, 0.5f), &source);
}

MlTexture ml_bricks(MlBuilder *b, const MlBricksDesc *desc, MlError *error) {
  FLOAT_STATE_OURS;
  DescSource source = {.what = "bricks", .error = error};
  MlBricksDesc d;
  if (!DESC_READ(&source, MlBricksDesc, desc, &d)) return 0;
  Texture texture = new_texture(TEXTURE_BRICKS, d.map);
  if (d.length == 0.0) d.length = 0.25;
  if (d.height == 0.0) d.height = 0.08;
  if (d.joint == 0.0) d.joint = 0.01;
  if (!read_input(&source, b, "brick", &d.brick, &texture.a) || !read_input(&source, b, "mortar", &d.mortar, &texture.b) ||
      !read_map(&source, d.map) || !desc_positive(&source, "length", d.length) || !desc_positive(&source, "height", d.height) ||
      !desc_positive(&source, "joint", d.joint))
    return 0;
  if (!(d.joint < d.length && d.joint < d.height)) {
    desc_fail(&source, ".joint: expected less than length and height, got %s", number_text(d.joint).text);
    return 0;
  }
  texture.size[0] = (float)d.length, texture.size[1] = (float)d.height, texture.size[2] = (float)d.joint;
  float share = (float)((1.0 - d.joint / d.length) * (1.0 - d.joint / d.height));
  return add_texture(b, &texture, blended_mean(b, &texture, share), &source);
}

MlTexture ml_gradient(MlBuilder *b, const MlGradientDesc *desc, MlError *error) {
  FLOAT_STATE_OURS;
  DescSource source = {.what = "gradient", .error = error};
  MlGradientDesc d;
  if (!DESC_READ(&source, MlGradientDesc, desc, &d)) return 0;
  Texture texture = new_texture(TEXTURE_GRADIENT, d.map);
  if (dvec_is_zero(d.from) && dvec_is_zero(d.to)) d.to = (MlVec3){0, 1, 0};
  if (!read_input(&source, b, "a", &d.a, &texture.a) || !read_input(&source, b, "b", &d.b, &texture.b) || !read_map(&source, d.map) ||
      !desc_point(&source, "from", d.from) || !desc_point(&source, "to", d.to))
    return 0;
  MlVec3 way = dvec_subtract(d.to, d.from);
  double length = dvec_length(way);
  if (!(length > 1e-30)) {
    desc_fail(&source, ".to: expected another point than from, got %s", vector_text(d.to).text);
    return 0;
  }
  vec3_store(texture.place, dvec_to_vec3(d.from));
  vec3_store(texture.size, dvec_to_vec3(dvec_scale(dvec_normalize(way), 1.0 / length)));
  return add_texture(b, &texture, blended_mean(b, &texture, 0.5f), &source);
}

/* The mean over 0..1 of what the ramp is given. */
static Spectrum ramp_mean(const MlBuilder *b, const RampStop *stops, uint32_t count) {
  enum { STEPS = 64 };
  Spectrum sum = spectrum_zero();
  for (uint32_t k = 0; k < STEPS; k++) {
    float x = ((float)k + 0.5f) / (float)STEPS;
    uint32_t i = 0;
    while (i < count && x >= stops[i].at) i++;
    Spectrum above = builder_input_mean(b, &stops[i < count ? i : count - 1].color),
             below = builder_input_mean(b, &stops[i > 0 ? i - 1 : 0].color);
    float t = i > 0 && i < count ? (x - stops[i - 1].at) / (stops[i].at - stops[i - 1].at) : 1.0f;
    sum += t * above + (1.0f - t) * below;
  }
  return sum / (float)STEPS;
}

MlTexture ml_ramp(MlBuilder *b, const MlRampDesc *desc, MlError *error) {
  enum { MOST = 64 };
  FLOAT_STATE_OURS;
  DescSource source = {.what = "ramp", .error = error};
  MlRampDesc d;
  if (!DESC_READ(&source, MlRampDesc, desc, &d)) return 0;
  if (d.of == 0) desc_fail(&source, ".of: expected a texture of this builder, got none");
  if (d.of == 0 || !desc_texture(&source, b, "of", d.of)) return 0;
  if (d.stop_count < 1 || d.stop_count > MOST || d.stops == NULL) {
    desc_fail(&source, ".stop_count: expected 1 to %d, got %llu", MOST, (unsigned long long)d.stop_count);
    return 0;
  }
  Texture texture = new_texture(TEXTURE_RAMP, ML_MAP_OBJECT);
  texture.amount = input_texture(texture_index(d.of));
  texture.first_stop = (uint32_t)b->stops.count;
  texture.stop_count = (uint32_t)d.stop_count;
  if (!array_reserve(b->context.memory, &b->stops, d.stop_count)) {
    memory_error(b->context.memory, (b->stops.count + d.stop_count) * sizeof(RampStop), "stops of ramps", error);
    return 0;
  }
  RampStop *stops = b->stops.data + b->stops.count;
  for (uint32_t i = 0; i < texture.stop_count; i++) {
    const MlRampStop *stop = &d.stops[i];
    stops[i].at = (float)stop->at;
    if (!(isfinite(stop->at) && (i == 0 || stops[i].at > stops[i - 1].at))) {
      desc_fail(&source, ".stops: expected finite numbers in ascending order, got %s", number_text(stop->at).text);
      return 0;
    }
    if (!read_input(&source, b, "stops", &stop->color, &stops[i].color)) return 0;
  }
  MlTexture id = add_texture(b, &texture, ramp_mean(b, stops, texture.stop_count), &source);
  if (id != 0) b->stops.count += texture.stop_count;
  return id;
}

/* ---- programs */

MlTexture ml_program_texture(MlBuilder *b, const MlProgramTextureDesc *desc, MlError *error) {
  FLOAT_STATE_OURS;
  DescSource source = {.what = "program_texture", .error = error};
  MlProgramTextureDesc d;
  if (!DESC_READ(&source, MlProgramTextureDesc, desc, &d)) return 0;
  if (d.program == 0 || d.program > b->programs.count) {
    desc_fail(&source, ".program: expected a program of this builder, got %u", d.program);
    return 0;
  }
  Texture texture = new_texture(TEXTURE_PROGRAM, ML_MAP_OBJECT);
  texture.program = b->programs.data[d.program - 1];
  if (texture.program->width == 2) {
    desc_fail(&source, ".program: expected one of 1 or 3 components, got 2");
    return 0;
  }
  MlTexture id = add_texture(b, &texture, builder_program_mean(b, texture.program), &source);
  if (id == 0) return 0;
  b->textures.data[id - 1].program = d.program;
  b->textures.data[id - 1].place = d.place;
  return id;
}

/* ---- pictures */

static bool desc_image(const DescSource *source, const MlBuilder *b, const char *field, MlImage image) {
  if (image != 0 && image <= b->images.count) return true;
  return desc_fail(source, ".%s: expected an image of this builder, got %u", field, image);
}

/* Where it is looked at, with the repeats in it. */
static bool map_image(const DescSource *source, const MlImageTextureDesc *d, Texture *texture) {
  const double *m = d->map;
  for (int i = 0; i < 6; i++)
    if (!(m[i] >= -1e9 && m[i] <= 1e9)) return desc_fail(source, ".map: expected numbers of -1e9 to 1e9, got %s", number_text(m[i]).text);
  const bool straight = m[1] == 0.0 && m[2] == 0.0 && m[3] == 0.0 && m[5] == 0.0;
  texture->place[0] = (float)(d->repeat_u * m[0]), texture->size[0] = (float)(d->repeat_u * m[1]);
  texture->place[1] = (float)(d->repeat_v * m[4]), texture->size[1] = (float)(d->repeat_v * m[3]);
  texture->place[2] = (float)(d->repeat_u * m[2]), texture->size[2] = (float)(d->repeat_v * m[5]);
  texture->mapped = !straight;
  return true;
}

MlTexture ml_image_texture(MlBuilder *b, const MlImageTextureDesc *desc, MlError *error) {
  FLOAT_STATE_OURS;
  DescSource source = {.what = "image", .error = error};
  MlImageTextureDesc d;
  if (!DESC_READ(&source, MlImageTextureDesc, desc, &d)) return 0;
  static const uint32_t wraps[] = {
    [ML_WRAP_REPEAT] = TEXTURE_REPEAT, [ML_WRAP_MIRROR] = TEXTURE_MIRROR, [ML_WRAP_CLAMP] = TEXTURE_CLAMP, [ML_WRAP_BLACK] = TEXTURE_BLACK};
  static const uint32_t filters[] = {[ML_TRILINEAR] = TEXTURE_TRILINEAR, [ML_BILINEAR] = TEXTURE_BILINEAR, [ML_NEAREST] = TEXTURE_NEAREST};
  static const uint32_t takes[] = {[ML_CHANNEL_COLORS] = TEXTURE_TAKE_COLORS,
                                   [ML_CHANNEL_ALPHA] = TEXTURE_TAKE_ALPHA,
                                   [ML_CHANNEL_RED] = TEXTURE_TAKE_RED,
                                   [ML_CHANNEL_GREEN] = TEXTURE_TAKE_GREEN,
                                   [ML_CHANNEL_BLUE] = TEXTURE_TAKE_BLUE};
  if (d.repeat_u == 0.0) d.repeat_u = 1.0;
  if (d.repeat_v == 0.0) d.repeat_v = 1.0;
  if (!desc_image(&source, b, "image", d.image) || (d.numbers != 0 && !desc_image(&source, b, "numbers", d.numbers)) ||
      !desc_positive(&source, "repeat_u", d.repeat_u) || !desc_positive(&source, "repeat_v", d.repeat_v))
    return 0;
  if (!d.has_wrap_v) d.wrap_v = d.wrap;
  if ((uint32_t)d.wrap > ML_WRAP_BLACK || (uint32_t)d.wrap_v > ML_WRAP_BLACK || (uint32_t)d.filter > ML_NEAREST) {
    desc_fail(&source, ": expected two of MlWrap and one of MlImageFilter, got %u, %u and %u", (unsigned)d.wrap, (unsigned)d.wrap_v,
              (unsigned)d.filter);
    return 0;
  }
  if (d.alpha && d.channel == ML_CHANNEL_COLORS) d.channel = ML_CHANNEL_ALPHA;
  if ((uint32_t)d.channel > ML_CHANNEL_BLUE) {
    desc_fail(&source, ".channel: expected one of MlChannel, got %u", (unsigned)d.channel);
    return 0;
  }
  Texture texture = new_texture(TEXTURE_IMAGE, ML_MAP_UV);
  texture.colors = b->images.data[d.image - 1];
  texture.numbers = d.numbers != 0 ? b->images.data[d.numbers - 1] : texture.colors;
  texture.place[0] = (float)d.repeat_u, texture.place[1] = (float)d.repeat_v;
  if (d.has_map && !map_image(&source, &d, &texture)) return 0;
  texture.wrap = wraps[d.wrap];
  texture.wrap_v = wraps[d.wrap_v];
  texture.filter = filters[d.filter];
  texture.take = takes[d.channel];
  const Texel mean = texture_image_mean(d.channel == ML_CHANNEL_COLORS ? texture.colors : texture.numbers);
  MlTexture id = add_texture(b, &texture, texel_take(mean, (TextureTake)texture.take), &source);
  // Alpha is never decoded
  if (id != 0) b->textures.data[id - 1].has_numbers = d.numbers != 0 || d.channel == ML_CHANNEL_ALPHA;
  return id;
}

static void want(MlBuilder *b, const TextureInput *input) {
  if (input->texture != NO_ID) b->textures.data[input->texture].wanted = true;
}

MlTexture ml_texture_without_numbers(MlBuilder *b, MlTexture id) {
  if (id == 0 || id > b->textures.count) return 0;
  for (uint32_t i = 0; i < id; i++) b->textures.data[i].wanted = i == id - 1;
  // Those inside have lower numbers
  for (uint32_t i = id; i-- > 0;) {
    const BuiltTexture *built = &b->textures.data[i];
    const Texture *texture = &built->texture;
    if (!built->wanted) continue;
    if (texture->kind == TEXTURE_IMAGE && !built->has_numbers) return i + 1;
    want(b, &texture->a);
    want(b, &texture->b);
    want(b, &texture->amount);
    for (uint32_t k = 0; k < texture->stop_count; k++) want(b, &b->stops.data[texture->first_stop + k].color);
    for (uint32_t k = 0; texture->kind == TEXTURE_PROGRAM && k < texture->program->step_count; k++) {
      const ProgramStep *step = &texture->program->steps[k];
      if (step->op == ML_OP_TEXTURE && (step->data & ML_TEXTURE_NUMBER))
        b->textures.data[(step->data & ~ML_TEXTURE_NUMBER) - 1].wanted = true;
    }
  }
  return 0;
}

MlStatus ml_texture_set_numbers(MlBuilder *b, MlTexture texture, MlImage numbers, MlError *error) {
  DescSource source = {.what = "image", .error = error};
  error_clear(error);
  if (texture == 0 || texture > b->textures.count || b->textures.data[texture - 1].texture.kind != TEXTURE_IMAGE) {
    desc_fail(&source, ": expected the texture of a picture, got %u", texture);
    return ML_ERROR_ARGUMENT;
  }
  if (!desc_image(&source, b, "numbers", numbers)) return ML_ERROR_ARGUMENT;
  b->textures.data[texture - 1].texture.numbers = b->images.data[numbers - 1];
  b->textures.data[texture - 1].has_numbers = true;
  return ML_OK;
}

/* ---- combinations */

static float amount_mean(const MlBuilder *b, const TextureInput *amount) {
  return clamp_f(spectrum_luminance(builder_input_mean(b, amount)), 0.0f, 1.0f);
}

MlTexture ml_blend(MlBuilder *b, const MlBlendDesc *desc, MlError *error) {
  FLOAT_STATE_OURS;
  DescSource source = {.what = "blend", .error = error};
  MlBlendDesc d;
  if (!DESC_READ(&source, MlBlendDesc, desc, &d)) return 0;
  Texture texture = new_texture(TEXTURE_BLEND, ML_MAP_OBJECT);
  if (!read_input(&source, b, "a", &d.a, &texture.a) || !read_input(&source, b, "b", &d.b, &texture.b) ||
      !read_input(&source, b, "amount", &d.amount, &texture.amount))
    return 0;
  return add_texture(b, &texture, blended_mean(b, &texture, 1.0f - amount_mean(b, &texture.amount)), &source);
}

static bool is_constant(const TextureInput *input, Spectrum color) {
  return input->texture == NO_ID && spectrum_is_black(input->color - color);
}

bool builder_combine(MlBuilder *b, TextureKind kind, const TextureInput *x, const TextureInput *y, const TextureInput *amount,
                     TextureInput *out, const DescSource *source) {
  // What is one of them, whatever the other
  bool fixed = kind == TEXTURE_BLEND && amount->texture == NO_ID;
  const TextureInput *same = NULL;
  if (kind == TEXTURE_BLEND && (is_constant(x, y->color) && y->texture == NO_ID)) same = x;
  if (fixed && is_constant(amount, spectrum_zero())) same = x;
  if (fixed && is_constant(amount, spectrum_all(1.0f))) same = y;
  if (kind == TEXTURE_PRODUCT && is_constant(x, spectrum_all(1.0f))) same = y;
  if (kind == TEXTURE_PRODUCT && is_constant(y, spectrum_all(1.0f))) same = x;
  if (same != NULL) {
    *out = *same;
    return true;
  }
  Texture texture = new_texture(kind, ML_MAP_OBJECT);
  texture.a = *x;
  texture.b = *y;
  if (amount != NULL) texture.amount = *amount;
  Spectrum mean = blended_mean(b, &texture, 1.0f - amount_mean(b, &texture.amount));
  if (kind == TEXTURE_SUM) mean = builder_input_mean(b, x) + builder_input_mean(b, y);
  if (kind == TEXTURE_PRODUCT) mean = builder_input_mean(b, x) * builder_input_mean(b, y);
  bool constant = x->texture == NO_ID && y->texture == NO_ID && texture.amount.texture == NO_ID;
  if (constant) {
    *out = input_constant(mean);
    return true;
  }
  MlTexture id = add_texture(b, &texture, mean, source);
  *out = input_texture(texture_index(id));
  return id != 0;
}
