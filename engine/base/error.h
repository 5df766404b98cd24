/* error.h - filling MlError and forwarding a status. First error wins. */
#ifndef ML_BASE_ERROR_H
#define ML_BASE_ERROR_H

#include "moonlit.h"

/* Formats into *error (may be NULL; kept if it already holds an error) and returns status. Formats: %s %d %u %llu and the like, of floats number_text(). */
MlStatus error_set(MlError *error, MlStatus status, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* The same with the place of the description at fault. */
MlStatus error_set_at(MlError *error, MlStatus status, uint32_t place, const char *format, ...) __attribute__((format(printf, 4, 5)));
void error_clear(MlError *error);

/* Return from the function if the expression is not ML_OK. */
#define TRY(expression)                                                                                                                    \
  do {                                                                                                                                     \
    MlStatus try_status_ = (expression);                                                                                                   \
    if (try_status_ != ML_OK) return try_status_;                                                                                          \
  } while (0)

#endif
