/* reader_internal.h - shared by reader.c, reader_report.c and convert_forms.c. */
#ifndef MOONLIT_LUA_READER_INTERNAL_H
#define MOONLIT_LUA_READER_INTERNAL_H

#include "reader.h"

/* Places the report at the call that is being read. */
void reader_send(Reading *r, Report *report);
/* "expected ..., got ...". Returns false. */
bool reader_type_error(Reading *r, const ApiField *field, int index);

/* convert_forms.c. Same contract as reader_read_value. */
bool convert_bounces(Reading *r, const ApiField *field, int index, MlBounces *out);
bool convert_visible(Reading *r, const ApiField *field, int index, uint32_t *out);
bool convert_int(Reading *r, const ApiField *field, int index, int64_t *out);
bool convert_facing(Reading *r, const ApiField *field, int index, MlVec3 *out);
bool convert_focus(Reading *r, const ApiField *field, int index, ApiFocus *out);
bool convert_exposure(Reading *r, const ApiField *field, int index, ApiExposure *out);
bool convert_size(Reading *r, const ApiField *field, int index, int width, double *out);
bool convert_box(Reading *r, const ApiField *field, int index, ApiBox *out);
bool convert_pixels(Reading *r, const ApiField *field, int index, ApiPixels *out);
bool convert_cells(Reading *r, const ApiField *field, int index, ApiPixels *out);
bool convert_smooth(Reading *r, const ApiField *field, int index, ApiSmooth *out);
bool convert_reference(Reading *r, const ApiField *field, int index, ApiReference *out);

#endif
