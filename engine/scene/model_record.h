/* model_record.h - what is known of a model's file once it has been read, as an asset: all but the arrays of its parts, which are in the
 * geometries that were made of them. Who finds both need not read the file again (invariant 11).
 *
 * Records are found by the contents of the file and of the files that it names, as 128-bit hashes: nothing is kept to be compared. */
#ifndef ML_SCENE_MODEL_RECORD_H
#define ML_SCENE_MODEL_RECORD_H

#include "base/arena.h"
#include "base/hash.h"
#include "shape/model.h"

#define MODEL_OWN_NORMALS (-2.0) /* as a crease: normals are those of the file */

/* A file that a model names, opened. */
typedef struct OpenFile {
  const char *name;
  MlBytes bytes;
  bool missing;
} OpenFile;

/* The files around a model while it is looked at: each is opened once and stays to the end. One thread. */
typedef struct ModelFiles {
  Arena names;
  MlModelFiles from;
  ARRAY(OpenFile) opened;
} ModelFiles;

void model_files_begin(ModelFiles *files, Memory *memory, const MlModelFiles *from);
void model_files_end(ModelFiles *files); /* closes them */
/* NULL: memory is out. It stays where it is until the next is opened. */
const OpenFile *model_files_open(ModelFiles *files, const char *name);

/* What a mesh of the model is, as in MeshNode; bytes 0: it shows nothing. */
typedef struct PartIdentity {
  uint64_t hash, bytes;
  uint32_t material;
} PartIdentity;

typedef struct ModelRecord {
  uint64_t bytes, hash; /* an asset's head */
  Hash128 contents;     /* of the file */
  uint64_t byte_count;
  double crease;
  uint32_t format; /* ModelFormat */
  Model model;     /* the arrays are in this block; without parts */
  const PartIdentity *parts;
  uint64_t part_count, point_count, triangle_count;
  ModelFiles *files; /* of what is looked for; NULL: an asset */
} ModelRecord;

/* What would be made of this file: identity for the cache, which opens files to compare them. */
void model_record_identify(MlBytes bytes, const char *name, double crease, ModelFiles *files, ModelRecord *out);
/* An asset made of the same; b may be what is looked for. */
bool model_record_same(const ModelRecord *a, const ModelRecord *b);
/* The asset of an identity, the model that was read, what its parts are, and how much is in them. NULL: memory is out. */
ModelRecord *model_record_create(Memory *memory, const ModelRecord *identity, const Model *model, const PartIdentity *parts,
                                 uint64_t points, uint64_t triangles);

#endif
