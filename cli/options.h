/* options.h - the command line, checked: which command, and every option's value. One table (options.c) holds names, ranges, help and
 * which commands take which option; parsing, messages and --help are made from it. */
#ifndef MOONLIT_CLI_OPTIONS_H
#define MOONLIT_CLI_OPTIONS_H

#include "script.h"

typedef enum Command {
  COMMAND_NONE,
  COMMAND_RENDER,
  COMMAND_CHECK,
  COMMAND_HASH,
  COMMAND_PARAMS,
  COMMAND_DOC,
  COMMAND_COMPARE,
  COMMAND_FIX,
  COMMAND_INIT,
  COMMAND_COUNT
} Command;

/* A camera in place of the scene's: what is not given stays as the scene has it. */
typedef struct CameraOptions {
  bool has_from, has_look_at, has_up, has_fov, has_height, has_aperture, has_focus;
  double from[3], look_at[3], up[3]; /* metres */
  double fov, height;                /* degrees; metres, of an orthographic view */
  double aperture, focus;            /* metres; focus 0: the distance to look_at */
} CameraOptions;

typedef struct Options {
  Command command;
  bool help, version;
  const char *scene;      /* the scene, doc's NAME or compare's first picture; NULL when not given */
  const char *other;      /* compare's second picture */
  const char *output;     /* "-" is standard output */
  uint32_t width, height; /* 0: not given, as for all numbers below without a has_ of their own */
  uint32_t crop[4];       /* x, y, width, height; width 0: not given */
  uint32_t samples, threads, tile;
  bool has_seed, has_exposure, has_integrator, has_tonemap;
  uint64_t seed;
  bool auto_exposure;   /* with has_exposure: by the picture, whatever the scene says */
  double exposure;      /* EV, else */
  uint32_t integrator;  /* MlIntegrator */
  uint32_t tonemap;     /* MlTonemap */
  uint32_t build;       /* MlBuild */
  double white_balance; /* K */
  CameraOptions view;
  const char *camera, *isa, *film, *resume, *search;
  const char *params;     /* a file of parameters */
  const char *difference; /* compare: where FLIP's picture goes */
  double max_flip;        /* compare: more is a failure; with has_max_flip */
  bool has_max_flip;
  double time_limit, eval_timeout; /* seconds */
  uint64_t memory;                 /* bytes */
  ScriptSet *sets;                 /* one block, freed by options_free */
  size_t set_count;
  bool strict, quiet, json, markdown, schema, dry_run, dump_scene;
} Options;

/* argv[0] is not looked at. false: *message says what is wrong with the call, in one line. */
bool options_parse(Options *options, int argc, char **argv, char message[400]);
void options_free(Options *options);

const char *command_name(Command command);
/* The lines of --help for the options of a command. */
void options_write_help(Command command, const MlSink *sink);
/* Calls visit for every option name, "--size" and the like: what documentation must mention. */
void options_visit(void (*visit)(void *ud, const char *name), void *ud);

#endif
