/* shapes.h - descriptions of shapes where they differ from the engine's. */
#ifndef MOONLIT_LUA_SHAPES_H
#define MOONLIT_LUA_SHAPES_H

#include "api.h"

typedef struct BoxDesc {
  MlVec3 size, from, to;
} BoxDesc;
typedef struct QuadDesc {
  MlVec3 u, v;
} QuadDesc;
typedef struct RectDesc {
  ApiSize2 size;
} RectDesc;
typedef struct CylinderDesc {
  MlVec3 from, to;
  double height, radius;
  bool caps;
} CylinderDesc;
typedef struct ConeDesc {
  MlVec3 from, to;
  double height, radius, top;
  bool caps;
} ConeDesc;
typedef struct CapsuleDesc {
  MlVec3 from, to;
  double height, radius;
} CapsuleDesc;
typedef struct RoomDesc {
  MlVec3 size;
  ApiMaterial walls[6]; /* in the order of room_sides */
  uint32_t open;
} RoomDesc;
typedef struct MeshDesc {
  const char *file;
  ApiArray points, normals, uv, faces;
  ApiSmooth smooth;
  ApiMaterials materials;
  int32_t up;
  bool lights;
} MeshDesc;
typedef struct LatheDesc {
  ApiArray profile;
  bool smooth, caps;
  int64_t segments;
  double crease;
} LatheDesc;
typedef struct ExtrudeDesc {
  ApiArray outline;
  ApiOutlines holes;
  double height, crease;
} ExtrudeDesc;
typedef struct CurveDesc {
  ApiArray points;
  ApiRadii radius;
  bool closed;
  int64_t segments;
} CurveDesc;
typedef struct HeightfieldDesc {
  ApiSize2 size;
  ApiRows heights;
  bool height; /* a function is kept */
  ApiPixels resolution;
  double crease;
} HeightfieldDesc;
typedef struct SurfaceDesc {
  bool f;
  ApiPixels size;
  double crease;
} SurfaceDesc;
typedef struct GroupDesc {
  ApiNodes nodes;
} GroupDesc;

typedef struct ScatterDesc {
  ApiNodes parts;
  int64_t count, seed;
  double spacing;
  ApiReference on;
  ApiSize2 area;
  ApiSpan scale;
  int32_t turn, up;
  bool keep;
} ScatterDesc;
typedef struct PoissonDesc {
  ApiSize2 area;
  double spacing;
  int64_t seed;
  bool density;
} PoissonDesc;

extern const ApiEntry api_scatter, api_poisson;
extern const ApiEntry api_union, api_intersection, api_difference;
extern const ApiEntry api_sphere, api_box, api_plane, api_disk, api_quad, api_rect, api_triangle, api_mesh, api_group, api_transform;
extern const ApiEntry api_hair, api_text, api_lathe, api_extrude, api_curve, api_heightfield, api_surface;
extern const ApiEntry api_cylinder, api_cone, api_capsule, api_torus, api_room;

/* Does it hold a GroupDesc? */
static inline bool api_is_group(const ApiEntry *entry) {
  return entry == &api_group || entry == &api_union || entry == &api_intersection || entry == &api_difference;
}
/* The function points_on. */
int points_on(lua_State *L);
/* Does this lathe, extrude, curve, heightfield or surface enclose something? Of others: true. */
bool generated_encloses(const struct Node *node);
/* What every build of a shape ends with: the builder's answer. */
bool shape_made(struct Reading *r, struct Node *node, MlNode id, const MlError *error);

#endif
