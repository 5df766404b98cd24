/* interrupt.h - what happens on Ctrl-C (SIGINT, and SIGTERM alike).
 *
 * The first one asks: the command sees it through interrupted() and ends in good order. The second one ends the process at once, from a
 * thread that watches, after it has removed the temporary files that this process may be writing. Closed pipes raise no signal. */
#ifndef MOONLIT_CLI_INTERRUPT_H
#define MOONLIT_CLI_INTERRUPT_H

#include "moonlit.h"

void interrupt_install(void);
bool interrupted(void);
/* For MlCancel. */
bool interrupt_poll(void *ud);
/* A file that is going to be written: temporary names beside it are removed when the process ends at once. path must stay valid. */
void interrupt_guard_file(const char *path);

#endif
