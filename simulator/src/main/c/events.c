/* What GPUs report by themselves. */
#include "standin.h"
#include <poll.h>
#include <sys/inotify.h>
#include <unistd.h>

static u64 last_event; /* the newest that was told, or that was over before anybody asked */

struct set { u64 types[GPUS]; };
struct data { device device; u64 type, data; u32 gpu_instance, compute_instance; };

ret nvmlEventSetCreate(struct set **out) {
  *out = calloc(1, sizeof **out);
  return *out ? OK : 20;
}
ret nvmlEventSetFree(struct set *s) { free(s); return OK; }
ret nvmlDeviceGetSupportedEventTypes(device d, u64 *out) {
  ret code = enter(d, "event_types");
  if (!code) *out = (u64)number_or(d->place, "event_types", 0xffff);
  return code;
}
ret nvmlDeviceRegisterEvents(device d, u64 types, struct set *s) {
  ret code = enter(d, "events");
  if (!code) s->types[d->place] |= types;
  /* Events begin with the registration: what stands in the file already is over. */
  pthread_mutex_lock(&lock);
  refresh();
  for (int i = 0; i < event_count; i++) if (events[i].number > last_event) last_event = events[i].number;
  pthread_mutex_unlock(&lock);
  return code;
}
/* Waits for the state's folder to change, so that waiting costs nothing, as with a driver. */
static void pause_until_change(int watch, long millis) {
  struct pollfd change = {watch, POLLIN, 0};
  char seen[4096];
  if (watch < 0) {
    pause_millis(20);
  } else if (poll(&change, 1, millis) > 0) {
    while (read(watch, seen, sizeof seen) > 0) {}
    pause_millis(3); /* so that the file is looked at anew */
  }
}

static long millis_now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

static ret wait_for_event(struct set *s, struct data *out, u32 millis, int watch) {
  long end = millis_now() + millis;
  for (;;) {
    if (!inits) return UNINITIALIZED;
    pthread_mutex_lock(&lock);
    refresh();
    for (int i = 0; i < event_count; i++) {
      struct event *e = &events[i];
      if (e->number > last_event && e->gpu >= 0 && e->gpu < GPUS) {
        last_event = e->number;
        if (s->types[e->gpu] & e->type) {
          *out = (struct data){&devices[e->gpu], e->type, e->data, ~0u, ~0u};
          pthread_mutex_unlock(&lock);
          return OK;
        }
      }
    }
    pthread_mutex_unlock(&lock);
    long left = end - millis_now();
    if (left <= 0) return TIMED_OUT;
    pause_until_change(watch, left < 5000 ? left : 5000);
  }
}

/* One watch for each thread that waits, kept: what is measured beside a driver must not cost more than it. */
static _Thread_local int watch = -2;

ret nvmlEventSetWait_v2(struct set *s, struct data *out, u32 millis) {
  if (watch == -2) {
    char folder[1024];
    snprintf(folder, sizeof folder, "%s", state_file());
    char *slash = strrchr(folder, '/');
    if (slash) *slash = 0;
    watch = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (watch >= 0 && inotify_add_watch(watch, slash ? folder : ".", IN_MOVED_TO | IN_CLOSE_WRITE) < 0) {
      close(watch);
      watch = -1;
    }
  }
  long long most = number_or(-1, "event_wait", millis);
  return wait_for_event(s, out, most < millis ? (u32)most : millis, watch);
}
