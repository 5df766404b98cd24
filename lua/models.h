/* models.h - files of models that a scene names: from a file beside the scene to a node of the builder. */
#ifndef MOONLIT_LUA_MODELS_H
#define MOONLIT_LUA_MODELS_H

#include "reader.h"
#include "shapes.h"

/* The model in desc->file, for the mesh that `reading` is at: its node and whether it emits. Files that are missing, its own or those that it names, go
 * on the list of what is needed. What is wrong is reported, and what could not be taken over is a warning; once per file. The same mesh of the
 * same file is read once per run. false: there is nothing to be seen, which has been reported. */
bool model_of_file(Reading *reading, const MeshDesc *desc, MlNode *node, bool *emits);

#endif
