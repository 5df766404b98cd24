/* text.h - memory and text of one evaluation.
 *
 * Store: everything that outlives a Lua error (a longjmp owns nothing) and is freed in one go: diagnostics, names, node records' strings.
 * Text: a growing string in a store. put_*: formatting into any MlSink. All of one thread. Running out of memory sets `failed`
 * and yields "" or NULL: nobody has to check at once.
 */
#ifndef MOONLIT_LUA_TEXT_H
#define MOONLIT_LUA_TEXT_H

#include <stdarg.h>

#include "moonlit.h"

typedef struct StoreBlock StoreBlock;
typedef struct Store {
  MlEngine *engine;
  StoreBlock *blocks;
  char *next;
  size_t left;
  bool failed;
} Store;

void *store_alloc(Store *store, size_t size);                        /* zeroed, aligned to 16; NULL when out of memory */
const char *store_copy(Store *store, const char *text, size_t size); /* ended by 0; "" when out of memory */
const char *store_format(Store *store, const char *format, ...) __attribute__((format(printf, 2, 3)));
void store_free(Store *store);

typedef struct Text {
  Store *store;
  char *data; /* ended by 0; NULL while empty */
  size_t size, capacity;
} Text;

void text_append(Text *text, const char *bytes, size_t size);
void text_format(Text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));
const char *text_string(const Text *text); /* never NULL */
MlSink text_sink(Text *text);

/* The formats: %s %.*s %c %d %u %zu %llu %g (as "%.14g", the same on every platform) %%. No flags, no widths. */
void put_bytes(const MlSink *sink, const char *bytes, size_t size);
void put_string(const MlSink *sink, const char *text);
void put_format(const MlSink *sink, const char *format, ...) __attribute__((format(printf, 2, 3)));
void put_format_list(const MlSink *sink, const char *format, va_list list);
void put_spaces(const MlSink *sink, size_t count);

/* Length in bytes of the well-formed UTF-8 character at text[0..size), 0 if it is none. size > 0. */
size_t utf8_length(const char *text, size_t size);
/* Characters in text[0..size); a byte that is not UTF-8 counts as one. */
size_t utf8_count(const char *text, size_t size);

#endif
