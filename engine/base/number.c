/* number.c - decimal and hexadecimal text to double and back, by whole numbers alone: exact, correctly rounded to nearest,
 * ties to even, the same everywhere.
 *
 * Reading: digits D and exponent give the fraction N / M of two big integers; 64 bits of its quotient by long division,
 * and whether anything is left, decide the rounding. Writing: a double's finite decimal expansion is produced whole (at
 * most 309 + 1074 digits, in words of 9), then rounded where the format says. */
#include "base/number.h"

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

static uint64_t bits_of(double x) {
  uint64_t bits;
  memcpy(&bits, &x, sizeof bits);
  return bits;
}

static double double_of(uint64_t bits) {
  double x;
  memcpy(&x, &bits, sizeof x);
  return x;
}

/* (mantissa + a part of 1 that is 0 exactly if !sticky) 2^exponent, rounded. mantissa has its top bit set. */
static double compose(uint64_t mantissa, bool sticky, int64_t exponent) {
  if (exponent > 1023 - 63) return double_of(0x7ff0000000000000u);
  // Bits that fall off: 11, more below the smallest normal number
  int64_t drop = exponent < -1074 - 11 ? -1074 - exponent : 11;
  if (drop > 64) return 0;
  uint64_t kept = drop == 64 ? 0 : mantissa >> drop;
  uint64_t half = (uint64_t)1 << (drop - 1), rest = drop == 64 ? mantissa : mantissa & (((uint64_t)1 << drop) - 1);
  if (rest > half || (rest == half && (sticky || (kept & 1)))) kept++;
  // As kept includes the implicit bit, adding it to the exponent field makes carries come out right
  uint64_t field = drop == 11 ? (uint64_t)(exponent + 11 + 1074) : 0;
  return double_of((field << 52) + kept);
}

/* ---- big integers: 32-bit words, least first */

enum { BIG_WORDS = 160 }; /* 5120 bits; 10^1131 has 3758, the division's shift stays within that */

typedef struct Big {
  uint32_t count; /* words in use, the highest not 0 */
  uint32_t word[BIG_WORDS];
} Big;

static void big_multiply_add(Big *b, uint32_t factor, uint32_t summand) {
  uint64_t carry = summand;
  for (uint32_t i = 0; i < b->count; i++) {
    carry += (uint64_t)b->word[i] * factor;
    b->word[i] = (uint32_t)carry;
    carry >>= 32;
  }
  if (carry != 0) b->word[b->count++] = (uint32_t)carry;
}

static void big_multiply_power_of_ten(Big *b, int64_t power) {
  for (; power >= 9; power -= 9) big_multiply_add(b, 1000000000, 0);
  for (; power > 0; power--) big_multiply_add(b, 10, 0);
}

static int64_t big_bits(const Big *b) { return b->count == 0 ? 0 : 32 * (int64_t)b->count - __builtin_clz(b->word[b->count - 1]); }

static void big_shift_left(Big *b, int64_t shift) {
  if (b->count == 0 || shift == 0) return;
  uint32_t words = (uint32_t)(shift / 32), bits = (uint32_t)(shift % 32);
  uint32_t top = b->count + words;
  b->word[top] = 0;
  for (uint32_t i = b->count; i-- > 0;) {
    uint64_t wide = (uint64_t)b->word[i] << bits;
    b->word[i + words + 1] |= (uint32_t)(wide >> 32);
    b->word[i + words] = (uint32_t)wide;
  }
  memset(b->word, 0, words * sizeof *b->word);
  b->count = b->word[top] != 0 ? top + 1 : top;
}

static bool big_at_least(const Big *a, const Big *b) {
  if (a->count != b->count) return a->count > b->count;
  for (uint32_t i = a->count; i-- > 0;)
    if (a->word[i] != b->word[i]) return a->word[i] > b->word[i];
  return true;
}

/* a -= b, for a >= b. */
static void big_subtract(Big *a, const Big *b) {
  int64_t borrow = 0;
  for (uint32_t i = 0; i < a->count; i++) {
    borrow += (int64_t)a->word[i] - (i < b->count ? b->word[i] : 0);
    a->word[i] = (uint32_t)borrow;
    borrow >>= 32;
  }
  while (a->count > 0 && a->word[a->count - 1] == 0) a->count--;
}

/* n / m, rounded; both are used up. */
static double big_quotient(Big *n, Big *m) {
  // Scaled by a power of two into (1/2, 2), the quotient's first 65 bits hold at least 64 significant ones
  int64_t scale = big_bits(m) - big_bits(n);
  if (scale > 0) {
    big_shift_left(n, scale);
  } else {
    big_shift_left(m, -scale);
  }
  int64_t exponent = -scale - 63;
  if (!big_at_least(n, m)) {
    big_shift_left(n, 1);
    exponent--;
  }
  uint64_t quotient = 0;
  for (int i = 0; i < 64; i++) {
    quotient <<= 1;
    if (big_at_least(n, m)) {
      big_subtract(n, m);
      quotient |= 1;
    }
    big_shift_left(n, 1);
  }
  return compose(quotient, n->count != 0, exponent);
}

/* ---- reading */

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

static int hex_digit(char c) {
  if (is_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/* [+-]digits after an exponent's letter at *p, saturating; *p moves past it only if there are digits. */
static int64_t read_exponent(const char **p) {
  const char *s = *p + 1;
  bool negative = *s == '-';
  if (*s == '+' || *s == '-') s++;
  if (!is_digit(*s)) return 0;
  int64_t exponent = 0;
  for (; is_digit(*s); s++)
    if (exponent < 1000000000000) exponent = exponent * 10 + (*s - '0');
  *p = s;
  return negative ? -exponent : exponent;
}

/* "0x" has been seen to begin a number at s (after it). */
static double parse_hexadecimal(const char *s, const char **end) {
  uint64_t mantissa = 0;
  int64_t exponent = 0;
  bool sticky = false, point = false;
  for (;; s++) {
    if (*s == '.' && !point) {
      point = true;
      continue;
    }
    int digit = hex_digit(*s);
    if (digit < 0) break;
    if (mantissa >> 60 == 0) {
      mantissa = mantissa << 4 | (uint64_t)digit;
      exponent -= point ? 4 : 0;
    } else {
      sticky = sticky || digit != 0;
      exponent += point ? 0 : 4;
    }
  }
  if (*s == 'p' || *s == 'P') exponent += read_exponent(&s);
  *end = s;
  if (mantissa == 0) return 0;
  int shift = __builtin_clzll(mantissa);
  return compose(mantissa << shift, sticky, exponent - shift);
}

enum { DIGITS_KEPT = 800 }; /* a tie between doubles has at most 768 digits, so further ones only break it */

/* The value of `count` digits (first not 0), times 10^exponent. */
static double decimal_value(const char *digits, int count, int64_t exponent) {
  if (exponent + count > 310) return double_of(0x7ff0000000000000u);
  if (exponent + count < -330) return 0;

  // Up to 15 digits and 10^22 are exact doubles, so one operation rounds once (Clinger 1990)
  static const double exact_powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                        1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
  if (count <= 15 && exponent >= -22 && exponent <= 22) {
    int64_t whole = 0;
    for (int i = 0; i < count; i++) whole = whole * 10 + (digits[i] - '0');
    return exponent < 0 ? (double)whole / exact_powers[-exponent] : (double)whole * exact_powers[exponent];
  }

  Big n, m;
  n.count = 0;
  m.count = 1, m.word[0] = 1;
  for (int i = 0; i < count; i++) big_multiply_add(&n, 10, (uint32_t)(digits[i] - '0'));
  if (exponent > 0) {
    big_multiply_power_of_ten(&n, exponent);
  } else {
    big_multiply_power_of_ten(&m, -exponent);
  }
  return big_quotient(&n, &m);
}

static double parse_decimal(const char *s, const char **end) {
  char digits[DIGITS_KEPT + 1];
  int count = 0;
  int64_t exponent = 0;
  bool sticky = false, point = false;
  for (;; s++) {
    if (*s == '.' && !point) {
      point = true;
      continue;
    }
    if (!is_digit(*s)) break;
    if (count == 0 && *s == '0') {
      exponent -= point;
    } else if (count < DIGITS_KEPT) {
      digits[count++] = *s;
      exponent -= point;
    } else {
      sticky = sticky || *s != '0';
      exponent += !point;
    }
  }
  if (*s == 'e' || *s == 'E') exponent += read_exponent(&s);
  *end = s;
  if (sticky) digits[count++] = '1', exponent--;
  while (count > 0 && digits[count - 1] == '0') count--, exponent++;
  return count == 0 ? 0 : decimal_value(digits, count, exponent);
}

double number_parse(const char *text, const char **end) {
  const char *s = text;
  while (*s == ' ' || (*s >= '\t' && *s <= '\r')) s++;
  bool negative = *s == '-';
  if (*s == '+' || *s == '-') s++;
  const char *after = text;
  double x = 0;
  if (s[0] == '0' && (s[1] == 'x' || s[1] == 'X') && (hex_digit(s[2]) >= 0 || (s[2] == '.' && hex_digit(s[3]) >= 0))) {
    x = parse_hexadecimal(s + 2, &after);
  } else if (is_digit(s[0]) || (s[0] == '.' && is_digit(s[1]))) {
    x = parse_decimal(s, &after);
  }
  if (end != NULL) *end = after;
  return negative && after != text ? -x : x;
}

/* ---- writing */

/* 0.d[0]d[1]... x 10^point; zero has no digits. */
typedef struct Decimal {
  int count;
  int point;
  char digit[1500];
} Decimal;

/* The exact expansion of x >= 0, finite. */
static void expand(double x, Decimal *out) {
  uint64_t bits = bits_of(x);
  int field = (int)(bits >> 52);
  uint64_t mantissa = (bits & 0xfffffffffffffu) | (field != 0 ? (uint64_t)1 << 52 : 0);
  int exponent = (field != 0 ? field : 1) - 1075;
  out->count = 0;
  out->point = 0;
  if (mantissa == 0) return;

  // Words of nine decimal digits, first[0] the highest; room for the integer part's before, the fraction's after
  enum { BASE = 1000000000, BEFORE = 36, AFTER = 121 };
  uint32_t word[BEFORE + AFTER] = {0};
  uint32_t *unit = word + BEFORE - 1, *first = unit, *last = unit; /* unit: digits just before the point */
  for (; mantissa != 0; mantissa /= BASE) *first-- = (uint32_t)(mantissa % BASE);
  first++;
  while (exponent > 0) {
    int shift = exponent < 29 ? exponent : 29;
    uint64_t carry = 0;
    for (uint32_t *w = last + 1; w-- > first;) {
      carry += (uint64_t)*w << shift;
      *w = (uint32_t)(carry % BASE);
      carry /= BASE;
    }
    if (carry != 0) *--first = (uint32_t)carry;
    exponent -= shift;
  }
  while (exponent < 0) {
    int shift = -exponent < 9 ? -exponent : 9; /* BASE is divisible by 2^9 */
    uint32_t carry = 0;
    for (uint32_t *w = first; w <= last; w++) {
      uint32_t rest = *w & ((1u << shift) - 1);
      *w = (*w >> shift) + carry;
      carry = (BASE >> shift) * rest;
    }
    if (carry != 0) *++last = carry;
    if (*first == 0 && first < last) first++;
    exponent += shift;
  }

  // Nine digits each, without the zeros at both ends
  out->point = 9 * (int)(unit - first + 1);
  for (uint32_t *w = first; w <= last; w++) {
    uint32_t value = *w;
    for (int i = 8; i >= 0; i--, value /= 10) out->digit[out->count + i] = (char)('0' + value % 10);
    out->count += 9;
  }
  int zeros = 0;
  while (out->digit[zeros] == '0') zeros++;
  memmove(out->digit, out->digit + zeros, (size_t)(out->count - zeros));
  out->count -= zeros;
  out->point -= zeros;
  while (out->digit[out->count - 1] == '0') out->count--;
}

/* Keep `places` digits (may be negative: nothing, and too far left for a carry), ties to even. */
static void round_decimal(Decimal *d, int64_t places) {
  if (places >= d->count) return;
  bool up = false;
  if (places >= 0) {
    bool odd = places > 0 && ((d->digit[places - 1] - '0') & 1);
    up = d->digit[places] > '5' || (d->digit[places] == '5' && (d->count > places + 1 || odd));
  }
  d->count = places > 0 ? (int)places : 0;
  if (up) {
    while (d->count > 0 && d->digit[d->count - 1] == '9') d->count--;
    if (d->count > 0) {
      d->digit[d->count - 1]++;
    } else {
      d->digit[d->count++] = '1';
      d->point++;
    }
  }
  while (d->count > 0 && d->digit[d->count - 1] == '0') d->count--;
}

/* Counts everything, keeps what fits. */
typedef struct Output {
  char *out;
  size_t capacity;
  int64_t length;
} Output;

static void put_fill(Output *o, char c, int64_t count) {
  if (count <= 0) return;
  if (o->length < (int64_t)o->capacity) {
    int64_t room = (int64_t)o->capacity - o->length;
    memset(o->out + o->length, c, (size_t)(count < room ? count : room));
  }
  o->length += count;
}
static void put(Output *o, char c) { put_fill(o, c, 1); }

/* Digits [from, to) of the significand, zeros where there are none. */
static void put_digits(Output *o, const Decimal *d, int64_t from, int64_t to) {
  int64_t end = to < d->count ? to : d->count;
  put_fill(o, '0', (to < 0 ? to : 0) - from);
  for (int64_t i = from > 0 ? from : 0; i < end; i++) put(o, d->digit[i]);
  int64_t rest = from > end ? from : end;
  put_fill(o, '0', to - (rest > 0 ? rest : 0));
}

typedef struct Format {
  bool left, plus, space, alternate, zero;
  int width;
  int precision; /* -1: none */
  char kind;     /* e, f or g */
  bool upper;
} Format;

/* A run of digits; false if it does not fit an int. */
static bool read_count(const char **s, int *count) {
  int64_t n = 0;
  for (; is_digit(**s); (*s)++) {
    n = n * 10 + (**s - '0');
    if (n > INT_MAX / 2) return false;
  }
  *count = (int)n;
  return true;
}

static bool read_format(const char *s, Format *f) {
  *f = (Format){.precision = -1};
  if (*s++ != '%') return false;
  for (;; s++) {
    if (*s == '-') f->left = true;
    else if (*s == '+') f->plus = true;
    else if (*s == ' ') f->space = true;
    else if (*s == '#') f->alternate = true;
    else if (*s == '0') f->zero = true;
    else break;
  }
  if (!read_count(&s, &f->width)) return false;
  if (*s == '.') {
    s++;
    if (!read_count(&s, &f->precision)) return false;
  }
  f->upper = *s == 'E' || *s == 'F' || *s == 'G';
  f->kind = f->upper ? (char)(*s - 'A' + 'a') : *s;
  return (f->kind == 'e' || f->kind == 'f' || f->kind == 'g') && s[1] == '\0';
}

/* The number without sign and padding. */
static void put_number(Output *o, const Format *f, const Decimal *exact) {
  Decimal d = *exact;
  int64_t precision = f->precision < 0 ? 6 : f->precision;
  bool scientific = f->kind == 'e';
  bool trim = false;
  if (f->kind == 'g') {
    if (precision == 0) precision = 1;
    round_decimal(&d, precision);
    int exponent = d.count == 0 ? 0 : d.point - 1;
    scientific = exponent < -4 || exponent >= precision;
    precision -= scientific ? 1 : exponent + 1;
    trim = !f->alternate;
  } else {
    round_decimal(&d, f->kind == 'e' ? precision + 1 : d.count == 0 ? 0 : precision + d.point);
  }

  int point = d.count == 0 ? 1 : d.point;
  int64_t start = scientific ? 1 : point; /* digits before the decimal point */
  if (trim) {
    int64_t needed = d.count - start;
    if (needed < 0) needed = 0;
    if (needed < precision) precision = needed;
  }
  if (start <= 0) {
    put(o, '0');
  } else {
    put_digits(o, &d, 0, start);
  }
  if (precision > 0 || f->alternate) put(o, '.');
  put_digits(o, &d, start, start + precision);
  if (!scientific) return;
  int exponent = point - 1;
  put(o, f->upper ? 'E' : 'e');
  put(o, exponent < 0 ? '-' : '+');
  if (exponent < 0) exponent = -exponent;
  if (exponent >= 100) put(o, (char)('0' + exponent / 100));
  put(o, (char)('0' + exponent / 10 % 10));
  put(o, (char)('0' + exponent % 10));
}

int number_format(char *out, size_t capacity, const char *format, double x) {
  if (capacity > 0) out[0] = '\0';
  Format f;
  if (!read_format(format, &f)) return -1;
  bool nan = x != x, infinite = !nan && (bits_of(x) << 1) == 0xffe0000000000000u;
  bool negative = !nan && bits_of(x) >> 63 != 0;
  char sign = negative ? '-' : f.plus ? '+' : f.space ? ' ' : '\0';
  Decimal d = {0};
  if (!nan && !infinite) expand(negative ? -x : x, &d);

  // Measure first, for the padding on the left
  Output measure = {0};
  if (nan || infinite) {
    measure.length = 3;
  } else {
    put_number(&measure, &f, &d);
  }
  int64_t padding = f.width - measure.length - (sign != '\0');
  bool zeros = f.zero && !f.left && !nan && !infinite;
  Output o = {.out = out, .capacity = capacity == 0 ? 0 : capacity - 1};
  if (!f.left && !zeros) put_fill(&o, ' ', padding);
  if (sign != '\0') put(&o, sign);
  if (zeros) put_fill(&o, '0', padding);
  if (nan || infinite) {
    const char *word = nan ? (f.upper ? "NAN" : "nan") : (f.upper ? "INF" : "inf");
    while (*word != '\0') put(&o, *word++);
  } else {
    put_number(&o, &f, &d);
  }
  if (f.left) put_fill(&o, ' ', padding);
  if (capacity > 0) out[o.length < (int64_t)o.capacity ? (size_t)o.length : o.capacity] = '\0';
  return o.length > INT_MAX ? -1 : (int)o.length;
}

NumberText number_text(double x) {
  NumberText t;
  number_format(t.text, sizeof t.text, "%g", x);
  return t;
}
