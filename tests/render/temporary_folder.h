/* temporary_folder.h - a folder of one's own for the files of a test program: give make and remove to the group. */
#ifndef TESTS_TEMPORARY_FOLDER_H
#define TESTS_TEMPORARY_FOLDER_H

#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char temporary_folder[256];

static inline int folder_make(void **state) {
  (void)state;
  const char *root = getenv("TMPDIR");
  snprintf(temporary_folder, sizeof temporary_folder, "%s/moonlit-test-XXXXXX", root && *root ? root : "/tmp");
  return mkdtemp(temporary_folder) ? 0 : -1;
}

static inline bool folder_is_empty(void) {
  DIR *folder = opendir(temporary_folder);
  if (!folder) return false;
  int entries = 0;
  for (struct dirent *e; (e = readdir(folder));) entries += strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0;
  closedir(folder);
  return entries == 0;
}

static inline int folder_remove(void **state) {
  (void)state;
  return rmdir(temporary_folder); // tests leave nothing behind
}

/* The path of `name` in it; valid until the next call. */
static inline const char *in_folder(const char *name) {
  static char path[512];
  snprintf(path, sizeof path, "%s/%s", temporary_folder, name);
  return path;
}

#endif
