/* docs_topics.h - what people look for under words that the language does not use: which entries help, and what is not there yet. */
#ifndef MOONLIT_LUA_DOCS_TOPICS_H
#define MOONLIT_LUA_DOCS_TOPICS_H

typedef struct DocTopic {
  const char *words; /* "sun,sky": lower case, singular where the plural is made by s */
  const char *see;   /* names that `moonlit doc` knows, nearest first */
  const char *text;  /* one or two sentences, or "" */
} DocTopic;

extern const DocTopic doc_topics[]; /* ends with words NULL */

#endif
