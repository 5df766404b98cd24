/* model.h - what files of models hold, in the one form that all their readers fill: meshes, materials, pictures, a tree of nodes, cameras
 * and lights.
 *
 * Everything is flat: arrays, numbers into them (MODEL_NONE: none), and text in one pool. Metres, y up, right-handed, angles in radians.
 * Texture coordinates have (0, 0) at the lower left corner of a picture, as everywhere here: who reads a format that counts from above turns v.
 * A model belongs to one thread; its memory is counted in `memory`, the arrays of its parts are blocks of their own.
 *
 * A reader gets bytes that may be anything. It checks counts against what is left of the file before it reserves, so that time and memory
 * are in proportion to the file, charges source->work, and leaves on failure what model_free frees. Its errors begin with the file's
 * name and the place: "bunny.ply:12: vertex 7 has 2 coordinates, 3 expected" in text, "bunny.ply: byte 1234: ..." in binary files. What a
 * file asks for that there is not here is no error: model_unsupported collects it. */
#ifndef ML_SHAPE_MODEL_H
#define ML_SHAPE_MODEL_H

#include "base/array.h"
#include "base/cancel.h"
#include "base/error.h"

#define MODEL_NONE UINT32_MAX
#define MODEL_MAX_COORDINATE 1e15f /* positions, normals and texture coordinates are finite and at most this */

typedef uint32_t ModelText; /* where in Model.text a string begins that ends in 0; 0 is "" */

/* ---- meshes */

/* Triangles of one material, with points of their own: what becomes one mesh of the scene. Blocks of exactly these counts; normals and uv
 * may be NULL. Triangles without an area are left in: the scene leaves them out. */
typedef struct ModelPart {
  uint32_t material;
  uint64_t point_count, triangle_count; /* points below 2^32 */
  float *points;                        /* 3 per point */
  uint32_t *triangles;                  /* 3 per triangle, below point_count, counter-clockwise from the front */
  float *normals;                       /* 3 per point, of any length; those of length 0 count as the triangle's */
  float *uv;                            /* 2 per point */
} ModelPart;

typedef struct ModelMesh {
  ModelText name;
  uint32_t first_part, part_count;
} ModelMesh;

/* ---- pictures and materials */

/* A file beside the model, or bytes in it. */
typedef struct ModelImage {
  ModelText name; /* in messages; of a file: its name relative to the model, parts separated by '/' */
  bool embedded;
  uint32_t file; /* embedded: in which of Model.files; MODEL_NONE: in Model.data */
  uint64_t first, count;
} ModelImage;

typedef enum ModelWrap { MODEL_WRAP_REPEAT, MODEL_WRAP_MIRROR, MODEL_WRAP_CLAMP } ModelWrap;
/* What of a picture is meant: its colours, or one channel as a number, undecoded. */
typedef enum ModelChannel { MODEL_COLORS, MODEL_RED, MODEL_GREEN, MODEL_BLUE, MODEL_ALPHA } ModelChannel;

/* Is looked at in (u', v') = (uv[0] u + uv[1] v + uv[2], uv[3] u + uv[4] v + uv[5]), with v upwards on both sides. */
typedef struct ModelTexture {
  uint32_t image; /* MODEL_NONE: no texture */
  ModelChannel channel;
  ModelWrap wrap_u, wrap_v;
  bool nearest;
  double uv[6];
} ModelTexture;

typedef enum ModelAlpha { MODEL_OPAQUE, MODEL_MASK, MODEL_BLEND } ModelAlpha;

/* In the terms of MlPrincipledDesc; a number is multiplied by its texture. model_material_init fills in what the comments name. */
typedef struct ModelMaterial {
  ModelText name;
  bool unknown;   /* it is named, but said nowhere: its parts take the material of what encloses the model; false */
  float color[3]; /* linear; .8 */
  ModelTexture color_texture;
  float metallic, roughness; /* 0, .5 */
  ModelTexture metallic_texture, roughness_texture;
  float ior;                                             /* 1.5; 0: a mirror straight on, for which there is nothing but 1.5 */
  float specular[3];                                     /* scales the shine of what is no metal; 1 */
  ModelTexture specular_texture, specular_color_texture; /* the strength (a channel) and the colour */
  float transmission;                                    /* 0 */
  ModelTexture transmission_texture;
  bool thin;                  /* what it transmits is a pane, not a body; true */
  float attenuation_distance; /* m: attenuation_color is left after this way inside; 0: all passes */
  float attenuation_color[3]; /* 1 */
  float dispersion;           /* 20 over the Abbe number; 0 */
  float coat, coat_roughness; /* 0, 0 */
  ModelTexture coat_texture, coat_roughness_texture;
  float sheen_color[3], sheen_roughness; /* 0: none */
  ModelTexture sheen_color_texture, sheen_roughness_texture;
  float anisotropy, anisotropy_rotation; /* -1..1; radians */
  float film, film_ior;                  /* thickness in nm, 0: none; 1.3 */
  float emission[3];                     /* radiance in W/(m^2 sr), on both sides; 0 */
  ModelTexture emission_texture;
  bool unlit;                  /* shows its colour and nothing else */
  ModelTexture normal_texture; /* tangent space, y along v */
  float normal_scale;          /* 1 */
  ModelTexture bump_texture;
  float bump_height; /* m for 1; .01 */
  ModelAlpha alpha_mode;
  float alpha, alpha_cutoff; /* 1, .5 (of MODEL_MASK) */
  ModelTexture alpha_texture;
} ModelMaterial;

/* ---- the tree */

/* A parent stands before its children; roots have none. */
typedef struct ModelNode {
  ModelText name;
  uint32_t parent, mesh, camera, light; /* MODEL_NONE */
  MlTransform transform;                /* to the parent's space */
} ModelNode;

/* At its node's origin, looking along -z, up +y. */
typedef struct ModelCamera {
  ModelText name;
  bool orthographic;
  double fov;    /* vertical, radians */
  double height; /* orthographic: of all that is seen, m */
} ModelCamera;

/* At its node's origin, towards -z, in the units of KHR_lights_punctual. */
typedef enum ModelLightKind { MODEL_POINT, MODEL_SPOT, MODEL_DIRECTIONAL } ModelLightKind;
typedef struct ModelLight {
  ModelText name;
  ModelLightKind kind;
  double color[3];     /* linear */
  double intensity;    /* point, spot: candela; directional: lux */
  double inner, outer; /* spot: half angles, radians */
} ModelLight;

/* ---- the whole */

/* A file beside the model that was asked for. */
typedef struct ModelFile {
  ModelText name;
  bool missing;
  uint64_t count;
  Hash128 hash; /* of its bytes; both 0 of the model's own */
} ModelFile;

typedef struct Model {
  Memory *memory;
  ARRAY(char) text;       /* begins with "" */
  ARRAY(uint8_t) data;    /* pictures that stand in no file as they are */
  ARRAY(ModelFile) files; /* files[0]: the model's own */
  ARRAY(ModelPart) parts;
  ARRAY(ModelMesh) meshes;
  ARRAY(ModelImage) images;
  ARRAY(ModelMaterial) materials;
  ARRAY(ModelNode) nodes;
  ARRAY(ModelCamera) cameras;
  ARRAY(ModelLight) lights;
  ARRAY(ModelText) unsupported; /* names of what a file asks for in vain, each once */
  ARRAY(ModelText) warnings;    /* whole lines */
} Model;

void model_init(Model *model, Memory *memory);
void model_free(Model *model);
void model_free_part(Model *model, ModelPart *part); /* its arrays; it stays as an empty one */
static inline const char *model_text(const Model *model, ModelText text) { return text != 0 ? model->text.data + text : ""; }

/* ---- what a reader is given */

typedef struct ModelBytes {
  const uint8_t *data;
  size_t count;
} ModelBytes;

/* How a reader gets the files that its own names. They stay where they are until all about the model is done. */
typedef struct ModelSiblings {
  void *ud;
  /* false: it is not to be had, which has been recorded: the reader goes on without it. */
  bool (*open)(void *ud, const char *name, ModelBytes *out);
} ModelSiblings;

typedef struct ModelSource {
  ModelBytes bytes;
  const char *name; /* in messages */
  ModelSiblings siblings;
  Work *work; /* may be NULL */
} ModelSource;

/* ---- what readers call. Where memory is out they return false or MODEL_NONE (there is no such text and no such number), and the reader
 * ends with model_out_of_memory. */

/* Puts a string into the pool; control characters become '?', so that messages can have it. MODEL_NONE: memory is out. */
ModelText model_add_text(Model *model, const char *text, size_t length);
/* Appends a part of no material with room for exactly so many, contents undefined; the flags say which arrays it has beside points and
 * triangles. NULL: memory is out. It stays where it is until the next part is added. */
ModelPart *model_add_part(Model *model, uint64_t points, uint64_t triangles, bool normals, bool uv);
/* Arrays that grow until it is known how much there is; then they become the model's next part, which takes their blocks, cut to what is used. */
typedef struct ModelPoint {
  float x, y, z;
} ModelPoint;
typedef struct ModelUv {
  float u, v;
} ModelUv;
typedef struct ModelTriangle {
  uint32_t corner[3];
} ModelTriangle;
typedef struct ModelDraft {
  ARRAY(ModelPoint) points;
  ARRAY(ModelPoint) normals; /* none, or as many as points */
  ARRAY(ModelUv) uv;         /* likewise */
  ARRAY(ModelTriangle) triangles;
} ModelDraft;
ModelPart *model_take_draft(Model *model, ModelDraft *draft);
void model_free_draft(Model *model, ModelDraft *draft);
void model_material_init(ModelMaterial *material);
ModelTexture model_no_texture(void); /* image MODEL_NONE, repeating, uv as they are */
ModelNode model_node_init(void);     /* nothing at the root, identity */
bool model_unsupported(Model *model, const char *what);
bool model_warn(Model *model, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* The bytes of a file beside the model, by its name in it, which may begin with "./" and have '\\' for '/'. It becomes one of Model.files, whose
 * number *file gets (may be NULL). ML_OK and no bytes where it is missing (files.data[*file].missing). */
MlStatus model_open(Model *model, const ModelSource *source, const char *name, size_t length, ModelBytes *out, uint32_t *file,
                    MlError *error);

MlStatus model_out_of_memory(const Model *model, const ModelSource *source, MlError *error);
/* "name: ...", "name:line: ...", "name: byte n: ...": ML_ERROR_FORMAT. */
MlStatus model_error(const ModelSource *source, MlError *error, const char *format, ...) __attribute__((format(printf, 3, 4)));
MlStatus model_error_line(const ModelSource *source, uint64_t line, MlError *error, const char *format, ...)
  __attribute__((format(printf, 4, 5)));
MlStatus model_error_byte(const ModelSource *source, uint64_t byte, MlError *error, const char *format, ...)
  __attribute__((format(printf, 4, 5)));

/* ---- the readers: the model is fresh. ML_ERROR_FORMAT, _MEMORY, _LIMIT, _CANCELLED. */

typedef enum ModelFormat { MODEL_UNKNOWN, MODEL_OBJ, MODEL_PLY, MODEL_STL, MODEL_GLTF } ModelFormat;
/* By the first bytes; where they do not say it, by the name's ending. */
ModelFormat model_format(ModelBytes bytes, const char *name);

MlStatus model_read_obj(const ModelSource *source, Model *model, MlError *error);
MlStatus model_read_ply(const ModelSource *source, Model *model, MlError *error);
MlStatus model_read_stl(const ModelSource *source, Model *model, MlError *error);
MlStatus model_read_gltf(const ModelSource *source, Model *model, MlError *error); /* and glb */
/* Any of them; model is initialised, and freed again on failure. Checks what the reader made: every number is in its range. */
MlStatus model_read(Memory *memory, const ModelSource *source, Model *model, MlError *error);

#endif
