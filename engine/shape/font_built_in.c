/* font_built_in.c - the bytes of the font that text has of its own (docs/DEPENDENCIES.md), as .make/fetch-font has made them. */
#include "shape/font.h"

#ifdef ML_NO_FONT

const void *font_built_in(size_t *size) {
  *size = 0;
  return NULL;
}

#else

#include <font_bytes.h>

const void *font_built_in(size_t *size) {
  *size = sizeof font_bytes;
  return font_bytes;
}

#endif
