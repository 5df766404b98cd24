/* shell.h - a surface while it is generated: points that neighbours share, triangles whose corners have texture coordinates, and in the end
 * a mesh with normals.
 *
 * Where two triangles meet they name the same point, so what is closed is closed bit for bit, seams of texture coordinates and sharp edges
 * included: those part in shell_finish, which copies points. Once memory is out or the work is called off, all calls do nothing;
 * shell_finish says so. One thread. */
#ifndef ML_SHAPE_SHELL_H
#define ML_SHAPE_SHELL_H

#include "base/array.h"
#include "base/cancel.h"
#include "math/dvec.h"

enum { SHELL_MAX_TRIANGLES = 1 << 24 }; /* what one generated mesh may have */

typedef struct ShellPoint {
  float p[3];
} ShellPoint;
typedef struct ShellCorner {
  uint32_t point;
  float u, v;
} ShellCorner;

typedef struct Shell {
  Memory *memory;
  Work work;
  ARRAY(ShellPoint) points;
  ARRAY(ShellCorner) corners; /* three per triangle, counter-clockwise from the front */
  bool flipped;               /* triangles are stored the other way round */
  bool out_of_memory;
} Shell;

void shell_init(Shell *shell, Memory *memory, const MlCancel *cancel);
void shell_free(Shell *shell);
static inline bool shell_goes_on(const Shell *shell) { return !shell->out_of_memory && !shell->work.cancelled; }

/* The point's number. */
uint32_t shell_point(Shell *shell, MlVec3 p);
/* Nothing where two corners are the same point, as they are at poles. */
void shell_triangle(Shell *shell, ShellCorner a, ShellCorner b, ShellCorner c);
/* Four corners around a face, cut along its shorter diagonal. */
void shell_quad(Shell *shell, ShellCorner a, ShellCorner b, ShellCorner c, ShellCorner d);
/* Six times the signed volume of what a closed shell encloses. */
double shell_volume(const Shell *shell);
void shell_flip(Shell *shell); /* what has been made so far */

/* A mesh, in one block of `bytes`. */
typedef struct ShellMesh {
  void *block;
  size_t bytes;
  const float *points, *normals, *uv;
  const uint32_t *triangles;
  uint64_t point_count, triangle_count;
} ShellMesh;

/* Normals are means of the faces around a point, weighted by the angles of their corners there (Thuermer and Wuethrich 1998), over those
 * faces whose normals are within `crease` degrees of the corner's own face; 180: over all. ML_ERROR_MEMORY without a message,
 * or ML_ERROR_CANCELLED. */
MlStatus shell_finish(Shell *shell, double crease, ShellMesh *out, MlError *error);

#endif
