/* test_glass.c - rough, thin and dispersive glass through the whole renderer: equilibrium, panes, lights on the other side of rough
 * boundaries, and the angles by which a prism parts white light. */
#include "radiance.h"
#include "shade/dispersion.h"
#include "shade/fresnel.h"

static Rig rig;
static int create(void **state) {
  (void)state;
  rig_create(&rig);
  return 0;
}
static int destroy(void **state) {
  (void)state;
  rig_destroy(&rig);
  return 0;
}

static MlMaterial make_glass(MlGlassDesc desc) {
  desc.size = sizeof desc;
  MlMaterial material = ml_glass(rig.b, &desc, &rig.error);
  if (!material) printf("%s\n", rig.error.message);
  return material;
}
static void surroundings(double radiance) { assert_int_equal(ml_background(rig.b, gray(radiance), false, &rig.error), ML_OK); }
static void ball(MlVec3 center, double radius, MlMaterial material) {
  rig_add(&rig, ml_sphere(rig.b, &ML_DESC(MlSphereDesc, .center = center, .radius = radius, .material = material), &rig.error));
}

/* Means and standard errors of the three channels. */
typedef struct ColorEstimate {
  Estimate channels[3];
} ColorEstimate;

static ColorEstimate measure_color(const MlView *view, const MlSettings *settings) {
  Shot shot;
  shot_prepare(&rig, view, settings, &shot);
  double sums[3] = {0, 0, 0}, squares[3] = {0, 0, 0};
  for (uint32_t seed = 0; seed < SEEDS; seed++) {
    shot.settings.s.seed = settings->seed + seed;
    double total[3] = {0, 0, 0};
    for (uint32_t y = 0; y < shot.height; y++) {
      for (uint32_t x = 0; x < shot.width; x++) {
        for (uint32_t i = 0; i < shot.settings.s.samples; i++) {
          MlColor c = spectrum_to_color(kernel_find(NULL)->sample_pixel(&shot.job, x, y, i));
          total[0] += (double)c.r, total[1] += (double)c.g, total[2] += (double)c.b;
        }
      }
    }
    for (int c = 0; c < 3; c++) {
      total[c] /= (double)shot.width * shot.height * shot.settings.s.samples;
      sums[c] += total[c];
      squares[c] += total[c] * total[c];
    }
  }
  ColorEstimate e;
  for (int c = 0; c < 3; c++) {
    double mean = sums[c] / SEEDS, variance = fmax(0, squares[c] / SEEDS - mean * mean) * SEEDS / (SEEDS - 1);
    e.channels[c] = (Estimate){mean, sqrt(variance / SEEDS), variance};
  }
  return e;
}

static const MlBounces endless = {65535, 65535, 65535, 65535};
static const MlStrategy strategies[] = {ML_STRATEGY_MIS, ML_STRATEGY_BSDF, ML_STRATEGY_LIGHT};

/* ---- equilibrium */

/* Dispersive bodies inside, beside and across each other, above a floor that emits what it absorbs, surroundings of 1. */
static void dispersive_scene(void) {
  rig_begin(&rig);
  surroundings(1);
  MlMaterial crown = make_glass((MlGlassDesc){.ior = 1.52f, .abbe = 60}), flint = make_glass((MlGlassDesc){.ior = 1.72f, .abbe = 29});
  MlMaterial pane = make_glass((MlGlassDesc){.ior = 1.5f, .thin = true, .abbe = 40}), plain = make_glass((MlGlassDesc){.ior = 1.3f});
  ball((MlVec3){0, 0, 0}, 1, crown);
  ball((MlVec3){.2, 0, 0}, .4, flint);
  ball((MlVec3){1.2, 0, 0}, .7, plain);
  ball((MlVec3){-1.8, 0, 0}, .6, pane);
  ball((MlVec3){0, 0, -1.6}, .5, matte(&rig, .6, .4));
  rig_add(&rig, ml_plane(rig.b, &ML_DESC(MlPlaneDesc, .point = {0, -1, 0}, .material = matte(&rig, .5, .5)), &rig.error));
  rig_commit(&rig);
}

static void dispersion_keeps_white(void **state) {
  (void)state;
  dispersive_scene();
  MlView views[2] = {ML_DESC(MlView, .camera = {.from = {0, .5, 4}, .look_at = {0, 0, 0}, .fov = 45}, .width = 24, .height = 24),
                     ML_DESC(MlView, .camera = {.from = {.1, .1, .1}, .look_at = {1, 0, 0}, .fov = 90}, .width = 12, .height = 12)};
  for (int v = 0; v < 2; v++) { /* from outside, and from inside two of the bodies */
    for (int s = 0; s < 3; s++) {
      const MlSettings settings = ML_DESC(MlSettings, .samples = 8, .strategy = strategies[s], .has_bounces = true, .bounces = endless);
      ColorEstimate e = measure_color(&views[v], &settings);
      for (int c = 0; c < 3; c++) assert_true(agrees("dispersive glass", e.channels[c], 1));
    }
  }
}

/* The same wavelengths, whatever else the path draws: each sample is that wavelength's colour, as all it meets is white. */
static void every_sample_is_its_wavelength(void **state) {
  (void)state;
  dispersive_scene();
  MlView view = ML_DESC(MlView, .camera = {.from = {.1, .1, .1}, .look_at = {1, 0, 0}, .fov = 90}, .width = 8, .height = 8);
  const MlSettings settings =
    ML_DESC(MlSettings, .strategy = ML_STRATEGY_BSDF, .no_roulette = true, .has_bounces = true, .bounces = endless);
  Shot shot;
  shot_prepare(&rig, &view, &settings, &shot);
  for (uint32_t p = 0; p < 64; p++) {
    for (uint32_t s = 0; s < 16; s++) {
      Spectrum sample = kernel_find(NULL)->sample_pixel(&shot.job, p % 8, p / 8, s);
      assert_true(fabsf(spectrum_average(sample) - 1) < 2e-4f); /* and the three channels of every wavelength add up to 3 */
    }
  }
}

/* Rough glass keeps all light but for its documented error, at each of a few boundaries. */
static void rough_glass_vanishes(void **state) {
  (void)state;
  for (int i = 0; i < 6; i++) {
    rig_begin(&rig);
    surroundings(1);
    MlMaterial material = make_glass(
      (MlGlassDesc){.ior = i < 3 ? 1.5f : 1.33f, .roughness = .25f + .25f * (float)(i % 3), .abbe = i == 4 ? 30.0f : 0.0f, .thin = i == 5});
    ball((MlVec3){0, 0, 0}, 1, material);
    rig_add(&rig, ml_box(rig.b, &ML_DESC(MlBoxDesc, .from = {1, -1, -1}, .to = {2, 0, 1}, .material = material), &rig.error));
    ball((MlVec3){-1.4, 0, 0}, .5, matte(&rig, .5, .5));
    rig_commit(&rig);
    const MlView view = ML_DESC(MlView, .camera = {.from = {0, 1, 5}, .look_at = {.3, 0, 0}, .fov = 30}, .width = 16, .height = 16);
    for (int s = 0; s < 2; s++) {
      const MlSettings settings =
        ML_DESC(MlSettings, .samples = i == 4 ? 40 : 16, .strategy = strategies[s], .has_bounces = true, .bounces = endless);
      Estimate e = measure(&rig, &view, &settings);
      if (!(fabs(e.mean - 1) < .006 + 4 * e.sigma && e.sigma < .003)) printf("rough glass %d: %.5f +- %.5f\n", i, e.mean, e.sigma);
      assert_true(fabs(e.mean - 1) < .006 + 4 * e.sigma && e.sigma < .003);
    }
  }
}

/* ---- panes */

static MlView spot_at_angle(double degrees) {
  double a = degrees * M_PI / 180;
  MlView view = spot((MlVec3){0, 3 * cos(a), 3 * sin(a)}, (MlVec3){0, 0, 0}, 2);
  view.camera.up = (MlVec3){0, sin(a), -cos(a)};
  return view;
}

/* A pane between an emitting wall and black; under water it is seen at the refracted angle and reflects less. */
static void panes(void **state) {
  (void)state;
  const struct { double degrees, transmitted; } known[] = {{0, .923077}, {60, .836232}};
  for (int tinted = 0; tinted < 2; tinted++) {
    rig_begin(&rig);
    MlMaterial material = make_glass((MlGlassDesc){.thin = true, .color = gray(tinted ? .5 : 1)});
    MlQuadDesc window = ML_DESC(MlQuadDesc, .at = {-50, 0, -50}, .u = {0, 0, 100}, .v = {100, 0, 0}, .material = material);
    rig_add(&rig, ml_quad(rig.b, &window, &rig.error));
    rig_add(&rig, ml_plane(rig.b, &ML_DESC(MlPlaneDesc, .point = {0, -5, 0}, .material = emit(&rig, 1)), &rig.error));
    rig_commit(&rig);
    for (int i = 0; i < 2; i++) {
      double r = (1 - known[i].transmitted) / (1 + known[i].transmitted), expected = known[i].transmitted;
      if (tinted) expected = .5 * (1 - r) * (1 - r) / (1 - .25 * r * r);
      MlView view = spot_at_angle(known[i].degrees);
      const MlSettings settings = ML_DESC(MlSettings, .samples = 2048), whitted = ML_DESC(MlSettings, .integrator = ML_WHITTED);
      assert_true(agrees("pane", measure(&rig, &view, &settings), expected));
      Shot shot;
      shot_prepare(&rig, &view, &whitted, &shot);
      assert_true(fabs(shot_sample(&shot, 0, 0, 0) - expected) < 1e-5);
    }
  }
}

/* ---- lights beyond rough boundaries */

/* A lamp in smoke beneath a rough surface, found from above by scattering or by light sampling alike. */
static void strategies_agree(void **state) {
  (void)state;
  rig_begin(&rig);
  MlMaterial frosted = make_glass((MlGlassDesc){.ior = 1.4f, .roughness = .6f, .absorption = gray(.3)});
  rig_add(&rig, ml_box(rig.b, &ML_DESC(MlBoxDesc, .from = {-50, -50, -50}, .to = {50, 0, 50}, .material = frosted), &rig.error));
  ball((MlVec3){.3, -1, 0}, .5, emit(&rig, 1));
  ball((MlVec3){-.5, 1.2, .4}, .5, emit(&rig, .7));
  rig_commit(&rig);
  const MlView view = ML_DESC(MlView, .camera = {.from = {0, 4, 2}, .look_at = {0, 0, 0}, .fov = 10}, .width = 8, .height = 8);
  Estimate all[3];
  for (int s = 0; s < 3; s++) {
    const MlSettings settings = ML_DESC(MlSettings, .samples = 256, .strategy = strategies[s]);
    all[s] = measure(&rig, &view, &settings);
  }
  for (int s = 1; s < 3; s++) {
    double sigma = hypot(all[s].sigma, all[0].sigma);
    if (fabs(all[s].mean - all[0].mean) > 4 * sigma || sigma > .01 * all[0].mean)
      printf("strategy %d: %.5f against %.5f, standard error %.5f\n", s, all[s].mean, all[0].mean, sigma);
    assert_true(all[0].mean > .05 && fabs(all[s].mean - all[0].mean) <= 4 * sigma && sigma <= .01 * all[0].mean);
  }
}

/* ---- a prism */

/* Deviation in degrees of light of index n that meets a face of a prism of apex 60 degrees at `incidence`, and what passes both faces. */
static double prism(double n, double incidence, double *passed) {
  double i1 = incidence * M_PI / 180, r1 = asin(sin(i1) / n), r2 = M_PI / 3 - r1, i2 = asin(n * sin(r2));
  float cos_t, first = fresnel_dielectric((float)cos(i1), (float)(1 / n), &cos_t),
               last = fresnel_dielectric((float)cos(r2), (float)n, &cos_t);
  *passed = (1 - (double)first) * (1 - (double)last);
  return (i1 + i2 - M_PI / 3) * 180 / M_PI;
}

/* A beam of camera rays along -z meets a prism; a wall that emits covers the sky from one deviation to another. */
static void prism_parts_light(void **state) {
  (void)state;
  const double incidence = 50, ior = 1.7, abbe = 20;
  const Lobe lobe = {.kind = LOBE_DIELECTRIC, .ior = (float)ior, .abbe = (float)abbe};
  double passed, red = prism((double)dispersion_index(&lobe, 640), incidence, &passed), yellow = prism(ior, incidence, &passed);
  double green = prism((double)dispersion_index(&lobe, 530), incidence, &passed),
         blue = prism((double)dispersion_index(&lobe, 450), incidence, &passed);
  assert_true(red < yellow - .5 && yellow < green - .5 && green < blue - 1);
  const double bands[][2] = {{red - .8, red + .3}, {green - .6, green + .6}, {blue - .7, blue + 2}};
  for (int band = 0; band < 3; band++) {
    rig_begin(&rig);
    // The entry face through the origin, its normal `incidence` off +z towards -x; the apex lies beyond -x, so light is bent to +x
    double a = incidence * M_PI / 180, size = 10;
    MlVec3 normal = {-sin(a), 0, cos(a)}, along = {-cos(a), 0, -sin(a)}; /* along the face towards the apex */
    MlVec3 apex = {along.x * size / 2, 0, along.z * size / 2}, base = {-apex.x, 0, -apex.z};
    double c = cos(M_PI / 3), s = sin(M_PI / 3);
    // From the apex, the exit face runs at 60 degrees to the entry face, behind it
    MlVec3 down = {-along.x * c - normal.x * s, 0, -along.z * c - normal.z * s},
           other = {apex.x + down.x * size, 0, apex.z + down.z * size};
    float points[18];
    const MlVec3 corners[3] = {apex, base, other};
    for (int i = 0; i < 6; i++) {
      points[3 * i] = (float)corners[i % 3].x, points[3 * i + 1] = i < 3 ? -5 : 5, points[3 * i + 2] = (float)corners[i % 3].z;
    }
    uint32_t triangles[24] = {0, 1, 2, 3, 5, 4, 0, 3, 4, 0, 4, 1, 1, 4, 5, 1, 5, 2, 2, 5, 3, 2, 3, 0};
    // Counter-clockwise seen from outside, whichever way the corners went round
    double turn = (base.z - apex.z) * (other.x - apex.x) - (base.x - apex.x) * (other.z - apex.z);
    for (int i = 0; i < 8 && turn > 0; i++) {
      uint32_t t = triangles[3 * i];
      triangles[3 * i] = triangles[3 * i + 1], triangles[3 * i + 1] = t;
    }
    MlMeshDesc mesh = ML_DESC(MlMeshDesc, .points = points, .point_count = 6, .triangles = triangles, .triangle_count = 8);
    mesh.material = make_glass((MlGlassDesc){.ior = (float)ior, .abbe = (float)abbe});
    rig_add(&rig, ml_mesh(rig.b, &mesh, &rig.error));
    // Directions are (sin d, 0, -cos d) after a deviation d towards the base
    double far = 1e5, d0 = bands[band][0] * M_PI / 180, d1 = bands[band][1] * M_PI / 180;
    MlVec3 p0 = {far * sin(d0), -far, -far * cos(d0)}, p1 = {far * sin(d1), -far, -far * cos(d1)};
    MlQuadDesc wall = ML_DESC(MlQuadDesc, .at = p0, .u = {p1.x - p0.x, 0, p1.z - p0.z}, .v = {0, 2 * far, 0}, .material = emit(&rig, 1));
    rig_add(&rig, ml_quad(rig.b, &wall, &rig.error));
    rig_commit(&rig);

    double expected[3] = {0, 0, 0};
    enum { STEPS = 100000 };
    for (int i = 0; i < STEPS; i++) {
      Spectrum color;
      float nm = dispersion_sample(((float)i + .5f) / STEPS, &color);
      double d = prism((double)dispersion_index(&lobe, nm), incidence, &passed);
      if (d < bands[band][0] || d > bands[band][1]) continue;
      MlColor rgb = spectrum_to_color(color);
      expected[0] += (double)rgb.r * passed / STEPS, expected[1] += (double)rgb.g * passed / STEPS,
        expected[2] += (double)rgb.b * passed / STEPS;
    }
    MlView view = spot((MlVec3){0, 0, 20}, (MlVec3){0, 0, 0}, 4);
    const MlSettings settings = ML_DESC(MlSettings, .samples = 1024, .has_bounces = true, .bounces = {2, 2, 2, 2});
    ColorEstimate e = measure_color(&view, &settings);
    for (int k = 0; k < 3; k++) {
      double error = fabs(e.channels[k].mean - expected[k]);
      if (error > 4 * e.channels[k].sigma + 2e-3)
        printf("band %d, channel %d: %.5f +- %.5f where %.5f was expected\n", band, k, e.channels[k].mean, e.channels[k].sigma,
               expected[k]);
      assert_true(error <= 4 * e.channels[k].sigma + 2e-3 && e.channels[k].sigma < 3e-3);
    }
    // The test has power: that band is lit, in its own colour
    for (int k = 0; k < 3; k++) assert_true(expected[band] > .1 && (k == band || expected[k] < .5 * expected[band]));
  }
}

/* ---- solids that are functions */

/* A ball, or two that melt together: as shapes, or by their distance, with the same bounds, by which lights are chosen. */
static MlNode body(bool two, bool field, MlMaterial material) {
  MlNode parts[2];
  const MlNode first = ml_sphere(rig.b, &ML_DESC(MlSphereDesc, .radius = 1), &rig.error);
  if (field) {
    const MlProgramNode nodes[] = {{.op = ML_OP_INPUT, .data = ML_INPUT_P},
                                   {.op = ML_OP_LENGTH, .operands = {0}},
                                   {.op = ML_OP_CONSTANT, .width = 1, .value = {1}},
                                   {.op = ML_OP_SUBTRACT, .operands = {1, 2}}};
    const MlProgram program = ml_program(rig.b, &ML_DESC(MlProgramDesc, .nodes = nodes, .node_count = 4, .result = 3), &rig.error);
    parts[0] = ml_sdf(rig.b, &ML_DESC(MlSdfDesc, .distance = program, .from = {-1, -1, -1}, .to = {1, 1, 1}), &rig.error);
  } else {
    parts[0] = first;
  }
  parts[1] = ml_sphere(rig.b, &ML_DESC(MlSphereDesc, .center = {.9, .3, .2}, .radius = .8), &rig.error);
  MlNode solid = parts[0];
  if (two) solid = ml_combine(rig.b, &ML_DESC(MlCombineDesc, .combine = ML_UNION, .children = parts, .child_count = 2), &rig.error);
  return ml_place(rig.b, &ML_DESC(MlPlaceDesc, .child = solid, .material = material), &rig.error);
}

/* Through coloured glass of low and high index: a floor, a wall and lamps. */
static void body_scene(int kind, bool field) {
  rig_begin(&rig);
  surroundings(.2);
  MlMaterial clear = make_glass((MlGlassDesc){
    .ior = kind == 1 ? 2.2f : 1.5f, .absorption = {.1f, .4f, .2f}, .abbe = kind == 2 ? 40 : 0, .roughness = kind == 3 ? .3f : 0});
  rig_add(&rig, body(kind == 2, field, clear));
  rig_add(&rig, ml_plane(rig.b, &ML_DESC(MlPlaneDesc, .point = {0, -1, 0}, .material = matte(&rig, .6, 0)), &rig.error));
  for (int i = 0; i < 4; i++) {
    const MlVec3 from = {-3 + 1.5 * i, -.5 + .5 * i, -3}, to = {-2 + 1.5 * i, .5 + .5 * i, -2.8};
    rig_add(&rig,
            ml_box(rig.b, &ML_DESC(MlBoxDesc, .from = from, .to = to, .material = matte(&rig, .1 + .2 * i, i == 1 ? 2 : .1)), &rig.error));
  }
  rig_add(&rig,
          ml_quad(rig.b, &ML_DESC(MlQuadDesc, .at = {-2, 4, -2}, .u = {4, 0, 0}, .v = {0, 0, 4}, .material = emit(&rig, 1.5)), &rig.error));
  rig_commit(&rig);
}

/* Glass by a function is glass: nearly every sample is the one of the shape, and the pictures' parts have the same means. */
static void functions_are_glass(void **state) {
  (void)state;
  enum { SIDE = 48, SAMPLES = 8, BLOCK = 8, BLOCKS = (SIDE / BLOCK) * (SIDE / BLOCK) };
  static double samples[2][SIDE * SIDE * SAMPLES];
  MlView view = ML_DESC(MlView, .camera = {.from = {.5, .8, 5}, .look_at = {.2, 0, 0}, .fov = 32}, .width = SIDE, .height = SIDE);
  for (int kind = 0; kind < 4; kind++) {
    double sums[2][BLOCKS] = {{0}}, squares[2][BLOCKS] = {{0}}, chi = 0;
    int apart = 0;
    for (int field = 0; field < 2; field++) {
      body_scene(kind, field == 1);
      for (uint32_t seed = 0; seed < SEEDS; seed++) {
        // The first seed is both's, the others are of each alone
        const MlSettings settings = ML_DESC(MlSettings, .samples = SAMPLES, .has_bounces = true, .bounces = {24, 24, 24, 24},
                                            .seed = seed == 0 ? 5 : 10 + 2 * seed + (uint32_t)field);
        Shot shot;
        shot_prepare(&rig, &view, &settings, &shot);
        double blocks[BLOCKS] = {0};
        for (uint32_t p = 0; p < SIDE * SIDE; p++)
          for (uint32_t i = 0; i < SAMPLES; i++) {
            const double value = shot_sample(&shot, p % SIDE, p / SIDE, i);
            if (seed == 0) samples[field][p * SAMPLES + i] = value;
            blocks[p / SIDE / BLOCK * (SIDE / BLOCK) + p % SIDE / BLOCK] += value / (BLOCK * BLOCK * SAMPLES);
          }
        for (int k = 0; k < BLOCKS && seed > 0; k++) sums[field][k] += blocks[k], squares[field][k] += blocks[k] * blocks[k];
      }
    }
    for (int i = 0; i < SIDE * SIDE * SAMPLES; i++)
      apart += fabs(samples[0][i] - samples[1][i]) > .01 * (samples[0][i] + samples[1][i]) + 1e-4;
    for (int k = 0; k < BLOCKS; k++) {
      double difference = 0, variance = 1e-12;
      for (int field = 0; field < 2; field++) {
        const double n = SEEDS - 1, mean = sums[field][k] / n;
        difference += field == 0 ? mean : -mean;
        variance += fmax(0, squares[field][k] / n - mean * mean) / (n - 1);
      }
      chi += difference * difference / variance;
    }
    const double share = (double)apart / (SIDE * SIDE * SAMPLES);
    // Of Student's distribution with 28 degrees of freedom the square is 1.077 on average
    printf("# glass by a function %d: %.4f of the samples differ, means by %.2f\n", kind, share, chi / BLOCKS);
    assert_true(chi / BLOCKS < 2.2);
    assert_true(share < .002);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(dispersion_keeps_white), cmocka_unit_test(every_sample_is_its_wavelength),
    cmocka_unit_test(rough_glass_vanishes),   cmocka_unit_test(panes),
    cmocka_unit_test(strategies_agree),       cmocka_unit_test(prism_parts_light),
    cmocka_unit_test(functions_are_glass),
  };
  return cmocka_run_group_tests(tests, create, destroy);
}
