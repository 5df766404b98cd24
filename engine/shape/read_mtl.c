/* read_mtl.c - MTL files, as in "Alias/Wavefront: Object Files, appendix B2" (1995), with the PBR words that came later (Pr, Pm, Pc, Ps, norm).
 *
 * The old words describe the look of Phong's model, not a surface. They are taken so: Kd is the albedo; Ks the shine, of which .5 is what
 * glass and plastic have; Ns the exponent, as a GGX lobe of equal width, alpha^2 = 2 / (Ns + 2); illum 3 and 5 with more Ks than Kd
 * a metal of colour Ks; illum 4, 6, 7, 9 glass of index Ni through which Tf passes; d how much of the surface is there. */
#include "shape/read_obj.h"

#include <stdio.h>

#include "base/hash.h"

/* ---- names */

static bool name_is(const Model *model, uint32_t material, TextWord name) {
  const char *text = model_text(model, model->materials.data[material].name);
  return strlen(text) == name.length && memcmp(text, name.text, name.length) == 0; // it may have a 0 in it
}

static bool put_slots(ObjMaterials *materials, uint64_t count) {
  const Model *model = materials->model;
  uint32_t *slots = memory_alloc_zero(model->memory, (size_t)count * sizeof *slots, 16);
  if (slots == NULL) return false;
  for (uint64_t i = 0; i < model->materials.count; i++) {
    const char *name = model_text(model, model->materials.data[i].name);
    uint64_t slot = hash_bytes(name, strlen(name), 0) & (count - 1);
    while (slots[slot] != 0) slot = (slot + 1) & (count - 1);
    slots[slot] = (uint32_t)i + 1;
  }
  obj_materials_free(materials);
  materials->slots = slots;
  materials->slot_count = count;
  return true;
}

void obj_materials_free(ObjMaterials *materials) {
  if (materials->slots != NULL)
    memory_free(materials->model->memory, materials->slots, (size_t)(materials->slot_count * sizeof *materials->slots));
  materials->slots = NULL;
  materials->slot_count = 0;
}

uint32_t obj_material(ObjMaterials *materials, TextWord name) {
  Model *model = materials->model;
  if (2 * (model->materials.count + 1) >= materials->slot_count &&
      !put_slots(materials, materials->slot_count == 0 ? 64 : 2 * materials->slot_count))
    return MODEL_NONE;
  uint64_t slot = hash_bytes(name.text, name.length, 0) & (materials->slot_count - 1);
  for (; materials->slots[slot] != 0; slot = (slot + 1) & (materials->slot_count - 1))
    if (name_is(model, materials->slots[slot] - 1, name)) return materials->slots[slot] - 1;
  ModelMaterial made;
  model_material_init(&made);
  made.unknown = true;
  made.name = model_add_text(model, name.text, name.length);
  if (made.name == MODEL_NONE || !array_push(model->memory, &model->materials, made)) return MODEL_NONE;
  materials->slots[slot] = (uint32_t)model->materials.count;
  return (uint32_t)model->materials.count - 1;
}

/* ---- a file */

typedef struct MtlReader {
  ModelSource source; /* the mtl */
  ObjMaterials *materials;
  TextScan scan;
  uint32_t material; /* at hand, or MODEL_NONE */
  // Of the material at hand, put together when it ends
  int illumination; /* -1: not said */
  float diffuse[3], shine[3], filter[3];
  double exponent; /* -1: not said */
  bool has_roughness, has_metallic, has_shine;
} MtlReader;

static ModelMaterial *at_hand(MtlReader *r) { return &r->materials->model->materials.data[r->material]; }
static float unit(double x) { return x > 1 ? 1.0f : x > 0 ? (float)x : 0.0f; }
static float sum(const float c[3]) { return c[0] + c[1] + c[2]; }

static void begin_material(MtlReader *r, uint32_t material) {
  const ModelText name = r->materials->model->materials.data[material].name;
  r->material = material;
  model_material_init(at_hand(r));
  at_hand(r)->name = name;
  r->illumination = -1;
  r->exponent = -1;
  r->has_roughness = r->has_metallic = r->has_shine = false;
  for (int k = 0; k < 3; k++) r->diffuse[k] = 0.8f, r->shine[k] = 0.0f, r->filter[k] = 1.0f;
}

static void end_material(MtlReader *r) {
  if (r->material == MODEL_NONE) return;
  ModelMaterial *m = at_hand(r);
  const int illumination = r->illumination;
  if (!r->has_roughness && r->exponent >= 0) m->roughness = (float)ml_sqrt(ml_sqrt(2 / (r->exponent + 2)));
  if (!r->has_roughness && r->exponent < 0 && illumination >= 3) m->roughness = 0;
  // A texture multiplies Kd; programs that mean it alone write 0
  const bool only_texture = m->color_texture.image != MODEL_NONE && sum(r->diffuse) == 0;
  for (int k = 0; k < 3; k++) {
    m->color[k] = only_texture ? 1 : r->diffuse[k];
    m->specular[k] = unit(2 * (double)r->shine[k]);
  }
  const bool modern = r->has_roughness || r->has_metallic;
  if (modern && !r->has_shine) m->specular[0] = m->specular[1] = m->specular[2] = 1;
  if (!modern && (illumination == 3 || illumination == 5) && sum(r->shine) > sum(r->diffuse)) {
    m->metallic = 1;
    memcpy(m->color, r->shine, sizeof m->color);
    m->color_texture = m->specular_color_texture;
    m->specular_color_texture = model_no_texture();
  } else if (illumination == 4 || illumination == 6 || illumination == 7 || illumination == 9) {
    m->transmission = 1;
    m->thin = false;
    m->alpha = 1; // d says the same once more
    memcpy(m->color, r->filter, sizeof m->color);
    for (int k = 0; k < 3; k++) m->specular[k] = 1;
  }
  if (m->alpha < 1 || m->alpha_texture.image != MODEL_NONE) m->alpha_mode = MODEL_BLEND;
  r->material = MODEL_NONE;
}

static MlStatus out_of_memory(const MtlReader *r) { return model_out_of_memory(r->materials->model, &r->source, r->materials->error); }

static MlStatus read_number(MtlReader *r, const char *word, double least, double most, double *out) {
  const char *from = r->scan.at;
  if (text_number(&r->scan, out) && *out >= least && *out <= most) return ML_OK;
  r->scan.at = from;
  const TextWord got = text_word(&r->scan);
  return model_error_line(&r->source, r->scan.line, r->materials->error, "expected a number from %s to %s after %s, got '%.*s'",
                          number_text(least).text, number_text(most).text, word, WORD_SHOWN(got));
}

static MlStatus read_unit(MtlReader *r, const char *word, float *out) {
  double x;
  TRY(read_number(r, word, -1e9, 1e9, &x));
  *out = unit(x);
  return ML_OK;
}

/* One number for all, or three; held to 0 and `most`. */
static MlStatus read_color(MtlReader *r, const char *word, float most, float out[3]) {
  const char *from = r->scan.at;
  const TextWord first = text_word(&r->scan);
  if (word_is(first, "spectral") || word_is(first, "xyz"))
    return model_unsupported(r->materials->model, "colours as spectra and xyz") ? ML_OK : out_of_memory(r);
  r->scan.at = from;
  for (int k = 0; k < 3; k++) {
    double x;
    text_skip_blanks(&r->scan);
    if (k == 1 && (r->scan.at == r->scan.end || is_line_end(*r->scan.at))) {
      out[1] = out[2] = out[0];
      return ML_OK;
    }
    TRY(read_number(r, word, -1e9, 1e9, &x));
    out[k] = x <= 0 ? 0 : x > (double)most ? most : (float)x;
  }
  return ML_OK;
}

/* ---- textures */

/* Up to three numbers after an option; returns how many. */
static int read_options(MtlReader *r, double out[3]) {
  int count = 0;
  while (count < 3 && text_number(&r->scan, &out[count])) count++;
  return count;
}

static uint32_t add_image(MtlReader *r, TextWord name) {
  Model *model = r->materials->model;
  for (uint64_t i = 0; i < model->images.count; i++) {
    const char *text = model_text(model, model->images.data[i].name);
    if (strlen(text) == name.length && memcmp(text, name.text, name.length) == 0) return (uint32_t)i;
  }
  ModelImage image = {.name = model_add_text(model, name.text, name.length), .file = MODEL_NONE};
  if (image.name == MODEL_NONE || !array_push(model->memory, &model->images, image)) return MODEL_NONE;
  return (uint32_t)model->images.count - 1;
}

/* "[options] file"; *bump is multiplied by -bm. */
static MlStatus read_texture(MtlReader *r, ModelTexture *out, float *bump) {
  ModelTexture texture = model_no_texture();
  bool vain = false;
  for (;;) {
    const char *from = r->scan.at;
    const TextWord option = text_word(&r->scan);
    double x[3] = {0, 0, 0};
    if (word_is(option, "-o")) {
      read_options(r, x);
      texture.uv[2] = x[0], texture.uv[5] = x[1];
    } else if (word_is(option, "-s")) {
      const int count = read_options(r, x);
      texture.uv[0] = count > 0 ? x[0] : 1, texture.uv[4] = count > 1 ? x[1] : 1;
    } else if (word_is(option, "-bm")) {
      if (read_options(r, x) > 0 && bump != NULL) *bump *= (float)x[0];
    } else if (word_is(option, "-clamp")) {
      if (word_is(text_word(&r->scan), "on")) texture.wrap_u = texture.wrap_v = MODEL_WRAP_CLAMP;
    } else if (word_is(option, "-imfchan")) {
      const TextWord channel = text_word(&r->scan);
      texture.channel = word_is(channel, "r")   ? MODEL_RED
                        : word_is(channel, "g") ? MODEL_GREEN
                        : word_is(channel, "b") ? MODEL_BLUE
                        : word_is(channel, "m") ? MODEL_ALPHA
                                                : MODEL_COLORS;
    } else if (word_is(option, "-t") || word_is(option, "-mm") || word_is(option, "-boost") || word_is(option, "-texres")) {
      vain = read_options(r, x) > 0 || vain;
    } else if (word_is(option, "-blendu") || word_is(option, "-blendv") || word_is(option, "-cc") || word_is(option, "-type")) {
      text_word(&r->scan);
    } else {
      r->scan.at = from;
      break;
    }
  }
  const TextWord name = text_rest(&r->scan);
  if (name.length == 0) return model_error_line(&r->source, r->scan.line, r->materials->error, "the texture has no file");
  for (int k = 0; k < 6; k++)
    if (!(texture.uv[k] >= -1e9 && texture.uv[k] <= 1e9))
      return model_error_line(&r->source, r->scan.line, r->materials->error, "a number after -o or -s is beyond 1e9");
  if (vain && !model_unsupported(r->materials->model, "-t, -mm, -boost and -texres of textures")) return out_of_memory(r);
  texture.image = add_image(r, name);
  if (texture.image == MODEL_NONE) return out_of_memory(r);
  *out = texture;
  return ML_OK;
}

/* ---- lines */

static MlStatus read_numbers(MtlReader *r, TextWord word, bool *known) {
  ModelMaterial *m = at_hand(r);
  double x;
  *known = true;
  if (word_is(word, "Kd")) return read_color(r, "Kd", 1, r->diffuse);
  if (word_is(word, "Ks")) return r->has_shine = true, read_color(r, "Ks", 1, r->shine);
  if (word_is(word, "Ke")) return read_color(r, "Ke", 1e6f, m->emission);
  if (word_is(word, "Tf")) return read_color(r, "Tf", 1, r->filter);
  if (word_is(word, "Ns")) return read_number(r, "Ns", 0, 1e9, &r->exponent);
  if (word_is(word, "d")) {
    const char *from = r->scan.at;
    if (!word_is(text_word(&r->scan), "-halo")) r->scan.at = from;
    return read_unit(r, "d", &m->alpha);
  }
  if (word_is(word, "Tr")) {
    TRY(read_unit(r, "Tr", &m->alpha));
    m->alpha = 1 - m->alpha;
    return ML_OK;
  }
  if (word_is(word, "Ni")) {
    TRY(read_number(r, "Ni", 0, 1e9, &x));
    if (x >= 1) m->ior = x < 3 ? (float)x : 3;
    return ML_OK;
  }
  if (word_is(word, "illum")) {
    TRY(read_number(r, "illum", 0, 1000, &x));
    r->illumination = (int)x;
    return ML_OK;
  }
  if (word_is(word, "Pr")) return r->has_roughness = true, read_unit(r, "Pr", &m->roughness);
  if (word_is(word, "Pm")) return r->has_metallic = true, read_unit(r, "Pm", &m->metallic);
  if (word_is(word, "Pc")) return read_unit(r, "Pc", &m->coat);
  if (word_is(word, "Pcr")) return read_unit(r, "Pcr", &m->coat_roughness);
  if (word_is(word, "Ps")) {
    TRY(read_unit(r, "Ps", &m->sheen_color[0]));
    m->sheen_color[1] = m->sheen_color[2] = m->sheen_color[0];
    m->sheen_roughness = 0.3f;
    return ML_OK;
  }
  if (word_is(word, "aniso")) return read_unit(r, "aniso", &m->anisotropy);
  if (word_is(word, "anisor")) {
    TRY(read_number(r, "anisor", -1e6, 1e6, &x));
    m->anisotropy_rotation = (float)(x * 6.283185307179586);
    return ML_OK;
  }
  *known = word_is(word, "Ka"); // ambient light is what a renderer computes
  return ML_OK;
}

static MlStatus read_map(MtlReader *r, TextWord word, bool *known) {
  ModelMaterial *m = at_hand(r);
  *known = true;
  if (word_is(word, "map_Kd")) return read_texture(r, &m->color_texture, NULL);
  if (word_is(word, "map_Ks")) return read_texture(r, &m->specular_color_texture, NULL);
  if (word_is(word, "map_Ke")) {
    if (sum(m->emission) == 0) m->emission[0] = m->emission[1] = m->emission[2] = 1;
    return read_texture(r, &m->emission_texture, NULL);
  }
  if (word_is(word, "map_d")) {
    TRY(read_texture(r, &m->alpha_texture, NULL));
    // The picture that has the colours, too, has it in its alpha
    if (m->alpha_texture.channel == MODEL_COLORS && m->alpha_texture.image == m->color_texture.image)
      m->alpha_texture.channel = MODEL_ALPHA;
    return ML_OK;
  }
  if (word_is(word, "map_Pr")) return r->has_roughness = true, m->roughness = 1, read_texture(r, &m->roughness_texture, NULL);
  if (word_is(word, "map_Pm")) return r->has_metallic = true, m->metallic = 1, read_texture(r, &m->metallic_texture, NULL);
  if (word_is(word, "map_Bump") || word_is(word, "map_bump") || word_is(word, "bump"))
    return m->bump_height = 0.01f, read_texture(r, &m->bump_texture, &m->bump_height);
  if (word_is(word, "norm")) return m->normal_scale = 1, read_texture(r, &m->normal_texture, &m->normal_scale);
  *known = word_is(word, "map_Ka");
  return ML_OK;
}

static MlStatus read_line(MtlReader *r) {
  const TextWord word = text_word(&r->scan);
  if (word.length == 0 || word.text[0] == '#') return ML_OK;
  if (word_is(word, "newmtl")) {
    const TextWord name = text_rest(&r->scan);
    end_material(r);
    const uint32_t material = obj_material(r->materials, name);
    if (material == MODEL_NONE) return out_of_memory(r);
    begin_material(r, material);
    return ML_OK;
  }
  if (r->material == MODEL_NONE)
    return model_error_line(&r->source, r->scan.line, r->materials->error, "expected 'newmtl' and a name first, got '%.*s'",
                            WORD_SHOWN(word));
  bool known;
  TRY(read_numbers(r, word, &known));
  if (!known) TRY(read_map(r, word, &known));
  if (known) return ML_OK;
  char shown[48];
  snprintf(shown, sizeof shown, "%.*s of mtl", WORD_SHOWN(word));
  return model_unsupported(r->materials->model, shown) ? ML_OK : out_of_memory(r);
}

static MlStatus read_library(ObjMaterials *materials, const char *name, size_t length) {
  ModelBytes bytes;
  uint32_t file;
  TRY(model_open(materials->model, materials->source, name, length, &bytes, &file, materials->error));
  if (bytes.count == 0) return ML_OK;
  char shown[200]; // the pool of texts may move
  snprintf(shown, sizeof shown, "%s", model_text(materials->model, materials->model->files.data[file].name));
  MtlReader r = {
    .source = {.bytes = bytes, .name = shown, .work = materials->source->work}, .materials = materials, .material = MODEL_NONE};
  r.scan = (TextScan){(const char *)bytes.data, (const char *)bytes.data + bytes.count, 1};
  if (bytes.count >= 3 && memcmp(bytes.data, "\xEF\xBB\xBF", 3) == 0) r.scan.at += 3;
  do {
    if (!work_goes_on(materials->source->work, 128)) return work_status(materials->source->work, materials->error);
    TRY(read_line(&r));
  } while (text_next_line(&r.scan));
  end_material(&r);
  return ML_OK;
}

MlStatus obj_read_libraries(ObjMaterials *materials, TextWord names) {
  // Names may have blanks in them, or be several: a blank after ".mtl" parts them
  size_t from = 0;
  for (size_t i = 0; i <= names.length; i++) {
    const bool end = i == names.length || (i - from > 4 && is_blank(names.text[i]) && memcmp(names.text + i - 4, ".mtl", 4) == 0);
    if (!end) continue;
    if (i > from) TRY(read_library(materials, names.text + from, i - from));
    while (i < names.length && is_blank(names.text[i])) i++;
    from = i;
  }
  return ML_OK;
}
