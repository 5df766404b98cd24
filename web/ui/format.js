/** format.js - numbers for people: short, with units, never wider than they must be. */

/** 1234567 → "1 234 567" with narrow spaces. */
export function count(value) {
  return String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, '\u202f');
}

const SCALES = [[1e9, 'G'], [1e6, 'M'], [1e3, 'k']];

/** Three digits and a prefix: 12 345 678 → "12.3 M". */
export function rate(value) {
  for (const [unit, prefix] of SCALES) {
    if (value >= unit * 0.9995) return `${threeDigits(value / unit)} ${prefix}`;
  }
  return String(Math.round(value));
}

function threeDigits(value) {
  if (value < 9.995) return value.toFixed(2);
  return value < 99.95 ? value.toFixed(1) : value.toFixed(0);
}

/** Bytes in powers of 1024, as memory is counted: "48.2 MB". */
export function bytes(value) {
  const units = ['bytes', 'KB', 'MB', 'GB'];
  let unit = 0;
  let rest = value;
  while (rest >= 999.5 && unit < units.length - 1) {
    rest /= 1024;
    unit += 1;
  }
  return `${unit ? threeDigits(rest) : Math.round(rest)} ${units[unit]}`;
}

/** "0.42 s", "12.3 s", "2:05 min", "1:02 h"; `digits`: significant ones below a minute. */
export function seconds(value, digits = 3) {
  if (!(value >= 0)) return '–';
  const short = digits === 3 ? threeDigits(value) : value < 9.95 ? value.toFixed(1) : value.toFixed(0);
  if (value < 59.95) return `${short} s`;
  const whole = Math.round(value);
  const pair = (high, low) => `${high}:${String(low).padStart(2, '0')}`;
  if (whole < 3600) return `${pair(Math.floor(whole / 60), whole % 60)} min`;
  const minutes = Math.round(value / 60);
  return `${pair(Math.floor(minutes / 60), minutes % 60)} h`;
}

/** "1 error", "2 errors". */
export function plural(n, one, many = `${one}s`) {
  return `${count(n)} ${n === 1 ? one : many}`;
}

/** Control and direction characters made visible; tabs stay. */
export function visible(text) {
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g, (character) => {
    const code = character.charCodeAt(0);
    if (code < 0x20) return String.fromCharCode(0x2400 + code);
    if (code === 0x7f) return '\u2421';
    return `<${code.toString(16).toUpperCase().padStart(4, '0')}>`;
  });
}
