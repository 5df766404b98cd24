/* help.c - moonlit --help, moonlit COMMAND --help, moonlit --version. */
#include "cli.h"

static const char overview[] = "moonlit renders scenes that are Lua programs.\n"
                               "\n"
                               "  moonlit render SCENE.lua [options]    a picture: SCENE.png, or what -o names\n"
                               "  moonlit check  SCENE.lua [options]    errors, warnings, statistics\n"
                               "  moonlit hash   SCENE.lua [options]    the picture's hash, alone on the last line\n"
                               "  moonlit params SCENE.lua [--json]     the scene's parameters\n"
                               "  moonlit doc    [NAME] [--search WORD] the language's reference\n"
                               "  moonlit compare REFERENCE PICTURE     how far two picture files are apart\n"
                               "  moonlit fix    SCENE.lua [options]    takes over what messages suggest\n"
                               "  moonlit init   [FOLDER]               a first scene, and settings for editors\n"
                               "  moonlit --version\n"
                               "\n"
                               "Options of render (moonlit COMMAND --help lists those of the others):\n";

static const char *const usages[COMMAND_COUNT] = {
  [COMMAND_RENDER] = "moonlit render SCENE.lua [options]\n"
                     "Renders the scene to SCENE.png, or to what -o names. Ctrl-C writes what there is by then.\n\n",
  [COMMAND_CHECK] = "moonlit check SCENE.lua [options]\n"
                    "Evaluates and builds the scene: errors, warnings, statistics, and whether it fits in memory.\n\n",
  [COMMAND_HASH] = "moonlit hash SCENE.lua [options]\n"
                   "Renders the scene and prints the film's hash, alone on the last line: equal hashes are equal pictures.\n\n",
  [COMMAND_PARAMS] = "moonlit params SCENE.lua [options]\n"
                     "Lists the parameters that the scene declares; --set changes them.\n\n",
  [COMMAND_DOC] = "moonlit doc [NAME] [options]\n"
                  "Help for an entry of the language, or the list of all.\n\n",
  [COMMAND_COMPARE] =
    "moonlit compare REFERENCE PICTURE [options]\n"
    "How far two picture files (png, jpg, hdr, pfm, tga, bmp) are apart: pixels that differ, RMSE, relative MSE, and FLIP, which\n"
    "is what someone sees who flips between them (0 nothing, 1 the most). Linear ones (hdr, pfm) are measured in radiance and\n"
    "seen with the exposure that suits the reference, or with --exposure.\n\n",
  [COMMAND_FIX] = "moonlit fix SCENE.lua [options]\n"
                  "Takes over what messages suggest (\"did you mean\"), says each change, and writes the scene, whole or not at all.\n\n",
  [COMMAND_INIT] =
    "moonlit init [FOLDER]\n"
    "Writes scene.lua, a first scene, and for editors with the Lua language server .luarc.json and moonlit.d.lua, which knows all words of\n"
    "the language. The first two are left alone where they are there already.\n\n",
};

static const char codes[] = "\nExit status: 0 done; 1 could not (files, memory); 2 the scene or the call is wrong; 130 interrupted.\n";

int command_help(Command command) {
  const MlSink sink = stream_sink(stdout);
  fputs(command == COMMAND_NONE ? overview : usages[command], stdout);
  options_write_help(command == COMMAND_NONE ? COMMAND_RENDER : command, &sink);
  fputs(codes, stdout);
  return output_arrived() ? EXIT_DONE : EXIT_COULD_NOT;
}

int command_version(void) {
  printf("moonlit %s\npicture version %d\nlanguage version %d\ninstruction sets", ML_VERSION, ML_PICTURE_VERSION, ML_LANGUAGE_VERSION);
  for (const char *const *name = ml_isa_names(); *name; name++) printf(" %s", *name);
  putchar('\n');
  return output_arrived() ? EXIT_DONE : EXIT_COULD_NOT;
}
