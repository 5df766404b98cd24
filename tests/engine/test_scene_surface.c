/* test_scene_surface.c - surfaces at hits: error bounds, normals, uv, and that rays that leave them neither hit them again nor leak,
 * at every scale and place. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "scene/texture_point.h"
#include "scene_fixture.h"

/* Distance from a round solid (by part) and its gradient, local. */
static double solid_implicit(const Prim *prim, MlVec3 p, uint32_t part, MlVec3 *gradient) {
  double r = (double)prim->r, rho = __builtin_sqrt(p.x * p.x + p.z * p.z);
  MlVec3 from = {0, 0, 0};
  if (prim->kind == PRIM_CONE || prim->kind == PRIM_CONE_SIDE) {
    double slope = 0.5 * (1 - r), sign = part == 1 ? -1.0 : 1.0;
    *gradient = part == 0 ? (MlVec3){p.x / rho, slope, p.z / rho} : (MlVec3){0, sign, 0};
    return part == 0 ? rho - (0.5 * (1 + r) - slope * p.y) : sign * p.y - 1;
  }
  bool ring = prim->kind == PRIM_TORUS;
  if (ring) from = (MlVec3){p.x / rho, 0, p.z / rho};
  else from.y = p.y < -r ? -r : p.y > r ? r : p.y;
  *gradient = dvec_normalize(dvec_subtract(p, from));
  return dvec_length(dvec_subtract(p, from)) - (ring ? r : 1.0);
}

#include "scene/scene.h"

/* ---- where the surface really is, in double */

/* Signed distance of p from the surface that was hit, along its normal, to first order; `n` is the world normal. */
static double distance_from(const World *world, const Hit *hit, MlVec3 p) {
  const Prim *prim = NULL;
  HitLevels levels = {.count = 0};
  const PlacedTransform *placed = world->placed;
  MlVec3 corner = {0, 0, 0}, n = {0, 0, 0};
  double scale = 1.0;
  if (hit->instance == NO_ID) {
    prim = &world->prims[hit->prim];
  } else {
    hit_levels(world, hit->instance, hit->path, hit->prim, 0.0f, &levels);
    const Geometry *g = levels.geometry;
    p = levels_to_local(&levels, p);
    if (g->mesh.triangle_count != 0) {
      const uint32_t *c = g->mesh.triangles + 3 * (size_t)hit->prim;
      corner = dvec_load(g->mesh.points + 3 * (size_t)c[0]);
      n = corners_normal(g->mesh.points + 3 * (size_t)c[0], g->mesh.points + 3 * (size_t)c[1], g->mesh.points + 3 * (size_t)c[2]);
    } else {
      prim = &g->prims[hit->prim];
      placed = g->placed;
    }
  }
  if (prim != NULL) {
    corner = dvec_load(prim->p[0]);
    switch ((PrimKind)prim->kind) {
    case PRIM_SPHERE:
      n = dvec_normalize(dvec_subtract(p, corner));
      corner = dvec_along(corner, n, (double)prim->r);
      break;
    case PRIM_ELLIPSOID: {
      MlVec3 local = placed_point_to_local(&placed[prim->placed], p), unit = dvec_normalize(local);
      MlVec3 gradient = matrix_multiply_transposed(placed[prim->placed].to_local, unit);
      scale = 1.0 / dvec_length(gradient);
      n = gradient;
      corner = dvec_along(p, dvec_normalize(gradient), -(dvec_length(local) - 1.0) * scale);
      break;
    }
    case PRIM_BOX: {
      MlVec3 local = placed_point_to_local(&placed[prim->placed], p), axis = {0, 0, 0};
      double sign = (hit->part & 1) != 0 ? 1.0 : -1.0, at[3] = {local.x, local.y, local.z};
      if (hit->part >> 1 == 0) axis.x = sign;
      if (hit->part >> 1 == 1) axis.y = sign;
      if (hit->part >> 1 == 2) axis.z = sign;
      n = matrix_multiply_transposed(placed[prim->placed].to_local, axis);
      corner = dvec_along(p, dvec_normalize(n), -(at[hit->part >> 1] * sign - 1.0) / dvec_length(n));
      break;
    }
    case PRIM_CONE:
    case PRIM_CAPSULE:
    case PRIM_TORUS:
    case PRIM_CONE_SIDE: {
      MlVec3 gradient;
      double value = solid_implicit(prim, placed_point_to_local(&placed[prim->placed], p), hit->part, &gradient);
      n = matrix_multiply_transposed(placed[prim->placed].to_local, gradient);
      corner = dvec_along(p, dvec_normalize(n), -value / dvec_length(n));
      break;
    }
    case PRIM_QUAD: n = corners_normal(prim->p[0], prim->p[1], prim->p[3]); break;
    case PRIM_TRIANGLE: n = corners_normal(prim->p[0], prim->p[1], prim->p[2]); break;
    case PRIM_DISK: n = dvec_cross(dvec_load(prim->p[1]), dvec_load(prim->p[2])); break;
    case PRIM_PLANE: n = dvec_load(prim->n); break;
    }
  }
  n = dvec_normalize(n);
  double distance = dvec_dot(n, dvec_subtract(p, corner));
  for (uint32_t i = levels.count; i-- > 0;) /* from the instances' spaces */
    n = matrix_multiply_transposed(levels.placed[i]->to_local, n);
  distance /= dvec_length(n);
  return distance;
}

/* ---- scenes: one of every kind, placed */

static MlNode every_shape(MlBuilder *b, uint32_t kind) {
  static const float points[] = {0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1};
  static const uint32_t triangles[] = {0, 2, 1, 0, 1, 3, 0, 3, 2, 1, 2, 3};
  MlVec3 p = random_point(1.0);
  switch (kind % 11) {
  case 0: return ml_sphere(b, &ML_DESC(MlSphereDesc, .center = p, .radius = random_in(0.2, 1.5)), NULL);
  case 1: return ml_box(b, &ML_DESC(MlBoxDesc, .from = p, .to = dvec_add(p, (MlVec3){1, 0.3, 2})), NULL);
  case 2: return ml_disk(b, &ML_DESC(MlDiskDesc, .center = p, .normal = random_direction(), .hole = 0.2), NULL);
  case 3: return ml_quad(b, &ML_DESC(MlQuadDesc, .at = p, .u = random_direction(), .v = random_direction()), NULL);
  case 4: return ml_triangle(b, &ML_DESC(MlTriangleDesc, .a = p, .b = random_point(2.0), .c = random_point(2.0)), NULL);
  case 5: return ml_plane(b, &ML_DESC(MlPlaneDesc, .point = p, .normal = random_direction()), NULL);
  case 6: return ml_mesh(b, &ML_DESC(MlMeshDesc, .points = points, .point_count = 4, .triangles = triangles, .triangle_count = 4), NULL);
  case 7:
    return ml_cone(
      b, &ML_DESC(MlConeDesc, .from = p, .to = random_point(2.0), .radius = 0.7, .top = random_in(0, 2), .open = random_below(2)), NULL);
  case 8: return ml_capsule(b, &ML_DESC(MlCapsuleDesc, .from = p, .to = random_point(2.0), .radius = 0.6), NULL);
  case 9: return ml_torus(b, &ML_DESC(MlTorusDesc, .radius = random_in(0.5, 2), .tube = 0.3), NULL);
  default: {
    MlNode parts[4] = {every_shape(b, 0), every_shape(b, 1), every_shape(b, 7), every_shape(b, 9)};
    for (int i = 0; i < 4; i++) parts[i] = fixture_place(b, parts[i], random_placement(1.0, false));
    MlNode group = ml_group(b, &ML_DESC(MlGroupDesc, .children = parts, .child_count = 4), NULL);
    fixture_add(b, fixture_place(b, group, affine_translate((MlVec3){0, 40, 0}))); /* used twice: instanced */
    return group;
  }
  }
}

typedef struct Setting {
  double scale;
  MlVec3 move;
} Setting;
static const Setting settings[] = {
  {1, {0, 0, 0}}, {1e-3, {0, 0, 0}}, {1e3, {0, 0, 0}}, {1, {1e4, -1e4, 1e4}}, {1, {1e6, 1e6, -1e6}}, {1e-3, {0, 1e4, 0}}, {1e-9, {0, 0, 0}},
};
enum { SETTINGS = sizeof settings / sizeof *settings };

static MlTransform setting_transform(const Setting *s) {
  MlTransform scale = affine_scale((MlVec3){s->scale, s->scale, s->scale}), move = affine_translate(s->move);
  return ml_transform_multiply(&move, &scale);
}

/* A direction on n's side (or the other), often grazing. */
static Vec3 leaving(Vec3 n, bool back) {
  MlVec3 d = random_direction(), nd = dvec_from_vec3(n);
  if (random_below(3) == 0) d = dvec_along(d, nd, -dvec_dot(d, nd) + ml_pow(10, random_in(-6, -1)));
  double side = dvec_dot(d, nd);
  if ((side < 0) != back) d = dvec_along(d, nd, -2 * side);
  return dvec_to_vec3(dvec_normalize(d));
}

static void check_surface(const Scene *scene, const Ray *ray, const Hit *hit) {
  Surface s;
  surface_at(scene, ray, hit, &s);
  MlVec3 p = dvec_from_vec3(s.p), n = dvec_from_vec3(s.ng), error = dvec_from_vec3(s.p_error);
  double bound = dvec_dot(dvec_abs(n), error);
  double distance = __builtin_fabs(distance_from(&scene->world, hit, p));
  if (!(distance <= bound)) fail_msg("off the surface by %g, bound %g (prim %u:%u)", distance, bound, hit->instance, hit->prim);
  // The bound is no more than some roundings of the coordinates, the instance's included
  double size = dvec_largest(p) + dvec_largest(dvec_from_vec3(ray->o)) + (double)hit->t;
  assert_true(dvec_largest(error) <= 1e-5 * size);
  // It lies where the ray met it
  MlVec3 q = dvec_along(dvec_from_vec3(ray->o), dvec_from_vec3(ray->d), (double)hit->t);
  assert_true(dvec_length(dvec_subtract(p, q)) <= 1e-5 * size);
  assert_float_equal(length(s.ng), 1.0f, 1e-6f);
  assert_true(dot(s.ng, s.ns) > 0.0f);
  // A ray that leaves a flat surface does not meet it; one that leaves a convex solid outward neither
  for (int side = 0; side < 2; side++) {
    Vec3 w = leaving(s.ng, side);
    Ray out = {.o = ray_origin(s.p, s.p_error, s.ng, w), .d = w, .t_max = INFINITY_F, .kind = RAY_REFLECTION};
    assert_true(dvec_dot(n, dvec_subtract(dvec_from_vec3(out.o), p)) * (side ? -1 : 1) >= 0);
    Hit next;
    HitLevels levels;
    bool placed = hit->instance != NO_ID;
    if (placed) hit_levels(&scene->world, hit->instance, hit->path, hit->prim, ray->time, &levels);
    bool mesh = placed && levels.geometry->mesh.triangle_count != 0;
    const Prim *prim = mesh ? NULL : placed ? &levels.geometry->prims[hit->prim] : &scene->world.prims[hit->prim];
    bool flat = mesh || prim_is_flat(prim);
    if (!trace_closest(&scene->world, &out, &next) || next.instance != hit->instance || next.prim != hit->prim) continue;
    if (!flat && (prim->kind == PRIM_TORUS || prim->kind == PRIM_CONE_SIDE)) continue; // it may: they are not convex
    if (flat) fail_msg("meets itself at t %g, instance %d", (double)next.t, hit->instance != NO_ID);
    if (!side) fail_msg("meets itself outward at t %g", (double)next.t);
    // Inward, it comes out at the other side
    Surface far;
    surface_at(scene, &out, &next, &far);
    assert_true(dot(far.ng, w) > -1e-3f);
  }
}

static void test_error_bounds(void **state) {
  (void)state;
  for (uint32_t k = 0; k < SETTINGS; k++) {
    for (uint32_t round = 0; round < 64; round++) {
      Fixture f;
      fixture_begin(&f);
      MlBuilder *b = fixture_builder(&f);
      random_state = 100 * k + round;
      MlNode shape = every_shape(b, round);
      if (round >= 16) shape = fixture_place(b, shape, random_placement(round % 3 == 0 ? 100.0 : 1.0, round % 2));
      fixture_add(b, fixture_place(b, shape, setting_transform(&settings[k])));
      const MlScene *handle = fixture_commit(b);
      const Scene *scene = scene_of(handle);
      uint32_t hits = 0;
      MlBounds bounds = scene->stats.bounds;
      for (int i = 0; i < 100; i++) {
        MlVec3 origin = {scene->origin[0], scene->origin[1], scene->origin[2]}, size = {1, 1, 1}, middle = origin;
        if (!bounds.empty) {
          size = dvec_subtract(bounds.max, bounds.min);
          middle = dvec_scale(dvec_add(bounds.min, bounds.max), 0.5);
        }
        double reach = 0.5 * dvec_length(size);
        MlVec3 target = dvec_subtract(dvec_add(middle, random_point(reach)), origin);
        MlVec3 from = dvec_along(target, random_direction(), reach * ml_pow(10, random_in(-2, 2)));
        Ray ray = ray_to(from, dvec_normalize(dvec_subtract(target, from)), RAY_CAMERA);
        Hit hit;
        if (!trace_closest(&scene->world, &ray, &hit)) continue;
        hits++;
        check_surface(scene, &ray, &hit);
      }
      if (round == 0 || round == 1) assert_true(hits > 0);
      ml_scene_release(handle);
      fixture_end(&f);
    }
  }
}

/* ---- closed rooms: a ball that bounces inside never gets out */

static MlNode room_of_quads(MlBuilder *b) {
  const MlVec3 at[6] = {{-1, -1, -1}, {-1, 1, -1}, {-1, -1, -1}, {1, -1, -1}, {-1, -1, -1}, {-1, -1, 1}};
  const MlVec3 u[6] = {{2, 0, 0}, {2, 0, 0}, {0, 2, 0}, {0, 2, 0}, {2, 0, 0}, {2, 0, 0}};
  const MlVec3 v[6] = {{0, 0, 2}, {0, 0, 2}, {0, 0, 2}, {0, 0, 2}, {0, 2, 0}, {0, 2, 0}};
  MlNode walls[6];
  for (int i = 0; i < 6; i++) walls[i] = ml_quad(b, &ML_DESC(MlQuadDesc, .at = at[i], .u = u[i], .v = v[i]), NULL);
  return ml_group(b, &ML_DESC(MlGroupDesc, .children = walls, .child_count = 6), NULL);
}

static MlNode closed_room(MlBuilder *b, int form, const MlTransform *t) {
  static const float points[] = {-1, -1, -1, 1, -1, -1, 1, 1, -1, -1, 1, -1, -1, -1, 1, 1, -1, 1, 1, 1, 1, -1, 1, 1};
  static const uint32_t triangles[] = {0, 1, 2, 0, 2, 3, 4, 6, 5, 4, 7, 6, 0, 4, 5, 0, 5, 1,
                                       3, 2, 6, 3, 6, 7, 0, 3, 7, 0, 7, 4, 1, 5, 6, 1, 6, 2};
  switch (form) {
  case 0: return room_of_quads(b);
  case 1: return ml_mesh(b, &ML_DESC(MlMeshDesc, .points = points, .point_count = 8, .triangles = triangles, .triangle_count = 12), NULL);
  case 2: return ml_sphere(b, &ML_DESC(MlSphereDesc), NULL);
  case 3: return ml_box(b, &ML_DESC(MlBoxDesc, .from = {-1, -1, -1}, .to = {1, 1, 1}), NULL);
  default: { /* quads as an instance: the other use is beside it */
    MlNode room = room_of_quads(b);
    MlTransform beside = affine_translate((MlVec3){0, 0, 10});
    fixture_add(b, fixture_place(b, room, ml_transform_multiply(t, &beside)));
    return room;
  }
  }
}

static void test_nothing_leaks(void **state) {
  (void)state;
  for (uint32_t k = 0; k < SETTINGS; k++) {
    for (int form = 0; form < 5; form++) {
      for (int turned = 0; turned < 3; turned++) {
        Fixture f;
        fixture_begin(&f);
        MlBuilder *b = fixture_builder(&f);
        random_state = 17 * k + (uint32_t)form;
        MlTransform turn = turned == 0 ? ml_transform_identity() : random_placement(3.0, turned == 1),
                    setting = setting_transform(&settings[k]);
        turn = ml_transform_multiply(&setting, &turn);
        fixture_add(b, fixture_place(b, closed_room(b, form, &turn), turn));
        const MlScene *handle = fixture_commit(b);
        const Scene *scene = scene_of(handle);
        MlVec3 middle = affine_point(&turn, (MlVec3){0.1, 0.2, 0.3});
        const MlVec3 origin = {scene->origin[0], scene->origin[1], scene->origin[2]};
        Ray ray = ray_to(dvec_subtract(middle, origin), random_direction(), RAY_REFLECTION);
        for (int bounce = 0; bounce < 3000; bounce++) {
          Hit hit;
          Surface s;
          if (!trace_closest(&scene->world, &ray, &hit))
            fail_msg("setting %u, form %d, turned %d: leaks at bounce %d", k, form, turned, bounce);
          surface_at(scene, &ray, &hit, &s);
          Vec3 inside = face_forward(s.ng, -ray.d);
          /* Cosine-distributed, as light is; what grazes by 1e-6 ends closer to an edge than floats can tell */
          Vec3 w = dvec_to_vec3(dvec_normalize(dvec_add(random_direction(), dvec_from_vec3(inside))));
          ray = (Ray){.o = ray_origin(s.p, s.p_error, s.ng, w), .d = w, .t_max = INFINITY_F, .kind = RAY_REFLECTION};
        }
        ml_scene_release(handle);
        fixture_end(&f);
      }
    }
  }
}

/* ---- normals and uv */

typedef struct Look {
  Surface s;
  Vec2 uv;
} Look;

static Look look(const MlScene *handle, MlVec3 from, MlVec3 d) {
  const Scene *scene = scene_of(handle);
  Ray ray = ray_to(from, d, RAY_CAMERA);
  Hit hit;
  Look l;
  if (!trace_closest(&scene->world, &ray, &hit)) fail_msg("no hit");
  surface_at(scene, &ray, &hit, &l.s);
  l.uv = surface_uv(scene, &l.s);
  return l;
}
static void assert_near(Vec3 v, double x, double y, double z) {
  if (dvec_length(dvec_subtract(dvec_from_vec3(v), (MlVec3){x, y, z})) > 1e-5)
    fail_msg("(%g, %g, %g), expected (%g, %g, %g)", (double)v[0], (double)v[1], (double)v[2], x, y, z);
}
static void assert_uv(Vec2 uv, double u, double v) {
  if (!(__builtin_fabs((double)uv.x - u) < 1e-5 && __builtin_fabs((double)uv.y - v) < 1e-5))
    fail_msg("uv (%g, %g), expected (%g, %g)", (double)uv.x, (double)uv.y, u, v);
}

static Fixture one_fixture;
static const MlScene *one(MlBuilder *b, MlNode node) {
  fixture_add(b, node);
  return fixture_commit(b);
}
static MlBuilder *one_begin(void) {
  fixture_begin(&one_fixture);
  return fixture_builder(&one_fixture);
}
static void one_end(const MlScene *scene) {
  ml_scene_release(scene);
  fixture_end(&one_fixture);
}

static void assert_tangent(const MlScene *s, const Look *l, double x, double y, double z) {
  Surface moved = l->s;
  assert_near(surface_tangent(scene_of(s), &l->s), x, y, z);
  // Where uv depends on the point, u grows that way
  moved.p += 1e-3f * vec3((float)x, (float)y, (float)z);
  float u = surface_uv(scene_of(s), &moved).x;
  assert_true(u > l->uv.x || moved.u == l->uv.x);
}

/* Tangents run along u, on every kind of surface and through placements. */
static void test_tangents(void **state) {
  (void)state;
  MlBuilder *b = one_begin();
  const MlScene *s = one(b, fixture_place(b, ml_sphere(b, &ML_DESC(MlSphereDesc, .radius = 2), NULL), affine_turn_y(90)));
  Look l = look(s, (MlVec3){0, 0, -9}, (MlVec3){0, 0, 1});
  assert_tangent(s, &l, -1, 0, 0);
  l = look(s, (MlVec3){0, 9, 1}, (MlVec3){0, -1, 0});
  assert_tangent(s, &l, 1, 0, 0);
  one_end(s);

  b = one_begin();
  s = one(b, fixture_place(b, ml_sphere(b, &ML_DESC(MlSphereDesc), NULL), affine_scale((MlVec3){-3, 1, 2})));
  l = look(s, (MlVec3){0, 0, 9}, (MlVec3){0, 0, -1});
  assert_tangent(s, &l, -1, 0, 0); /* mirrored */
  one_end(s);

  b = one_begin();
  s = one(b, ml_box(b, &ML_DESC(MlBoxDesc, .from = {0, 0, 0}, .to = {4, 2, 8}), NULL));
  l = look(s, (MlVec3){9, 0.5, 2}, (MlVec3){-1, 0, 0}), assert_tangent(s, &l, 0, 0, -1);
  l = look(s, (MlVec3){-9, 0.5, 2}, (MlVec3){1, 0, 0}), assert_tangent(s, &l, 0, 0, 1);
  l = look(s, (MlVec3){1, 9, 2}, (MlVec3){0, -1, 0}), assert_tangent(s, &l, 1, 0, 0);
  l = look(s, (MlVec3){1, 0.5, 99}, (MlVec3){0, 0, -1}), assert_tangent(s, &l, 1, 0, 0);
  l = look(s, (MlVec3){1, 0.5, -99}, (MlVec3){0, 0, 1}), assert_tangent(s, &l, -1, 0, 0);
  one_end(s);

  b = one_begin();
  s = one(b, fixture_place(b, ml_cylinder(b, &ML_DESC(MlCylinderDesc, .from = {0, -1, 0}, .to = {0, 1, 0}, .radius = 1), NULL),
                           affine_scale((MlVec3){1, 1, 2})));
  l = look(s, (MlVec3){0, 0.5, 9}, (MlVec3){0, 0, -1}), assert_tangent(s, &l, 1, 0, 0);
  l = look(s, (MlVec3){9, 0.5, 0}, (MlVec3){-1, 0, 0}), assert_tangent(s, &l, 0, 0, -1);
  one_end(s);

  b = one_begin();
  s = one(b, fixture_place(b, ml_quad(b, &ML_DESC(MlQuadDesc), NULL), affine_turn_y(90)));
  l = look(s, (MlVec3){-0.25, 5, -0.25}, (MlVec3){0, -1, 0}), assert_tangent(s, &l, 0, 0, -1);
  one_end(s);
}

static void test_normals_and_uv(void **state) {
  (void)state;
  const MlVec3 down = {0, -1, 0}, back = {0, 0, -1};
  // Sphere: by heading and height; from inside the normal still points outward
  MlBuilder *b = one_begin();
  const MlScene *s = one(b, ml_sphere(b, &ML_DESC(MlSphereDesc, .radius = 2), NULL));
  Look l = look(s, (MlVec3){0, 0, 9}, back);
  assert_near(l.s.p, 0, 0, 2), assert_near(l.s.ng, 0, 0, 1), assert_uv(l.uv, 0, 0.5);
  l = look(s, (MlVec3){9, 0, 0}, (MlVec3){-1, 0, 0});
  assert_uv(l.uv, 0.25, 0.5);
  l = look(s, (MlVec3){-9, 0, 0}, (MlVec3){1, 0, 0});
  assert_uv(l.uv, 0.75, 0.5);
  l = look(s, (MlVec3){0, 9, 1.7320508}, down);
  assert_uv(l.uv, 0, 2.0 / 3.0);
  l = look(s, (MlVec3){0, 0, 0}, (MlVec3){0, 1, 0});
  assert_near(l.s.ng, 0, 1, 0), assert_uv(l.uv, 0, 1);
  one_end(s);

  // A turned sphere turns its uv
  b = one_begin();
  s = one(b, fixture_place(b, ml_sphere(b, &ML_DESC(MlSphereDesc), NULL), affine_turn_y(90)));
  assert_int_equal(scene_of(s)->world.prims[0].kind, PRIM_SPHERE);
  assert_uv(look(s, (MlVec3){9, 0, 0}, (MlVec3){-1, 0, 0}).uv, 0, 0.5);
  one_end(s);

  // Ellipsoid, mirrored
  b = one_begin();
  s = one(b, fixture_place(b, ml_sphere(b, &ML_DESC(MlSphereDesc), NULL), affine_scale((MlVec3){-3, 1, 2})));
  assert_int_equal(scene_of(s)->world.prims[0].kind, PRIM_ELLIPSOID);
  l = look(s, (MlVec3){9, 0, 0}, (MlVec3){-1, 0, 0});
  assert_near(l.s.p, 3, 0, 0), assert_near(l.s.ng, 1, 0, 0), assert_uv(l.uv, 0.75, 0.5);
  l = look(s, (MlVec3){3 * 0.6, 9, 2 * 0.5}, down);
  MlVec3 n = dvec_normalize((MlVec3){0.6 / 3, __builtin_sqrt(1 - 0.36 - 0.25), 0.5 / 2});
  assert_near(l.s.ng, n.x, n.y, n.z);
  one_end(s);

  // Box: every face from outside
  b = one_begin();
  s = one(b, ml_box(b, &ML_DESC(MlBoxDesc, .from = {0, 0, 0}, .to = {4, 2, 8}), NULL));
  l = look(s, (MlVec3){9, 0.5, 2}, (MlVec3){-1, 0, 0});
  assert_near(l.s.p, 4, 0.5, 2), assert_near(l.s.ng, 1, 0, 0), assert_uv(l.uv, 0.75, 0.25);
  l = look(s, (MlVec3){-9, 0.5, 2}, (MlVec3){1, 0, 0});
  assert_near(l.s.ng, -1, 0, 0), assert_uv(l.uv, 0.25, 0.25);
  l = look(s, (MlVec3){1, 9, 2}, down);
  assert_near(l.s.ng, 0, 1, 0), assert_uv(l.uv, 0.25, 0.75);
  l = look(s, (MlVec3){1, -9, 2}, (MlVec3){0, 1, 0});
  assert_near(l.s.ng, 0, -1, 0), assert_uv(l.uv, 0.25, 0.25);
  l = look(s, (MlVec3){1, 0.5, 99}, back);
  assert_near(l.s.ng, 0, 0, 1), assert_uv(l.uv, 0.25, 0.25);
  l = look(s, (MlVec3){1, 0.5, -99}, (MlVec3){0, 0, 1});
  assert_near(l.s.ng, 0, 0, -1), assert_uv(l.uv, 0.75, 0.25);
  l = look(s, (MlVec3){1, 1, 2}, down); /* from inside */
  assert_near(l.s.ng, 0, -1, 0);
  one_end(s);

  // Quad and its default
  b = one_begin();
  s = one(b, ml_quad(b, &ML_DESC(MlQuadDesc), NULL));
  l = look(s, (MlVec3){0.25, 5, -0.75}, down);
  assert_near(l.s.ng, 0, 1, 0), assert_uv(l.uv, 0.25, 0.75);
  l = look(s, (MlVec3){0.75, -5, -0.25}, (MlVec3){0, 1, 0});
  assert_near(l.s.ng, 0, 1, 0), assert_uv(l.uv, 0.75, 0.25);
  one_end(s);
  b = one_begin(); /* mirrored in x: the front stays above */
  s = one(b, fixture_place(b, ml_quad(b, &ML_DESC(MlQuadDesc), NULL), affine_scale((MlVec3){-1, 1, 1})));
  l = look(s, (MlVec3){-0.25, 5, -0.75}, down);
  assert_near(l.s.ng, 0, 1, 0), assert_uv(l.uv, 0.25, 0.75);
  one_end(s);

  // Triangle: counter-clockwise is front, uv are barycentrics
  for (int mirror = 0; mirror < 2; mirror++) {
    b = one_begin();
    MlNode node = ml_triangle(b, &ML_DESC(MlTriangleDesc, .a = {0, 0, 0}, .b = {1, 0, 0}, .c = {0, 0, -1}), NULL);
    s = one(b, fixture_place(b, node, affine_scale((MlVec3){mirror ? -1 : 1, 1, 1})));
    l = look(s, (MlVec3){mirror ? -0.5 : 0.5, 5, -0.25}, down);
    assert_near(l.s.ng, 0, 1, 0), assert_uv(l.uv, 0.5, 0.25);
    one_end(s);
  }

  // Disk: uv across the square around it; the hole is not hit
  b = one_begin();
  s = one(b, ml_disk(b, &ML_DESC(MlDiskDesc, .radius = 2, .hole = 1), NULL));
  l = look(s, (MlVec3){1.5, 5, 0}, down);
  assert_near(l.s.ng, 0, 1, 0), assert_uv(l.uv, 0.875, 0.5);
  l = look(s, (MlVec3){0, 5, -1.5}, down);
  assert_uv(l.uv, 0.5, 0.875);
  Ray ray = ray_to((MlVec3){0.9, 5, 0}, down, RAY_CAMERA);
  assert_false(trace_any(&scene_of(s)->world, &ray));
  ray = ray_to((MlVec3){2.1, 5, 0}, down, RAY_CAMERA);
  assert_false(trace_any(&scene_of(s)->world, &ray));
  one_end(s);

  // Plane: metres of its own
  b = one_begin();
  s = one(b, fixture_place(b, ml_plane(b, &ML_DESC(MlPlaneDesc), NULL), affine_scale((MlVec3){2, -1, 2})));
  l = look(s, (MlVec3){3, 5, -8}, down);
  assert_near(l.s.ng, 0, -1, 0), assert_uv(l.uv, 1.5, 4);
  one_end(s);
}

static void test_mesh_normals(void **state) {
  (void)state;
  const float points[] = {-1, 0, 1, 1, 0, 1, 0, 0, -1}, uv[] = {0, 0, 8, 0, 0, 4};
  const float normals[] = {-1, 1, 0, 1, 1, 0, 0, 1, -1}, wrong[] = {0, -1, 0, 0, -1, 0, 0, -1, 0}, none[] = {0, 0, 0, 0, 0, 0, 0, 0, 0};
  const uint32_t triangles[] = {0, 1, 2};
  const float *const given[4] = {NULL, normals, wrong, none};
  for (int form = 0; form < 4; form++) {
    for (int mirror = 0; mirror < 2; mirror++) {
      MlBuilder *b = one_begin();
      MlNode mesh = ml_mesh(b,
                            &ML_DESC(MlMeshDesc, .points = points, .point_count = 3, .triangles = triangles, .triangle_count = 1,
                                     .normals = given[form], .uv = form ? uv : NULL),
                            NULL);
      MlTransform t = affine_scale((MlVec3){mirror ? -2 : 2, 1, 1});
      const MlScene *s = one(b, fixture_place(b, mesh, t));
      double x = mirror ? -1 : 1;
      Look l = look(s, (MlVec3){x * 0.5, 5, 0}, (MlVec3){0, -1, 0}); /* x .25 of -1..1 at z = 0: u = .375, v = .5 */
      assert_near(l.s.p, x * 0.5, 0, 0), assert_near(l.s.ng, 0, 1, 0);
      if (form == 0) assert_uv(l.uv, 0.375, 0.5);
      if (form != 0) assert_uv(l.uv, 3, 2);
      if (form == 1) { /* normals go by the inverse transpose */
        MlVec3 n = {0.375 - 0.125, 1, -0.5};
        n = dvec_normalize((MlVec3){n.x / 2 * x, n.y, n.z});
        assert_near(l.s.ns, n.x, n.y, n.z);
      } else {
        assert_near(l.s.ns, 0, 1, 0);
      }
      one_end(s);
    }
  }
}

/* ---- ray origins */

static void test_ray_origin(void **state) {
  (void)state;
  for (int i = 0; i < 100000; i++) {
    double scale = ml_pow(10, random_in(-6, 6));
    Vec3 p = dvec_to_vec3(dvec_scale(random_point(1), scale)), n = dvec_to_vec3(random_direction());
    Vec3 error = vec3_abs(p) * (2 * EPSILON_F), w = leaving(n, random_below(2));
    if (i % 10 == 0) n = vec3(0, i % 20 ? 1 : -1, 0);
    if (dot(w, n) == 0.0f) continue;
    Vec3 o = ray_origin(p, error, n, w), same = ray_origin(p, error, -n, w);
    assert_memory_equal(&o, &same, sizeof o);
    double moved = dvec_dot(dvec_subtract(dvec_from_vec3(o), dvec_from_vec3(p)), dvec_from_vec3(n)) * (dot(w, n) < 0.0f ? -1 : 1);
    double bound = dvec_dot(dvec_from_vec3(vec3_abs(n)), dvec_from_vec3(error));
    assert_true(moved >= bound * (1 - 1e-6) && moved <= 4 * bound + 1e-44);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_error_bounds), cmocka_unit_test(test_nothing_leaks), cmocka_unit_test(test_normals_and_uv),
    cmocka_unit_test(test_tangents),     cmocka_unit_test(test_mesh_normals),  cmocka_unit_test(test_ray_origin),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
