/* read_ply.c - PLY files: elements in text, faces as triangles, and the whole. See read_ply.h. */
#include "shape/read_ply.h"
#include "shape/weld.h"

/* ---- faces */

static bool add_triangle(PlyReader *r, const uint32_t *corner, const ModelUv *uv, uint32_t a, uint32_t b, uint32_t c) {
  const ModelTriangle triangle = {{corner[a], corner[b], corner[c]}};
  if (!array_push(r->model->memory, &r->draft.triangles, triangle)) return false;
  if (!r->corners_have_uv) return true;
  if (!array_reserve(r->model->memory, &r->corner_uv, 3)) return false;
  ModelUv *to = r->corner_uv.data + r->corner_uv.count;
  to[0] = uv != NULL ? uv[a] : (ModelUv){0};
  to[1] = uv != NULL ? uv[b] : (ModelUv){0};
  to[2] = uv != NULL ? uv[c] : (ModelUv){0};
  r->corner_uv.count += 3;
  return true;
}

MlStatus ply_add_face(PlyReader *r) {
  const uint32_t n = (uint32_t)r->face.count, *corner = r->face.data;
  const ModelUv *uv = r->face_uv.count == n ? r->face_uv.data : NULL;
  if (n < 3) return ML_OK; // an edge or a point shows nothing
  if (n == 3) return add_triangle(r, corner, uv, 0, 1, 2) ? ML_OK : ply_out_of_memory(r);
  work_goes_on(r->source->work, 64 * (uint64_t)n);
  if (!polygon_cut(&r->cutter, &r->draft.points.data->x, corner, n)) return ply_out_of_memory(r);
  const uint32_t *cut = r->cutter.out.data;
  for (uint64_t i = 0; i < r->cutter.out.count; i += 3)
    if (!add_triangle(r, corner, uv, cut[i], cut[i + 1], cut[i + 2])) return ply_out_of_memory(r);
  return ML_OK;
}

MlStatus ply_add_strips(PlyReader *r) {
  const uint32_t *corner = r->face.data;
  uint64_t begin = 0;
  for (uint64_t i = 0; i < r->face.count; i++) {
    if (corner[i] == MODEL_NONE) begin = i + 1;
    if (corner[i] == MODEL_NONE || i < begin + 2) continue;
    const uint32_t odd = (i - begin) & 1;
    if (!add_triangle(r, corner + i - 2, NULL, odd, 1 - odd, 2)) return ply_out_of_memory(r);
  }
  return ML_OK;
}

/* ---- text */

static bool at_end_of_line(TextScan *scan) {
  text_skip_blanks(scan);
  return scan->at == scan->end || is_line_end(*scan->at);
}

/* To the next line with anything on it; false: the file has ended. */
static bool next_element_line(PlyReader *r) {
  while (at_end_of_line(&r->scan))
    if (!text_next_line(&r->scan)) return false;
  return true;
}

/* "vertex 7": elements are numbered as faces number them. */
static MlStatus value_missing(PlyReader *r, const PlyElement *element, uint64_t number, uint64_t have) {
  const bool plain = element->kind == PLY_VERTEX && element->properties == 3 && r->has[PLY_X] && r->has[PLY_Y] && r->has[PLY_Z];
  return model_error_line(r->source, r->scan.line, r->error, "%.*s %llu has %llu %s, %llu expected", WORD_SHOWN(element->name),
                          (unsigned long long)number, (unsigned long long)have, plain ? "coordinates" : "values",
                          (unsigned long long)element->properties);
}

static MlStatus value_wrong(PlyReader *r, const PlyElement *element, uint64_t number, const PlyProperty *property, const char *expected) {
  const TextWord word = text_word(&r->scan);
  return model_error_line(r->source, r->scan.line, r->error, "the %.*s of %.*s %llu is '%.*s', expected %s", WORD_SHOWN(property->name),
                          WORD_SHOWN(element->name), (unsigned long long)number, WORD_SHOWN(word), expected);
}

static MlStatus read_value(PlyReader *r, const PlyElement *element, uint64_t number, uint64_t property, double *out) {
  if (text_number(&r->scan, out)) return ML_OK;
  if (at_end_of_line(&r->scan)) return value_missing(r, element, number, property);
  return value_wrong(r, element, number, &r->properties.data[element->first + property], "a number");
}

static MlStatus finish_line(PlyReader *r, const PlyElement *element, uint64_t number) {
  if (at_end_of_line(&r->scan)) return ML_OK;
  return model_error_line(r->source, r->scan.line, r->error, "%.*s %llu has more than the %llu values expected", WORD_SHOWN(element->name),
                          (unsigned long long)number, (unsigned long long)element->properties);
}

/* The count of a list at hand. */
static MlStatus read_count(PlyReader *r, const PlyElement *element, uint64_t number, uint64_t property, uint64_t *out) {
  const char *from = r->scan.at;
  double count;
  TRY(read_value(r, element, number, property, &count));
  *out = (uint64_t)(count >= 0 && count < 1e15 ? count : 0);
  if ((double)*out == count) return ML_OK;
  r->scan.at = from;
  return value_wrong(r, element, number, &r->properties.data[element->first + property], "a count");
}

static MlStatus skip_list(PlyReader *r, const PlyElement *element, uint64_t number, uint64_t property) {
  uint64_t count;
  double value;
  TRY(read_count(r, element, number, property, &count));
  for (uint64_t i = 0; i < count; i++) TRY(read_value(r, element, number, property, &value));
  return ML_OK;
}

static MlStatus read_vertices(PlyReader *r, const PlyElement *element) {
  for (uint64_t i = 0; i < element->count; i++) {
    float value[PLY_VERTEX_USES] = {0};
    if (!work_goes_on(r->source->work, 32 * element->properties)) return ML_OK;
    if (!next_element_line(r))
      return model_error_line(r->source, r->scan.line, r->error, "the file ends after %llu of %llu vertices", (unsigned long long)i,
                              (unsigned long long)element->count);
    for (uint64_t k = 0; k < element->properties; k++) {
      const PlyProperty *property = &r->properties.data[element->first + k];
      if (property->list) {
        TRY(skip_list(r, element, i, k));
        continue;
      }
      const char *from = r->scan.at;
      double x;
      if (property->use >= PLY_VERTEX_USES) {
        // Of what is skipped any word will do
        if (text_word(&r->scan).length == 0) return value_missing(r, element, i, k);
      } else if (!text_number(&r->scan, &x) || !model_coordinate(x, &value[property->use])) {
        r->scan.at = from;
        if (at_end_of_line(&r->scan)) return value_missing(r, element, i, k);
        return value_wrong(r, element, i, property, "a finite number up to 1e15");
      }
    }
    TRY(finish_line(r, element, i));
    r->draft.points.data[i] = (ModelPoint){value[PLY_X], value[PLY_Y], value[PLY_Z]};
    if (r->draft.normals.count != 0) r->draft.normals.data[i] = (ModelPoint){value[PLY_NX], value[PLY_NY], value[PLY_NZ]};
    if (r->draft.uv.count != 0) r->draft.uv.data[i] = (ModelUv){value[PLY_U], value[PLY_V]};
    text_next_line(&r->scan);
  }
  return ML_OK;
}

static MlStatus read_indices(PlyReader *r, const PlyElement *element, uint64_t number, uint64_t property) {
  uint64_t count;
  TRY(read_count(r, element, number, property, &count));
  const bool strips = element->kind == PLY_STRIPS;
  if (!strips && count > POLYGON_MAX_CORNERS)
    return model_error_line(r->source, r->scan.line, r->error, "face %llu has %llu corners, at most %d can be read",
                            (unsigned long long)number, (unsigned long long)count, (int)POLYGON_MAX_CORNERS);
  r->face.count = 0;
  for (uint64_t i = 0; i < count; i++) {
    double x;
    if (!text_number(&r->scan, &x)) {
      if (at_end_of_line(&r->scan))
        return model_error_line(r->source, r->scan.line, r->error, "%.*s %llu names %llu vertices, %llu expected",
                                WORD_SHOWN(element->name), (unsigned long long)number, (unsigned long long)i, (unsigned long long)count);
      return value_wrong(r, element, number, &r->properties.data[element->first + property], "numbers of vertices");
    }
    const bool restart = strips && x == -1;
    const uint32_t index = restart ? MODEL_NONE : x >= 0 && x < (double)r->vertices ? (uint32_t)x : MODEL_NONE;
    if (!restart && (index == MODEL_NONE || (double)index != x))
      return model_error_line(r->source, r->scan.line, r->error, "%.*s %llu names vertex %s, but there are %llu, counted from 0",
                              WORD_SHOWN(element->name), (unsigned long long)number, number_text(x).text, (unsigned long long)r->vertices);
    if (!array_push(r->model->memory, &r->face, index)) return ply_out_of_memory(r);
  }
  return ML_OK;
}

static MlStatus read_texture_coordinates(PlyReader *r, const PlyElement *element, uint64_t number, uint64_t property) {
  uint64_t count;
  TRY(read_count(r, element, number, property, &count));
  r->face_uv.count = 0;
  for (uint64_t i = 0; i < count; i++) {
    double x;
    float value;
    const char *from = r->scan.at;
    TRY(read_value(r, element, number, property, &x));
    if (!model_coordinate(x, &value)) {
      r->scan.at = from;
      return value_wrong(r, element, number, &r->properties.data[element->first + property], "a finite number up to 1e15");
    }
    if (i % 2 == 0 && !array_push(r->model->memory, &r->face_uv, ((ModelUv){value, 0}))) return ply_out_of_memory(r);
    if (i % 2 == 1) r->face_uv.data[i / 2].v = value;
  }
  return ML_OK;
}

static MlStatus read_faces(PlyReader *r, const PlyElement *element) {
  for (uint64_t i = 0; i < element->count; i++) {
    if (!work_goes_on(r->source->work, 64)) return ML_OK;
    if (!next_element_line(r))
      return model_error_line(r->source, r->scan.line, r->error, "the file ends after %llu of %llu elements '%.*s'", (unsigned long long)i,
                              (unsigned long long)element->count, WORD_SHOWN(element->name));
    r->face.count = r->face_uv.count = 0;
    for (uint64_t k = 0; k < element->properties; k++) {
      const PlyProperty *property = &r->properties.data[element->first + k];
      if (property->use == PLY_INDICES) TRY(read_indices(r, element, i, k));
      else if (property->use == PLY_TEXTURE_COORDINATES) TRY(read_texture_coordinates(r, element, i, k));
      else if (property->list) TRY(skip_list(r, element, i, k));
      else if (text_word(&r->scan).length == 0) return value_missing(r, element, i, k);
    }
    TRY(finish_line(r, element, i));
    TRY(element->kind == PLY_STRIPS ? ply_add_strips(r) : ply_add_face(r));
    text_next_line(&r->scan);
  }
  return ML_OK;
}

MlStatus ply_read_text(PlyReader *r, const PlyElement *element) {
  switch (element->kind) {
  case PLY_VERTEX: return read_vertices(r, element);
  case PLY_FACE:
  case PLY_STRIPS: return read_faces(r, element);
  case PLY_OTHER: break;
  }
  for (uint64_t i = 0; i < element->count && work_goes_on(r->source->work, 64) && next_element_line(r); i++) text_next_line(&r->scan);
  return ML_OK;
}

/* ---- the whole */

/* What the header promises has to fit into the file before memory is reserved for it. */
static MlStatus check_room(PlyReader *r, const PlyElement *element) {
  const uint64_t left = (uint64_t)(r->scan.end - r->scan.at);
  if (element->properties == 0 || element->count <= (left + 1) / element->least) return ML_OK;
  return model_error_line(r->source, element->line, r->error,
                          "%llu elements '%.*s' are promised, but the %llu bytes that are left hold %llu at most",
                          (unsigned long long)element->count, WORD_SHOWN(element->name), (unsigned long long)left,
                          (unsigned long long)((left + 1) / element->least));
}

static bool reserve_points(PlyReader *r, uint64_t count) {
  Memory *memory = r->model->memory;
  const bool normals = r->has[PLY_NX] && r->has[PLY_NY] && r->has[PLY_NZ], uv = r->has[PLY_U] && r->has[PLY_V];
  if (!array_reserve(memory, &r->draft.points, count) || (normals && !array_reserve(memory, &r->draft.normals, count)) ||
      (uv && !array_reserve(memory, &r->draft.uv, count)))
    return false;
  r->draft.points.count = count;
  r->draft.normals.count = normals ? count : 0;
  r->draft.uv.count = uv ? count : 0;
  return true;
}

static MlStatus begin_vertices(PlyReader *r, const PlyElement *element) {
  if (!r->has[PLY_X] || !r->has[PLY_Y] || !r->has[PLY_Z])
    return model_error_line(r->source, element->line, r->error, "vertices need the properties x, y and z");
  if (element->count >= MODEL_NONE) return model_error_line(r->source, element->line, r->error, "more vertices than can be numbered");
  return reserve_points(r, element->count) ? ML_OK : ply_out_of_memory(r);
}

static MlStatus begin_faces(PlyReader *r, const PlyElement *element) {
  const PlyProperty *properties = r->properties.data + element->first;
  bool has_indices = false;
  for (uint64_t i = 0; i < element->properties; i++) has_indices = has_indices || properties[i].use == PLY_INDICES;
  if (!has_indices)
    return model_error_line(r->source, element->line, r->error, "elements '%.*s' need a list vertex_indices", WORD_SHOWN(element->name));
  if (!r->vertices_read && r->vertices != 0)
    return model_error_line(r->source, element->line, r->error, "elements '%.*s' stand before the vertices", WORD_SHOWN(element->name));
  // Exactly, if all are triangles; no more than there can be
  const uint64_t left = (uint64_t)(r->scan.end - r->scan.at) / (r->form == PLY_TEXT ? 8 : 4);
  const uint64_t count = element->kind == PLY_STRIPS ? 0 : element->count < left ? element->count : left;
  return array_reserve(r->model->memory, &r->draft.triangles, count) ? ML_OK : ply_out_of_memory(r);
}

static MlStatus read_elements(PlyReader *r) {
  for (uint64_t i = 0; i < r->elements.count; i++) {
    const PlyElement *element = &r->elements.data[i];
    if (element->count == 0 || (element->properties == 0 && element->kind != PLY_VERTEX)) continue;
    TRY(check_room(r, element));
    if (element->kind == PLY_VERTEX) TRY(begin_vertices(r, element));
    if (element->kind == PLY_FACE || element->kind == PLY_STRIPS) TRY(begin_faces(r, element));
    TRY(r->form == PLY_TEXT ? ply_read_text(r, element) : ply_read_binary(r, element));
    TRY(work_status(r->source->work, r->error));
    r->vertices_read = r->vertices_read || element->kind == PLY_VERTEX;
  }
  return ML_OK;
}

/* Faces' own texture coordinates: points part where they differ. uv: by corner, its number in the table. */
static bool join_by(PlyReader *r, const ModelUv *table, const uint32_t *uv) {
  ModelDraft joined = {0};
  CornerJoin join;
  const CornerSources sources = {r->draft.points.data, r->draft.normals.count != 0 ? r->draft.normals.data : NULL, table};
  bool fine = corner_join_begin(&join, r->model->memory, &sources, r->draft.triangles.count, &joined);
  for (uint64_t t = 0; t < r->draft.triangles.count && fine && work_goes_on(r->source->work, 256); t++) {
    Corner corner[3];
    for (int k = 0; k < 3; k++) {
      const uint32_t point = r->draft.triangles.data[t].corner[k];
      corner[k] = (Corner){point, uv[3 * t + (uint64_t)k], sources.normals != NULL ? point : MODEL_NONE};
    }
    fine = corner_join_add(&join, corner);
  }
  corner_join_free(&join);
  model_free_draft(r->model, &r->draft);
  r->draft = joined;
  return fine;
}

static bool join_corners(PlyReader *r) {
  Memory *memory = r->model->memory;
  ARRAY(float) places = {0};
  ARRAY(uint32_t) number = {0};
  Weld weld = {.memory = memory};
  uint64_t count = 0;
  bool fine = array_reserve(memory, &places, 3 * r->corner_uv.count) && array_reserve(memory, &number, r->corner_uv.count) &&
              weld_begin(&weld, memory, r->corner_uv.count / 4);
  for (uint64_t i = 0; i < r->corner_uv.count && fine && work_goes_on(r->source->work, 64); i++) {
    const float place[3] = {r->corner_uv.data[i].u, r->corner_uv.data[i].v, 0};
    number.data[i] = weld_find(&weld, places.data, &count, place);
    fine = number.data[i] != MODEL_NONE;
  }
  weld_free(&weld);
  for (uint64_t i = 0; i < count; i++) r->corner_uv.data[i] = (ModelUv){places.data[3 * i], places.data[3 * i + 1]};
  array_free(memory, &places);
  fine = fine && work_status(r->source->work, NULL) == ML_OK && join_by(r, r->corner_uv.data, number.data);
  array_free(memory, &number);
  return fine;
}

static MlStatus finish(PlyReader *r) {
  Model *model = r->model;
  if (r->draft.triangles.count == 0)
    return model_error(r->source, r->error,
                       r->faces == 0 ? "there are no faces: a cloud of points cannot be shown" : "there are no triangles");
  if (r->corners_have_uv && !join_corners(r)) {
    TRY(work_status(r->source->work, r->error));
    return ply_out_of_memory(r);
  }
  TRY(work_status(r->source->work, r->error));
  ModelPart *part = model_take_draft(model, &r->draft);
  if (part == NULL) return ply_out_of_memory(r);
  if (model->materials.count != 0) part->material = 0;
  ModelNode node = model_node_init();
  node.mesh = 0;
  if (!array_push(model->memory, &model->meshes, ((ModelMesh){.part_count = 1})) || !array_push(model->memory, &model->nodes, node))
    return ply_out_of_memory(r);
  return ML_OK;
}

MlStatus model_read_ply(const ModelSource *source, Model *model, MlError *error) {
  PlyReader r = {.source = source, .model = model, .error = error, .cutter = {.memory = model->memory, .work = source->work}};
  MlStatus status = ply_read_header(&r);
  for (uint64_t i = 0; i < r.elements.count && status == ML_OK; i++) {
    const PlyElement *element = &r.elements.data[i];
    if (element->kind == PLY_FACE || element->kind == PLY_STRIPS) r.faces += element->count;
    if (element->kind == PLY_VERTEX) r.vertices = element->count;
    for (uint64_t k = element->first; k < element->first + element->properties; k++) {
      const PlyUse use = r.properties.data[k].use;
      if (use < PLY_VERTEX_USES) r.has[use] = true;
      r.corners_have_uv = r.corners_have_uv || use == PLY_TEXTURE_COORDINATES;
    }
  }
  if (status == ML_OK) status = read_elements(&r);
  if (status == ML_OK) status = finish(&r);
  Memory *memory = model->memory;
  array_free(memory, &r.elements);
  array_free(memory, &r.properties);
  array_free(memory, &r.corner_uv);
  array_free(memory, &r.face);
  array_free(memory, &r.face_uv);
  polygon_free(&r.cutter);
  model_free_draft(model, &r.draft);
  return status;
}
