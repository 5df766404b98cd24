/* doc.c - moonlit doc: the language's reference, from its one table. */
#include "cli.h"

int command_doc(const Options *options) {
  const MlSink sink = stream_sink(stdout);
  bool found = true;
  if (options->markdown) script_write_reference(&sink);
  else if (options->json) script_write_api_json(&sink);
  else if (options->search) found = script_doc_search(options->search, &sink);
  else found = script_doc(options->scene, &sink);
  if (!output_arrived()) return EXIT_COULD_NOT;
  return found ? EXIT_DONE : EXIT_WRONG;
}
