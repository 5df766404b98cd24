/* builder_write.c - what a builder holds as text: what was added, each node below it once, and their materials. For tests and for those who wonder what a
 * script has made: the same scene is the same text, whatever the machine. */
#include <stdio.h>
#include <string.h>

#include "program/compile.h"
#include "scene/builder.h"

typedef struct Writer {
  const MlBuilder *b;
  const MlSink *sink;
  uint8_t *nodes, *materials, *textures; /* 1: to be written */
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
  if (node->kind == NODE_GROUP || node->kind == NODE_CSG)
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
                                      "light",  "area", "directional", "sun",  "mesh", "sdf", "hair",    "place", "array",   "group", "csg"};
  const Node *node = builder_node(w->b, id);
  put(w, "node");
  put_count(w, id);
  put(w, " ");
  put(w, kinds[node->kind]);
  switch ((NodeKind)node->kind) {
  case NODE_CSG:
    put(w, node->group->combine == ML_UNION          ? " union"
           : node->group->combine == ML_INTERSECTION ? " intersection"
                                                     : " difference"); // fall through
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
  case NODE_HAIR: {
    char text[64];
    snprintf(text, sizeof text, " %llu segments %016llx", (unsigned long long)node->hair->strands.segment_count, (unsigned long long)node->hair->hash);
    put(w, text);
    break;
  }
  case NODE_SURFACES:
  case NODE_LIGHTS: put_leaf(w, node->leaf); break;
  }
  if (node->kind != NODE_ARRAY) put_named(w, " material", (double)node->material);
  if ((node->traits & NODE_HIDDEN) != 0) put(w, " left out");
  put(w, "\n");
}

/* ---- textures */

static void mark_texture(Writer *w, uint32_t index) {
  if (index != NO_ID) w->textures[index] = 1;
}

/* What a texture looks at, which has a lower number. */
static void mark_inside(Writer *w, const Texture *texture) {
  mark_texture(w, texture->a.texture);
  mark_texture(w, texture->b.texture);
  mark_texture(w, texture->amount.texture);
  for (uint32_t i = 0; i < texture->stop_count; i++) mark_texture(w, w->b->stops.data[texture->first_stop + i].color.texture);
  for (uint32_t i = 0; texture->kind == TEXTURE_PROGRAM && i < texture->program->step_count; i++) {
    const ProgramStep *step = &texture->program->steps[i];
    if (step->op == ML_OP_TEXTURE) mark_texture(w, (step->data & ~ML_TEXTURE_NUMBER) - 1);
  }
}

static void put_input(Writer *w, const char *name, const TextureInput *input) {
  put(w, name);
  if (input->texture != NO_ID) put(w, " texture"), put_count(w, (uint64_t)input->texture + 1);
  else put_vector(w, (MlVec3){(double)input->color[0], (double)input->color[1], (double)input->color[2]});
}

static void put_floats(Writer *w, const char *name, const float v[3]) {
  put(w, name);
  put_vector(w, (MlVec3){(double)v[0], (double)v[1], (double)v[2]});
}

/* r3, 0.5, (1, 0, 0) or an input's name. */
static void put_operand(Writer *w, const Program *program, uint32_t operand) {
  static const char *const inputs[PROGRAM_INPUTS] = {"p",    "world", "n",         "view",    "uv",          "facing",  "id",
                                                     "part", "depth", "curvature", "p.width", "world.width", "uv.width"};
  const uint32_t index = operand & OPERAND_INDEX;
  char text[16];
  if (operand >> 30 == OPERAND_CONSTANT >> 30) {
    const Vec3 v = program->constants[index];
    if (v[0] == v[1] && v[1] == v[2]) put_number(w, (double)v[0]);
    else put_vector(w, (MlVec3){(double)v[0], (double)v[1], (double)v[2]});
    return;
  }
  snprintf(text, sizeof text, "r%u", (unsigned)index);
  put(w, " ");
  put(w, operand >> 30 == OPERAND_INPUT >> 30 ? inputs[index] : text);
}

/* "    r1 = multiply p 3" */
static void put_step(Writer *w, const Program *program, const ProgramStep *step) {
  char text[40];
  const char *name = program_op_name((MlOp)step->op) + strlen("ML_OP_");
  size_t length = (size_t)snprintf(text, sizeof text, "    r%u = ", (unsigned)step->to);
  for (; *name != '\0' && length + 1 < sizeof text; name++) text[length++] = *name >= 'A' && *name <= 'Z' ? (char)(*name + 32) : *name;
  text[length] = '\0';
  put(w, text);
  if (step->op == ML_OP_TEXTURE)
    put_count(w, step->data & ~ML_TEXTURE_NUMBER), put(w, step->data & ML_TEXTURE_NUMBER ? " as a number" : "");
  else if (step->op == ML_OP_PICK)
    for (uint32_t i = 0; i < step->width; i++) put(w, (const char *const[]){" x", " y", " z", " ?"}[step->data >> 2 * i & 3]);
  else if (step->op >= ML_OP_FBM && step->op <= ML_OP_TURBULENCE) put_count(w, step->data);
  MlProgramNode node = {.op = step->op, .width = step->width, .data = step->op == ML_OP_HASH ? step->data & 3 : step->data};
  if (step->op == ML_OP_TEXTURE && step->of == 0) node.operands[0] = ML_NO_OPERAND;
  const uint32_t operands[3] = {step->a, step->b, step->c};
  for (uint32_t i = 0; i < program_op_operands(&node); i++) put_operand(w, program, operands[i]);
  put(w, "\n");
}

static void put_texture(Writer *w, uint32_t index) {
  static const char *const kinds[] = {" image", " checker", " stripes", " bricks",  " gradient",
                                      " ramp",  " blend",   " sum",     " product", " program"};
  const Texture *texture = &w->b->textures.data[index].texture;
  const bool two = texture->kind != TEXTURE_IMAGE && texture->kind != TEXTURE_RAMP && texture->kind != TEXTURE_PROGRAM;
  put(w, "texture");
  put_count(w, (uint64_t)index + 1);
  put(w, kinds[texture->kind]);
  if (two) put_input(w, " a", &texture->a), put_input(w, " b", &texture->b);
  if (texture->kind == TEXTURE_RAMP || texture->kind == TEXTURE_BLEND) put_input(w, " by", &texture->amount);
  if (texture->kind < TEXTURE_RAMP) put_floats(w, " place", texture->place), put_floats(w, " size", texture->size);
  if (two && texture->map == ML_MAP_UV) put(w, " uv");
  if (texture->kind == TEXTURE_IMAGE)
    put_named(w, " wrap", (double)texture->wrap), put_named(w, " filter", (double)texture->filter),
      put_named(w, " take", (double)texture->take);
  put(w, "\n");
  for (uint32_t i = 0; i < texture->stop_count; i++) {
    const RampStop *stop = &w->b->stops.data[texture->first_stop + i];
    put(w, "  at");
    put_number(w, (double)stop->at);
    put_input(w, "", &stop->color);
    put(w, "\n");
  }
  if (texture->kind != TEXTURE_PROGRAM) return;
  for (uint32_t i = 0; i < texture->program->step_count; i++) put_step(w, texture->program, &texture->program->steps[i]);
  put(w, "    gives");
  put_operand(w, texture->program, texture->program->result);
  put(w, "\n");
}

/* ---- materials */

static void mark_textures(Writer *w, const Material *m) {
  for (uint32_t i = 0; i < m->patch_count; i++) mark_texture(w, w->b->patches.data[m->first_patch + i].texture);
  if (m->varies & VARIES_EMISSION) mark_texture(w, m->emission_texture);
  if (m->varies & VARIES_OPACITY) mark_texture(w, m->opacity);
  if (m->varies & VARIES_NORMAL) mark_texture(w, m->normal), mark_texture(w, m->bump);
}

static void put_by(Writer *w, const char *what, uint32_t texture) {
  if (texture == NO_ID) return;
  put(w, what);
  put_count(w, (uint64_t)texture + 1);
}

static void put_lobe(Writer *w, const Lobe *lobe) {
  static const char *const kinds[] = {"diffuse", "mirror", "conductor", "dielectric", "coat", "sheen", "translucent", "hair"};
  put(w, "  ");
  put(w, lobe->kind < sizeof kinds / sizeof *kinds ? kinds[lobe->kind] : "lobe");
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
  static const char *const fields[] = {"color", "edge", "roughness", "sigma", "amount", "weight", "rest"};
  const Material *m = builder_material(w->b, id);
  put(w, "material");
  put_count(w, id);
  put_spectrum(w, " emission", m->emission);
  if (m->varies & VARIES_EMISSION) put_by(w, " emission by texture", m->emission_texture);
  if (m->varies & VARIES_OPACITY) put_by(w, " opacity by texture", m->opacity);
  if (m->varies & VARIES_NORMAL) put_by(w, " normal by texture", m->normal), put_by(w, " bump by texture", m->bump);
  if (m->front_only) put(w, " front");
  put(w, "\n");
  for (uint32_t i = 0; i < m->lobe_count; i++) put_lobe(w, &w->b->lobes.data[m->first_lobe + i]);
  for (uint32_t i = 0; i < m->patch_count; i++) {
    const Patch *patch = &w->b->patches.data[m->first_patch + i];
    put(w, "  ");
    put(w, fields[patch->field]);
    put(w, " of lobe");
    put_count(w, patch->lobe);
    put_by(w, " by texture", patch->texture);
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
  const size_t textures = (size_t)b->textures.count + 1;
  w.textures = memory_alloc_zero(memory, textures, 1);
  const bool room = w.nodes != NULL && w.materials != NULL && w.textures != NULL;
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
    if (w.materials[i]) put_material(&w, (MlMaterial)i), mark_textures(&w, builder_material(b, (MlMaterial)i));
  for (uint64_t i = b->textures.count; room && i-- > 0;)
    if (w.textures[i]) mark_inside(&w, &b->textures.data[i].texture);
  for (uint64_t i = 0; room && i < b->textures.count; i++)
    if (w.textures[i]) put_texture(&w, (uint32_t)i);
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
  if (w.textures != NULL) memory_free(memory, w.textures, textures);
  if (!room) return memory_error(memory, nodes + materials + textures, "the scene's text", error);
  if (w.good) return ML_OK;
  error_set(error, ML_ERROR_FILE, "the scene's text could not be written");
  return ML_ERROR_FILE;
}
