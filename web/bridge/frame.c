/* frame.c - the pixels that the page looks at, while they are being made. */
#include <string.h>

#include "internal.h"

static size_t pixel_bytes(const Frame *frame) { return (size_t)frame->width * frame->height * sizeof(uint32_t); }

void frame_free(Frame *frame) {
  if (frame->pixels) ml_engine_realloc(frame->engine, frame->pixels, pixel_bytes(frame), 0);
  frame->pixels = NULL;
  frame->width = frame->height = frame->band_count = 0;
}

static bool resize(Frame *frame, uint32_t width, uint32_t height) {
  const uint32_t band_count = (height + BRIDGE_BAND - 1) / BRIDGE_BAND;
  if (band_count > sizeof frame->bands / sizeof *frame->bands || (uint64_t)width * height > SIZE_MAX / sizeof(uint32_t)) return false;
  uint32_t *pixels = ml_engine_realloc(frame->engine, NULL, 0, (size_t)width * height * sizeof *pixels);
  if (!pixels) return false;
  for (size_t i = 0; i < (size_t)width * height; i++) pixels[i] = 0xff000000u;
  frame_free(frame);
  frame->pixels = pixels;
  frame->width = width, frame->height = height, frame->band_count = band_count;
  return true;
}

bool frame_begin(Frame *frame, uint32_t width, uint32_t height, int32_t generation) {
  Status *status = frame->status;
  lock_begin(status, WORD_frame_sequence);
  const bool fits = (frame->width == width && frame->height == height) || resize(frame, width, height);
  // What was not looked at of an older picture is not to be taken for pixels of this one.
  if (fits && word_get(status, WORD_frame_generation) != generation)
    for (uint32_t i = 0; i < frame->band_count; i++) atomic_store_explicit(&frame->bands[i], 0, memory_order_relaxed);
  if (fits) {
    word_set(status, WORD_frame_address, (int32_t)(intptr_t)frame->pixels);
    word_set(status, WORD_frame_bands, (int32_t)(intptr_t)frame->bands);
    word_set(status, WORD_frame_width, (int32_t)width);
    word_set(status, WORD_frame_height, (int32_t)height);
    word_set(status, WORD_frame_generation, generation);
  }
  lock_end(status, WORD_frame_sequence);
  return fits;
}

/* A relaxed store, which WebAssembly does not have: its atomic stores are in one order for all threads, and cost a full barrier each (32 ms for
 * a frame of 1280x720 in Firefox). The page reads these words without atomics, and every browser writes an aligned word whole. */
static inline void store_pixel(uint32_t *out, uint32_t pixel) {
#ifdef __wasm__
  *out = pixel;
#else
  __atomic_store_n(out, pixel, __ATOMIC_RELAXED);
#endif
}

static void bands_changed(Frame *frame, uint32_t y0, uint32_t y1) {
  for (uint32_t band = y0 / BRIDGE_BAND; band * BRIDGE_BAND < y1; band++)
    atomic_store_explicit(&frame->bands[band], 1, memory_order_release);
}

static MlDisplay display_of(const Frame *frame) {
  MlDisplay display = frame->display;
  display.exposure = atomic_load_explicit(&frame->exposure, memory_order_relaxed);
  return display;
}

void frame_show(Frame *frame, const MlFilm *film, uint32_t x0, uint32_t y0, uint32_t x1, uint32_t y1) {
  MlDisplay display = display_of(frame);
  // Another exposure that came meanwhile: whoever set it shows the whole frame, and these pixels must not be written over those.
  for (bool again = true; again;) {
    ml_film_show(film, &display, x0, y0, x1, y1, frame->pixels);
    atomic_thread_fence(memory_order_seq_cst);
    const MlDisplay now = display_of(frame);
    again = now.exposure != display.exposure;
    display = now;
  }
  bands_changed(frame, y0, y1);
}

/* Where pixel i of `size` lies among `small` samples: two neighbours, and the weight of the second in 256ths. */
typedef struct Place {
  uint32_t low, high, weight;
} Place;

static Place place_of(uint32_t i, uint32_t size, uint32_t small) {
  const uint64_t twice = ((uint64_t)(2 * i + 1) * small * 256) / size;
  const uint64_t at = twice > 256 ? (twice - 256) / 2 : 0; // 256 to a pixel, from the first one's centre
  const uint32_t low = (uint32_t)(at >> 8) < small ? (uint32_t)(at >> 8) : small - 1;
  return (Place){low, low + 1 < small ? low + 1 : low, (uint32_t)(at & 255)};
}

/* Two packed pixels, all four bytes at once: 16 bits are room for a byte times 256. */
static uint32_t mix(uint32_t a, uint32_t b, uint32_t weight) {
  const uint32_t even = ((a & 0xff00ffu) * (256 - weight) + (b & 0xff00ffu) * weight + 0x800080u) >> 8 & 0xff00ffu;
  const uint32_t odd = (a >> 8 & 0xff00ffu) * (256 - weight) + (b >> 8 & 0xff00ffu) * weight + 0x800080u;
  return even | (odd & 0xff00ff00u);
}

/* What enlarging takes beside the frame: the small picture, packed, and two of its rows made as wide as the frame. */
typedef struct Enlarging {
  Place *across;
  uint8_t *bytes;
  uint32_t *row[2];
  uint32_t row_of[2]; /* which rows of the small picture these are */
} Enlarging;

/* Row y of the small picture, as wide as the frame. */
static const uint32_t *widened(Enlarging *e, uint32_t y, uint32_t small_width, uint32_t width) {
  uint32_t *row = e->row[y & 1];
  if (e->row_of[y & 1] == y) return row;
  e->row_of[y & 1] = y;
  const uint8_t *from = e->bytes + 3 * (size_t)small_width * y;
  for (uint32_t x = 0; x < width; x++) {
    const Place at = e->across[x];
    const uint8_t *a = from + 3 * at.low, *b = from + 3 * at.high;
    row[x] = mix(a[0] | (uint32_t)a[1] << 8 | (uint32_t)a[2] << 16, b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16, at.weight);
  }
  return row;
}

bool frame_enlarge(Frame *frame, const MlFilm *film) {
  const uint32_t width = ml_film_width(film), height = ml_film_height(film);
  const size_t small = (size_t)width * height * 3, row = frame->width * sizeof(uint32_t), places = frame->width * sizeof(Place);
  const size_t total = places + 2 * row + small;
  uint8_t *block = ml_engine_realloc(frame->engine, NULL, 0, total);
  if (!block) return false;
  Enlarging e = {.across = (Place *)(void *)block,
                 .row = {(uint32_t *)(void *)(block + places), (uint32_t *)(void *)(block + places + row)},
                 .row_of = {UINT32_MAX, UINT32_MAX},
                 .bytes = block + places + 2 * row};
  const MlDisplay display = display_of(frame);
  ml_film_display(film, &display, 0, height, e.bytes);
  for (uint32_t x = 0; x < frame->width; x++) e.across[x] = place_of(x, frame->width, width);
  for (uint32_t y = 0; y < frame->height; y++) {
    const Place down = place_of(y, frame->height, height);
    const uint32_t *top = widened(&e, down.low, width, frame->width), *bottom = widened(&e, down.high, width, frame->width);
    uint32_t *out = frame->pixels + (size_t)y * frame->width;
    for (uint32_t x = 0; x < frame->width; x++) store_pixel(&out[x], mix(top[x], bottom[x], down.weight) | 0xff000000u);
  }
  bands_changed(frame, 0, frame->height);
  ml_engine_realloc(frame->engine, block, total, 0);
  return true;
}
