/* json.h - JSON texts (RFC 8259): checked whole, then looked into where they lie, without copies of values.
 *
 * json_parse takes a text apart by jsmn and then checks what jsmn lets pass: commas, colons, literals, numbers, control characters in
 * strings. A value is named by its number; JSON_NONE is no value, which every function takes as an argument and says nothing of. Time and
 * memory go by the text's size: 20 bytes a value, and values nest at most JSON_MAX_DEPTH deep. One thread at a time may parse; any may
 * look into a document. Of equal keys the first counts. */
#ifndef ML_BASE_JSON_H
#define ML_BASE_JSON_H

#include "base/cancel.h"
#include "base/memory.h"

#define JSON_MAX_DEPTH 100
#define JSON_MAX_BYTES (1u << 30)
#define JSON_NONE UINT32_MAX

typedef enum JsonType { JSON_MISSING, JSON_OBJECT, JSON_ARRAY, JSON_STRING, JSON_NUMBER, JSON_BOOLEAN, JSON_NULL } JsonType;

typedef struct Json {
  const char *text; /* the caller's; must outlive the document */
  size_t size;
  struct JsonToken *tokens;
  uint32_t count; /* of values, keys included; the document itself is value 0 */
} Json;

/* The n bytes of a string between its quotes, as written: escapes stand as they are. */
typedef struct JsonText {
  const char *data;
  size_t size;
} JsonText;

/* ML_ERROR_FORMAT: "line 3, column 7: expected ':', got '1'"; ML_ERROR_LIMIT: nested too deep, too long; ML_ERROR_MEMORY, _CANCELLED. */
MlStatus json_parse(Memory *memory, Work *work, const char *text, size_t size, Json *out, MlError *error);
void json_free(Memory *memory, Json *json); /* an empty one is allowed */

JsonType json_type(const Json *json, uint32_t value);
const char *json_type_name(JsonType type); /* "an object", "a number", "nothing" */
/* Items of an array or members of an object; 0 for anything else. */
uint32_t json_count(const Json *json, uint32_t value);
/* The first item of an array, and the one behind: for (i = 0; i < json_count(); i++, item = json_next(json, item)). In an object the
 * first key; its value is the value behind it, then comes the next key. */
uint32_t json_first(const Json *json, uint32_t value);
uint32_t json_next(const Json *json, uint32_t value);
/* A member's value. Takes time by the number of members. */
uint32_t json_member(const Json *json, uint32_t object, const char *key);
/* The number, rounded correctly; 0 if it is none. */
double json_number(const Json *json, uint32_t value);
bool json_is_true(const Json *json, uint32_t value);
/* What is written: of strings without quotes. */
JsonText json_text(const Json *json, uint32_t value);
bool json_is(const Json *json, uint32_t value, const char *string);
/* The string without escapes, ended by a 0 byte, at most capacity - 1 bytes and never in the middle of a character; json_text().size + 1
 * is enough. \u0000 and halves of surrogate pairs become U+FFFD. Returns its length. */
size_t json_string(const Json *json, uint32_t value, char *out, size_t capacity);

#endif
