/**
 * words.js - names and numbers of the memory that page and engine share. Word order is that of web/bridge/words.def and figures.def, the
 * rest is bridge.h's; a unit test compares them.
 */

/** The int32 words of the status block, in order. */
export const WORDS = [
  'request_sequence', 'generation', 'stop', 'threads', 'asset_turn', 'asset_size', 'asset_name_size', 'encode_wanted', 'encode_format',
  'fault',
  'heartbeat', 'state', 'state_generation', 'report_sequence', 'report_address', 'report_size', 'frame_sequence', 'frame_generation',
  'frame_address', 'frame_width', 'frame_height', 'frame_bands', 'frame_scale', 'hash_generation', 'hash_high', 'hash_low',
  'samples_fewest', 'samples_most', 'samples_wanted', 'threads_used', 'asset_address', 'encode_done', 'encode_address', 'encode_size',
];

/** The float64 figures, in order. */
export const FIGURES = [
  'progress', 'render_seconds', 'rays', 'evaluate_seconds', 'build_seconds', 'built', 'exposure', 'noise', 'memory', 'memory_cap', 'first_pixels',
];

const numbered = names => Object.freeze(Object.fromEntries(names.map((name, index) => [name, index])));

/** Index of a word, of a figure, by name. */
export const W = numbered(WORDS);
export const F = numbered(FIGURES);

/** BridgeState, by number. */
export const STATES = ['starting', 'idle', 'evaluating', 'rendering', 'wrong'];

/** MlImageFormat, by name. */
export const FORMATS = Object.freeze({ png: 1, jpg: 2, hdr: 3, pfm: 4 });

/** Rows of a band of the frame. */
export const BAND = 32;

/** Bytes of all strings of a request; of a file's name. */
export const MAX_SOURCE = 4 << 20;
export const MAX_TEXT = MAX_SOURCE + (256 << 10);
export const MAX_NAME = 1024;

/** Turns of the hand-over of files (asset_turn). */
export const TURN = Object.freeze({ page: 0, offered: 1, address: 2, refused: 3, written: 4 });

/** BridgeRequest: byte offsets of its fields. */
export const REQUEST = Object.freeze({
  script_version: 0, name_size: 4, sets_size: 8, source_size: 12, width: 16, height: 20, samples: 24, time_limit_ms: 28,
  script_memory_mb: 32, has_camera: 36, camera_kind: 40, camera_blades: 44, camera: 48, text: 152,
});
