/* tables.h - see tables.c. */
#ifndef ML_SHADE_TABLES_H
#define ML_SHADE_TABLES_H

/* Returns an entry. */
float tables_touch(void);

#endif
