/* textures.h - textures as scripts give them, and as values of other fields. */
#ifndef MOONLIT_LUA_TEXTURES_H
#define MOONLIT_LUA_TEXTURES_H

#include "reader.h"

typedef struct ImageDesc {
  const char *file;
  double scale;
  int32_t wrap, space, filter;
  bool alpha;
} ImageDesc;
/* What patterns of two colours have first. */
typedef struct TwoColors {
  MlColor a, b;
  MlTexture a_texture, b_texture;
  int32_t map;
} TwoColors;
typedef struct CheckerDesc {
  TwoColors colors;
  MlVec3 size;
} CheckerDesc;
typedef struct StripesDesc {
  TwoColors colors;
  double size;
  MlVec3 direction;
} StripesDesc;
typedef struct BricksDesc {
  TwoColors colors;
  double length, height, joint;
} BricksDesc;
typedef struct GradientDesc {
  TwoColors colors;
  MlVec3 from, to;
} GradientDesc;
typedef struct RampDesc {
  ApiStops stops;
  MlTexture of;
} RampDesc;
typedef struct BlendDesc {
  TwoColors colors;
  double amount;
  MlTexture amount_texture;
} BlendDesc;

extern const ApiEntry api_image, api_checker, api_stripes, api_bricks, api_gradient, api_ramp;
/* What mix(a, b, t) makes of colours and textures. */
extern const ApiEntry api_blend;

/* Remember where the texture at the top, which was just made, stands, for a warning if nothing uses it. In modules nobody asks. */
void texture_made(lua_State *L, Node *node, const char *callee);
void texture_used(const Node *node);
/* Warn of those that nothing has used. */
void textures_check_use(Runtime *runtime);

/* The texture at index, or NULL. */
const Node *texture_test(lua_State *L, int index);
/* The texture at index, for a field; numbers: it is used as one, so that its pictures are needed undecoded. false: reported. */
bool convert_texture(Reading *reading, const ApiField *field, int index, bool numbers, MlTexture *out);
/* Remember the file (of the store) of a picture whose numbers may be wanted later. */
void texture_remember_file(lua_State *L, MlTexture texture, const char *file);
/* {{0, "#000"}, {1, "#fff"}}: kept by uservalue `keep` of the node. */
bool convert_stops(Reading *reading, const ApiField *field, int index, int keep, ApiStops *out);

#endif
