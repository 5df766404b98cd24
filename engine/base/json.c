/* json.c - see json.h. jsmn finds the tokens; the number of tokens and the depth are known before, so that it takes no more memory than it
 * needs and closes brackets in a bounded time. A check of the whole grammar follows, which leaves in each token the number of the token
 * behind all that is inside it. */
#include "base/json.h"

#include <string.h>

#include "base/error.h"
#include "base/number.h"

#define JSMN_STATIC
#define JSMN_STRICT
#define JSMN_PARENT_LINKS
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wsign-conversion"
#pragma GCC diagnostic ignored "-Wsign-compare"
#include <jsmn.h>
#pragma GCC diagnostic pop

typedef struct JsonToken {
  jsmntok_t t; /* parent: the token behind, once checked */
} JsonToken;

static bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
static bool is_digit(char c) { return c >= '0' && c <= '9'; }

/* ---- errors */

typedef struct Place {
  unsigned line, column;
} Place;

static Place place_of(const char *text, size_t offset) {
  Place place = {1, 1};
  for (size_t i = 0; i < offset; i++) {
    place.column++;
    if (text[i] == '\n') place.line++, place.column = 1;
  }
  return place;
}

static MlStatus wrong(const Json *json, size_t at, const char *expected, MlError *error) {
  const Place place = place_of(json->text, at);
  if (at >= json->size)
    return error_set(error, ML_ERROR_FORMAT, "line %u, column %u: expected %s, but the text ends", place.line, place.column, expected);
  const unsigned char c = (unsigned char)json->text[at];
  if (c > 0x20 && c < 0x7f)
    return error_set(error, ML_ERROR_FORMAT, "line %u, column %u: expected %s, got '%c'", place.line, place.column, expected, c);
  return error_set(error, ML_ERROR_FORMAT, "line %u, column %u: expected %s, got the byte 0x%02x", place.line, place.column, expected, c);
}

/* ---- tokens */

enum { PIECE_MOST = 8 << 20 };

/* Over the text up to where jsmn can well stop: behind an opening bracket, of which it need not look for the end, or after long at a
 * comma. Counts tokens, checks the depth. */
typedef struct Scan {
  size_t at;
  uint32_t tokens, depth;
  bool in_string, in_word;
} Scan;

static bool scan_piece(Scan *scan, const char *text, size_t size) {
  for (const size_t start = scan->at; scan->at < size;) {
    const char c = text[scan->at++];
    const size_t done = scan->at - start;
    if (scan->in_string) {
      if (c == '\\' && scan->at < size) scan->at++;
      else if (c == '"') scan->in_string = false;
      continue;
    }
    const bool word = !is_space(c) && strchr("{}[],:\"", c) == NULL;
    scan->tokens += (word && !scan->in_word) || c == '{' || c == '[' || c == '"';
    scan->in_word = word;
    scan->in_string = c == '"';
    if (c == '{' || c == '[') {
      if (++scan->depth > JSON_MAX_DEPTH) return false;
      if (done >= WORK_PIECE) break;
    }
    if ((c == '}' || c == ']') && scan->depth > 0) scan->depth--;
    if (c == ',' && done >= PIECE_MOST) break;
  }
  return true;
}

static MlStatus count_tokens(const Json *json, Work *work, uint32_t *count, MlError *error) {
  Scan scan = {0};
  for (size_t before = 0; scan.at < json->size; before = scan.at) {
    if (!scan_piece(&scan, json->text, json->size)) {
      const Place place = place_of(json->text, scan.at - 1);
      return error_set(error, ML_ERROR_LIMIT, "line %u, column %u: more than %d values inside each other", place.line, place.column,
                       JSON_MAX_DEPTH);
    }
    if (!work_goes_on(work, scan.at - before)) return work_status(work, error);
  }
  *count = scan.tokens;
  return ML_OK;
}

static MlStatus find_tokens(Json *json, Work *work, MlError *error) {
  jsmn_parser parser;
  jsmn_init(&parser);
  Scan scan = {0};
  int result = JSMN_ERROR_PART;
  for (size_t before = 0; scan.at < json->size; before = scan.at) {
    scan_piece(&scan, json->text, json->size);
    result = jsmn_parse(&parser, json->text, scan.at, &json->tokens->t, json->count);
    if (result < 0 && result != JSMN_ERROR_PART) break;
    if (!work_goes_on(work, 2 * (scan.at - before))) return work_status(work, error);
  }
  if (result >= 0 && parser.toknext == json->count) return ML_OK;
  if (result == JSMN_ERROR_PART) return wrong(json, json->size, "the end of a string, number, object or array", error);
  return wrong(json, parser.pos, "JSON", error);
}

/* ---- the grammar */

typedef struct Check {
  Json *json;
  Work *work;
  size_t at;      /* in the text */
  uint32_t token; /* the next one */
  MlError *error;
} Check;

static char look(Check *c) {
  while (c->at < c->json->size && is_space(c->json->text[c->at])) c->at++;
  return c->at < c->json->size ? c->json->text[c->at] : '\0';
}

static MlStatus take(Check *c, char wanted, const char *expected) {
  if (look(c) != wanted || c->at >= c->json->size) return wrong(c->json, c->at, expected, c->error);
  c->at++;
  return ML_OK;
}

static bool is_number(const char *s, const char *end) {
  if (s < end && *s == '-') s++;
  const char *whole = s;
  while (s < end && is_digit(*s)) s++;
  if (s == whole || (*whole == '0' && s - whole > 1)) return false;
  if (s < end && *s == '.') {
    const char *fraction = ++s;
    while (s < end && is_digit(*s)) s++;
    if (s == fraction) return false;
  }
  if (s < end && (*s == 'e' || *s == 'E')) {
    if (++s < end && (*s == '+' || *s == '-')) s++;
    const char *exponent = s;
    while (s < end && is_digit(*s)) s++;
    if (s == exponent) return false;
  }
  return s == end;
}

static bool is_literal(const char *s, size_t size) {
  return (size == 4 && memcmp(s, "true", 4) == 0) || (size == 5 && memcmp(s, "false", 5) == 0) || (size == 4 && memcmp(s, "null", 4) == 0);
}

static MlStatus check_string(Check *c, const jsmntok_t *t) {
  for (size_t i = (size_t)t->start; i < (size_t)t->end; i++)
    if ((unsigned char)c->json->text[i] < 0x20) return wrong(c->json, i, "no control character in a string", c->error);
  c->at = (size_t)t->end + 1;
  return ML_OK;
}

/* The next token, which must begin where the text has come to. */
static MlStatus next_token(Check *c, const char *expected, jsmntok_t **out) {
  const char first = look(c);
  jsmntok_t *t = c->token < c->json->count ? &c->json->tokens[c->token].t : NULL;
  if (t == NULL || (size_t)t->start != c->at + (t->type == JSMN_STRING) || (t->type == JSMN_STRING && first != '"') || t->end < t->start)
    return wrong(c->json, c->at, expected, c->error);
  c->token++;
  *out = t;
  return ML_OK;
}

static MlStatus check_value(Check *c);

static MlStatus check_member(Check *c) {
  jsmntok_t *key;
  TRY(next_token(c, "a key in quotes", &key));
  if (key->type != JSMN_STRING) return wrong(c->json, (size_t)key->start, "a key in quotes", c->error);
  TRY(check_string(c, key));
  key->parent = (int)c->token;
  TRY(take(c, ':', "':'"));
  return check_value(c);
}

/* Recursion goes as deep as the text's brackets, which were counted. */
static MlStatus check_value(Check *c) {
  jsmntok_t *t;
  const size_t begin = c->at;
  TRY(next_token(c, "a value", &t));
  const char *s = c->json->text + t->start;
  if (t->type == JSMN_STRING) {
    TRY(check_string(c, t));
  } else if (t->type == JSMN_PRIMITIVE) {
    if (!is_number(s, c->json->text + t->end) && !is_literal(s, (size_t)(t->end - t->start)))
      return wrong(c->json, (size_t)t->start, "a value", c->error);
    c->at = (size_t)t->end;
  } else {
    const bool object = t->type == JSMN_OBJECT;
    const char close = object ? '}' : ']';
    c->at++;
    int items = 0;
    for (; look(c) != close; items++) {
      if (items > 0) TRY(take(c, ',', object ? "',' or '}'" : "',' or ']'"));
      TRY(object ? check_member(c) : check_value(c));
    }
    c->at++;
    if (c->at != (size_t)t->end) return wrong(c->json, c->at - 1, "JSON", c->error);
    t->size = items;
  }
  t->parent = (int)c->token;
  if (!work_goes_on(c->work, c->at - begin < 256 ? c->at - begin : 256)) return work_status(c->work, c->error);
  return ML_OK;
}

static MlStatus check_text(Json *json, Work *work, MlError *error) {
  Check c = {.json = json, .work = work, .error = error};
  TRY(check_value(&c));
  look(&c);
  return c.at == json->size && c.token == json->count ? ML_OK : wrong(json, c.at, "the end of the text", error);
}

MlStatus json_parse(Memory *memory, Work *work, const char *text, size_t size, Json *out, MlError *error) {
  Json json = {.text = text, .size = size};
  if (size > JSON_MAX_BYTES) return error_set(error, ML_ERROR_LIMIT, "a JSON text of more than %u MiB", JSON_MAX_BYTES >> 20);
  const char *zero = size ? memchr(text, '\0', size) : NULL;
  if (zero != NULL) return wrong(&json, (size_t)(zero - text), "text", error);
  TRY(count_tokens(&json, work, &json.count, error));
  if (json.count == 0) return wrong(&json, size, "a value", error);
  const size_t bytes = json.count * sizeof(JsonToken);
  json.tokens = memory_alloc(memory, bytes, 16);
  if (json.tokens == NULL) return memory_error(memory, bytes, "the values of a JSON text", error);
  MlStatus status = find_tokens(&json, work, error);
  if (status == ML_OK) status = check_text(&json, work, error);
  if (status == ML_OK) *out = json;
  else json_free(memory, &json);
  return status;
}

void json_free(Memory *memory, Json *json) {
  memory_free(memory, json->tokens, json->count * sizeof(JsonToken));
  *json = (Json){0};
}

/* ---- looking into it */

JsonType json_type(const Json *json, uint32_t value) {
  if (value >= json->count) return JSON_MISSING;
  const jsmntok_t *t = &json->tokens[value].t;
  switch (t->type) {
  case JSMN_OBJECT: return JSON_OBJECT;
  case JSMN_ARRAY: return JSON_ARRAY;
  case JSMN_STRING: return JSON_STRING;
  case JSMN_PRIMITIVE:
  case JSMN_UNDEFINED: break;
  }
  const char c = json->text[t->start];
  return c == 'n' ? JSON_NULL : c == 't' || c == 'f' ? JSON_BOOLEAN : JSON_NUMBER;
}

const char *json_type_name(JsonType type) {
  static const char *const names[] = {"nothing", "an object", "an array", "a string", "a number", "true or false", "null"};
  return names[type];
}

uint32_t json_count(const Json *json, uint32_t value) {
  const JsonType type = json_type(json, value);
  return type == JSON_OBJECT || type == JSON_ARRAY ? (uint32_t)json->tokens[value].t.size : 0;
}

uint32_t json_first(const Json *json, uint32_t value) { return json_count(json, value) > 0 ? value + 1 : JSON_NONE; }
uint32_t json_next(const Json *json, uint32_t value) { return value < json->count ? (uint32_t)json->tokens[value].t.parent : JSON_NONE; }

uint32_t json_member(const Json *json, uint32_t object, const char *key) {
  if (json_type(json, object) != JSON_OBJECT) return JSON_NONE;
  uint32_t k = object + 1;
  for (uint32_t i = json_count(json, object); i > 0; i--, k = json_next(json, k + 1))
    if (json_is(json, k, key)) return k + 1;
  return JSON_NONE;
}

double json_number(const Json *json, uint32_t value) {
  const char *end; // what follows a number is there and none of it
  return json_type(json, value) == JSON_NUMBER ? number_parse(json->text + json->tokens[value].t.start, &end) : 0.0;
}

bool json_is_true(const Json *json, uint32_t value) {
  return json_type(json, value) == JSON_BOOLEAN && json->text[json->tokens[value].t.start] == 't';
}

JsonText json_text(const Json *json, uint32_t value) {
  if (value >= json->count) return (JsonText){"", 0};
  const jsmntok_t *t = &json->tokens[value].t;
  return (JsonText){json->text + t->start, (size_t)(t->end - t->start)};
}

bool json_is(const Json *json, uint32_t value, const char *string) {
  if (json_type(json, value) != JSON_STRING) return false;
  const JsonText text = json_text(json, value);
  return text.size == strlen(string) && memcmp(text.data, string, text.size) == 0;
}

/* ---- strings */

static uint32_t hex4(const char *s) {
  uint32_t value = 0;
  for (int i = 0; i < 4; i++) {
    const char c = s[i];
    value = value << 4 | (uint32_t)(is_digit(c) ? c - '0' : (c | 0x20) - 'a' + 10);
  }
  return value;
}

/* The character that is escaped at s (behind the backslash); moves s past it. jsmn has seen the four digits of a \u. */
static uint32_t escaped(const char **s, const char *end) {
  const char c = *(*s)++;
  switch (c) {
  case 'b': return '\b';
  case 'f': return '\f';
  case 'n': return '\n';
  case 'r': return '\r';
  case 't': return '\t';
  case 'u': break;
  default: return (unsigned char)c;
  }
  const uint32_t first = hex4(*s);
  *s += 4;
  if (first >= 0xd800 && first < 0xdc00 && end - *s >= 6 && (*s)[0] == '\\' && (*s)[1] == 'u') {
    const uint32_t second = hex4(*s + 2);
    if (second >= 0xdc00 && second < 0xe000) {
      *s += 6;
      return 0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00);
    }
  }
  return first == 0 || (first >= 0xd800 && first < 0xe000) ? 0xfffd : first;
}

static uint32_t put_utf8(uint32_t c, char out[4]) {
  if (c < 0x80) return out[0] = (char)c, 1;
  if (c < 0x800) return out[0] = (char)(0xc0 | c >> 6), out[1] = (char)(0x80 | (c & 63)), 2;
  if (c < 0x10000) return out[0] = (char)(0xe0 | c >> 12), out[1] = (char)(0x80 | (c >> 6 & 63)), out[2] = (char)(0x80 | (c & 63)), 3;
  out[0] = (char)(0xf0 | c >> 18), out[1] = (char)(0x80 | (c >> 12 & 63));
  return out[2] = (char)(0x80 | (c >> 6 & 63)), out[3] = (char)(0x80 | (c & 63)), 4;
}

size_t json_string(const Json *json, uint32_t value, char *out, size_t capacity) {
  size_t length = 0;
  if (capacity == 0) return 0;
  const JsonText text = json_type(json, value) == JSON_STRING ? json_text(json, value) : (JsonText){"", 0};
  for (const char *s = text.data, *end = s + text.size; s < end;) {
    char character[4];
    uint32_t bytes = 1;
    if (*s == '\\' && s + 1 < end) {
      s++;
      bytes = put_utf8(escaped(&s, end), character);
    } else {
      // A character whole: what follows its first byte
      character[0] = *s++;
      while (bytes < 4 && s < end && ((unsigned char)*s & 0xc0) == 0x80 && (character[0] & 0x80)) character[bytes++] = *s++;
    }
    if (length + bytes >= capacity) break;
    memcpy(out + length, character, bytes);
    length += bytes;
  }
  out[length] = '\0';
  return length;
}
