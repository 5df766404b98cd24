/* fix.c - moonlit fix: takes over what messages suggest ("did you mean"), in the scene and the modules that it requires, until nothing more is suggested.
 * Each file is written whole or not at all. */
#include <stdlib.h>
#include <string.h>

#include "input.h"
#include "scene.h"

enum { PASSES = 20 };

/* A text while it is mended; all from malloc. */
typedef struct Draft {
  char *name; /* as in messages; also its path */
  char *text;
  size_t size;
  bool changed;
  struct Draft *next;
} Draft;

/* The scene first, then modules as they are required. */
typedef struct Drafts {
  Draft *first;
  ScriptAssets folder;
  size_t prefix; /* bytes of the scene's own folder, which module's names begin with */
  bool failed;   /* out of memory */
} Drafts;

/* Appends a copy; NULL: no memory. */
static Draft *add_draft(Drafts *drafts, const char *folder, size_t folder_size, const char *name, const void *text, size_t size) {
  Draft *draft = malloc(sizeof *draft), **end = &drafts->first;
  if (draft) *draft = (Draft){malloc(folder_size + strlen(name) + 1), malloc(size + 1), size, false, NULL};
  if (!draft || !draft->name || !draft->text) {
    if (draft) free(draft->name), free(draft->text);
    free(draft);
    drafts->failed = true;
    return NULL;
  }
  if (folder_size) memcpy(draft->name, folder, folder_size);
  strcpy(draft->name + folder_size, name);
  if (size) memcpy(draft->text, text, size);
  while (*end) end = &(*end)->next;
  return *end = draft;
}
static Draft *find_draft(const Drafts *drafts, const char *name) {
  Draft *draft = drafts->first;
  while (draft && strcmp(draft->name, name) != 0) draft = draft->next;
  return draft;
}
static void free_drafts(Drafts *drafts) {
  for (Draft *draft = drafts->first, *next; draft; draft = next) {
    next = draft->next;
    free(draft->name);
    free(draft->text);
    free(draft);
  }
}

/* Modules are read once, and from then on are what is made of them. */
static ScriptAssetStatus read_draft(void *ud, MlEngine *engine, const char *path, uint64_t max_size, void **bytes, size_t *size,
                                    const char **reason) {
  Drafts *drafts = ud;
  const size_t length = strlen(path);
  const Draft *draft = drafts->first;
  while (draft &&
         !(strlen(draft->name) == drafts->prefix + length && strcmp(draft->name + drafts->prefix, path) == 0 && draft != drafts->first))
    draft = draft->next;
  if (draft) {
    *bytes = draft->size ? ml_engine_realloc(engine, NULL, 0, draft->size) : NULL;
    *size = draft->size;
    if (*bytes) memcpy(*bytes, draft->text, draft->size);
    return *bytes || !draft->size ? SCRIPT_ASSET_OK : SCRIPT_ASSET_MEMORY;
  }
  const ScriptAssetStatus status = drafts->folder.read(drafts->folder.ud, engine, path, max_size, bytes, size, reason);
  if (status == SCRIPT_ASSET_OK && length > 4 && strcmp(path + length - 4, ".lua") == 0)
    add_draft(drafts, drafts->first->name, drafts->prefix, path, *bytes, *size);
  return status;
}

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
  d->text = text;
  d->size = from + size + after;
  return d->changed = true;
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

/* Applies what the evaluation suggests, from the end of each text, so that places stay; of what overlaps, the later. false: no memory. */
static bool apply(const SceneFile *scene, Drafts *drafts, uint32_t *applied) {
  const ScriptEvaluation *e = scene->evaluation;
  const Draft *last = NULL;
  size_t limit = 0;
  for (size_t i = e->diagnostic_count; i-- > 0;) {
    const ScriptDiagnostic *diagnostic = &e->diagnostics[i];
    Draft *draft = diagnostic->has_fix ? find_draft(drafts, diagnostic->file) : NULL;
    if (!draft) continue;
    if (draft != last) limit = draft->size + 1;
    last = draft;
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

static int mend(SceneFile *scene, Drafts *drafts, uint32_t *applied) {
  const ScriptAssets assets = {drafts, read_draft};
  for (int pass = 0; pass < PASSES; pass++) {
    const uint32_t before = *applied;
    const int code = scene_evaluate(scene, drafts->first->text, drafts->first->size, &assets);
    if (!scene->evaluation || scene->evaluation->cancelled || scene->evaluation->out_of_memory)
      return code == EXIT_DONE ? EXIT_COULD_NOT : code;
    if (drafts->failed || !apply(scene, drafts, applied)) {
      say("out of memory");
      return EXIT_COULD_NOT;
    }
    if (*applied == before) break;
  }
  return EXIT_DONE;
}

/* EXIT_DONE, or the exit code after it has been said why. */
static int write_drafts(const Drafts *drafts) {
  int code = EXIT_DONE;
  for (const Draft *draft = drafts->first; draft; draft = draft->next) {
    MlError error = {0};
    if (draft->changed && ml_file_write(draft->name, draft->text, draft->size, &error) != ML_OK) code = say_error(&error);
  }
  return code;
}

int command_fix(const Options *options) {
  SceneFile scene;
  Drafts drafts = {0};
  InputBytes source = {0};
  uint32_t applied = 0;
  int code = scene_begin(&scene, options);
  if (code == EXIT_DONE) code = input_read(scene.engine, options->scene, "a scene", SCENE_SOURCE_LIMIT, &source);
  if (code == EXIT_DONE) {
    const char *slash = strrchr(options->scene, '/');
    drafts.prefix = slash ? (size_t)(slash - options->scene) + 1 : 0;
    drafts.folder = script_folder_assets(scene.folder);
    if (!add_draft(&drafts, NULL, 0, options->scene, source.data, source.size)) say("out of memory"), code = EXIT_COULD_NOT;
  }
  if (code == EXIT_DONE) code = mend(&scene, &drafts, &applied);
  if (code == EXIT_DONE && !options->dry_run) code = write_drafts(&drafts);
  if (code == EXIT_DONE && scene.evaluation) {
    const ScriptEvaluation *e = scene.evaluation;
    const MlSink sink = stream_sink(stderr);
    script_write_diagnostics(e, SCRIPT_WARNING, &sink);
    if (!options->quiet)
      printf("%u change%s%s%s\n", applied, applied == 1 ? "" : "s", applied && options->dry_run ? ", not written" : "",
             e->errors ? "; errors are left" : "");
    if (e->errors) code = EXIT_WRONG;
  }
  free_drafts(&drafts);
  input_free(scene.engine, &source);
  scene_close(&scene);
  if (!output_arrived() && code == EXIT_DONE) code = EXIT_COULD_NOT;
  return code;
}
