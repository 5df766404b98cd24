/* test_scene_materials.c - layered materials as the builder makes them: every message, which lobes they come to, and of whole materials what every
 * lobe must keep: energy, reciprocity, samples that follow their density, finite numbers at the ends of every range. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#define ALBEDO_SIDE 60
#include "bsdf_checks.h"
#include "builder_fixture.h"
#include "shade/resolve.h"

#define REFUSES(call, text)                                                                                                                \
  do {                                                                                                                                     \
    uint64_t materials_ = b->materials.count, lobes_ = b->lobes.count;                                                                     \
    error = (MlError){0};                                                                                                                  \
    assert_int_equal((call), 0);                                                                                                           \
    assert_string_equal(error.message, text);                                                                                              \
    assert_int_equal(error.place, 42);                                                                                                     \
    assert_true(materials_ == b->materials.count && lobes_ == b->lobes.count);                                                             \
  } while (0)
#define AT42(Type, ...) &ML_DESC(Type, .place = 42, __VA_ARGS__), &error
static uint32_t accepted(uint32_t id) {
  if (id == 0) fail_msg("refused: %s", error.message);
  return id;
}
#define MAKE(make, Type, ...) accepted(make(b, &ML_DESC(Type, __VA_ARGS__), &error))
#define PRINCIPLED(...) MAKE(ml_principled, MlPrincipledDesc, __VA_ARGS__)

static const Lobe *lobes_of(MlMaterial m) { return &b->lobes.data[builder_material(b, m)->first_lobe]; }
static uint32_t count_of(MlMaterial m) { return builder_material(b, m)->lobe_count; }
static MlColor gray(float v) { return (MlColor){v, v, v}; }
static MlMaterial matte(float albedo) { return MAKE(ml_matte, MlMatteDesc, .color = gray(albedo), .has_color = true); }

static void messages(void **state) {
  (void)state;
  const float nan = __builtin_nanf("");
  const MlColor bright = {.5f, 1.5f, 0};
  REFUSES(ml_matte(b, AT42(MlMatteDesc, .sigma = 2)), "matte.sigma: expected a number from 0 to 1, got 2");
  MlMetalDesc metal = ML_DESC(MlMetalDesc, .artist = true, .place = 42);
  metal.stretch.anisotropy = 2;
  REFUSES(ml_metal(b, &metal, &error), "metal.stretch.anisotropy: expected a number from -1 to 1, got 2");
  metal.stretch = (MlStretch){.5f, nan};
  REFUSES(ml_metal(b, &metal, &error), "metal.stretch.rotation: expected a finite number, got nan");
  metal.stretch.rotation = 0;
  metal.film.thickness = -1;
  REFUSES(ml_metal(b, &metal, &error), "metal.film.thickness: expected a number from 0 to 100000, got -1");
  metal.film = (MlFilmCoat){100, .5f};
  REFUSES(ml_metal(b, &metal, &error), "metal.film.ior: expected a number from 1 to 5, got 0.5");
  REFUSES(ml_translucent(b, AT42(MlTranslucentDesc, .amount = nan)), "translucent.amount: expected a number from 0 to 1, got nan");
  REFUSES(ml_translucent(b, AT42(MlTranslucentDesc, .transmit = bright)),
          "translucent.transmit: expected channels from 0 to 1, got (0.5, 1.5, 0)");
  REFUSES(ml_translucent(b, AT42(MlTranslucentDesc, .amount_texture = 9)),
          "translucent.amount_texture: expected a texture of this builder, got 9");
  REFUSES(ml_plastic(b, AT42(MlPlasticDesc, .ior = 4)), "plastic.ior: expected a number from 1 to 3, got 4");
  REFUSES(ml_plastic(b, AT42(MlPlasticDesc, .color = bright)), "plastic.color: expected channels from 0 to 1, got (0.5, 1.5, 0)");
  REFUSES(ml_plastic(b, AT42(MlPlasticDesc, .roughness = -1)), "plastic.roughness: expected a number from 0 to 1, got -1");
  REFUSES(ml_coat(b, AT42(MlCoatDesc, .base = 9)), "coat.base: expected a material of this builder, got 9");
  REFUSES(ml_coat(b, AT42(MlCoatDesc, .amount = 2)), "coat.amount: expected a number from 0 to 1, got 2");
  REFUSES(ml_coat(b, AT42(MlCoatDesc, .ior = .5f)), "coat.ior: expected a number from 1 to 3, got 0.5");
  REFUSES(ml_coat(b, AT42(MlCoatDesc, .color = bright)), "coat.color: expected channels from 0 to 1, got (0.5, 1.5, 0)");
  REFUSES(ml_sheen(b, AT42(MlSheenDesc, .roughness = 2)), "sheen.roughness: expected a number from 0 to 1, got 2");
  REFUSES(ml_sheen(b, AT42(MlSheenDesc, .color_texture = 9)), "sheen.color_texture: expected a texture of this builder, got 9");
  REFUSES(ml_layered(b, AT42(MlLayeredDesc, )), "layered.layers: expected at least one material, got none");
  const MlMaterial wrong[2] = {matte(.5f), matte(.5f)}, unknown[1] = {99};
  REFUSES(ml_layered(b, AT42(MlLayeredDesc, .layers = wrong, .layer_count = 2)),
          "layered.layers[0]: expected a coat or a sheen over the others, got another material");
  REFUSES(ml_layered(b, AT42(MlLayeredDesc, .layers = unknown, .layer_count = 1)),
          "layered.layers: expected a material of this builder, got 99");
  REFUSES(ml_principled(b, AT42(MlPrincipledDesc, .metallic = 2)), "principled.metallic: expected a number from 0 to 1, got 2");
  REFUSES(ml_principled(b, AT42(MlPrincipledDesc, .coat_ior = 4)), "principled.coat_ior: expected a number from 1 to 3, got 4");
  REFUSES(ml_principled(b, AT42(MlPrincipledDesc, .depth = nan)), "principled.depth: expected a finite number of at least 0, got nan");
  REFUSES(ml_principled(b, AT42(MlPrincipledDesc, .sheen_texture = 9)), "principled.sheen: expected a texture of this builder, got 9");
  MlTexture texture = accepted(ml_checker(b, &ML_DESC(MlCheckerDesc, .a.color = gray(1)), &error));
  REFUSES(ml_principled(b, AT42(MlPrincipledDesc, .depth = 1, .color_texture = texture)),
          "principled.depth: expected none, as what is left after a depth is one colour, not a texture");
  MlMaterial deep = matte(.5f);
  for (int i = 1; i < MATERIAL_MAX_LOBES; i++) deep = MAKE(ml_coat, MlCoatDesc, .base = deep);
  assert_int_equal(count_of(deep), MATERIAL_MAX_LOBES);
  assert_int_equal(lobes_of(deep)[15].over, 0x7fff);
  REFUSES(ml_coat(b, AT42(MlCoatDesc, .base = deep)), "coat: 17 materials in one, at most 16 are possible");
}

/* ---- what they come to */

static void layers_lie_over_what_is_beneath(void **state) {
  (void)state;
  const MlMaterial layers[3] = {MAKE(ml_sheen, MlSheenDesc, .roughness = .5f), MAKE(ml_coat, MlCoatDesc, .color = {1, .25f, 0}),
                                MAKE(ml_mix, MlMixDesc, .a = matte(.5f), .b = MAKE(ml_plastic, MlPlasticDesc), .amount = .25f)};
  const MlMaterial stack = MAKE(ml_layered, MlLayeredDesc, .layers = layers, .layer_count = 3);
  const Lobe *lobe = lobes_of(stack);
  assert_int_equal(count_of(stack), 5);
  const uint32_t kinds[5] = {LOBE_SHEEN, LOBE_COAT, LOBE_DIFFUSE, LOBE_COAT, LOBE_DIFFUSE}, over[5] = {0, 1, 3, 3, 11};
  const float weights[5] = {1, 1, .75f, .25f, .25f};
  for (int i = 0; i < 5; i++) {
    assert_int_equal(lobe[i].kind, kinds[i]);
    assert_int_equal(lobe[i].over, over[i]);
    assert_float_equal(lobe[i].weight, weights[i], 1e-6f);
  }
  MlColor absorbed = spectrum_to_color(lobe[1].absorption);
  assert_true(absorbed.r == 0);
  assert_float_equal(absorbed.g, logf(2), 1e-6f);
  assert_float_equal(absorbed.b, 2 * logf(10), 1e-5f);
  // One by one it is the same
  const MlMaterial inner = MAKE(ml_coat, MlCoatDesc, .base = layers[2], .color = {1, .25f, 0});
  const MlMaterial same = MAKE(ml_sheen, MlSheenDesc, .base = inner, .roughness = .5f);
  assert_int_equal(count_of(same), 5);
  assert_memory_equal(lobes_of(same), lobe, 5 * sizeof *lobe);
}

/* A coat over holes has holes, over a lamp shines, over a relief has that. */
static void coats_take_over_what_is_no_lobe(void **state) {
  (void)state;
  MlTexture holes = accepted(ml_checker(b, &ML_DESC(MlCheckerDesc, .a.color = gray(1)), &error));
  const MlMaterial cut = MAKE(ml_cutout, MlCutoutDesc, .base = matte(.5f), .mask_texture = holes);
  const Material coated = *builder_material(b, MAKE(ml_coat, MlCoatDesc, .base = cut));
  assert_true(coated.varies & VARIES_OPACITY);
  assert_int_equal(coated.opacity, builder_material(b, cut)->opacity);
  uint32_t patched = 0;
  for (uint32_t i = 0; i < coated.patch_count; i++) {
    const Patch *patch = &b->patches.data[coated.first_patch + i];
    assert_int_equal(patch->field, PATCH_WEIGHT);
    assert_int_equal(patch->texture, patch->lobe == 0 ? coated.opacity : holes - 1);
    patched |= 1u << patch->lobe;
  }
  assert_int_equal(patched, 3);

  const MlMaterial lamp =
    MAKE(ml_matte, MlMatteDesc, .emission = {.radiance = {1, 2, 3}, .front_only = true}, .relief = {.bump = holes, .bump_height = .5f});
  const Material *shining =
    builder_material(b, MAKE(ml_coat, MlCoatDesc, .base = lamp, .emission = {.radiance = {1, 1, 1}, .front_only = true}));
  assert_float_equal(spectrum_to_color(shining->emission).b, 4, 0);
  assert_true(shining->emits && shining->front_only && shining->bump == holes - 1);
  assert_float_equal(shining->bump_height, .5f, 0);
}

/* Parts that are not there leave no lobe; the ends of the amounts are the plain materials. */
static void principled_ends(void **state) {
  (void)state;
  const MlColor color = {.8f, .5f, .2f}, edge = {.9f, .8f, .7f};
  const MlMaterial metal = PRINCIPLED(.color = color, .edge = edge, .metallic = 1, .roughness = .4f, .transmission = .7f);
  const MlMaterial plain = MAKE(ml_metal, MlMetalDesc, .artist = true, .color = color, .edge = edge, .roughness = .4f);
  assert_int_equal(count_of(metal), 1);
  Lobe film_apart = *lobes_of(plain);
  film_apart.film_ior = lobes_of(metal)->film_ior;
  assert_memory_equal(lobes_of(metal), &film_apart, sizeof film_apart);
  const MlMaterial plastic = MAKE(ml_plastic, MlPlasticDesc, .color = color, .roughness = .4f),
                   body = PRINCIPLED(.color = color, .roughness = .4f);
  assert_int_equal(count_of(body), 2);
  for (uint32_t i = 0; i < 2; i++) {
    Bsdf x = view(lobes_of(body), 2, 40 + 30 * i, 0), y = view(lobes_of(plastic), 2, 40 + 30 * i, 0);
    float pdf_x, pdf_y;
    const Vec3 wi = normalize(vec3(.3f, .2f, .9f));
    assert_true(spectrum_average(bsdf_eval_local(&x, wi, &pdf_x)) == spectrum_average(bsdf_eval_local(&y, wi, &pdf_y)) && pdf_x == pdf_y);
  }
  const MlMaterial clear = PRINCIPLED(.transmission = 1, .color = {1, .5f, .25f}, .depth = 2);
  assert_int_equal(count_of(clear), 1);
  assert_int_equal(lobes_of(clear)->kind, LOBE_DIELECTRIC);
  assert_float_equal(spectrum_to_color(lobes_of(clear)->absorption).g, logf(2) / 2, 1e-6f);
  assert_float_equal(spectrum_to_color(lobes_of(clear)->color).b, 1, 0);
  assert_int_equal(count_of(PRINCIPLED(.metallic = .5f, .transmission = .5f, .coat = .5f, .sheen = .5f)), 6);
  // Weights of what lies side by side sum to 1
  const Lobe *lobe = lobes_of(PRINCIPLED(.metallic = .25f, .transmission = .5f));
  const float weights[4] = {.375f, .375f, .375f, .25f};
  const uint32_t over[4] = {0, 1, 0, 0};
  for (int i = 0; i < 4; i++) {
    assert_float_equal(lobe[i].weight, weights[i], 1e-6f);
    assert_int_equal(lobe[i].over, over[i]);
  }
}

/* Textures of amounts resolve to what constants make. */
static void textured_amounts(void **state) {
  (void)state;
  const float m = .25f, t = .5f, coat = .75f, sheen = .5f;
  const MlColor tint = {.9f, .6f, .3f};
  MlTexture amounts[4];
  const float values[4] = {m, t, coat, sheen};
  for (int i = 0; i < 4; i++)
    amounts[i] = accepted(ml_checker(b, &ML_DESC(MlCheckerDesc, .a.color = gray(values[i]), .b.color = gray(values[i])), &error));
  MlTexture tinted = accepted(ml_checker(b, &ML_DESC(MlCheckerDesc, .a.color = tint, .b.color = tint), &error));
  const MlMaterial constant =
    PRINCIPLED(.metallic = m, .transmission = t, .coat = coat, .sheen = sheen, .sheen_color = tint, .roughness = .5f);
  const MlMaterial varied[2] = {PRINCIPLED(.metallic_texture = amounts[0], .transmission_texture = amounts[1], .coat_texture = amounts[2],
                                           .sheen_texture = amounts[3], .sheen_color_texture = tinted, .roughness_texture = amounts[1]),
                                PRINCIPLED(.metallic_texture = amounts[0], .transmission = t, .coat_texture = amounts[2], .sheen = sheen,
                                           .sheen_color_texture = tinted, .roughness = .5f)};
  Texture frozen[16];
  for (uint64_t i = 0; i < b->textures.count; i++) frozen[i] = b->textures.data[i].texture;
  const Textures textures = {.textures = frozen};
  const TexturePoint at = {.p = vec3(.5f, .5f, .5f)};
  for (int v = 0; v < 2; v++) {
    Lobe scratch[MATERIAL_MAX_LOBES];
    material_resolve(builder_material(b, varied[v]), b->lobes.data, b->patches.data, &textures, &at, scratch);
    assert_int_equal(count_of(varied[v]), count_of(constant));
    for (uint32_t i = 0; i < count_of(constant); i++) {
      const Lobe *want = &lobes_of(constant)[i];
      assert_float_equal(scratch[i].weight, want->weight, 1e-6f);
      assert_float_equal(scratch[i].alpha, want->alpha, 1e-6f);
      assert_float_equal(spectrum_to_color(scratch[i].color).g, spectrum_to_color(want->color).g, 1e-6f);
      assert_int_equal(scratch[i].over, want->over);
    }
  }
}

/* ---- what whole materials keep */

static void assert_albedo(const char *what, MlMaterial m, double least, double most) {
  for (int d = 0; d < 5; d++) {
    for (int t = 0; t < 2; t++) {
      Bsdf bsdf = view(lobes_of(m), count_of(m), d * 21.8, t * 25.0);
      double albedo = directional_albedo(&bsdf);
      if (!(albedo >= least && albedo <= most)) fail_msg("%s from %g degrees: %g", what, d * 21.8, albedo);
    }
  }
}

/* What is white and takes nothing gives everything back (layers.h says how nearly). */
static void white_materials(void **state) {
  (void)state;
  const MlColor white = gray(1);
  assert_albedo("plastic", MAKE(ml_plastic, MlPlasticDesc, .color = white, .roughness = .3f), .994, 1.006);
  assert_albedo("translucent", MAKE(ml_translucent, MlTranslucentDesc, .color = white, .amount = .3f), .999, 1.001);
  assert_albedo("coated leaf", MAKE(ml_coat, MlCoatDesc, .base = MAKE(ml_translucent, MlTranslucentDesc, .color = white, .amount = .3f)),
                .994, 1.006);
  assert_albedo("velvet", MAKE(ml_sheen, MlSheenDesc, .base = matte(1), .roughness = .5f), .994, 1.006);
  assert_albedo("principled", PRINCIPLED(.color = white, .roughness = .4f), .994, 1.006);
  assert_albedo("principled, coat and sheen", PRINCIPLED(.color = white, .roughness = .4f, .coat = .7f, .sheen = .3f), .98, 1.01);
  assert_albedo("principled metal", PRINCIPLED(.color = white, .roughness = .6f, .metallic = 1), .99, 1.01);
  assert_albedo("principled glass", PRINCIPLED(.color = white, .transmission = 1), .995, 1.005);
  assert_albedo("principled half of each", PRINCIPLED(.color = white, .roughness = .5f, .metallic = .5f, .transmission = .5f), .97, 1.02);
  assert_albedo("gold", MAKE(ml_coat, MlCoatDesc, .base = PRINCIPLED(.color = white, .metallic = 1, .roughness = .5f)), .95, 1.005);
}

static float pick(TestRandom *r, float least, float most) {
  float x = test_random(r);
  return x < .15f ? least : x > .85f ? most : least + (most - least) * test_random(r);
}
static MlColor pick_color(TestRandom *r) { return (MlColor){pick(r, 0, 1), pick(r, 0, 1), pick(r, 0, 1)}; }
/* Any principled material; often at the ends of its ranges. */
static MlMaterial random_principled(TestRandom *r) {
  MlPrincipledDesc d =
    ML_DESC(MlPrincipledDesc, .has_color = true, .has_specular = true, .has_edge = true, .has_sheen_color = true, .has_coat_color = true);
  d.color = pick_color(r), d.specular = pick_color(r), d.edge = pick_color(r);
  d.sheen_color = pick_color(r), d.coat_color = pick_color(r);
  d.roughness = pick(r, 0, 1), d.metallic = pick(r, 0, 1), d.transmission = pick(r, 0, 1);
  d.coat = pick(r, 0, 1), d.coat_roughness = pick(r, 0, 1), d.coat_ior = pick(r, 1, 3);
  d.sheen = pick(r, 0, 1), d.sheen_roughness = pick(r, 0, 1), d.ior = pick(r, 1, 3);
  d.stretch = (MlStretch){pick(r, -1, 1), pick(r, -400, 400)};
  d.film = (MlFilmCoat){pick(r, 0, 1000), pick(r, 1, 5)};
  return accepted(ml_principled(b, &d, &error));
}

static void random_principled_is_sound(void **state) {
  (void)state;
  TestRandom random = {20};
  double most = 0;
  for (int n = 0; n < 200; n++) {
    const MlMaterial m = random_principled(&random);
    const Lobe *lobes = lobes_of(m);
    const uint32_t count = count_of(m);
    float ior = 1;
    for (uint32_t i = 0; i < count; i++)
      if (lobes[i].kind == LOBE_DIELECTRIC) ior = lobes[i].ior;
    if (n % 10 == 0) check_reciprocity(lobes, count, ior);
    // A black one may have nothing to give
    Surface surface = {.ng = vec3(0, 0, 1), .ns = vec3(0, 0, 1), .tangent = vec3(.8f, .6f, 0), .material = 1};
    float degrees = pick(&random, 0, 89.9f) * (float)(M_PI / 180);
    Bsdf bsdf;
    if (!bsdf_begin(&bsdf, lobes, count, &surface, vec3(sinf(degrees), 0, cosf(degrees)), &outside, BSDF_ALL)) continue;
    for (int i = 0; i < 200; i++) {
      BsdfSample sample;
      float choice = test_random(&random);
      if (!bsdf_sample(&bsdf, choice, test_random2(&random), &sample)) continue;
      assert_true(spectrum_is_finite(sample.weight) && spectrum_to_color(sample.weight).g >= 0);
      assert_true(fabsf(length_squared(sample.wi) - 1) < 1e-4f);
      assert_true(sample.flags & BSDF_SPECULAR ? sample.pdf == 0 : sample.pdf > 0 && sample.pdf < INFINITY_F);
    }
    double albedo = directional_albedo(&bsdf);
    most = fmax(most, albedo);
    if (!(albedo <= 1.02)) fail_msg("material %d gives back %g", n, albedo);
  }
  print_message("most of 200: %g\n", most);
}

static void random_principled_samples_follow_density(void **state) {
  (void)state;
  TestRandom random = {2};
  static Case list[4];
  int count = 0;
  while (count < 2) {
    const MlMaterial m = random_principled(&random);
    // As many lobes as can be, none too narrow for the histogram's cells
    bool narrow = count_of(m) < 5;
    for (uint32_t i = 0; i < count_of(m); i++) narrow |= lobes_of(m)[i].alpha > 0 && lobes_of(m)[i].alpha < .05f;
    if (narrow) continue;
    list[count] = (Case){.name = "principled", .count = count_of(m), .degrees = 50, .tilt = count % 2 ? 20 : 0};
    for (uint32_t i = 0; i < count_of(m); i++) list[count].lobes[i] = lobes_of(m)[i];
    for (uint32_t i = 0; i < count_of(m); i++) list[count].lobes[i].anisotropy *= .8f;
    count++;
  }
  check_samples_follow_density(list, count);
  check_weight_is_eval_over_pdf(list, count);
}

/* A turned highlight is that of a turned tangent. */
static void rotation_turns_the_tangent(void **state) {
  (void)state;
  for (int kind = 0; kind < 2; kind++) {
    const MlStretch along = {.7f, 0}, turned = {.7f, 30};
    const MlMaterial plain = kind ? MAKE(ml_coat, MlCoatDesc, .base = matte(.5f), .roughness = .6f, .stretch = along)
                                  : PRINCIPLED(.metallic = 1, .roughness = .6f, .stretch = along);
    const MlMaterial other = kind ? MAKE(ml_coat, MlCoatDesc, .base = matte(.5f), .roughness = .6f, .stretch = turned)
                                  : PRINCIPLED(.metallic = 1, .roughness = .6f, .stretch = turned);
    Surface surface = {.ng = vec3(0, 0, 1), .ns = vec3(0, 0, 1), .tangent = vec3(1, 0, 0)}, tilted = surface;
    tilted.tangent = vec3(cosf((float)M_PI / 6), sinf((float)M_PI / 6), 0);
    TestRandom random = {3};
    for (int i = 0; i < 100; i++) {
      Vec3 wo = sample_hemisphere_cosine(test_random2(&random)), wi = sample_hemisphere_cosine(test_random2(&random));
      Bsdf x, y;
      float pdf_x, pdf_y;
      assert_true(bsdf_begin(&x, lobes_of(other), count_of(other), &surface, wo, &outside, BSDF_ALL));
      assert_true(bsdf_begin(&y, lobes_of(plain), count_of(plain), &tilted, wo, &outside, BSDF_ALL));
      float fx = spectrum_average(bsdf_eval(&x, wi, &pdf_x)), fy = spectrum_average(bsdf_eval(&y, wi, &pdf_y));
      assert_true(fabsf(fx - fy) <= 1e-4f * fy + 1e-6f && fabsf(pdf_x - pdf_y) <= 1e-4f * pdf_y + 1e-6f);
    }
  }
  assert_true(builder_material(b, PRINCIPLED(.stretch = {.5f, 0}))->stretched);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup_teardown(messages, set_up, tear_down),
    cmocka_unit_test_setup_teardown(layers_lie_over_what_is_beneath, set_up, tear_down),
    cmocka_unit_test_setup_teardown(coats_take_over_what_is_no_lobe, set_up, tear_down),
    cmocka_unit_test_setup_teardown(principled_ends, set_up, tear_down),
    cmocka_unit_test_setup_teardown(textured_amounts, set_up, tear_down),
    cmocka_unit_test_setup_teardown(white_materials, set_up, tear_down),
    cmocka_unit_test_setup_teardown(random_principled_is_sound, set_up, tear_down),
    cmocka_unit_test_setup_teardown(random_principled_samples_follow_density, set_up, tear_down),
    cmocka_unit_test_setup_teardown(rotation_turns_the_tangent, set_up, tear_down),
  };
  return cmocka_run_group_tests_name("layered materials", tests, NULL, NULL);
}
