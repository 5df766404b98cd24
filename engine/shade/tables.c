/* tables.c - the tables of coats, sheens, rough and dispersive dielectrics, once for all kernels. The headers included say what is in them.
 *
 * In the page this file and its data are in the later part of the module (web/split.mjs), which comes when tables_touch() is called. */
#include "shade/tables.h"

#include "shade/coat_albedo.h"
#include "shade/dielectric_albedo.h"
#include "shade/dispersion.h"
#include "shade/sheen.h"

#include "shade/coat_albedo_table.h"
#include "shade/dielectric_albedo_table.h"
#include "shade/dispersion_table.h"
#include "shade/sheen_table.h"

float tables_touch(void) { return *(const volatile float *)&coat_albedo_table[0][0][0]; }
