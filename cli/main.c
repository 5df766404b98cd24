/* main.c - the `moonlit` command. */
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
  case COMMAND_NONE:
  case COMMAND_COUNT: break;
  }
  return EXIT_WRONG;
}

int main(int argc, char **argv) {
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
