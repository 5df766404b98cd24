/* color.c - sRGB decoding for scripts. */
#include "image/color.h"

#include "moonlit.h"

double ml_srgb_decode(double v) { return v <= 0.04045 ? v / 12.92 : ml_pow((v + 0.055) / 1.055, 2.4); }
