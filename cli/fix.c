/* fix.c - moonlit fix: takes over what messages suggest ("did you mean"), until nothing more is suggested; the scene is written whole or not at all. */
#include <stdlib.h>
#include <string.h>

#include "input.h"
#include "scene.h"

enum { PASSES = 20 };

/* A scene's text while it is mended; from malloc. */
typedef struct Draft {
  char *text;
  size_t size;
} Draft;

/* The byte at line and column (in characters, both from 1); the text's end where there is none. */
static size_t place_of(const Draft *d, uint32_t line, uint32_t column) {
  size_t at = 0;
  for (; line > 1 && at < d->size; line--) {
    const char *end = memchr(d->text + at, '\n', d->size - at);
    at = end ? (size_t)(end - d->text) + 1 : d->size;
  }
  for (; column > 1 && at < d->size && d->text[at] != '\n'; column--)
    for (at++; at < d->size && ((unsigned char)d->text[at] & 0xC0) == 0x80;) at++;
  return at;
}

static bool replace(Draft *d, size_t from, size_t to, const char *by) {
  const size_t size = strlen(by), after = d->size - to;
  char *text = malloc(from + size + after + 1);
  if (!text) return false;
  memcpy(text, d->text, from);
  memcpy(text + from, by, size);
  memcpy(text + from + size, d->text + to, after);
  free(d->text);
  *d = (Draft){text, from + size + after};
  return true;
}

/* "scene.lua:2:9: radus -> radius" */
static void tell(const ScriptDiagnostic *diagnostic, const char *old, size_t size) {
  const MlSink sink = stream_sink(stdout);
  script_write_visible(diagnostic->file, strlen(diagnostic->file), &sink);
  printf(":%u:%u: ", diagnostic->fix_line, diagnostic->fix_column);
  script_write_visible(old, size, &sink);
  fputs(" \xE2\x86\x92 ", stdout);
  script_write_visible(diagnostic->fix_text, strlen(diagnostic->fix_text), &sink);
  fputc('\n', stdout);
}

/* Applies what the evaluation suggests for the scene's own text, from its end, so that places stay; of what overlaps, the later. false: no memory. */
static bool apply(const SceneFile *scene, Draft *draft, uint32_t *applied, uint32_t *elsewhere) {
  const ScriptEvaluation *e = scene->evaluation;
  size_t limit = draft->size + 1;
  for (size_t i = e->diagnostic_count; i-- > 0;) {
    const ScriptDiagnostic *diagnostic = &e->diagnostics[i];
    if (!diagnostic->has_fix) continue;
    if (strcmp(diagnostic->file, scene->options->scene) != 0) {
      ++*elsewhere;
      continue;
    }
    const size_t from = place_of(draft, diagnostic->fix_line, diagnostic->fix_column);
    const size_t to = place_of(draft, diagnostic->fix_line, diagnostic->fix_end_column);
    if (to < from || to > limit ||
        (to - from == strlen(diagnostic->fix_text) && memcmp(draft->text + from, diagnostic->fix_text, to - from) == 0))
      continue;
    tell(diagnostic, draft->text + from, to - from);
    if (!replace(draft, from, to, diagnostic->fix_text)) return false;
    limit = from;
    ++*applied;
  }
  return true;
}

static int mend(SceneFile *scene, Draft *draft, uint32_t *applied, uint32_t *elsewhere) {
  for (int pass = 0; pass < PASSES; pass++) {
    const uint32_t before = *applied;
    *elsewhere = 0;
    const int code = scene_evaluate(scene, draft->text, draft->size);
    if (!scene->evaluation || scene->evaluation->cancelled || scene->evaluation->out_of_memory)
      return code == EXIT_DONE ? EXIT_COULD_NOT : code;
    if (!apply(scene, draft, applied, elsewhere)) {
      say("out of memory");
      return EXIT_COULD_NOT;
    }
    if (*applied == before) break;
  }
  return EXIT_DONE;
}

int command_fix(const Options *options) {
  SceneFile scene;
  Draft draft = {0};
  InputBytes source = {0};
  MlError error = {0};
  uint32_t applied = 0, elsewhere = 0;
  int code = scene_begin(&scene, options);
  if (code == EXIT_DONE) code = input_read(scene.engine, options->scene, "a scene", SCENE_SOURCE_LIMIT, &source);
  if (code == EXIT_DONE) {
    draft = (Draft){malloc(source.size + 1), source.size};
    if (draft.text && source.size) memcpy(draft.text, source.data, source.size);
    if (!draft.text) say("out of memory"), code = EXIT_COULD_NOT;
  }
  if (code == EXIT_DONE) code = mend(&scene, &draft, &applied, &elsewhere);
  if (code == EXIT_DONE && applied && !options->dry_run && ml_file_write(options->scene, draft.text, draft.size, &error) != ML_OK)
    code = say_error(&error);
  if (code == EXIT_DONE && scene.evaluation) {
    const ScriptEvaluation *e = scene.evaluation;
    const MlSink sink = stream_sink(stderr);
    script_write_diagnostics(e, SCRIPT_WARNING, &sink);
    if (!options->quiet)
      printf("%u change%s%s%s\n", applied, applied == 1 ? "" : "s", applied && options->dry_run ? ", not written" : "",
             e->errors ? "; errors are left" : "");
    if (elsewhere) say("%u suggestion%s for other files of the scene: mend those by themselves", elsewhere, elsewhere == 1 ? "" : "s");
    if (e->errors) code = EXIT_WRONG;
  }
  free(draft.text);
  input_free(scene.engine, &source);
  scene_close(&scene);
  if (!output_arrived() && code == EXIT_DONE) code = EXIT_COULD_NOT;
  return code;
}
