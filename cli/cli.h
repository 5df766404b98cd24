/* cli.h - the `moonlit` command: its subcommands, exit codes, and how it speaks.
 *
 * Results go to standard output; messages, progress and whatever a scene prints go to standard error, filtered of control characters.
 * With `-o -` the picture has standard output for itself. */
#ifndef MOONLIT_CLI_CLI_H
#define MOONLIT_CLI_CLI_H

#include <stdio.h>

#include "moonlit.h"
#include "options.h"

enum { EXIT_DONE = 0, EXIT_COULD_NOT = 1, EXIT_WRONG = 2, EXIT_INTERRUPTED = 130 };

int command_render(const Options *options);
int command_check(const Options *options);
int command_hash(const Options *options);
int command_params(const Options *options);
int command_doc(const Options *options);
int command_compare(const Options *options);
int command_fix(const Options *options);
int command_init(const Options *options);
int command_version(void);
/* Of a command, or of all of them for COMMAND_NONE. */
int command_help(Command command);

/* ---- speaking (say.c) */

/* One line on standard error, "moonlit: " before it, control characters made visible. */
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* The same for an error of the engine; returns the exit code that belongs to it. */
int say_error(const MlError *error);
/* A sink to one of the standard streams; a failure is remembered by the stream. */
MlSink stream_sink(FILE *stream);
/* What was written to standard output has arrived, else it says why not. */
bool output_arrived(void);

#endif
