/* input.h - reading whole files for the command. */
#ifndef MOONLIT_CLI_INPUT_H
#define MOONLIT_CLI_INPUT_H

#include "moonlit.h"

typedef struct InputBytes {
  char *data;
  size_t size, capacity;
} InputBytes;

/* The whole file, at most `limit` bytes, from the engine's memory; what: "a scene", for messages. EXIT_DONE, or an exit code after it has been
 * said why. A pipe that nobody writes into is waited for only until the user interrupts. */
int input_read(MlEngine *engine, const char *path, const char *what, uint64_t limit, InputBytes *out);
void input_free(MlEngine *engine, InputBytes *bytes); /* empty ones are allowed */

#endif
