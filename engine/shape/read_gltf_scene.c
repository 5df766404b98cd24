/* read_gltf_scene.c - the tree of nodes, cameras, KHR_lights_punctual. */
#include <math.h>

#include "shape/read_gltf.h"

static const double pi = 0x1.921fb54442d18p+1;

/* ---- cameras and lights */

static MlStatus add_camera(Gltf *g, uint32_t value, const GltfPlace *place) {
  ModelCamera camera = {.fov = 0.7};
  uint32_t lens;
  TRY(gltf_text(g, json_member(&g->json, value, "name"), &camera.name));
  camera.orthographic = json_is(&g->json, json_member(&g->json, value, "type"), "orthographic");
  TRY(gltf_object(g, place, value, camera.orthographic ? "orthographic" : "perspective", &lens));
  double half = 1.0;
  if (camera.orthographic) TRY(gltf_number(g, place, lens, "ymag", -1e9, 1e9, &half));
  else TRY(gltf_number(g, place, lens, "yfov", 1e-3, 0.999 * pi, &camera.fov));
  half = fabs(half);
  camera.height = half > 1e-9 ? 2.0 * half : 2.0;
  return array_push(g->memory, &g->model->cameras, camera) ? ML_OK : gltf_no_memory(g);
}

MlStatus gltf_read_cameras(Gltf *g, uint32_t root) {
  uint32_t item;
  TRY(gltf_list(g, root, "cameras", NULL, &item, &g->camera_count));
  for (uint32_t i = 0; i < g->camera_count; i++, item = json_next(&g->json, item))
    TRY(add_camera(g, item, &(GltfPlace){.list = "cameras", .index = i}));
  return ML_OK;
}

static MlStatus add_light(Gltf *g, uint32_t value, const GltfPlace *place) {
  static const char *const kinds[] = {[MODEL_POINT] = "point", [MODEL_SPOT] = "spot", [MODEL_DIRECTIONAL] = "directional"};
  ModelLight light = {.kind = MODEL_POINT, .color = {1.0, 1.0, 1.0}, .intensity = 1.0, .inner = 0.0, .outer = 0.25 * pi};
  uint32_t spot, kind = 0;
  TRY(gltf_text(g, json_member(&g->json, value, "name"), &light.name));
  while (kind < 3 && !json_is(&g->json, json_member(&g->json, value, "type"), kinds[kind])) kind++;
  if (kind == 3) return gltf_error(g, ML_ERROR_FORMAT, place, "type: expected point, spot or directional");
  light.kind = (ModelLightKind)kind;
  TRY(gltf_numbers(g, place, value, "color", 3, 0.0, 1e6, light.color));
  TRY(gltf_number(g, place, value, "intensity", 0.0, 1e15, &light.intensity));
  TRY(gltf_object(g, place, value, "spot", &spot));
  TRY(gltf_number(g, place, spot, "innerConeAngle", 0.0, 0.5 * pi, &light.inner));
  TRY(gltf_number(g, place, spot, "outerConeAngle", 1e-3, 0.5 * pi, &light.outer));
  if (light.inner > light.outer) light.inner = light.outer;
  return array_push(g->memory, &g->model->lights, light) ? ML_OK : gltf_no_memory(g);
}

MlStatus gltf_read_lights(Gltf *g, uint32_t root) {
  uint32_t extension, item;
  TRY(gltf_extension(g, NULL, root, "KHR_lights_punctual", &extension));
  TRY(gltf_list(g, extension, "lights", NULL, &item, &g->light_count));
  for (uint32_t i = 0; i < g->light_count; i++, item = json_next(&g->json, item))
    TRY(add_light(g, item, &(GltfPlace){.list = "KHR_lights_punctual.lights", .index = i}));
  return ML_OK;
}

/* ---- nodes */

static MlStatus read_transform(const Gltf *g, const GltfPlace *place, uint32_t value, MlTransform *out) {
  if (json_member(&g->json, value, "matrix") != JSON_NONE) {
    double m[16]; // columns
    TRY(gltf_numbers(g, place, value, "matrix", 16, -1e15, 1e15, m));
    for (int row = 0; row < 3; row++)
      for (int column = 0; column < 4; column++) out->m[4 * row + column] = m[4 * column + row];
    return ML_OK;
  }
  double t[3] = {0, 0, 0}, q[4] = {0, 0, 0, 1}, s[3] = {1, 1, 1};
  TRY(gltf_numbers(g, place, value, "translation", 3, -1e15, 1e15, t));
  TRY(gltf_numbers(g, place, value, "rotation", 4, -1e15, 1e15, q));
  TRY(gltf_numbers(g, place, value, "scale", 3, -1e15, 1e15, s));
  const double length = __builtin_sqrt(q[0] * q[0] + q[1] * q[1] + q[2] * q[2] + q[3] * q[3]);
  if (!(length > 1e-30)) return gltf_error(g, ML_ERROR_FORMAT, place, "rotation: expected a quaternion of length 1, got one of length 0");
  // One that is as long as it should be but for the rounding of its numbers is left as it is
  const double scale = fabs(length - 1.0) < 1e-15 ? 1.0 : 1.0 / length;
  const double x = q[0] * scale, y = q[1] * scale, z = q[2] * scale, w = q[3] * scale;
  const double r[9] = {
    1.0 - 2.0 * (y * y + z * z), 2.0 * (x * y - z * w),       2.0 * (x * z + y * w),       //
    2.0 * (x * y + z * w),       1.0 - 2.0 * (x * x + z * z), 2.0 * (y * z - x * w),       //
    2.0 * (x * z - y * w),       2.0 * (y * z + x * w),       1.0 - 2.0 * (x * x + y * y), //
  };
  for (int row = 0; row < 3; row++) {
    for (int column = 0; column < 3; column++) out->m[4 * row + column] = r[3 * row + column] * s[column];
    out->m[4 * row + 3] = t[row];
  }
  return ML_OK;
}

typedef struct Tree {
  Gltf *g;
  uint32_t count;
  uint32_t *values; /* nodes in the JSON */
  uint32_t *stack;  /* nodes that wait */
  uint32_t *parent; /* of the model, of those that wait or were reached */
  bool *seen;
  uint32_t waiting;
} Tree;

/* Puts the numbers of an array onto the stack so that the first is taken first. */
static MlStatus push_nodes(Tree *t, const GltfPlace *place, uint32_t object, const char *key, uint32_t parent) {
  Gltf *g = t->g;
  const uint32_t array = json_member(&g->json, object, key), before = t->waiting;
  if (array == JSON_NONE) return ML_OK;
  if (json_type(&g->json, array) != JSON_ARRAY) return gltf_error(g, ML_ERROR_FORMAT, place, "%s: expected an array of numbers", key);
  uint32_t item = json_first(&g->json, array);
  for (uint32_t i = json_count(&g->json, array); i > 0; i--, item = json_next(&g->json, item)) {
    const double x = json_number(&g->json, item);
    if (json_type(&g->json, item) != JSON_NUMBER || !(x >= 0.0 && x < (double)t->count) || x != (double)(uint32_t)x)
      return gltf_error(g, ML_ERROR_FORMAT, place, "%s: expected numbers of nodes below %u", key, t->count);
    const uint32_t node = (uint32_t)x;
    if (t->seen[node])
      return gltf_error(g, ML_ERROR_FORMAT, place, "%s: node %u is in the tree already; a node has one parent and is not inside itself",
                        key, node);
    t->seen[node] = true;
    t->parent[node] = parent;
    t->stack[t->waiting++] = node;
  }
  for (uint32_t low = before, high = t->waiting; low + 1 < high; low++) {
    const uint32_t last = t->stack[--high];
    t->stack[high] = t->stack[low];
    t->stack[low] = last;
  }
  return ML_OK;
}

static MlStatus add_node(Tree *t, uint32_t index) {
  Gltf *g = t->g;
  const GltfPlace place = {.list = "nodes", .index = index};
  const uint32_t value = t->values[index];
  ModelNode node = model_node_init();
  uint32_t extension;
  node.parent = t->parent[index];
  TRY(gltf_text(g, json_member(&g->json, value, "name"), &node.name));
  TRY(gltf_index(g, &place, value, "mesh", "meshes", g->mesh_count, &node.mesh));
  TRY(gltf_index(g, &place, value, "camera", "cameras", g->camera_count, &node.camera));
  TRY(gltf_extension(g, &place, value, "KHR_lights_punctual", &extension));
  TRY(gltf_index(g, &place, extension, "light", "KHR_lights_punctual.lights", g->light_count, &node.light));
  TRY(read_transform(g, &place, value, &node.transform));
  if (json_member(&g->json, value, "skin") != JSON_NONE) TRY(gltf_unsupported(g, "skins"));
  const uint32_t number = (uint32_t)g->model->nodes.count;
  if (!array_push(g->memory, &g->model->nodes, node)) return gltf_no_memory(g);
  TRY(gltf_work(g, 512));
  return push_nodes(t, &place, value, "children", number);
}

/* Which nodes are roots: those of the default scene, else of the first one; where there are no scenes, those that are no children. */
static MlStatus push_roots(Tree *t, uint32_t root) {
  Gltf *g = t->g;
  uint32_t scene, item, count;
  TRY(gltf_list(g, root, "scenes", NULL, &item, &count));
  TRY(gltf_index(g, NULL, root, "scene", "scenes", count, &scene));
  if (count > 0) {
    if (scene == MODEL_NONE) scene = 0;
    for (uint32_t i = 0; i < scene; i++) item = json_next(&g->json, item);
    return push_nodes(t, &(GltfPlace){.list = "scenes", .index = scene}, item, "nodes", MODEL_NONE);
  }
  for (uint32_t i = 0; i < t->count; i++)
    TRY(push_nodes(t, &(GltfPlace){.list = "nodes", .index = i}, t->values[i], "children", MODEL_NONE));
  t->waiting = 0;
  for (uint32_t i = t->count; i-- > 0;)
    if (!t->seen[i]) t->stack[t->waiting++] = i;
  for (uint32_t i = 0; i < t->count; i++) t->seen[i] = !t->seen[i];
  return ML_OK;
}

MlStatus gltf_read_nodes(Gltf *g, uint32_t root) {
  Tree t = {.g = g};
  uint32_t item;
  TRY(gltf_list(g, root, "nodes", NULL, &item, &t.count));
  TRY(gltf_alloc(g, t.count, sizeof *t.values, (void **)&t.values));
  TRY(gltf_alloc(g, t.count, sizeof *t.stack, (void **)&t.stack));
  TRY(gltf_alloc(g, t.count, sizeof *t.parent, (void **)&t.parent));
  TRY(gltf_alloc(g, t.count, sizeof *t.seen, (void **)&t.seen));
  for (uint32_t i = 0; i < t.count; i++, item = json_next(&g->json, item)) t.values[i] = item, t.parent[i] = MODEL_NONE;
  TRY(push_roots(&t, root));
  while (t.waiting > 0) TRY(add_node(&t, t.stack[--t.waiting]));
  // A file of meshes alone shows them as they are
  if (t.count == 0)
    for (uint32_t i = 0; i < g->mesh_count; i++) {
      ModelNode node = model_node_init();
      node.mesh = i;
      if (!array_push(g->memory, &g->model->nodes, node)) return gltf_no_memory(g);
    }
  return ML_OK;
}
