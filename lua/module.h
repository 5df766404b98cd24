/* module.h - require() of a scene's own files: each is run once, in a strict environment of its own. */
#ifndef MOONLIT_LUA_MODULE_H
#define MOONLIT_LUA_MODULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lua.h"
#include "source.h"

struct Runtime;

/* Install require. */
void module_open(lua_State *L);
/* The value at index stands for a module that is missing: it has been reported, and whoever meets it takes the default in silence. Indexing,
 * calling and arithmetic on it yield it again, so that a run finds everything that it needs. */
bool module_is_absent(lua_State *L, int index);
/* Compile a text in a strict environment of its own and push the function; false: reported. */
bool module_load_source(lua_State *L, const Source *source);
/* Read a file beside the scene and list it: *bytes, of *size, are to be freed by ml_engine_realloc (NULL when empty). false: *reason, in the
 * store, says why, and the file may be on the list of what is missing. The path has been checked. */
bool module_read_asset(struct Runtime *runtime, const char *path, uint64_t max_size, void **bytes, size_t *size, const char **reason);
/* "lib/tree" may name a module or an asset: relative, no "..", no empty or odd parts. NULL if fine, else why not. */
const char *module_refuse_path(const char *path, size_t size);

#endif
