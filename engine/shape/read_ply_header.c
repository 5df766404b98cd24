/* read_ply_header.c - see read_ply.h. */
#include "shape/read_ply.h"

enum { MOST_PROPERTIES = 1024 };

static bool read_type(TextWord word, PlyType *out) {
  static const struct {
    const char *name;
    PlyType type;
  } types[] = {
    {"char", PLY_I8},    {"int8", PLY_I8},     {"uchar", PLY_U8},   {"uint8", PLY_U8},    {"short", PLY_I16}, {"int16", PLY_I16},
    {"ushort", PLY_U16}, {"uint16", PLY_U16},  {"int", PLY_I32},    {"int32", PLY_I32},   {"uint", PLY_U32},  {"uint32", PLY_U32},
    {"float", PLY_F32},  {"float32", PLY_F32}, {"double", PLY_F64}, {"float64", PLY_F64},
  };
  for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
    if (!word_is(word, types[i].name)) continue;
    *out = types[i].type;
    return true;
  }
  return false;
}

static PlyUse use_of(PlyKind kind, TextWord name, bool list) {
  static const struct {
    const char *name;
    PlyUse use;
  } numbers[] =
    {
      {"x", PLY_X}, {"y", PLY_Y}, {"z", PLY_Z}, {"nx", PLY_NX},       {"ny", PLY_NY},       {"nz", PLY_NZ},       {"u", PLY_U},
      {"v", PLY_V}, {"s", PLY_U}, {"t", PLY_V}, {"texture_u", PLY_U}, {"texture_v", PLY_V}, {"texture_s", PLY_U}, {"texture_t", PLY_V},
    },
    lists[] = {{"vertex_indices", PLY_INDICES}, {"vertex_index", PLY_INDICES}, {"texcoord", PLY_TEXTURE_COORDINATES}};
  if (kind == PLY_VERTEX && !list) {
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
      if (word_is(name, numbers[i].name)) return numbers[i].use;
  } else if ((kind == PLY_FACE || kind == PLY_STRIPS) && list) {
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
      if (word_is(name, lists[i].name) && (lists[i].use == PLY_INDICES || kind == PLY_FACE)) return lists[i].use;
  }
  return PLY_SKIPPED;
}

/* "element NAME COUNT" */
static MlStatus read_element(PlyReader *r) {
  PlyElement element = {.name = text_word(&r->scan), .line = r->scan.line, .first = r->properties.count};
  double count = -1;
  if (element.name.length == 0 || !text_number(&r->scan, &count) || !(count >= 0 && count < 9e15) || count != (double)(uint64_t)count)
    return model_error_line(r->source, r->scan.line, r->error, "expected 'element', a name and a count");
  element.count = (uint64_t)count;
  element.kind = word_is(element.name, "vertex")      ? PLY_VERTEX
                 : word_is(element.name, "face")      ? PLY_FACE
                 : word_is(element.name, "tristrips") ? PLY_STRIPS
                                                      : PLY_OTHER;
  for (uint64_t i = 0; i < r->elements.count; i++)
    if (element.kind != PLY_OTHER && r->elements.data[i].kind == element.kind)
      return model_error_line(r->source, r->scan.line, r->error, "there are elements '%.*s' already", WORD_SHOWN(element.name));
  if (!array_push(r->model->memory, &r->elements, element)) return ply_out_of_memory(r);
  return ML_OK;
}

/* "property TYPE NAME", "property list TYPE TYPE NAME" */
static MlStatus read_property(PlyReader *r) {
  if (r->elements.count == 0) return model_error_line(r->source, r->scan.line, r->error, "a property without an element before it");
  PlyElement *element = &r->elements.data[r->elements.count - 1];
  PlyProperty property = {.count_type = PLY_U8};
  TextWord word = text_word(&r->scan);
  property.list = word_is(word, "list");
  if (property.list) {
    word = text_word(&r->scan);
    if (!read_type(word, &property.count_type) || property.count_type >= PLY_F32)
      return model_error_line(r->source, r->scan.line, r->error, "'%.*s' is no type of whole numbers, which a list's count must have",
                              WORD_SHOWN(word));
    word = text_word(&r->scan);
  }
  if (!read_type(word, &property.type))
    return model_error_line(r->source, r->scan.line, r->error, "'%.*s' is no type of ply", WORD_SHOWN(word));
  property.name = text_word(&r->scan);
  if (property.name.length == 0) return model_error_line(r->source, r->scan.line, r->error, "the property has no name");
  property.use = use_of(element->kind, property.name, property.list);
  for (uint64_t i = element->first; i < r->properties.count; i++)
    if (r->properties.data[i].use == property.use) property.use = PLY_SKIPPED; // the first of u and s counts
  if (property.use == PLY_INDICES && property.type >= PLY_F32)
    return model_error_line(r->source, r->scan.line, r->error, "numbers of vertices have to be of a type of whole numbers");
  if (element->kind == PLY_VERTEX && (word_is(property.name, "red") || word_is(property.name, "diffuse_red")) &&
      !model_unsupported(r->model, "vertex colours"))
    return ply_out_of_memory(r);
  if (r->properties.count >= MOST_PROPERTIES)
    return model_error_line(r->source, r->scan.line, r->error, "more than %d properties", (int)MOST_PROPERTIES);
  if (!array_push(r->model->memory, &r->properties, property)) return ply_out_of_memory(r);
  element->properties++;
  element->lists = element->lists || property.list;
  element->least += r->form == PLY_TEXT ? 2 : ply_size(property.list ? property.count_type : property.type);
  return ML_OK;
}

/* MeshLab's: the faces' texture coordinates are of this picture. */
static MlStatus read_texture_file(PlyReader *r, TextWord name) {
  Model *model = r->model;
  ModelMaterial material;
  model_material_init(&material);
  ModelImage image = {.name = model_add_text(model, name.text, name.length), .file = MODEL_NONE};
  material.color_texture.image = 0;
  if (image.name == MODEL_NONE || !array_push(model->memory, &model->images, image) ||
      !array_push(model->memory, &model->materials, material))
    return ply_out_of_memory(r);
  return ML_OK;
}

static MlStatus read_comment(PlyReader *r) {
  if (!word_is(text_word(&r->scan), "TextureFile")) return ML_OK;
  const TextWord name = text_rest(&r->scan);
  if (name.length == 0) return ML_OK;
  if (r->model->images.count == 0) return read_texture_file(r, name);
  return model_unsupported(r->model, "several textures") ? ML_OK : ply_out_of_memory(r);
}

static MlStatus read_format(PlyReader *r) {
  const TextWord form = text_word(&r->scan), version = text_word(&r->scan);
  if (word_is(form, "ascii")) r->form = PLY_TEXT;
  else if (word_is(form, "binary_little_endian")) r->form = PLY_LITTLE;
  else if (word_is(form, "binary_big_endian")) r->form = PLY_BIG;
  else
    return model_error_line(r->source, r->scan.line, r->error,
                            "expected the format ascii, binary_little_endian or binary_big_endian, got '%.*s'", WORD_SHOWN(form));
  if (!word_is(version, "1.0"))
    return model_error_line(r->source, r->scan.line, r->error, "version '%.*s' of ply is not known: 1.0 is", WORD_SHOWN(version));
  return ML_OK;
}

/* To the first byte after the header. Lines end as the first one does: what follows may be binary. */
static MlStatus end_line(PlyReader *r, bool only_return) {
  TextScan *scan = &r->scan;
  while (scan->at < scan->end && !is_line_end(*scan->at)) scan->at++;
  if (scan->at == scan->end) return model_error_line(r->source, scan->line, r->error, "the file ends in its header");
  if (*scan->at == '\r' && !only_return && scan->at + 1 < scan->end && scan->at[1] == '\n') scan->at++;
  scan->at++;
  scan->line++;
  return ML_OK;
}

MlStatus ply_read_header(PlyReader *r) {
  TextScan *scan = &r->scan;
  scan->at = (const char *)r->source->bytes.data;
  scan->end = scan->at + r->source->bytes.count;
  scan->line = 1;
  if (!word_is(text_word(scan), "ply")) return model_error_line(r->source, 1, r->error, "a ply begins with the line 'ply'");
  while (scan->at < scan->end && !is_line_end(*scan->at)) scan->at++;
  const bool only_return = scan->at + 1 < scan->end && scan->at[0] == '\r' && scan->at[1] != '\n';
  bool has_format = false;
  for (;;) {
    TRY(end_line(r, only_return));
    if (!work_goes_on(r->source->work, 64)) return work_status(r->source->work, r->error);
    const TextWord word = text_word(scan);
    if (word_is(word, "end_header")) break;
    MlStatus status = ML_OK;
    if (word_is(word, "format")) status = read_format(r), has_format = true;
    else if (word_is(word, "comment")) status = read_comment(r);
    else if (word_is(word, "obj_info") || word.length == 0) status = ML_OK;
    else if (!has_format)
      return model_error_line(r->source, scan->line, r->error, "expected the line 'format ... 1.0', got '%.*s'", WORD_SHOWN(word));
    else if (word_is(word, "element")) status = read_element(r);
    else if (word_is(word, "property")) status = read_property(r);
    else
      return model_error_line(r->source, scan->line, r->error, "expected element, property, comment or end_header, got '%.*s'",
                              WORD_SHOWN(word));
    TRY(status);
  }
  if (!has_format) return model_error_line(r->source, scan->line, r->error, "the header has no line 'format ... 1.0'");
  return end_line(r, only_return);
}
