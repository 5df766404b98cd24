/* number.h - decimal text to double and back, exact and correctly rounded, without locale (behind ml_parse_number, ml_format_number). */
#ifndef ML_BASE_NUMBER_H
#define ML_BASE_NUMBER_H

#include <stdbool.h>
#include <stddef.h>

double number_parse(const char *text, const char **end);
/* The same, quickly, for text that ends at `end`: a sign, digits with a point, an exponent; no white space before, no "0x". Returns where it
 * ends; `text`: there is no number, and *out is left alone. */
const char *number_scan(const char *text, const char *end, double *out);
int number_format(char *out, size_t capacity, const char *format, double x);

/* A number in a message: "%g" without libc's locale. Usable until the end of the full expression or, kept, for good. */
typedef struct NumberText {
  char text[80];
} NumberText;
NumberText number_text(double x);

#endif
