/* test_shade_layers.c - rough, stretched and film-covered lobes, coats, sheen, translucency, and layers of them: samples against densities,
 * weights, reciprocity, and what furnaces find. */
#define ALBEDO_SIDE 100
#include "bsdf_checks.h"

static Lobe diffuse(float albedo, float sigma) {
  return (Lobe){.kind = LOBE_DIFFUSE, .weight = 1, .color = spectrum_all(albedo), .sigma = sigma};
}
static Lobe metal(float alpha, float anisotropy) {
  Lobe lobe = {
    .kind = LOBE_CONDUCTOR, .weight = 1, .artist = ARTIST_F82, .color = spectrum_all(1), .edge = spectrum_all(1), .alpha = alpha};
  lobe.multiscatter = 1;
  lobe.anisotropy = anisotropy;
  lobe_finish(&lobe);
  return lobe;
}
static Lobe coat(float alpha, float ior) {
  return (Lobe){.kind = LOBE_COAT, .weight = 1, .color = spectrum_all(1), .alpha = alpha, .ior = ior};
}
static Lobe sheen(float alpha) { return (Lobe){.kind = LOBE_SHEEN, .weight = 1, .color = spectrum_all(1), .alpha = alpha}; }
static Lobe translucent(float albedo) { return (Lobe){.kind = LOBE_TRANSLUCENT, .weight = 1, .color = spectrum_all(albedo)}; }
static Lobe stretched(Lobe lobe, float anisotropy) {
  lobe.anisotropy = anisotropy;
  return lobe;
}
static Lobe beneath(Lobe lobe, uint32_t over) {
  lobe.over = over;
  return lobe;
}
static Lobe share(Lobe lobe, float weight) {
  lobe.weight = weight;
  return lobe;
}
static Lobe film(Lobe lobe, float thickness, float ior) {
  lobe.film = thickness;
  lobe.film_ior = ior;
  lobe_finish(&lobe);
  return lobe;
}

static int cases(Case *out) {
  Lobe tinted = coat(.1f, 1.5f);
  tinted.absorption = spectrum_from_color((MlColor){.1f, .3f, .8f});
  const Case list[] = {
    {"rough diffuse, tilted", {diffuse(.7f, 1)}, 1, 60, 30},
    {"stretched metal", {metal(.3f, .8f)}, 1, 50, 0},
    {"stretched metal, tilted", {metal(.3f, -.6f)}, 1, 60, 25},
    {"metal under a film", {film(metal(.4f, 0), 400, 1.4f)}, 1, 50, 0},
    {"coat", {coat(.3f, 1.5f)}, 1, 60, 0},
    {"stretched coat, tilted", {stretched(coat(.2f, 2), .7f)}, 1, 50, 30},
    {"sheen", {sheen(.3f)}, 1, 60, 0},
    {"sheen, tilted", {sheen(.1f)}, 1, 75, 30},
    {"translucent", {translucent(.6f)}, 1, 30, 0},
    {"translucent, tilted", {translucent(.6f)}, 1, 60, 40},
    {"plastic, tilted", {coat(.2f, 1.5f), beneath(diffuse(.5f, 0), 1)}, 2, 60, 30},
    {"all in one, tilted",
     {sheen(.3f), beneath(tinted, 1), share(beneath(diffuse(.6f, .5f), 3), .5f), share(beneath(translucent(.6f), 3), .5f)},
     4,
     50,
     20},
    {"lacquered metal", {coat(0, 1.5f), beneath(metal(.3f, .5f), 1)}, 2, 40, 0},
  };
  int count = (int)(sizeof list / sizeof *list);
  for (int i = 0; i < count; i++) out[i] = list[i];
  return count;
}

static void samples_follow_density(void **state) {
  (void)state;
  static Case list[16];
  int count = cases(list);
  check_samples_follow_density(list, count);
}

static void weight_is_eval_over_pdf(void **state) {
  (void)state;
  static Case list[16];
  int count = cases(list);
  check_weight_is_eval_over_pdf(list, count);
}

static void reciprocity(void **state) {
  (void)state;
  static Case list[16];
  int count = cases(list);
  for (int i = 0; i < count; i++) check_reciprocity(list[i].lobes, list[i].count, 1);
}

/* The range of albedos over views and tilts. */
typedef struct Range {
  double least, most;
} Range;
static Range albedo_range(const char *what, const Lobe *lobes, uint32_t count) {
  Range range = {HUGE_VAL, 0};
  for (int d = 0; d < 5; d++) {
    for (int t = 0; t < 2; t++) {
      Bsdf bsdf = view(lobes, count, d * 21.8, t * 25.0);
      double albedo = directional_albedo(&bsdf);
      range = (Range){fmin(range.least, albedo), fmax(range.most, albedo)};
    }
  }
  print_message("%-44s %.4f .. %.4f\n", what, range.least, range.most);
  return range;
}
static void assert_range(const char *what, const Lobe *lobes, uint32_t count, double least, double most) {
  Range range = albedo_range(what, lobes, count);
  assert_true(range.least >= least && range.most <= most);
}

/* A white base under white layers leaves everything; how nearly, is documented in layers.h. */
static void white_furnace(void **state) {
  (void)state;
  static const float alphas[] = {0, .1f, .4f, 1}, iors[] = {1.3f, 2};
  char what[64];
  for (int a = 0; a < 4; a++) {
    for (int n = 0; n < 2; n++) {
      const Lobe plastic[2] = {coat(alphas[a], iors[n]), beneath(diffuse(1, 0), 1)};
      snprintf(what, sizeof what, "coat %g, %g over diffuse", (double)alphas[a], (double)iors[n]);
      assert_range(what, plastic, 2, 1 - .005, 1 + .005);
    }
    const Lobe cloth[2] = {sheen(alphas[a]), beneath(diffuse(1, 0), 1)};
    snprintf(what, sizeof what, "sheen %g over diffuse", (double)alphas[a]);
    assert_range(what, cloth, 2, 1 - .005, 1 + .005);
    const Lobe rough[2] = {coat(alphas[a], 1.5f), beneath(diffuse(1, 1), 1)};
    snprintf(what, sizeof what, "coat %g over rough diffuse", (double)alphas[a]);
    assert_range(what, rough, 2, 1 - .03, 1 + .01);
    const Lobe lacquer[2] = {coat(alphas[a], 1.5f), beneath(metal(.3f, 0), 1)};
    snprintf(what, sizeof what, "coat %g over metal", (double)alphas[a]);
    assert_range(what, lacquer, 2, .95, 1 + .003);
  }
  const Lobe mirrored[2] = {coat(0, 1.5f), beneath((Lobe){.kind = LOBE_MIRROR, .weight = 1, .color = spectrum_all(1)}, 1)};
  assert_range("coat over mirror", mirrored, 2, 1 - 1e-3, 1 + 1e-3);
  const Lobe lamp[2] = {coat(.1f, 1.5f), beneath(translucent(1), 1)};
  assert_range("coat over translucent", lamp, 2, 1 - .005, 1 + .005);
  const Lobe both[3] = {sheen(.3f), beneath(coat(.1f, 1.5f), 1), beneath(diffuse(1, 0), 3)};
  assert_range("sheen over coat over diffuse", both, 3, .985, 1 + .005);
  const Lobe twice[3] = {coat(0, 1.5f), beneath(coat(0, 1.3f), 1), beneath(diffuse(1, 0), 3)};
  assert_range("two coats over diffuse", twice, 3, 1 - .005, 1 + .005);
  const Lobe oily[2] = {film(coat(0, 1.5f), 350, 1.3f), beneath(diffuse(1, 0), 1)};
  assert_range("smooth coat with a film over diffuse", oily, 2, 1 - .005, 1 + .005);
  const Lobe oil[2] = {film(coat(.3f, 1.5f), 350, 1.3f), beneath(diffuse(1, 0), 1)};
  assert_range("rough coat with a film over diffuse", oil, 2, 1 - .015, 1 + .01);
}

/* Half of the surface plastic, half of it plain: the weights of a stack stay together. */
static void half_a_coat(void **state) {
  (void)state;
  const Lobe mixed[3] = {share(coat(.1f, 1.5f), .5f), share(beneath(diffuse(1, 0), 1), .5f), share(diffuse(1, 0), .5f)};
  assert_range("half plastic", mixed, 3, 1 - .005, 1 + .005);
  Lobe thin = coat(.1f, 1.5f);
  thin.color = spectrum_all(.5f);
  const Lobe scaled[2] = {thin, beneath(diffuse(1, 0), 1)};
  assert_range("coat of half strength", scaled, 2, 1 - .005, 1 + .005);
}

static void stretched_metal_keeps_energy(void **state) {
  (void)state;
  static const float alphas[] = {.1f, .3f, .6f, 1}, ways[] = {.5f, -.5f, .9f, -.9f};
  for (int a = 0; a < 4; a++) {
    for (int w = 0; w < 4; w++) {
      Lobe lobe = metal(alphas[a], ways[w]);
      char what[64];
      snprintf(what, sizeof what, "metal %g stretched by %g", (double)alphas[a], (double)ways[w]);
      double error = (double)CONDUCTOR_STRETCHED_ERROR * (fabsf(ways[w]) > .5f ? 2 : 1);
      assert_range(what, &lobe, 1, 1 - error, 1 + error);
    }
  }
}

static void alone_lobes_make_no_energy(void **state) {
  (void)state;
  for (int a = 0; a <= 2; a++) {
    float x = (float)a / 2;
    const Lobe lobes[] = {diffuse(1, x), sheen(x), coat(x, 1.5f), coat(x, 3), translucent(1), film(coat(x, 1.5f), 300, 2)};
    for (int i = 0; i < 6; i++) assert_range("alone", &lobes[i], 1, 0, 1 + 1e-3);
  }
}

/* A red base looks darker and redder under a coat, whose boundary sends light back to it; an absorbing coat takes light on both ways. */
static void coats_colour(void **state) {
  (void)state;
  Lobe clear = coat(0, 1.5f), tinted = clear;
  tinted.absorption = spectrum_from_color((MlColor){0, .5f, 1});
  Lobe red = diffuse(1, 0);
  red.color = spectrum_from_color((MlColor){.8f, .4f, .1f});
  const Lobe stacks[3][2] = {{clear, beneath(red, 1)}, {tinted, beneath(red, 1)}, {clear, red}};
  MlColor f[3];
  Surface surface = {.ng = vec3(0, 0, 1), .ns = vec3(0, 0, 1)};
  for (int i = 0; i < 3; i++) {
    Bsdf bsdf;
    float pdf;
    assert_true(bsdf_begin(&bsdf, stacks[i], 2, &surface, vec3(0, 0, 1), &outside, BSDF_ALL));
    f[i] = spectrum_to_color(bsdf_eval(&bsdf, vec3(0, 0, 1), &pdf));
  }
  assert_true(f[0].r < f[2].r && f[0].g / f[0].r < f[2].g / f[2].r && f[0].b / f[0].r < f[2].b / f[2].r);
  assert_true(f[1].r == f[0].r);
  assert_true(fabsf(f[1].g / f[0].g - expf(-1)) < 1e-5f && fabsf(f[1].b / f[0].b - expf(-2)) < 1e-5f);
}

/* Brushed along the tangent, a metal is wide across it or along it, as its sign says; and follows the tangent, not the frame. */
static void stretch_follows_the_tangent(void **state) {
  (void)state;
  for (int turn = 0; turn < 8; turn++) {
    float angle = (float)turn * .7f, c = cosf(angle), s = sinf(angle);
    Surface surface = {.ng = vec3(0, 0, 1), .ns = vec3(0, 0, 1), .tangent = vec3(2 * c, 2 * s, .5f)};
    for (int sign = -1; sign <= 1; sign += 2) {
      Lobe lobe = metal(.2f, (float)sign * .8f);
      Bsdf bsdf;
      float pdf;
      assert_true(bsdf_begin(&bsdf, &lobe, 1, &surface, vec3(0, 0, 1), &outside, BSDF_ALL));
      float along = spectrum_average(bsdf_eval(&bsdf, normalize(vec3(.5f * c, .5f * s, 1)), &pdf));
      float across = spectrum_average(bsdf_eval(&bsdf, normalize(vec3(-.5f * s, .5f * c, 1)), &pdf));
      assert_true(sign > 0 ? along > 2 * across : across > 2 * along);
    }
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(samples_follow_density),
    cmocka_unit_test(weight_is_eval_over_pdf),
    cmocka_unit_test(reciprocity),
    cmocka_unit_test(white_furnace),
    cmocka_unit_test(half_a_coat),
    cmocka_unit_test(stretched_metal_keeps_energy),
    cmocka_unit_test(alone_lobes_make_no_energy),
    cmocka_unit_test(coats_colour),
    cmocka_unit_test(stretch_follows_the_tangent),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
