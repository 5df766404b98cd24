/* builder_programs.h - programs as the builder keeps them: compiled, one of each. One thread. */
#ifndef ML_SCENE_BUILDER_PROGRAMS_H
#define ML_SCENE_BUILDER_PROGRAMS_H

#include "scene/builder.h"

/* VARIES_UV, VARIES_POINT: what the program, and the textures in it, look at. */
uint32_t builder_program_varies(const MlBuilder *b, const Program *program);
/* How deep textures are nested in it. */
uint32_t builder_program_depth(const MlBuilder *b, const Program *program);
/* The mean of its value over points of the unit cube with everything else at random; not negative, finite. */
Spectrum builder_program_mean(const MlBuilder *b, const Program *program);
void builder_free_programs(MlBuilder *b);

/* Bytes of all programs in a frozen scene; and their copies there: places gets one pointer each. */
uint64_t builder_programs_bytes(const MlBuilder *b);
void builder_copy_programs(const MlBuilder *b, void *block, const Program **places);

#endif
