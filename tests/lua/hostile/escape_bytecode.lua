Lua -- error: a scene is text
