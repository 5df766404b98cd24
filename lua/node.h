/* node.h - nodes as Lua values: shapes, groups, lights, materials, transforms. Immutable; methods return new ones.
 *
 * A node keeps its description, so that :with{} can change fields, and the builder's ids of what was made of it: `geometry` before
 * placing, `id` placed. Its placing is the fields' (scale, turn, at) followed by the methods'. */
#ifndef MOONLIT_LUA_NODE_H
#define MOONLIT_LUA_NODE_H

#include "runtime.h"

/* A step of a node's placing by methods, where some are in motion: the map at equally spaced times, one where it stands still. In the run's store. */
typedef struct PlacingStep {
  const MlTransform *keys;
  uint32_t count;
  const struct PlacingStep *before;
} PlacingStep;

/* Values of the fields that entries of one kind share. */
typedef struct NodeShared {
  const char *name;
  ApiMaterial material;
  MlVec3 at, turn, scale, next_at, next_turn, next_scale; /* next: when the frame ends */
  bool floor;
  uint32_t hidden;
  MlColor emission; /* materials */
  MlTexture emission_texture, normal, bump;
  double bump_height;
  int32_t sides;
} NodeShared;

typedef struct Node {
  const ApiEntry *entry;
  uint64_t given;  /* fields that were written: api_bit */
  uint64_t serial; /* of its record; materials and transforms have none: 0 */
  MlNode geometry; /* 0: a material, a transform, or nothing could be made */
  uint32_t id;     /* MlNode, or MlMaterial of a material */
  bool emits, is_light;
  bool removed;           /* a scale of 0 */
  Label *label;           /* materials with a name */
  struct TextureUse *use; /* textures: is there any; NULL: nobody asks */
  NodeShared shared;
  const PlacingStep *steps; /* by methods, up to the last one in motion; NULL: none is */
  MlTransform moved;        /* by the methods after those */
  _Alignas(8) unsigned char desc[];
} Node;

/* The node at index, or NULL. */
Node *node_test(lua_State *L, int index);
/* Push a new node with its description unset. */
Node *node_push(lua_State *L, const ApiEntry *entry);

/* The entry whose constructor the value at index is, or NULL. */
const ApiEntry *node_constructor(lua_State *L, int index);
/* Does it have the fields of shapes? */
static inline bool node_is_shape(const Node *node) {
  return node->entry->shared == &api_shared_shape || node->entry->shared == &api_shared_scatter;
}
/* Remember that something is made of it. */
void node_use(Runtime *runtime, const Node *node);
/* The metatable, the methods and proto, hide, show, only, add, bounds, material, transform. */
void node_open(lua_State *L);
/* Bounds as placed; empty or infinite where it has none. */
MlBounds node_bounds(const Runtime *runtime, const Node *node);
/* What of the script's nodes is in the scene. */
typedef struct NodeRoots {
  bool any_light;                         /* or something that emits */
  uint64_t lights, shapes, hidden, parts; /* in the scene: lights, the rest; not in it: hidden, used by nothing that is in it */
} NodeRoots;
/* Is a node with these flags in the scene by itself? */
bool node_is_root(const Runtime *runtime, uint32_t flags);
/* Put the roots into the scene. false: the error says why. */
bool node_add_roots(Runtime *runtime, NodeRoots *roots, MlError *error);

#endif
