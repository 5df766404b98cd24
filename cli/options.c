/* options.c - see options.h. Numbers are read by ml_parse_number, so that no locale has a say. */
#include "options.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef enum OptionKind {
  OPTION_FLAG,     /* bool */
  OPTION_TEXT,     /* const char * */
  OPTION_COUNT,    /* uint32_t, min..max */
  OPTION_SEED,     /* uint64_t */
  OPTION_NUMBER,   /* double, min..max */
  OPTION_EXPOSURE, /* the same, or "auto" */
  OPTION_SIZE,     /* two uint32_t */
  OPTION_CROP,     /* four uint32_t */
  OPTION_POINT,    /* three doubles, -max..max */
  OPTION_BYTES,    /* uint64_t */
  OPTION_NAME,     /* uint32_t: which one of a list */
  OPTION_SET,      /* appends to sets */
} OptionKind;

enum {
  RENDER = 1 << COMMAND_RENDER,
  CHECK = 1 << COMMAND_CHECK,
  HASH = 1 << COMMAND_HASH,
  PARAMS = 1 << COMMAND_PARAMS,
  DOC = 1 << COMMAND_DOC,
  COMPARE = 1 << COMMAND_COMPARE,
  FIX = 1 << COMMAND_FIX,
  INIT = 1 << COMMAND_INIT,
  PICTURE = RENDER | HASH,
  SCENE = RENDER | HASH | CHECK,
  EVALUATE = SCENE | PARAMS | FIX,
};

typedef struct OptionSpec {
  const char *name;
  OptionKind kind;
  int commands;
  size_t offset;
  size_t has; /* offset of the bool that says it was given; 0: none (Options begins with the command) */
  double min, max;
  const char *value, *help;
  const char *synonyms; /* "--spp,--passes": what others call it, for messages only */
} OptionSpec;

#define AT(member) offsetof(Options, member)

static const OptionSpec specs[] = {
  {"-o", OPTION_TEXT, RENDER, AT(output), 0, 0, 0, "FILE", "where the picture goes: .png .jpg .hdr .pfm, or - for png on standard output",
   "--out,--out-file,--image"},
  {"--size", OPTION_SIZE, SCENE, AT(width), 0, 1, 65535, "WxH", "pixels, each 1 to 65535", "-s,--width,--resolution,--res,--dimensions"},
  {"--samples", OPTION_COUNT, SCENE, AT(samples), 0, 1, 16777216, "N", "samples per pixel", "-n,--spp,--passes,--quality"},
  {"--seed", OPTION_SEED, PICTURE, AT(seed), AT(has_seed), 0, 0, "N", "seed of the sampling", "--random"},
  {"--threads", OPTION_COUNT, SCENE, AT(threads), 0, 1, 1024, "N", "threads, 1 to 1024; one per core if not given", "-j,-t,--jobs,--cores"},
  {"--tile", OPTION_COUNT, PICTURE, AT(tile), 0, 1, 65535, "N", "edge of a tile in pixels", "--tile-size,--bucket"},
  {"--crop", OPTION_CROP, SCENE, AT(crop), 0, 0, 65535, "X,Y,W,H", "only this part of the picture", "--region,--window"},
  {"--camera", OPTION_TEXT, SCENE | PARAMS, AT(camera), 0, 0, 0, "NAME", "the camera of this name", "-c,--view"},
  {"--from", OPTION_POINT, PICTURE, AT(view.from), AT(view.has_from), 0, 1e12, "X,Y,Z", "where the camera stands, in metres",
   "--eye,--position,--camera-from,--origin"},
  {"--look-at", OPTION_POINT, PICTURE, AT(view.look_at), AT(view.has_look_at), 0, 1e12, "X,Y,Z", "what it looks at",
   "--look_at,--lookat,--target,--at,--to"},
  {"--up", OPTION_POINT, PICTURE, AT(view.up), AT(view.has_up), 0, 1e12, "X,Y,Z", "what is up in the picture", NULL},
  {"--fov", OPTION_NUMBER, PICTURE, AT(view.fov), AT(view.has_fov), 1e-6, 179.9, "D", "vertical angle of the view, degrees",
   "--angle,--field-of-view"},
  {"--height", OPTION_NUMBER, PICTURE, AT(view.height), AT(view.has_height), 1e-25, 1e12, "M",
   "height of an orthographic view, metres (the picture's: --size)", NULL},
  {"--aperture", OPTION_NUMBER, PICTURE, AT(view.aperture), AT(view.has_aperture), 0, 1e6, "M",
   "diameter of the lens, metres; 0 is a pinhole", "--lens,--dof"},
  {"--focus", OPTION_NUMBER, PICTURE, AT(view.focus), AT(view.has_focus), 0, 1e12, "M", "distance of what is sharp; 0: of --look-at",
   "--focal-distance,--focus-distance"},
  {"--integrator", OPTION_NAME, PICTURE, AT(integrator), AT(has_integrator), 0, 0, "NAME", "path, whitted, ao, normals, albedo, depth",
   "-i,--mode,--renderer"},
  {"--difference", OPTION_TEXT, COMPARE, AT(difference), 0, 0, 0, "FILE", "a png of where the pictures differ, dark to bright",
   "-o,--diff,--output-difference"},
  {"--max-flip", OPTION_NUMBER, COMPARE, AT(max_flip), AT(has_max_flip), 0, 1, "F", "exit 1 where FLIP is above F, 0 to 1",
   "--tolerance,--threshold,--limit"},
  {"--exposure", OPTION_EXPOSURE, PICTURE | COMPARE, AT(exposure), AT(has_exposure), -50, 50, "EV", "-50 to 50, +1 doubles; or auto",
   "-e,--ev,--gain,--brightness"},
  {"--tonemap", OPTION_NAME, RENDER, AT(tonemap), AT(has_tonemap), 0, 0, "NAME", "agx, neutral, none, false_color",
   "--tone-map,--tonemapping,--display"},
  {"--white-balance", OPTION_NUMBER, RENDER, AT(white_balance), 0, 1000, 40000, "K", "the temperature of the light that is to look white",
   "--wb,--white,--temperature,--kelvin"},
  {"--set", OPTION_SET, EVALUATE, AT(sets), 0, 0, 0, "name=value", "a parameter of the scene; may be repeated", "-D,-p,--param,--define"},
  {"--params", OPTION_TEXT, EVALUATE, AT(params), 0, 0, 0, "FILE", "parameters from a JSON object; --set comes after it",
   "--config,--parameters"},
  {"--time-limit", OPTION_NUMBER, PICTURE, AT(time_limit), 0, 1e-3, 1e9, "S", "stop rendering after S seconds and keep what there is",
   "--timeout,--max-time,--seconds"},
  {"--eval-timeout", OPTION_NUMBER, EVALUATE, AT(eval_timeout), 0, 1e-3, 1e9, "S", "seconds that the script may run (10)",
   "--script-timeout"},
  {"--memory", OPTION_BYTES, EVALUATE | COMPARE, AT(memory), 0, 0, 0, "SIZE",
   "limit for everything, such as 500M or 2G (80 % of the machine's)", "-m,--mem,--memory-limit,--ram"},
  {"--isa", OPTION_TEXT, SCENE, AT(isa), 0, 0, 0, "NAME", "instruction set; the picture is the same with each", "--simd,--cpu"},
  {"--build", OPTION_NAME, SCENE, AT(build), 0, 0, 0, "NAME", "fast, default, high", "--bvh,--build-quality,--accel"},
  {"--film", OPTION_TEXT, PICTURE, AT(film), 0, 0, 0, "FILE", "keep the film in FILE, to be resumed", "--save,--checkpoint"},
  {"--resume", OPTION_TEXT, PICTURE, AT(resume), 0, 0, 0, "FILE", "go on with the film in FILE", "--continue,--load"},
  {"--strict", OPTION_FLAG, EVALUATE, AT(strict), 0, 0, 0, NULL, "warnings are errors", "-W,--werror"},
  {"--quiet", OPTION_FLAG, EVALUATE | COMPARE, AT(quiet), 0, 0, 0, NULL, "only errors and warnings", "-q,--silent"},
  {"--json", OPTION_FLAG, SCENE | PARAMS | DOC | COMPARE, AT(json), 0, 0, 0, NULL, "diagnostics and results as lines of JSON", NULL},
  {"--schema", OPTION_FLAG, PARAMS, AT(schema), 0, 0, 0, NULL, "what --params takes, as a JSON Schema", "--json-schema"},
  {"--search", OPTION_TEXT, DOC, AT(search), 0, 0, 0, "WORD", "entries and fields that mention WORD", "-s,--find,--grep"},
  {"--markdown", OPTION_FLAG, DOC, AT(markdown), 0, 0, 0, NULL, "the whole reference as Markdown", "--md"},
  {"--dump-scene", OPTION_FLAG, CHECK, AT(dump_scene), 0, 0, 0, NULL, "the scene that the script made, as stable text",
   "--dump,--print-scene"},
  {"--dry-run", OPTION_FLAG, FIX, AT(dry_run), 0, 0, 0, NULL, "only say what would be changed", "-n,--check"},
  {"--help", OPTION_FLAG, EVALUATE | DOC | COMPARE | INIT | 1, AT(help), 0, 0, 0, NULL, "this help", NULL},
  {"--version", OPTION_FLAG, 1, AT(version), 0, 0, 0, NULL, "versions of moonlit, its pictures and its language", "-v,-V"},
};
enum { SPEC_COUNT = sizeof specs / sizeof *specs };

static const char *const commands[COMMAND_COUNT] = {"", "render", "check", "hash", "params", "doc", "compare", "fix", "init"};
static const char *const integrators[] = {"path", "whitted", "ao", "normals", "albedo", "depth", NULL}; /* as MlIntegrator */
static const char *const tonemaps[] = {"agx", "neutral", "none", "false_color", NULL};                  /* as MlTonemap */
static const char *const builds[] = {"default", "fast", "high", NULL};                                  /* as MlBuild */

const char *command_name(Command command) { return commands[command]; }

/* ---------------------------------------------------------------- messages */

static bool wrong(char message[400], const char *format, ...) __attribute__((format(printf, 2, 3)));
static bool wrong(char message[400], const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(message, 400, format, arguments);
  va_end(arguments);
  return false;
}

/* Letters to change, add, drop or swap with a neighbour (Damerau-Levenshtein, restricted); words of at most 31 letters. */
static unsigned word_distance(const char *a, const char *b) {
  const size_t n = strlen(a), m = strlen(b);
  if (n > 31 || m > 31) return 99;
  unsigned d[32][32];
  for (size_t i = 0; i <= n; i++) d[i][0] = (unsigned)i;
  for (size_t j = 0; j <= m; j++) d[0][j] = (unsigned)j;
  for (size_t i = 1; i <= n; i++) {
    for (size_t j = 1; j <= m; j++) {
      unsigned best = d[i - 1][j - 1] + (a[i - 1] != b[j - 1]);
      if (d[i - 1][j] + 1 < best) best = d[i - 1][j] + 1;
      if (d[i][j - 1] + 1 < best) best = d[i][j - 1] + 1;
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] && d[i - 2][j - 2] + 1 < best) best = d[i - 2][j - 2] + 1;
      d[i][j] = best;
    }
  }
  return d[n][m];
}

typedef struct Nearest {
  const char *word, *name;
  unsigned distance;
} Nearest;

static void consider(Nearest *nearest, const char *name) {
  const unsigned distance = word_distance(nearest->word, name);
  if (distance < nearest->distance) nearest->distance = distance, nearest->name = name;
}

/* The nearest name if it is near enough to be meant, else NULL. */
static const char *nearest_name(const Nearest *nearest) {
  const unsigned most = (unsigned)strlen(nearest->word) / 3;
  return nearest->distance <= (most > 1 ? most : 1) ? nearest->name : NULL;
}

/* Does the list "a,b" hold the word? */
static bool is_listed(const char *list, const char *word) {
  const size_t length = strlen(word);
  for (const char *at = list; at && *at;) {
    const size_t size = strcspn(at, ",");
    if (size == length && memcmp(at, word, size) == 0) return true;
    at += size + (at[size] == ',');
  }
  return false;
}

static bool unknown_option(Command command, const char *name, char message[400]) {
  Nearest nearest = {.word = name, .distance = 99};
  const char *synonym = NULL;
  for (int i = 0; i < SPEC_COUNT; i++) {
    if (!(specs[i].commands >> command & 1)) continue;
    if (is_listed(specs[i].synonyms, name)) synonym = specs[i].name;
    consider(&nearest, specs[i].name);
  }
  const char *of = commands[command];
  // A single letter is near to every other.
  const char *meant = synonym ? synonym : strlen(name) > 2 ? nearest_name(&nearest) : NULL;
  if (meant) return wrong(message, "%s is not an option; did you mean %s?", name, meant);
  return wrong(message, "%s is not an option; see moonlit %s%s--help", name, of, *of ? " " : "");
}

static bool misplaced_option(const OptionSpec *spec, Command command, char message[400]) {
  char list[80] = "";
  for (int c = 1; c < COMMAND_COUNT; c++) {
    if (!(spec->commands >> c & 1)) continue;
    const size_t used = strlen(list);
    snprintf(list + used, sizeof list - used, "%s%s", used ? ", " : "", commands[c]);
  }
  if (!*list) return wrong(message, "%s stands alone: moonlit %s", spec->name, spec->name);
  if (command == COMMAND_NONE) return wrong(message, "%s comes after a command: %s", spec->name, list);
  return wrong(message, "%s is not an option of moonlit %s; it belongs to: %s", spec->name, commands[command], list);
}

/* ------------------------------------------------------------------ values */

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

/* Decimal digits up to `max`; returns the end, NULL if there is no number or it is too large. */
static const char *read_count(const char *text, uint64_t max, uint64_t *out) {
  if (!is_digit(*text)) return NULL;
  uint64_t value = 0;
  for (; is_digit(*text); text++) {
    const uint64_t digit = (uint64_t)(*text - '0');
    if (value > (max - digit) / 10) return NULL;
    value = value * 10 + digit;
  }
  *out = value;
  return text;
}

/* `count` numbers 0..65535 with `separator` between them, and nothing else. */
static bool read_list(const char *text, char separator, uint32_t *out, int count) {
  for (int i = 0; i < count; i++) {
    uint64_t value = 0;
    if (i > 0 && *text++ != separator) return false;
    text = read_count(text, 65535, &value);
    if (!text) return false;
    out[i] = (uint32_t)value;
  }
  return *text == '\0';
}

/* "x,y,z", each -most..most. */
static bool read_point(const char *text, double most, double *out) {
  for (int i = 0; i < 3; i++) {
    const char *end;
    if (i > 0 && *text++ != ',') return false;
    const double value = ml_parse_number(text, &end);
    if (end == text || !(value >= -most && value <= most)) return false;
    out[i] = value;
    text = end;
  }
  return *text == '\0';
}

/* "500M", "1.5G", "2GiB", "1048576": bytes, at least a megabyte of them; letters count in powers of 1024. */
static bool read_bytes(const char *text, uint64_t *out) {
  const char *end;
  double value = is_digit(*text) ? ml_parse_number(text, &end) : -1.0;
  if (value < 0.0) return false;
  static const char letters[] = "KMGT";
  const char *letter = *end ? strchr(letters, *end & ~0x20) : NULL;
  if (letter) {
    for (const char *l = letters; l <= letter; l++) value *= 1024.0;
    end++;
    if (*end == 'i') end++;
  }
  if (*end == 'B' || *end == 'b') end++;
  if (*end || !(value >= 1048576.0 && value < 9e18)) return false;
  *out = (uint64_t)value;
  return true;
}

static bool add_set(Options *options, char *text, char message[400]) {
  char *equals = strchr(text, '=');
  if (!equals || equals == text) return wrong(message, "--set: expected name=value, got '%.100s'", text);
  ScriptSet *sets = realloc(options->sets, (options->set_count + 1) * sizeof *sets);
  if (!sets) return wrong(message, "--set: out of memory");
  *equals = '\0'; /* argv may be written to; value stays in place */
  sets[options->set_count] = (ScriptSet){.name = text, .value = equals + 1};
  options->sets = sets;
  options->set_count++;
  return true;
}

static bool read_value(Options *options, const OptionSpec *spec, char *text, char message[400]) {
  void *at = (char *)options + spec->offset;
  uint64_t count = 0;
  const char *end;
  switch (spec->kind) {
  case OPTION_FLAG: *(bool *)at = true; break;
  case OPTION_TEXT:
    if (!*text) return wrong(message, "%s: expected %s, got nothing", spec->name, spec->value);
    *(const char **)at = text;
    break;
  case OPTION_COUNT:
    end = read_count(text, (uint64_t)spec->max, &count);
    if (!end || *end || count < (uint64_t)spec->min)
      return wrong(message, "%s: expected a whole number %.0f to %.0f, got '%.100s'", spec->name, spec->min, spec->max, text);
    *(uint32_t *)at = (uint32_t)count;
    break;
  case OPTION_SEED:
    end = read_count(text, UINT64_MAX, &count);
    if (!end || *end) return wrong(message, "%s: expected a whole number from 0 to 2^64 - 1, got '%.100s'", spec->name, text);
    *(uint64_t *)at = count;
    break;
  case OPTION_EXPOSURE:
    options->auto_exposure = strcmp(text, "auto") == 0;
    if (options->auto_exposure) break;
    /* fall through */
  case OPTION_NUMBER: {
    const double value = ml_parse_number(text, &end);
    if (end == text || *end || !(value >= spec->min && value <= spec->max))
      return wrong(message, "%s: expected a number %.10g to %.10g%s, got '%.100s'", spec->name, spec->min, spec->max,
                   spec->kind == OPTION_EXPOSURE ? " or auto" : "", text);
    *(double *)at = value;
    break;
  }
  case OPTION_SIZE: {
    uint32_t size[2];
    if (!read_list(text, 'x', size, 2) || size[0] == 0 || size[1] == 0)
      return wrong(message, "%s: expected WIDTHxHEIGHT, each 1 to 65535, such as 1280x720, got '%.100s'", spec->name, text);
    memcpy(at, size, sizeof size);
    break;
  }
  case OPTION_CROP: {
    uint32_t crop[4];
    if (!read_list(text, ',', crop, 4) || crop[2] == 0 || crop[3] == 0)
      return wrong(message, "%s: expected X,Y,WIDTH,HEIGHT in pixels, such as 0,0,320,200, got '%.100s'", spec->name, text);
    memcpy(at, crop, sizeof crop);
    break;
  }
  case OPTION_POINT: {
    double point[3];
    if (!read_point(text, spec->max, point))
      return wrong(message, "%s: expected X,Y,Z in metres, such as 0,1.6,5, got '%.100s'", spec->name, text);
    memcpy(at, point, sizeof point);
    break;
  }
  case OPTION_BYTES:
    if (!read_bytes(text, at)) return wrong(message, "%s: expected a size such as 500M or 2G, at least 1M, got '%.100s'", spec->name, text);
    break;
  case OPTION_NAME: {
    const char *const *names = spec->offset == AT(tonemap) ? tonemaps : spec->offset == AT(build) ? builds : integrators;
    Nearest nearest = {.word = text, .distance = 99};
    uint32_t i = 0;
    while (names[i] && strcmp(text, names[i]) != 0) consider(&nearest, names[i++]);
    if (!names[i]) {
      const char *meant = nearest_name(&nearest);
      return wrong(message, "%s: expected one of %s, got '%.100s'%s%s%s", spec->name, spec->help, text, meant ? "; did you mean " : "",
                   meant ? meant : "", meant ? "?" : "");
    }
    *(uint32_t *)at = i;
    break;
  }
  case OPTION_SET: return add_set(options, text, message);
  }
  if (spec->has) *(bool *)((char *)options + spec->has) = true;
  return true;
}

/* ----------------------------------------------------------------- parsing */

static const OptionSpec *find_option(const char *name, size_t length) {
  for (int i = 0; i < SPEC_COUNT; i++)
    if (strlen(specs[i].name) == length && memcmp(specs[i].name, name, length) == 0) return &specs[i];
  if (length == 2 && memcmp(name, "-h", 2) == 0) return find_option("--help", 6);
  if (length == 8 && memcmp(name, "--output", 8) == 0) return find_option("-o", 2);
  return NULL;
}

/* argument is an option; *value becomes the text after "=" or, for -oFILE, after the letter. */
static bool parse_option(Options *options, char *argument, char *next, bool *used_next, char message[400]) {
  const bool is_long = argument[1] == '-';
  char *equals = is_long ? strchr(argument, '=') : NULL;
  const size_t length = equals ? (size_t)(equals - argument) : is_long ? strlen(argument) : 2;
  char *value = equals ? equals + 1 : !is_long && argument[2] ? argument + 2 : NULL;

  const OptionSpec *spec = find_option(argument, length);
  if (!spec) {
    char name[40];
    snprintf(name, sizeof name, "%.*s", (int)(length < 39 ? length : 39), argument);
    return unknown_option(options->command, name, message);
  }
  if (!(spec->commands >> options->command & 1)) return misplaced_option(spec, options->command, message);
  if (spec->kind == OPTION_FLAG) {
    if (value) return wrong(message, "%s takes no value, got '%.100s'", spec->name, value);
  } else if (!value) {
    if (!next) return wrong(message, "%s: expected %s after it: %s", spec->name, spec->value, spec->help);
    value = next;
    *used_next = true;
  }
  return read_value(options, spec, value, message);
}

static bool parse_command(Options *options, const char *word, char message[400]) {
  Nearest nearest = {.word = word, .distance = 99};
  for (int c = 1; c < COMMAND_COUNT; c++) {
    if (strcmp(word, commands[c]) == 0) {
      options->command = (Command)c;
      return true;
    }
    consider(&nearest, commands[c]);
  }
  const size_t length = strlen(word);
  if (length > 4 && strcmp(word + length - 4, ".lua") == 0)
    return wrong(message, "'%.100s' is not a command; did you mean moonlit render %.100s?", word, word);
  if (strcmp(word, "version") == 0) return wrong(message, "'version' is not a command; did you mean moonlit --version?");
  const char *meant = nearest_name(&nearest);
  if (meant) return wrong(message, "'%.100s' is not a command; did you mean %s?", word, meant);
  return wrong(message, "'%.100s' is not a command; there are render, check, hash, params, doc, compare, fix, init (moonlit --help)", word);
}

bool options_parse(Options *options, int argc, char **argv, char message[400]) {
  memset(options, 0, sizeof *options);
  bool only_names = false;
  for (int i = 1; i < argc; i++) {
    char *argument = argv[i];
    if (!only_names && strcmp(argument, "--") == 0) {
      only_names = true;
    } else if (!only_names && argument[0] == '-' && argument[1]) {
      bool used_next = false;
      if (!parse_option(options, argument, i + 1 < argc ? argv[i + 1] : NULL, &used_next, message)) return false;
      i += used_next;
    } else if (options->command == COMMAND_NONE) {
      if (strcmp(argument, "help") == 0) options->help = true;
      else if (!parse_command(options, argument, message)) return false;
    } else if (!options->scene) {
      options->scene = argument;
    } else if (options->command == COMMAND_COMPARE && !options->other) {
      options->other = argument;
    } else if (options->command == COMMAND_COMPARE) {
      return wrong(message, "two pictures at a time: '%.100s' is a third", argument);
    } else {
      return wrong(message, "one %s at a time: '%.100s' and '%.100s'",
                   options->command == COMMAND_DOC    ? "name"
                   : options->command == COMMAND_INIT ? "folder"
                                                      : "scene",
                   options->scene, argument);
    }
  }
  if (options->help || options->version) return true;
  if (options->command == COMMAND_NONE)
    return wrong(message, "what shall be done? There are render, check, hash, params, doc, compare, fix, init (moonlit --help)");
  if (options->command == COMMAND_COMPARE && !options->other)
    return wrong(message, "which two pictures? moonlit compare REFERENCE PICTURE");
  if (options->command != COMMAND_DOC && options->command != COMMAND_INIT && !options->scene)
    return wrong(message, "which scene? moonlit %s SCENE.lua", commands[options->command]);
  return true;
}

void options_free(Options *options) { free(options->sets); }

/* -------------------------------------------------------------------- help */

void options_write_help(Command command, const MlSink *sink) {
  for (int i = 0; i < SPEC_COUNT; i++) {
    if (!(specs[i].commands >> command & 1)) continue;
    char head[40], line[160];
    snprintf(head, sizeof head, "%s%s%s", specs[i].name, specs[i].value ? " " : "", specs[i].value ? specs[i].value : "");
    const int length = snprintf(line, sizeof line, "  %-21s %s\n", head, specs[i].help);
    sink->write(sink->ud, line, (size_t)length);
  }
}

void options_visit(void (*visit)(void *ud, const char *name), void *ud) {
  for (int i = 0; i < SPEC_COUNT; i++) visit(ud, specs[i].name);
}
