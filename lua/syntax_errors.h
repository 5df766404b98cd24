/* syntax_errors.h - Lua's messages about a text that is no program, in the words of someone who sees what was meant. */
#ifndef MOONLIT_LUA_SYNTAX_ERRORS_H
#define MOONLIT_LUA_SYNTAX_ERRORS_H

#include "diagnostics.h"

/* Report the message of a failed compilation ("name:line: ... near 'x'"). compiles(ud, size, message) compiles the text's first `size`
 * bytes and gives Lua's message, or NULL: it tells which of several equal tokens is meant. */
void syntax_error_report(Diagnostics *diagnostics, const Source *source, const char *message,
                         const char *(*compiles)(void *ud, size_t size), void *ud);

#endif
