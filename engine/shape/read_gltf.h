/* read_gltf.h - what the parts of the glTF reader share: the document, its lists as structs, typed looks into its JSON, errors with their
 * place. glTF 2.0 (Khronos, specification 2.0.1).
 *
 * Each list of the document (bufferViews, accessors, materials, ...) is gone through once, so that time goes by the file's size; what is
 * kept of it lies in an arena until the end. Offsets, counts and strides are whole numbers up to 2^53 and added up in 64 bits. What
 * primitives copy is paid for from a budget in proportion to the files' bytes, since any number of them may use the same accessor. */
#ifndef ML_SHAPE_READ_GLTF_H
#define ML_SHAPE_READ_GLTF_H

#include "base/arena.h"
#include "base/json.h"
#include "shape/model.h"

#define GLTF_WHOLE_MOST ((uint64_t)1 << 53)
#define GLTF_MAX_FILES 1000      /* of buffers */
#define GLTF_COPIES 64           /* as many bytes as a byte of the files may become */
#define GLTF_REQUIRED UINT64_MAX /* as the fallback of gltf_whole: there is none */

/* Where something stands: "meshes[2].primitives[0]", without list the document. */
typedef struct GltfPlace {
  const char *list;
  uint32_t index;
  const char *sub; /* may be NULL */
  uint32_t sub_index;
} GltfPlace;

typedef struct GltfBuffer {
  ModelBytes bytes;
  uint32_t file; /* of Model.files, in which it stands from `first` on as it is; MODEL_NONE: in none */
  uint64_t first;
  bool missing; /* it is not to be had now: whatever uses it is left out */
} GltfBuffer;

typedef struct GltfOpened {
  ModelBytes name;
  GltfBuffer buffer;
} GltfOpened;

typedef struct GltfView {
  uint64_t buffer, offset, length, stride; /* stride 0: elements stand side by side */
} GltfView;

/* An accessor's components; the values are glTF's. */
typedef enum GltfComponent {
  GLTF_BYTE = 5120,
  GLTF_UNSIGNED_BYTE = 5121,
  GLTF_SHORT = 5122,
  GLTF_UNSIGNED_SHORT = 5123,
  GLTF_UNSIGNED_INT = 5125,
  GLTF_FLOAT = 5126,
} GltfComponent;

typedef struct GltfAccessor {
  uint64_t view, offset; /* view GLTF_REQUIRED: none, all zero */
  GltfComponent component;
  uint32_t width; /* components of an element: 1 to 4, matrices 4, 9, 16 */
  uint64_t count;
  bool normalized;
  uint64_t sparse_count; /* 0: not sparse */
  uint64_t index_view, index_offset, value_view, value_offset;
  GltfComponent index_component;
} GltfAccessor;

typedef struct GltfImage {
  uint32_t value; /* in the JSON */
  uint32_t image; /* of the model, once something uses it; MODEL_NONE */
  bool added;
} GltfImage;

typedef struct GltfTexture {
  uint32_t source; /* index in images; MODEL_NONE */
  ModelWrap wrap_u, wrap_v;
  bool nearest;
} GltfTexture;

typedef struct Gltf {
  const ModelSource *source;
  Model *model;
  Memory *memory;
  Work *work;
  MlError *error;
  Arena arena;
  Json json;
  ModelBytes chunk;      /* a glb's binary one; data NULL: there is none */
  uint64_t chunk_first;  /* where it stands in the file */
  uint64_t budget;       /* bytes that primitives may still make */
  uint32_t *material_uv; /* per material: the set of texture coordinates that it uses */
  GltfBuffer *buffers;
  GltfOpened *opened; /* files that were, up to GLTF_MAX_FILES */
  GltfView *views;
  GltfAccessor *accessors;
  GltfImage *images;
  GltfTexture *textures;
  uint32_t opened_count, buffer_count, view_count, accessor_count, image_count, texture_count;
  uint32_t mesh_count, material_count, camera_count, light_count;
} Gltf;

/* ---- read_gltf_json.c: looks and errors. On failure the error is set. */

/* "helmet.glb: accessors[3]: ..." */
MlStatus gltf_error(const Gltf *g, MlStatus status, const GltfPlace *place, const char *format, ...) __attribute__((format(printf, 4, 5)));
MlStatus gltf_no_memory(const Gltf *g);
/* ML_OK, or the cancellation as the error. */
MlStatus gltf_work(const Gltf *g, uint64_t bytes);
/* count zeroed items of the arena. */
MlStatus gltf_alloc(Gltf *g, uint64_t count, size_t size, void **out);

/* An array of objects: the first one and how many. Missing: none. */
MlStatus gltf_list(const Gltf *g, uint32_t object, const char *key, const GltfPlace *place, uint32_t *first, uint32_t *count);
MlStatus gltf_whole(const Gltf *g, const GltfPlace *place, uint32_t object, const char *key, uint64_t most, uint64_t fallback,
                    uint64_t *out);
/* A number of an item of `list`, which has `count`; MODEL_NONE where it is missing. */
MlStatus gltf_index(const Gltf *g, const GltfPlace *place, uint32_t object, const char *key, const char *list, uint32_t count,
                    uint32_t *out);
/* A finite number, taken to the nearest from least to most; *out stays as it is where it is missing. */
MlStatus gltf_number(const Gltf *g, const GltfPlace *place, uint32_t object, const char *key, double least, double most, double *out);
MlStatus gltf_float(const Gltf *g, const GltfPlace *place, uint32_t object, const char *key, double least, double most, float *out);
/* n of them; the array has exactly so many. */
MlStatus gltf_numbers(const Gltf *g, const GltfPlace *place, uint32_t object, const char *key, uint32_t n, double least, double most,
                      double *out);
MlStatus gltf_floats(const Gltf *g, const GltfPlace *place, uint32_t object, const char *key, uint32_t n, double least, double most,
                     float *out);
MlStatus gltf_flag(const Gltf *g, const GltfPlace *place, uint32_t object, const char *key, bool *out);
/* An object, or JSON_NONE where it is missing. */
MlStatus gltf_object(const Gltf *g, const GltfPlace *place, uint32_t object, const char *key, uint32_t *out);
/* The same of an extension. */
MlStatus gltf_extension(const Gltf *g, const GltfPlace *place, uint32_t object, const char *name, uint32_t *out);
/* A string of the JSON as a text of the model; "" where it is missing or none. */
MlStatus gltf_text(Gltf *g, uint32_t value, ModelText *out);
MlStatus gltf_unsupported(const Gltf *g, const char *what);

/* ---- read_gltf_buffer.c: bytes */

MlStatus gltf_read_buffers(Gltf *g, uint32_t root);
/* "data:image/png;base64,...": true, with what it holds in out; the arena keeps it. */
MlStatus gltf_data_uri(Gltf *g, const GltfPlace *place, uint32_t value, bool *is, ModelBytes *out);
/* A URI as the name of a file, without %20 and the like, in the arena. Refuses addresses of other places. */
MlStatus gltf_file_name(Gltf *g, const GltfPlace *place, uint32_t value, ModelBytes *out);
/* The bytes of bufferViews[view]; none, and `missing`, where the buffer is missing. */
MlStatus gltf_view_bytes(const Gltf *g, uint64_t view, ModelBytes *out, bool *missing);

/* ---- read_gltf_accessor.c: numbers in bytes */

MlStatus gltf_read_accessors(Gltf *g, uint32_t root);
/* Elements of an accessor as they lie in memory, after all checks. */
typedef struct GltfElements {
  const GltfAccessor *accessor;
  uint32_t index;
  const uint8_t *base; /* NULL: zeros */
  uint64_t stride;
  const uint8_t *sparse_indices, *sparse_values; /* ascending; of accessor->sparse_count */
  bool missing;
} GltfElements;
MlStatus gltf_elements(const Gltf *g, uint32_t accessor, GltfElements *out);
/* Elements which[0..count-1] (NULL: 0 to count - 1) as floats, n components each. Integers as the accessor says, normalized or not;
 * all of them are checked to be numbers. */
MlStatus gltf_read_floats(const Gltf *g, const GltfElements *elements, const uint32_t *which, uint64_t count, uint32_t n, float *out);
/* Elements 0 to count - 1 of a scalar accessor of unsigned integers. */
MlStatus gltf_read_indices(const Gltf *g, const GltfElements *elements, uint64_t count, uint32_t *out);

/* ---- read_gltf_mesh.c, read_gltf_material.c, read_gltf_scene.c */

MlStatus gltf_read_meshes(Gltf *g, uint32_t root);
MlStatus gltf_read_textures(Gltf *g, uint32_t root);  /* samplers, textures, images */
MlStatus gltf_read_materials(Gltf *g, uint32_t root); /* after textures */
MlStatus gltf_read_cameras(Gltf *g, uint32_t root);
MlStatus gltf_read_lights(Gltf *g, uint32_t root);
MlStatus gltf_read_nodes(Gltf *g, uint32_t root); /* after all else */

#endif
