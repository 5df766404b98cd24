/* api_room.c - room: a box seen from inside, a wall at a time. */
#include "reader.h"
#include "shapes.h"

static const char *const room_sides[] = {"left", "right", "back", "front", "bottom", "top", NULL};

/* Corner and edges of each side, in units of half the width, the height and half the depth; the fronts look inward, and each stands upright
 * for someone inside. */
static const struct {
  MlVec3 at, u, v;
} sides[6] = {
  {{-1, 0, 1}, {0, 0, -2}, {0, 1, 0}}, {{1, 0, -1}, {0, 0, 2}, {0, 1, 0}},  {{-1, 0, -1}, {2, 0, 0}, {0, 1, 0}},
  {{1, 0, 1}, {-2, 0, 0}, {0, 1, 0}},  {{-1, 0, 1}, {2, 0, 0}, {0, 0, -2}}, {{-1, 1, -1}, {2, 0, 0}, {0, 0, 2}},
};

static MlVec3 scaled(MlVec3 v, MlVec3 size) { return (MlVec3){v.x * size.x / 2, v.y * size.y, v.z * size.z / 2}; }

static bool build_room(Reading *r, Node *node) {
  const RoomDesc *desc = (const RoomDesc *)node->desc;
  MlNode walls[6];
  uint64_t count = 0;
  bool emits = node->shared.material.emits;
  MlError error = {0};
  for (uint32_t i = 0; i < 6; i++) {
    if (desc->open & (UINT32_C(1) << i)) {
      if (reader_given(r, room_sides[i]))
        reader_warn(r, "open", "the room is open there, so the material of its %s is not used", room_sides[i]);
      continue;
    }
    const MlQuadDesc wall = ML_DESC(MlQuadDesc, .at = scaled(sides[i].at, desc->size), .u = scaled(sides[i].u, desc->size),
                                    .v = scaled(sides[i].v, desc->size), .material = desc->walls[i].id, .place = r->place);
    walls[count] = ml_quad(r->runtime->builder, &wall, &error);
    if (!walls[count++]) return shape_made(r, node, 0, &error);
    emits = emits || desc->walls[i].emits;
  }
  const MlGroupDesc group =
    ML_DESC(MlGroupDesc, .children = walls, .child_count = count, .material = node->shared.material.id, .place = r->place);
  const bool fine = shape_made(r, node, ml_group(r->runtime->builder, &group, &error), &error);
  node->emits = emits;
  return fine;
}

// clang-format off
#define WALL(name_, index, synonyms_, doc_) \
  {.name = name_, .type = API_MATERIAL, .synonyms = synonyms_, .offset = offsetof(RoomDesc, walls) + index * sizeof(ApiMaterial), .doc = doc_}
static const ApiField room_fields[] = {
  {.name = "size", .type = API_SIZE3, RANGE_POSITIVE_LENGTH, .unit = "m", .def = "{4, 2.5, 4}", .position = 1,
   .synonyms = "width,height,depth,dimensions,extent", .offset = offsetof(RoomDesc, size), .doc = "Its width, height and depth inside."},
  WALL("left", 0, "wall_left,west", "Material of the wall at -x; material serves the sides that have none of their own."),
  WALL("right", 1, "wall_right,east", "Of the wall at +x."),
  WALL("back", 2, "wall_back,north", "Of the wall at -z."),
  WALL("front", 3, "wall_front,south", "Of the wall at +z, towards the default camera."),
  WALL("bottom", 4, "ground", "Of what one stands on."),
  WALL("top", 5, "ceiling,roof", "Of the ceiling."),
  {.name = "open", .type = API_WORDS, .words = room_sides, .synonyms = "without,missing,window,hole", .offset = offsetof(RoomDesc, open),
   .doc = "Sides that are left out, for the camera to look in or light to come in."},
};
const ApiEntry api_room = {"room", API_SHAPE, room_fields, API_COUNT(room_fields), &api_shared_shape, sizeof(RoomDesc), 0,
  "A box seen from inside, that stands on the origin. Its uv: 0..1 on each side, upright from inside.",
  "room{ size = {2, 2, 2}, left = \"firebrick\", right = \"seagreen\", material = \"#bdbdbd\", open = \"front\" }\n"
  "area{ at = {0, 1.99, 0}, size = 0.5, radiance = 15 }\nsphere{ radius = 0.4, floor = true }", "box,quad", build_room};
// clang-format on
