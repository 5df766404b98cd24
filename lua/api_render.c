/* api_render.c - render: fields, and the settings that they make. Calls merge; a field set twice is an error. */
#include "reader.h"
#include "render.h"

/* The fields in the order below, for what of them was set. */
static void merge(Runtime *runtime, const RenderDesc *desc, uint64_t given) {
  MlSettings *s = &runtime->settings;
  const uint64_t all = given;
  enum { SIZE, SAMPLES, BOUNCES, SEED, FILTER, FILTER_WIDTH, SAMPLER, STRATEGY, ROULETTE, CLAMP, TONEMAP, INTEGRATOR, CLAMP_DIFFUSE };
  if (all >> SIZE & 1) runtime->size = desc->size;
  if (all >> SAMPLES & 1) s->samples = (uint32_t)desc->samples;
  if (all >> BOUNCES & 1) {
    s->has_bounces = true;
    s->bounces = desc->bounces;
  }
  if (all >> SEED & 1) s->seed = (uint64_t)desc->seed;
  if (all >> FILTER & 1) s->filter = (MlFilter)desc->filter;
  if (all >> FILTER_WIDTH & 1) s->filter_width = (float)desc->filter_width;
  if (all >> SAMPLER & 1) s->sampler = (MlSampler)desc->sampler;
  if (all >> STRATEGY & 1) s->strategy = (MlStrategy)desc->strategy;
  if (all >> ROULETTE & 1) s->no_roulette = !desc->roulette;
  if (all >> CLAMP & 1) s->clamp = (float)desc->clamp;
  if (all >> TONEMAP & 1) runtime->tonemap = (MlTonemap)desc->tonemap;
  if (all >> INTEGRATOR & 1) s->integrator = (MlIntegrator)desc->integrator;
  if (all >> CLAMP_DIFFUSE & 1) s->clamp_diffuse = (float)desc->clamp_diffuse;
}

static bool build_render(Reading *r, Node *node) {
  Runtime *runtime = r->runtime;
  const Report here = runtime_report_here(r->L, SCRIPT_ERROR, "", r->callee);
  for (uint32_t i = 0; i < r->entry->field_count; i++) {
    const uint64_t bit = api_bit(r->entry, i);
    if (!(node->given & bit)) continue;
    if (runtime->render_given & bit)
      reader_fail_field(r, r->entry->fields[i].name, "twice", "set twice: the first time at %s:%u", runtime->render_files[i],
                        runtime->render_lines[i]);
    runtime->render_files[i] = here.file ? here.file : "";
    runtime->render_lines[i] = here.query.line;
  }
  runtime->render_given |= node->given;
  merge(runtime, (const RenderDesc *)node->desc, node->given);
  return true;
}

static const char *const integrators[] = {"path", "whitted", "ao", "normals", "albedo", "depth", NULL};
static const char *const filters[] = {"box", "gaussian", "blackman-harris", NULL};
static const char *const samplers[] = {"sobol", "independent", NULL};
static const char *const strategies[] = {"mis", "light", "bsdf", NULL};
static const char *const tonemaps[] = {"agx", "neutral", "none", "false_color", NULL};
// clang-format off
static const ApiField render_fields[] = {
  {.name = "size", .type = API_PIXELS, .range = {1, 65535, 1, 16384, false}, .unit = "pixels", .def = "{1280, 720}",
   .synonyms = "resolution,width,height,res,dimensions", .offset = offsetof(RenderDesc, size), .doc = "Width and height of the picture."},
  {.name = "samples", .type = API_INT, .range = {1, 16777216, 1, 65536, false}, .def = "64",
   .synonyms = "spp,samples_per_pixel,quality,passes", .offset = offsetof(RenderDesc, samples),
   .doc = "Per pixel; four times as many halve the noise."},
  {.name = "bounces", .type = API_BOUNCES, .range = {0, 65535, 0, 65535, false}, .def = "16",
   .synonyms = "depth,max_depth,bounce,recursion", .offset = offsetof(RenderDesc, bounces),
   .doc = "Scattering events of a path: 0 shows emitters, 1 direct light; or by kind, 16 where not given."},
  {.name = "seed", .type = API_INT, .range = {0, 9007199254740992.0, 0, 9007199254740992.0, false}, .def = "1",
   .synonyms = "random,randomseed", .offset = offsetof(RenderDesc, seed), .doc = "Another seed is another noise."},
  {.name = "filter", .type = API_WORD, .words = filters, .def = "\"box\"", .flags = API_ADVANCED, .synonyms = "reconstruction,antialiasing",
   .offset = offsetof(RenderDesc, filter), .doc = "How a pixel gathers its samples."},
  {.name = "filter_width", .type = API_NUMBER, .range = {0, 32, 0.5, 8, true}, .unit = "pixels", .def = "1", .flags = API_ADVANCED,
   .synonyms = "filter_radius,filter_size", .offset = offsetof(RenderDesc, filter_width), .doc = "The filter's full width."},
  {.name = "sampler", .type = API_WORD, .words = samplers, .def = "\"sobol\"", .flags = API_ADVANCED,
   .offset = offsetof(RenderDesc, sampler), .doc = "Where random numbers come from."},
  {.name = "strategy", .type = API_WORD, .words = strategies, .def = "\"mis\"", .flags = API_ADVANCED,
   .offset = offsetof(RenderDesc, strategy), .doc = "How light is looked for: both ways, only towards lights, only by the material."},
  {.name = "roulette", .type = API_BOOL, .def = "true", .flags = API_ADVANCED, .synonyms = "russian_roulette,rr",
   .offset = offsetof(RenderDesc, roulette), .doc = "Ends faint paths early, without bias."},
  {.name = "clamp", .type = API_NUMBER, .range = {0, 1e30, 0, 1e30, false}, .def = "0", .synonyms = "clamp_indirect,fireflies",
   .offset = offsetof(RenderDesc, clamp), .doc = "Largest channel of one sample's indirect light; 0 is off."},
  {.name = "tonemap", .type = API_WORD, .words = tonemaps, .def = "\"agx\"", .synonyms = "tone_map,tonemapping,display,view",
   .offset = offsetof(RenderDesc, tonemap), .doc = "How radiance becomes display colours (png, jpg); false_color: a colour per stop, to judge the exposure."},
  {.name = "integrator", .type = API_WORD, .words = integrators, .def = "\"path\"", .synonyms = "mode,method,renderer",
   .offset = offsetof(RenderDesc, integrator),
   .doc = "path: all light; whitted: hard shadows and perfect mirrors, no noise; the rest are for previews."},
  {.name = "clamp_diffuse", .type = API_NUMBER, .range = {0, 1e30, 0, 1e30, false}, .def = "0", .flags = API_ADVANCED,
   .offset = offsetof(RenderDesc, clamp_diffuse),
   .doc = "With whitted: largest channel of a surface's direct diffuse light before blending; 0 is off."},
};
const ApiEntry api_render = {"render", API_SETTING, render_fields, API_COUNT(render_fields), NULL, sizeof(RenderDesc), 0,
  "How the picture is made; the command's options come before it.",
  "render{ size = {640, 360}, samples = 16 }\nsphere{ floor = true }\nplane{}", "camera", build_render};
// clang-format on
