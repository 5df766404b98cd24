/* ies.h - photometric profiles: IES LM-63 files, and what light they stand for. */
#ifndef ML_LIGHT_IES_H
#define ML_LIGHT_IES_H

#include "base/arena.h"
#include "base/error.h"

#define IES_MAX_BYTES (1u << 24)
#define IES_MAX_ANGLES 4096u      /* of either kind, as written */
#define IES_MAX_VALUES (1u << 20) /* after unfolding */

/* As in light.h's IesTable: radians, unfolded to the whole turn, the largest value 1. Arrays in one block: vertical angles, horizontal
 * ones, values. */
typedef struct Ies {
  const float *data;
  uint32_t vertical_count, horizontal_count;
} Ies;

static inline uint64_t ies_data_count(const Ies *ies) {
  return (uint64_t)ies->vertical_count + ies->horizontal_count + (uint64_t)ies->vertical_count * ies->horizontal_count;
}

/* LM-63 of 1986, 1991, 1995, 2002 or 2019, type C. Time and memory go by the file's size. ML_ERROR_FORMAT: "line 12: expected ..., got ..."; ML_ERROR_MEMORY. */
MlStatus ies_parse(const char *text, size_t size, Arena *arena, Ies *out, MlError *error);

/* The integral over all directions of the profile times a cone as in light.h's LightProfile (inner, outer: 1 - cos; 3: none). */
double ies_integral(const Ies *ies, double inner, double outer);

#endif
