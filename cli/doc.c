/* doc.c - moonlit doc: the language's reference, from its one table. */
#include "cli.h"

static bool discard(void *ud, const void *bytes, size_t count) {
  (void)ud, (void)bytes, (void)count;
  return true;
}

/* To standard output what there is; that there is nothing, and what is near, to standard error. */
static bool tell(bool (*write)(const char *name, const MlSink *sink), const char *name) {
  const MlSink nowhere = {.write = discard};
  const bool found = write(name, &nowhere);
  const MlSink sink = stream_sink(found ? stdout : stderr);
  if (!found) fputs("moonlit: ", stderr);
  return write(name, &sink);
}

int command_doc(const Options *options) {
  const MlSink sink = stream_sink(stdout);
  bool found = true;
  if (options->markdown) script_write_reference(&sink);
  else if (options->json) script_write_api_json(&sink);
  else if (options->search) found = tell(script_doc_search, options->search);
  else found = tell(script_doc, options->scene);
  if (!output_arrived()) return EXIT_COULD_NOT;
  return found ? EXIT_DONE : EXIT_WRONG;
}
