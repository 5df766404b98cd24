/* generate.h - surfaces from parameters, into a Shell. Pure functions of their arguments, which the caller has checked: numbers are finite,
 * counts as said. All surfaces are as closed as their descriptions, bit for bit; fronts look outward. */
#ifndef ML_SHAPE_GENERATE_H
#define ML_SHAPE_GENERATE_H

#include "shape/outline.h"
#include "shape/shell.h"

/* ---- stations: circles of `segments` points along a line, the skin around them */

typedef struct Station {
  MlVec3 centre, x, y; /* unit axes: the circle starts at x and turns towards y; cross(x, y) points along the line */
  double radius;       /* 0: one point */
  double v;            /* texture coordinate along the line */
} Station;

/* A quarter turn is exact: the cosine and sine of index / segments of a turn. */
void circle_point(uint32_t index, uint32_t segments, double *cosine, double *sine);
/* u runs 0..1 around. closed: the last station is followed by the first (whose v there is 1). */
void generate_skin(Shell *shell, const Station *stations, uint64_t count, uint32_t segments, bool closed);

/* ---- curves through points: centripetal Catmull-Rom (Yuksel et al. 2011), which neither overshoots into loops nor makes cusps */

typedef struct CurvePoint {
  MlVec3 p;
  double r; /* a radius: monotone between the points (Fritsch and Carlson 1980), so never below both neighbours */
} CurvePoint;
typedef struct CurveSample {
  MlVec3 p, tangent; /* tangent: of any length, 0 at a hairpin */
  double r;
} CurveSample;
typedef ARRAY(CurveSample) CurveSamples;

enum { CURVE_MAX_STEPS = 64 }; /* between two points */
/* Adjacent points differ. Appends samples, the last of an open curve included, so near that the curve turns by at most `step` radians from
 * one to the next. before, after: what an open curve's ends are followed by (NULL: it goes straight on). false: memory is out. */
bool curve_sample(const CurvePoint *points, uint64_t count, bool closed, const MlVec3 *before, const MlVec3 *after, double step,
                  Memory *memory, Work *work, CurveSamples *out);

/* ---- solids */

typedef struct ProfilePoint {
  double r, y; /* r >= 0 */
} ProfilePoint;
/* Around the y axis. At least two points, adjacent ones differ; ring: the last is joined to the first. u by heading (0 at +z, .25 at +x),
 * v along the profile, by its length. The front is outside of what the profile encloses with the axis. */
void generate_lathe(Shell *shell, const ProfilePoint *profile, uint64_t count, bool ring, uint32_t segments);
/* A tube with round ends. Radii are above 0 but at the ends of an open curve, which then are points. u around, v along, by length. */
void generate_tube(Shell *shell, const CurvePoint *points, uint64_t count, bool closed, uint32_t segments);
/* Between z = 0 and z = height. u runs around each side by its length, v up; the ends have 0..1 across the outline's bounds. */
void generate_extrude(Shell *shell, const Outline *outline, const OutlineTriangles *triangles, double height);
/* Likewise, of an outline that is first scaled and then moved to (x, y), between z = bottom and top; the ends have 0..1 across lo and what is across. */
typedef struct ExtrudePlace {
  double x, y, scale, bottom, top;
  double lo[2], across[2];
} ExtrudePlace;
void generate_extrude_at(Shell *shell, const Outline *outline, const OutlineTriangles *triangles, const ExtrudePlace *place);

/* ---- sheets */

/* columns x rows points (each at least 2), 3 floats each, rows after rows; u along a row, v from row to row. The front is where
 * cross(dp/du, dp/dv) points. weld: opposite edges that agree to a millionth of the whole become one, an edge that is as small as that becomes a point;
 * and if that closes the sheet, its front is outside. Returns whether it is closed. */
bool generate_sheet(Shell *shell, const float *points, uint32_t columns, uint32_t rows, bool weld);

#endif
