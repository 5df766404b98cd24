/* white_balance.c - see white_balance.h. The matrix is made in double, once per piece of a picture. */
#include "image/white_balance.h"

#include "math/dvec.h"

/* Columns: the cones' answers to Rec.709's primaries (IEC 61966-2-1's matrix to XYZ, then Bradford's), so that D65 is their sum. */
static const MlVec3 cones[3] = {
  {0.42266086, 0.05561593, 0.02135054},
  {0.49137816, 0.96159832, 0.08764776},
  {0.02738893, 0.02318695, 0.98071055},
};
static const MlVec3 luminances = {0.2126, 0.7152, 0.0722};

static MlVec3 combine(const MlVec3 columns[3], MlVec3 v) {
  return dvec_add(dvec_add(dvec_scale(columns[0], v.x), dvec_scale(columns[1], v.y)), dvec_scale(columns[2], v.z));
}

bool white_is_valid(MlColor white) {
  const float channels[3] = {white.r, white.g, white.b};
  for (int i = 0; i < 3; i++)
    if (!(channels[i] >= 0.0f && channels[i] <= 1e30f)) return false;
  return true;
}

WhiteBalance white_balance(MlColor white) {
  const MlVec3 color = {(double)white.r, (double)white.g, (double)white.b};
  const double luminance = dvec_dot(luminances, color);
  if (!(luminance > 0.0)) return (WhiteBalance){.none = true};
  const MlVec3 from = dvec_scale(combine(cones, color), 1.0 / luminance), to = combine(cones, (MlVec3){1, 1, 1});
  const MlVec3 gain = {to.x / from.x, to.y / from.y, to.z / from.z};

  // The inverse of `cones`: its rows are the cross products of the columns
  const MlVec3 yz = dvec_cross(cones[1], cones[2]), zx = dvec_cross(cones[2], cones[0]), xy = dvec_cross(cones[0], cones[1]);
  const double scale = 1.0 / dvec_dot(cones[0], yz);
  Vec3 columns[3];
  for (int i = 0; i < 3; i++) {
    const MlVec3 c = {cones[i].x * gain.x, cones[i].y * gain.y, cones[i].z * gain.z};
    columns[i] = vec3((float)(dvec_dot(yz, c) * scale), (float)(dvec_dot(zx, c) * scale), (float)(dvec_dot(xy, c) * scale));
  }
  return (WhiteBalance){false, columns[0], columns[1], columns[2]};
}

void white_balance_row(const WhiteBalance *balance, float *rgb, uint64_t count) {
  if (balance->none) return;
  for (uint64_t i = 0; i < count; i++, rgb += 3) vec3_store(rgb, balance->r * rgb[0] + balance->g * rgb[1] + balance->b * rgb[2]);
}
