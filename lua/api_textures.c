/* api_textures.c - image, checker, stripes, bricks, gradient, ramp: fields and what is made of them. */
#include "textures.h"

#include "images.h"

static bool made(Reading *r, Node *node, MlTexture id, const MlError *error) {
  node->id = id;
  if (!id) reader_fail_builder(r, error);
  return id != 0;
}

static MlInput input_a(const TwoColors *colors) { return (MlInput){colors->a, colors->a_texture}; }
static MlInput input_b(const TwoColors *colors) { return (MlInput){colors->b, colors->b_texture}; }

static const char *const maps[] = {"object", "uv", NULL};

// clang-format off
#define COLORS(Desc, first, first_default, first_synonyms, first_doc, second, second_default, second_synonyms, second_doc)                \
  {.name = first, .type = API_COLOR, RANGE_NOT_NEGATIVE, .def = first_default, .position = 1, .synonyms = first_synonyms,                  \
   .offset = offsetof(Desc, colors.a), .texture = offsetof(Desc, colors.a_texture), .doc = first_doc},                                     \
  {.name = second, .type = API_COLOR, RANGE_NOT_NEGATIVE, .def = second_default, .position = 2, .synonyms = second_synonyms,               \
   .offset = offsetof(Desc, colors.b), .texture = offsetof(Desc, colors.b_texture), .doc = second_doc}
#define MAP(Desc)                                                                                                                          \
  {.name = "map", .type = API_WORD, .words = maps, .def = "\"object\"", .synonyms = "space,coordinates,mapping,uv",                        \
   .offset = offsetof(Desc, colors.map),                                                                                                   \
   .doc = "Where it lies: in the object's own metres, before all placing, or on its texture coordinates u and v."}
// clang-format on

/* -------------------------------------------------------------------- image */

static bool build_image(Reading *r, Node *node) {
  const ImageDesc *desc = (const ImageDesc *)node->desc;
  static const MlColorSpace spaces[] = {ML_COLOR_AUTO, ML_COLOR_SRGB, ML_COLOR_LINEAR};
  if (!desc->file) return false; // reported as missing
  MlImage image = image_of_file(r, "file", desc->file, spaces[desc->space]);
  if (!image) return false;
  // What is said, and what is linear already, holds for numbers, too; else they are read when somebody wants them.
  const bool same = desc->space != 0 || ml_image_info(r->runtime->builder, image).linear;
  const MlImageTextureDesc texture =
    ML_DESC(MlImageTextureDesc, .image = image, .numbers = same ? image : 0, .repeat_u = desc->scale, .repeat_v = desc->scale,
            .wrap = (MlWrap)desc->wrap, .filter = (MlImageFilter)desc->filter, .alpha = desc->alpha);
  MlError error = {0};
  if (!made(r, node, ml_image_texture(r->runtime->builder, &texture, &error), &error)) return false;
  texture_remember_file(r->L, node->id, desc->file);
  return true;
}

static const char *const wraps[] = {"repeat", "mirror", "clamp", "black", NULL};
static const char *const spaces[] = {"auto", "srgb", "linear", NULL};
static const char *const filters[] = {"trilinear", "bilinear", "nearest", NULL};
// clang-format off
static const ApiField image_fields[] = {
  {.name = "file", .type = API_STRING, .flags = API_REQUIRED, .position = 1, .synonyms = "path,name,filename,src,source,url", .offset = offsetof(ImageDesc, file),
   .doc = "A png, jpg, hdr, tga or bmp beside the scene."},
  {.name = "scale", .type = API_NUMBER, .range = {0, 1e6, 1e-3, 1e4, true}, .def = "1", .synonyms = "repeat,repeats,tiles,size,zoom", .offset = offsetof(ImageDesc, scale),
   .doc = "How often it fits into 0..1 of the texture coordinates; on a plane, into a metre."},
  {.name = "wrap", .type = API_WORD, .words = wraps, .def = "\"repeat\"", .synonyms = "tile,tiling,extend,border", .offset = offsetof(ImageDesc, wrap),
   .doc = "What is outside 0..1: it again, it mirrored, its border going on, or nothing."},
  {.name = "space", .type = API_WORD, .words = spaces, .def = "\"auto\"", .synonyms = "color_space,colorspace,gamma,encoding", .offset = offsetof(ImageDesc, space),
   .doc = "What its numbers are; auto decodes pictures of 8 and 16 bits from sRGB where colours are wanted, and takes them as they are where numbers are."},
  {.name = "filter", .type = API_WORD, .words = filters, .def = "\"trilinear\"", .flags = API_ADVANCED, .synonyms = "interpolation,sampling", .offset = offsetof(ImageDesc, filter),
   .doc = "Smooth and without shimmer in the distance, smooth, or in squares."},
  {.name = "alpha", .type = API_BOOL, .def = "false", .flags = API_ADVANCED, .synonyms = "opacity,transparency,channel", .offset = offsetof(ImageDesc, alpha),
   .doc = "true: its alpha as a grey, for masks, instead of its colours."},
};
const ApiEntry api_image = {"image", API_TEXTURE_KIND, image_fields, API_COUNT(image_fields), NULL, sizeof(ImageDesc), 0,
  "A picture on the surface's texture coordinates; (0, 0) is its lower left corner. Textures have arithmetic, image \"a.png\" * 0.5 + checker{}, and values at places, t(vec2(u, v)).",
  "rect{ size = 2, at = {0, 1, 0}, turn = {x = 90}, material = image{ \"wood.jpg\", scale = 2, wrap = \"mirror\" } }\nplane{}",
  "checker,cutout", build_image};
// clang-format on

/* ------------------------------------------------------------------ checker */

static bool build_checker(Reading *r, Node *node) {
  const CheckerDesc *desc = (const CheckerDesc *)node->desc;
  const MlCheckerDesc checker = ML_DESC(MlCheckerDesc, .a = input_a(&desc->colors), .b = input_b(&desc->colors), .cell = desc->size,
                                        .map = (MlTextureMap)desc->colors.map);
  MlError error = {0};
  return made(r, node, ml_checker(r->runtime->builder, &checker, &error), &error);
}

// clang-format off
static const ApiField checker_fields[] = {
  COLORS(CheckerDesc, "a", "1", "color,color1,first,even,white", "The colour of the cube from 0 to size; strings are sRGB, numbers linear.",
         "b", "0", "color2,second,odd,black", "The colour of its neighbours."),
  {.name = "size", .type = API_SIZE3, RANGE_POSITIVE_LENGTH, .unit = "m", .def = "1", .synonyms = "scale,cell,width,step", .offset = offsetof(CheckerDesc, size),
   .doc = "The edges of a cube, a number for all."},
  MAP(CheckerDesc),
};
const ApiEntry api_checker = {"checker", API_TEXTURE_KIND, checker_fields, API_COUNT(checker_fields), NULL, sizeof(CheckerDesc), 0,
  "Cubes of two colours in turn; without shimmer in the distance.", "plane{ material = checker{ \"white\", \"#303030\", size = 0.5 } }\nsphere{ floor = true }",
  "stripes,bricks", build_checker};
// clang-format on

/* ------------------------------------------------------------------ stripes */

static bool build_stripes(Reading *r, Node *node) {
  const StripesDesc *desc = (const StripesDesc *)node->desc;
  const MlStripesDesc stripes = ML_DESC(MlStripesDesc, .a = input_a(&desc->colors), .b = input_b(&desc->colors),
                                        .direction = desc->direction, .width = desc->size, .map = (MlTextureMap)desc->colors.map);
  MlError error = {0};
  return made(r, node, ml_stripes(r->runtime->builder, &stripes, &error), &error);
}

// clang-format off
static const ApiField stripes_fields[] = {
  COLORS(StripesDesc, "a", "1", "color,color1,first", "The colour of the stripe from 0 to size; strings are sRGB, numbers linear.",
         "b", "0", "color2,second", "The colour of its neighbours."),
  {.name = "size", .type = API_NUMBER, RANGE_POSITIVE_LENGTH, .unit = "m", .def = "1", .synonyms = "scale,width,step", .offset = offsetof(StripesDesc, size),
   .doc = "The width of one stripe."},
  {.name = "direction", .type = API_DIRECTION, .def = "{1, 0, 0}", .synonyms = "dir,axis,along,normal", .offset = offsetof(StripesDesc, direction),
   .doc = "Across the stripes; any length."},
  MAP(StripesDesc),
};
const ApiEntry api_stripes = {"stripes", API_TEXTURE_KIND, stripes_fields, API_COUNT(stripes_fields), NULL, sizeof(StripesDesc), 0,
  "Layers of two colours in turn.", "sphere{ floor = true, material = stripes{ \"white\", \"firebrick\", size = 0.2, direction = {0, 1, 0} } }\nplane{}",
  "checker,gradient", build_stripes};
// clang-format on

/* ------------------------------------------------------------------- bricks */

static bool build_bricks(Reading *r, Node *node) {
  const BricksDesc *desc = (const BricksDesc *)node->desc;
  double joint = desc->joint;
  if (!(joint < desc->length && joint < desc->height)) {
    if (!r->failed) reader_fail_field(r, "joint", "joint", "the joint must be narrower than a brick, got %g", joint);
    joint = (desc->length < desc->height ? desc->length : desc->height) / 2;
  }
  const MlBricksDesc bricks =
    ML_DESC(MlBricksDesc, .brick = input_a(&desc->colors), .mortar = input_b(&desc->colors), .length = desc->length, .height = desc->height,
            .joint = joint, .map = (MlTextureMap)desc->colors.map);
  MlError error = {0};
  return made(r, node, ml_bricks(r->runtime->builder, &bricks, &error), &error);
}

// clang-format off
static const ApiField bricks_fields[] = {
  COLORS(BricksDesc, "brick", "\"#8c4a36\"", "color,color1,a,stone", "The colour of the bricks; strings are sRGB, numbers linear.",
         "mortar", "\"#b8b2a7\"", "color2,b,grout,gap", "The colour between them."),
  {.name = "length", .type = API_NUMBER, RANGE_POSITIVE_LENGTH, .unit = "m", .def = "0.25", .synonyms = "width,size,scale", .offset = offsetof(BricksDesc, length),
   .doc = "Of a brick with one joint."},
  {.name = "height", .type = API_NUMBER, RANGE_POSITIVE_LENGTH, .unit = "m", .def = "0.08", .synonyms = "row", .offset = offsetof(BricksDesc, height),
   .doc = "Of a row with one joint."},
  {.name = "joint", .type = API_NUMBER, RANGE_POSITIVE_LENGTH, .unit = "m", .def = "0.01", .synonyms = "gap_width,mortar_width,thickness", .offset = offsetof(BricksDesc, joint),
   .doc = "The width of the mortar."},
  MAP(BricksDesc),
};
const ApiEntry api_bricks = {"bricks", API_TEXTURE_KIND, bricks_fields, API_COUNT(bricks_fields), NULL, sizeof(BricksDesc), 0,
  "A wall, laid onto the side that the surface faces most.", "box{ size = {2, 1, 0.3}, floor = true, material = bricks{} }\nplane{}",
  "checker,stripes", build_bricks};
// clang-format on

/* ----------------------------------------------------------------- gradient */

static bool build_gradient(Reading *r, Node *node) {
  const GradientDesc *desc = (const GradientDesc *)node->desc;
  MlVec3 to = desc->to;
  if (desc->from.x == to.x && desc->from.y == to.y && desc->from.z == to.z) {
    if (!r->failed) reader_fail_field(r, "to", "equal", "from and to must differ");
    to.y += 1;
  }
  const MlGradientDesc gradient = ML_DESC(MlGradientDesc, .a = input_a(&desc->colors), .b = input_b(&desc->colors), .from = desc->from,
                                          .to = to, .map = (MlTextureMap)desc->colors.map);
  MlError error = {0};
  return made(r, node, ml_gradient(r->runtime->builder, &gradient, &error), &error);
}

// clang-format off
static const ApiField gradient_fields[] = {
  COLORS(GradientDesc, "a", "0", "color,color1,first,start", "The colour at from; strings are sRGB, numbers linear.",
         "b", "1", "color2,second,stop,last", "The colour at to."),
  {.name = "from", .type = API_VEC3, RANGE_LENGTH, .unit = "m", .def = "{0, 0, 0}", .synonyms = "begin,at,origin,bottom", .offset = offsetof(GradientDesc, from),
   .doc = "Where it begins; before, everything has the colour a."},
  {.name = "to", .type = API_VEC3, RANGE_LENGTH, .unit = "m", .def = "{0, 1, 0}", .synonyms = "target,top,direction,up", .offset = offsetof(GradientDesc, to),
   .doc = "Where it ends; beyond, everything has the colour b."},
  MAP(GradientDesc),
};
const ApiEntry api_gradient = {"gradient", API_TEXTURE_KIND, gradient_fields, API_COUNT(gradient_fields), NULL, sizeof(GradientDesc), 0,
  "From one colour to another along a line.", "sphere{ floor = true, material = gradient{ \"navy\", \"gold\", from = {0, -1, 0}, to = {0, 1, 0} } }\nplane{}",
  "ramp,stripes", build_gradient};
// clang-format on

/* --------------------------------------------------------------------- ramp */

static bool build_ramp(Reading *r, Node *node) {
  const RampDesc *desc = (const RampDesc *)node->desc;
  if (!desc->of || !desc->stops.count) return false; // reported where they were read, or as missing
  MlError error = {0};
  return made(
    r, node,
    ml_ramp(r->runtime->builder, &ML_DESC(MlRampDesc, .of = desc->of, .stops = desc->stops.data, .stop_count = desc->stops.count), &error),
    &error);
}

// clang-format off
static const ApiField ramp_fields[] = {
  {.name = "stops", .type = API_STOPS, .flags = API_REQUIRED, .position = 1, .synonyms = "colors,colours,points,keys", .offset = offsetof(RampDesc, stops),
   .doc = "Stops {place, colour}, their places ascending; also written without the name."},
  {.name = "of", .type = API_TEXTURE, .flags = API_REQUIRED | API_DATA, .synonyms = "by,input,value,texture,from", .offset = offsetof(RampDesc, of),
   .doc = "The texture whose numbers choose the place."},
};
const ApiEntry api_ramp = {"ramp", API_TEXTURE_KIND, ramp_fields, API_COUNT(ramp_fields), NULL, sizeof(RampDesc), 1,
  "Colours by the number that another texture gives, blended between stops.",
  "sphere{ floor = true, material = ramp{ {0, \"#102040\"}, {0.5, \"teal\"}, {1, \"#fff\"}, of = gradient{ from = {0, -1, 0} } } }\nplane{}",
  "gradient", build_ramp};
// clang-format on

/* -------------------------------------------------------------------- blend */

static bool build_blend(Reading *r, Node *node) {
  const BlendDesc *desc = (const BlendDesc *)node->desc;
  const float t = (float)desc->amount;
  const MlBlendDesc blend =
    ML_DESC(MlBlendDesc, .a = input_a(&desc->colors), .b = input_b(&desc->colors), .amount = {{t, t, t}, desc->amount_texture});
  MlError error = {0};
  return made(r, node, ml_blend(r->runtime->builder, &blend, &error), &error);
}

// clang-format off
static const ApiField blend_fields[] = {
  COLORS(BlendDesc, "a", "0", NULL, "The colour or texture of amount 0.", "b", "1", NULL, "The colour or texture of amount 1."),
  {.name = "amount", .type = API_NUMBER, RANGE_UNIT, .def = "0.5", .position = 3, .synonyms = "t,weight,factor,ratio",
   .offset = offsetof(BlendDesc, amount), .texture = offsetof(BlendDesc, amount_texture), .doc = "How much of b."},
};
const ApiEntry api_blend = {"mix", API_TEXTURE_KIND, blend_fields, API_COUNT(blend_fields), NULL, sizeof(BlendDesc), 0,
  "A blend of two colours or textures.", "sphere{ floor = true, material = mix(checker{}, \"tomato\", 0.3) }\nplane{}", "checker",
  build_blend};
// clang-format on
