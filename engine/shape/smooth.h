/* smooth.h - normals for the points of models.
 *
 * A point's normal is the mean of the normals of the faces around it, weighted by the faces' angles there (Thuermer and Wuethrich 1998), so
 * that it does not depend on how faces are cut. */
#ifndef ML_SHAPE_SMOOTH_H
#define ML_SHAPE_SMOOTH_H

#include "math/dvec.h"
#include "shape/model.h"

/* Adds a triangle's share to the sums at its corners. */
void smooth_add(const float *a, const float *b, const float *c, MlVec3 *at_a, MlVec3 *at_b, MlVec3 *at_c);
/* The unit normal of a sum; of none, 0. */
ModelPoint smooth_normal(MlVec3 sum);

/* Gives all parts normals of their own instead of those they have. crease: degrees up to which faces that meet are smooth; 180: all of them;
 * below 0: none, and parts lose their normals. Points at the same place count as one, so that seams do not show. */
MlStatus model_smooth(Model *model, const ModelSource *source, double crease, MlError *error);

#endif
