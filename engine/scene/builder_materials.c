/* builder_materials.c - materials: checked, and flattened into weighted lobes as they are made, so that a mix is one run of lobes. */
#include <stddef.h>

#include "math/ieee.h"
#include "scene/builder.h"

static const MlColor white = {1.0f, 1.0f, 1.0f};
static const MlColor default_albedo = {0.8f, 0.8f, 0.8f};

static bool is_black(MlColor c) { return c.r == 0.0f && c.g == 0.0f && c.b == 0.0f; }
/* A colour that was written, black included, or the default. */
static MlColor color_or(MlColor c, bool has_color, MlColor value) { return has_color || !is_black(c) ? c : value; }

static MlMaterial out_of_memory(const MlBuilder *b, MlError *error) {
  memory_error(b->context.memory, (b->materials.count + 1) * sizeof(Material), "materials", error);
  return 0;
}

/* Appends a material of the given lobes; 0 when memory is out, which leaves everything as it was. */
static MlMaterial add_material(MlBuilder *b, const Lobe *lobes, uint32_t count, Spectrum emission, bool front_only, MlError *error) {
  Memory *memory = b->context.memory;
  if (!array_reserve(memory, &b->lobes, count) || !array_reserve(memory, &b->materials, 1)) return out_of_memory(b, error);
  Material material = {.emission = emission,
                       .first_lobe = (uint32_t)b->lobes.count,
                       .lobe_count = count,
                       .emits = !spectrum_is_black(emission),
                       .front_only = front_only && !spectrum_is_black(emission)};
  for (uint32_t i = 0; i < count; i++) b->lobes.data[b->lobes.count++] = lobes[i];
  b->materials.data[b->materials.count++] = material;
  return (MlMaterial)(b->materials.count - 1);
}

static bool check_emission(const DescSource *source, const MlEmission *emission) {
  return desc_color(source, "emission.radiance", emission->radiance, INFINITY_F);
}

/* A material of one lobe, or of none where there is nothing to scatter. */
static MlMaterial add_single(MlBuilder *b, Lobe lobe, const MlEmission *emission, MlError *error) {
  lobe.weight = 1.0f;
  lobe_finish(&lobe);
  return add_material(b, &lobe, 1, spectrum_from_color(emission->radiance), emission->front_only, error);
}

MlStatus builder_add_default_material(MlBuilder *b, MlError *error) {
  Lobe lobe = {.kind = LOBE_DIFFUSE, .color = spectrum_from_color(default_albedo), .weight = 1.0f};
  lobe_finish(&lobe);
  add_material(b, &lobe, 1, spectrum_zero(), false, error);
  return b->materials.count == 1 ? ML_OK : ML_ERROR_MEMORY;
}

MlMaterial ml_matte(MlBuilder *b, const MlMatteDesc *desc, MlError *error) {
  FLOAT_STATE_OURS;
  DescSource source = {.what = "matte", .error = error};
  MlMatteDesc d;
  if (!DESC_READ(&source, MlMatteDesc, desc, &d)) return 0;
  MlColor color = color_or(d.color, d.has_color, default_albedo);
  if (!desc_color(&source, "color", color, 1.0f) || !check_emission(&source, &d.emission)) return 0;
  return add_single(b, (Lobe){.kind = LOBE_DIFFUSE, .color = spectrum_from_color(color)}, &d.emission, error);
}

MlMaterial ml_mirror(MlBuilder *b, const MlMirrorDesc *desc, MlError *error) {
  FLOAT_STATE_OURS;
  DescSource source = {.what = "mirror", .error = error};
  MlMirrorDesc d;
  if (!DESC_READ(&source, MlMirrorDesc, desc, &d)) return 0;
  MlColor color = color_or(d.color, d.has_color, white);
  if (!desc_color(&source, "color", color, 1.0f) || !check_emission(&source, &d.emission)) return 0;
  return add_single(b, (Lobe){.kind = LOBE_MIRROR, .color = spectrum_from_color(color)}, &d.emission, error);
}

MlMaterial ml_metal(MlBuilder *b, const MlMetalDesc *desc, MlError *error) {
  FLOAT_STATE_OURS;
  DescSource source = {.what = "metal", .error = error};
  MlMetalDesc d;
  if (!DESC_READ(&source, MlMetalDesc, desc, &d)) return 0;
  if (!(d.roughness >= 0.0f && d.roughness <= 1.0f)) {
    desc_fail(&source, ".roughness: expected a number from 0 to 1, got %s", number_text((double)d.roughness).text);
    return 0;
  }
  if (!check_emission(&source, &d.emission)) return 0;
  Lobe lobe = {.kind = LOBE_CONDUCTOR, .alpha = d.roughness * d.roughness, .artist = d.artist, .multiscatter = !d.no_multiscatter};
  if (d.artist) {
    if (!desc_color(&source, "color", d.color, 1.0f) || !desc_color(&source, "edge", d.edge, 1.0f)) return 0;
    lobe.color = spectrum_from_color(d.color);
    lobe.edge = spectrum_from_color(d.edge);
  } else {
    if (!desc_color(&source, "eta", d.eta, 1000.0f) || !desc_color(&source, "k", d.k, 1000.0f)) return 0;
    if (!(d.eta.r > 0.0f && d.eta.g > 0.0f && d.eta.b > 0.0f)) {
      MlVec3 eta = {(double)d.eta.r, (double)d.eta.g, (double)d.eta.b};
      desc_fail(&source, ".eta: expected channels above 0, got %s", vector_text(eta).text);
      return 0;
    }
    lobe.eta = spectrum_from_color(d.eta);
    lobe.k = spectrum_from_color(d.k);
    lobe.color = lobe.edge = spectrum_from_color(white);
  }
  return add_single(b, lobe, &d.emission, error);
}

MlMaterial ml_glass(MlBuilder *b, const MlGlassDesc *desc, MlError *error) {
  FLOAT_STATE_OURS;
  DescSource source = {.what = "glass", .error = error};
  MlGlassDesc d;
  if (!DESC_READ(&source, MlGlassDesc, desc, &d)) return 0;
  float ior = d.ior == 0.0f ? 1.5f : d.ior;
  if (!(ior >= 0.1f && ior <= 10.0f)) {
    desc_fail(&source, ".ior: expected a number from 0.1 to 10, got %s", number_text((double)ior).text);
    return 0;
  }
  MlColor color = color_or(d.color, d.has_color, white);
  if (!desc_color(&source, "color", color, 1.0f) || !desc_color(&source, "absorption", d.absorption, INFINITY_F) ||
      !check_emission(&source, &d.emission))
    return 0;
  Lobe lobe = {.kind = LOBE_DIELECTRIC, .color = spectrum_from_color(color), .absorption = spectrum_from_color(d.absorption), .ior = ior};
  return add_single(b, lobe, &d.emission, error);
}

MlMaterial ml_emit(MlBuilder *b, const MlEmitDesc *desc, MlError *error) {
  FLOAT_STATE_OURS;
  DescSource source = {.what = "emit", .error = error};
  MlEmitDesc d;
  if (!DESC_READ(&source, MlEmitDesc, desc, &d) || !check_emission(&source, &d.emission)) return 0;
  return add_material(b, NULL, 0, spectrum_from_color(d.emission.radiance), d.emission.front_only, error);
}

/* Appends the lobes of `material` with their weights times `share`. */
static void take_lobes(const MlBuilder *b, const Material *material, float share, Lobe *lobes, uint32_t *count) {
  for (uint32_t i = 0; i < material->lobe_count && share > 0.0f; i++) {
    lobes[*count] = b->lobes.data[material->first_lobe + i];
    lobes[(*count)++].weight *= share;
  }
}

MlMaterial ml_mix(MlBuilder *b, const MlMixDesc *desc, MlError *error) {
  FLOAT_STATE_OURS;
  DescSource source = {.what = "mix", .error = error};
  MlMixDesc d;
  if (!DESC_READ(&source, MlMixDesc, desc, &d) || !desc_material(&source, b, "a", d.a) || !desc_material(&source, b, "b", d.b)) return 0;
  if (!(d.amount >= 0.0f && d.amount <= 1.0f)) {
    desc_fail(&source, ".amount: expected a number from 0 to 1, got %s", number_text((double)d.amount).text);
    return 0;
  }
  if (!check_emission(&source, &d.emission)) return 0;
  const Material *parts[2] = {builder_material(b, d.a), builder_material(b, d.b)};
  const float shares[2] = {1.0f - d.amount, d.amount};
  if (parts[0]->lobe_count + parts[1]->lobe_count > MATERIAL_MAX_LOBES) {
    error_set_at(error, ML_ERROR_LIMIT, d.place, "mix: %u materials in one, at most %u are possible",
                 parts[0]->lobe_count + parts[1]->lobe_count, (unsigned)MATERIAL_MAX_LOBES);
    return 0;
  }
  // Emissions add up, but one emission has one kind of sides
  Spectrum emission = spectrum_from_color(d.emission.radiance);
  bool any = !spectrum_is_black(emission), front_only = d.emission.front_only;
  Lobe lobes[MATERIAL_MAX_LOBES];
  uint32_t count = 0;
  for (int i = 0; i < 2; i++) {
    take_lobes(b, parts[i], shares[i], lobes, &count);
    if (!parts[i]->emits || shares[i] == 0.0f) continue;
    if (any && front_only != (parts[i]->front_only != 0)) {
      desc_fail(&source, ": expected emissions of the same sides, got one of the front only and one of both");
      return 0;
    }
    emission += shares[i] * parts[i]->emission;
    front_only = parts[i]->front_only != 0;
    any = true;
  }
  if (!spectrum_is_finite(emission)) {
    error_set_at(error, ML_ERROR_LIMIT, d.place, "mix: too bright, the sum of its emissions is not finite");
    return 0;
  }
  return add_material(b, lobes, count, emission, front_only, error);
}

bool ml_metal_preset(const char *name, MlColor *eta, MlColor *k) { return name != NULL && metal_preset(name, eta, k); }
