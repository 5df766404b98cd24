/* flip.h - FLIP: how different two pictures look when one flips between them (Andersson, Nilsson, Akenine-Möller, Oskarsson, Åström,
 * Fairchild 2020, "FLIP: A Difference Evaluator for Alternating Images"). 0: none to be seen; 1: as different as can be. */
#ifndef ML_IMAGE_FLIP_H
#define ML_IMAGE_FLIP_H

#include "image/compare.h"

/* A screen .7 m wide with 3840 pixels, seen from .7 m. */
#define FLIP_PIXELS_PER_DEGREE 67.0206433f

/* Both pictures: sRGB code values 0..1 (others are clamped), of the same size. error: width x height floats 0..1, top row first.
 * *mean (may be NULL): over all pixels. ML_ERROR_MEMORY. */
MlStatus image_flip(Memory *memory, const Image *reference, const Image *test, float pixels_per_degree, float *error, double *mean,
                    MlError *failure);

/* 0..1 to 3 bytes, dark to bright in steps that look alike (a few knots of matplotlib's magma), for pictures of errors. */
void flip_color(float error, uint8_t rgb[3]);

#endif
