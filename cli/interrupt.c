/* interrupt.c - see interrupt.h. The command's only globals: a signal belongs to the whole process. */
#include "interrupt.h"

#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"

static _Atomic int signals_seen;

bool interrupted(void) { return atomic_load(&signals_seen) > 0; }

bool interrupt_poll(void *ud) {
  (void)ud;
  return interrupted();
}

#if defined ML_NO_THREADS || defined __EMSCRIPTEN__ /* where there are no signals to speak of */

void interrupt_install(void) { signal(SIGPIPE, SIG_IGN); }
void interrupt_guard_file(const char *path) { (void)path; }

#else

#include <dirent.h>
#include <pthread.h>

enum { MAX_GUARDED = 4 };
static const char *_Atomic guarded[MAX_GUARDED];

void interrupt_guard_file(const char *path) {
  for (int i = 0; i < MAX_GUARDED; i++) {
    const char *none = NULL;
    if (atomic_compare_exchange_strong(&guarded[i], &none, path)) return;
  }
}

/* Files that the engine writes are called ".moonlit-<process>-..." until they are whole (base/file.h). */
static void remove_temporaries(const char *path) {
  char name[4096 + 300], prefix[40];
  const char *slash = strrchr(path, '/');
  const int folder = slash ? (int)(slash - path) + 1 : 0;
  if (folder >= 4096) return;
  snprintf(name, sizeof name, "%.*s", folder ? folder : 1, folder ? path : ".");
  snprintf(prefix, sizeof prefix, ".moonlit-%ld-", (long)getpid());
  DIR *entries = opendir(name);
  if (!entries) return;
  for (struct dirent *entry; (entry = readdir(entries));) {
    if (strncmp(entry->d_name, prefix, strlen(prefix)) != 0) continue;
    snprintf(name, sizeof name, "%.*s%s", folder, path, entry->d_name);
    unlink(name);
  }
  closedir(entries);
}

static pthread_t main_thread;
static _Atomic bool ending, parked;

/* On the main thread: it does nothing any more, so that no file comes after those that are removed. */
static void park(int number) {
  (void)number;
  if (!atomic_load(&ending)) return; /* somebody else's signal */
  atomic_store(&parked, true);
  for (;;) pause();
}

static _Noreturn void end_at_once(void) {
  alarm(2); /* should the parked thread hold a lock that is needed below, the system ends the process */
  atomic_store(&ending, true);
  pthread_kill(main_thread, SIGUSR1);
  for (int i = 0; i < 1000 && !atomic_load(&parked); i++) usleep(1000); /* a second, in case a disk keeps it */
  for (int i = 0; i < MAX_GUARDED; i++) {
    const char *path = atomic_load(&guarded[i]);
    if (path) remove_temporaries(path);
  }
  static const char text[] = "\nmoonlit: interrupted\n";
  (void)!write(STDERR_FILENO, text, sizeof text - 1);
  _exit(EXIT_INTERRUPTED);
}

/* Signals reach this thread and no other (the rest block them), so that no call of the main thread is cut short. */
static void *watch(void *ud) {
  sigset_t *set = ud;
  for (;;) {
    int number;
    if (sigwait(set, &number) != 0) continue;
    if (atomic_fetch_add(&signals_seen, 1) > 0) end_at_once();
  }
  return NULL;
}

void interrupt_install(void) {
  static sigset_t set;
  signal(SIGPIPE, SIG_IGN);
  signal(SIGUSR1, park);
  main_thread = pthread_self();
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &set, NULL);
  pthread_t thread;
  if (pthread_create(&thread, NULL, watch, &set) == 0) pthread_detach(thread);
  else pthread_sigmask(SIG_UNBLOCK, &set, NULL); /* the system's own way, then: the first signal ends the process */
}

#endif
