/* tonemap.h - from linear radiance to what a display is sent: exposure, tone mapping, sRGB, 8 bits (docs/IMAGES.md says why these).
 *
 *   agx      Troy Sobotka's AgX, its base look: the default. Bright colours go to white the way film does, hues do not skew.
 *   neutral  Khronos PBR Neutral: colours below .8 come out as they are, for comparing materials and products.
 *   none     clamps each channel to 0..1.
 *   false_color  for choosing an exposure: one colour per stop of luminance about middle grey .18, whose band is grey (legend: docs/IMAGES.md).
 *
 * Pure functions, the same bits everywhere; any thread. Display values never flow back into a film. */
#ifndef ML_IMAGE_TONEMAP_H
#define ML_IMAGE_TONEMAP_H

#include "moonlit.h"

/* Exposed linear Rec.709 (negative and NaN channels count as 0) to code values 0..1 of an sRGB display. */
MlColor tonemap_color(MlTonemap tonemap, MlColor linear);
/* `count` pixels, 3 floats each, to 3 bytes each; multiplied by 2^exposure first (clamped to -64..64 EV). */
void tonemap_row(MlTonemap tonemap, float exposure, const float *rgb, uint64_t count, uint8_t *out);

/* Automatic exposure: the log-average of luminances (Reinhard et al. 2002) is brought to middle grey. */
typedef struct LogAverage {
  double sum;
  uint64_t lit;
} LogAverage;
void log_average_add(LogAverage *average, float luminance); /* black and what is not finite are left out */
float log_average_exposure(const LogAverage *average);      /* EV, within +-20; 0 where all is black */

#endif
