/* session.h - one render: waves of samples over tiles (ARCHITECTURE.md, invariants 6 and 8).
 *
 * Work is handed out as tickets, numbered wave by wave and, within a wave, tile by tile from the middle of the picture outwards: every tile
 * gets its first wave before any gets its second. There is no barrier and no lock: whoever draws a ticket adds it to its tile, and who finds
 * the tile idle renders it until the tile has no tickets left. So a pixel is never with two threads, and nobody waits.
 * Everything is allocated at the start; while tiles are rendered, nothing is. */
#ifndef ML_RENDER_SESSION_H
#define ML_RENDER_SESSION_H

#include "render/kernel.h"

/* What a session allocates, beside the film. */
uint64_t session_bytes(uint32_t width, uint32_t height, uint32_t tile, uint32_t threads);
/* How many waves take every pixel from `fewest` samples to `samples`: the number of times film_wave_end advances. */
uint64_t session_waves(uint32_t fewest, uint32_t samples);

#endif
