/* luaconf_moonlit.h - how moonlit builds Lua 5.4.9 from its unmodified release: a forced include in front of every file.
 *
 *   cc -std=gnu17 -O2 -ffp-contract=off -w -Iengine -Ilua -I<release>/src -include lua/luaconf_moonlit.h -c <release>/src/lapi.c ...
 *
 * for every file but lua.c and luac.c; lua/budget.c and lua/luaconf_moonlit.c provide what it refers to. It changes four things:
 *
 *   Numbers    elementary functions are moonlit.h's, numerals are read and printed by ml_parse_number and ml_format_number: the same bits
 *              on every platform. No locale. The hash seed is constant. C's printf serves integers and strings only.
 *   Weak       tables are not: when the collector runs depends on the platform, so a script must not be able to see it.
 *   Work       that Lua's C code does for a script is counted (budget.h), where the instruction hook does not run:
 *              lstrlib, lutf8lib   every turn of a `while` and every `switch` (so every entry of the matcher, of single characters,
 *                                  and each turn of its inner loops) is one unit; memory and string functions count bytes. May raise.
 *              ltable              every step along a collision chain is one unit; a rehash of crafted keys can be ended.
 *              lstring, lvm        comparisons of strings count bytes; the limit is raised by the next instruction.
 *              Allocation counts in the allocator itself (sandbox.c); the parser counts in its reader.
 *
 *   Jumps      before an error unwinds the stack, budget_thrown notes where the script was, should it be for a limit: the only way to
 *              know it when memory has run out.
 *
 * Keywords are redefined for single files by ML_IN: each file of Lua defines an empty macro of its own name (lstrlib_c) before it
 * includes anything; pasted, that tells at the place of expansion which file is being compiled. All standard headers come first,
 * so that their inline functions do not see this. A release that drops the names fails tests/lua/test_sandbox.c (hostile scripts). */
#ifndef ML_LUACONF_MOONLIT_H
#define ML_LUACONF_MOONLIT_H

#include <assert.h>
#include <ctype.h>
#include <errno.h>
#include <float.h>
#include <limits.h>
#include <locale.h>
#include <math.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "luaconf.h"

#include "budget.h"
#include "moonlit.h"

/* ------------------------------------------- what luaconf.h hides from includers before LUA_CORE and LUA_LIB are defined */
#define l_likely(x) luai_likely(x)
#define l_unlikely(x) luai_unlikely(x)

/* ------------------------------------------------------------------------------------------------------------- jumps */
/* Expanded in ldo.c alone; c is its struct lua_longjmp. */
#define LUAI_THROW(L, c) (budget_thrown((L), (c)->status), longjmp((c)->b, 1))
#define LUAI_TRY(L, c, a)                                                                                                                  \
  if (setjmp((c)->b) == 0) { a }
#define luai_jmpbuf jmp_buf

/* ----------------------------------------------------------------------------------------------------------- numbers */
#define luai_makeseed(L) 0x5EEDu

#undef lua_getlocaledecpoint
#define lua_getlocaledecpoint() '.'

double luaconf_parse_number(const char *text, char **end);
#undef lua_str2number
#define lua_str2number(s, p) luaconf_parse_number((s), (p))
#undef lua_strx2number
#define lua_strx2number(s, p) luaconf_parse_number((s), (p))
#undef lua_number2strx /* lstrlib's own, exact one */

#undef l_sprintf
#define l_sprintf(s, sz, f, i) _Generic((i), double : luaconf_format_number, default : snprintf)((s), (sz), (f), (i))
static inline int luaconf_format_number(char *out, size_t capacity, const char *format, double x) {
  return ml_format_number(out, capacity, format, x);
}

#define acos ml_acos
#define asin ml_asin
#define atan2 ml_atan2
#define ceil ml_ceil
#define cos ml_cos
#define exp ml_exp
#define fabs ml_fabs
#define floor ml_floor
#define fmod ml_fmod
#define frexp ml_frexp
#define ldexp ml_ldexp
#define log ml_log
#define log10 ml_log10
#define log2 ml_log2
#define pow ml_pow
#define sin ml_sin
#define sqrt ml_sqrt
#define tan ml_tan

/* The core converts no string to a number by itself (arithmetic on strings goes to lib_string.c): nothing there counts the work. */
#define LUA_NOCVTS2N

/* -------------------------------------------------------------------------------------------------- one file or another */
/* ML_IN(lstrlib_c, a, b): a while lstrlib.c is compiled, else b. */
#define ML_IN(file, yes, no) ML_IN_1(file, yes, no)
#define ML_IN_1(file, yes, no) ML_IN_2(ML_EMPTY_##file, yes, no)
#define ML_IN_2(probe, yes, no) ML_IN_3(probe, yes, no, )
#define ML_IN_3(a, b, c, ...) c
#define ML_EMPTY_ ~, ~/* what an empty name leaves: two arguments, which shift `yes` to the third place */
#define ML_IN_LIB(yes, no) ML_IN(lstrlib_c, yes, ML_IN(lutf8lib_c, yes, no))
#define ML_IN_CORE(yes, no) ML_IN(lstring_c, yes, ML_IN(lvm_c, yes, no))

/* -------------------------------------------------------------------------------------------------------------- work */
static inline int luaconf_turn(void) {
  budget_charge(1);
  return 0;
}
static inline int luaconf_chain(void) {
  if (--budget_left < 0) budget_spent_table();
  return 0;
}
static inline int luaconf_memcmp_lib(const void *a, const void *b, size_t n) {
  budget_charge(n >> 4);
  return memcmp(a, b, n);
}
static inline int luaconf_memcmp_core(const void *a, const void *b, size_t n) {
  budget_count((n >> 4) + 1);
  return memcmp(a, b, n);
}
static inline void *luaconf_memchr(const void *s, int c, size_t n) {
  const char *found = memchr(s, c, n);
  budget_charge((found ? (size_t)(found - (const char *)s) : n) >> 4);
  return (void *)found;
}
static inline size_t luaconf_strlen_lib(const char *s) {
  size_t n = strlen(s);
  budget_charge(n >> 4);
  return n;
}
static inline size_t luaconf_strlen_core(const char *s) {
  size_t n = strlen(s);
  budget_count(n >> 4);
  return n;
}
static inline char *luaconf_strpbrk(const char *s, const char *set) {
  char *found = strpbrk(s, set);
  budget_charge(found ? (size_t)(found - s) : strlen(s));
  return found;
}
/* Order of bytes. */
static inline int luaconf_strcoll(const char *a, const char *b) {
  size_t i = 0;
  while (a[i] && a[i] == b[i]) i++;
  budget_count(i + 1);
  return (int)(unsigned char)a[i] - (int)(unsigned char)b[i];
}

#define memcmp(a, b, n) ML_IN_LIB(luaconf_memcmp_lib, ML_IN_CORE(luaconf_memcmp_core, (memcmp)))((a), (b), (n))
#define memchr(s, c, n) ML_IN_LIB(luaconf_memchr, (memchr))((s), (c), (n))
#define strlen(s) ML_IN_LIB(luaconf_strlen_lib, ML_IN_CORE(luaconf_strlen_core, (strlen)))(s)
#define strpbrk(s, set) ML_IN_LIB(luaconf_strpbrk, (strpbrk))((s), (set))
#define strcoll(a, b) luaconf_strcoll((a), (b))
/* Names only: lauxlib.h then declares the replacements, which luaconf_moonlit.c and sandbox.c define. */
#define luaL_checkstack ML_IN_LIB(luaconf_checkstack, luaL_checkstack)
#define luaL_buffinitsize ML_IN_LIB(luaconf_buffinitsize, luaL_buffinitsize)
#define luaL_tolstring ML_IN(lstrlib_c, sandbox_tolstring, luaL_tolstring) /* no addresses in format */
#define strchr(s, c) ML_IN(lgc_c, NULL, (strchr)((s), (c)))                /* the letters of __mode */

/* The formatter would put a space behind these keywords. */
/* clang-format off */
#define while(...) while (ML_IN_LIB(luaconf_turn(), ML_IN(ltable_c, luaconf_chain(), 0)), (__VA_ARGS__))
#define switch(...) switch (ML_IN_LIB(luaconf_turn(), 0), (__VA_ARGS__))
#define else else if (ML_IN(ltable_c, luaconf_chain(), 0)) {} else
/* clang-format on */

#endif
