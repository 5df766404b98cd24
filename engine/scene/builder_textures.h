/* builder_textures.h - textures as the builder keeps them: frozen already, with what is known of each. One thread. */
#ifndef ML_SCENE_BUILDER_TEXTURES_H
#define ML_SCENE_BUILDER_TEXTURES_H

#include "scene/builder.h"

/* Checks a texture id that a description gives; 0 is allowed. */
bool desc_texture(const DescSource *source, const MlBuilder *b, const char *field, MlTexture texture);

static inline uint32_t texture_index(MlTexture texture) { return texture == 0 ? NO_ID : texture - 1; }
static inline TextureInput input_constant(Spectrum color) { return (TextureInput){color, NO_ID}; }
static inline TextureInput input_texture(uint32_t index) { return (TextureInput){spectrum_zero(), index}; }

/* The estimated mean of an input. */
Spectrum builder_input_mean(const MlBuilder *b, const TextureInput *input);
/* VARIES_UV, VARIES_POINT: what the input looks at. */
uint32_t builder_input_varies(const MlBuilder *b, const TextureInput *input);

/* For materials: the input (1 - amount) a + amount b, a + b or a b (by kind), a constant where that is possible. false: no memory, or
 * too deep; reported. */
bool builder_combine(MlBuilder *b, TextureKind kind, const TextureInput *x, const TextureInput *y, const TextureInput *amount,
                     TextureInput *out, const DescSource *source);

#endif
