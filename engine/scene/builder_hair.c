/* builder_hair.c - hair: strands through points, smoothed into so many straight pieces as they bend, tapered by length. */
#include <string.h>

#include "base/hash.h"
#include "scene/builder.h"
#include "scene/geometry.h"
#include "scene/material_draft.h"
#include "shape/generate.h"

enum { HAIR_MAX_POINTS = 1 << 24, STRAND_MAX_POINTS = 1 << 16 };
#define HAIR_STEP 0.3 /* radians from one piece to the next, at most */

typedef struct HairMaking {
  Memory *memory;
  Work work;
  const MlHairDesc *d;
  const DescSource *source;
  ARRAY(CurvePoint) knots;
  CurveSamples samples;
  ARRAY(StrandPoint) points;
  ARRAY(uint32_t) segments;
  bool out_of_memory;
} HairMaking;

static bool check_hair(const DescSource *source, MlHairDesc *d, uint64_t *total) {
  *total = 0;
  if (d->strand_count == 0 || d->counts == NULL || d->points == NULL)
    return desc_fail(source, ".%s: expected strands, got none", d->points == NULL ? "points" : "counts");
  for (uint64_t i = 0; i < d->strand_count; i++) {
    if (d->counts[i] < 2 || d->counts[i] > STRAND_MAX_POINTS)
      return desc_fail(source, ".counts: expected 2 to %d points a strand, got %u of strand %llu", STRAND_MAX_POINTS, d->counts[i],
                       (unsigned long long)i + 1);
    *total += d->counts[i];
    if (*total > HAIR_MAX_POINTS) {
      error_set_at(source->error, ML_ERROR_LIMIT, source->place, "%s: more than %d points in all", source->what, HAIR_MAX_POINTS);
      return false;
    }
  }
  if (d->radius == 0.0) d->radius = 0.002;
  if (d->tip == 0.0) d->tip = 0.3;
  if (d->tip < 0.0) d->tip = 0.0;
  if (!desc_positive(source, "radius", d->radius)) return false;
  if (!(d->tip <= 1.0)) return desc_fail(source, ".tip: expected a share 0..1, got %s", number_text(d->tip).text);
  for (uint64_t i = 0; i < 3 * *total; i++)
    if (!((double)(d->points[i] < 0 ? -d->points[i] : d->points[i]) <= COORDINATE_LIMIT))
      return desc_fail(source, ".points: expected finite numbers up to 1e15, got %s", number_text((double)d->points[i]).text);
  for (uint64_t i = 0; d->radii != NULL && i < *total; i++)
    if (!(d->radii[i] >= 0.0f && (double)d->radii[i] <= COORDINATE_LIMIT))
      return desc_fail(source, ".radii: expected numbers of at least 0 and up to 1e15, got %s", number_text((double)d->radii[i]).text);
  return true;
}

/* Points of one strand that differ, as they follow one another. */
static bool read_knots(HairMaking *m, const float *p, const float *radii, uint32_t count) {
  m->knots.count = 0;
  if (!array_reserve(m->memory, &m->knots, count)) return false;
  for (uint32_t i = 0; i < count; i++) {
    const CurvePoint knot = {{(double)p[3 * (size_t)i], (double)p[3 * (size_t)i + 1], (double)p[3 * (size_t)i + 2]},
                             radii != NULL ? (double)radii[i] : 0.0};
    if (m->knots.count == 0 || !dvec_is_zero(dvec_subtract(knot.p, m->knots.data[m->knots.count - 1].p)))
      m->knots.data[m->knots.count++] = knot;
  }
  return true;
}

/* false: reported, or memory is out. */
static bool add_strand(HairMaking *m, uint64_t number, const float *p, const float *radii, uint32_t count) {
  if (!read_knots(m, p, radii, count)) return false;
  if (m->knots.count < 2)
    return desc_fail(m->source, ".points: strand %llu has no length: its points are all the same", (unsigned long long)number + 1);
  m->samples.count = 0;
  if (!curve_sample(m->knots.data, m->knots.count, false, NULL, NULL, HAIR_STEP, m->memory, &m->work, &m->samples)) return false;
  const CurveSample *samples = m->samples.data;
  double length = 0.0, at = 0.0;
  for (uint64_t i = 1; i < m->samples.count; i++) length += dvec_length(dvec_subtract(samples[i].p, samples[i - 1].p));
  if (m->work.cancelled || !(length > 0.0)) return true;
  const uint64_t first = m->points.count;
  if (first + m->samples.count > HAIR_MAX_POINTS) {
    error_set_at(m->source->error, ML_ERROR_LIMIT, m->source->place, "%s: its curves bend so much that they have more than %d pieces",
                 m->source->what, HAIR_MAX_POINTS);
    return false;
  }
  if (!array_reserve(m->memory, &m->points, m->samples.count) || !array_reserve(m->memory, &m->segments, m->samples.count)) return false;
  const float which = (float)(hash_u32((uint32_t)number) >> 8) * 0x1p-24f;
  for (uint64_t i = 0; i < m->samples.count; i++) {
    if (i > 0) at += dvec_length(dvec_subtract(samples[i].p, samples[i - 1].p));
    const double along = at / length, taper = m->d->radius * (1.0 + (m->d->tip - 1.0) * along);
    const StrandPoint point = {{(float)samples[i].p.x, (float)samples[i].p.y, (float)samples[i].p.z},
                               (float)(radii != NULL ? samples[i].r : taper),
                               (float)along,
                               which};
    if (i > 0) m->segments.data[m->segments.count++] = (uint32_t)m->points.count - 1;
    m->points.data[m->points.count++] = point;
  }
  return true;
}

static bool make_strands(HairMaking *m) {
  const float *p = m->d->points, *radii = m->d->radii;
  for (uint64_t i = 0; i < m->d->strand_count && work_goes_on(&m->work, 1024); i++) {
    if (!add_strand(m, i, p, radii, m->d->counts[i])) {
      m->out_of_memory = m->source->error == NULL || m->source->error->status == ML_OK;
      return false;
    }
    p += 3 * (size_t)m->d->counts[i];
    if (radii != NULL) radii += m->d->counts[i];
  }
  return work_status(&m->work, m->source->error) == ML_OK;
}

static MlNode add_hair(MlBuilder *b, HairMaking *m) {
  const size_t point_bytes = (size_t)m->points.count * sizeof(StrandPoint), segment_bytes = (size_t)m->segments.count * sizeof(uint32_t);
  HairNode *hair = arena_alloc(&b->arena, sizeof *hair, _Alignof(HairNode));
  StrandPoint *points = arena_alloc(&b->arena, point_bytes, _Alignof(StrandPoint));
  uint32_t *segments = arena_alloc(&b->arena, segment_bytes, _Alignof(uint32_t));
  if (hair == NULL || points == NULL || segments == NULL) {
    memory_error(m->memory, point_bytes + segment_bytes, m->source->what, m->source->error);
    return 0;
  }
  memcpy(points, m->points.data, point_bytes);
  memcpy(segments, m->segments.data, segment_bytes);
  *hair = (HairNode){.strands = {points, segments, m->points.count, m->segments.count}, .bounds = {.empty = true}};
  for (uint64_t i = 0; i < m->segments.count; i++) {
    const StrandPoint *a = &points[segments[i]];
    for (int k = 0; k < 2; k++) {
      const MlVec3 c = strand_centre(&a[k]), r = {(double)a[k].r, (double)a[k].r, (double)a[k].r};
      const MlBounds ball = {.min = dvec_subtract(c, r), .max = dvec_add(c, r)};
      hair->bounds = bounds_union(&hair->bounds, &ball);
    }
  }
  HashStream stream;
  hash_begin(&stream, GEOMETRY_HASH_HAIR);
  hash_add(&stream, points, point_bytes);
  hash_add(&stream, segments, segment_bytes);
  hair->hash = hash_end(&stream);
  Node node = {.kind = NODE_HAIR, .material = m->d->material, .place = m->source->place, .leaves = 1, .effort = 1, .hair = hair};
  node.traits = NODE_HAS_MESH | NODE_OPEN; // instances of a geometry, like one
  if (node.material == 0) node.traits |= NODE_UNNAMED;
  else if (builder_material(b, node.material)->emits) node.traits |= NODE_EMITS;
  return builder_add_node(b, &node, m->source->error);
}

MlNode ml_hair(MlBuilder *b, const MlHairDesc *desc, MlError *error) {
  FLOAT_STATE_OURS;
  MlError own = {0};
  DescSource source = {.what = "hair", .error = error != NULL ? error : &own};
  MlHairDesc d;
  uint64_t total;
  if (!DESC_READ(&source, MlHairDesc, desc, &d) || !desc_material(&source, b, "material", d.material) || !check_hair(&source, &d, &total))
    return 0;
  *source.error = (MlError){0};
  HairMaking m = {.memory = b->context.memory, .work = {.cancel = d.cancel}, .d = &d, .source = &source};
  MlNode node = 0;
  if (make_strands(&m)) node = add_hair(b, &m);
  else if (m.out_of_memory) memory_error(m.memory, total * sizeof(StrandPoint), source.what, source.error);
  array_free(m.memory, &m.knots);
  array_free(m.memory, &m.samples);
  array_free(m.memory, &m.points);
  array_free(m.memory, &m.segments);
  return node;
}

/* ---- what it is of */

MlMaterial ml_hair_material(MlBuilder *b, const MlHairMaterialDesc *desc, MlError *error) {
  FLOAT_STATE_OURS;
  DescSource source = {.what = "hair_material", .error = error};
  MlHairMaterialDesc d;
  MaterialDraft draft = draft_begin();
  if (!DESC_READ(&source, MlHairMaterialDesc, desc, &d)) return 0;
  const bool colored = d.has_color || !color_is_black(d.color) || d.color_texture != 0;
  if (!d.has_roughness && d.roughness == 0.0f) d.roughness = 0.3f;
  if (!d.has_azimuthal && d.azimuthal == 0.0f) d.azimuthal = 0.3f;
  if (d.ior == 0.0f) d.ior = 1.55f;
  if (!desc_color(&source, "color", d.color, 1.0f) || !desc_range(&source, "melanin", d.melanin, 0.0f, 100.0f) ||
      !desc_unit(&source, "redness", d.redness) || !desc_unit(&source, "roughness", d.roughness) ||
      !desc_unit(&source, "azimuthal", d.azimuthal) || !desc_range(&source, "ior", d.ior, 1.0f, 3.0f) ||
      !desc_range(&source, "tilt", d.tilt, -45.0f, 45.0f) || !draft_surface(b, &draft, &d.emission, &d.relief, &source))
    return 0;
  // Absorption of eumelanin and pheomelanin (d'Eon et al. 2011, table 1, as in pbrt)
  static const float brown[3] = {0.419f, 0.697f, 1.37f}, red[3] = {0.187f, 0.4f, 1.05f};
  Lobe lobe = {.kind = LOBE_HAIR, .color = spectrum_all(1.0f), .ior = d.ior, .alpha = d.roughness, .sigma = d.azimuthal};
  lobe.film = d.tilt * 0.0174532925f;
  MlColor absorbed = {0.0f, 0.0f, 0.0f};
  if (colored) {
    lobe.color = spectrum_from_color(desc_color_or(d.color, d.has_color, 1.0f));
  } else {
    float *channels[3] = {&absorbed.r, &absorbed.g, &absorbed.b};
    for (int i = 0; i < 3; i++) *channels[i] = d.melanin * ((1.0f - d.redness) * brown[i] + d.redness * red[i]);
  }
  lobe.absorption = spectrum_from_color(absorbed);
  if (!draft_lobe(&draft, lobe, &source) || !draft_vary(b, &draft, PATCH_COLOR, d.color_texture, "color_texture", &source)) return 0;
  return draft_finish(b, &draft, &source);
}
