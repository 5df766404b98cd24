/* text.c - a store freed in one go, growing strings, and formatting without the C library's floats or locale. */
#include "text.h"

#include <string.h>

struct StoreBlock {
  StoreBlock *before;
  size_t size;
};

enum { STORE_ALIGN = 16, STORE_HEADER = 32, STORE_BLOCK = 16384 };
_Static_assert(sizeof(StoreBlock) <= STORE_HEADER, "the header keeps the alignment");

void *store_alloc(Store *store, size_t size) {
  if (size > SIZE_MAX / 2) {
    store->failed = true;
    return NULL;
  }
  size = (size + STORE_ALIGN - 1) & ~(size_t)(STORE_ALIGN - 1);
  if (size > store->left) {
    // A large piece gets a block of its own, so that the rest of the current one stays in use.
    const bool large = size > STORE_BLOCK / 4;
    const size_t bytes = STORE_HEADER + (large ? size : STORE_BLOCK);
    StoreBlock *block = ml_engine_realloc(store->engine, NULL, 0, bytes);
    if (!block) {
      store->failed = true;
      return NULL;
    }
    *block = (StoreBlock){store->blocks, bytes};
    store->blocks = block;
    char *start = (char *)block + STORE_HEADER;
    if (large) return memset(start, 0, size);
    store->next = start;
    store->left = STORE_BLOCK;
  }
  char *p = store->next;
  store->next += size;
  store->left -= size;
  return memset(p, 0, size);
}

const char *store_copy(Store *store, const char *text, size_t size) {
  char *copy = store_alloc(store, size + 1);
  if (!copy) return "";
  if (size) memcpy(copy, text, size);
  return copy;
}

void store_free(Store *store) {
  for (StoreBlock *block = store->blocks; block;) {
    StoreBlock *before = block->before;
    ml_engine_realloc(store->engine, block, block->size, 0);
    block = before;
  }
  store->blocks = NULL;
  store->left = 0;
}

void text_append(Text *text, const char *bytes, size_t size) {
  if (size >= text->capacity - text->size) {
    if (size > SIZE_MAX / 4 - text->size) {
      text->store->failed = true;
      return;
    }
    const size_t capacity = 2 * (text->size + size) + 64;
    char *data = store_alloc(text->store, capacity);
    if (!data) return;
    if (text->size) memcpy(data, text->data, text->size);
    text->data = data;
    text->capacity = capacity;
  }
  if (size) memcpy(text->data + text->size, bytes, size);
  text->size += size;
  text->data[text->size] = 0;
}

const char *text_string(const Text *text) { return text->size ? text->data : ""; }

static bool text_write(void *ud, const void *bytes, size_t count) {
  text_append(ud, bytes, count);
  return true;
}

MlSink text_sink(Text *text) { return (MlSink){text_write, text}; }

void text_format(Text *text, const char *format, ...) {
  const MlSink sink = text_sink(text);
  va_list list;
  va_start(list, format);
  put_format_list(&sink, format, list);
  va_end(list);
}

const char *store_format(Store *store, const char *format, ...) {
  Text text = {.store = store};
  const MlSink sink = text_sink(&text);
  va_list list;
  va_start(list, format);
  put_format_list(&sink, format, list);
  va_end(list);
  return text_string(&text);
}

/* ------------------------------------------------------------- formatting */

void put_bytes(const MlSink *sink, const char *bytes, size_t size) {
  if (size) sink->write(sink->ud, bytes, size);
}

void put_string(const MlSink *sink, const char *text) { put_bytes(sink, text, strlen(text)); }

void put_spaces(const MlSink *sink, size_t count) {
  for (; count > 0; count--) put_bytes(sink, " ", 1);
}

void put_format(const MlSink *sink, const char *format, ...) {
  va_list list;
  va_start(list, format);
  put_format_list(sink, format, list);
  va_end(list);
}

static void put_unsigned(const MlSink *sink, unsigned long long value) {
  char digits[24];
  size_t at = sizeof digits;
  do {
    digits[--at] = (char)('0' + value % 10);
    value /= 10;
  } while (value);
  put_bytes(sink, digits + at, sizeof digits - at);
}

void put_format_list(const MlSink *sink, const char *format, va_list list) {
  for (;;) {
    const size_t plain = strcspn(format, "%");
    put_bytes(sink, format, plain);
    format += plain;
    if (!*format) return;
    format++;
    int precision = -1, longs = 0;
    if (format[0] == '.' && format[1] == '*') {
      precision = va_arg(list, int);
      format += 2;
    }
    for (; *format == 'l'; format++) longs++;
    const bool size_type = *format == 'z';
    format += size_type;
    switch (*format++) {
    case 's': {
      const char *text = va_arg(list, const char *);
      put_bytes(sink, text, precision >= 0 ? (size_t)precision : strlen(text));
      break;
    }
    case 'c': {
      const char c = (char)va_arg(list, int);
      put_bytes(sink, &c, 1);
      break;
    }
    case 'd': {
      const long long value = longs == 2 ? va_arg(list, long long) : va_arg(list, int);
      if (value < 0) put_bytes(sink, "-", 1);
      put_unsigned(sink, value < 0 ? 0 - (unsigned long long)value : (unsigned long long)value);
      break;
    }
    case 'u':
      put_unsigned(sink, size_type ? va_arg(list, size_t) : longs == 2 ? va_arg(list, unsigned long long) : va_arg(list, unsigned));
      break;
    case 'g': {
      char number[40];
      const int length = ml_format_number(number, sizeof number, "%.14g", va_arg(list, double));
      put_bytes(sink, number, (size_t)length);
      break;
    }
    default: put_bytes(sink, format - 1, 1); break;
    }
  }
}

/* ------------------------------------------------------------------ UTF-8 */

size_t utf8_length(const char *text, size_t size) {
  const unsigned char *s = (const unsigned char *)text;
  if (s[0] < 0x80) return 1;
  const size_t length = s[0] >= 0xC2 && s[0] < 0xE0 ? 2 : s[0] >= 0xE0 && s[0] < 0xF0 ? 3 : s[0] >= 0xF0 && s[0] < 0xF5 ? 4 : 0;
  if (length == 0 || length > size) return 0;
  for (size_t i = 1; i < length; i++)
    if ((s[i] & 0xC0) != 0x80) return 0;
  // Overlong forms, surrogates and what lies beyond U+10FFFF.
  if ((s[0] == 0xE0 && s[1] < 0xA0) || (s[0] == 0xED && s[1] > 0x9F) || (s[0] == 0xF0 && s[1] < 0x90) || (s[0] == 0xF4 && s[1] > 0x8F))
    return 0;
  return length;
}

size_t utf8_count(const char *text, size_t size) {
  size_t count = 0;
  for (size_t at = 0; at < size; count++) {
    const size_t length = utf8_length(text + at, size - at);
    at += length ? length : 1;
  }
  return count;
}
