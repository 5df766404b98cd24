/* file.h - reading whole files for the command. */
#ifndef MOONLIT_CLI_FILE_H
#define MOONLIT_CLI_FILE_H

#include "moonlit.h"

typedef struct FileBytes {
  char *data;
  size_t size, capacity;
} FileBytes;

/* The whole file, at most `limit` bytes, from the engine's memory; what: "a scene", for messages. EXIT_DONE, or an exit code after it has been
 * said why. A pipe that nobody writes into is waited for only until the user interrupts. */
int file_read(MlEngine *engine, const char *path, const char *what, uint64_t limit, FileBytes *out);
void file_free(MlEngine *engine, FileBytes *bytes); /* empty ones are allowed */

#endif
