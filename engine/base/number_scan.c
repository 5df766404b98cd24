/* number_scan.c - the fast way from decimal text to double, with number_parse behind it.
 *
 * Up to 19 digits w and an exponent e: where both are small, one division or product of exact doubles rounds once (Clinger 1990). Else w is
 * multiplied by the upper 64 bits of 10^e, which errs by less than 3 in the product's upper 64 bits: enough to round to 53, but
 * where the bits below lie as close to the middle between two doubles (Lemire 2021 takes 128 bits for those). */
#include "base/number.h"

#include <stdint.h>
#include <string.h>

enum { LEAST_POWER = -70, GREATEST_POWER = 60, DIGITS_FAST = 19, DIGITS_KEPT = 800 };

/* 10^e without its fraction, scaled to 64 bits: by 2^(63 - floor(log2 10^e)). */
static const uint64_t powers[GREATEST_POWER - LEAST_POWER + 1] = {
  0xb0af48ec79ace837u, 0xdcdb1b2798182244u, 0x8a08f0f8bf0f156bu, 0xac8b2d36eed2dac5u, 0xd7adf884aa879177u, 0x86ccbb52ea94baeau,
  0xa87fea27a539e9a5u, 0xd29fe4b18e88640eu, 0x83a3eeeef9153e89u, 0xa48ceaaab75a8e2bu, 0xcdb02555653131b6u, 0x808e17555f3ebf11u,
  0xa0b19d2ab70e6ed6u, 0xc8de047564d20a8bu, 0xfb158592be068d2eu, 0x9ced737bb6c4183du, 0xc428d05aa4751e4cu, 0xf53304714d9265dfu,
  0x993fe2c6d07b7fabu, 0xbf8fdb78849a5f96u, 0xef73d256a5c0f77cu, 0x95a8637627989aadu, 0xbb127c53b17ec159u, 0xe9d71b689dde71afu,
  0x9226712162ab070du, 0xb6b00d69bb55c8d1u, 0xe45c10c42a2b3b05u, 0x8eb98a7a9a5b04e3u, 0xb267ed1940f1c61cu, 0xdf01e85f912e37a3u,
  0x8b61313bbabce2c6u, 0xae397d8aa96c1b77u, 0xd9c7dced53c72255u, 0x881cea14545c7575u, 0xaa242499697392d2u, 0xd4ad2dbfc3d07787u,
  0x84ec3c97da624ab4u, 0xa6274bbdd0fadd61u, 0xcfb11ead453994bau, 0x81ceb32c4b43fcf4u, 0xa2425ff75e14fc31u, 0xcad2f7f5359a3b3eu,
  0xfd87b5f28300ca0du, 0x9e74d1b791e07e48u, 0xc612062576589ddau, 0xf79687aed3eec551u, 0x9abe14cd44753b52u, 0xc16d9a0095928a27u,
  0xf1c90080baf72cb1u, 0x971da05074da7beeu, 0xbce5086492111aeau, 0xec1e4a7db69561a5u, 0x9392ee8e921d5d07u, 0xb877aa3236a4b449u,
  0xe69594bec44de15bu, 0x901d7cf73ab0acd9u, 0xb424dc35095cd80fu, 0xe12e13424bb40e13u, 0x8cbccc096f5088cbu, 0xafebff0bcb24aafeu,
  0xdbe6fecebdedd5beu, 0x89705f4136b4a597u, 0xabcc77118461cefcu, 0xd6bf94d5e57a42bcu, 0x8637bd05af6c69b5u, 0xa7c5ac471b478423u,
  0xd1b71758e219652bu, 0x83126e978d4fdf3bu, 0xa3d70a3d70a3d70au, 0xccccccccccccccccu, 0x8000000000000000u, 0xa000000000000000u,
  0xc800000000000000u, 0xfa00000000000000u, 0x9c40000000000000u, 0xc350000000000000u, 0xf424000000000000u, 0x9896800000000000u,
  0xbebc200000000000u, 0xee6b280000000000u, 0x9502f90000000000u, 0xba43b74000000000u, 0xe8d4a51000000000u, 0x9184e72a00000000u,
  0xb5e620f480000000u, 0xe35fa931a0000000u, 0x8e1bc9bf04000000u, 0xb1a2bc2ec5000000u, 0xde0b6b3a76400000u, 0x8ac7230489e80000u,
  0xad78ebc5ac620000u, 0xd8d726b7177a8000u, 0x878678326eac9000u, 0xa968163f0a57b400u, 0xd3c21bcecceda100u, 0x84595161401484a0u,
  0xa56fa5b99019a5c8u, 0xcecb8f27f4200f3au, 0x813f3978f8940984u, 0xa18f07d736b90be5u, 0xc9f2c9cd04674edeu, 0xfc6f7c4045812296u,
  0x9dc5ada82b70b59du, 0xc5371912364ce305u, 0xf684df56c3e01bc6u, 0x9a130b963a6c115cu, 0xc097ce7bc90715b3u, 0xf0bdc21abb48db20u,
  0x96769950b50d88f4u, 0xbc143fa4e250eb31u, 0xeb194f8e1ae525fdu, 0x92efd1b8d0cf37beu, 0xb7abc627050305adu, 0xe596b7b0c643c719u,
  0x8f7e32ce7bea5c6fu, 0xb35dbf821ae4f38bu, 0xe0352f62a19e306eu, 0x8c213d9da502de45u, 0xaf298d050e4395d6u, 0xdaf3f04651d47b4cu,
  0x88d8762bf324cd0fu, 0xab0e93b6efee0053u, 0xd5d238a4abe98068u, 0x85a36366eb71f041u, 0xa70c3c40a64e6c51u, 0xd0cf4b50cfe20765u,
  0x82818f1281ed449fu, 0xa321f2d7226895c7u, 0xcbea6f8ceb02bb39u, 0xfee50b7025c36a08u, 0x9f4f2726179a2245u,
};

typedef struct Scanned {
  const char *digits, *end; /* digits with a point among them */
  uint64_t first;           /* the value of the first DIGITS_FAST digits that count */
  int64_t exponent;         /* of those */
  bool more;                /* further ones follow, not all 0 */
} Scanned;

static bool is_digit(char c) { return (unsigned char)(c - '0') < 10; }

/* Digits and point from `s` on. */
static Scanned scan_digits(const char *s, const char *end) {
  Scanned out = {.digits = s};
  int count = 0;
  const char *point = NULL;
  for (; s < end; s++) {
    const char c = *s;
    if (is_digit(c)) {
      if (count < DIGITS_FAST) {
        out.first = out.first * 10 + (uint64_t)(c - '0');
        count += out.first != 0;
        out.exponent -= point != NULL;
      } else {
        out.more = out.more || c != '0';
        out.exponent += point == NULL;
      }
    } else if (c == '.' && point == NULL) {
      point = s;
    } else {
      break;
    }
  }
  out.end = s;
  return out;
}

/* [+-]digits after the letter at s, saturating; returns s where there are none. */
static const char *scan_exponent(const char *s, const char *end, int64_t *exponent) {
  const char *p = s + 1;
  const bool negative = p < end && *p == '-';
  if (p < end && (*p == '-' || *p == '+')) p++;
  if (p == end || !is_digit(*p)) return s;
  int64_t value = 0;
  for (; p < end && is_digit(*p); p++)
    if (value < 1000000000000) value = value * 10 + (*p - '0');
  *exponent = negative ? -value : value;
  return p;
}

/* first x 10^exponent, where that can be told; first is not 0. */
static bool round_fast(const Scanned *number, int64_t exponent, double *out) {
  static const double exact[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
  if (!number->more && number->first <= (uint64_t)1 << 53 && exponent >= -22 && exponent <= 22) {
    const double whole = (double)number->first;
    *out = exponent < 0 ? whole / exact[-exponent] : whole * exact[exponent];
    return true;
  }
  if (exponent < LEAST_POWER || exponent > GREATEST_POWER) return false;
  const int shift = __builtin_clzll(number->first);
  const unsigned __int128 product = (unsigned __int128)(number->first << shift) * powers[exponent - LEAST_POWER];
  const int up = (int)(product >> 127) ^ 1;
  const uint64_t upper = (uint64_t)((product << up) >> 64), below = upper & 0x7ff;
  const uint64_t error = number->more ? 64 : 3; // what follows 19 digits is less than a unit of first: 2^4 here, doubled by `up`
  if (below <= 0x400 && below + error >= 0x400) return false;
  // As the kept bits include the implicit one, adding them to the exponent's field makes carries come out right
  const int64_t binary = ((exponent * 217706) >> 16) - 63 + 64 - shift - up; // of upper's last bit
  const uint64_t bits = ((uint64_t)(binary + 11 + 1074) << 52) + (upper >> 11) + (below > 0x400);
  memcpy(out, &bits, sizeof bits);
  return true;
}

/* number_parse of the digits that can matter, and a 1 for the others. */
static double round_exactly(const Scanned *number, int64_t exponent) {
  char text[DIGITS_KEPT + 64];
  int count = 0;
  bool more = false, point = false;
  for (const char *s = number->digits; s < number->end; s++) {
    if (*s == '.') {
      point = true;
    } else if (count == 0 && *s == '0') {
      exponent -= point;
    } else if (count < DIGITS_KEPT) {
      text[count++] = *s;
      exponent -= point;
    } else {
      more = more || *s != '0';
      exponent += !point;
    }
  }
  if (more) text[count++] = '1', exponent--;
  text[count++] = 'e';
  if (exponent < 0) text[count++] = '-', exponent = -exponent;
  char reversed[24];
  int length = 0;
  do reversed[length++] = (char)('0' + exponent % 10);
  while ((exponent /= 10) != 0);
  while (length > 0) text[count++] = reversed[--length];
  text[count] = '\0';
  return number_parse(text, NULL);
}

const char *number_scan(const char *text, const char *end, double *out) {
  const char *s = text;
  const bool negative = s < end && *s == '-';
  if (s < end && (*s == '-' || *s == '+')) s++;
  const Scanned number = scan_digits(s, end);
  if (number.end == s || (number.end == s + 1 && *s == '.')) return text;
  s = number.end;
  int64_t exponent = 0;
  if (s < end && (*s == 'e' || *s == 'E')) s = scan_exponent(s, end, &exponent);
  double x = 0.0;
  if (number.first != 0 && !round_fast(&number, number.exponent + exponent, &x)) x = round_exactly(&number, exponent);
  *out = negative ? -x : x;
  return s;
}
