/* test_scene_builder.c - descriptions: every message, every default; materials flattened; bounds of nodes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "builder_fixture.h"

/* The call must refuse with this message, at place 42 unless the message is about the description as a whole, and add nothing. */
#define REFUSES(call, text)                                                                                                                \
  do {                                                                                                                                     \
    uint64_t nodes_ = b->nodes.count, materials_ = b->materials.count;                                                                     \
    error = (MlError){0};                                                                                                                  \
    assert_int_equal((call), 0);                                                                                                           \
    assert_string_equal(error.message, text);                                                                                              \
    assert_true(error.status == ML_ERROR_ARGUMENT || error.status == ML_ERROR_LIMIT);                                                      \
    assert_int_equal(error.place, 42);                                                                                                     \
    assert_int_equal(nodes_, b->nodes.count);                                                                                              \
    assert_int_equal(materials_, b->materials.count);                                                                                      \
  } while (0)
#define AT42(Type, ...) &ML_DESC(Type, .place = 42, __VA_ARGS__), &error
#define ACCEPTS(call)                                                                                                                      \
  do {                                                                                                                                     \
    error = (MlError){0};                                                                                                                  \
    if ((call) == 0) fail_msg("refused: %s", error.message);                                                                               \
  } while (0)

#define NOT_A_NUMBER __builtin_nan("")
#define ENDLESS __builtin_inf()

static void test_sizes(void **state) {
  (void)state;
  // No description, none of its size, one from the future; an older one is shorter
  assert_int_equal(ml_sphere(b, NULL, &error), 0);
  assert_string_equal(error.message, "sphere: expected a description, got none");
  MlSphereDesc d = {.radius = 3};
  assert_int_equal(ml_sphere(b, &d, &error), 0);
  char text[100];
  snprintf(text, sizeof text, "sphere.size: expected the size of the description, %u, got 0", (unsigned)sizeof d);
  assert_string_equal(error.message, text);
  d.size = sizeof d + 8;
  assert_int_equal(ml_sphere(b, &d, &error), 0);
  d.size = offsetof(MlSphereDesc, radius);
  MlNode old = ml_sphere(b, &d, &error);
  assert_int_not_equal(old, 0);
  assert_true(builder_node(b, old)->leaf->r == 1.0);
  assert_int_equal(ml_sphere(b, &d, NULL), old + 1); /* without an error to fill */
  assert_int_equal(ml_matte(b, NULL, NULL), 0);
}

static void test_shape_messages(void **state) {
  (void)state;
  const MlVec3 nan = {0, NOT_A_NUMBER, 0}, far = {1e16, 0, 0};
  REFUSES(ml_sphere(b, AT42(MlSphereDesc, .radius = -2)), "sphere.radius: expected a number above 0 and up to 1e15, got -2");
  REFUSES(ml_sphere(b, AT42(MlSphereDesc, .radius = NOT_A_NUMBER)), "sphere.radius: expected a number above 0 and up to 1e15, got nan");
  REFUSES(ml_sphere(b, AT42(MlSphereDesc, .radius = ENDLESS)), "sphere.radius: expected a number above 0 and up to 1e15, got inf");
  REFUSES(ml_sphere(b, AT42(MlSphereDesc, .center = nan)), "sphere.center: expected three finite numbers up to 1e15, got (0, nan, 0)");
  REFUSES(ml_sphere(b, AT42(MlSphereDesc, .center = far)), "sphere.center: expected three finite numbers up to 1e15, got (1e+16, 0, 0)");
  REFUSES(ml_sphere(b, AT42(MlSphereDesc, .material = 9)), "sphere.material: expected a material of this builder, got 9");
  REFUSES(ml_box(b, AT42(MlBoxDesc, .from = nan)), "box.from: expected three finite numbers up to 1e15, got (0, nan, 0)");
  REFUSES(ml_box(b, AT42(MlBoxDesc, .to = far)), "box.to: expected three finite numbers up to 1e15, got (1e+16, 0, 0)");
  REFUSES(ml_box(b, AT42(MlBoxDesc, .to = {1, 0, 1})),
          "box.to: expected all coordinates to differ from those of from, (0, 0, 0), got (1, 0, 1)");
  REFUSES(ml_plane(b, AT42(MlPlaneDesc, .point = nan)), "plane.point: expected three finite numbers up to 1e15, got (0, nan, 0)");
  REFUSES(ml_plane(b, AT42(MlPlaneDesc, .normal = nan)), "plane.normal: expected three finite numbers up to 1e15, got (0, nan, 0)");
  REFUSES(ml_disk(b, AT42(MlDiskDesc, .center = nan)), "disk.center: expected three finite numbers up to 1e15, got (0, nan, 0)");
  REFUSES(ml_disk(b, AT42(MlDiskDesc, .normal = nan)), "disk.normal: expected three finite numbers up to 1e15, got (0, nan, 0)");
  REFUSES(ml_disk(b, AT42(MlDiskDesc, .radius = -1)), "disk.radius: expected a number above 0 and up to 1e15, got -1");
  REFUSES(ml_disk(b, AT42(MlDiskDesc, .radius = 2, .hole = 2)), "disk.hole: expected a radius from 0 to below that of the disk, 2, got 2");
  REFUSES(ml_disk(b, AT42(MlDiskDesc, .hole = -0.5)), "disk.hole: expected a radius from 0 to below that of the disk, 1, got -0.5");
  REFUSES(ml_quad(b, AT42(MlQuadDesc, .at = nan)), "quad.at: expected three finite numbers up to 1e15, got (0, nan, 0)");
  REFUSES(ml_quad(b, AT42(MlQuadDesc, .u = nan)), "quad.u: expected three finite numbers up to 1e15, got (0, nan, 0)");
  REFUSES(ml_quad(b, AT42(MlQuadDesc, .v = nan)), "quad.v: expected three finite numbers up to 1e15, got (0, nan, 0)");
  REFUSES(ml_quad(b, AT42(MlQuadDesc, .u = {1, 2, 3}, .v = {-2, -4, -6})),
          "quad.v: expected an edge that is not 0 and not parallel to u, (1, 2, 3), got (-2, -4, -6)");
  REFUSES(ml_quad(b, AT42(MlQuadDesc, .u = {1, 2, 3})),
          "quad.v: expected an edge that is not 0 and not parallel to u, (1, 2, 3), got (0, 0, 0)");
  REFUSES(ml_triangle(b, AT42(MlTriangleDesc, .a = nan)), "triangle.a: expected three finite numbers up to 1e15, got (0, nan, 0)");
  REFUSES(ml_triangle(b, AT42(MlTriangleDesc, .b = nan)), "triangle.b: expected three finite numbers up to 1e15, got (0, nan, 0)");
  REFUSES(ml_triangle(b, AT42(MlTriangleDesc, .c = far)), "triangle.c: expected three finite numbers up to 1e15, got (1e+16, 0, 0)");
  REFUSES(ml_triangle(b, AT42(MlTriangleDesc, .b = {1, 1, 1}, .c = {3, 3, 3})),
          "triangle.c: expected three corners that are not in a line, got (0, 0, 0), (1, 1, 1), (3, 3, 3)");
}

static void test_mesh_messages(void **state) {
  (void)state;
  float points[] = {0, 0, 0, 1, 0, 0, 0, 1, 0}, bad[] = {0, 0, 0, 1, 0, 0, 0, NAN, 0}, far[] = {0, 0, 0, 1, 0, 0, 0, -2e15f, 0};
  uint32_t triangles[] = {0, 1, 2, 0, 1, 3};
  REFUSES(ml_mesh(b, AT42(MlMeshDesc, .point_count = 3)), "mesh.points: expected 3 points, got NULL");
  REFUSES(ml_mesh(b, AT42(MlMeshDesc, .points = points, .point_count = 3, .triangle_count = 1)),
          "mesh.triangles: expected 1 triangles, got NULL");
  REFUSES(ml_mesh(b, AT42(MlMeshDesc, .points = points, .point_count = 3, .triangles = triangles, .triangle_count = 2)),
          "mesh.triangles: expected points below 3, got 3 in triangle 1");
  REFUSES(ml_mesh(b, AT42(MlMeshDesc, .points = bad, .point_count = 3)),
          "mesh.points: expected finite numbers up to 1e15, got nan at point 2");
  REFUSES(ml_mesh(b, AT42(MlMeshDesc, .points = far, .point_count = 3)),
          "mesh.points: expected finite numbers up to 1e15, got -2e+15 at point 2");
  REFUSES(ml_mesh(b, AT42(MlMeshDesc, .points = points, .point_count = 3, .normals = bad)),
          "mesh.normals: expected finite numbers up to 1e15, got nan at point 2");
  bad[7] = 0.0f, bad[5] = INFINITY_F;
  REFUSES(ml_mesh(b, AT42(MlMeshDesc, .points = points, .point_count = 3, .uv = bad)),
          "mesh.uv: expected finite numbers up to 1e15, got inf at point 2");
  REFUSES(ml_mesh(b, AT42(MlMeshDesc, .points = points, .point_count = 3, .triangles = triangles, .triangle_count = 134217729)),
          "mesh: 3 points and 134217729 triangles are more than a mesh can hold");
  REFUSES(ml_mesh(b, AT42(MlMeshDesc, .points = points, .point_count = (uint64_t)1 << 32, .triangles = triangles, .triangle_count = 1)),
          "mesh: 4294967296 points and 1 triangles are more than a mesh can hold");
  REFUSES(ml_mesh(b, AT42(MlMeshDesc, .material = 7)), "mesh.material: expected a material of this builder, got 7");
  ACCEPTS(ml_mesh(b, AT42(MlMeshDesc, )));
}

static void test_node_messages(void **state) {
  (void)state;
  MlNode s = ml_sphere(b, &ML_DESC(MlSphereDesc), NULL);
  REFUSES(ml_place(b, AT42(MlPlaceDesc, )), "place.child: expected a node of this builder, got 0");
  REFUSES(ml_place(b, AT42(MlPlaceDesc, .child = 99)), "place.child: expected a node of this builder, got 99");
  REFUSES(ml_place(b, AT42(MlPlaceDesc, .child = s, .material = 5)), "place.material: expected a material of this builder, got 5");
  REFUSES(ml_place(b, AT42(MlPlaceDesc, .child = s, .hidden = 8)), "place.hidden: expected ML_HIDE_ bits, got 8");
  MlTransform t = affine_scale((MlVec3){1, NOT_A_NUMBER, 1}), flat = affine_scale((MlVec3){1, 0, 1}),
              huge = affine_scale((MlVec3){1e200, 1e200, 1e200});
  REFUSES(ml_place(b, AT42(MlPlaceDesc, .child = s, .transform = t)), "place.transform: expected finite numbers");
  REFUSES(ml_place(b, AT42(MlPlaceDesc, .child = s, .transform = flat)),
          "place.transform: expected a map that can be undone, but it flattens space (a scale of 0?)");
  MlNode placed = ml_place(b, &ML_DESC(MlPlaceDesc, .child = s, .transform = huge), &error);
  if (placed != 0)
    REFUSES(ml_place(b, AT42(MlPlaceDesc, .child = placed, .transform = huge)),
            "place.transform: too large or too small together with the placements inside");
  MlNode children[2] = {s, 77};
  REFUSES(ml_group(b, AT42(MlGroupDesc, .child_count = 1)), "group.children: expected 1 nodes, got NULL");
  REFUSES(ml_group(b, AT42(MlGroupDesc, .children = children, .child_count = 2)),
          "group.children[1]: expected a node of this builder, got 77");
  REFUSES(ml_group(b, AT42(MlGroupDesc, .material = 5)), "group.material: expected a material of this builder, got 5");
  MlNode deep = s;
  for (int i = 0; i < NODE_MAX_DEPTH; i++) deep = ml_group(b, &ML_DESC(MlGroupDesc, .children = &deep, .child_count = 1), NULL);
  assert_int_not_equal(deep, 0);
  REFUSES(ml_group(b, AT42(MlGroupDesc, .children = &deep, .child_count = 1)), "group: groups are nested more than 256 deep");
  assert_int_equal(ml_add(b, 0, &error), ML_ERROR_ARGUMENT);
  assert_string_equal(error.message, "add.node: expected a node of this builder, got 0");
  assert_int_equal(ml_add(b, 9999, &error), ML_ERROR_ARGUMENT);
  assert_int_equal(ml_background(b, (MlColor){1, -1, 0}, false, &error), ML_ERROR_ARGUMENT);
  assert_string_equal(error.message, "background.radiance: expected finite channels of at least 0, got (1, -1, 0)");
  ACCEPTS(ml_group(b, AT42(MlGroupDesc, )));
}

static void test_light_messages(void **state) {
  (void)state;
  const MlVec3 nan = {0, NOT_A_NUMBER, 0};
  REFUSES(ml_light(b, AT42(MlLightDesc, .at = nan)), "light.at: expected three finite numbers up to 1e15, got (0, nan, 0)");
  REFUSES(ml_light(b, AT42(MlLightDesc, .radius = -1)), "light.radius: expected a number above 0 and up to 1e15, got -1");
  REFUSES(ml_light(b, AT42(MlLightDesc, .power = -5)), "light.power: expected a finite number of at least 0, got -5");
  REFUSES(ml_light(b, AT42(MlLightDesc, .power = NOT_A_NUMBER)), "light.power: expected a finite number of at least 0, got nan");
  REFUSES(ml_light(b, AT42(MlLightDesc, .color = {1, NAN, 1})), "light.color: expected finite channels of at least 0, got (1, nan, 1)");
  REFUSES(ml_area(b, AT42(MlAreaDesc, .at = nan)), "area.at: expected three finite numbers up to 1e15, got (0, nan, 0)");
  REFUSES(ml_area(b, AT42(MlAreaDesc, .facing = nan)), "area.facing: expected three finite numbers up to 1e15, got (0, nan, 0)");
  REFUSES(ml_area(b, AT42(MlAreaDesc, .up = nan)), "area.up: expected three finite numbers up to 1e15, got (0, nan, 0)");
  REFUSES(ml_area(b, AT42(MlAreaDesc, .up = {0, 5, 0})), "area.up: expected a direction across facing, (0, -1, 0), got (0, 5, 0)");
  REFUSES(ml_area(b, AT42(MlAreaDesc, .width = -1)), "area.width: expected a number above 0 and up to 1e15, got -1");
  REFUSES(ml_area(b, AT42(MlAreaDesc, .height = -1)), "area.height: expected a number above 0 and up to 1e15, got -1");
  REFUSES(ml_area(b, AT42(MlAreaDesc, .power = -1)), "area.power: expected a finite number of at least 0, got -1");
  REFUSES(ml_area(b, AT42(MlAreaDesc, .radiance = ENDLESS)), "area.radiance: expected a finite number of at least 0, got inf");
  REFUSES(ml_area(b, AT42(MlAreaDesc, .power = 1, .radiance = 2)), "area: expected power or radiance, got both (1 and 2)");
  REFUSES(ml_area(b, AT42(MlAreaDesc, .color = {0, 0, -1})), "area.color: expected finite channels of at least 0, got (0, 0, -1)");
  REFUSES(ml_directional(b, AT42(MlDirectionalDesc, .direction = nan)),
          "directional.direction: expected three finite numbers up to 1e15, got (0, nan, 0)");
  REFUSES(ml_directional(b, AT42(MlDirectionalDesc, .irradiance = -1)),
          "directional.irradiance: expected a finite number of at least 0, got -1");
  REFUSES(ml_directional(b, AT42(MlDirectionalDesc, .color = {-1, 0, 0})),
          "directional.color: expected finite channels of at least 0, got (-1, 0, 0)");
}

static void test_material_messages(void **state) {
  (void)state;
  const MlColor bright = {0.5f, 1.5f, 0}, bad = {0, NAN, 0};
  const MlEmission emission = {.radiance = {0, -1, 0}};
  REFUSES(ml_matte(b, AT42(MlMatteDesc, .color = bright)), "matte.color: expected channels from 0 to 1, got (0.5, 1.5, 0)");
  REFUSES(ml_matte(b, AT42(MlMatteDesc, .color = bad)), "matte.color: expected channels from 0 to 1, got (0, nan, 0)");
  REFUSES(ml_matte(b, AT42(MlMatteDesc, .emission = emission)),
          "matte.emission.radiance: expected finite channels of at least 0, got (0, -1, 0)");
  REFUSES(ml_mirror(b, AT42(MlMirrorDesc, .color = bright)), "mirror.color: expected channels from 0 to 1, got (0.5, 1.5, 0)");
  REFUSES(ml_mirror(b, AT42(MlMirrorDesc, .emission = emission)),
          "mirror.emission.radiance: expected finite channels of at least 0, got (0, -1, 0)");
  REFUSES(ml_metal(b, AT42(MlMetalDesc, .roughness = 1.5f)), "metal.roughness: expected a number from 0 to 1, got 1.5");
  REFUSES(ml_metal(b, AT42(MlMetalDesc, .roughness = NAN)), "metal.roughness: expected a number from 0 to 1, got nan");
  REFUSES(ml_metal(b, AT42(MlMetalDesc, .emission = emission)),
          "metal.emission.radiance: expected finite channels of at least 0, got (0, -1, 0)");
  REFUSES(ml_metal(b, AT42(MlMetalDesc, )), "metal.eta: expected channels above 0, got (0, 0, 0)");
  REFUSES(ml_metal(b, AT42(MlMetalDesc, .eta = {1, 1, 2000})), "metal.eta: expected channels from 0 to 1000, got (1, 1, 2000)");
  REFUSES(ml_metal(b, AT42(MlMetalDesc, .eta = {1, 1, 1}, .k = {-1, 0, 0})), "metal.k: expected channels from 0 to 1000, got (-1, 0, 0)");
  REFUSES(ml_metal(b, AT42(MlMetalDesc, .artist = true, .color = bright)), "metal.color: expected channels from 0 to 1, got (0.5, 1.5, 0)");
  REFUSES(ml_metal(b, AT42(MlMetalDesc, .artist = true, .edge = bright)), "metal.edge: expected channels from 0 to 1, got (0.5, 1.5, 0)");
  REFUSES(ml_glass(b, AT42(MlGlassDesc, .ior = -1)), "glass.ior: expected a number from 0.1 to 10, got -1");
  REFUSES(ml_glass(b, AT42(MlGlassDesc, .ior = NAN)), "glass.ior: expected a number from 0.1 to 10, got nan");
  REFUSES(ml_glass(b, AT42(MlGlassDesc, .color = bright)), "glass.color: expected channels from 0 to 1, got (0.5, 1.5, 0)");
  REFUSES(ml_glass(b, AT42(MlGlassDesc, .absorption = bad)), "glass.absorption: expected finite channels of at least 0, got (0, nan, 0)");
  REFUSES(ml_glass(b, AT42(MlGlassDesc, .roughness = 1.5f)), "glass.roughness: expected a number from 0 to 1, got 1.5");
  REFUSES(ml_glass(b, AT42(MlGlassDesc, .abbe = 0.5f)), "glass.abbe: expected a number from 1, or 0 for no dispersion, got 0.5");
  REFUSES(ml_glass(b, AT42(MlGlassDesc, .thin = true, .absorption = {0, 1, 0})),
          "glass.absorption: expected none, as a thin pane has no inside, got some");
  REFUSES(ml_glass(b, AT42(MlGlassDesc, .emission = emission)),
          "glass.emission.radiance: expected finite channels of at least 0, got (0, -1, 0)");
  REFUSES(ml_emit(b, AT42(MlEmitDesc, .emission = emission)),
          "emit.emission.radiance: expected finite channels of at least 0, got (0, -1, 0)");
  MlMaterial m = ml_matte(b, &ML_DESC(MlMatteDesc), NULL);
  REFUSES(ml_mix(b, AT42(MlMixDesc, .a = 9, .b = m)), "mix.a: expected a material of this builder, got 9");
  REFUSES(ml_mix(b, AT42(MlMixDesc, .a = m, .b = 9)), "mix.b: expected a material of this builder, got 9");
  REFUSES(ml_mix(b, AT42(MlMixDesc, .a = m, .b = m, .amount = 2)), "mix.amount: expected a number from 0 to 1, got 2");
  REFUSES(ml_mix(b, AT42(MlMixDesc, .a = m, .b = m, .emission = emission)),
          "mix.emission.radiance: expected finite channels of at least 0, got (0, -1, 0)");
  MlMaterial front = ml_emit(b, &ML_DESC(MlEmitDesc, .emission = {.radiance = {1, 1, 1}, .front_only = true}), NULL),
             both = ml_emit(b, &ML_DESC(MlEmitDesc, .emission = {.radiance = {1, 1, 1}, .front_only = false}), NULL);
  REFUSES(ml_mix(b, AT42(MlMixDesc, .a = front, .b = both, .amount = 0.5f)),
          "mix: expected emissions of the same sides, got one of the front only and one of both");
  const MlEmission brightest = {.radiance = {0, 3e38f, 0}};
  MlMaterial blinding = ml_emit(b, &ML_DESC(MlEmitDesc, .emission = brightest), NULL);
  REFUSES(ml_mix(b, AT42(MlMixDesc, .a = blinding, .b = m, .amount = 0.5f, .emission = brightest)),
          "mix: too bright, the sum of its emissions is not finite");
  MlMaterial many = m;
  for (int i = 1; i < MATERIAL_MAX_LOBES; i++) many = ml_mix(b, &ML_DESC(MlMixDesc, .a = many, .b = m, .amount = 0.5f), NULL);
  assert_int_equal(builder_material(b, many)->lobe_count, MATERIAL_MAX_LOBES);
  REFUSES(ml_mix(b, AT42(MlMixDesc, .a = many, .b = m, .amount = 0.5f)), "mix: 17 materials in one, at most 16 are possible");
}

/* ---- what materials come to */

static const Lobe *lobe_of(MlMaterial m, uint32_t i) { return &b->lobes.data[builder_material(b, m)->first_lobe + i]; }
static void assert_color(Spectrum s, double r, double g, double bl) {
  MlColor c = spectrum_to_color(s);
  assert_float_equal(c.r, (float)r, 1e-6f);
  assert_float_equal(c.g, (float)g, 1e-6f);
  assert_float_equal(c.b, (float)bl, 1e-6f);
}

static void test_materials(void **state) {
  (void)state;
  // Defaults; black is a colour when it is said to be one
  assert_color(lobe_of(0, 0)->color, 0.8, 0.8, 0.8);
  MlMaterial m = ml_matte(b, &ML_DESC(MlMatteDesc), NULL);
  assert_int_equal(lobe_of(m, 0)->kind, LOBE_DIFFUSE);
  assert_color(lobe_of(m, 0)->color, 0.8, 0.8, 0.8);
  m = ml_matte(b, &ML_DESC(MlMatteDesc, .has_color = true), NULL);
  assert_color(lobe_of(m, 0)->color, 0, 0, 0);
  m = ml_matte(b, &ML_DESC(MlMatteDesc, .color = {0, 0.5f, 1}), NULL);
  assert_color(lobe_of(m, 0)->color, 0, 0.5, 1);
  MlMaterial mirror = ml_mirror(b, &ML_DESC(MlMirrorDesc), NULL);
  assert_int_equal(lobe_of(mirror, 0)->kind, LOBE_MIRROR);
  assert_color(lobe_of(mirror, 0)->color, 1, 1, 1);
  MlMaterial glass = ml_glass(b, &ML_DESC(MlGlassDesc, .absorption = {1, 2, 3}), NULL);
  assert_int_equal(lobe_of(glass, 0)->kind, LOBE_DIELECTRIC);
  assert_float_equal(lobe_of(glass, 0)->ior, 1.5f, 0.0f);
  assert_color(lobe_of(glass, 0)->color, 1, 1, 1);
  assert_color(lobe_of(glass, 0)->absorption, 1, 2, 3);
  MlMaterial pane = ml_glass(b, &ML_DESC(MlGlassDesc, .roughness = 0.5f, .abbe = 40, .thin = true), NULL);
  assert_float_equal(lobe_of(pane, 0)->alpha, 0.25f, 0.0f);
  assert_float_equal(lobe_of(pane, 0)->abbe, 40.0f, 0.0f);
  assert_int_equal(lobe_of(pane, 0)->thin, 1);
  assert_float_equal(spectrum_average(lobe_of(pane, 0)->average), 0.159f, 5e-3f); /* of a clear pane in diffuse light */
  MlColor eta, k;
  assert_true(ml_metal_preset("gold", &eta, &k));
  MlMaterial gold = ml_metal(b, &ML_DESC(MlMetalDesc, .eta = eta, .k = k, .roughness = 0.5f), NULL);
  assert_int_equal(lobe_of(gold, 0)->kind, LOBE_CONDUCTOR);
  assert_float_equal(lobe_of(gold, 0)->alpha, 0.25f, 0.0f);
  assert_int_equal(lobe_of(gold, 0)->multiscatter, 1);
  assert_color(lobe_of(gold, 0)->eta, (double)eta.r, (double)eta.g, (double)eta.b);
  assert_false(spectrum_is_black(lobe_of(gold, 0)->average)); /* lobe_finish was called */
  MlMaterial painted =
    ml_metal(b, &ML_DESC(MlMetalDesc, .artist = true, .color = {1, 1, 1}, .edge = {0, 1, 1}, .no_multiscatter = true), NULL);
  assert_int_equal(lobe_of(painted, 0)->artist, ARTIST_F82);
  assert_int_equal(lobe_of(painted, 0)->multiscatter, 0);
  assert_color(lobe_of(painted, 0)->edge, 0, 1, 1);
  // Emission
  MlMaterial lamp = ml_emit(b, &ML_DESC(MlEmitDesc, .emission = {.radiance = {4, 2, 1}, .front_only = true}), NULL);
  assert_int_equal(builder_material(b, lamp)->lobe_count, 0);
  assert_int_equal(builder_material(b, lamp)->emits, 1);
  assert_int_equal(builder_material(b, lamp)->front_only, 1);
  MlMaterial dark = ml_emit(b, &ML_DESC(MlEmitDesc, .emission = {.radiance = {0, 0, 0}, .front_only = true}), NULL);
  assert_int_equal(builder_material(b, dark)->emits, 0);
  // Mixes: lobes with their shares, nothing of a share of 0, emission in proportion
  MlMaterial half = ml_mix(b, &ML_DESC(MlMixDesc, .a = m, .b = mirror, .amount = 0.25f), NULL);
  assert_int_equal(builder_material(b, half)->lobe_count, 2);
  assert_float_equal(lobe_of(half, 0)->weight, 0.75f, 1e-6f);
  assert_int_equal(lobe_of(half, 1)->kind, LOBE_MIRROR);
  assert_float_equal(lobe_of(half, 1)->weight, 0.25f, 1e-6f);
  MlMaterial third =
    ml_mix(b, &ML_DESC(MlMixDesc, .a = half, .b = lamp, .amount = 0.5f, .emission = {.radiance = {1, 1, 1}, .front_only = true}), NULL);
  assert_int_equal(builder_material(b, third)->lobe_count, 2);
  assert_float_equal(lobe_of(third, 0)->weight, 0.375f, 1e-6f);
  assert_color(builder_material(b, third)->emission, 3, 2, 1.5);
  assert_int_equal(builder_material(b, third)->front_only, 1);
  MlMaterial first = ml_mix(b, &ML_DESC(MlMixDesc, .a = m, .b = lamp), NULL);
  assert_int_equal(builder_material(b, first)->lobe_count, 1);
  assert_int_equal(builder_material(b, first)->emits, 0);
  MlMaterial second = ml_mix(b, &ML_DESC(MlMixDesc, .a = m, .b = 0, .amount = 1), NULL);
  assert_color(lobe_of(second, 0)->color, 0.8, 0.8, 0.8); /* 0 is the default material */
}

static void test_presets(void **state) {
  (void)state;
  static const char *const names[] = {"gold", "silver", "copper", "aluminium", "iron", "chrome", "brass", "bronze", "titanium"};
  for (uint32_t i = 0; i < sizeof names / sizeof *names; i++) {
    MlColor n = {0}, k = {0};
    assert_true(ml_metal_preset(names[i], &n, &k));
    const float ns[3] = {n.r, n.g, n.b}, ks[3] = {k.r, k.g, k.b};
    float f[3]; /* reflectance straight on, between that of a dark and of a bright metal */
    for (int c = 0; c < 3; c++) {
      f[c] = ((ns[c] - 1) * (ns[c] - 1) + ks[c] * ks[c]) / ((ns[c] + 1) * (ns[c] + 1) + ks[c] * ks[c]);
      assert_true(f[c] > 0.35f && f[c] < 0.995f);
    }
    if (i == 0 || i == 2 || i == 6 || i == 7) assert_true(f[0] > f[1] && f[1] > f[2]); /* yellow and red metals */
  }
  MlColor n, k;
  assert_false(ml_metal_preset("wood", &n, &k));
  assert_false(ml_metal_preset(NULL, &n, &k));
}

/* ---- bounds */

static void assert_bounds(MlNode node, MlVec3 lo, MlVec3 hi) {
  MlBounds r = ml_node_bounds(b, node);
  assert_false(r.empty);
  if (!(dvec_length(dvec_subtract(r.min, lo)) < 1e-9 && dvec_length(dvec_subtract(r.max, hi)) < 1e-9))
    fail_msg("(%g %g %g) to (%g %g %g), expected (%g %g %g) to (%g %g %g)", r.min.x, r.min.y, r.min.z, r.max.x, r.max.y, r.max.z, lo.x,
             lo.y, lo.z, hi.x, hi.y, hi.z);
}

static void test_bounds(void **state) {
  (void)state;
  const double root = 1.4142135623730951;
  MlNode sphere = ml_sphere(b, &ML_DESC(MlSphereDesc, .center = {1, 0, 0}, .radius = 2), NULL);
  assert_bounds(sphere, (MlVec3){-1, -2, -2}, (MlVec3){3, 2, 2});
  MlNode turned = fixture_place(b, sphere, affine_turn_y(90)); /* a sphere's bounds do not grow with turning */
  assert_bounds(turned, (MlVec3){-2, -2, -3}, (MlVec3){2, 2, 1});
  MlNode box = ml_box(b, &ML_DESC(MlBoxDesc), NULL);
  assert_bounds(box, (MlVec3){-0.5, -0.5, -0.5}, (MlVec3){0.5, 0.5, 0.5});
  MlNode diamond = fixture_place(b, box, affine_turn_y(45));
  assert_bounds(diamond, (MlVec3){-root / 2, -0.5, -root / 2}, (MlVec3){root / 2, 0.5, root / 2});
  assert_bounds(fixture_place(b, diamond, affine_turn_y(45)), (MlVec3){-0.5, -0.5, -0.5},
                (MlVec3){0.5, 0.5, 0.5}); /* not the box of a box */
  assert_bounds(ml_box(b, &ML_DESC(MlBoxDesc, .from = {3, 3, 3}, .to = {1, 4, 2}), NULL), (MlVec3){1, 3, 2}, (MlVec3){3, 4, 3});
  assert_bounds(ml_disk(b, &ML_DESC(MlDiskDesc, .center = {0, 1, 0}, .radius = 3), NULL), (MlVec3){-3, 1, -3}, (MlVec3){3, 1, 3});
  assert_bounds(ml_quad(b, &ML_DESC(MlQuadDesc, .at = {1, 1, 1}), NULL), (MlVec3){1, 1, 0}, (MlVec3){2, 1, 1});
  assert_bounds(ml_triangle(b, &ML_DESC(MlTriangleDesc, .b = {1, 0, 0}, .c = {0, 2, 0}), NULL), (MlVec3){0, 0, 0}, (MlVec3){1, 2, 0});
  assert_bounds(ml_area(b, &ML_DESC(MlAreaDesc, .at = {0, 3, 0}, .width = 2, .height = 4), NULL), (MlVec3){-1, 3, -2}, (MlVec3){1, 3, 2});
  assert_bounds(ml_area(b, &ML_DESC(MlAreaDesc, .facing = {1, 0, 0}, .width = 2, .height = 4), NULL), (MlVec3){0, -2, -1},
                (MlVec3){0, 2, 1});
  const float points[] = {0, 0, 0, 1, 0, 0, 0, 3, 0, 9, 9, 9};
  const uint32_t triangles[] = {0, 1, 2, 0, 0, 3};
  MlNode mesh = ml_mesh(b, &ML_DESC(MlMeshDesc, .points = points, .point_count = 4, .triangles = triangles, .triangle_count = 2), NULL);
  assert_bounds(mesh, (MlVec3){0, 0, 0}, (MlVec3){1, 3, 0}); /* without points that nothing uses, degenerates included */
  assert_bounds(fixture_place(b, mesh, affine_turn_z(90)), (MlVec3){-3, 0, 0}, (MlVec3){0, 1, 0});
  MlNode light = ml_light(b, &ML_DESC(MlLightDesc, .at = {1, 2, 3}, .radius = 5), NULL);
  assert_bounds(light, (MlVec3){1, 2, 3}, (MlVec3){1, 2, 3}); /* a light has a place, but no surface */
  MlNode plane = ml_plane(b, &ML_DESC(MlPlaneDesc), NULL);
  assert_true(ml_node_bounds(b, plane).infinite && ml_node_bounds(b, plane).empty);
  MlNode parts[4] = {diamond, plane, light, ml_directional(b, &ML_DESC(MlDirectionalDesc), NULL)};
  MlNode group = ml_group(b, &ML_DESC(MlGroupDesc, .children = parts, .child_count = 4), NULL);
  assert_bounds(group, (MlVec3){-root / 2, -0.5, -root / 2}, (MlVec3){root / 2, 0.5, root / 2});
  assert_true(ml_node_bounds(b, group).infinite);
  assert_bounds(fixture_place(b, group, affine_turn_y(45)), (MlVec3){-0.5, -0.5, -0.5}, (MlVec3){0.5, 0.5, 0.5});
  assert_true(ml_node_bounds(b, ml_group(b, &ML_DESC(MlGroupDesc), NULL)).empty);
  assert_true(ml_node_bounds(b, 0).empty);
  assert_true(ml_node_bounds(b, 99999).empty);
  // Very many: the box of the box, still holding it, and quick although it stands for 2^40 shapes
  MlNode many = group;
  for (int i = 0; i < 40; i++) {
    MlNode two[2] = {many, fixture_place(b, many, affine_translate((MlVec3){1, 0, 0}))};
    many = ml_group(b, &ML_DESC(MlGroupDesc, .children = two, .child_count = 2), NULL);
  }
  assert_bounds(many, (MlVec3){-root / 2, -0.5, -root / 2}, (MlVec3){root / 2 + 40, 0.5, root / 2});
  assert_true(ml_node_bounds(b, many).infinite);
  assert_int_equal(ml_builder_node_count(b), b->nodes.count);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup_teardown(test_sizes, set_up, tear_down),
    cmocka_unit_test_setup_teardown(test_shape_messages, set_up, tear_down),
    cmocka_unit_test_setup_teardown(test_mesh_messages, set_up, tear_down),
    cmocka_unit_test_setup_teardown(test_node_messages, set_up, tear_down),
    cmocka_unit_test_setup_teardown(test_light_messages, set_up, tear_down),
    cmocka_unit_test_setup_teardown(test_material_messages, set_up, tear_down),
    cmocka_unit_test_setup_teardown(test_materials, set_up, tear_down),
    cmocka_unit_test_setup_teardown(test_presets, set_up, tear_down),
    cmocka_unit_test_setup_teardown(test_bounds, set_up, tear_down),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
