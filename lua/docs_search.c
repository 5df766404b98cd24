/* docs_search.c - moonlit doc --search: first what docs_topics.c knows of the word, then what is called so, then what speaks of it. */
#include <string.h>

#include "docs.h"
#include "docs_topics.h"
#include "script.h"
#include "suggest.h"
#include "text.h"

enum { WORD_SIZE = 64 };

/* How near something is to the word: its name or a synonym, a part of its name, or a word that its sentence has. */
typedef enum Nearness { NEAR_NAME, NEAR_PART, NEAR_SENTENCE, NEARNESS_COUNT, NOT_NEAR = NEARNESS_COUNT } Nearness;

typedef struct Search {
  const char *word; /* lower case */
  Nearness wanted;
} Search;

static char lower(char c) { return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c; }
static bool is_letter(char c) { return (lower(c) >= 'a' && lower(c) <= 'z') || c == '_' || (c & 0x80); }

static bool begins(const char *text, const char *word) {
  while (*word && lower(*text) == *word) text++, word++;
  return !*word;
}

/* A word of the text begins with `word`. */
static bool speaks_of(const char *text, const char *word) {
  for (const char *at = text; at && *at; at++)
    if ((at == text || !is_letter(at[-1])) && begins(at, word)) return true;
  return false;
}

static Nearness nearness(const char *name, const char *synonyms, const char *sentence, const char *more, const char *word) {
  if (strcmp(name, word) == 0 || suggest_in_list(synonyms, word)) return NEAR_NAME;
  if (strlen(word) > 1 && strstr(name, word)) return NEAR_PART;
  return speaks_of(sentence, word) || speaks_of(more, word) ? NEAR_SENTENCE : NOT_NEAR;
}

static bool field_is_near(const ApiField *field, const void *ud) {
  const Search *search = ud;
  Nearness near = nearness(field->name, field->synonyms, field->doc, NULL, search->word);
  for (const char *const *choice = field->words; choice && *choice; choice++)
    if (strcmp(*choice, search->word) == 0 && near > NEAR_PART) near = NEAR_PART;
  return near == search->wanted;
}

static bool put_near(const Search *search, const MlSink *sink) {
  bool found = false;
  for (const ApiEntry *const *e = api_entries; *e; e++) {
    if (nearness((*e)->name, NULL, (*e)->doc, NULL, search->word) != search->wanted) continue;
    put_format(sink, "%s: %s\n", (*e)->name, (*e)->doc);
    found = true;
  }
  for (const ApiFunction *f = api_functions; f->name; f++) {
    if (nearness(f->name, NULL, f->doc, f->signature, search->word) != search->wanted) continue;
    put_format(sink, "%s: %s\n", f->signature, f->doc);
    found = true;
  }
  for (const ApiPreset *p = api_presets; p->name; p++) {
    if (nearness(p->name, NULL, p->doc, NULL, search->word) != search->wanted) continue;
    put_format(sink, "\"%s\" in a material field: %s\n", p->name, p->doc);
    found = true;
  }
  return docs_put_fields(field_is_near, search, sink) || found;
}

static bool put_topics(const char *word, const MlSink *sink) {
  bool found = false;
  char one[WORD_SIZE]; /* of "shadows": "shadow" */
  const size_t size = strlen(word);
  strcpy(one, word);
  if (size > 3 && one[size - 1] == 's') one[size - 1] = 0;
  if (api_find_entry(word)) return false; /* it speaks for itself */
  for (const DocTopic *topic = doc_topics; topic->words; topic++) {
    if (!suggest_in_list(topic->words, word) && !suggest_in_list(topic->words, one)) continue;
    put_format(sink, "%s%sSee ", topic->text, *topic->text ? " " : "");
    for (const char *c = topic->see; *c; c++) put_bytes(sink, *c == ',' ? ", " : c, *c == ',' ? 2 : 1);
    put_string(sink, ".\n");
    found = true;
  }
  return found;
}

static bool put_all(const char *word, const MlSink *sink) {
  const bool topics = put_topics(word, sink);
  bool found = topics;
  for (Nearness wanted = NEAR_NAME; wanted < NEARNESS_COUNT; wanted++) {
    // A topic and what is called so say it all; sentences that merely have the word are for words that nothing else knows.
    if (wanted == NEAR_SENTENCE && topics) break;
    const Search search = {word, wanted};
    found = put_near(&search, sink) || found;
  }
  return found;
}

/* Words without their endings: "shadows" is found as "shadow", "reflecting" as "reflect". */
static bool put_stems(char *word, const MlSink *sink) {
  static const char *const endings[] = {"s", "es", "ing", "ed", "y", "ness"};
  const size_t size = strlen(word);
  for (size_t i = 0; i < API_COUNT(endings); i++) {
    const size_t cut = strlen(endings[i]);
    if (size < cut + 3 || strcmp(word + size - cut, endings[i]) != 0) continue;
    word[size - cut] = 0;
    if (put_all(word, sink)) return true;
    memcpy(word + size - cut, endings[i], cut);
  }
  return false;
}

static const char *nearest_word(const char *word, char best[WORD_SIZE]) {
  Suggestion near = suggest_start(word);
  for (const DocTopic *topic = doc_topics; topic->words; topic++)
    for (const char *at = topic->words; *at;) {
      char one[WORD_SIZE];
      const size_t size = strcspn(at, ",");
      memcpy(one, at, size);
      one[size] = 0;
      const char *before = near.best;
      suggest_try(&near, one);
      if (near.best != before) near.best = strcpy(best, one);
      at += size + (at[size] == ',');
    }
  for (const ApiEntry *const *e = api_entries; *e; e++) suggest_try(&near, (*e)->name);
  for (const ApiFunction *f = api_functions; f->name; f++) suggest_try(&near, f->name);
  return near.best;
}

bool script_doc_search(const char *text, const MlSink *sink) {
  char word[WORD_SIZE], best[WORD_SIZE];
  const size_t size = strlen(text);
  const char *near = NULL;
  if (size && size < sizeof word) {
    for (size_t i = 0; i <= size; i++) word[i] = lower(text[i]);
    if (put_all(word, sink) || put_stems(word, sink)) return true;
    near = nearest_word(word, best);
  }
  put_string(sink, "nothing tells of '");
  script_write_visible(text, size, sink);
  put_string(sink, "'");
  if (near) put_format(sink, " \xE2\x80\x94 did you mean '%s'?", near);
  put_string(sink, "\n");
  return false;
}
