/* init.c - moonlit init: a folder to write scenes in: a first scene, and what editors with the Lua language server want to know. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cli.h"

static const char scene[] =
  "-- A scene is a Lua program: what it makes is in the picture. Try\n"
  "--   moonlit render scene.lua            the picture: scene.png\n"
  "--   moonlit doc sphere                  what a word means\n"
  "--   moonlit render scene.lua --set balls=40\n"
  "local balls = param(\"balls\", 24, { min = 1, max = 200, int = true, help = \"how many are in the ring\" })\n"
  "\n"
  "camera{ from = {0, 2.2, 6}, look_at = {0, 0.7, 0}, fov = 36 }\n"
  "sky{ sun = {30, 50} }                       -- height and heading of the sun, in degrees\n"
  "\n"
  "plane{ material = checker{ \"#d8d4cc\", \"#8a8680\" } }\n"
  "sphere{ radius = 1, floor = true, material = metal{ \"gold\", roughness = 0.1 } }\n"
  "\n"
  "local r = rng \"ring\"                        -- the same numbers in every run\n"
  "for i = 1, balls do\n"
  "  sphere{ radius = r(0.08, 0.2), floor = true, material = hsv(360 * i / balls, 0.7, 0.9) }:at(0, 0, r(1.5, 2.2)):turn_y(360 * i / balls)\n"
  "end\n";

static const char settings[] =
  "{\n"
  "  \"$schema\": \"https://raw.githubusercontent.com/LuaLS/vscode-lua/master/setting/schema.json\",\n"
  "  \"runtime.version\": \"Lua 5.4\",\n"
  "  \"runtime.builtin\": {\n"
  "    \"io\": \"disable\", \"os\": \"disable\", \"debug\": \"disable\", \"coroutine\": \"disable\", \"package\": \"disable\"\n"
  "  },\n"
  "  \"workspace.library\": [\"moonlit.d.lua\"],\n"
  "  \"diagnostics.disable\": [\"lowercase-global\"]\n"
  "}\n";

typedef struct Definitions {
  char *text;
  size_t size, capacity;
} Definitions;

static bool append(void *ud, const void *bytes, size_t count) {
  Definitions *d = ud;
  if (count > d->capacity - d->size) {
    const size_t capacity = 2 * (d->size + count) + 65536;
    char *text = realloc(d->text, capacity);
    if (!text) return false;
    d->text = text;
    d->capacity = capacity;
  }
  memcpy(d->text + d->size, bytes, count);
  d->size += count;
  return true;
}

/* replace: a file of this name is ours; else what is there stays. */
static int write_one(const char *folder, const char *name, const char *text, size_t size, bool replace) {
  char path[4096];
  struct stat there;
  MlError error = {0};
  const MlSink sink = stream_sink(stdout);
  if ((size_t)snprintf(path, sizeof path, "%s/%s", folder, name) >= sizeof path) {
    say("the folder's path has more than 4000 bytes");
    return EXIT_COULD_NOT;
  }
  const bool kept = !replace && lstat(path, &there) == 0;
  if (!kept && ml_file_write(path, text, size, &error) != ML_OK) return say_error(&error);
  fputs(kept ? "kept   " : "wrote  ", stdout);
  script_write_visible(path, strlen(path), &sink);
  fputc('\n', stdout);
  return EXIT_DONE;
}

int command_init(const Options *options) {
  const char *folder = options->scene ? options->scene : ".";
  Definitions definitions = {0};
  const MlSink sink = {.write = append, .ud = &definitions};
  if (mkdir(folder, 0777) != 0 && errno != EEXIST) {
    say("%s: %s", folder, strerror(errno));
    return EXIT_COULD_NOT;
  }
  script_write_luals(&sink);
  int code = write_one(folder, "scene.lua", scene, sizeof scene - 1, false);
  if (code == EXIT_DONE) code = write_one(folder, ".luarc.json", settings, sizeof settings - 1, false);
  if (code == EXIT_DONE) code = write_one(folder, "moonlit.d.lua", definitions.text, definitions.size, true);
  free(definitions.text);
  if (!output_arrived() && code == EXIT_DONE) code = EXIT_COULD_NOT;
  return code;
}
