/*
 * The state of the stand-in, and how a function answers from it.
 *
 * It is the text file named by LOCKSTEP_NVML_STATE, else `nvml.state` beside the library. It
 * is read again when it changes, while programs have the library loaded. One word a key:
 *
 *   driver 580.126.09          version of the driver
 *   init 9                     what nvmlInit answers
 *   slow 50                    milliseconds that each call takes
 *   gpu 0 uuid GPU-1 serial 15 pci 00000000:18:00.0 name H100
 *   gpu 0 temperature 45 power 300000 ...
 *   gpu 0 code 15              every call about GPU 0 answers with this code (15: lost)
 *   gpu 0 hide 1               the driver does not list it: the indexes of the others shift
 *   gpu 0 no power 3           what asks for `power` answers with this code
 *   gpu 0 hang power 1         what asks for `power` does not return while this stands here
 *   gpu 0 field 83 123456      nvmlDeviceGetFieldValues, value type unsigned long long; 1u: unsigned int,
 *                              -5i: int, 1.5d: double; `field 138/4` is of link (or scope) 4, 138/all
 *                              of all
 *   gpu 0 gpm 2 87.5           GPM metric 2; `gpm_supported 1` where the GPU has GPM
 *   gpu 0 link 3 1             NVLink 3 is active
 *   gpu 0 process 4711 c,6000000000   a process: c computes, g draws, m through MPS; its memory, or - for untold;
 *                              with MIG also the instances' numbers: c,6000000000,1,0
 *   gpu 0 processes 3          so many of which nothing more is known
 *   mig 0 1 uuid MIG-1 gi 1 ci 0 memory 10200547328 multiprocessors 14   GPU 0's MIG device 1
 *   process_bytes 32           bytes of an entry of the lists _v3: 24 unless said; `old 1`: without _v2 and _v3
 *   segfault 1                 the next call about a GPU ends the process with SIGSEGV
 *   gpu 0 segfault 1           the next one about GPU 0; `gpu 0 kill 1` by SIGKILL, of which no JVM can tell
 *   event_wait 50              milliseconds after which a wait for events ends at the latest
 *   event 17 0 8 79            event number 17: GPU 0, type 8 (XID), data 79; numbers rise
 */
#include "standin.h"
#include <dlfcn.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BUCKETS = 4096, LOOK_NANOS = 2000000 };

pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
struct key keys[KEYS];
int key_count;
static int buckets[BUCKETS]; /* of a bucket, 1 + the last key that was put into it */
struct event events[256];
int event_count;
struct device devices[GPUS + GPUS * MIGS];
int gpu_count, gpu_seen[GPUS];
static int troubles[GPUS + 1]; /* whether the file has faults for all, and for each GPU or a part of it */
static struct timespec read_at, looked_at;
static off_t read_size;
int inits;

static u32 bucket(int gpu, const char *name) {
  u32 hash = 5381u + (u32)gpu;
  while (*name) hash = hash * 33 + (unsigned char)*name++;
  return hash % BUCKETS;
}

static int *trouble(int place) {
  return &troubles[place < 0 ? 0 : 1 + (place < MIG_KEYS ? place : (place - MIG_KEYS) / MIGS)];
}
static int is_fault(const char *name) {
  return !strncmp(name, "hang ", 5) || !strcmp(name, "code") || !strcmp(name, "slow") || !strcmp(name, "segfault") || !strcmp(name, "kill");
}

static void put(int gpu, const char *name, const char *value) {
  if (key_count < KEYS) {
    if (is_fault(name)) *trouble(gpu) = 1;
    u32 b = bucket(gpu, name);
    keys[key_count].gpu = gpu;
    keys[key_count].next = buckets[b];
    buckets[b] = key_count + 1;
    snprintf(keys[key_count].name, sizeof keys[0].name, "%s", name);
    snprintf(keys[key_count].value, sizeof keys[0].value, "%s", value);
    key_count++;
  }
}

static const char *word(char **rest) { return strtok_r(NULL, " \t\r\n", rest); }

static void keys_of(int gpu, char **rest);
static void gpu_line(char **rest) {
  const char *place = word(rest);
  int gpu = place ? atoi(place) : -1;
  if (gpu < 0 || gpu >= GPUS) return;
  gpu_seen[gpu] = 1;
  if (gpu >= gpu_count) gpu_count = gpu + 1;
  keys_of(gpu, rest);
}
/* Keys of a MIG device stand under a number of their own. */
static void mig_line(char **rest) {
  const char *place = word(rest), *index = word(rest);
  int gpu = place ? atoi(place) : -1, mig = index ? atoi(index) : -1;
  if (gpu >= 0 && gpu < GPUS && mig >= 0 && mig < MIGS) keys_of(MIG_KEYS + gpu * MIGS + mig, rest);
}

static void keys_of(int gpu, char **rest) {
  const char *name, *value;
  while ((name = word(rest)) && (value = word(rest))) {
    char full[48];
    if (!strcmp(name, "no") || !strcmp(name, "hang") || !strcmp(name, "field") || !strcmp(name, "link") || !strcmp(name, "process") || !strcmp(name, "gpm")) {
      snprintf(full, sizeof full, "%s %s", name, value);
      if (!(value = word(rest))) return;
      put(gpu, full, value);
    } else {
      put(gpu, name, value);
    }
  }
}

static void event_line(char **rest) {
  const char *n = word(rest), *gpu = word(rest), *type = word(rest), *data = word(rest);
  if (data && event_count < 256) {
    struct event e = {strtoull(n, 0, 0), atoi(gpu), strtoull(type, 0, 0), strtoull(data, 0, 0)};
    events[event_count++] = e;
  }
}

const char *state_file(void) {
  static char path[1024];
  const char *named = getenv("LOCKSTEP_NVML_STATE");
  if (named) return named;
  if (!path[0]) {
    Dl_info self;
    if (dladdr((void *)state_file, &self) && self.dli_fname) {
      snprintf(path, sizeof path - 16, "%s", self.dli_fname);
      char *slash = strrchr(path, '/');
      strcpy(slash ? slash + 1 : path, "nvml.state");
    }
  }
  return path;
}

/* Reads the file again when it has changed, which is looked at every two milliseconds so that a
   call costs no more than a driver's; the lock is held. */
void refresh(void) {
  struct stat now;
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  long long since = (time.tv_sec - looked_at.tv_sec) * 1000000000ll + time.tv_nsec - looked_at.tv_nsec;
  if (read_size && since < LOOK_NANOS) return;
  looked_at = time;
  if (stat(state_file(), &now)) return;
  if (now.st_mtim.tv_sec == read_at.tv_sec && now.st_mtim.tv_nsec == read_at.tv_nsec && now.st_size == read_size) return;
  FILE *file = fopen(state_file(), "r");
  if (!file) return;
  key_count = event_count = gpu_count = 0;
  memset(buckets, 0, sizeof buckets);
  memset(gpu_seen, 0, sizeof gpu_seen);
  memset(troubles, 0, sizeof troubles);
  char line[4096];
  while (fgets(line, sizeof line, file)) {
    char *rest, *first = strtok_r(line, " \t\r\n", &rest);
    if (!first || first[0] == '#') continue;
    if (!strcmp(first, "gpu")) gpu_line(&rest);
    else if (!strcmp(first, "mig")) mig_line(&rest);
    else if (!strcmp(first, "event")) event_line(&rest);
    else { const char *value = word(&rest); if (value) put(-1, first, value); }
  }
  fclose(file);
  read_at = now.st_mtim;
  read_size = now.st_size;
}

/* The last value of a key; 0 when it has none. Copies, because the file may change. */
int find(int gpu, const char *name, char *value) {
  int found = 0;
  pthread_mutex_lock(&lock);
  refresh();
  for (int i = buckets[bucket(gpu, name)]; i && !found; i = keys[i - 1].next) {
    struct key *key = &keys[i - 1];
    if (key->gpu == gpu && !strcmp(key->name, name)) { strcpy(value, key->value); found = 1; }
  }
  pthread_mutex_unlock(&lock);
  return found;
}

long long number_or(int gpu, const char *name, long long other) {
  char value[TEXT];
  return find(gpu, name, value) ? strtoll(value, 0, 0) : other;
}

void pause_millis(long millis) {
  struct timespec time = {millis / 1000, millis % 1000 * 1000000};
  nanosleep(&time, 0);
}

/* The faults that the file orders for this call. */
static ret suffer(device d, const char *what) {
  char name[48];
  if (number_or(-1, "segfault", 0) || number_or(d->place, "segfault", 0)) *(volatile int *)0 = 1;
  if (number_or(d->place, "kill", 0)) kill(getpid(), SIGKILL);
  long slow = number_or(-1, "slow", 0);
  if (slow) pause_millis(slow);
  snprintf(name, sizeof name, "hang %s", what);
  while (number_or(d->place, name, 0) || number_or(d->place, "hang all", 0)) pause_millis(20);
  return (ret)number_or(d->place, "code", 0);
}

/* What every call about a GPU does first: is it there, may it be asked this, does it hang. Of a MIG device its GPU is
   asked as well. */
ret enter(device d, const char *what) {
  char name[48];
  if (!inits) return UNINITIALIZED;
  if (!d || d < devices || d >= devices + GPUS + GPUS * MIGS) return INVALID;
  snprintf(name, sizeof name, "no %s", what);
  ret forbidden = (ret)number_or(d->place, name, 0); /* looks at the file, too */
  ret code = troubles[0] || *trouble(d->place) ? suffer(d, what) : OK;
  if (!code && d->place >= MIG_KEYS) code = enter(&devices[(d->place - MIG_KEYS) / MIGS], what);
  return code ? code : forbidden;
}

ret text(device d, const char *what, char *out, u32 length) {
  char value[TEXT];
  ret code = enter(d, what);
  if (code) return code;
  if (!find(d->place, what, value)) return NOT_SUPPORTED;
  if (strlen(value) + 1 > length) return TOO_SMALL;
  strcpy(out, value);
  for (char *c = out; *c; c++) if (*c == '_') *c = ' ';
  return OK;
}

/* The value of a key, for a call that has more than one and has entered already. */
ret peek64(device d, const char *what, u64 *out) {
  char value[TEXT];
  if (!find(d->place, what, value)) return NOT_SUPPORTED;
  *out = strtoull(value, 0, 0);
  return OK;
}
ret peek(device d, const char *what, u32 *out) {
  u64 wide;
  ret code = peek64(d, what, &wide);
  if (!code) *out = (u32)wide;
  return code;
}

ret number64(device d, const char *what, u64 *out) {
  ret code = enter(d, what);
  return code ? code : peek64(d, what, out);
}
ret number(device d, const char *what, u32 *out) {
  ret code = enter(d, what);
  return code ? code : peek(d, what, out);
}
