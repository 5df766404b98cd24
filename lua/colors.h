/* colors.h - colours from text and from physics, in linear Rec.709. Pure functions. */
#ifndef ML_LUA_COLORS_H
#define ML_LUA_COLORS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct ColorName {
  const char *name; /* lower case, CSS Color Module Level 4 */
  uint32_t rgb;     /* 0xRRGGBB, sRGB */
} ColorName;

extern const ColorName color_names[]; /* sorted by name */
extern const size_t color_name_count;

/* "#rgb", "#rrggbb" or a CSS name (without regard to case); sRGB, decoded to linear. False: neither. */
bool color_parse(const char *text, size_t length, double rgb[3]);
/* h in degrees (any), s v l in 0..1; pickers' sRGB, decoded to linear. */
void color_hsv(double h, double s, double v, double rgb[3]);
void color_hsl(double h, double s, double l, double rgb[3]);
/* Black body of temperature K (1000..40000) and a single line of wavelength nm (380..780): luminance 1, negative components (out of
 * Rec.709) set to 0 before that. Standard observer CIE 1931. */
void color_kelvin(double kelvin, double rgb[3]);
void color_wavelength(double nm, double rgb[3]);

#endif
