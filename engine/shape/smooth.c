/* smooth.c - see smooth.h. Without a crease, normals are summed over places and points stay what they are; with one, a Shell (shell.h) parts
 * the points where faces of different sides meet. */
#include "shape/smooth.h"

#include <string.h>

#include "shape/shell.h"
#include "shape/weld.h"

void smooth_add(const float *a, const float *b, const float *c, MlVec3 *at_a, MlVec3 *at_b, MlVec3 *at_c) {
  const double pi = 3.14159265358979323846;
  const MlVec3 pa = {(double)a[0], (double)a[1], (double)a[2]}, pb = {(double)b[0], (double)b[1], (double)b[2]},
               pc = {(double)c[0], (double)c[1], (double)c[2]};
  const MlVec3 ab = dvec_subtract(pb, pa), bc = dvec_subtract(pc, pb), ca = dvec_subtract(pa, pc), n = dvec_cross(ab, dvec_scale(ca, -1.0));
  const double sine = dvec_length(n);
  if (!(sine > 0.0)) return;
  const MlVec3 unit = dvec_scale(n, 1.0 / sine);
  const double angle_a = ml_atan2(sine, -dvec_dot(ab, ca)), angle_b = ml_atan2(sine, -dvec_dot(bc, ab)), angle_c = pi - angle_a - angle_b;
  *at_a = dvec_add(*at_a, dvec_scale(unit, angle_a));
  *at_b = dvec_add(*at_b, dvec_scale(unit, angle_b));
  *at_c = dvec_add(*at_c, dvec_scale(unit, angle_c > 0.0 ? angle_c : 0.0));
}

ModelPoint smooth_normal(MlVec3 sum) {
  const double length = dvec_length(sum);
  if (!(length > 1e-12)) return (ModelPoint){0};
  return (ModelPoint){(float)(sum.x / length), (float)(sum.y / length), (float)(sum.z / length)};
}

/* The number of each point's place. *places (3 floats each) is freed by the caller, as array of 3 * part->point_count floats. */
static MlStatus weld_part(Memory *memory, const ModelPart *part, Work *work, uint32_t *place, float *places, uint64_t *count) {
  Weld weld;
  *count = 0;
  bool fine = weld_begin(&weld, memory, part->point_count);
  for (uint64_t i = 0; i < part->point_count && fine && work_goes_on(work, 128); i++)
    fine = (place[i] = weld_find(&weld, places, count, part->points + 3 * i)) != UINT32_MAX;
  weld_free(&weld);
  return fine ? ML_OK : ML_ERROR_MEMORY;
}

static MlStatus smooth_all(Memory *memory, ModelPart *part, Work *work, const uint32_t *place, uint64_t places) {
  const size_t bytes = (size_t)places * sizeof(MlVec3);
  MlVec3 *sums = memory_alloc_zero(memory, bytes, 16);
  if (sums == NULL) return ML_ERROR_MEMORY;
  if (part->normals == NULL) part->normals = memory_alloc(memory, (size_t)part->point_count * 12, 16);
  if (part->normals == NULL) {
    memory_free(memory, sums, bytes);
    return ML_ERROR_MEMORY;
  }
  for (uint64_t t = 0; t < part->triangle_count && work_goes_on(work, 1024); t++) {
    const uint32_t *corner = part->triangles + 3 * t, a = corner[0], b = corner[1], c = corner[2];
    smooth_add(part->points + 3 * (size_t)a, part->points + 3 * (size_t)b, part->points + 3 * (size_t)c, &sums[place[a]], &sums[place[b]],
               &sums[place[c]]);
  }
  for (uint64_t i = 0; i < part->point_count && work_goes_on(work, 64); i++) {
    const ModelPoint n = smooth_normal(sums[place[i]]);
    memcpy(part->normals + 3 * i, &n, 12);
  }
  memory_free(memory, sums, bytes);
  return ML_OK;
}

static MlStatus part_from_shell(Model *model, ModelPart *part, const ShellMesh *made) {
  ModelPart fresh = {.material = part->material, .point_count = made->point_count, .triangle_count = made->triangle_count};
  Memory *memory = model->memory;
  if (made->point_count == 0) {
    model_free_part(model, part);
    return ML_OK;
  }
  fresh.points = memory_alloc(memory, (size_t)fresh.point_count * 12, 16);
  fresh.normals = memory_alloc(memory, (size_t)fresh.point_count * 12, 16);
  fresh.triangles = memory_alloc(memory, (size_t)fresh.triangle_count * 12, 16);
  if (part->uv != NULL) fresh.uv = memory_alloc(memory, (size_t)fresh.point_count * 8, 16);
  if (fresh.points == NULL || fresh.normals == NULL || fresh.triangles == NULL || (part->uv != NULL && fresh.uv == NULL)) {
    model_free_part(model, &fresh);
    return ML_ERROR_MEMORY;
  }
  memcpy(fresh.points, made->points, (size_t)fresh.point_count * 12);
  memcpy(fresh.normals, made->normals, (size_t)fresh.point_count * 12);
  memcpy(fresh.triangles, made->triangles, (size_t)fresh.triangle_count * 12);
  if (fresh.uv != NULL) memcpy(fresh.uv, made->uv, (size_t)fresh.point_count * 8);
  model_free_part(model, part);
  *part = fresh;
  return ML_OK;
}

static MlStatus smooth_creased(Model *model, ModelPart *part, Work *work, const uint32_t *place, const float *places, uint64_t count,
                               double crease, MlError *error) {
  Shell shell;
  ShellMesh made;
  shell_init(&shell, model->memory, work != NULL ? work->cancel : NULL);
  for (uint64_t i = 0; i < count; i++)
    shell_point(&shell, (MlVec3){(double)places[3 * i], (double)places[3 * i + 1], (double)places[3 * i + 2]});
  for (uint64_t t = 0; t < part->triangle_count && shell_goes_on(&shell); t++) {
    ShellCorner corner[3];
    for (int k = 0; k < 3; k++) {
      const uint32_t point = part->triangles[3 * t + (uint64_t)k];
      corner[k] = (ShellCorner){place[point], 0, 0};
      if (part->uv != NULL) corner[k].u = part->uv[2 * (size_t)point], corner[k].v = part->uv[2 * (size_t)point + 1];
    }
    shell_triangle(&shell, corner[0], corner[1], corner[2]);
  }
  MlStatus status = shell_finish(&shell, crease, &made, error);
  if (work != NULL && shell.work.cancelled) work->cancelled = true, work->touched = WORK_PIECE;
  shell_free(&shell);
  if (status != ML_OK) return status;
  status = part_from_shell(model, part, &made);
  if (made.block != NULL) memory_free(model->memory, made.block, made.bytes);
  return status;
}

static MlStatus smooth_part(Model *model, ModelPart *part, Work *work, double crease, MlError *error) {
  Memory *memory = model->memory;
  if (part->point_count == 0 || part->triangle_count == 0) return ML_OK;
  const size_t of_place = (size_t)part->point_count * sizeof(uint32_t), of_places = (size_t)part->point_count * 12;
  uint32_t *place = memory_alloc(memory, of_place, 16);
  float *places = place != NULL ? memory_alloc(memory, of_places, 16) : NULL;
  uint64_t count;
  MlStatus status = places != NULL ? weld_part(memory, part, work, place, places, &count) : ML_ERROR_MEMORY;
  if (status == ML_OK) status = work_status(work, error);
  if (status == ML_OK)
    status =
      crease >= 180 ? smooth_all(memory, part, work, place, count) : smooth_creased(model, part, work, place, places, count, crease, error);
  if (places != NULL) memory_free(memory, places, of_places);
  if (place != NULL) memory_free(memory, place, of_place);
  return status == ML_OK ? work_status(work, error) : status;
}

MlStatus model_smooth(Model *model, const ModelSource *source, double crease, MlError *error) {
  for (uint64_t i = 0; i < model->parts.count; i++) {
    ModelPart *part = &model->parts.data[i];
    if (crease < 0) {
      if (part->normals != NULL) memory_free(model->memory, part->normals, (size_t)part->point_count * 12);
      part->normals = NULL;
      continue;
    }
    const MlStatus status = smooth_part(model, part, source->work, crease, error);
    if (status == ML_ERROR_MEMORY) return model_out_of_memory(model, source, error);
    if (status != ML_OK) return status;
  }
  return ML_OK;
}
