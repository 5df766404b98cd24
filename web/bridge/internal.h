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

/* What of a picture is under way. */
typedef enum Phase {
  PHASE_REST,
  PHASE_COARSE, /* a small film, to be shown enlarged */
  PHASE_FULL,
} Phase;

/* The picture that is wanted, from its first rays to its file, and what is left of the one before it (picture.c). */
typedef struct Picture {
  MlEngine *engine;
  Status *status;
  Frame frame;
  int32_t generation;         /* of the picture that was begun last */
  const MlScene *scene;       /* held by the caller as long as the picture may go on */
  MlView view;
  MlSettings settings;
  MlFilm *film, *coarse;
  int32_t film_generation;    /* the picture that `film` is of: while only the coarse picture is there, an older one */
  MlRender *render;
  Phase phase;
  uint32_t coarse_scale;
  int32_t threads;            /* wished for when the render began; the engine may have got fewer */
  double seconds, rays;       /* of earlier stretches of this film */
  double noise_factor;        /* standard error times the root of samples, -1: not known */
  uint32_t noise_samples;     /* the fewest samples for which it was last looked at */
  double asked_at;            /* when the request was seen, ml_clock() */
  bool first_pixels;
} Picture;
/* Ends what is under way and begins the picture of that scene, view and settings. false: it cannot be rendered, error says why. */
bool picture_begin(Picture *picture, int32_t generation, double asked_at, const MlScene *scene, const MlView *view, const MlSettings *settings,
                   MlError *error);
/* Goes on with its film, if nothing is under way: after its beginning, or after picture_end. */
bool picture_go_on(Picture *picture, MlError *error);
typedef enum PictureNews { PICTURE_RUNNING, PICTURE_COMPLETE, PICTURE_FAILED } PictureNews;
/* Looks at what is under way, shows what there is, waits for about `seconds` or, at most so long, for a word after `seen` of the page's. */
PictureNews picture_follow(Picture *picture, double seconds, int32_t seen, MlError *error);
/* Nothing is under way after it; the film stays. */
void picture_end(Picture *picture);
/* The picture that the frame shows, as a file. false: there is none yet, or it was refused; error says why. */
bool picture_encode(const Picture *picture, MlImageFormat format, const MlSink *sink, MlError *error);
void picture_free(Picture *picture);

/* The report of bridge.h. Any part may be NULL. */
typedef struct ReportParts {
  int32_t generation;
  const ScriptEvaluation *evaluation;
  const MlScene *scene;
  const MlView *view;         /* as wanted */
  const MlSettings *settings;
  const MlCamera *camera;     /* the script's, resolved */
  const char *failure;        /* "" or NULL: none */
} ReportParts;
/* Replaces the report in `buffer`, under its lock. */
void report_write(Buffer *buffer, Status *status, const ReportParts *parts);

#endif
