/* golden_rays.h - what golden_rays.c prints: the hash of all hits of its rays, on every machine. It changes only with what counts as a hit. */
#ifndef TESTS_GOLDEN_RAYS_H
#define TESTS_GOLDEN_RAYS_H

#define GOLDEN_RAYS 0xa7dbd6b5a5701ebcull

#endif
