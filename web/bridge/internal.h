/* internal.h - what the bridge's files share. All of one process's only bridge; everything but the status block belongs to the director. */
#ifndef MOONLIT_WEB_INTERNAL_H
#define MOONLIT_WEB_INTERNAL_H

#include <stdatomic.h>

#include "bridge.h"
#include "script.h"

enum Word {
#define WORD(name) WORD_##name,
#include "words.def"
#undef WORD
  WORD_COUNT
};
enum Figure {
#define FIGURE(name) FIGURE_##name,
#include "figures.def"
#undef FIGURE
  FIGURE_COUNT
};

/* The status block (words.def, figures.def). Figures are bits of doubles. */
typedef struct Status {
  _Atomic int32_t words[WORD_COUNT];
  _Alignas(8) _Atomic uint64_t figures[FIGURE_COUNT];
} Status;

int32_t word_get(const Status *status, enum Word word);
void word_set(Status *status, enum Word word, int32_t value);
void figure_set(Status *status, enum Figure figure, double value);
/* Around changes of what NAME_sequence guards. */
void lock_begin(Status *status, enum Word sequence);
void lock_end(Status *status, enum Word sequence);

/* A growing piece of text or bytes; `failed` when memory ran out. */
typedef struct Buffer {
  MlEngine *engine;
  char *data;
  size_t size, capacity;
  bool failed;
} Buffer;
void buffer_add(Buffer *buffer, const void *bytes, size_t size);
void buffer_text(Buffer *buffer, const char *text);
void buffer_number(Buffer *buffer, double value); /* JSON, 17 digits; null where it is none */
void buffer_free(Buffer *buffer);
MlSink buffer_sink(Buffer *buffer);

/* Files that were handed over (bridge.h). */
typedef struct BridgeFile {
  char *path;
  void *bytes;
  size_t path_size, size; /* path_size: with its 0 */
} BridgeFile;
typedef struct Files {
  MlEngine *engine;
  BridgeFile *list;
  size_t count, capacity;
  BridgeFile coming; /* between turns 2 and 4 */
} Files;
bool files_turn(Files *files, Status *status, const char *name); /* takes the director's turn, if it is; true: something was done */
ScriptAssets files_assets(Files *files);
void files_free(Files *files);

/* What the page sees. `show` may be called by many threads at once. */
typedef struct Frame {
  MlEngine *engine;
  Status *status;
  uint32_t *pixels;
  uint32_t width, height;
  _Atomic int32_t bands[(UINT16_MAX + BRIDGE_BAND) / BRIDGE_BAND]; /* never moved or freed: the page clears them, perhaps a moment late */
  uint32_t band_count;
  MlDisplay display; /* without the exposure, which comes to be known while rendering */
  _Atomic float exposure;
} Frame;
/* A frame of that size for `generation`; pixels stay where the size does. false: out of memory, nothing was changed. */
bool frame_begin(Frame *frame, uint32_t width, uint32_t height, int32_t generation);
/* All of a smaller film's picture, smoothly enlarged to the frame's size. */
bool frame_enlarge(Frame *frame, const MlFilm *film);
void frame_show(Frame *frame, const MlFilm *film, uint32_t x0, uint32_t y0, uint32_t x1, uint32_t y1);
void frame_free(Frame *frame);

/* The report of bridge.h. Any part may be NULL. */
typedef struct ReportParts {
  int32_t generation;
  const ScriptEvaluation *evaluation;
  const MlScene *scene;
  const MlView *view;         /* as rendered */
  const MlSettings *settings;
  const MlCamera *camera;     /* the script's, resolved */
  const char *failure;        /* "" or NULL: none */
} ReportParts;
/* Replaces the report in `buffer`, under its lock. */
void report_write(Buffer *buffer, Status *status, const ReportParts *parts);

#endif
