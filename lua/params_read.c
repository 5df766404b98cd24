/* params_read.c - values of parameters from a JSON object, as texts of the same form as --set's.
 *
 * One pass counts, a second fills the block: the sets first, then their texts. A text is never longer than it is in the file, but for its end. */
#include <string.h>

#include "script.h"
#include "text.h"

typedef struct Json {
  const char *from, *text, *at, *end;
  ScriptSet *sets; /* NULL while counting */
  char *texts;     /* where the next one goes */
  size_t count, bytes;
  MlError *error;
} Json;

static bool fail(Json *j, const char *what) {
  if (!j->error) return false;
  uint32_t line = 1, column = 1;
  for (const char *p = j->text; p < j->at; p++) {
    if (*p == '\n') line++, column = 1;
    else if (((unsigned char)*p & 0xC0) != 0x80) column++;
  }
  char message[sizeof j->error->message];
  size_t size = 0;
  const char *parts[] = {j->from, ":", NULL, ":", NULL, ": ", what};
  char digits[2][12];
  for (int k = 0; k < 2; k++) {
    uint32_t value = k == 0 ? line : column;
    char *digit = digits[k] + 11;
    *digit = 0;
    do *--digit = (char)('0' + value % 10);
    while (value /= 10);
    parts[2 + 2 * k] = digit;
  }
  for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
    for (const char *p = parts[i]; *p && size + 1 < sizeof message; p++) message[size++] = *p;
  message[size] = 0;
  *j->error = (MlError){.status = ML_ERROR_FORMAT};
  memcpy(j->error->message, message, size + 1);
  return false;
}

static void skip(Json *j) {
  while (j->at < j->end && (*j->at == ' ' || *j->at == '\t' || *j->at == '\n' || *j->at == '\r')) j->at++;
}

static bool is_next(Json *j, char c) {
  skip(j);
  return j->at < j->end && *j->at == c;
}

static bool take(Json *j, char c, const char *what) {
  if (!is_next(j, c)) return fail(j, what);
  j->at++;
  return true;
}

static void put(Json *j, char c) {
  if (j->sets) *j->texts++ = c;
  else j->bytes++;
}

/* Ends a text that began with *begin = j->texts. */
static void end_text(Json *j) { put(j, 0); }

static int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  c = (char)(c | 0x20);
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool take_code(Json *j, uint32_t *out) {
  *out = 0;
  for (int i = 0; i < 4; i++, j->at++) {
    const int digit = j->at < j->end ? hex_digit(*j->at) : -1;
    if (digit < 0) return fail(j, "expected four hexadecimal digits after \\u");
    *out = *out << 4 | (uint32_t)digit;
  }
  return true;
}

static void put_utf8(Json *j, uint32_t c) {
  if (c < 0x80) {
    put(j, (char)c);
  } else if (c < 0x800) {
    put(j, (char)(0xC0 | c >> 6));
    put(j, (char)(0x80 | (c & 63)));
  } else if (c < 0x10000) {
    put(j, (char)(0xE0 | c >> 12));
    put(j, (char)(0x80 | (c >> 6 & 63)));
    put(j, (char)(0x80 | (c & 63)));
  } else {
    put(j, (char)(0xF0 | c >> 18));
    put(j, (char)(0x80 | (c >> 12 & 63)));
    put(j, (char)(0x80 | (c >> 6 & 63)));
    put(j, (char)(0x80 | (c & 63)));
  }
}

static bool take_escape(Json *j) {
  static const char letters[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
  const char *letter = j->at < j->end && *j->at ? strchr(letters, *j->at) : NULL;
  uint32_t code, low;
  if (letter) {
    put(j, meant[letter - letters]);
    j->at++;
    return true;
  }
  if (j->at == j->end || *j->at != 'u') return fail(j, "this is no escape that JSON has");
  j->at++;
  if (!take_code(j, &code)) return false;
  if (code >= 0xD800 && code < 0xDC00) {
    if (j->end - j->at < 2 || j->at[0] != '\\' || j->at[1] != 'u') return fail(j, "half of a pair of \\u");
    j->at += 2;
    if (!take_code(j, &low)) return false;
    if (low < 0xDC00 || low >= 0xE000) return fail(j, "half of a pair of \\u");
    code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
  }
  if (code == 0 || (code >= 0xDC00 && code < 0xE000)) return fail(j, "a character that no text may have");
  put_utf8(j, code);
  return true;
}

static bool take_string(Json *j) {
  j->at++; // the quote
  while (j->at < j->end && *j->at != '"') {
    if ((unsigned char)*j->at < 0x20) return fail(j, "a text ends on its own line; write \\n");
    if (*j->at == '\\') {
      j->at++;
      if (!take_escape(j)) return false;
    } else {
      put(j, *j->at++);
    }
  }
  if (j->at == j->end) return fail(j, "this text has no end");
  j->at++;
  end_text(j);
  return true;
}

/* A number, as it stands. */
static bool take_number(Json *j) {
  const char *begin = j->at;
  while (j->at < j->end && *j->at && (strchr("+-.eE", *j->at) || (*j->at >= '0' && *j->at <= '9'))) put(j, *j->at++);
  return j->at > begin || fail(j, "expected a number, a text, true, false or [x, y, z]");
}

static bool take_word(Json *j, const char *word) {
  const size_t size = strlen(word);
  if ((size_t)(j->end - j->at) < size || memcmp(j->at, word, size) != 0) return false;
  for (size_t i = 0; i < size; i++) put(j, *j->at++);
  end_text(j);
  return true;
}

/* [1, 2, 3] as "1,2,3". */
static bool take_list(Json *j) {
  j->at++;
  for (int i = 0; i < 3; i++) {
    if (i > 0 && !take(j, ',', "expected three numbers [x, y, z]")) return false;
    if (i > 0) put(j, ',');
    skip(j);
    if (!take_number(j)) return false;
  }
  end_text(j);
  return take(j, ']', "expected three numbers [x, y, z]");
}

static bool take_value(Json *j) {
  skip(j);
  if (j->at == j->end) return fail(j, "the file ends here");
  if (*j->at == '"') return take_string(j);
  if (*j->at == '[') return take_list(j);
  if (take_word(j, "true") || take_word(j, "false")) return true;
  if (!take_number(j)) return false;
  end_text(j);
  return true;
}

static bool take_object(Json *j) {
  j->at = j->text;
  if (j->end - j->at >= 3 && memcmp(j->at, "\xEF\xBB\xBF", 3) == 0) j->at += 3;
  j->count = 0;
  if (!take(j, '{', "expected an object { \"name\": value, ... }")) return false;
  for (bool more = !is_next(j, '}'); more; more = is_next(j, ',') ? (j->at++, true) : false) {
    if (!is_next(j, '"')) return fail(j, "expected the name of a parameter, in quotes");
    const char *name = j->texts;
    if (!take_string(j) || !take(j, ':', "expected a colon after the name")) return false;
    const char *value = j->texts;
    if (!take_value(j)) return false;
    if (j->sets) j->sets[j->count] = (ScriptSet){.name = name, .value = value, .from = j->from};
    j->count++;
  }
  if (!take(j, '}', "expected a comma or }")) return false;
  skip(j);
  return j->at == j->end || fail(j, "expected nothing behind the object");
}

MlStatus script_read_params(MlEngine *engine, const char *from, const char *text, size_t size, ScriptSet **sets, size_t *count,
                            size_t *bytes, MlError *error) {
  MlError own = {0};
  Json j = {.from = from, .text = text, .end = text + size, .error = error ? error : &own};
  *sets = NULL;
  *count = *bytes = 0;
  if (!take_object(&j)) return ML_ERROR_FORMAT;
  if (j.count == 0) return ML_OK;
  const size_t all = j.count * sizeof **sets + j.bytes;
  ScriptSet *block = ml_engine_realloc(engine, NULL, 0, all);
  if (!block) {
    *j.error = (MlError){.status = ML_ERROR_MEMORY};
    strcpy(j.error->message, "out of memory: no room for the parameters");
    return ML_ERROR_MEMORY;
  }
  j.sets = block;
  j.texts = (char *)(block + j.count);
  take_object(&j);
  *sets = block;
  *count = j.count;
  *bytes = all;
  return ML_OK;
}
