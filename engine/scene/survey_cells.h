/* survey_cells.h - the part of a surface that lies in a box: of a round piece (survey_piece.h) as cells of its unit square, of a triangle as a
 * polygon. Of a large operand's surface little may be left in a solid: points are drawn in that part alone.
 *
 * Cells are halved across their longer side, and kept while their bounds by interval arithmetic meet the box: some beyond it are kept, none in it
 * is lost. Triangles are cut by Sutherland and Hodgman, "Reentrant Polygon Clipping", 1974. */
#ifndef ML_SCENE_SURVEY_CELLS_H
#define ML_SCENE_SURVEY_CELLS_H

#include "base/cancel.h"
#include "math/transform.h"
#include "scene/survey_piece.h"

enum { PIECE_CELLS = 128, TRIANGLE_CORNERS = 9 };

/* From, to: of the unit square. */
typedef struct PieceCell {
  double s[2], t[2];
} PieceCell;

/* The cells of a round piece in the box (least, greatest), which is of the space that `to` leads to. Returns how many. */
uint32_t piece_cells(PieceKind kind, double r, const MlTransform *to, const double box[6], Work *work, PieceCell out[PIECE_CELLS]);
static inline double piece_cell_size(const PieceCell *cell) { return (cell->s[1] - cell->s[0]) * (cell->t[1] - cell->t[0]); }

/* A convex polygon in a triangle p, as p[0] + u (p[1] - p[0]) + v (p[2] - p[0]). */
typedef struct TrianglePart {
  double u[TRIANGLE_CORNERS], v[TRIANGLE_CORNERS];
  uint32_t count; /* less than 3: nothing */
  double share;   /* of the triangle's area */
} TrianglePart;

TrianglePart triangle_part(const MlVec3 p[3], const double box[6]);
/* A point of it, even for even a, b, c in 0..1; its share must not be 0. */
void triangle_part_point(const TrianglePart *part, double a, double b, double c, double *u, double *v);

#endif
