/* docs.h - what the pages of `moonlit doc` (docs.c) and its search (docs_search.c) share. */
#ifndef MOONLIT_LUA_DOCS_H
#define MOONLIT_LUA_DOCS_H

#include "api.h"

/* One line for each kind of field that matches: who has it, and its sentence; fields that say the same share one. false: none. */
bool docs_put_fields(bool (*matches)(const ApiField *field, const void *ud), const void *ud, const MlSink *sink);

#endif
