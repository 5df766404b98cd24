/* thin_film.h - reflectance of a thin film on a metal or a dielectric, in RGB: colours by interference.
 *
 * After Belcour & Barla 2017, "A Practical Extension to Microfacet Theory for the Modeling of Varying Iridescence": the bands of a channel
 * average the interference in closed form. Here a channel's band is a Gaussian over wave numbers (spectrum_wavelengths, _bandwidths) instead
 * of matching functions with negative parts, so that a reflectance is in 0..1 by itself. For one polarisation let a be the amplitude that the
 * film's outer boundary reflects (real), r that of its base (complex), x = phase of r and of the way through the film. Airy's sum is
 *     R = 1 - (1 - a^2)(1 - |r|^2) / (1 + q^2 + 2 q cos x),  q = a |r|,
 * and the fraction is a Poisson kernel: 1/(1 - q^2) times 1 + 2 sum_m (-q)^m cos m x. A band of relative width s multiplies the m-th term
 * by exp(-(m s d)^2 / 2), d the phase of the way. Terms beyond FILM_TERMS are summed as if their band factor were that of the first left out:
 * exact for the thinnest films, nothing for thick ones.
 *
 * Amplitudes are those of the electric field along s, and of p with r_p = (N^2 c - q)/(N^2 c + q), time going as e^(-i w t). */
#ifndef ML_SHADE_THIN_FILM_H
#define ML_SHADE_THIN_FILM_H

#include "shade/fresnel.h"

#define FILM_TERMS 4

typedef struct SpectrumComplex {
  Spectrum re, im;
} SpectrumComplex;

static inline SpectrumComplex complex_multiply(SpectrumComplex a, SpectrumComplex b) {
  return (SpectrumComplex){a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re};
}
/* b is not 0. */
static inline SpectrumComplex complex_divide(SpectrumComplex a, SpectrumComplex b) {
  Spectrum scale = spectrum_all(1.0f) / (b.re * b.re + b.im * b.im);
  return (SpectrumComplex){(a.re * b.re + a.im * b.im) * scale, (a.im * b.re - a.re * b.im) * scale};
}

/* Amplitudes that the film's base reflects, seen from inside the film. */
typedef struct FilmBase {
  SpectrumComplex s, p;
} FilmBase;

/* cos1: in the film; eta + i k: of the base over the film's index. Without absorption, total reflection is possible. */
static inline FilmBase film_base(float cos1, Spectrum eta, Spectrum k) {
  // q = sqrt(N^2 - sin^2)
  float sin2 = max_f(1.0f - cos1 * cos1, 0.0f);
  Spectrum n2_re = eta * eta - k * k, n2_im = 2.0f * eta * k, re = n2_re - spectrum_all(sin2);
  Spectrum size = spectrum_sqrt(re * re + n2_im * n2_im);
  SpectrumComplex q = {spectrum_sqrt(spectrum_at_least(0.5f * (size + re), 0.0f)),
                       spectrum_sqrt(spectrum_at_least(0.5f * (size - re), 0.0f))};
  SpectrumComplex n2c = {n2_re * cos1, n2_im * cos1}, c = {spectrum_all(cos1), spectrum_zero()};
  return (FilmBase){complex_divide((SpectrumComplex){c.re - q.re, -q.im}, (SpectrumComplex){c.re + q.re, q.im}),
                    complex_divide((SpectrumComplex){n2c.re - q.re, n2c.im - q.im}, (SpectrumComplex){n2c.re + q.re, n2c.im + q.im})};
}
/* A base of which only the reflectance is known: as of something denser. */
static inline FilmBase film_base_of_reflectance(Spectrum reflectance) {
  SpectrumComplex s = {-spectrum_sqrt(reflectance), spectrum_zero()};
  return (FilmBase){s, {-s.re, s.im}};
}

/* One polarisation. a: amplitude of the outer boundary; way: e^(i d); band: exp(-(s d)^2 / 2). */
static inline Spectrum film_polarised(float a, SpectrumComplex r, SpectrumComplex way, Spectrum band) {
  Spectrum white = spectrum_all(1.0f), r2 = r.re * r.re + r.im * r.im;
  SpectrumComplex z = complex_multiply((SpectrumComplex){-a * r.re, -a * r.im}, way), power = z; /* z^m = (-q)^m e^(i m x) */
  Spectrum factor = band, ratio = band, band2 = band * band, sum = spectrum_zero();              /* band^(m^2), band^(2 m - 1) */
  for (int m = 1; m <= FILM_TERMS; m++) {
    sum += factor * power.re;
    power = complex_multiply(power, z);
    ratio *= band2;
    factor *= ratio;
  }
  SpectrumComplex rest = complex_divide(power, (SpectrumComplex){white - z.re, -z.im});
  sum += factor * rest.re;
  float a2 = a * a;
  return white - (1.0f - a2) * (white - r2) / (white - a2 * r2) * (white + 2.0f * sum);
}

/* Cosine within the film; film_ior >= 1. */
static inline float film_cosine(float cos0, float film_ior) {
  return safe_sqrt_f(1.0f - max_f(1.0f - cos0 * cos0, 0.0f) / (film_ior * film_ior));
}

/* Reflectance of film and base, 0..1. cos0: outside, 0..1; thickness in nm; film_ior: 1 or more, against vacuum. */
static inline Spectrum thin_film_reflectance(float cos0, float thickness, float film_ior, const FilmBase *base) {
  cos0 = max_f(cos0, 1e-4f); /* all is reflected at 0, as 0 / 0 */
  float cos1 = film_cosine(cos0, film_ior);
  float s = (cos0 - film_ior * cos1) / (cos0 + film_ior * cos1), p = (film_ior * cos0 - cos1) / (film_ior * cos0 + cos1);
  Spectrum turns = spectrum_all(min_f(2.0f * film_ior * thickness * cos1, 1e6f)) / spectrum_wavelengths();
  SpectrumComplex way;
  way.re = spectrum_cos_turns(turns, &way.im);
  Spectrum spread = TWO_PI_F * turns * spectrum_bandwidths(), band = spectrum_exp(-0.5f * spread * spread);
  Spectrum sum = film_polarised(s, base->s, way, band) + film_polarised(p, base->p, way, band);
  return spectrum_min(spectrum_at_least(0.5f * sum, 0.0f), 1.0f);
}

#endif
