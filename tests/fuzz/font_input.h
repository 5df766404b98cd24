/* font_input.h - one input of the fonts' fuzzer: it is refused with a reason, or its characters and pairs can be asked for and every glyph is outlines or a
 * fault, in bounded memory. */
#ifndef TESTS_FUZZ_FONT_INPUT_H
#define TESTS_FUZZ_FONT_INPUT_H

#include "shape/glyph.h"

/* true: it was opened, and a glyph of it has an outline. */
static inline bool font_input(const uint8_t *data, size_t size) {
  Memory memory;
  Font font;
  bool any = false;
  memory_init(&memory, NULL, UINT64_C(1) << 28);
  const char *problem = font_open(data, size, &font);
  if (problem != NULL) return problem[0] == 0 ? __builtin_trap(), false : false;
  for (uint32_t c = 0; c < 0x11000; c += c < 0x180 ? 1 : 251)
    if (font_glyph(&font, c) >= font.glyphs) __builtin_trap();
  const uint32_t glyphs = font.glyphs < 32 ? font.glyphs : 32;
  for (uint32_t g = 0; g < glyphs; g++) {
    Work work = {0};
    Glyph glyph;
    const FontFault fault = glyph_create(&font, g, &memory, &work, &glyph);
    for (uint64_t i = 0; i < glyph.parts.count; i++) any = any || glyph.parts.data[i].triangles.count > 0;
    glyph_free(&memory, &glyph);
    if (fault > FONT_MEMORY || !(font_advance(&font, g) >= 0.0)) __builtin_trap();
    for (uint32_t k = 0; k < glyphs; k++)
      if (!(font_kerning(&font, g, k) <= 32768.0 && font_pair_kerning(&font, g, k) <= 32768.0)) __builtin_trap();
  }
  if (memory.used != 0) __builtin_trap();
  return any;
}

#endif
