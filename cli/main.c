/* main.c - the `moonlit` command. */
#include <fcntl.h>
#include <unistd.h>

#include "cli.h"
#include "interrupt.h"

static int run(const Options *options) {
  if (options->version) return command_version();
  if (options->help) return command_help(options->command);
  switch (options->command) {
  case COMMAND_RENDER: return command_render(options);
  case COMMAND_CHECK: return command_check(options);
  case COMMAND_HASH: return command_hash(options);
  case COMMAND_PARAMS: return command_params(options);
  case COMMAND_DOC: return command_doc(options);
  case COMMAND_COMPARE: return command_compare(options);
  case COMMAND_FIX: return command_fix(options);
  case COMMAND_INIT: return command_init(options);
  case COMMAND_NONE:
  case COMMAND_COUNT: break;
  }
  return EXIT_WRONG;
}

/* Where a standard stream was closed by whoever started us, the next file that is opened would take its place and get what is meant for it.
 * Standard output stays without a writer, so that lost results are noticed. */
static void keep_standard_streams(void) {
  for (int stream = STDIN_FILENO; stream <= STDERR_FILENO; stream++)
    if (fcntl(stream, F_GETFD) < 0 && open("/dev/null", stream == STDERR_FILENO ? O_WRONLY : O_RDONLY) < 0) return;
}

int main(int argc, char **argv) {
  keep_standard_streams();
  interrupt_install();
  Options options;
  char message[400];
  int code = EXIT_WRONG;
  if (options_parse(&options, argc, argv, message)) code = run(&options);
  else say("%s", message);
  options_free(&options);
  if (code == EXIT_INTERRUPTED) say("interrupted");
  return code;
}
