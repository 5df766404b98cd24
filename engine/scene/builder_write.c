/* builder_write.c - what a builder holds as text: what was added, each node below it once, and their materials. For tests and for those who wonder what a
 * script has made: the same scene is the same text, whatever the machine. */
#include <stdio.h>
#include <string.h>

#include "scene/builder.h"

typedef struct Writer {
  const MlBuilder *b;
  const MlSink *sink;
  uint8_t *nodes, *materials; /* 1: to be written */
  bool good;
} Writer;

static void put(Writer *w, const char *text) { w->good = w->good && w->sink->write(w->sink->ud, text, strlen(text)); }

static void put_count(Writer *w, uint64_t n) {
  char text[24];
  snprintf(text, sizeof text, " %llu", (unsigned long long)n);
  put(w, text);
}

static void put_digits(Writer *w, double x) {
  char text[40];
  number_format(text, sizeof text, "%.9g", x);
  put(w, text);
}

static void put_number(Writer *w, double x) {
  put(w, " ");
  put_digits(w, x);
}

static void put_vector(Writer *w, MlVec3 v) {
  put(w, " (");
  put_digits(w, v.x);
  put(w, ", ");
  put_digits(w, v.y);
  put(w, ", ");
  put_digits(w, v.z);
  put(w, ")");
}

static void put_spectrum(Writer *w, const char *name, Spectrum s) {
  if (s[0] == 0 && s[1] == 0 && s[2] == 0) return;
  put(w, name);
  put_vector(w, (MlVec3){(double)s[0], (double)s[1], (double)s[2]});
}

static void put_named(Writer *w, const char *name, double x) {
  if (x == 0) return;
  put(w, name);
  put_number(w, x);
}

/* ---- nodes */

/* What a node is made of, which has a lower number. */
static void mark_below(Writer *w, const Node *node) {
  if (node->material != 0) w->materials[node->material] = 1;
  if (node->kind == NODE_PLACE) w->nodes[node->placement->child - 1] = 1;
  if (node->kind == NODE_ARRAY) w->nodes[node->array->child - 1] = 1;
  if (node->kind == NODE_ARRAY && node->array->material != 0) w->materials[node->array->material] = 1;
  if (node->kind == NODE_SDF)
    for (uint64_t i = 0; i < node->sdf->part_count; i++) w->nodes[node->sdf->parts[i] - 1] = 1;
  if (node->kind == NODE_GROUP)
    for (uint64_t i = 0; i < node->group->count; i++) w->nodes[node->group->children[i] - 1] = 1;
}

static void put_leaf(Writer *w, const Leaf *leaf) {
  int last = 2;
  while (last > 0 && dvec_is_zero(leaf->p[last])) last--;
  for (int k = 0; k <= last; k++) put_vector(w, leaf->p[k]);
  put_named(w, " r", leaf->r);
  put_named(w, " s", leaf->s);
  if (leaf->color.r != 0 || leaf->color.g != 0 || leaf->color.b != 0) {
    put(w, " color");
    put_vector(w, (MlVec3){(double)leaf->color.r, (double)leaf->color.g, (double)leaf->color.b});
  }
  put_named(w, " inner", leaf->inner);
  put_named(w, " outer", leaf->outer);
  if (leaf->profile != 0) put(w, " profile"), put_count(w, leaf->profile);
}

static void put_transform(Writer *w, const MlTransform *t) {
  put(w, " by");
  for (int k = 0; k < 12; k++) put_number(w, t->m[k]);
}

static void put_sdf(Writer *w, const SdfNode *sdf) {
  static const char *const combined[] = {" union", " intersection", " difference"}, *const changed[] = {" round", " shell", " twist",
                                                                                                        " repeat", " displace"};
  char text[32];
  put(w, sdf->kind == SDF_COMBINED ? combined[sdf->op] : sdf->kind == SDF_CHANGED ? changed[sdf->op] : "");
  for (uint64_t i = 0; i < sdf->part_count; i++) put_count(w, sdf->parts[i]);
  put_named(w, " by", sdf->amount);
  for (int i = 0; i < 3; i++) put_named(w, " every", sdf->period[i]);
  if (sdf->painted != 0) put(w, " painted"), put_count(w, sdf->painted);
  if (sdf->function == NULL) return;
  snprintf(text, sizeof text, " program %016llx", (unsigned long long)sdf->function->hash);
  put(w, text);
  if (sdf->kind == SDF_FUNCTION) put_vector(w, sdf->bounds.min), put_vector(w, sdf->bounds.max);
}

static void put_node(Writer *w, MlNode id) {
  static const char *const kinds[] = {"sphere", "box",  "plane",       "disk", "quad", "triangle", "cone",  "capsule", "torus",
                                      "light",  "area", "directional", "sun",  "mesh", "sdf",      "place", "array",   "group"};
  const Node *node = builder_node(w->b, id);
  put(w, "node");
  put_count(w, id);
  put(w, " ");
  put(w, kinds[node->kind]);
  switch ((NodeKind)node->kind) {
  case NODE_GROUP:
    for (uint64_t i = 0; i < node->group->count; i++) put_count(w, node->group->children[i]);
    break;
  case NODE_PLACE:
    put_count(w, node->placement->child);
    put_transform(w, &node->placement->transform);
    for (uint32_t i = 0; node->placement->motion != NULL && i < node->placement->motion->count; i++) {
      const MotionFactor *factor = &node->placement->motion->factors[i];
      for (uint32_t k = 0; k < factor->count; k++) put(w, k == 0 ? " motion" : " to"), put_transform(w, &factor->keys[k]);
    }
    put_named(w, " hidden", (double)node->placement->hidden);
    break;
  case NODE_ARRAY: {
    put_count(w, node->array->child);
    put(w, " times");
    put_count(w, node->array->count);
    char text[24];
    snprintf(text, sizeof text, " %016llx",
             (unsigned long long)ml_hash64(node->array->places, (size_t)(node->array->count * sizeof *node->array->places), 0));
    put(w, text);
    put_named(w, " material", (double)node->array->material);
    put_named(w, " hidden", (double)node->array->hidden);
    break;
  }
  case NODE_MESH: {
    char text[64];
    const Mesh *mesh = mesh_node_mesh(node->mesh);
    snprintf(text, sizeof text, " %llu triangles %016llx", (unsigned long long)mesh->triangle_count, (unsigned long long)node->mesh->hash);
    put(w, text);
    break;
  }
  case NODE_SDF: put_sdf(w, node->sdf); break;
  case NODE_SURFACES:
  case NODE_LIGHTS: put_leaf(w, node->leaf); break;
  }
  if (node->kind != NODE_ARRAY) put_named(w, " material", (double)node->material);
  if ((node->traits & NODE_HIDDEN) != 0) put(w, " left out");
  put(w, "\n");
}

/* ---- materials */

static void put_lobe(Writer *w, const Lobe *lobe) {
  put(w, "  lobe");
  put_count(w, lobe->kind);
  put(w, " weight");
  put_number(w, (double)lobe->weight);
  put_spectrum(w, " color", lobe->color);
  put_spectrum(w, " edge", lobe->edge);
  put_spectrum(w, " eta", lobe->eta);
  put_spectrum(w, " k", lobe->k);
  put_spectrum(w, " absorption", lobe->absorption);
  const struct {
    const char *name;
    double value;
  } numbers[] = {{" alpha", (double)lobe->alpha}, {" anisotropy", (double)lobe->anisotropy},
                 {" ior", (double)lobe->ior},     {" abbe", (double)lobe->abbe},
                 {" thin", (double)lobe->thin},   {" sigma", (double)lobe->sigma},
                 {" film", (double)lobe->film},   {" over", (double)lobe->over}};
  for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) put_named(w, numbers[i].name, numbers[i].value);
  put(w, "\n");
}

static void put_material(Writer *w, MlMaterial id) {
  const Material *m = builder_material(w->b, id);
  put(w, "material");
  put_count(w, id);
  put_spectrum(w, " emission", m->emission);
  if (m->front_only) put(w, " front");
  put(w, "\n");
  for (uint32_t i = 0; i < m->lobe_count; i++) put_lobe(w, &w->b->lobes.data[m->first_lobe + i]);
  for (uint32_t i = 0; i < m->patch_count; i++) {
    const Patch *patch = &w->b->patches.data[m->first_patch + i];
    put(w, "  texture");
    put_count(w, patch->texture);
    put(w, " of lobe");
    put_count(w, patch->lobe);
    put(w, " field");
    put_count(w, patch->field);
    put(w, "\n");
  }
}

MlStatus ml_builder_write(const MlBuilder *b, const MlSink *sink, MlError *error) {
  FLOAT_STATE_OURS;
  error_clear(error);
  Memory *memory = b->context.memory;
  const size_t nodes = (size_t)b->nodes.count + 1, materials = (size_t)b->materials.count + 1;
  Writer w = {.b = b, .sink = sink, .good = true};
  w.nodes = memory_alloc_zero(memory, nodes, 1);
  w.materials = memory_alloc_zero(memory, materials, 1);
  const bool room = w.nodes != NULL && w.materials != NULL;
  for (uint64_t i = 0; room && i < b->roots.count; i++) {
    w.nodes[b->roots.data[i] - 1] = 1;
    put(&w, "added");
    put_count(&w, b->roots.data[i]);
    put(&w, "\n");
  }
  for (uint64_t i = b->nodes.count; room && i-- > 0;)
    if (w.nodes[i]) mark_below(&w, &b->nodes.data[i]);
  for (uint64_t i = 0; room && i < b->nodes.count; i++)
    if (w.nodes[i]) put_node(&w, (MlNode)(i + 1));
  for (uint64_t i = 0; room && i < b->materials.count; i++)
    if (w.materials[i]) put_material(&w, (MlMaterial)i);
  static const char *const surroundings[] = {NULL, "picture", "sky"};
  if (room && surroundings[b->surroundings.kind] != NULL) {
    put(&w, "around ");
    put(&w, surroundings[b->surroundings.kind]);
    put_named(&w, " turn", b->surroundings.turn);
    put_named(&w, " strength", b->surroundings.strength);
    put(&w, "\n");
  } else if (room && b->has_background) {
    put(&w, "around");
    put_vector(&w, (MlVec3){(double)b->background.r, (double)b->background.g, (double)b->background.b});
    put(&w, b->background_eye_only ? " for the eye\n" : "\n");
  }
  if (w.nodes != NULL) memory_free(memory, w.nodes, nodes);
  if (w.materials != NULL) memory_free(memory, w.materials, materials);
  if (!room) return memory_error(memory, nodes + materials, "the scene's text", error);
  if (w.good) return ML_OK;
  error_set(error, ML_ERROR_FILE, "the scene's text could not be written");
  return ML_ERROR_FILE;
}
