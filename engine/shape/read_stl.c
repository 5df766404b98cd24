/* read_stl.c - STL files in text and in binary form (3D Systems, "Stereolithography Interface Specification", 1989). Corners at equal places
 * become one point. Normals are left aside: they are those of the faces. */
#include "shape/read_text.h"
#include "shape/weld.h"

enum { HEAD = 84, FACET = 50 };

typedef struct StlReader {
  const ModelSource *source;
  Model *model;
  MlError *error;
  ModelDraft draft;
  Weld weld;
} StlReader;

static MlStatus out_of_memory(const StlReader *r) { return model_out_of_memory(r->model, r->source, r->error); }

static bool add_facet(StlReader *r, const float corners[3][3]) {
  ModelTriangle triangle;
  if (!array_reserve(r->model->memory, &r->draft.points, 3) || r->draft.points.count >= MODEL_NONE - 3) return false;
  for (int k = 0; k < 3; k++) {
    triangle.corner[k] = weld_find(&r->weld, &r->draft.points.data->x, &r->draft.points.count, corners[k]);
    if (triangle.corner[k] == MODEL_NONE) return false;
  }
  return array_push(r->model->memory, &r->draft.triangles, triangle);
}

/* ---- binary */

static uint32_t facet_count(ModelBytes bytes) {
  const uint8_t *p = bytes.data + 80;
  return (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 | (uint32_t)p[1] << 8 | p[0];
}

static MlStatus read_binary(StlReader *r) {
  const ModelBytes bytes = r->source->bytes;
  const uint64_t count = facet_count(bytes), room = (bytes.count - HEAD) / FACET;
  if (count > room)
    return model_error_byte(r->source, 80, r->error, "%llu triangles of %d bytes are promised, but the file has room for %llu",
                            (unsigned long long)count, (int)FACET, (unsigned long long)room);
  if (!array_reserve(r->model->memory, &r->draft.triangles, count) || !array_reserve(r->model->memory, &r->draft.points, count / 2 + 8) ||
      !weld_begin(&r->weld, r->model->memory, count / 2 + 8))
    return out_of_memory(r);
  for (uint64_t i = 0; i < count; i++) {
    const uint8_t *p = bytes.data + HEAD + i * FACET + 12;
    float corners[3][3];
    if (!work_goes_on(r->source->work, 256)) return ML_OK;
    memcpy(corners, p, sizeof corners);
    for (int k = 0; k < 9; k++) {
      const float x = corners[k / 3][k % 3];
      if (!(x >= -MODEL_MAX_COORDINATE && x <= MODEL_MAX_COORDINATE))
        return model_error_byte(r->source, (uint64_t)(p - bytes.data) + 4 * (uint64_t)k, r->error,
                                "the %c of a corner of triangle %llu is %s, expected a finite number up to 1e15", "xyz"[k % 3],
                                (unsigned long long)i, number_text((double)x).text);
    }
    if (!add_facet(r, (const float(*)[3])corners)) return out_of_memory(r);
  }
  return ML_OK;
}

/* ---- text */

/* Words, wherever they stand; letters of either case. */
static bool next_word(TextScan *scan, TextWord *out) {
  while ((*out = text_word(scan)).length == 0)
    if (!text_next_line(scan)) return false;
  return true;
}

static bool same_word(TextWord word, const char *text) {
  if (word.length != strlen(text)) return false;
  for (size_t i = 0; i < word.length; i++)
    if ((word.text[i] | 0x20) != text[i]) return false;
  return true;
}

static MlStatus read_vertex(StlReader *r, TextScan *scan, float p[3]) {
  for (int k = 0; k < 3; k++) {
    const char *from = scan->at;
    double x;
    if (text_number(scan, &x) && model_coordinate(x, &p[k])) continue;
    scan->at = from;
    const TextWord word = text_word(scan);
    if (word.length == 0) return model_error_line(r->source, scan->line, r->error, "the vertex has %d coordinates, 3 expected", k);
    return model_error_line(r->source, scan->line, r->error, "the %c of the vertex is '%.*s', expected a finite number up to 1e15",
                            "xyz"[k], WORD_SHOWN(word));
  }
  return ML_OK;
}

static MlStatus read_text(StlReader *r) {
  TextScan scan = {(const char *)r->source->bytes.data, (const char *)r->source->bytes.data + r->source->bytes.count, 1};
  if (!weld_begin(&r->weld, r->model->memory, 64)) return out_of_memory(r);
  float corners[3][3];
  int have = 0;
  bool in_solid = false;
  for (TextWord word; next_word(&scan, &word);) {
    if (!work_goes_on(r->source->work, 64)) return ML_OK;
    if (same_word(word, "vertex")) {
      if (have == 3) return model_error_line(r->source, scan.line, r->error, "a facet has 3 vertices, this is the fourth");
      TRY(read_vertex(r, &scan, corners[have++]));
    } else if (same_word(word, "facet") || same_word(word, "endfacet") || same_word(word, "endsolid")) {
      if (have != 0 && have != 3) return model_error_line(r->source, scan.line, r->error, "the facet has %d vertices, 3 expected", have);
      if (have == 3 && !add_facet(r, (const float(*)[3])corners)) return out_of_memory(r);
      have = 0;
      in_solid = !same_word(word, "endsolid");
      text_rest(&scan); // a normal, or a name
    } else if (same_word(word, "solid")) {
      in_solid = true;
      text_rest(&scan);
    } else if (!same_word(word, "outer") && !same_word(word, "loop") && !same_word(word, "endloop")) {
      return model_error_line(r->source, scan.line, r->error,
                              "expected solid, facet, outer loop, vertex, endloop, endfacet or endsolid, got '%.*s'", WORD_SHOWN(word));
    }
  }
  if (in_solid || have != 0) return model_error_line(r->source, scan.line, r->error, "the file ends before 'endsolid'");
  return ML_OK;
}

/* Programs write "solid" into the head of binary files, too: the size decides. */
static bool is_binary(ModelBytes bytes) {
  if (bytes.count < HEAD) return false;
  return bytes.count == HEAD + (uint64_t)FACET * facet_count(bytes) || memcmp(bytes.data, "solid", 5) != 0 ||
         memchr(bytes.data, 0, HEAD) != NULL;
}

MlStatus model_read_stl(const ModelSource *source, Model *model, MlError *error) {
  StlReader r = {.source = source, .model = model, .error = error, .weld = {.memory = model->memory}};
  MlStatus status;
  if (is_binary(source->bytes)) status = read_binary(&r);
  else if (source->bytes.count >= 5 && memcmp(source->bytes.data, "solid", 5) == 0) status = read_text(&r);
  else status = model_error(source, error, "no stl: neither the word 'solid' nor the %d bytes of a head begin it", (int)HEAD);
  if (status == ML_OK) status = work_status(source->work, error);
  if (status == ML_OK && r.draft.triangles.count == 0) status = model_error(source, error, "there are no triangles");
  weld_free(&r.weld);
  ModelNode node = model_node_init();
  node.mesh = 0;
  if (status == ML_OK &&
      (model_take_draft(model, &r.draft) == NULL || !array_push(model->memory, &model->meshes, ((ModelMesh){.part_count = 1})) ||
       !array_push(model->memory, &model->nodes, node)))
    status = out_of_memory(&r);
  model_free_draft(model, &r.draft);
  return status;
}
