/* test_shade_fresnel.c - reflectances beyond the plain ones: the artist's F82, thin films against a brute integral over their bands; rough
 * diffuse reflection against known albedos. */
#include <cmocka.h>
#include <complex.h>
#include <math.h>

#include "chi_square.h"
#include "shade/conductor.h"
#include "shade/rough_diffuse.h"

#undef I /* complex.h's */

static float channel(Spectrum s, int i) {
  MlColor c = spectrum_to_color(s);
  return i == 0 ? c.r : i == 1 ? c.g : c.b;
}

static void f82(void **state) {
  (void)state;
  const Spectrum f0 = spectrum_from_color((MlColor){.9f, .6f, .3f}), white = spectrum_all(1),
                 edge = spectrum_from_color((MlColor){1, .8f, .5f});
  for (int n = 0; n <= 100; n++) {
    float c = (float)n / 100;
    Spectrum plain = fresnel_schlick(c, f0, white), dipped = fresnel_f82(c, f0, edge), none = fresnel_f82(c, f0, white);
    assert_true(spectrum_average(fresnel_f82(c, white, white)) == 1); /* reflects everything */
    for (int i = 0; i < 3; i++) {
      assert_true(fabsf(channel(none, i) - channel(plain, i)) < 1e-6f);
      assert_true(channel(dipped, i) <= channel(plain, i) && channel(dipped, i) >= 0);
    }
  }
  for (int i = 0; i < 3; i++) {
    Spectrum at = fresnel_f82(1.0f / 7, f0, edge), plain = fresnel_schlick(1.0f / 7, f0, white);
    assert_true(fabsf(channel(at, i) - channel(plain, i) * channel(edge, i)) < 1e-6f);
  }
}

/* Airy's formula for one wave length, from the Fresnel amplitudes. */
static double airy(double cos0, double thickness, double n1, double complex n2, double wavelength) {
  double sin2 = 1 - cos0 * cos0, cos1 = sqrt(1 - sin2 / (n1 * n1)), sum = 0;
  double complex cos2 = csqrt(1 - sin2 / (n2 * n2)), way = cexp(4i * M_PI * n1 * thickness * cos1 / wavelength);
  for (int p = 0; p < 2; p++) {
    double a = p ? (n1 * cos0 - cos1) / (n1 * cos0 + cos1) : (cos0 - n1 * cos1) / (cos0 + n1 * cos1);
    double complex r = p ? (n2 * cos1 - n1 * cos2) / (n2 * cos1 + n1 * cos2) : (n1 * cos1 - n2 * cos2) / (n1 * cos1 + n2 * cos2);
    double size = cabs((a + r * way) / (1 + a * r * way));
    sum += size * size / 2;
  }
  return sum;
}

/* The mean over a channel's band, a Gaussian over wave numbers. */
static double band_mean(double cos0, double thickness, double n1, double complex n2, int i) {
  double centre = (double)channel(spectrum_wavelengths(), i), width = (double)channel(spectrum_bandwidths(), i), sum = 0, total = 0;
  for (int n = -400; n <= 400; n++) {
    double x = n / 80.0, w = exp(-x * x / 2);
    sum += w * airy(cos0, thickness, n1, n2, centre / (1 + width * x));
    total += w;
  }
  return sum / total;
}

static void films_are_band_means(void **state) {
  (void)state;
  const struct {
    double n1, eta, k;
  } known[] = {{1.33, 1.5, 0}, {2, 1.5, 0}, {1.33, .188, 3.4}, {1.8, 2.9, 3.06}, {2.5, 1.1, 6.6}, {1.2, 1, 0}};
  double worst = 0, sum = 0;
  for (int m = 0; m < 6; m++) {
    for (int d = 0; d < 12; d++) {
      for (int c = 1; c <= 10; c++) {
        double thickness = d * d * 12, cos0 = c / 10.0;
        float n1 = (float)known[m].n1;
        FilmBase base =
          film_base(film_cosine((float)cos0, n1), spectrum_all((float)known[m].eta / n1), spectrum_all((float)known[m].k / n1));
        Spectrum r = thin_film_reflectance((float)cos0, (float)thickness, n1, &base);
        for (int i = 0; i < 3; i++) {
          double error = fabs((double)channel(r, i) - band_mean(cos0, thickness, known[m].n1, known[m].eta + 1i * known[m].k, i));
          if (error > worst) worst = error;
          sum += error;
        }
      }
    }
  }
  print_message("error of a film's reflectance: at most %.5f, mean %.6f\n", worst, sum / (6 * 12 * 10 * 3));
  assert_true(worst < .035 && sum / (6 * 12 * 10 * 3) < 3e-4); /* the worst: index 2.5 on aluminium, grazing */
}

/* No film at all is the base; nothing reflects more than it gets. */
static void limits_of_films(void **state) {
  (void)state;
  Spectrum eta = spectrum_from_color((MlColor){.188f, .544f, 1.332f}), k = spectrum_from_color((MlColor){3.403f, 2.231f, 1.869f});
  Lobe white = {
    .kind = LOBE_CONDUCTOR, .artist = ARTIST_SCHLICK, .color = spectrum_all(1), .edge = spectrum_all(1), .film = 300, .film_ior = 1.4f};
  TestRandom random = {3};
  for (int n = 0; n < 2000; n++) {
    float c = test_random(&random), n1 = 1 + 2 * test_random(&random);
    FilmBase base = film_base(film_cosine(c, n1), eta / n1, k / n1);
    Spectrum bare = fresnel_conductor(c, eta, k), thin = thin_film_reflectance(c, 0, n1, &base),
             thick = thin_film_reflectance(c, 20000 * test_random(&random), n1, &base);
    for (int i = 0; i < 3; i++) {
      assert_true(c < .01f || fabsf(channel(bare, i) - channel(thin, i)) < 2e-5f);
      assert_true(channel(thick, i) >= 0 && channel(thick, i) <= 1);
    }
    assert_true(fabsf(spectrum_average(conductor_fresnel(&white, c)) - 1) < 1e-5f);
  }
  FilmBase base = film_base(0, spectrum_all(1), spectrum_zero());
  assert_true(spectrum_is_finite(thin_film_reflectance(0, 500, 1, &base)));
}

/* A soap film reflects nothing when it is very thin, blue and white first as it grows, as Newton saw. */
static void soap_film(void **state) {
  (void)state;
  MlColor shades[2];
  for (int n = 0; n < 2; n++) {
    FilmBase base = film_base(1, spectrum_all(1 / 1.33f), spectrum_zero());
    shades[n] = spectrum_to_color(thin_film_reflectance(1, n ? 170 : 1, 1.33f, &base));
  }
  assert_true(shades[0].r < 1e-4f && shades[0].b < 1e-4f);
  assert_true(shades[1].r > 3 * shades[1].b); /* second: yellow, for a path of half a blue wave more */
}

/* White rough diffuse surfaces keep everything, coloured ones their EON albedo; roughness 0 is Lambert. */
static void eon_keeps_energy(void **state) {
  (void)state;
  for (int r = 0; r <= 4; r++) {
    for (int d = 0; d < 9; d++) {
      double angle = d * 10.9 * M_PI / 180, sum = 0;
      Vec3 wo = vec3((float)sin(angle), 0, (float)cos(angle));
      enum { N = 200 };
      for (int i = 0; i < N * N; i++) {
        double t = (i / N + .5) / N, mu = t * t, sine = sqrt(1 - mu * mu), phi = M_PI * (i % N + .5) / N;
        Vec3 wi = vec3((float)(sine * cos(phi)), (float)(sine * sin(phi)), (float)mu);
        Spectrum f = eon_eval(spectrum_all(1), (float)r / 4, wo, wi), back = eon_eval(spectrum_all(1), (float)r / 4, wi, wo);
        assert_true(fabsf(spectrum_average(f) - spectrum_average(back)) < 1e-5f);
        sum += (double)spectrum_average(f) * 4 * M_PI * mu * t / (N * N); /* mu dmu dphi, half of the azimuth */
      }
      if (fabs(sum - 1) > 5e-4) print_message("roughness %g, %g degrees: %g\n", r / 4.0, d * 10.9, sum);
      assert_true(fabs(sum - 1) < 5e-4);
    }
  }
  Vec3 wo = normalize(vec3(.5f, 0, 1)), wi = normalize(vec3(.1f, -.7f, 1));
  assert_true(fabsf(spectrum_average(eon_eval(spectrum_all(.3f), 0, wo, wi)) - .3f * INV_PI_F) < 1e-6f);
  // Full roughness is brighter towards the light than away from it
  assert_true(spectrum_average(eon_eval(spectrum_all(.3f), 1, wo, wo)) > 1.1f * spectrum_average(eon_eval(spectrum_all(.3f), 1, wo, wi)));
}

/* Exact reflectances stay within 0..1 for any index, at any angle. */
static void conductors_stay_in_range(void **state) {
  (void)state;
  static const float values[] = {0, 1e-6f, .01f, .03f, .3f, .9f, 1, 1.001f, 1.5f, 3, 9, 1e6f, 1e20f};
  enum { VALUES = sizeof values / sizeof *values };
  for (int i = 1; i < VALUES; i++)
    for (int k = 0; k < VALUES; k++)
      for (int n = 0; n <= 1000; n++) {
        float r = spectrum_average(fresnel_conductor((float)n / 1000, spectrum_all(values[i]), spectrum_all(values[k])));
        if (!(r >= 0 && r <= 1)) fail_msg("eta %g, k %g: %g at cosine %g", (double)values[i], (double)values[k], (double)r, n / 1000.);
      }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(f82),
                                     cmocka_unit_test(conductors_stay_in_range),
                                     cmocka_unit_test(films_are_band_means),
                                     cmocka_unit_test(limits_of_films),
                                     cmocka_unit_test(soap_film),
                                     cmocka_unit_test(eon_keeps_energy)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
