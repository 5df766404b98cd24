/* settings.c - defaults, checks and identity of MlSettings. */
#include <string.h>

#include "base/error.h"
#include "base/hash.h"
#include "base/number.h"
#include "render/kernel.h"

#define MAX_BOUNCES 65535u
#define MAX_TILE 65535u

static MlStatus check(const MlSettings *s, MlError *error) {
  if ((unsigned)s->integrator > ML_DEPTH)
    return error_set(error, ML_ERROR_ARGUMENT, "integrator: %u is not known", (unsigned)s->integrator);
  if ((unsigned)s->filter > ML_FILTER_BLACKMAN_HARRIS)
    return error_set(error, ML_ERROR_ARGUMENT, "filter: %u is not known", (unsigned)s->filter);
  if ((unsigned)s->sampler > ML_SAMPLER_INDEPENDENT)
    return error_set(error, ML_ERROR_ARGUMENT, "sampler: %u is not known", (unsigned)s->sampler);
  if ((unsigned)s->strategy > ML_STRATEGY_BSDF)
    return error_set(error, ML_ERROR_ARGUMENT, "strategy: %u is not known", (unsigned)s->strategy);
  if (s->samples > FILM_MAX_SAMPLES || s->first_sample > FILM_MAX_SAMPLES - s->samples)
    return error_set(error, ML_ERROR_LIMIT, "samples: the last one is number %llu, more than %u",
                     (unsigned long long)s->first_sample + s->samples, FILM_MAX_SAMPLES);
  const uint32_t bounces[] = {s->bounces.total, s->bounces.diffuse, s->bounces.glossy, s->bounces.transmission};
  for (int i = 0; i < 4; i++) {
    static const char *const names[] = {"", ".diffuse", ".glossy", ".transmission"};
    if (bounces[i] > MAX_BOUNCES)
      return error_set(error, ML_ERROR_ARGUMENT, "bounces%s: expected 0 to %u, got %u", names[i], MAX_BOUNCES, bounces[i]);
  }
  if (!(s->filter_width > 0.0f && s->filter_width <= 64.0f))
    return error_set(error, ML_ERROR_ARGUMENT, "filter_width: expected more than 0 and at most 64 pixels, got %s",
                     number_text((double)s->filter_width).text);
  if (!(s->clamp >= 0.0f))
    return error_set(error, ML_ERROR_ARGUMENT, "clamp: expected 0 (off) or more, got %s", number_text((double)s->clamp).text);
  if (!(s->clamp_diffuse >= 0.0f))
    return error_set(error, ML_ERROR_ARGUMENT, "clamp_diffuse: expected 0 (off) or more, got %s",
                     number_text((double)s->clamp_diffuse).text);
  if (!(s->ao_distance > 0.0f))
    return error_set(error, ML_ERROR_ARGUMENT, "ao_distance: expected more than 0 metres, got %s",
                     number_text((double)s->ao_distance).text);
  if (s->tile > MAX_TILE) return error_set(error, ML_ERROR_ARGUMENT, "tile: expected 1 to %u pixels, got %u", MAX_TILE, s->tile);
  return ML_OK;
}

MlStatus settings_resolve(const MlSettings *settings, const Scene *scene, RenderSettings *out, MlError *error) {
  MlSettings s = {0};
  if (settings) {
    if (settings->size == 0 || settings->size > sizeof s)
      return error_set(error, ML_ERROR_ARGUMENT, "settings.size: expected sizeof(MlSettings) = %u, got %llu", (unsigned)sizeof s,
                       (unsigned long long)settings->size);
    memcpy(&s, settings, settings->size);
  }
  s.size = sizeof s;
  if (s.samples == 0) s.samples = 64;
  if (!s.has_bounces) s.bounces = (MlBounces){16, 16, 16, 16};
  s.has_bounces = true;
  if (s.filter_width == 0.0f) s.filter_width = 1.0f;
  if (s.ao_distance == 0.0f)
    s.ao_distance = scene && scene->bound_radius > 0.0f ? 0.2f * scene->bound_radius : 1.0f; /* a tenth of the diagonal */
  if (s.tile == 0) s.tile = 32;
  TRY(check(&s, error));

  memset(out, 0, sizeof *out);
  out->s = s;
  filter_init(&out->filter, s.filter, s.filter_width);
  return ML_OK;
}

bool integrator_shows_data(MlIntegrator integrator) {
  return integrator == ML_AO || integrator == ML_NORMALS || integrator == ML_ALBEDO || integrator == ML_DEPTH;
}

uint64_t settings_hash(const RenderSettings *settings, const Camera *camera) {
  const MlSettings *s = &settings->s;
  const uint32_t choices[] = {ML_PICTURE_VERSION,    (uint32_t)s->integrator, s->bounces.total,    s->bounces.diffuse,
                              s->bounces.glossy,     s->bounces.transmission, (uint32_t)s->filter, (uint32_t)s->sampler,
                              (uint32_t)s->strategy, s->no_roulette,          camera->kind,        camera->blades};
  const float values[] = {s->filter_width, s->clamp,           s->clamp_diffuse,    s->ao_distance,     camera->from[0], camera->from[1],
                          camera->from[2], camera->right[0],   camera->right[1],    camera->right[2],   camera->up[0],   camera->up[1],
                          camera->up[2],   camera->forward[0], camera->forward[1],  camera->forward[2], camera->scale_x, camera->scale_y,
                          camera->width,   camera->height,     camera->lens_radius, camera->focus};
  HashStream stream;
  hash_begin(&stream, s->seed);
  hash_add(&stream, choices, sizeof choices);
  hash_add(&stream, values, sizeof values);
  if (camera->shutter != 0.5f) hash_add(&stream, &camera->shutter, sizeof camera->shutter);
  if (camera->moves) {
    const Vec3 ways[] = {camera->view, camera->upward, camera->next_from, camera->next_view, camera->next_upward};
    for (uint32_t i = 0; i < sizeof ways / sizeof *ways; i++) {
      float way[3];
      vec3_store(way, ways[i]);
      hash_add(&stream, way, sizeof way);
    }
  }
  return hash_end(&stream);
}
