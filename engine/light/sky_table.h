/* sky_table.h - measured spectra from which sky.c makes its bands: one file's data, not to be included elsewhere. */
#ifndef ML_LIGHT_SKY_TABLE_H
#define ML_LIGHT_SKY_TABLE_H

/* Of bins 10 nm wide, from 370..380 nm to 780..790 nm. */
#define SKY_BINS 42
/* The sun above the atmosphere: mean of ASTM G-173's extraterrestrial column over each bin, W/(m^2 nm). */
static const double sky_solar[SKY_BINS] = {
  1.14259, 1.01249, 1.14716, 1.72765, 1.73054, 1.6887,  1.61253, 1.91198, 2.03474, 2.02042, 2.02212, 1.93377, 1.95809, 1.91686,
  1.8298,  1.8685,  1.8931,  1.85149, 1.8504,  1.8341,  1.8345,  1.8147,  1.78158, 1.7533,  1.6965,  1.68194, 1.64654, 1.6048,
  1.52143, 1.55622, 1.5113,  1.474,   1.4482,  1.41018, 1.36775, 1.34188, 1.31429, 1.28303, 1.26758, 1.2367,  1.2082,  1.18737,
};
/* Ozone: mean absorption cross-section at 233 K over each bin, 1e-25 m^2 (Serdyuchenko et al. 2014, University of Bremen). */
static const double sky_ozone[SKY_BINS] = {
  0.002182, 0.002818, 0.006636, 0.01527, 0.02763, 0.0552, 0.08451, 0.1582, 0.2316, 0.3669, 0.4924, 0.7752, 0.9016, 1.48,
  1.602,    2.139,    2.755,    3.091,   3.5,     4.266,  4.672,   4.398,  4.701,  5.019,  4.305,  3.74,   3.215,  2.662,
  2.238,    1.852,    1.473,    1.209,   0.9423,  0.7455, 0.6566,  0.5105, 0.415,  0.4228, 0.3237, 0.2451, 0.2801, 0.2534,
};

#endif
