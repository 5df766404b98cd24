/* commit.c - from builder to frozen scene: expand, build the top tree, prepare the lights, copy everything into one block, protect it.
 *
 * The block holds no reference to the builder. What is shared (assets) is referenced by the handle. Commit either succeeds and
 * consumes the builder, or leaves it as it was. */
#include <stdatomic.h>
#include <string.h>

#include "base/hash.h"
#include "base/sort.h"
#include "base/thread.h"
#include "math/ieee.h"
#include "scene/builder_programs.h"
#include "scene/expand.h"
#include "scene/geometry.h"
#include "scene/lights.h"
#include "scene/scene.h"
#include "scene/surroundings.h"

struct MlScene {
  _Atomic uint64_t references;
  Memory *memory;
  AssetCache *cache;
  Scene *scene;
  const void **assets; /* references held: geometry, images, the surroundings' */
  uint64_t asset_count;
  _Atomic uint64_t *faults; /* Textures.faults, and the places of what they are about behind them; NULL: there are no programs */
  uint64_t fault_count;
};

enum { FAULT_BYTES = sizeof(uint64_t) + sizeof(uint32_t) };
_Static_assert(ML_OP_COUNT <= 64, "a bit each");

/* What commit has in hand on the way. */
typedef struct Commit {
  Expansion e;
  LightTables tables;
  Surroundings surroundings; /* the table with a reference */
  BvhBuild build;
  BvhPlan *plan; /* of the top tree */
  uint32_t *planes;
  uint32_t *finite; /* what the tree is over, as World numbers it; behind the planes; NULL: everything */
  uint64_t plane_count, item_count;
  Scene head; /* the block's beginning, pointers aside */
  _Atomic uint64_t *faults;
} Commit;

/* ---- bounds and the top tree */

static MlBounds shape_bounds(const MlBuilder *b, Work *work) {
  MlBounds bounds = {.empty = true};
  MlTransform identity = ml_transform_identity();
  enum { LEAST = 64 };
  uint64_t share = b->roots.count != 0 ? BOUNDS_BUDGET / b->roots.count : 0;
  for (uint64_t i = 0; i < b->roots.count && work_goes_on(work, 64); i++) {
    MlBounds root = builder_bounds(b, b->roots.data[i], &identity, share > LEAST ? share : LEAST, work);
    bounds = bounds_union(&bounds, &root);
  }
  bounds.infinite = false; /* of what is finite */
  return bounds;
}

static void bound_scene(Scene *scene) {
  const MlBounds *bounds = &scene->stats.bounds;
  if (bounds->empty) return;
  scene->bound_radius = float_above(0.5 * dvec_length(dvec_subtract(bounds->max, bounds->min)));
}

/* Separates planes from what the tree is over. */
static MlStatus find_planes(Commit *c) {
  Expansion *e = &c->e;
  const Prim *prims = e->list.prims.data;
  const uint64_t prim_count = e->list.prims.count, count = prim_count + e->list.instances.count;
  for (uint64_t i = 0; i < prim_count && work_goes_on(e->work, sizeof(Prim)); i++) c->plane_count += prims[i].kind == PRIM_PLANE;
  TRY(work_status(e->work, e->error));
  c->item_count = count - c->plane_count;
  if (c->plane_count == 0) return ML_OK;
  c->planes = memory_alloc(e->memory, (size_t)(count * sizeof *c->planes), 8);
  if (c->planes == NULL) return memory_error(e->memory, count * sizeof *c->planes, "planes", e->error);
  c->finite = c->planes + c->plane_count;
  uint32_t plane = 0, finite = 0;
  for (uint32_t i = 0; i < count && work_goes_on(e->work, sizeof(Prim)); i++) {
    if (i < prim_count && prims[i].kind == PRIM_PLANE) c->planes[plane++] = i;
    else c->finite[finite++] = i;
  }
  return work_status(e->work, e->error);
}

static Aabb item_box(const void *ud, uint32_t index) {
  const Commit *c = ud;
  const ItemList *list = &c->e.list;
  const uint64_t i = c->finite != NULL ? c->finite[index] : index, prim_count = list->prims.count;
  if (i >= prim_count) return list->boxes.data[i - prim_count];
  const Prim *prim = &list->prims.data[i];
  return (Aabb){{prim->lo[0], prim->lo[1], prim->lo[2]}, {prim->hi[0], prim->hi[1], prim->hi[2]}};
}

/* The tree is over what is finite; its items are numbered as World says. */
static MlStatus plan_top(Commit *c) {
  TRY(find_planes(c));
  c->build = expand_build(&c->e);
  const BvhInput input = {.count = c->item_count, .box = item_box, .ud = c, .ids = c->finite};
  return bvh_plan(&c->build, &input, &c->plan, c->e.error);
}

/* ---- identity and statistics */

#define HASH(stream, value) hash_add((stream), &(value), sizeof(value))
/* What is hashed as bytes has no bytes of its own between or behind its members: they would be anything. */
_Static_assert(sizeof(Material) == sizeof(Spectrum) + 16 * 4 &&
                 offsetof(Material, padding) + sizeof((Material){0}.padding) == sizeof(Material) && sizeof(Prim) == 28 * 4 &&
                 sizeof(PlacedTransform) == 21 * 4 && sizeof(Instance) == 25 * 4 && sizeof(MotionKey) == 18 * 4,
               "hashed as bytes");

static void hash_input(HashStream *s, const TextureInput *input) {
  HASH(s, input->color);
  HASH(s, input->texture);
}

static void hash_textures(const MlBuilder *b, Work *work, HashStream *s) {
  if (b->textures.count == 0) return;
  work_hash(work, s, b->patches.data, b->patches.count * sizeof(Patch));
  for (uint64_t i = 0; i < b->textures.count && work_goes_on(work, 2 * sizeof(Texture)); i++) {
    const Texture *texture = &b->textures.data[i].texture;
    hash_input(s, &texture->a);
    hash_input(s, &texture->b);
    hash_input(s, &texture->amount);
    HASH(s, texture->place);
    HASH(s, texture->size);
    const uint32_t numbers[9] = {texture->kind,   texture->map,    texture->first_stop, texture->stop_count, texture->wrap,
                                 texture->wrap_v, texture->filter, texture->take,       texture->mapped};
    HASH(s, numbers);
    if (texture->kind == TEXTURE_PROGRAM) HASH(s, texture->program->hash);
    if (texture->kind != TEXTURE_IMAGE) continue;
    HASH(s, texture->colors->hash);
    HASH(s, texture->numbers->hash);
  }
  for (uint64_t i = 0; i < b->stops.count && work_goes_on(work, 2 * sizeof(RampStop)); i++) {
    hash_input(s, &b->stops.data[i].color);
    HASH(s, b->stops.data[i].at);
  }
}

static void hash_motion(HashStream *s, const ItemList *list, const Instance *instance) {
  const Motion *motion = &list->motions.data[instance->motion - 1];
  hash_add(s, &list->keys.data[motion->first], motion->count * sizeof(MotionKey));
}

/* Hashed field by field where a struct has padding or pointers. Trees and tables derive from the rest. Of no use when cancelled. */
static uint64_t scene_hash(const Commit *c) {
  const Expansion *e = &c->e;
  HashStream s;
  hash_begin(&s, GEOMETRY_HASH_SCENE);
  const uint64_t counts[5] = {e->list.prims.count, e->list.instances.count, e->materials.count, e->b->lobes.count, e->lights.count};
  HASH(&s, counts);
  HASH(&s, c->head.origin);
  HASH(&s, c->head.bound_radius); /* weighs the background; of equal shapes, differently grouped, it may differ */
  work_hash(e->work, &s, e->list.prims.data, e->list.prims.count * sizeof(Prim));
  work_hash(e->work, &s, e->list.placed.data, e->list.placed.count * sizeof(PlacedTransform));
  for (uint64_t i = 0; i < e->list.instances.count && work_goes_on(e->work, 2 * sizeof(Instance)); i++) {
    const Instance *instance = &e->list.instances.data[i];
    HASH(&s, e->list.geometries.data[instance->geometry]->hash);
    HASH(&s, instance->placed);
    const uint32_t ids[3] = {instance->material, instance->light, instance->hidden};
    HASH(&s, ids);
    if (instance->motion != 0) hash_motion(&s, &e->list, instance);
  }
  work_hash(e->work, &s, e->materials.data, e->materials.count * sizeof(Material));
  for (uint64_t i = 0; i < e->b->lobes.count && work_goes_on(e->work, 2 * sizeof(Lobe)); i++) {
    const Lobe *lobe = &e->b->lobes.data[i];
    const Spectrum colors[5] = {lobe->color, lobe->edge, lobe->eta, lobe->k, lobe->absorption};
    HASH(&s, colors);
    const float numbers[8] = {lobe->weight, lobe->alpha, lobe->ior, lobe->abbe, lobe->anisotropy, lobe->sigma, lobe->film, lobe->film_ior};
    HASH(&s, numbers);
    const uint32_t kinds[5] = {lobe->kind, lobe->artist, lobe->multiscatter, lobe->over, lobe->thin};
    HASH(&s, kinds);
  }
  hash_textures(e->b, e->work, &s);
  work_hash(e->work, &s, e->list.prim_things.data, e->list.prim_things.count * sizeof(uint32_t));
  work_hash(e->work, &s, e->list.instance_things.data, e->list.instance_things.count * sizeof(uint32_t));
  for (uint64_t i = 0; i < e->lights.count && work_goes_on(e->work, 2 * sizeof(Light)); i++) {
    const Light *light = &e->lights.data[i];
    HASH(&s, light->emission);
    const uint32_t ids[4] = {light->kind, light->front_only, light->prim, light->instance};
    HASH(&s, ids);
    HASH(&s, light->p);
    HASH(&s, light->d);
    HASH(&s, light->radius);
    HASH(&s, light->profile);
  }
  for (uint64_t i = 0; i < e->b->images.count; i++) HASH(&s, e->b->images.data[i]->hash);
  work_hash(e->work, &s, e->profiles.data, e->profiles.count * sizeof(LightProfile));
  for (uint64_t i = 0; i < e->ies.count; i++) {
    const uint32_t counts_of[2] = {e->ies.data[i].vertical_count, e->ies.data[i].horizontal_count};
    HASH(&s, counts_of);
  }
  work_hash(e->work, &s, e->ies_values.data, e->ies_values.count * sizeof(float));
  HASH(&s, c->head.background.radiance);
  const uint32_t sky[2] = {c->head.background.present, c->head.background.eye_only};
  HASH(&s, sky);
  const Surroundings *around = &c->surroundings;
  if (around->table != NULL) {
    HASH(&s, around->table->hash);
    const float numbers[3] = {around->turn_sine, around->turn_cosine, around->strength};
    HASH(&s, numbers);
  }
  return hash_end(&s);
}

static bool asset_less(const void *a, const void *b, void *ud) {
  (void)ud;
  return (*(const Geometry *const *)a)->hash < (*(const Geometry *const *)b)->hash;
}

/* Of the same file and colour space there is one block, however often it was asked for. */
static uint64_t image_bytes_of(const MlBuilder *b) {
  uint64_t bytes = 0;
  for (uint64_t i = 0; i < b->images.count; i++) {
    uint64_t k = 0;
    while (b->images.data[k] != b->images.data[i]) k++;
    if (k == i) bytes += b->images.data[i]->bytes;
  }
  return bytes;
}

/* Nodes of equal content share an asset; each counts once. */
static MlStatus count_assets(Commit *c, uint64_t *bytes) {
  Expansion *e = &c->e;
  MlSceneStats *stats = &c->head.stats;
  uint64_t count = e->assets.count;
  if (count == 0) return ML_OK;
  size_t size = (size_t)(count * sizeof *e->assets.data);
  void *scratch = memory_alloc(e->memory, size, 8);
  if (scratch == NULL) return memory_error(e->memory, size, "assets", e->error);
  sort_stable((void *)e->assets.data, (size_t)count, sizeof *e->assets.data, scratch, asset_less, NULL);
  memory_free(e->memory, scratch, size);
  for (uint64_t i = 0; i < count && work_goes_on(e->work, 64); i++) {
    const Geometry *asset = e->assets.data[i];
    if (i != 0 && asset == e->assets.data[i - 1]) continue;
    *bytes += geometry_bytes(asset);
    stats->unique_triangles += asset->mesh.triangle_count + asset->prim_triangles;
  }
  return ML_OK;
}

static MlStatus count_all(Commit *c, uint64_t *asset_bytes) {
  const Expansion *e = &c->e;
  MlSceneStats *stats = &c->head.stats;
  stats->shapes = e->shapes;
  stats->triangles = e->triangles;
  stats->instances = e->list.instances.count;
  stats->lights = e->lights.count;
  stats->materials = e->materials.count;
  stats->degenerate_triangles = e->degenerate;
  stats->has_light = e->lights.count != 0 || e->glows;
  for (uint64_t i = 0; i < e->list.prims.count && work_goes_on(e->work, sizeof(Prim)); i++) {
    const Prim *prim = &e->list.prims.data[i];
    stats->unique_triangles += prim->kind == PRIM_TRIANGLE;
    if (e->materials.data[prim->material].emits) stats->has_light = true; /* planes have no Light */
  }
  return count_assets(c, asset_bytes);
}

/* ---- the block */

static MlStatus freeze(Commit *c, Scene **out) {
  const Expansion *e = &c->e;
  const MlBuilder *b = e->b;
  BlockLayout layout = {.bytes = sizeof(Scene)};
  size_t prims = block_place(&layout, e->list.prims.count, sizeof(Prim));
  size_t placed = block_place(&layout, e->list.placed.count, sizeof(PlacedTransform));
  size_t instances = block_place(&layout, e->list.instances.count, sizeof(Instance));
  size_t geometries = block_place(&layout, e->list.geometries.count, sizeof(Geometry *));
  size_t motions = block_place(&layout, e->list.motions.count, sizeof(Motion));
  size_t keys = block_place(&layout, e->list.keys.count, sizeof(MotionKey));
  size_t planes = block_place(&layout, c->plane_count, sizeof(uint32_t));
  const Bvh bvh = bvh_plan_sizes(c->plan);
  size_t nodes = block_place(&layout, bvh.node_count, bvh_node_size(&bvh));
  size_t materials = block_place(&layout, e->materials.count, sizeof(Material));
  size_t lobes = block_place(&layout, b->lobes.count, sizeof(Lobe));
  size_t images = block_place(&layout, b->images.count, sizeof *b->images.data);
  size_t patches = block_place(&layout, b->patches.count, sizeof(Patch));
  size_t textures = block_place(&layout, b->textures.count, sizeof(Texture));
  size_t stops = block_place(&layout, b->stops.count, sizeof(RampStop));
  size_t programs = block_place(&layout, builder_programs_bytes(b), 1);
  size_t program_places = block_place(&layout, b->programs.count, sizeof(Program *));
  size_t prim_things = block_place(&layout, e->list.prim_things.count, sizeof(uint32_t));
  size_t instance_things = block_place(&layout, e->list.instance_things.count, sizeof(uint32_t));
  size_t lights = block_place(&layout, e->lights.count, sizeof(Light));
  const LightTables *tables = &c->tables;
  size_t trees = block_place(&layout, tables->forest.trees.count, sizeof(LightTree));
  size_t light_nodes = block_place(&layout, tables->forest.nodes.count, sizeof(LightNode));
  size_t light_items = block_place(&layout, tables->forest.items.count, sizeof(uint32_t));
  size_t light_leaves = block_place(&layout, tables->forest.leaves.count, sizeof(uint32_t));
  size_t far = block_place(&layout, tables->far.count, sizeof(uint32_t));
  size_t far_cdf = block_place(&layout, tables->far.count, sizeof(float));
  size_t far_pdf = block_place(&layout, tables->far.count, sizeof(float));
  size_t suns = block_place(&layout, tables->suns.count, sizeof(uint32_t));
  size_t profiles = block_place(&layout, e->profiles.count, sizeof(LightProfile));
  size_t ies = block_place(&layout, e->ies.count, sizeof(IesTable));
  size_t ies_values = block_place(&layout, e->ies_values.count, sizeof(float));
  Scene *s = layout.overflow ? NULL : memory_pages_alloc(e->memory, layout.bytes);
  if (s == NULL) return memory_error(e->memory, layout.overflow ? UINT64_MAX : layout.bytes, "scene", e->error);
  *s = c->head;
  s->bytes = layout.bytes;
  s->stats.bytes += layout.bytes;
  s->world = (World){
    .bvh.nodes = bvh.node_count != 0 ? (char *)s + nodes : NULL,
    .prims = block_copy(e->work, s, prims, e->list.prims.data, e->list.prims.count, sizeof(Prim)),
    .placed = block_copy(e->work, s, placed, e->list.placed.data, e->list.placed.count, sizeof(PlacedTransform)),
    .planes = block_copy(e->work, s, planes, c->planes, c->plane_count, sizeof(uint32_t)),
    .prim_count = e->list.prims.count,
    .plane_count = c->plane_count,
  };
  s->world.instances = (Instances){
    .data = block_copy(e->work, s, instances, e->list.instances.data, e->list.instances.count, sizeof(Instance)),
    .geometries = block_copy(e->work, s, geometries, (const void *)e->list.geometries.data, e->list.geometries.count, sizeof(Geometry *)),
    .motions = block_copy(e->work, s, motions, e->list.motions.data, e->list.motions.count, sizeof(Motion)),
    .keys = block_copy(e->work, s, keys, e->list.keys.data, e->list.keys.count, sizeof(MotionKey)),
    .count = e->list.instances.count,
    .geometry_count = e->list.geometries.count,
    .motion_count = e->list.motions.count,
    .key_count = e->list.keys.count,
  };
  s->materials = block_copy(e->work, s, materials, e->materials.data, e->materials.count, sizeof(Material));
  s->material_count = (uint32_t)e->materials.count;
  s->lobes = block_copy(e->work, s, lobes, b->lobes.data, b->lobes.count, sizeof(Lobe));
  s->lobe_count = (uint32_t)b->lobes.count;
  s->images = block_copy(e->work, s, images, (const void *)b->images.data, b->images.count, sizeof *b->images.data);
  s->image_count = (uint32_t)b->images.count;
  s->patches = block_copy(e->work, s, patches, b->patches.data, b->patches.count, sizeof(Patch));
  s->patch_count = (uint32_t)b->patches.count;
  Texture *frozen = (Texture *)((char *)s + textures);
  const Program **frozen_programs = (const Program **)(void *)((char *)s + program_places);
  builder_copy_programs(b, (char *)s + programs, frozen_programs);
  for (uint64_t i = 0; i < b->textures.count && work_goes_on(e->work, sizeof *frozen); i++) {
    frozen[i] = b->textures.data[i].texture;
    if (frozen[i].kind == TEXTURE_PROGRAM) frozen[i].program = frozen_programs[b->textures.data[i].program - 1];
  }
  s->textures = (Textures){
    .textures = frozen,
    .stops = block_copy(e->work, s, stops, b->stops.data, b->stops.count, sizeof(RampStop)),
    .count = (uint32_t)b->textures.count,
    .stop_count = (uint32_t)b->stops.count,
    .faults = c->faults,
  };
  s->prim_things = block_copy(e->work, s, prim_things, e->list.prim_things.data, e->list.prim_things.count, sizeof(uint32_t));
  s->instance_things =
    block_copy(e->work, s, instance_things, e->list.instance_things.data, e->list.instance_things.count, sizeof(uint32_t));
  for (uint64_t i = 0; i < e->materials.count && work_goes_on(e->work, sizeof(Material)); i++)
    s->has_cutouts = s->has_cutouts || (e->materials.data[i].varies & VARIES_OPACITY) != 0;
  s->lights = (Lights){
    .lights = block_copy(e->work, s, lights, e->lights.data, e->lights.count, sizeof(Light)),
    .count = (uint32_t)e->lights.count,
    .background = tables->background,
    .trees = block_copy(e->work, s, trees, tables->forest.trees.data, tables->forest.trees.count, sizeof(LightTree)),
    .nodes = block_copy(e->work, s, light_nodes, tables->forest.nodes.data, tables->forest.nodes.count, sizeof(LightNode)),
    .items = block_copy(e->work, s, light_items, tables->forest.items.data, tables->forest.items.count, sizeof(uint32_t)),
    .leaves = block_copy(e->work, s, light_leaves, tables->forest.leaves.data, tables->forest.leaves.count, sizeof(uint32_t)),
    .far = block_copy(e->work, s, far, tables->far.data, tables->far.count, sizeof(uint32_t)),
    .far_cdf = block_copy(e->work, s, far_cdf, tables->far_cdf.data, tables->far.count, sizeof(float)),
    .far_pdf = block_copy(e->work, s, far_pdf, tables->far_pdf.data, tables->far.count, sizeof(float)),
    .far_count = (uint32_t)tables->far.count,
    .far_share = tables->far_share,
    .suns = block_copy(e->work, s, suns, tables->suns.data, tables->suns.count, sizeof(uint32_t)),
    .sun_count = (uint32_t)tables->suns.count,
    .surroundings = c->surroundings,
    .profiles = block_copy(e->work, s, profiles, e->profiles.data, e->profiles.count, sizeof(LightProfile)),
    .ies = block_copy(e->work, s, ies, e->ies.data, e->ies.count, sizeof(IesTable)),
    .ies_values = block_copy(e->work, s, ies_values, e->ies_values.data, e->ies_values.count, sizeof(float)),
  };
  MlStatus status = work_status(e->work, e->error);
  if (status == ML_OK) status = bvh_emit(c->plan, &s->world.bvh, e->error);
  if (status != ML_OK) {
    memory_pages_free(e->memory, s, layout.bytes);
    return status;
  }
  memory_pages_protect(s, layout.bytes);
  *out = s;
  return ML_OK;
}

static bool anything_moves(const Expansion *e) {
  for (uint64_t i = 0; i < e->node_count && work_goes_on(e->work, 64); i++) {
    const Node *node = &e->b->nodes.data[i];
    if (node->kind == NODE_PLACE && node->placement->motion != NULL && e->uses[i] != 0) return true;
  }
  return false;
}

/* Of the time that a build takes, about. */
#define SHARE_OF_GEOMETRIES 0.9

static MlStatus commit_parts(Commit *c) {
  const MlBuilder *b = c->e.b;
  Scene *head = &c->head;
  uint64_t asset_bytes = 0;
  head->stats.bounds = shape_bounds(b, c->e.work);
  TRY(work_status(c->e.work, c->e.error));
  scene_origin_of(&head->stats.bounds, head->origin);
  bound_scene(head);
  TRY(surroundings_prepare(b, c->e.work, &c->surroundings, c->e.error));
  const Environment *around = c->surroundings.table;
  head->background =
    (Background){spectrum_from_color(b->background), b->has_background || around != NULL, b->has_background && b->background_eye_only};
  WorkPart before = work_part_begins(c->e.work, 0, SHARE_OF_GEOMETRIES);
  TRY(expand_scene(&c->e, head->origin));
  work_part_ends(c->e.work, before);
  head->moves = anything_moves(&c->e);
  work_part_begins(c->e.work, SHARE_OF_GEOMETRIES, 1); /* and so to the end */
  TRY(plan_top(c));
  TRY(lights_prepare(&c->e, &c->surroundings, head->bound_radius, &c->tables));
  TRY(count_all(c, &asset_bytes));
  head->stats.bytes = asset_bytes + image_bytes_of(b) + (around != NULL ? around->bytes : 0); /* the block's own come in freeze */
  head->stats.hash = scene_hash(c);
  return work_status(c->e.work, c->e.error);
}

/* ---- the handle */

/* Where programs say that they gave no finite number: the one thing that rendering writes beside films, apart from the frozen block. */
static MlStatus make_faults(const MlBuilder *b, Commit *c, MlScene *handle) {
  if (b->programs.count == 0 || b->textures.count == 0) return ML_OK;
  Memory *memory = b->context.memory;
  const size_t count = (size_t)b->textures.count, bytes = count * FAULT_BYTES;
  handle->faults = memory_alloc_zero(memory, bytes, sizeof(uint64_t));
  if (handle->faults == NULL) return memory_error(memory, bytes, "scene", c->e.error);
  handle->fault_count = count;
  uint32_t *places = (uint32_t *)(void *)(handle->faults + count);
  for (size_t i = 0; i < count; i++) places[i] = b->textures.data[i].place;
  c->faults = handle->faults;
  return ML_OK;
}
static void free_handle(Memory *memory, MlScene *handle) {
  memory_free(memory, (void *)handle->faults, (size_t)handle->fault_count * FAULT_BYTES);
  memory_free(memory, handle, sizeof *handle);
}

/* The handle with everything in it; takes the expansion's assets over. */
static MlStatus make_handle(const MlBuilder *b, Commit *c, double started, MlScene **out) {
  Memory *memory = b->context.memory;
  MlScene *handle = memory_alloc_zero(memory, sizeof *handle, _Alignof(MlScene));
  if (handle == NULL) return memory_error(memory, sizeof *handle, "scene", c->e.error);
  uint64_t geometries = c->e.assets.count, count = geometries + b->images.count;
  const void *around = c->surroundings.table;
  count += around != NULL;
  const void **assets = NULL;
  MlStatus status = make_faults(b, c, handle);
  if (count != 0 && status == ML_OK) {
    assets = memory_alloc(memory, (size_t)(count * sizeof *assets), 8);
    if (assets == NULL) status = memory_error(memory, count * sizeof *assets, "assets", c->e.error);
  }
  c->head.stats.build_seconds = clock_now() - started;
  if (status == ML_OK) status = freeze(c, &handle->scene);
  if (status != ML_OK) {
    if (assets != NULL) memory_free(memory, (void *)assets, (size_t)(count * sizeof *assets));
    free_handle(memory, handle);
    return status;
  }
  if (geometries != 0) memcpy((void *)assets, (const void *)c->e.assets.data, (size_t)(geometries * sizeof *assets));
  for (uint64_t i = 0; i < b->images.count; i++) cache_retain(b->context.cache, assets[geometries + i] = b->images.data[i]);
  if (around != NULL) assets[count - 1] = around;
  atomic_store(&handle->references, 1);
  handle->memory = memory;
  handle->cache = b->context.cache;
  handle->assets = assets;
  handle->asset_count = count;
  *out = handle;
  return ML_OK;
}

static MlStatus commit(MlBuilder *b, Work *work, MlScene **out, MlError *error) {
  double started = clock_now();
  Commit c = {.e = {.b = b, .memory = b->context.memory, .work = work, .error = error}, .tables.background = NO_ID};
  MlStatus status = commit_parts(&c);
  if (status == ML_OK) status = make_handle(b, &c, started, out);
  bvh_plan_free(c.plan);
  lights_free(b->context.memory, &c.tables);
  memory_free(b->context.memory, c.planes, (size_t)((c.plane_count + c.item_count) * sizeof *c.planes));
  expand_release(&c.e, status != ML_OK);
  if (status != ML_OK && c.surroundings.table != NULL) cache_release(b->context.cache, c.surroundings.table);
  return status;
}

MlStatus ml_commit(MlBuilder *b, const MlCancel *cancel, const MlScene **out, MlError *error) {
  *out = NULL;
  error_clear(error);
  FLOAT_STATE_OURS;
  Work work = {.cancel = cancel, .part = {0, 1}};
  builder_drop_hidden(b, &work);
  TRY(work_status(&work, error));
  MlScene *handle = NULL;
  TRY(commit(b, &work, &handle, error));
  ml_builder_destroy(b);
  *out = handle;
  return ML_OK;
}

const Scene *scene_of(const MlScene *handle) { return handle->scene; }
MlSceneStats ml_scene_stats(const MlScene *scene) { return scene->scene->stats; }

uint64_t ml_scene_faults(const MlScene *scene, MlFault *out, uint64_t capacity) {
  const uint32_t *places = (const uint32_t *)(const void *)(scene->faults + scene->fault_count);
  uint64_t found = 0;
  for (uint64_t i = 0; i < scene->fault_count; i++) {
    const uint64_t ops = atomic_load_explicit(&scene->faults[i], memory_order_relaxed);
    if (ops == 0) continue;
    if (found < capacity) out[found] = (MlFault){places[i], (MlOp)__builtin_ctzll(ops)};
    found++;
  }
  return found;
}

/* The count is the one thing of a scene that changes: the handle is ours, whatever its users' const says. */
void ml_scene_retain(const MlScene *scene) { atomic_fetch_add_explicit(&((MlScene *)scene)->references, 1, memory_order_relaxed); }

void ml_scene_release(const MlScene *scene) {
  MlScene *handle = (MlScene *)scene;
  if (handle == NULL || atomic_fetch_sub_explicit(&handle->references, 1, memory_order_acq_rel) != 1) return;
  Memory *memory = handle->memory;
  for (uint64_t i = 0; i < handle->asset_count; i++) cache_release(handle->cache, handle->assets[i]);
  memory_free(memory, (void *)handle->assets, (size_t)(handle->asset_count * sizeof *handle->assets));
  size_t bytes = (size_t)handle->scene->bytes;
  memory_pages_unprotect(handle->scene, bytes);
  memory_pages_free(memory, handle->scene, bytes);
  free_handle(memory, handle);
}
