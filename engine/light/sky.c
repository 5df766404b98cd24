/* sky.c - see sky.h. Places are radii from the planet's centre and cosines to the zenith, in double; light is eight bands of float.
 *
 * Everything is relative to the sun's light in each band, until bands become colours. One thread; + - * / and square roots in one order. */
#include "light/sky.h"

#include "base/error.h"
#include "image/color.h"
#include "light/sky_table.h"

/* ---- bands */

enum { BANDS = 8 };
typedef float Bands __attribute__((vector_size(32)));
typedef int32_t BandBits __attribute__((vector_size(32)));

static const int band_steps[BANDS] = {2, 6, 10, 14, 18, 22, 26, 32}; /* into observer_table: 400, 440, ..., 640, 700 nm */

static Bands bands_all(float x) { return (Bands){x, x, x, x, x, x, x, x}; }

/* e^x for x <= 0, to 1e-6; below -80 as there. */
static Bands bands_exp(Bands x) {
  BandBits low = x < -80.0f;
  x = (Bands)((low & (BandBits)bands_all(-80.0f)) | (~low & (BandBits)x));
  BandBits k = __builtin_convertvector(x * 0x1.715476p+0f - 0.5f, BandBits); // truncates upwards: the nearest
  Bands kf = __builtin_convertvector(k, Bands), r = (x - kf * 0x1.62e4p-1f) - kf * 0x1.7f7d1cp-20f;
  Bands p = 1.0f + r * (1.0f + r * (0.5f + r * (1.0f / 6 + r * (1.0f / 24 + r * (1.0f / 120 + r * (1.0f / 720))))));
  return p * (Bands)((k + 127) << 23);
}

/* ---- the air */

static const double pi = 0x1.921fb54442d18p+1;
static const double planet = 6360e3, top = 6460e3, eye = 6360e3 + 2.0;
static const double sun_radius = 0.5 * SKY_SUN_SIZE * (0x1.921fb54442d18p+1 / 180.0);
static const float air_scale = 8000.0f, aerosol_scale = 1200.0f;
static const float aerosol_albedo = 0.9f;
static const double asymmetry = 0.76;

enum {
  COLUMN_HEIGHTS = 32,
  COLUMN_ANGLES = 64,
  COLUMN_STEPS = 48,
  ORDER_HEIGHTS = 16,
  ORDER_ANGLES = 16,
  ORDER_RINGS = 8,
  ORDER_SPOKES = 4,
  ORDER_STEPS = 16,
  RAY_STEPS = 32,
  GROUND_STEPS = 12,
};

/* Densities relative to their greatest; or such times metres. */
typedef struct Column {
  float air, aerosol, ozone;
} Column;

typedef struct Air {
  Bands air, aerosol, ozone; /* extinction per metre at their greatest */
  Spectrum color[BANDS];     /* of one unit of each band, W/m^2 */
  Spectrum ground;
  float ground_albedo;
  double sun_cos, sun_angle; /* of its distance from the zenith */
  Column columns[COLUMN_HEIGHTS][COLUMN_ANGLES];
  Bands orders[ORDER_HEIGHTS][ORDER_ANGLES]; /* light scattered twice and more, per unit of scattering */
} Air;

/* Every wavelength's light goes to the bands beside it, by distance. */
static void weigh_bands(Air *air) {
  static const double matrix[3][3] = {{3.2404541621141054, -1.5371385127977166, -0.4985314095560162},
                                      {-0.9692660305051868, 1.8760108454466942, 0.0415560175303498},
                                      {0.0556434309591147, -0.2040259135167538, 1.0572251882231791}}; // XYZ to Rec.709
  double xyz[BANDS][3] = {{0}}, luminance = 0.0;
  for (int i = 0, band = 0; i < OBSERVER_STEPS; i++) {
    while (band + 1 < BANDS && band_steps[band + 1] <= i) band++;
    double solar = 0.5 * (sky_solar[i] + sky_solar[i + 1]), above = 0.0;
    if (i >= band_steps[band] && band + 1 < BANDS)
      above = (double)(i - band_steps[band]) / (double)(band_steps[band + 1] - band_steps[band]);
    for (int c = 0; c < 3; c++) {
      xyz[band][c] += (1.0 - above) * solar * observer_table[i][c];
      if (above > 0.0) xyz[band + 1][c] += above * solar * observer_table[i][c];
    }
    luminance += solar * observer_table[i][1];
  }
  for (int k = 0; k < BANDS; k++) {
    float rgb[3];
    for (int c = 0; c < 3; c++) {
      double sum = (matrix[c][0] * xyz[k][0] + matrix[c][1] * xyz[k][1]) + matrix[c][2] * xyz[k][2];
      rgb[c] = (float)(sum * (1361.0 / luminance));
    }
    air->color[k] = spectrum_load(rgb);
  }
}

/* Colours of bands outside of Rec.709 are cut. */
static Spectrum bands_color(const Air *air, Bands light) {
  Spectrum sum = spectrum_zero();
  for (int k = 0; k < BANDS; k++) sum += air->color[k] * light[k];
  return spectrum_at_least(sum, 0.0f);
}

static double rayleigh(double nm) {
  double um = nm * 1e-3;
  return 1.24062e-6 / (um * um * um * um);
}

static void set_air(Air *air, const SkyParameters *p) {
  const double ozone_most = 300.0 * 2.687e20 / 15000.0; // molecules per m^3: 300 Dobson units under a tent of 15 km
  double aerosol_depth = (p->turbidity - 1.0) * rayleigh(550.0) * (double)air_scale;
  for (int k = 0; k < BANDS; k++) {
    int i = band_steps[k];
    double nm = 380.0 + 10.0 * i;
    air->air[k] = (float)rayleigh(nm);
    air->aerosol[k] = (float)(aerosol_depth / (double)aerosol_scale * ml_pow(nm / 550.0, -1.3));
    air->ozone[k] = (float)(ozone_most * 0.5e-25 * (sky_ozone[i] + sky_ozone[i + 1]));
  }
  weigh_bands(air);
  air->ground = p->ground;
  air->ground_albedo = spectrum_luminance(p->ground);
  air->sun_angle = (90.0 - p->sun_height) * (pi / 180.0);
  air->sun_cos = ml_cos(air->sun_angle);
}

static Column density(double r) {
  float h = max_f((float)(r - planet), 0.0f);
  float tent = 1.0f - abs_f(h - 25e3f) * (1.0f / 15e3f);
  return (Column){exp_f(-h / air_scale), exp_f(-h / aerosol_scale), max_f(tent, 0.0f)};
}

static Bands extinction(const Air *air, Column c) { return air->air * c.air + air->aerosol * c.aerosol + air->ozone * c.ozone; }

static double root(double x) { return x > 0.0 ? __builtin_sqrt(x) : 0.0; }
static double radius_at(double r, double mu, double t) { return __builtin_sqrt((r * r + t * t) + 2.0 * r * mu * t); }
static double distance_to_top(double r, double mu) { return root(r * r * (mu * mu - 1.0) + top * top) - r * mu; }
static bool meets_ground(double r, double mu) { return mu < 0.0 && r * r * (mu * mu - 1.0) + planet * planet >= 0.0; }
static double distance_to_ground(double r, double mu) { return -r * mu - root(r * r * (mu * mu - 1.0) + planet * planet); }

/* ---- columns from a place to the top, in a direction that does not meet the ground */

/* Upwards; steps grow with the distance, for density falls with it. */
static Column column_up(double r, double mu) {
  double d = distance_to_top(r, mu);
  Column sum = {0.0f, 0.0f, 0.0f};
  for (int i = 0; i < COLUMN_STEPS; i++) {
    double s = (i + 0.5) / COLUMN_STEPS;
    Column c = density(radius_at(r, mu, d * (s * s)));
    float dt = (float)(2.0 * s * d / COLUMN_STEPS);
    sum.air += c.air * dt, sum.aerosol += c.aerosol * dt, sum.ozone += c.ozone * dt;
  }
  return sum;
}
static Column column_integral(double r, double mu) {
  if (mu >= 0.0) return column_up(r, mu);
  // Down to the lowest point of the line and up again
  Column half = column_up(r * root(1.0 - mu * mu), 0.0), rest = column_up(r, -mu);
  return (Column){2.0f * half.air - rest.air, 2.0f * half.aerosol - rest.aerosol, 2.0f * half.ozone - rest.ozone};
}

/* Coordinates 0..1: sqrt(r^2 - planet^2) over its greatest, and the distance to the top between its least and greatest. */
static void make_columns(Air *air) {
  double across = root(top * top - planet * planet);
  for (int i = 0; i < COLUMN_HEIGHTS; i++) {
    double rho = across * i / (COLUMN_HEIGHTS - 1), r = root(rho * rho + planet * planet), least = top - r;
    for (int k = 0; k < COLUMN_ANGLES; k++) {
      double d = least + (rho + across - least) * k / (COLUMN_ANGLES - 1);
      double mu = d > 0.0 ? ((across * across - rho * rho) - d * d) / (2.0 * r * d) : 1.0;
      air->columns[i][k] = column_integral(r, mu < 1.0 ? mu > -1.0 ? mu : -1.0 : 1.0);
    }
  }
}

static float mix_f(float a, float b, float t) { return a + (b - a) * t; }
static Column mix_columns(Column a, Column b, float t) {
  return (Column){mix_f(a.air, b.air, t), mix_f(a.aerosol, b.aerosol, t), mix_f(a.ozone, b.ozone, t)};
}

/* Where x in 0..1 lies among `count` nodes: the lower one, and how far beyond it. */
static int node_of(double x, int count, float *part) {
  double at = (x > 0.0 ? x < 1.0 ? x : 1.0 : 0.0) * (count - 1);
  int node = (int)at < count - 2 ? (int)at : count - 2;
  *part = (float)(at - node);
  return node;
}

static Column column_at(const Air *air, double r, double mu) {
  double across = root(top * top - planet * planet), rho = root(r * r - planet * planet), least = top - r;
  float s, t;
  int i = node_of(rho / across, COLUMN_HEIGHTS, &s),
      k = node_of((distance_to_top(r, mu) - least) / (rho + across - least), COLUMN_ANGLES, &t);
  const Column *low = &air->columns[i][k], *high = &air->columns[i + 1][k];
  return mix_columns(mix_columns(low[0], low[1], t), mix_columns(high[0], high[1], t), s);
}

/* What of the sun arrives at a place: nothing in the planet's shadow, whose edge is as wide as the sun. */
static Bands sunlight(const Air *air, double r, double mu) {
  double sine = planet / r < 1.0 ? planet / r : 1.0, horizon = -root(1.0 - sine * sine);
  double seen = 0.5 + 0.5 * (mu - horizon) / (sine * sun_radius);
  if (!(seen > 0.0)) return bands_all(0.0f);
  Column c = column_at(air, r, mu > horizon ? mu : horizon);
  return bands_exp(-extinction(air, c)) * (float)(seen < 1.0 ? seen : 1.0);
}

/* ---- light scattered more than once */

static Bands mix_bands(Bands a, Bands b, float t) { return a + (b - a) * t; }

/* The sun's angle at places that rays from the eye reach differs from the eye's by less. */
static const double order_span = 11.5 * (0x1.921fb54442d18p+1 / 180.0);

static Bands orders_at(const Air *air, double r, double sun_cos) {
  double angle = (double)acos_f(clamp_f((float)sun_cos, -1.0f, 1.0f));
  float s, t;
  int i = node_of(root((r - planet) / (top - planet)), ORDER_HEIGHTS, &s);
  int k = node_of(0.5 + 0.5 * (angle - air->sun_angle) / order_span, ORDER_ANGLES, &t);
  return mix_bands(mix_bands(air->orders[i][k], air->orders[i][k + 1], t), mix_bands(air->orders[i + 1][k], air->orders[i + 1][k + 1], t),
                   s);
}

/* A ray: its place, cosines to the zenith of itself and of the sun there, and of the angle between itself and the sun. */
typedef struct SkyRay {
  double r, mu, sun_cos, cos_between;
} SkyRay;

typedef struct Gathered {
  Bands light;    /* scattered towards the beginning */
  Bands left;     /* of what comes from beyond the end */
  Bands transfer; /* what would be scattered of light 1 from everywhere */
} Gathered;

/* Along `d` metres. first: light of the first order only, scattered evenly; else with the phase functions, and all orders. */
static Gathered march(const Air *air, const SkyRay *ray, double d, int steps, bool first) {
  double c = ray->cos_between, g = asymmetry, base = (1.0 + g * g) - 2.0 * g * c;
  float even = (float)(0.25 / pi);
  // Rayleigh's, and Cornette & Shanks' 1992
  float air_phase = first ? even : (float)(3.0 / (16.0 * pi) * (1.0 + c * c));
  float aerosol_phase =
    first ? even : (float)(3.0 / (8.0 * pi) * (1.0 - g * g) * (1.0 + c * c) / ((2.0 + g * g) * (base * __builtin_sqrt(base))));
  Gathered out = {bands_all(0.0f), bands_all(1.0f), bands_all(0.0f)};
  double before = 0.0;
  for (int i = 0; i < steps; i++) {
    double end = d * ((i + 1.0) / steps) * ((i + 1.0) / steps), t = 0.5 * (before + end), r = radius_at(ray->r, ray->mu, t);
    float dt = (float)(end - before);
    double sun_cos = (ray->r * ray->sun_cos + t * ray->cos_between) / r;
    before = end;
    Column at = density(r);
    Bands by_air = air->air * at.air, by_aerosol = air->aerosol * (at.aerosol * aerosol_albedo), scattered = by_air + by_aerosol;
    Bands extinct = extinction(air, at), passed = bands_exp(extinct * -dt);
    Bands light = (by_air * air_phase + by_aerosol * aerosol_phase) * sunlight(air, r, sun_cos);
    if (!first) light += scattered * orders_at(air, r, sun_cos);
    // The integral over the step of what is constant there
    Bands share = out.left * (1.0f - passed) / (extinct + 1e-20f);
    out.light += share * light;
    out.transfer += share * scattered;
    out.left *= passed;
  }
  return out;
}

/* Hillaire 2020, section 5.5: the second order from everywhere, and a geometric series of what is scattered again. */
static MlStatus make_orders(Air *air, Work *work, MlError *error) {
  for (int i = 0; i < ORDER_HEIGHTS; i++) {
    double x = (double)i / (ORDER_HEIGHTS - 1), r = planet + 1.0 + (top - planet - 2.0) * (x * x);
    for (int k = 0; k < ORDER_ANGLES; k++) {
      if (!work_goes_on(work, 32 << 10)) return work_status(work, error);
      double angle = air->sun_angle + order_span * (2.0 * k / (ORDER_ANGLES - 1) - 1.0), sun_cos = ml_cos(angle), sun_sin = ml_sin(angle);
      Bands light = bands_all(0.0f), transfer = bands_all(0.0f);
      for (int ring = 0; ring < ORDER_RINGS; ring++) {
        double mu = (2 * ring + 1.0) / ORDER_RINGS - 1.0, across = root(1.0 - mu * mu);
        for (int spoke = 0; spoke < ORDER_SPOKES; spoke++) {
          // Half the circle: the other is its mirror image
          SkyRay ray = {r, mu, sun_cos, mu * sun_cos + across * sun_sin * ml_cos(pi * (spoke + 0.5) / ORDER_SPOKES)};
          bool ends = meets_ground(r, mu);
          double d = ends ? distance_to_ground(r, mu) : distance_to_top(r, mu);
          Gathered g = march(air, &ray, d, ORDER_STEPS, true);
          light += g.light;
          transfer += g.transfer;
          double there = (r * sun_cos + d * ray.cos_between) / planet;
          if (ends && there > 0.0) light += g.left * sunlight(air, planet, there) * (air->ground_albedo * (float)(there / pi));
        }
      }
      const float mean = 1.0f / (ORDER_RINGS * ORDER_SPOKES);
      air->orders[i][k] = light * mean / (1.0f - transfer * mean);
    }
  }
  return ML_OK;
}

/* ---- the table */

static MlStatus make_rows(const Air *air, Work *work, float *texels, MlError *error) {
  Bands sky = bands_all(0.0f); // irradiance on the ground
  double sun_sin = root(1.0 - air->sun_cos * air->sun_cos);
  for (uint32_t row = 0; row < SKY_ROWS; row++) {
    double v = 1.0 - (row + 0.5) / SKY_ROWS, elevation = sky_elevation(v), mu = ml_sin(elevation), across = ml_cos(elevation);
    double over = ml_sin(sky_elevation(v + 0.5 / SKY_ROWS)), under = ml_sin(sky_elevation(v - 0.5 / SKY_ROWS));
    float share = (float)(pi * (over * over - under * under) / (SKY_COLUMNS / 2));
    bool ends = meets_ground(eye, mu);
    double d = ends ? distance_to_ground(eye, mu) : distance_to_top(eye, mu);
    float *line = texels + (size_t)row * SKY_COLUMNS * 3;
    for (uint32_t i = 0; i < SKY_COLUMNS / 2; i++) {
      if (!work_goes_on(work, 8 << 10)) return work_status(work, error);
      double azimuth = 2.0 * pi * (i + 0.5) / SKY_COLUMNS; // from the sun
      SkyRay ray = {eye, mu, air->sun_cos, mu * air->sun_cos + across * sun_sin * ml_cos(azimuth)};
      Gathered g = march(air, &ray, d, ends ? GROUND_STEPS : RAY_STEPS, false);
      if (mu > 0.0) sky += g.light * share;
      Spectrum color = bands_color(air, g.light);
      if (ends) {
        double there = (eye * air->sun_cos + d * ray.cos_between) / planet;
        Bands light = sky + sunlight(air, planet, there) * (there > 0.0 ? (float)there : 0.0f);
        color += air->ground * bands_color(air, g.left * light * (float)(1.0 / pi));
      }
      spectrum_store(line + (size_t)(SKY_COLUMNS / 2 + i) * 3, color);
      spectrum_store(line + (size_t)(SKY_COLUMNS / 2 - 1 - i) * 3, color);
    }
  }
  return ML_OK;
}

MlStatus sky_bake(Memory *memory, const SkyParameters *parameters, Work *work, float *texels, Spectrum *sun, MlError *error) {
  Air *air = memory_alloc(memory, sizeof *air, _Alignof(Air));
  if (air == NULL) return memory_error(memory, sizeof *air, "the sky", error);
  set_air(air, parameters);
  make_columns(air);
  MlStatus status = make_orders(air, work, error);
  if (status == ML_OK) status = make_rows(air, work, texels, error);
  double height = 0.5 * pi - air->sun_angle;
  if (status == ML_OK) *sun = bands_color(air, bands_exp(-extinction(air, column_integral(eye, ml_sin(height > 0.0 ? height : 0.0)))));
  memory_free(memory, air, sizeof *air);
  return status;
}
