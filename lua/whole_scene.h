/* whole_scene.h - what is strange about a scene as a whole, although every call of it is fine: a camera in a ball, a lamp a thousand times too dark. */
#ifndef MOONLIT_LUA_WHOLE_SCENE_H
#define MOONLIT_LUA_WHOLE_SCENE_H

#include "reader.h"

/* Remember how strong a light is, for comparison. */
void whole_scene_light(Reading *r, const Node *node, double power);
/* Warn, before the builder is committed. */
void whole_scene_check(Runtime *runtime);

#endif
