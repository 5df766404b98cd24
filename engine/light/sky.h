/* sky.h - the clear sky: sunlight scattered by air, aerosols and the ground, baked into a table of radiance. Runs once per sky.
 *
 * Why this model. Preetham 1999 is wrong near the sun and below the horizon and knows no twilight; Hosek & Wilkie 2012 ends at sunset. What
 * follows integrates the light itself, with published coefficients alone:
 *   single scattering along each ray (Nishita et al. 1993), all further orders as isotropic by a table over height and the sun's angle
 *   (Hillaire 2020), columns of the three absorbers by height and direction with Bruneton & Neyret's parameters (2008), ozone after Bruneton
 *   2017, so that twilight is blue. Eight wavelengths, weighed by the sun's measured spectrum and the CIE observer, make the colour.
 *
 * Air: Rayleigh 1.24062e-6 / lambda^4 per metre (lambda in micrometres), falling off over 8 km; aerosols, whose amount the turbidity gives
 * (vertical optical depth at 550 nm: that of the air times turbidity - 1), with Angstrom's exponent 1.3, albedo .9, asymmetry .76, falling
 * off over 1.2 km; ozone, 300 Dobson units in a tent from 10 to 40 km. The eye is 2 m above a sphere of 6360 km.
 *
 * Units: the sun above the air brings 1361 W/m^2 of luminance, so that a colour's luminance is comparable with what a pyranometer reads. */
#ifndef ML_LIGHT_SKY_H
#define ML_LIGHT_SKY_H

#include "base/cancel.h"
#include "base/memory.h"
#include "image/spectrum.h"

#define SKY_COLUMNS 144u
#define SKY_ROWS 96u
#define SKY_SUN_SIZE 0.53 /* degrees across */

typedef struct SkyParameters {
  double sun_height; /* degrees above the horizon, -90..90 */
  double turbidity;  /* 1..20: 1 is air alone, 2 clear, 4 hazy, 8 thick haze */
  Spectrum ground;   /* albedo of what lies below the horizon, 0..1 */
} SkyParameters;

/* Elevation in radians of a table's coordinate v (0 nadir, 1 zenith), and back: rows gather at the horizon, three quarters are above. */
#define SKY_HORIZON 0.25f
static inline double sky_elevation(double v) {
  const double quarter_turn = 0x1.921fb54442d18p+0, horizon = (double)SKY_HORIZON;
  double s = v >= horizon ? (v - horizon) / (1.0 - horizon) : (horizon - v) / horizon;
  return v >= horizon ? quarter_turn * (s * s) : -quarter_turn * (s * s);
}
static inline float sky_coordinate(float elevation) {
  float s = sqrt_f(min_f(abs_f(elevation) * (1.0f / HALF_PI_F), 1.0f));
  return elevation >= 0.0f ? SKY_HORIZON + (1.0f - SKY_HORIZON) * s : SKY_HORIZON - SKY_HORIZON * s;
}

/* texels: SKY_ROWS rows, the top first, of SKY_COLUMNS radiances in W/(m^2 sr), 3 floats each; the sun's heading is the middle column's.
 * *sun: its irradiance at the ground on what faces it, W/m^2; as if it stood on the horizon where it is below. ML_ERROR_CANCELLED,
 * ML_ERROR_MEMORY. */
MlStatus sky_bake(Memory *memory, const SkyParameters *parameters, Work *work, float *texels, Spectrum *sun, MlError *error);

#endif
