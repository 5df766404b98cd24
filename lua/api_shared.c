/* api_shared.c - fields that all entries of a kind have, the presets, and the list of all entries. */
#include "lights.h"
#include "materials.h"
#include "node.h"
#include "render.h"
#include "sdf.h"
#include "shapes.h"
#include "textures.h"

#define SHARED(member) .offset = offsetof(NodeShared, member)

// clang-format off
static const ApiField shape_fields[] = {
  {.name = "material", .type = API_MATERIAL, .position = 1, .synonyms = "mat,color,colour,texture,surface,pigment,albedo", SHARED(material),
   .doc = "What it is made of; without it, what encloses it says, else matte{ color = 0.8 }."},
  {.name = "name", .type = API_STRING, .synonyms = "id,label", SHARED(name), .doc = "A name for messages."},
  {.name = "visible", .type = API_VISIBLE, .def = "true", .synonyms = "hidden,show", SHARED(hidden),
   .doc = "To which rays: camera, shadow, reflection."},
  {.name = "at", .type = API_VEC3, RANGE_LENGTH, .unit = "m", .def = "{0, 0, 0}", .synonyms = "pos,position,translate,location,move",
   SHARED(at), .next = offsetof(NodeShared, next_at), .doc = "Moves it, after scale and turn; may be motion(a, b)."},
  {.name = "turn", .type = API_TURN, .unit = "\xC2\xB0", .def = "0", .synonyms = "rotate,rotation,angle,rot", SHARED(turn), .next = offsetof(NodeShared, next_turn),
   .doc = "Turns it about the x, then the y, then the z axis; a number turns about y; may be motion(a, b)."},
  {.name = "scale", .type = API_SIZE3, .range = {-1e9, 1e9, -1e6, 1e6, false}, .def = "1", .synonyms = "scaling,zoom", SHARED(scale), .next = offsetof(NodeShared, next_scale),
   .doc = "Scales it about the origin, before anything else; 0 removes it; may be motion(a, b)."},
  {.name = "floor", .type = API_BOOL, .def = "false", .synonyms = "ground,center,centre,on_floor", SHARED(floor),
   .doc = "Puts its lowest point at y = 0, after scale and turn, before at."},
};
// clang-format on
const ApiShared api_shared_shape = {shape_fields, API_COUNT(shape_fields)};

// clang-format off
static const ApiField scatter_shared_fields[] = {
  {.name = "material", .type = API_MATERIAL, .synonyms = "mat,color,colour,texture,surface,pigment,albedo", SHARED(material),
   .doc = "What those parts are made of that name nothing."},
  {.name = "name", .type = API_STRING, .synonyms = "id,label", SHARED(name), .doc = "A name for messages."},
  {.name = "visible", .type = API_VISIBLE, .def = "true", .synonyms = "hidden,show", SHARED(hidden),
   .doc = "To which rays: camera, shadow, reflection."},
  {.name = "at", .type = API_VEC3, RANGE_LENGTH, .unit = "m", .def = "{0, 0, 0}", .synonyms = "pos,position,translate,location,move",
   SHARED(at), .next = offsetof(NodeShared, next_at), .doc = "Moves all of it; may be motion(a, b)."},
};
// clang-format on
const ApiShared api_shared_scatter = {scatter_shared_fields, API_COUNT(scatter_shared_fields)};

// clang-format off
static const ApiField light_fields[] = {
  {.name = "name", .type = API_STRING, .synonyms = "id,label", SHARED(name), .doc = "A name for messages."},
};
// clang-format on
const ApiShared api_shared_light = {light_fields, API_COUNT(light_fields)};

static const char *const sides[] = {"both", "front", NULL};
// clang-format off
static const ApiField material_fields[] = {
  {.name = "emission", .type = API_COLOR, RANGE_NOT_NEGATIVE, .unit = "W/(m\xC2\xB2 sr)", .def = "0",
   .synonyms = "emissive,glow,emit,radiance", SHARED(emission), .texture = offsetof(NodeShared, emission_texture),
   .doc = "Radiance that it gives off besides, a colour or a number; not tinted by its colour."},
  {.name = "sides", .type = API_WORD, .words = sides, .def = "\"both\"", .synonyms = "side,two_sided", SHARED(sides),
   .doc = "Which sides emit: both, or the front, where the normal points."},
  {.name = "name", .type = API_STRING, .synonyms = "id,label", SHARED(name), .doc = "A name for messages."},
  {.name = "normal", .type = API_TEXTURE, .flags = API_DATA, .synonyms = "normals,normal_map,normalmap", SHARED(normal),
   .doc = "A normal map: a picture of directions, red along u, green along v, blue up."},
  {.name = "bump", .type = API_TEXTURE, .flags = API_DATA, .synonyms = "bump_map,height,displacement,relief", SHARED(bump),
   .doc = "A relief: a texture of heights, 0..1, that bends the light but not the outline."},
  {.name = "bump_height", .type = API_NUMBER, .range = {-1e6, 1e6, -10, 10, false}, .unit = "m", .def = "0.01", .flags = API_ADVANCED,
   .synonyms = "bump_strength,bump_scale,bump_depth", SHARED(bump_height), .doc = "How high 1 is in bump; below 0 it goes inward."},
};
// clang-format on
const ApiShared api_shared_material = {material_fields, API_COUNT(material_fields)};

const ApiPreset api_presets[] = {
  {"gold", PRESET_METAL, "measured metal", 0, {0, 0, 0}, 0},
  {"silver", PRESET_METAL, "measured metal", 0, {0, 0, 0}, 0},
  {"copper", PRESET_METAL, "measured metal", 0, {0, 0, 0}, 0},
  {"aluminium", PRESET_METAL, "measured metal", 0, {0, 0, 0}, 0},
  {"iron", PRESET_METAL, "measured metal", 0, {0, 0, 0}, 0},
  {"chrome", PRESET_METAL, "measured metal", 0, {0, 0, 0}, 0},
  {"brass", PRESET_METAL, "measured metal", 0, {0, 0, 0}, 0},
  {"bronze", PRESET_METAL, "measured metal", 0, {0, 0, 0}, 0},
  {"titanium", PRESET_METAL, "measured metal", 0, {0, 0, 0}, 0},
  {"glass", PRESET_GLASS, "glass, ior 1.5", 1.5f, {1, 1, 1}, 0},
  {"water", PRESET_GLASS, "glass, ior 1.333", 1.333f, {1, 1, 1}, 0},
  {"diamond", PRESET_GLASS, "glass, ior 2.417", 2.417f, {1, 1, 1}, 0},
  {"mirror", PRESET_MIRROR, "perfect mirror", 0, {1, 1, 1}, 0},
  {"plastic", PRESET_PLASTIC, "white plastic, polished", 0, {0.8f, 0.8f, 0.8f}, 0},
  {"porcelain", PRESET_PLASTIC, "plastic, nearly white, hardly rough", 0, {0.85f, 0.84f, 0.8f}, 0.1f},
  {"rubber", PRESET_PLASTIC, "plastic, nearly black, dull", 0, {0.03f, 0.03f, 0.03f}, 0.7f},
  {"velvet", PRESET_VELVET, "velvet, dark red", 0, {0.12f, 0.005f, 0.01f}, 0.45f},
  {NULL, PRESET_METAL, NULL, 0, {0, 0, 0}, 0},
};

const ApiEntry *const api_entries[] = {
  &api_sphere,     &api_box,     &api_cylinder, &api_cone,      &api_capsule,     &api_torus,      &api_plane,  &api_disk,
  &api_quad,       &api_rect,    &api_triangle, &api_mesh,      &api_lathe,       &api_extrude,    &api_curve,  &api_heightfield,
  &api_surface,  &api_sdf, &api_smooth_union, &api_smooth_intersection, &api_smooth_difference,    &api_text, &api_hair,    &api_room,    &api_group,    &api_union, &api_intersection, &api_difference, &api_scatter,   &api_poisson,   &api_transform, &api_matte,       &api_mirror,     &api_metal,  &api_glass,
  &api_water,      &api_diamond, &api_plastic,  &api_velvet,    &api_translucent, &api_hair_material, &api_principled, &api_coat,   &api_sheen,
  &api_layered,    &api_emit,    &api_cutout,   &api_image,     &api_checker,     &api_stripes,    &api_bricks, &api_gradient,
  &api_ramp,       &api_light,   &api_spot,     &api_area,      &api_directional, &api_sun,        &api_sky,    &api_environment,
  &api_background, &api_camera,  &api_render,   NULL,
};
