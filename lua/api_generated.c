/* api_generated.c - lathe, extrude, curve, heightfield, surface: fields and what is made of them. */
#include <string.h>

#include "budget.h"
#include "reader.h"
#include "shapes.h"
#include "trace.h"
#include "values.h"

static bool generated(Reading *r, Node *node, MlNode id, const MlError *error) {
  node->geometry = id;
  node->emits = node->shared.material.emits;
  if (id) return true;
  if (error->status == ML_ERROR_CANCELLED) budget_check(r->L);
  reader_fail_builder(r, error);
  return false;
}

static const MlCancel cancel = {.poll = budget_is_over, .ud = NULL};

/* 0 in a description is its default. */
static double crease_of(double crease) { return crease > 0 ? crease : -1; }

// clang-format off
#define CREASE(Type, default_) \
  {.name = "crease", .type = API_NUMBER, .range = {0, 180, 0, 180, false}, .unit = "\xC2\xB0", .def = default_, .flags = API_ADVANCED, \
   .synonyms = "crease_angle,sharp,autosmooth,angle", .offset = offsetof(Type, crease), \
   .doc = "Faces that meet at a larger angle keep a sharp edge, others are smooth; 0 shows all faces."}
#define SEGMENTS(Type, default_, most) \
  {.name = "segments", .type = API_INT, .range = {3, most, 3, most, false}, .def = default_, .synonyms = "sides,steps,resolution,detail,n", \
   .offset = offsetof(Type, segments), .doc = "Faces around."}
// clang-format on

/* -------------------------------------------------------------------- lathe */

static bool build_lathe(Reading *r, Node *node) {
  const LatheDesc *desc = (const LatheDesc *)node->desc;
  if (!desc->profile.data) return false; // reported as missing
  MlError error = {0};
  const MlLatheDesc lathe =
    ML_DESC(MlLatheDesc, .profile = desc->profile.data, .profile_count = desc->profile.count, .smooth = desc->smooth, .caps = desc->caps,
            .segments = (uint32_t)desc->segments, .crease = crease_of(desc->crease), .cancel = &cancel, .place = r->place);
  return generated(r, node, ml_lathe(r->runtime->builder, &lathe, &error), &error);
}

// clang-format off
static const ApiField lathe_fields[] = {
  {.name = "profile", .type = API_PAIRS, RANGE_LENGTH, .unit = "m", .flags = API_REQUIRED, .position = 1, .synonyms = "points,outline,shape,curve,path",
   .offset = offsetof(LatheDesc, profile), .doc = "Points {r, y}: distance from the axis, and height; a last point like the first makes a ring."},
  {.name = "smooth", .type = API_BOOL, .def = "false", .synonyms = "curved,spline,round", .offset = offsetof(LatheDesc, smooth),
   .doc = "Leads a curve through the points instead of straight lines."},
  {.name = "caps", .type = API_BOOL, .def = "false", .synonyms = "capped,closed,ends,solid", .offset = offsetof(LatheDesc, caps),
   .doc = "Closes ends that are not on the axis by disks; a glass without them has no inside."},
  SEGMENTS(LatheDesc, "64", 4096),
  CREASE(LatheDesc, "30"),
};
const ApiEntry api_lathe = {"lathe", API_SHAPE, lathe_fields, API_COUNT(lathe_fields), &api_shared_shape, sizeof(LatheDesc), 1,
  "A profile turned around the y axis: vases, bowls, chessmen. u runs around, v along the profile.",
  "lathe{ profile = {{0, 0}, {0.5, 0}, {0.55, 0.1}, {0.2, 0.5}, {0.3, 1}, {0.6, 1.5}, {0.55, 1.5}, {0.25, 1}, {0.15, 0.55}, {0, 0.5}},\n"
  "       smooth = true, material = \"#3a7ca5\" }\nplane{}", "extrude,curve,cone", build_lathe};
// clang-format on

/* ------------------------------------------------------------------ extrude */

static bool build_extrude(Reading *r, Node *node) {
  const ExtrudeDesc *desc = (const ExtrudeDesc *)node->desc;
  if (!desc->outline.data) return false; // reported as missing
  MlError error = {0};
  const MlExtrudeDesc extrude =
    ML_DESC(MlExtrudeDesc, .outline = {desc->outline.data, desc->outline.count}, .holes = desc->holes.data, .hole_count = desc->holes.count,
            .height = desc->height, .crease = crease_of(desc->crease), .cancel = &cancel, .place = r->place);
  return generated(r, node, ml_extrude(r->runtime->builder, &extrude, &error), &error);
}

// clang-format off
static const ApiField extrude_fields[] = {
  {.name = "outline", .type = API_PAIRS, RANGE_LENGTH, .unit = "m", .flags = API_REQUIRED, .position = 1, .synonyms = "points,profile,polygon,shape,path",
   .offset = offsetof(ExtrudeDesc, outline), .doc = "Corners {x, y}, in either direction; it must not touch or cross itself."},
  {.name = "holes", .type = API_OUTLINES, RANGE_LENGTH, .unit = "m", .synonyms = "hole,cutouts,inner", .offset = offsetof(ExtrudeDesc, holes),
   .doc = "Outlines within it, apart from each other."},
  {.name = "height", .type = API_NUMBER, RANGE_POSITIVE_LENGTH, .unit = "m", .def = "1", .synonyms = "depth,length,h,thickness,distance",
   .offset = offsetof(ExtrudeDesc, height), .doc = "How far it is drawn out, from z = 0 towards +z; turn = {x = -90} makes it stand."},
  CREASE(ExtrudeDesc, "30"),
};
const ApiEntry api_extrude = {"extrude", API_SHAPE, extrude_fields, API_COUNT(extrude_fields), &api_shared_shape, sizeof(ExtrudeDesc), 2,
  "A flat outline drawn out along +z: letters, plates, floor plans. Its ends have uv 0..1 across, its sides u around and v along.",
  "extrude{ outline = {{-1, 0}, {1, 0}, {1, 1.6}, {0, 2.2}, {-1, 1.6}}, holes = {{{-0.3, 0.6}, {0.3, 0.6}, {0.3, 1.3}, {-0.3, 1.3}}},\n"
  "         height = 0.4, material = \"tomato\" }\nplane{}", "lathe,box", build_extrude};
// clang-format on

/* -------------------------------------------------------------------- curve */

static bool build_curve(Reading *r, Node *node) {
  const CurveDesc *desc = (const CurveDesc *)node->desc;
  const ApiRadii *radii = &desc->radius;
  if (!desc->points.data) return false; // reported as missing
  if (radii->data && radii->count != desc->points.count) {
    reader_fail_field(r, "radius", "count", "expected one number, or one per point (%llu), got %llu",
                      (unsigned long long)desc->points.count, (unsigned long long)radii->count);
    return false;
  }
  for (uint64_t i = 0; i < radii->count; i++) {
    if (radii->data[i] > 0 || (!desc->closed && (i == 0 || i + 1 == radii->count))) continue;
    reader_fail_field(r, "radius", "point", "radius %llu is 0: only the ends of a curve that is not closed may be points",
                      (unsigned long long)i + 1);
    return false;
  }
  MlError error = {0};
  const MlCurveDesc curve =
    ML_DESC(MlCurveDesc, .points = desc->points.data, .point_count = desc->points.count, .radius = radii->one, .radii = radii->data,
            .closed = desc->closed, .segments = (uint32_t)desc->segments, .cancel = &cancel, .place = r->place);
  return generated(r, node, ml_curve(r->runtime->builder, &curve, &error), &error);
}

// clang-format off
static const ApiField curve_fields[] = {
  {.name = "points", .type = API_POINTS, RANGE_LENGTH, .unit = "m", .flags = API_REQUIRED, .position = 1, .synonyms = "path,vertices,knots,through",
   .offset = offsetof(CurveDesc, points), .doc = "Points that it leads through, smoothly."},
  {.name = "radius", .type = API_RADII, .range = {0, 1e12, 0, 1e6, false}, .unit = "m", .def = "0.1", .synonyms = "r,radii,thickness,width,tube",
   .offset = offsetof(CurveDesc, radius), .doc = "Its radius, or one for each point; 0 makes an end a point."},
  {.name = "closed", .type = API_BOOL, .def = "false", .synonyms = "loop,cyclic,ring", .offset = offsetof(CurveDesc, closed),
   .doc = "Leads on from the last point to the first."},
  SEGMENTS(CurveDesc, "24", 256),
};
const ApiEntry api_curve = {"curve", API_SHAPE, curve_fields, API_COUNT(curve_fields), &api_shared_shape, sizeof(CurveDesc), 2,
  "A tube with round ends along a smooth curve (centripetal Catmull-Rom). u runs around, v along it.",
  "curve{ points = {{-1.5, 0.2, 0}, {-0.5, 1.6, 0}, {0.5, 0.4, 0.5}, {1.5, 1.2, 0}}, radius = {0.05, 0.2, 0.2, 0.05}, material = \"gold\" }\n"
  "curve{ {{1, 0.1, 1}, {0, 0.1, 1.6}, {-1, 0.1, 1}, {0, 0.1, 0.4}}, closed = true, material = \"tomato\" }\nplane{}", "capsule,torus,lathe",
  build_curve};
// clang-format on

/* -------------------------------------------------------------- heightfield */

/* Heights by the function that the node keeps, in a block that lies on the stack. false: reported. */
static bool run_heights(Reading *r, const HeightfieldDesc *desc, ApiRows *out) {
  lua_State *L = r->L;
  const uint32_t columns = desc->resolution.width + 1, rows = desc->resolution.height + 1;
  MlProgram program;
  r->steps[0] = (SourceStep){"height", 0};
  r->step_count = 1;
  lua_getiuservalue(L, r->node_index, 1);
  if (!trace_heights(r, lua_gettop(L), &program)) return false;
  float *heights = lua_newuserdatauv(L, (size_t)columns * rows * sizeof *heights, 0);
  float *points = lua_newuserdatauv(L, (size_t)columns * 3 * sizeof *points, 0);
  for (uint32_t j = 0; j < rows; j++) {
    float *row = heights + (size_t)j * columns;
    const double z = ((double)j / (rows - 1) - 0.5) * desc->size.y; // the rearmost first
    for (uint32_t i = 0; i < columns; i++) {
      points[3 * i] = (float)(((double)i / (columns - 1) - 0.5) * desc->size.x);
      points[3 * i + 1] = 0;
      points[3 * i + 2] = (float)z;
    }
    MlError error = {0};
    const MlStatus status = ml_program_run(r->runtime->builder, program, points, columns, row, &cancel, &error);
    if (status == ML_ERROR_CANCELLED) budget_check(L);
    if (status != ML_OK) {
      reader_fail_builder(r, &error);
      return false;
    }
    for (uint32_t i = 0; i < columns; i++) {
      if (row[i] - row[i] == 0 && row[i] >= -1e12f && row[i] <= 1e12f) continue;
      reader_fail(r, "finite", "expected finite heights up to 1e12, got %g for x = %g, z = %g", (double)row[i], (double)points[3 * i], z);
      return false;
    }
  }
  r->step_count = 0;
  *out = (ApiRows){heights, columns, rows};
  return true;
}

/* Points, faces and the tree: what making one was seen to take at its peak. */
static void warn_of_memory(Reading *r, const HeightfieldDesc *desc) {
  enum { FACE_BYTES = 300 };
  const MlMemoryStats memory = ml_engine_memory(r->runtime->engine);
  const double bytes = (double)FACE_BYTES * desc->resolution.width * desc->resolution.height;
  const double left = memory.cap > memory.used ? (double)(memory.cap - memory.used) : 0;
  if (!memory.cap || !(bytes > left) || !reader_given(r, "resolution")) return;
  r->steps[0] = (SourceStep){"resolution", 0};
  r->step_count = 1;
  reader_warn(r, "memory", "%u x %u faces take about %g MiB, of %g MiB that are left", desc->resolution.width, desc->resolution.height,
              ml_floor(bytes / 1048576), ml_floor(left / 1048576));
  r->step_count = 0;
}

static bool build_heightfield(Reading *r, Node *node) {
  const HeightfieldDesc *desc = (const HeightfieldDesc *)node->desc;
  const int top = lua_gettop(r->L);
  ApiRows heights = desc->heights;
  warn_of_memory(r, desc);
  const bool by_function = desc->height && reader_given(r, "height");
  if (!by_function && !heights.data) {
    if (!r->failed) reader_fail(r, "required", "height is missing: it needs a function(x, z), or heights, a table of them");
    return false;
  }
  MlNode id = 0;
  MlError error = {0};
  const bool made = !by_function || run_heights(r, desc, &heights);
  const MlHeightfieldDesc heightfield =
    ML_DESC(MlHeightfieldDesc, .heights = heights.data, .columns = heights.columns, .rows = heights.rows, .width = desc->size.x,
            .depth = desc->size.y, .crease = crease_of(desc->crease), .cancel = &cancel, .place = r->place);
  if (made) id = ml_heightfield(r->runtime->builder, &heightfield, &error);
  r->step_count = 0;
  lua_settop(r->L, top);
  return made && generated(r, node, id, &error);
}

// clang-format off
static const ApiField heightfield_fields[] = {
  {.name = "height", .type = API_CALLBACK, .xgroup = XGROUP_A, .synonyms = "f,func,fn,y,elevation", .offset = offsetof(HeightfieldDesc, height),
   .doc = "A function(x, z) of the height in metres, called once: by arithmetic and noise it says what the height is, as functions of materials do."},
  {.name = "heights", .type = API_ROWS, RANGE_LENGTH, .unit = "m", .position = 1, .xgroup = XGROUP_A_OTHER, .synonyms = "data,values,rows",
   .offset = offsetof(HeightfieldDesc, heights), .doc = "Rows of heights, the rearmost first, each from left to right: the table looks like the map."},
  {.name = "resolution", .type = API_CELLS, .range = {1, 2048, 1, 2048, false}, .def = "256", .synonyms = "segments,steps,cells,grid,n,detail",
   .offset = offsetof(HeightfieldDesc, resolution), .doc = "How many faces along x and along z, of height."},
  {.name = "size", .type = API_SIZE2, RANGE_POSITIVE_LENGTH, .unit = "m", .def = "1", .synonyms = "width,depth,extent,dimensions",
   .offset = offsetof(HeightfieldDesc, size), .doc = "Its width and depth; centred on the origin."},
  CREASE(HeightfieldDesc, "180"),
};
const ApiEntry api_heightfield = {"heightfield", API_SHAPE, heightfield_fields, API_COUNT(heightfield_fields), &api_shared_shape,
  sizeof(HeightfieldDesc), 2, "A landscape over a rectangle in the xz plane, by a function or a table of heights. u runs to the right, v to the back.",
  "heightfield{ size = 4, height = function(x, z) return 0.8 * ridged(vec2(x, z) * 0.8) - 0.3 end,\n"
  "             material = function(s) return mix(color \"#556b2f\", color \"#f4f7fa\", smoothstep(0.1, 0.3, s.p.y)) end }", "surface,mesh,noise", build_heightfield};
// clang-format on

/* ------------------------------------------------------------------ surface */

/* Calls the function, which the node keeps, at (u, v). false: it gave no point, reported. */
static bool call_surface(Reading *r, double u, double v, float *out) {
  lua_State *L = r->L;
  double p[3];
  lua_getiuservalue(L, r->node_index, 1);
  lua_pushnumber(L, u);
  lua_pushnumber(L, v);
  lua_call(L, 2, 3);
  const int first = lua_gettop(L) - 2;
  bool fine;
  if (lua_type(L, first) == LUA_TNUMBER) { // three numbers
    fine = true;
    for (int k = 0; k < 3; k++) {
      fine = fine && lua_type(L, first + k) == LUA_TNUMBER;
      p[k] = lua_tonumber(L, first + k);
    }
  } else {
    fine = value_read_vector(L, first, 3, p, NULL) == 0;
  }
  for (int k = 0; fine && k < 3; k++) {
    if (!(ml_fabs(p[k]) <= 1e12)) fine = false;
    out[k] = (float)p[k];
  }
  if (!fine && lua_type(L, first) == LUA_TNUMBER)
    reader_fail_field(r, "f", "point", "expected a point {x, y, z} for every u and v in 0..1, got %s, %s, %s for u = %g, v = %g",
                      reader_describe(r, first), reader_describe(r, first + 1), reader_describe(r, first + 2), u, v);
  else if (!fine)
    reader_fail_field(r, "f", "point", "expected a point {x, y, z} for every u and v in 0..1, got %s for u = %g, v = %g",
                      reader_describe(r, first), u, v);
  lua_settop(L, first - 1);
  return fine;
}

static bool build_surface(Reading *r, Node *node) {
  const SurfaceDesc *desc = (const SurfaceDesc *)node->desc;
  if (!desc->f) return false; // reported as missing
  const uint32_t columns = desc->size.width + 1, rows = desc->size.height + 1;
  const int top = lua_gettop(r->L);
  float *points = lua_newuserdatauv(r->L, (size_t)columns * rows * 3 * sizeof *points, 0), *p = points;
  for (uint32_t j = 0; j < rows; j++)
    for (uint32_t i = 0; i < columns; i++, p += 3)
      if (!call_surface(r, (double)i / (columns - 1), (double)j / (rows - 1), p)) {
        lua_settop(r->L, top);
        return false;
      }
  MlError error = {0};
  const MlSheetDesc sheet = ML_DESC(MlSheetDesc, .points = points, .columns = columns, .rows = rows, .crease = crease_of(desc->crease),
                                    .cancel = &cancel, .place = r->place);
  const MlNode id = ml_sheet(r->runtime->builder, &sheet, &error);
  lua_settop(r->L, top);
  return generated(r, node, id, &error);
}

// clang-format off
static const ApiField surface_fields[] = {
  {.name = "f", .type = API_CALLBACK, .flags = API_REQUIRED, .position = 1, .synonyms = "func,fn,map,position,point",
   .offset = offsetof(SurfaceDesc, f), .doc = "Called once per corner with u and v, two numbers from 0 to 1; gives the point there, {x, y, z} or three numbers."},
  {.name = "size", .type = API_CELLS, .range = {1, 2048, 1, 2048, false}, .def = "{32, 32}", .synonyms = "resolution,segments,steps,cells,grid,n",
   .offset = offsetof(SurfaceDesc, size), .doc = "How many faces along u and along v."},
  CREASE(SurfaceDesc, "180"),
};
const ApiEntry api_surface = {"surface", API_SHAPE, surface_fields, API_COUNT(surface_fields), &api_shared_shape, sizeof(SurfaceDesc), 1,
  "A surface through the points that a function gives. Edges that come together are joined; where that closes it, its front is outside, "
  "else on the side from which v is counter-clockwise of u.",
  "surface{ function(u, v)\n  local a, b = tau * u, tau * v\n  local r = 1 + 0.3 * cos(b + 3 * a)\n  return r * sin(a), 0.6 + 0.3 * sin(b + 3 * a), r * cos(a)\n"
  "end, size = {96, 32}, material = \"#c05080\" }\nplane{}", "heightfield,mesh,lathe", build_surface};
// clang-format on

/* ---------------------------------------------------------------- closedness */

bool generated_encloses(const Node *node) {
  if (node->entry == &api_heightfield || node->entry == &api_hair) return false;
  if (node->entry != &api_lathe) return true;
  const LatheDesc *desc = (const LatheDesc *)node->desc;
  const float *p = desc->profile.data;
  if (!p || desc->caps) return true;
  const float *last = p + 2 * (desc->profile.count - 1);
  return (p[0] == 0 && last[0] == 0) || (p[0] == last[0] && p[1] == last[1]);
}
