/* bridge.h - the engine and its director behind shared memory: what the page has in place of a command line.
 *
 *   page (JavaScript)  --request, stop, threads, files-->  Bridge  --status words, report, frame-->  page
 *
 * The page never calls into the engine after bridge_start(): it writes a request into memory, bumps the generation, and wakes the director,
 * a thread that evaluates the newest scene, renders it with the engine's pool and keeps the status block. All that the page reads is words,
 * figures, the report's JSON and the frame's pixels. Nothing here waits for the page.
 *
 * A request is the whole of what is wanted; the director does the least that leads there:
 *   another script_version     evaluates, builds, renders
 *   another view or settings   renders the scene that it has
 *   the same but for `stop`    goes on with the film that it has; another number of threads, too
 *
 * Built without threads the same steps run inside bridge_step(), in an ordinary Worker that writes the request in its own memory.
 *
 * Files (asset_turn): 0 the page may write asset_size, asset_name_size and the name, then sets 1; the director allocates, writes
 * asset_address and sets 2 (or 3: no memory, or the file is larger than what is left; the page sets 0); the page copies the bytes and sets 4;
 * the director keeps them and sets 0. With asset_size -1 it forgets the file and sets 0. A changed file takes another script_version to be
 * seen. */
#ifndef MOONLIT_WEB_BRIDGE_H
#define MOONLIT_WEB_BRIDGE_H

#include <stdint.h>

enum { BRIDGE_MAX_SOURCE = 4 << 20, BRIDGE_MAX_TEXT = BRIDGE_MAX_SOURCE + (256 << 10), BRIDGE_MAX_NAME = 1024 };
enum { BRIDGE_MAX_LISTED = 1000, BRIDGE_BAND = 32 };

typedef enum BridgeState {
  BRIDGE_STARTING,
  BRIDGE_IDLE,       /* complete, stopped, or nothing asked for */
  BRIDGE_EVALUATING, /* the script, or building its scene */
  BRIDGE_RENDERING,
  BRIDGE_WRONG, /* the scene has errors, lacks files, or could not be rendered: the report says what; the frame is the last good one */
} BridgeState;

/* Written by the page under request_sequence. Strings are UTF-8. */
typedef struct BridgeRequest {
  int32_t script_version; /* grows whenever name, parameters, source, files or limits change */
  int32_t name_size, sets_size, source_size; /* bytes; what they measure lies in `text` in this order */
  int32_t width, height;        /* pixels; 0: as the scene says */
  int32_t samples;              /* 0: as the scene says */
  int32_t time_limit_ms;        /* of the script; 0: 10 s */
  int32_t script_memory_mb;     /* 0: 256 MiB */
  int32_t has_camera;           /* 1: camera below in place of the scene's */
  int32_t camera_kind;          /* MlCameraKind */
  int32_t camera_blades;
  double camera[13];            /* from, look_at, up, fov, height, aperture, focus: as in MlCamera */
  char text[BRIDGE_MAX_TEXT];   /* name; sets, "name\0value\0" each; source */
} BridgeRequest;

/* Memory that the page needs to know: int32 addresses in this order. */
typedef struct BridgeBlock {
  int32_t words, figures, request, asset_name;
} BridgeBlock;

/* Starts engine and director. threads: 1..1024; memory_cap: bytes for everything, also of the WebAssembly memory. The block, or NULL: out of memory or
 * no thread to be had. Once per process (a module is thrown away with its memory). */
const BridgeBlock *bridge_start(uint32_t threads, double memory_cap);
/* Without threads: at most about `seconds` of work (an evaluation or a build is done whole). 1: there is more to do. With threads: 0. */
int bridge_step(double seconds);
/* Natively, for tests: ends the director and frees everything. */
void bridge_stop(void);

/* The report: JSON, whose parts are missing where they are not known.
 *   {"generation":n,
 *    "script":{"diagnostics":[...],"errors":n,"warnings":n,"limit":"..."},     as `moonlit check --json`
 *    "console":"file:line: text\n...", "params":[...] as `moonlit params --json`, "missing":["wood.jpg"], "assets":["rock.png"],
 *    (the first BRIDGE_MAX_LISTED of each)
 *    "scene":{"shapes","triangles","center":[x,y,z],"radius"}, "picture":{"width","height","samples"},
 *    "camera":{"kind":"perspective"|"orthographic","from":[],"look_at":[],"up":[],"fov","height","aperture","focus","blades"},  the script's, resolved
 *    "failure":"..."}   why it could not be rendered or encoded, where the script is right */

#endif
