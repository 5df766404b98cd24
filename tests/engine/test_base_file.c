/* test_base_file.c - whole files: contents, replacing, links, every failure with its words, nothing left behind. */
#include <dirent.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"

static char folder[64];
static char name[256];

/* A path in the test's folder; valid until the next call. */
static const char *in_folder(const char *file) {
  snprintf(name, sizeof name, "%s/%s", folder, file);
  return name;
}

static int set_up(void **state) {
  (void)state;
  strcpy(folder, "/tmp/moonlit-test-XXXXXX");
  return mkdtemp(folder) == NULL;
}

static int entries(void) {
  DIR *dir = opendir(folder);
  int count = -2; /* . and .. */
  while (readdir(dir) != NULL) count++;
  closedir(dir);
  return count;
}

static int tear_down(void **state) {
  (void)state;
  char command[128];
  snprintf(command, sizeof command, "rm -rf '%s'", folder);
  return system(command);
}

static void assert_contents(const char *path, const char *expected) {
  Memory m;
  memory_init(&m, NULL, 1 << 20);
  void *bytes;
  size_t size;
  MlError error = {0};
  assert_int_equal(file_read(&m, path, 1 << 20, &bytes, &size, &error), ML_OK);
  assert_int_equal(size, strlen(expected));
  if (size != 0) assert_memory_equal(bytes, expected, size);
  memory_free(&m, bytes, size);
  assert_int_equal(m.used, 0);
}

static void test_round_trip(void **state) {
  (void)state;
  MlError error = {0};
  assert_int_equal(ml_file_write(in_folder("a"), "hello", 5, &error), ML_OK);
  assert_contents(in_folder("a"), "hello");
  assert_int_equal(ml_file_write(in_folder("a"), "", 0, &error), ML_OK);
  assert_contents(in_folder("a"), "");
  assert_int_equal(entries(), 1);
}

static void test_in_pieces(void **state) {
  (void)state;
  char path[256], expected[50001];
  strcpy(path, in_folder("pieces"));
  for (int i = 0; i < 50000; i++) expected[i] = (char)('a' + i % 26);
  expected[50000] = '\0';
  FileWriter writer;
  MlError error = {0};
  assert_int_equal(file_writer_open(&writer, path, &error), ML_OK);
  MlSink sink = file_writer_sink(&writer);
  size_t done = 0;
  for (size_t piece = 1; done < 50000; piece = piece * 2 % 30011) {
    size_t count = piece < 50000 - done ? piece : 50000 - done;
    assert_true(sink.write(sink.ud, expected + done, count));
    done += count;
  }
  assert_int_equal(writer.written, 50000);
  assert_int_equal(access(path, F_OK), -1); /* not before the commit */
  assert_int_equal(file_writer_commit(&writer, &error), ML_OK);
  assert_contents(path, expected);
}

static void test_abort_leaves_the_old(void **state) {
  (void)state;
  MlError error = {0};
  char path[256];
  strcpy(path, in_folder("kept"));
  assert_int_equal(ml_file_write(path, "old", 3, &error), ML_OK);
  FileWriter writer;
  int before = entries();
  assert_int_equal(file_writer_open(&writer, path, &error), ML_OK);
  assert_true(file_writer_write(&writer, "new", 3));
  file_writer_abort(&writer);
  assert_contents(path, "old");
  assert_int_equal(entries(), before);
}

static void test_permissions_stay(void **state) {
  (void)state;
  MlError error = {0};
  char path[256];
  strcpy(path, in_folder("mode"));
  assert_int_equal(ml_file_write(path, "1", 1, &error), ML_OK);
  assert_int_equal(chmod(path, 0640), 0);
  assert_int_equal(ml_file_write(path, "2", 1, &error), ML_OK);
  struct stat info;
  assert_int_equal(stat(path, &info), 0);
  assert_int_equal(info.st_mode & 07777, 0640);
}

static void test_link_stays(void **state) {
  (void)state;
  MlError error = {0};
  char target[256], path[256];
  strcpy(target, in_folder("target"));
  strcpy(path, in_folder("link"));
  assert_int_equal(ml_file_write(target, "1", 1, &error), ML_OK);
  assert_int_equal(symlink(target, path), 0);
  assert_int_equal(ml_file_write(path, "22", 2, &error), ML_OK);
  struct stat info;
  assert_int_equal(lstat(path, &info), 0);
  assert_true(S_ISLNK(info.st_mode));
  assert_contents(target, "22");
  // So does one that points to another, which points to nothing yet
  char middle[256], dangling[256], late[256];
  strcpy(middle, in_folder("middle"));
  strcpy(dangling, in_folder("dangling"));
  strcpy(late, in_folder("late"));
  assert_int_equal(symlink("late", middle), 0);
  assert_int_equal(symlink(middle, dangling), 0);
  assert_int_equal(ml_file_write(dangling, "333", 3, &error), ML_OK);
  assert_int_equal(lstat(dangling, &info), 0);
  assert_true(S_ISLNK(info.st_mode));
  assert_int_equal(lstat(middle, &info), 0);
  assert_true(S_ISLNK(info.st_mode));
  assert_int_equal(lstat(late, &info), 0);
  assert_true(S_ISREG(info.st_mode));
  assert_contents(late, "333");
  // One that leads into a folder that is not there, one that leads to itself
  strcpy(path, in_folder("astray"));
  assert_int_equal(symlink("nowhere/at/all", path), 0);
  assert_int_equal(ml_file_write(path, "4", 1, &error), ML_ERROR_FILE);
  assert_non_null(strstr(error.message, "nowhere/at' does not exist"));
  assert_int_equal(symlink("round", in_folder("round")), 0);
  assert_int_equal(ml_file_write(in_folder("round"), "5", 1, &error), ML_ERROR_FILE);
  assert_non_null(strstr(error.message, "too many symbolic links"));
}

static void expect_write_error(const char *path, const char *format) {
  char expected[600];
  MlError error = {0};
  int before = entries();
  snprintf(expected, sizeof expected, format, path);
  assert_int_equal(ml_file_write(path, "x", 1, &error), ML_ERROR_FILE);
  assert_string_equal(error.message, expected);
  assert_int_equal(entries(), before);
}

static void test_write_errors(void **state) {
  (void)state;
  char expected[600], path[256];
  strcpy(path, in_folder("none/a"));
  snprintf(expected, sizeof expected, "cannot write '%%s': the folder '%s/none' does not exist", folder);
  expect_write_error(path, expected);
  expect_write_error("no-such-folder-here/a.png", "cannot write '%s': the folder 'no-such-folder-here' does not exist");
  expect_write_error(folder, "cannot write '%s': it is a folder");
  expect_write_error("somewhere/", "cannot write '%s': it is a folder");
  expect_write_error("", "cannot write to a file without a name");
  MlError error = {0};
  assert_int_equal(ml_file_write(in_folder("plain"), "1", 1, &error), ML_OK);
  strcpy(path, in_folder("plain/below"));
  expect_write_error(path, "cannot write '%s': a part of the path is not a folder");
  char *long_name = malloc(6000);
  memset(long_name, 'n', 5999);
  long_name[5999] = '\0';
  assert_int_equal(ml_file_write(long_name, "x", 1, &error), ML_ERROR_FILE);
  assert_int_equal(error.status, ML_ERROR_FILE);
  free(long_name);
}

static void test_no_permission(void **state) {
  (void)state;
  if (geteuid() == 0) skip(); /* root may write everywhere */
  char closed[256], path[300], expected[600];
  strcpy(closed, in_folder("closed"));
  assert_int_equal(mkdir(closed, 0500), 0);
  snprintf(path, sizeof path, "%s/a", closed);
  snprintf(expected, sizeof expected, "cannot write '%%s': no permission to create files in the folder '%s'", closed);
  expect_write_error(path, expected);
  assert_int_equal(ml_file_write(in_folder("locked"), "1", 1, NULL), ML_OK);
  strcpy(path, in_folder("locked"));
  assert_int_equal(chmod(path, 0400), 0);
  expect_write_error(path, "cannot write '%s': permission denied");
}

static void test_full_disk(void **state) {
  (void)state;
  if (access("/dev/full", W_OK) != 0) skip();
  expect_write_error("/dev/full", "cannot write '%s': the disk is full");
}

/* A real file that cannot grow: the half written temporary goes, the old contents stay. */
static void test_failing_half_way(void **state) {
  (void)state;
  MlError error = {0};
  char path[256];
  strcpy(path, in_folder("limited"));
  assert_int_equal(ml_file_write(path, "old", 3, &error), ML_OK);
  int before = entries();
  void (*handler)(int) = signal(SIGXFSZ, SIG_IGN);
  struct rlimit limit, small;
  getrlimit(RLIMIT_FSIZE, &limit);
  small = limit;
  small.rlim_cur = 20000;
  setrlimit(RLIMIT_FSIZE, &small);
  char *bytes = calloc(1, 100000);
  MlStatus status = ml_file_write(path, bytes, 100000, &error);
  setrlimit(RLIMIT_FSIZE, &limit);
  signal(SIGXFSZ, handler);
  free(bytes);
  assert_int_equal(status, ML_ERROR_FILE);
  assert_non_null(strstr(error.message, "larger than the system allows"));
  assert_contents(path, "old");
  assert_int_equal(entries(), before);
}

static void test_closed_pipe(void **state) {
  (void)state;
  void (*handler)(int) = signal(SIGPIPE, SIG_IGN);
  int ends[2];
  assert_int_equal(pipe(ends), 0);
  snprintf(name, sizeof name, "/dev/fd/%d", ends[1]);
  FileWriter writer;
  MlError error = {0};
  if (access(name, F_OK) == 0) {
    assert_int_equal(file_writer_open(&writer, name, &error), ML_OK);
    assert_true(writer.in_place);
    close(ends[0]);
    assert_true(file_writer_write(&writer, "x", 1));
    assert_int_equal(file_writer_commit(&writer, &error), ML_ERROR_FILE);
    assert_non_null(strstr(error.message, "the reader has gone"));
  } else {
    close(ends[0]);
  }
  close(ends[1]);
  signal(SIGPIPE, handler);
}

static void test_read_errors(void **state) {
  (void)state;
  Memory m;
  memory_init(&m, NULL, 100);
  void *bytes;
  size_t size;
  MlError error = {0};
  char path[256], expected[600];
  assert_int_equal(file_read(&m, "no-such-file", 10, &bytes, &size, &error), ML_ERROR_FILE);
  assert_string_equal(error.message, "cannot read 'no-such-file': there is no such file");
  error = (MlError){0};
  assert_int_equal(file_read(&m, "/tmp", 10, &bytes, &size, &error), ML_ERROR_FILE);
  assert_string_equal(error.message, "cannot read '/tmp': it is a folder");
  error = (MlError){0};
  assert_int_equal(file_read(&m, "/dev/null", 10, &bytes, &size, &error), ML_ERROR_FILE);
  assert_string_equal(error.message, "cannot read '/dev/null': it is not a regular file");
  strcpy(path, in_folder("fifo"));
  assert_int_equal(mkfifo(path, 0600), 0);
  error = (MlError){0};
  assert_int_equal(file_read(&m, path, 10, &bytes, &size, &error), ML_ERROR_FILE); /* and does not hang */
  char many[200] = {0};
  strcpy(path, in_folder("many"));
  assert_int_equal(ml_file_write(path, many, sizeof many, NULL), ML_OK);
  error = (MlError){0};
  assert_int_equal(file_read(&m, path, 199, &bytes, &size, &error), ML_ERROR_FILE);
  snprintf(expected, sizeof expected, "cannot read '%s': it has 200 bytes, more than the 199 allowed", path);
  assert_string_equal(error.message, expected);
  error = (MlError){0};
  assert_int_equal(file_read(&m, path, 1000, &bytes, &size, &error), ML_ERROR_MEMORY);
  assert_null(bytes);
  assert_int_equal(m.used, 0);
}

static void test_fail_after(void **state) {
  (void)state;
  char path[256];
  strcpy(path, in_folder("counted"));
  MlError error = {0};
  file_fail_after(1);
  assert_int_equal(ml_file_write(path, "1", 1, &error), ML_OK);
  assert_int_equal(ml_file_write(path, "2", 1, &error), ML_ERROR_FILE);
  assert_non_null(strstr(error.message, "too many open files"));
  file_fail_after(-1);
  assert_contents(path, "1");
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_round_trip),       cmocka_unit_test(test_in_pieces),   cmocka_unit_test(test_abort_leaves_the_old),
    cmocka_unit_test(test_permissions_stay), cmocka_unit_test(test_link_stays),  cmocka_unit_test(test_write_errors),
    cmocka_unit_test(test_no_permission),    cmocka_unit_test(test_full_disk),   cmocka_unit_test(test_failing_half_way),
    cmocka_unit_test(test_closed_pipe),      cmocka_unit_test(test_read_errors), cmocka_unit_test(test_fail_after),
  };
  return cmocka_run_group_tests(tests, set_up, tear_down);
}
