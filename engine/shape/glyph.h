/* glyph.h - a glyph as outlines with holes, cut into triangles.
 *
 * Curves become straight lines so many that none is further than a 4000th of an em from its curve, and none turns by more than 15 degrees.
 * A font's inside is where its contours go around more often one way than the other: contours that run as the largest one does are
 * outlines, the others holes of the smallest outline around them. Outlines may overlap one another (accents on letters), and then are
 * solids of their own; one that crosses itself or its holes is refused. In font units. */
#ifndef ML_SHAPE_GLYPH_H
#define ML_SHAPE_GLYPH_H

#include "shape/font.h"
#include "shape/outline.h"

typedef struct GlyphPart {
  Outline outline;
  OutlineTriangles triangles;
} GlyphPart;

typedef struct Glyph {
  ARRAY(GlyphPart) parts; /* none: a space */
  uint64_t points, triangles;
  double lo[2], hi[2]; /* bounds, if there are parts */
} Glyph;

/* Freed by glyph_free, whatever comes back. FONT_DAMAGED, too, for what crosses itself. Of use only if the work was not called off. */
FontFault glyph_create(const Font *font, uint32_t glyph, Memory *memory, Work *work, Glyph *out);
void glyph_free(Memory *memory, Glyph *glyph);

#endif
