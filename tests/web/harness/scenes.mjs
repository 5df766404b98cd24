/** scenes.mjs - small scenes that several suites use. */

export const BALL = `camera{ from = {0, 1.5, 6}, look_at = {0, 1, 0}, fov = 40 }
background{ {.35, .45, .6} }
plane{ material = "#888078" }
sphere{ center = {0, 1, 0}, material = "#b03a2e" }
`;

/** The same with another colour: a text for each number. */
export const ball = (n) => BALL.replace('#b03a2e', `#${(0x203040 + n * 7919).toString(16).padStart(6, '0').slice(-6)}`);

export const ENDLESS = 'while true do end\n';

/** Line 3 has a field that is not there; the suggestion is `radius`. */
export const WRONG = `camera{ from = {0, 1.5, 6}, look_at = {0, 1, 0}, fov = 40 }
background{ {.35, .45, .6} }
sphere{ center = {0, 1, 0}, radus = 1 }
`;
