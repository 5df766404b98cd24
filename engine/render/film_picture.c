/* film_picture.c - what a film shows: display pixels, picture files, and the exposure that suits it. Means are read as film.h says, so
 * all of it may happen while the film is being rendered. */
#include <string.h>

#include "base/error.h"
#include "base/file.h"
#include "image/tonemap.h"
#include "image/white_balance.h"
#include "image/write.h"
#include "math/elementary.h"
#include "render/engine.h"

static WhiteBalance balance_of(const MlDisplay *display) {
  return white_balance(white_is_valid(display->white) ? display->white : (MlColor){0, 0, 0});
}

/* Means to display pixels. The means are used up. */
static void show_row(const MlDisplay *display, const WhiteBalance *balance, float *means, uint64_t count, uint8_t *rgb) {
  white_balance_row(balance, means, count);
  tonemap_row(display->tonemap, display->exposure, means, count, rgb);
}

MlDisplay ml_display_of(const MlView *view, const MlSettings *settings) {
  if (integrator_shows_data(settings->integrator)) return (MlDisplay){.tonemap = ML_TONEMAP_NONE, .exposure = (float)view->exposure};
  return (MlDisplay){.tonemap = view->tonemap, .white = view->white, .exposure = (float)view->exposure};
}

void ml_film_display(const MlFilm *film, const MlDisplay *display, uint32_t y0, uint32_t y1, uint8_t *rgb) {
  FLOAT_STATE_OURS;
  const WhiteBalance balance = balance_of(display);
  enum { PIECE = 256 };
  float means[3 * PIECE];
  if (y1 > film->height) y1 = film->height;
  for (uint64_t i = (uint64_t)y0 * film->width, end = (uint64_t)y1 * film->width; i < end;) {
    uint64_t count = end - i < PIECE ? end - i : PIECE;
    for (uint64_t k = 0; k < count; k++) spectrum_store(means + 3 * k, film_mean(film, i + k));
    show_row(display, &balance, means, count, rgb);
    i += count, rgb += 3 * count;
  }
}

/* Relaxed. WebAssembly's atomic stores are full barriers; there nobody but the page reads these words, and every browser writes an aligned
 * word whole. */
static inline void store_word(uint32_t *out, uint32_t word) {
#ifdef __wasm__
  *out = word;
#else
  __atomic_store_n(out, word, __ATOMIC_RELAXED);
#endif
}

void ml_film_show(const MlFilm *film, const MlDisplay *display, uint32_t x0, uint32_t y0, uint32_t x1, uint32_t y1, uint32_t *rgba) {
  FLOAT_STATE_OURS;
  const WhiteBalance balance = balance_of(display);
  enum { PIECE = 64 };
  float means[3 * PIECE];
  uint8_t shown[3 * PIECE];
  bool sampled[PIECE];
  if (x1 > film->width) x1 = film->width;
  if (y1 > film->height) y1 = film->height;
  for (uint32_t y = y0; y < y1; y++) {
    for (uint32_t x = x0; x < x1; x += PIECE) {
      const uint32_t count = x1 - x < PIECE ? x1 - x : PIECE;
      const uint64_t first = (uint64_t)y * film->width + x;
      for (uint32_t k = 0; k < count; k++) {
        PixelSums pixel;
        film_read_pixel(film, first + k, &pixel);
        sampled[k] = pixel.count != 0;
        spectrum_store(means + 3 * k, pixel_mean(&pixel));
      }
      show_row(display, &balance, means, count, shown);
      for (uint32_t k = 0; k < count; k++) {
        const uint8_t bytes[4] = {shown[3 * k], shown[3 * k + 1], shown[3 * k + 2], 255};
        uint32_t word;
        memcpy(&word, bytes, sizeof word);
        if (sampled[k]) store_word(&rgba[first + k], word);
      }
    }
  }
}

float film_exposure(const MlFilm *film) {
  uint64_t pixels = (uint64_t)film->width * film->height;
  LogAverage average = {0};
  for (uint64_t i = 0; i < pixels; i++) log_average_add(&average, spectrum_luminance(film_mean(film, i)));
  return log_average_exposure(&average);
}

/* ------------------------------------------------------------------ files */

typedef struct FilmView {
  const MlFilm *film;
  const MlDisplay *display;
} FilmView;

static void view_bytes(void *ud, uint32_t y, uint8_t *rgb) {
  const FilmView *view = ud;
  ml_film_display(view->film, view->display, y, y + 1, rgb);
}
static void view_floats(void *ud, uint32_t y, float *rgb) {
  const FilmView *view = ud;
  ml_film_row(view->film, y, rgb);
}

static MlStatus film_encode(Memory *memory, const MlFilm *film, MlImageFormat format, const MlDisplay *display, const MlSink *sink,
                            MlError *error) {
  FilmView view = {film, display};
  ImageSource source = {film->width, film->height, view_bytes, view_floats, &view};
  return image_write(memory, format, &source, sink, error);
}

MlStatus ml_film_encode(MlEngine *engine, const MlFilm *film, MlImageFormat format, const MlDisplay *display, const MlSink *sink,
                        MlError *error) {
  FLOAT_STATE_OURS;
  error_clear(error);
  return film_encode(&engine->memory, film, format, display, sink, error);
}

MlStatus ml_film_write(MlEngine *engine, const MlFilm *film, const char *path, const MlDisplay *display, MlError *error) {
  FLOAT_STATE_OURS;
  error_clear(error);
  // What cannot be written is said before the disk is touched.
  MlImageFormat format = ml_image_format(path);
  if (format == ML_IMAGE_UNKNOWN)
    return error_set(error, ML_ERROR_ARGUMENT, "cannot write '%s': its name must end in .png, .jpg, .hdr or .pfm", path);
  TRY(image_check(format, film->width, film->height, error));

  FileWriter writer;
  TRY(file_writer_open(&writer, path, error));
  MlSink sink = file_writer_sink(&writer);
  MlError failure = {0};
  MlStatus status = film_encode(&engine->memory, film, format, display, &sink, &failure);
  // A failure of the file is told best by the writer, which knows the reason.
  if (status == ML_OK || writer.failed) return file_writer_commit(&writer, error);
  file_writer_abort(&writer);
  return error_set(error, status, "%s", failure.message);
}
