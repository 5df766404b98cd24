/* builder.h - the node graph that becomes a scene (ARCHITECTURE.md, "Node graph to frozen scene"). One thread.
 *
 * Nodes and materials are numbered from 1 in order of creation. A node refers to earlier ones only, so the graph has no circles and
 * going through the ids backwards meets every user before what it uses. Everything lives in one arena until commit or destroy. */
#ifndef ML_SCENE_BUILDER_H
#define ML_SCENE_BUILDER_H

#include "base/arena.h"
#include "base/array.h"
#include "base/cancel.h"
#include "base/error.h"
#include "base/number.h"
#include "base/parallel.h"
#include "base/thread.h"
#include "light/ies.h"
#include "light/sky.h"
#include "math/dvec.h"
#include "math/motion.h"
#include "math/transform.h"
#include "moonlit.h"
#include "program/program.h"
#include "scene/cache.h"
#include "shade/material.h"
#include "shade/texture.h"

/* What a builder needs of its engine, given by api.c: no other coupling. */
typedef struct BuilderContext {
  struct MlEngine *engine;
  Memory *memory;
  AssetCache *cache;
  uint32_t tree_width;   /* of the engine's kernel (Bvh.width); 0: 4 */
  uint32_t tree_quality; /* BvhQuality, of all the engine's trees */
  Parallel parallel;     /* who takes part in building them */
  /* Of the same kernel: a ray in the geometry's space; for surveys of solids. */
  bool (*trace)(const Geometry *geometry, const Ray *ray, Hit *hit);
} BuilderContext;

MlStatus builder_create(const BuilderContext *context, MlBuilder **out, MlError *error);

/* ---- nodes */

typedef enum NodeKind {
  NODE_SPHERE,   /* what the Leaf's fields mean: p[0] centre, r radius */
  NODE_BOX,      /* p[0], p[1]: least and greatest corner */
  NODE_PLANE,    /* p[0] point, p[1], p[2] unit axes, cross(p[1], p[2]) the normal */
  NODE_DISK,     /* p[0] centre, p[1], p[2] half axes, r hole over radius */
  NODE_QUAD,     /* p[0] corner, p[1], p[2] edges */
  NODE_TRIANGLE, /* p[0..2] corners */
  NODE_CONE,     /* solids: p[0] centre, p[1], p[2] images of the local y and x axis (shape/solids.h), r as Prim.r; s 1: without caps */
  NODE_CAPSULE,
  NODE_TORUS,
  NODE_LIGHT,       /* p[0] position, p[1], p[2] its beam's axis and up (unit), r radius, s power */
  NODE_AREA,        /* as NODE_QUAD; r power or, if that is 0, s radiance */
  NODE_DIRECTIONAL, /* p[0] direction, s irradiance */
  NODE_SUN,         /* p[0] direction, s irradiance, r degrees across */
  NODE_MESH,
  NODE_SDF,
  NODE_HAIR,
  NODE_PLACE,
  NODE_ARRAY,
  NODE_GROUP,
  NODE_CSG, /* a group whose children are operands */
} NodeKind;

/* For switches: `case` and one of these stands for all leaves with a shape's surface, and all that are lights. */
#define NODE_SURFACES                                                                                                                      \
  NODE_SPHERE:                                                                                                                             \
  case NODE_BOX:                                                                                                                           \
  case NODE_PLANE:                                                                                                                         \
  case NODE_DISK:                                                                                                                          \
  case NODE_QUAD:                                                                                                                          \
  case NODE_TRIANGLE:                                                                                                                      \
  case NODE_CONE:                                                                                                                          \
  case NODE_CAPSULE:                                                                                                                       \
  case NODE_TORUS
#define NODE_LIGHTS                                                                                                                        \
  NODE_LIGHT:                                                                                                                              \
  case NODE_AREA:                                                                                                                          \
  case NODE_SUN:                                                                                                                           \
  case NODE_DIRECTIONAL

/* What is somewhere in a node. */
enum {
  NODE_HAS_MESH = 1,
  NODE_HAS_LIGHT = 2,
  NODE_HAS_PLANE = 4,
  NODE_EMITS = 8,    /* a part has, by itself or within the node, a material that emits */
  NODE_UNNAMED = 16, /* a part takes its material from what encloses the node */
  NODE_HIDDEN = 32,  /* of the node itself: groups leave it out at commit */
  NODE_MOVES = 64,   /* a placement in it is in motion */
  NODE_HAS_ARRAY = 128,
  NODE_HAS_SDF = 512,
  NODE_OPEN = 256, /* a flat shape, a cone without caps: nothing that has an inside. Of meshes it is found out at commit */
};

typedef struct Leaf {
  MlVec3 p[3];
  double r, s;
  MlColor color;       /* lights */
  double inner, outer; /* NODE_LIGHT: the beam's cone as in LightProfile; outer 0: it shines evenly */
  double beam;         /* NODE_LIGHT: integral of the beam over all directions, its greatest value 1 */
  MlProfile profile;
} Leaf;

/* A photometric profile, and its integral within the cone that was asked for last. */
typedef struct ProfileNode {
  Ies ies;
  double inner, outer, integral;
} ProfileNode;

/* Arrays in the arena, or nothing of them where the cache has the geometry already, to which this then is a reference. */
typedef struct MeshNode {
  Mesh mesh; /* without degenerate triangles */
  uint64_t degenerate;
  uint64_t hash, bytes; /* of the contents as described */
  MlBounds bounds;
  const Geometry *geometry;
  uint64_t owned; /* the arrays are not the arena's but blocks of the node's own, triangles for so many; 0: they are not */
} MeshNode;
static inline const Mesh *mesh_node_mesh(const MeshNode *node) { return node->geometry != NULL ? &node->geometry->mesh : &node->mesh; }

typedef struct PlaceNode {
  MlTransform transform; /* in motion: when the frame begins */
  MlNode child;          /* never a placement: those are multiplied into one */
  uint32_t hidden;
  const MotionChain *motion; /* NULL: it stands still */
} PlaceNode;

/* Many placements of one node. The places are a block of pages of their own, or the geometry's that was made of them, to which this then
 * holds a reference. */
typedef struct ArrayNode {
  MlNode child; /* not a placement that stands still: that is in the places */
  MlMaterial material;
  uint32_t hidden;
  uint64_t count;
  ArrayPlace *places;
  double origin[3]; /* of the child's geometry, as the places count with it */
  MlBounds bounds;
  const Geometry *geometry;
} ArrayNode;

typedef struct GroupNode {
  MlNode *children; /* of NODE_CSG those that are hidden stay, and are passed over */
  uint64_t count;
  MlBounds bounds;
  MlCombine combine; /* NODE_CSG */
} GroupNode;

/* A solid that is a program (builder_sdf.c): a function, or made of other nodes. */
typedef enum SdfKind { SDF_FUNCTION, SDF_COMBINED, SDF_CHANGED } SdfKind;
typedef struct SdfNode {
  uint32_t kind;           /* SdfKind */
  uint32_t op;             /* MlCombine or MlSdfChange */
  const MlNode *parts;     /* of COMBINED, and the one of CHANGED */
  uint64_t part_count;
  const Program *function; /* FUNCTION; what a DISPLACE adds */
  double amount;           /* blend, or as in MlSdfChangeDesc */
  double period[3];
  uint32_t count[3];
  MlBounds bounds, within; /* within: of CHANGED, those of its part */
  MlMaterial painted;      /* all of it is of this one; 0: as the parts say */
  uint64_t steps;          /* about so many operations; saturates */
} SdfNode;

/* Strands, in the arena, and the hash of their contents (builder_hair.c). */
typedef struct HairNode {
  Strands strands;
  MlBounds bounds;
  uint64_t hash;
} HairNode;

typedef struct Node {
  uint16_t kind, traits; /* NodeKind, NODE_HAS_MESH... */
  MlMaterial material;
  uint32_t place;  /* of the description */
  uint32_t depth;  /* groups inside each other, itself included */
  uint64_t leaves; /* shapes and lights in it, each as often as it is used; saturates */
  uint64_t effort; /* what exact bounds of it take: shapes, corners of meshes, groups, as often as they are used; saturates */
  union {
    const Leaf *leaf;
    MeshNode *mesh;
    SdfNode *sdf;
    const HairNode *hair;
    const PlaceNode *placement;
    ArrayNode *array;
    GroupNode *group;
  };
} Node;

/* A texture in its frozen form, and what is known of it. */
typedef struct BuiltTexture {
  Texture texture;
  Spectrum mean;     /* estimated, over surfaces */
  uint32_t depth;    /* of textures inside each other, itself included */
  uint32_t varies;   /* VARIES_UV, VARIES_POINT, VARIES_CURVATURE: what it or one inside looks at */
  MlProgram program; /* TEXTURE_PROGRAM */
  uint32_t place;    /* of the description, for faults */
  bool has_numbers;  /* pictures: there is one for where numbers are wanted */
  bool wanted;       /* scratch of ml_texture_without_numbers */
} BuiltTexture;

/* Models: what is made of a file (scene/builder_model.h says more). */
struct ModelRecord;
typedef struct BuiltModel {
  const struct ModelRecord *record; /* a reference to the asset */
  MlNode *meshes;                   /* by part; without a material; 0: nothing to be seen */
  MlMaterial *materials;            /* by material; 0: not made yet, or unknown */
  MlImage *images[2];               /* by picture: decoded, and as it is in the file; 0: not read yet */
} BuiltModel;
typedef struct PlacedModel {
  uint32_t built;
  bool z_up;
  MlModelInfo info;
} PlacedModel;

/* What is all around, where it is not a background of one colour. */
typedef enum SurroundingsKind { SURROUNDINGS_NONE, SURROUNDINGS_PICTURE, SURROUNDINGS_SKY } SurroundingsKind;
typedef struct BuiltSurroundings {
  SurroundingsKind kind;
  MlImage image;
  double turn, strength; /* degrees; times the radiance */
  SkyParameters sky;
  bool sun;         /* the sky's is seen */
  float sun_way[3]; /* its light travels so */
} BuiltSurroundings;

#define MOTION_MAX_KEYS 1025u  /* of a placement */
#define MOTION_MAX_FACTORS 64u /* placements of placements, some in motion */
#define NODE_MAX_DEPTH 256     /* of groups in groups: bounds all recursion over the graph */
#define COORDINATE_LIMIT 1e15  /* metres; products of three coordinates are still finite floats */

struct MlBuilder {
  BuilderContext context;
  Arena arena;
  ARRAY(Node) nodes;         /* nodes.data[id - 1] */
  ARRAY(Material) materials; /* materials.data[id]; [0] is the default */
  ARRAY(Lobe) lobes;
  ARRAY(Patch) patches;
  ARRAY(BuiltTexture) textures; /* textures.data[id - 1] */
  ARRAY(RampStop) stops;
  ARRAY(Program *) programs;          /* programs.data[id - 1] */
  ARRAY(ProfileNode) profiles;        /* profiles.data[id - 1] */
  ARRAY(MlNode) roots;                /* what was added, in order */
  ARRAY(const TextureImage *) images; /* images.data[id - 1], each referenced */
  ARRAY(BuiltModel) built_models;     /* one for all models of the same contents */
  ARRAY(PlacedModel) models;          /* models.data[id - 1] */
  ARRAY(const Geometry *) surveyed;   /* that surveys look at, each referenced */
  MlColor background;
  bool has_background, background_eye_only;
  BuiltSurroundings surroundings;
};

static inline const Node *builder_node(const MlBuilder *b, MlNode id) { return &b->nodes.data[id - 1]; }
static inline bool builder_is_hidden(const MlBuilder *b, MlNode id) { return (builder_node(b, id)->traits & NODE_HIDDEN) != 0; }
static inline const Material *builder_material(const MlBuilder *b, MlMaterial id) { return &b->materials.data[id]; }

/* Where an error is: name of the description ("sphere") and the caller's number for it. */
typedef struct DescSource {
  const char *what;
  uint32_t place;
  MlError *error;
} DescSource;

/* Adds a node whose traits, depth and leaves are given; 0 when memory is out. */
MlNode builder_add_node(MlBuilder *b, const Node *node, MlError *error);
/* One that is a Leaf, which is copied. */
MlNode builder_add_leaf(MlBuilder *b, NodeKind kind, uint32_t traits, MlMaterial material, const DescSource *source, const Leaf *leaf);
/* Takes what `child` has into the traits of a node around it that names `material` (0: none). */
uint16_t builder_enclosing_traits(const MlBuilder *b, const Node *child, MlMaterial material);
/* Bounds of the surfaces in a node under t: exact where their effort is at most `budget`, else of boxes. Of no use when `work` (may
 * be NULL) is cancelled meanwhile. */
MlBounds builder_bounds(const MlBuilder *b, MlNode id, const MlTransform *t, uint64_t budget, Work *work);
#define BOUNDS_BUDGET (1u << 20) /* some ten milliseconds */
/* What `box` sweeps over, moved by `motion` under t: of the boxes at so many times that nothing of it is outside by more than a thousandth of
 * the way. */
MlBounds builder_swept_bounds(const MlTransform *t, const MotionChain *motion, const MlBounds *box);
/* Why a node cannot be part of a solid that is a program; NULL: it can. *steps grows by about what it takes there. */
const char *builder_sdf_problem(const MlBuilder *b, MlNode id, uint64_t *steps);
/* Bounds of a combination, of those of its operands under t; may be empty. */
MlBounds builder_csg_bounds(const MlBuilder *b, const GroupNode *group, const MlTransform *t, uint64_t budget, Work *work);
/* Measures a combination again, whose operands have changed. */
void builder_measure_csg(const MlBuilder *b, Node *node, Work *work);
/* The same for a solid that is a program. */
void builder_measure_sdf(const MlBuilder *b, SdfNode *sdf);
/* Takes hidden nodes out of the groups that use them. What a group's traits say stays as an upper bound. Cancelled, it has to
 * be called again. */
void builder_drop_hidden(MlBuilder *b, Work *work);
MlStatus builder_add_default_material(MlBuilder *b, MlError *error);

/* ---- reading descriptions. All report "what.field: expected ..., got ..." at `place` and return false. */

/* Copies a description of an older or the same version over zeros; `place` is offsetof(..., place). */
bool desc_read(DescSource *source, const void *desc, size_t size, size_t place, void *out);
#define DESC_READ(source, Type, desc, out) desc_read((source), (desc), sizeof(Type), offsetof(Type, place), (out))
bool desc_fail(const DescSource *source, const char *format, ...) __attribute__((format(printf, 2, 3)));
bool desc_point(const DescSource *source, const char *field, MlVec3 v);    /* finite, within COORDINATE_LIMIT */
bool desc_positive(const DescSource *source, const char *field, double x); /* finite, > 0, within COORDINATE_LIMIT */
bool desc_not_negative(const DescSource *source, const char *field, double x);
bool desc_color(const DescSource *source, const char *field, MlColor c, float most); /* every channel 0..most; INFINITY: any finite */
bool desc_material(const DescSource *source, const MlBuilder *b, const char *field, MlMaterial material); /* 0 is allowed */
bool desc_node(const DescSource *source, const MlBuilder *b, const char *field, MlNode node);

/* Adds a shape without children. */
MlNode builder_add_shape(MlBuilder *b, NodeKind kind, MlMaterial material, const DescSource *source, const Leaf *leaf);
/* Adds a mesh, checked but for its material. */
MlNode builder_add_mesh(MlBuilder *b, const MlMeshDesc *desc, const DescSource *source);
/* Adds what was generated, with normals as shell_finish says, and frees the shell. */
struct Shell;
MlNode builder_add_shell(MlBuilder *b, struct Shell *shell, double crease, MlMaterial material, const DescSource *source);
/* Adds a mesh, a part of a model, whose arrays it takes. *hash and *bytes: of its contents, as in MeshNode. */
struct ModelPart;
MlNode builder_take_mesh(MlBuilder *b, struct ModelPart *part, MlMaterial material, const DescSource *source, uint64_t *hash,
                         uint64_t *bytes);
/* Adds one whose geometry the cache has, by a reference that becomes the node's, also on failure. */
MlNode builder_add_geometry(MlBuilder *b, const Geometry *geometry, uint64_t bytes, const DescSource *source);
/* What a mesh holds, when its builder ends. */
void builder_free_mesh(MlBuilder *b, MeshNode *mesh);
/* From the local space of a solid (NODE_CONE ... NODE_TORUS) to its own coordinates. */
MlTransform builder_solid_transform(const Leaf *leaf);
/* Two unit vectors with cross(*a, *b) == n (unit); for +y they are +x and -z, so that uv on a floor is upright seen from +z. */
void builder_tangents(MlVec3 n, MlVec3 *a, MlVec3 *b);

uint64_t builder_add_saturating(uint64_t a, uint64_t b);
uint64_t builder_multiply_saturating(uint64_t a, uint64_t b);

NumberText vector_text(MlVec3 v); /* "(1, 2, 3)", cut off where too long */

#endif
