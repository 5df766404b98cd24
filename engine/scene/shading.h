/* shading.h - a material at one point of a surface: lobes, emission, opacity, and the normal as its relief bends it. Per-ray code.
 *
 * Materials that are the same everywhere are used as they are frozen; the others are resolved into scratch.
 *
 * What light sampling and rays that scatter must agree on (emission, opacity) is looked at without a footprint wherever both can find it:
 * behind rough surfaces. Seen from the camera and through specular scattering alone it is filtered. */
#ifndef ML_SCENE_SHADING_H
#define ML_SCENE_SHADING_H

#include "scene/texture_point.h"
#include "shade/resolve.h"

typedef struct Shading {
  const Lobe *lobes; /* of material->lobe_count; where it is there at all */
  Spectrum emission; /* with the opacity in it */
  float opacity;     /* 0..1 */
  Lobe scratch[MATERIAL_MAX_LOBES];
} Shading;

static inline Spectrum emission_at(const Scene *scene, const Material *material, const TexturePoint *at) {
  if (!(material->varies & VARIES_EMISSION)) return material->emission;
  return spectrum_clamp(texture_eval(&scene->textures, material->emission_texture, at, false), 0.0f, 1e30f);
}
static inline float opacity_at(const Scene *scene, const Material *material, const TexturePoint *at) {
  if (!(material->varies & VARIES_OPACITY)) return 1.0f;
  return clamp_f(texture_number(&scene->textures, material->opacity, at), 0.0f, 1.0f);
}

/* ---- relief */

/* The two directions of a span, made orthogonal to n and unit; those of any frame where it has none. */
static inline Span span_about(const Span *span, Vec3 n) {
  Frame frame = frame_from_normal(n);
  Vec3 x = span->x - dot(span->x, n) * n, y = span->y - dot(span->y, n) * n;
  float xx = length_squared(x);
  if (!(xx > 0.0f)) return (Span){frame.s, frame.t};
  x = x / sqrt_f(xx);
  y = y - dot(y, x) * x;
  float yy = length_squared(y);
  return (Span){x, yy > 0.0f ? y / sqrt_f(yy) : cross(n, x)};
}

static inline Vec3 normal_by_map(const Scene *scene, const Material *material, const TexturePoint *at, const Span *uv_span, Vec3 n) {
  Vec3 t = 2.0f * spectrum_to_vec3(texture_eval(&scene->textures, material->normal, at, true)) - vec3_all(1.0f);
  Span axes = span_about(uv_span, n);
  t = t * vec3(material->normal_scale, material->normal_scale, 1.0f);
  return normalize(axes.x * t[0] + axes.y * t[1] + n * max_f(t[2], 0.01f));
}

/* Blinn 1978: the normal of the surface moved along itself by the height h, n - grad h, from differences over `step` metres. */
static inline Vec3 normal_by_bump(const Scene *scene, const Material *material, const Surface *surface, Vec3 d, float step, Vec3 n) {
  Frame frame = frame_from_normal(surface->ng);
  Span steps = {step * frame.s, step * frame.t}, uv_span;
  TexturePoint at;
  texture_point_at(scene, surface, &steps, material->varies, &uv_span, &at);
  if (material->varies & VARIES_POINT) texture_point_see(scene, surface, &steps, material->varies, d, &at);
  TexturePoint along = at, across = at;
  along.world += at.wx, across.world += at.wy;
  along.p += at.px;
  along.uv.x += at.uvx.x, along.uv.y += at.uvx.y;
  across.p += at.py;
  across.uv.x += at.uvy.x, across.uv.y += at.uvy.y;
  float h = texture_number(&scene->textures, material->bump, &at), scale = material->bump_height * at.stretch / step;
  float slope_s = scale * (texture_number(&scene->textures, material->bump, &along) - h);
  float slope_t = scale * (texture_number(&scene->textures, material->bump, &across) - h);
  return normalize(n - slope_s * frame.s - slope_t * frame.t);
}

/* Bends surface->ns; it stays on the side of ng, never quite along the surface. */
static inline void surface_bend(const Scene *scene, const Material *material, const TexturePoint *at, const Span *uv_span, Vec3 d,
                                float width, Surface *surface) {
  const float least = 0.02f;
  Vec3 n = surface->ns;
  if (material->normal != NO_ID) n = normal_by_map(scene, material, at, uv_span, n);
  // Half a footprint at a time, and what doubles and floats still tell apart
  float step = max_f(0.5f * width, 64.0f * length(surface->p_error));
  if (material->bump != NO_ID && step > 0.0f) n = normal_by_bump(scene, material, surface, d, step, n);
  float height = dot(n, surface->ng);
  if (height < least) n = normalize(n + (least - height) * surface->ng);
  if (vec3_is_finite(n)) surface->ns = n;
}

/* ---- all of it */

/* Weights have the opacity in them (material_draft.h). */
static inline void shading_take_opacity(const Material *material, Shading *out) {
  for (uint32_t i = 0; i < material->lobe_count; i++) {
    if (out->lobes != out->scratch) out->scratch[i] = out->lobes[i];
    out->scratch[i].weight = out->opacity > 0.0f ? min_f(out->scratch[i].weight / out->opacity, 1.0f) : 0.0f;
  }
  out->lobes = out->scratch;
}

/* The part of shading_at for what varies, out of the way of what does not. */
static __attribute__((noinline)) void shading_vary(const Scene *scene, const Material *material, Surface *surface, Vec3 d, float width,
                                                   bool exact, Shading *out) {
  Span footprint = span_of_cone(surface->ng, d, width), uv_span = span_none();
  TexturePoint at;
  texture_point_at(scene, surface, &footprint, material->varies, &uv_span, &at);
  if (material->varies & VARIES_POINT) texture_point_see(scene, surface, &footprint, material->varies, d, &at);
  if (material->varies & (VARIES_EMISSION | VARIES_OPACITY)) {
    TexturePoint here = at;
    if (exact) {
      here.px = here.py = here.wx = here.wy = vec3_all(0.0f);
      here.uvx = here.uvy = (Vec2){0.0f, 0.0f};
      here.normal = surface->ng; // light sampling knows no other
    }
    out->emission = emission_at(scene, material, &here);
    out->opacity = opacity_at(scene, material, &here);
    if (exact) at = here; // weights and opacity are of one mask
  }
  if (material->varies & VARIES_LOBES) {
    material_resolve(material, scene->lobes, scene->patches, &scene->textures, &at, out->scratch);
    out->lobes = out->scratch;
  }
  if (out->opacity < 1.0f) shading_take_opacity(material, out);
  if (material->varies & VARIES_NORMAL) surface_bend(scene, material, &at, &uv_span, d, width, surface);
}

/* d: the way of the ray that came; width: of its cone here; exact: whether emission and opacity are wanted without a footprint.
 * surface->ns is bent where the material has a relief. */
static inline void shading_at(const Scene *scene, const Material *material, Surface *surface, Vec3 d, float width, bool exact,
                              Shading *out) {
  out->lobes = scene->lobes + material->first_lobe;
  out->emission = material->emission;
  out->opacity = 1.0f;
  if (material->varies != 0) shading_vary(scene, material, surface, d, width, exact, out);
}

/* Emission and opacity of a surface without a footprint, for light sampling and shadow rays. d: the way of a ray that came, of any length. */
static inline void shading_exact_at(const Scene *scene, const Material *material, const Surface *surface, Vec3 d, Spectrum *emission,
                                    float *opacity) {
  Span none = span_none(), uv_span;
  TexturePoint at = {0};
  if (material->varies & (VARIES_EMISSION | VARIES_OPACITY)) {
    texture_point_at(scene, surface, &none, material->varies, &uv_span, &at);
    if (material->varies & VARIES_POINT) texture_point_see(scene, surface, &none, material->varies, d, &at);
    at.normal = surface->ng;
  }
  if (emission != NULL) *emission = emission_at(scene, material, &at);
  if (opacity != NULL) *opacity = opacity_at(scene, material, &at);
}

#endif
