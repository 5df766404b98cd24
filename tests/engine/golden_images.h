/* golden_images.h - what golden_images.c must give on every target; changes only when a reader, the levels or lookups are changed on
 * purpose. */
#ifndef TESTS_GOLDEN_IMAGES_H
#define TESTS_GOLDEN_IMAGES_H

#define GOLDEN_IMAGES 0xa5838e5f201382b8ull

#endif
