/* read_obj.c - OBJ files, as in "Alias/Wavefront: Object Files, appendix B1" (1995): points, normals, texture coordinates, polygons, materials,
 * smoothing groups. Objects and groups are one mesh; free-form curves and surfaces are not read.
 *
 * A face without normals is smooth with those of its smoothing group and otherwise flat. A point of the file becomes as many points as
 * it has different normals and texture coordinates, per material. */
#include "shape/read_obj.h"

#include <stdio.h>

#include "base/sort.h"
#include "shape/corners.h"
#include "shape/polygon.h"
#include "shape/smooth.h"

/* Triangles one after the other that have a material and a smoothing group in common. */
typedef struct Run {
  uint64_t first, count;
  uint32_t material, group;
} Run;

typedef struct ObjReader {
  const ModelSource *source;
  Model *model;
  MlError *error;
  TextScan scan;
  ObjMaterials materials;
  ARRAY(ModelPoint) points;
  ARRAY(ModelPoint) normals;
  ARRAY(ModelUv) uv;
  ARRAY(Corner) corners; /* three per triangle */
  ARRAY(Run) runs;
  ARRAY(Corner) face; /* the polygon at hand */
  ARRAY(uint32_t) face_points;
  PolygonCutter cutter;
  uint32_t material, group;
} ObjReader;

static MlStatus out_of_memory(const ObjReader *r) { return model_out_of_memory(r->model, r->source, r->error); }

/* ---- words of a line, which '\' at its end continues */

static void skip_blanks(TextScan *scan) {
  for (;;) {
    text_skip_blanks(scan);
    if (scan->at + 1 >= scan->end || *scan->at != '\\' || !is_line_end(scan->at[1])) return;
    scan->at++;
    text_next_line(scan);
  }
}

static bool at_end_of_line(TextScan *scan) {
  skip_blanks(scan);
  return scan->at == scan->end || is_line_end(*scan->at);
}

/* `least` to `most` coordinates; those that are not given stay as they are. *count: how many were. */
static MlStatus read_coordinates(ObjReader *r, const char *what, int least, int most, float *out, int *count) {
  for (*count = 0; *count < most; ++*count) {
    if (at_end_of_line(&r->scan)) break;
    const char *from = r->scan.at;
    double x;
    if (text_number(&r->scan, &x) && model_coordinate(x, &out[*count])) continue;
    r->scan.at = from;
    const TextWord word = text_word(&r->scan);
    return model_error_line(r->source, r->scan.line, r->error, "coordinate %d of the %s is '%.*s', expected a finite number up to 1e15",
                            *count + 1, what, WORD_SHOWN(word));
  }
  if (*count >= least) return ML_OK;
  return model_error_line(r->source, r->scan.line, r->error, "the %s has %d coordinates, %d expected", what, *count, least);
}

static MlStatus read_point(ObjReader *r) {
  float p[6];
  int count;
  TRY(read_coordinates(r, "point", 3, 6, p, &count));
  if (count == 6 && !model_unsupported(r->model, "vertex colours")) return out_of_memory(r);
  if (r->points.count >= MODEL_NONE - 1) return model_error_line(r->source, r->scan.line, r->error, "more points than can be numbered");
  return array_push(r->model->memory, &r->points, ((ModelPoint){p[0], p[1], p[2]})) ? ML_OK : out_of_memory(r);
}

static MlStatus read_normal(ObjReader *r) {
  float p[3];
  int count;
  TRY(read_coordinates(r, "normal", 3, 3, p, &count));
  if (r->normals.count >= MODEL_NONE - 1) return model_error_line(r->source, r->scan.line, r->error, "more normals than can be numbered");
  return array_push(r->model->memory, &r->normals, ((ModelPoint){p[0], p[1], p[2]})) ? ML_OK : out_of_memory(r);
}

static MlStatus read_uv(ObjReader *r) {
  float p[3] = {0, 0, 0};
  int count;
  TRY(read_coordinates(r, "texture coordinate", 1, 3, p, &count));
  if (r->uv.count >= MODEL_NONE - 1)
    return model_error_line(r->source, r->scan.line, r->error, "more texture coordinates than can be numbered");
  return array_push(r->model->memory, &r->uv, ((ModelUv){p[0], p[1]})) ? ML_OK : out_of_memory(r);
}

/* ---- faces */

/* A whole number at `at`; returns what follows, or NULL: there is none. Saturates far above all counts. */
static const char *scan_whole(const char *at, const char *end, int64_t *out) {
  const bool negative = at < end && *at == '-';
  if (at < end && (*at == '-' || *at == '+')) at++;
  const char *from = at;
  int64_t value = 0;
  for (; at < end && *at >= '0' && *at <= '9'; at++)
    if (value < 1000000000000) value = value * 10 + (*at - '0');
  *out = negative ? -value : value;
  return at == from ? NULL : at;
}

/* The thing that a number of the file names, from 1 or backwards from -1; false: reported. */
static bool resolve(ObjReader *r, const char *what, int64_t number, uint64_t count, uint32_t *out) {
  const int64_t index = number > 0 ? number - 1 : (int64_t)count + number;
  if (number != 0 && index >= 0 && index < (int64_t)count) {
    *out = (uint32_t)index;
    return true;
  }
  if (number == 0)
    model_error_line(r->source, r->scan.line, r->error, "the face names %s 0: they are counted from 1, or back from -1", what);
  else
    model_error_line(r->source, r->scan.line, r->error, "the face names %s %lld, but there are %llu before it", what, (long long)number,
                     (unsigned long long)count);
  return false;
}

/* "7", "7/2", "7//3" or "7/2/3" at the scan. */
static MlStatus read_corner(ObjReader *r, Corner *out) {
  const char *end = r->scan.end, *from = r->scan.at, *at;
  int64_t number;
  *out = (Corner){MODEL_NONE, MODEL_NONE, MODEL_NONE};
  if ((at = scan_whole(from, end, &number)) == NULL) goto wrong;
  if (!resolve(r, "point", number, r->points.count, &out->point)) return ML_ERROR_FORMAT;
  for (int part = 0; part < 2 && at < end && *at == '/'; part++) {
    at++;
    const char *next = scan_whole(at, end, &number);
    if (next == NULL) continue; // nothing between the slashes, or after the last
    at = next;
    if (!(part == 0 ? resolve(r, "texture coordinate", number, r->uv.count, &out->uv)
                    : resolve(r, "normal", number, r->normals.count, &out->normal)))
      return ML_ERROR_FORMAT;
  }
  if (at < end && !is_blank(*at) && !is_line_end(*at) && *at != '\\') goto wrong;
  r->scan.at = at;
  return ML_OK;
wrong:;
  const TextWord word = text_word(&r->scan);
  return model_error_line(r->source, r->scan.line, r->error, "'%.*s' is no corner of a face: expected 7, 7/2, 7//3 or 7/2/3",
                          WORD_SHOWN(word));
}

static bool add_triangle(ObjReader *r, const Corner *face, uint32_t a, uint32_t b, uint32_t c) {
  Memory *memory = r->model->memory;
  Run *run = r->runs.count != 0 ? &r->runs.data[r->runs.count - 1] : NULL;
  if (run == NULL || run->material != r->material || run->group != r->group) {
    const Run fresh = {r->corners.count / 3, 0, r->material, r->group};
    if (!array_push(memory, &r->runs, fresh)) return false;
    run = &r->runs.data[r->runs.count - 1];
  }
  if (!array_reserve(memory, &r->corners, 3)) return false;
  Corner *to = r->corners.data + r->corners.count;
  to[0] = face[a], to[1] = face[b], to[2] = face[c];
  r->corners.count += 3;
  run->count++;
  return true;
}

static MlStatus read_face(ObjReader *r) {
  uint32_t n = 0;
  r->face.count = 0;
  for (; !at_end_of_line(&r->scan) && *r->scan.at != '#'; n++) {
    Corner corner;
    TRY(read_corner(r, &corner));
    if (n == POLYGON_MAX_CORNERS)
      return model_error_line(r->source, r->scan.line, r->error, "the face has more than %d corners", (int)POLYGON_MAX_CORNERS);
    if (!array_push(r->model->memory, &r->face, corner)) return out_of_memory(r);
  }
  if (n < 3) return model_error_line(r->source, r->scan.line, r->error, "the face has %u corners, at least 3 expected", n);
  if (n == 3) return add_triangle(r, r->face.data, 0, 1, 2) ? ML_OK : out_of_memory(r);
  work_goes_on(r->source->work, 64 * (uint64_t)n);
  r->face_points.count = 0;
  for (uint32_t i = 0; i < n; i++)
    if (!array_push(r->model->memory, &r->face_points, r->face.data[i].point)) return out_of_memory(r);
  if (!polygon_cut(&r->cutter, &r->points.data->x, r->face_points.data, n)) return out_of_memory(r);
  const uint32_t *cut = r->cutter.out.data;
  for (uint64_t i = 0; i < r->cutter.out.count; i += 3)
    if (!add_triangle(r, r->face.data, cut[i], cut[i + 1], cut[i + 2])) return out_of_memory(r);
  return ML_OK;
}

/* ---- other lines */

static MlStatus read_group(ObjReader *r) {
  const TextWord word = text_word(&r->scan);
  int64_t number = 0;
  if (word.length == 0 || (!word_is(word, "off") && scan_whole(word.text, word.text + word.length, &number) == NULL))
    return model_error_line(r->source, r->scan.line, r->error, "expected a smoothing group or off, got '%.*s'", WORD_SHOWN(word));
  r->group = (uint32_t)number;
  return ML_OK;
}

static MlStatus read_other(ObjReader *r, TextWord word) {
  static const char *const plain[] = {"g", "o", "mg", "vp", "lod", "bevel", "c_interp", "d_interp", "shadow_obj", "trace_obj"};
  static const char *const free_form[] = {"cstype", "deg",  "bmat", "step", "curv", "curv2", "surf",  "parm",
                                          "trim",   "hole", "scrv", "sp",   "end",  "con",   "ctech", "stech"};
  if (word_is(word, "usemtl")) {
    const TextWord name = text_rest(&r->scan);
    r->material = name.length == 0 ? MODEL_NONE : obj_material(&r->materials, name);
    return name.length == 0 || r->material != MODEL_NONE ? ML_OK : out_of_memory(r);
  }
  if (word_is(word, "mtllib")) return obj_read_libraries(&r->materials, text_rest(&r->scan));
  if (word_is(word, "s")) return read_group(r);
  for (size_t i = 0; i < sizeof plain / sizeof *plain; i++)
    if (word_is(word, plain[i])) return ML_OK;
  const char *vain = word_is(word, "l") ? "lines" : word_is(word, "p") ? "points" : NULL;
  for (size_t i = 0; i < sizeof free_form / sizeof *free_form; i++)
    if (word_is(word, free_form[i])) vain = "free-form curves and surfaces";
  char shown[48];
  for (size_t i = 0; i < word.length; i++) {
    const char c = word.text[i] | 0x20;
    if (word.length > 12 || !((c >= 'a' && c <= 'z') || word.text[i] == '_'))
      return model_error_line(r->source, r->scan.line, r->error, "'%.*s' begins no line of an obj", WORD_SHOWN(word));
  }
  snprintf(shown, sizeof shown, "%.*s", WORD_SHOWN(word));
  return model_unsupported(r->model, vain != NULL ? vain : shown) ? ML_OK : out_of_memory(r);
}

static MlStatus read_line(ObjReader *r) {
  text_skip_blanks(&r->scan);
  const char *at = r->scan.at;
  if (at == r->scan.end || is_line_end(*at) || *at == '#') return ML_OK;
  const TextWord word = text_word(&r->scan);
  if (word.length == 1 && *at == 'v') return read_point(r);
  if (word.length == 1 && *at == 'f') return read_face(r);
  if (word_is(word, "vn")) return read_normal(r);
  if (word_is(word, "vt")) return read_uv(r);
  return read_other(r, word);
}

static MlStatus read_lines(ObjReader *r) {
  const ModelBytes bytes = r->source->bytes;
  r->scan = (TextScan){(const char *)bytes.data, (const char *)bytes.data + bytes.count, 1};
  if (bytes.count >= 3 && memcmp(bytes.data, "\xEF\xBB\xBF", 3) == 0) r->scan.at += 3;
  do {
    const char *from = r->scan.at;
    TRY(read_line(r));
    if (!work_goes_on(r->source->work, 32 + (uint64_t)(r->scan.at - from))) break;
  } while (text_next_line(&r->scan));
  return work_status(r->source->work, r->error);
}

/* ---- smoothing groups */

static bool group_is_before(const void *a, const void *b, void *ud) {
  (void)ud;
  const Run *x = a, *y = b;
  return x->group != y->group ? x->group < y->group : x->first < y->first;
}
static bool material_is_before(const void *a, const void *b, void *ud) {
  (void)ud;
  const Run *x = a, *y = b;
  return x->material != y->material ? x->material < y->material : x->first < y->first;
}

static bool sort_runs(ObjReader *r, bool (*less)(const void *, const void *, void *)) {
  const size_t bytes = (size_t)r->runs.count * sizeof *r->runs.data;
  void *scratch = memory_alloc(r->model->memory, bytes, 16);
  if (scratch == NULL) return false;
  sort_stable(r->runs.data, (size_t)r->runs.count, sizeof *r->runs.data, scratch, less, NULL);
  memory_free(r->model->memory, scratch, bytes);
  return true;
}
static bool lacks_normal(const ObjReader *r, const Run *run) {
  if (run->group == 0) return false;
  for (uint64_t i = 3 * run->first; i < 3 * (run->first + run->count); i++)
    if (r->corners.data[i].normal == MODEL_NONE) return true;
  return false;
}

/* Normals for the corners of the runs from `run` on that are of one group, summed behind `sums`. slot: by point, the group's normal. */
typedef ARRAY(MlVec3) Sums;
static bool smooth_group(ObjReader *r, const Run *run, const Run *end, uint32_t *slot, uint64_t own, Sums *sums) {
  Memory *memory = r->model->memory;
  for (const Run *at = run; at < end; at++) {
    for (uint64_t t = at->first; t < at->first + at->count; t++) {
      Corner *corner = r->corners.data + 3 * t;
      MlVec3 *to[3], ignored = {0, 0, 0};
      if (!work_goes_on(r->source->work, 1024)) return true;
      if (!array_reserve(memory, sums, 3)) return false; // so that what `to` points at stays
      for (int k = 0; k < 3; k++) {
        to[k] = &ignored;
        if (corner[k].normal < own) continue;
        uint32_t *made = &slot[corner[k].point];
        if (*made == MODEL_NONE) {
          if (own + sums->count >= MODEL_NONE) return false;
          *made = (uint32_t)(own + sums->count);
          sums->data[sums->count++] = (MlVec3){0, 0, 0};
        }
        corner[k].normal = *made;
        to[k] = &sums->data[*made - own];
      }
      const ModelPoint *p = r->points.data;
      smooth_add(&p[corner[0].point].x, &p[corner[1].point].x, &p[corner[2].point].x, to[0], to[1], to[2]);
    }
  }
  for (const Run *at = run; at < end; at++)
    for (uint64_t i = 3 * at->first; i < 3 * (at->first + at->count); i++) slot[r->corners.data[i].point] = MODEL_NONE;
  return true;
}

static bool smooth_groups(ObjReader *r) {
  Memory *memory = r->model->memory;
  bool wanted = false;
  for (uint64_t i = 0; i < r->runs.count && !wanted; i++) wanted = lacks_normal(r, &r->runs.data[i]);
  if (!wanted) return true;
  const size_t bytes = (size_t)r->points.count * sizeof(uint32_t);
  uint32_t *slot = memory_alloc(memory, bytes, 16);
  Sums sums = {0};
  const uint64_t own = r->normals.count;
  bool fine = slot != NULL && sort_runs(r, group_is_before);
  if (fine) memset(slot, 0xff, bytes);
  for (uint64_t i = 0, end; i < r->runs.count && fine; i = end) {
    for (end = i + 1; end < r->runs.count && r->runs.data[end].group == r->runs.data[i].group;) end++;
    if (r->runs.data[i].group != 0) fine = smooth_group(r, &r->runs.data[i], &r->runs.data[end], slot, own, &sums);
  }
  if (slot != NULL) memory_free(memory, slot, bytes);
  fine = fine && array_reserve(memory, &r->normals, sums.count);
  for (uint64_t i = 0; i < sums.count && fine; i++) r->normals.data[r->normals.count++] = smooth_normal(sums.data[i]);
  array_free(memory, &sums);
  return fine;
}

/* ---- parts */

/* Points and triangles as they are in the file. */
static bool take_plain(ObjReader *r) {
  ModelDraft draft = {0};
  if (!array_reserve(r->model->memory, &draft.triangles, r->corners.count / 3)) return false;
  for (uint64_t i = 0; i < r->corners.count; i += 3) {
    const Corner *corner = r->corners.data + i;
    draft.triangles.data[draft.triangles.count++] = (ModelTriangle){{corner[0].point, corner[1].point, corner[2].point}};
  }
  draft.points.data = r->points.data, draft.points.count = r->points.count, draft.points.capacity = r->points.capacity;
  r->points.data = NULL, r->points.count = r->points.capacity = 0;
  ModelPart *part = model_take_draft(r->model, &draft);
  if (part != NULL) part->material = r->runs.data[0].material;
  else model_free_draft(r->model, &draft);
  return part != NULL;
}

static bool take_part(ObjReader *r, const Run *run, const Run *end) {
  ModelDraft draft = {0};
  CornerJoin join;
  uint64_t triangles = 0;
  bool normals = false, uv = false;
  for (const Run *at = run; at < end; at++) {
    triangles += at->count;
    for (uint64_t i = 3 * at->first; i < 3 * (at->first + at->count); i++) {
      normals = normals || r->corners.data[i].normal != MODEL_NONE;
      uv = uv || r->corners.data[i].uv != MODEL_NONE;
    }
  }
  const CornerSources sources = {r->points.data, normals ? r->normals.data : NULL, uv ? r->uv.data : NULL};
  bool fine = corner_join_begin(&join, r->model->memory, &sources, triangles, &draft);
  for (const Run *at = run; at < end; at++)
    for (uint64_t t = at->first; t < at->first + at->count && fine && work_goes_on(r->source->work, 256); t++)
      fine = corner_join_add(&join, r->corners.data + 3 * t);
  corner_join_free(&join);
  ModelPart *part = fine ? model_take_draft(r->model, &draft) : NULL;
  if (part != NULL) part->material = run->material;
  else model_free_draft(r->model, &draft);
  return part != NULL;
}

static MlStatus take_parts(ObjReader *r) {
  if (!smooth_groups(r) || !sort_runs(r, material_is_before)) return out_of_memory(r);
  TRY(work_status(r->source->work, r->error));
  const Run *runs = r->runs.data;
  if (runs[0].material == runs[r->runs.count - 1].material && r->normals.count == 0 && r->uv.count == 0)
    return take_plain(r) ? ML_OK : out_of_memory(r);
  for (uint64_t i = 0, end; i < r->runs.count; i = end) {
    for (end = i + 1; end < r->runs.count && runs[end].material == runs[i].material;) end++;
    if (!take_part(r, runs + i, runs + end)) return out_of_memory(r);
    TRY(work_status(r->source->work, r->error));
  }
  return ML_OK;
}

static MlStatus finish(ObjReader *r) {
  Model *model = r->model;
  if (r->corners.count == 0)
    return model_error(r->source, r->error,
                       r->points.count != 0 ? "there are no faces: a cloud of points cannot be shown" : "there are no faces");
  TRY(take_parts(r));
  ModelNode node = model_node_init();
  node.mesh = 0;
  if (!array_push(model->memory, &model->meshes, ((ModelMesh){.part_count = (uint32_t)model->parts.count})) ||
      !array_push(model->memory, &model->nodes, node))
    return out_of_memory(r);
  return ML_OK;
}

MlStatus model_read_obj(const ModelSource *source, Model *model, MlError *error) {
  Memory *memory = model->memory;
  ObjReader r = {.source = source,
                 .model = model,
                 .error = error,
                 .materials = {.source = source, .model = model, .error = error},
                 .cutter = {.memory = memory, .work = source->work},
                 .material = MODEL_NONE};
  MlStatus status = read_lines(&r);
  if (status == ML_OK) status = finish(&r);
  obj_materials_free(&r.materials);
  array_free(memory, &r.points);
  array_free(memory, &r.normals);
  array_free(memory, &r.uv);
  array_free(memory, &r.corners);
  array_free(memory, &r.runs);
  array_free(memory, &r.face);
  array_free(memory, &r.face_points);
  polygon_free(&r.cutter);
  return status;
}
