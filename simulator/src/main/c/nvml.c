/*
 * A stand-in for NVIDIA's libnvidia-ml.so.1: real ABI (nvml.h 13.3, x86-64 and arm64) for the
 * functions that an agent reads, NVML_ERROR_NOT_SUPPORTED for the others.
 *
 * Its state is the text file named by LOCKSTEP_NVML_STATE, else `nvml.state` beside the library. It
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
 *   event 17 0 8 79            event number 17: GPU 0, type 8 (XID), data 79; numbers rise
 *
 * Build: cc -shared -fPIC -O1 -Wl,-Bsymbolic -o libnvidia-ml.so.1 nvml.c -lpthread -ldl
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

typedef int ret;
typedef unsigned int u32;
typedef unsigned long long u64;
typedef struct device { int place; } *device;

enum { OK = 0, UNINITIALIZED = 1, INVALID = 2, NOT_SUPPORTED = 3, TOO_SMALL = 7, TIMED_OUT = 10 };
enum { GPUS = 64, MIGS = 8, MIG_KEYS = 1000, KEYS = 16384, BUCKETS = 4096, TEXT = 96, LINKS = 36, LOOK_NANOS = 2000000 };

struct key { int gpu, next; char name[48]; char value[TEXT]; };
struct event { u64 number; int gpu; u64 type; u64 data; };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct key keys[KEYS];
static int key_count, buckets[BUCKETS]; /* of a bucket, 1 + the last key that was put into it */
static struct event events[256];
static int event_count;
static struct device devices[GPUS + GPUS * MIGS]; /* the GPUs, then the MIG devices of each */
static int gpu_count, gpu_seen[GPUS];
static struct timespec read_at, looked_at;
static off_t read_size;
static int inits;
static u64 last_event;

static u32 bucket(int gpu, const char *name) {
  u32 hash = 5381u + (u32)gpu;
  while (*name) hash = hash * 33 + (unsigned char)*name++;
  return hash % BUCKETS;
}

static void put(int gpu, const char *name, const char *value) {
  if (key_count < KEYS) {
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

static const char *state_file(void) {
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
static void refresh(void) {
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
static int find(int gpu, const char *name, char *value) {
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

static long long number_or(int gpu, const char *name, long long other) {
  char value[TEXT];
  return find(gpu, name, value) ? strtoll(value, 0, 0) : other;
}

static void pause_millis(long millis) {
  struct timespec time = {millis / 1000, millis % 1000 * 1000000};
  nanosleep(&time, 0);
}

/* What every call about a GPU does first: is it there, may it be asked this, does it hang. Of a MIG device its GPU is
   asked first. */
static ret enter(device d, const char *what) {
  char name[48];
  if (!inits) return UNINITIALIZED;
  if (!d || d < devices || d >= devices + GPUS + GPUS * MIGS) return INVALID;
  if (number_or(-1, "segfault", 0) || number_or(d->place, "segfault", 0)) *(volatile int *)0 = 1;
  if (number_or(d->place, "kill", 0)) kill(getpid(), SIGKILL);
  if (d->place >= MIG_KEYS) {
    ret code = enter(&devices[(d->place - MIG_KEYS) / MIGS], what);
    if (code) return code;
  }
  long slow = number_or(-1, "slow", 0);
  if (slow) pause_millis(slow);
  snprintf(name, sizeof name, "hang %s", what);
  while (number_or(d->place, name, 0) || number_or(d->place, "hang all", 0)) pause_millis(20);
  long long code = number_or(d->place, "code", 0);
  if (code) return (ret)code;
  snprintf(name, sizeof name, "no %s", what);
  return (ret)number_or(d->place, name, 0);
}

static ret text(device d, const char *what, char *out, u32 length) {
  char value[TEXT];
  ret code = enter(d, what);
  if (code) return code;
  if (!find(d->place, what, value)) return NOT_SUPPORTED;
  if (strlen(value) + 1 > length) return TOO_SMALL;
  strcpy(out, value);
  for (char *c = out; *c; c++) if (*c == '_') *c = ' ';
  return OK;
}

static ret number(device d, const char *what, u32 *out) {
  char value[TEXT];
  ret code = enter(d, what);
  if (code) return code;
  if (!find(d->place, what, value)) return NOT_SUPPORTED;
  *out = (u32)strtoull(value, 0, 0);
  return OK;
}

static ret number64(device d, const char *what, u64 *out) {
  char value[TEXT];
  ret code = enter(d, what);
  if (code) return code;
  if (!find(d->place, what, value)) return NOT_SUPPORTED;
  *out = strtoull(value, 0, 0);
  return OK;
}

/* The value of a key, for a call that has more than one and has entered already. */
static ret peek64(device d, const char *what, u64 *out) {
  char value[TEXT];
  if (!find(d->place, what, value)) return NOT_SUPPORTED;
  *out = strtoull(value, 0, 0);
  return OK;
}
static ret peek(device d, const char *what, u32 *out) {
  u64 wide;
  ret code = peek64(d, what, &wide);
  if (!code) *out = (u32)wide;
  return code;
}

/* -- the library ------------------------------------------------------------------------------ */

ret nvmlInitWithFlags(u32 flags) {
  (void)flags;
  for (int i = 0; i < GPUS; i++) devices[i].place = i;
  for (int i = 0; i < GPUS * MIGS; i++) devices[GPUS + i].place = MIG_KEYS + i;
  ret code = (ret)number_or(-1, "init", 0);
  if (!code) inits++;
  return code;
}
ret nvmlInit_v2(void) { return nvmlInitWithFlags(0); }
ret nvmlShutdown(void) { if (!inits) return UNINITIALIZED; inits--; return OK; }
const char *nvmlErrorString(ret code) { return code ? "error" : "success"; }

ret nvmlSystemGetDriverVersion(char *out, u32 length) {
  char value[TEXT];
  if (!inits) return UNINITIALIZED;
  if (!find(-1, "driver", value)) return NOT_SUPPORTED;
  if (strlen(value) + 1 > length) return TOO_SMALL;
  strcpy(out, value);
  return OK;
}
ret nvmlSystemGetNVMLVersion(char *out, u32 length) {
  if (length < 10) return TOO_SMALL;
  strcpy(out, "13.3.29");
  return OK;
}

/* Places of the GPUs that are listed, in order; the lock is not held. */
static int listed(int *places) {
  int count = 0, all;
  pthread_mutex_lock(&lock);
  refresh();
  all = gpu_count;
  pthread_mutex_unlock(&lock);
  for (int i = 0; i < all; i++) if (gpu_seen[i] && !number_or(i, "hide", 0)) places[count++] = i;
  return count;
}

ret nvmlDeviceGetCount_v2(u32 *out) {
  int places[GPUS];
  if (!inits) return UNINITIALIZED;
  ret code = (ret)number_or(-1, "count", 0);
  if (code) return code;
  *out = (u32)listed(places);
  return OK;
}
ret nvmlDeviceGetHandleByIndex_v2(u32 index, device *out) {
  int places[GPUS], count = listed(places);
  if (!inits) return UNINITIALIZED;
  if (index >= (u32)count) return INVALID;
  long long code = number_or(places[index], "code", 0);
  if (code) return (ret)code;
  *out = &devices[places[index]];
  return OK;
}

/* -- one GPU ---------------------------------------------------------------------------------- */

ret nvmlDeviceGetUUID(device d, char *out, u32 length) { return text(d, "uuid", out, length); }
ret nvmlDeviceGetSerial(device d, char *out, u32 length) { return text(d, "serial", out, length); }
ret nvmlDeviceGetName(device d, char *out, u32 length) { return text(d, "name", out, length); }
ret nvmlDeviceGetIndex(device d, u32 *out) {
  int places[GPUS], count = listed(places);
  ret code = enter(d, "index");
  for (int i = 0; !code && i < count; i++) if (places[i] == d->place) *out = (u32)i;
  return code;
}

struct pci { char legacy[16]; u32 domain, bus, device, id, subsystem; char bus_id[32]; };
ret nvmlDeviceGetPciInfo_v3(device d, struct pci *out) {
  memset(out, 0, sizeof *out);
  return text(d, "pci", out->bus_id, sizeof out->bus_id);
}

struct utilization { u32 gpu, memory; };
ret nvmlDeviceGetUtilizationRates(device d, struct utilization *out) {
  ret code = number(d, "utilization", &out->gpu);
  return code ? code : number(d, "memory_utilization", &out->memory);
}

struct memory { u64 total, free, used; };
struct memory_v2 { u32 version; u64 total, reserved, free, used; };
ret nvmlDeviceGetMemoryInfo(device d, struct memory *out) {
  ret code = number64(d, "memory", &out->total);
  if (code) return code;
  code = number64(d, "memory_used", &out->used);
  out->free = out->total - out->used;
  return code;
}
ret nvmlDeviceGetMemoryInfo_v2(device d, struct memory_v2 *out) {
  if (out->version != 33554472) return 25;
  ret code = enter(d, "memory_v2");
  if (code) return code;
  struct memory plain;
  code = nvmlDeviceGetMemoryInfo(d, &plain);
  if (code) return code;
  out->total = plain.total;
  out->used = plain.used;
  out->reserved = (u64)number_or(d->place, "memory_reserved", 0);
  out->free = plain.free - out->reserved;
  return OK;
}

ret nvmlDeviceGetPowerUsage(device d, u32 *out) { return number(d, "power", out); }
ret nvmlDeviceGetEnforcedPowerLimit(device d, u32 *out) { return number(d, "power_limit", out); }
ret nvmlDeviceGetPowerManagementDefaultLimit(device d, u32 *out) { return number(d, "power_limit_default", out); }
ret nvmlDeviceGetTemperature(device d, u32 sensor, u32 *out) {
  return sensor ? INVALID : number(d, "temperature", out);
}
struct temperature { u32 version, sensor; int celsius; };
ret nvmlDeviceGetTemperatureV(device d, struct temperature *out) {
  if (out->version != 16777228) return 25;
  return number(d, "temperature", (u32 *)&out->celsius);
}
ret nvmlDeviceGetCurrentClocksEventReasons(device d, u64 *out) { return number64(d, "reasons", out); }
ret nvmlDeviceGetCurrentClocksThrottleReasons(device d, u64 *out) { return number64(d, "reasons", out); }
ret nvmlDeviceGetPerformanceState(device d, u32 *out) { return number(d, "pstate", out); }
ret nvmlDeviceGetCurrPcieLinkWidth(device d, u32 *out) { return number(d, "pcie_width", out); }
ret nvmlDeviceGetMaxPcieLinkWidth(device d, u32 *out) { return number(d, "pcie_width_max", out); }
ret nvmlDeviceGetCurrPcieLinkGeneration(device d, u32 *out) { return number(d, "pcie_generation", out); }
ret nvmlDeviceGetMaxPcieLinkGeneration(device d, u32 *out) { return number(d, "pcie_generation_max", out); }
ret nvmlDeviceGetPersistenceMode(device d, u32 *out) { return number(d, "persistence", out); }
ret nvmlDeviceGetMigMode(device d, u32 *now, u32 *pending) {
  ret code = number(d, "mig", now);
  if (!code) *pending = *now;
  return code;
}
ret nvmlDeviceGetTotalEnergyConsumption(device d, u64 *out) { return number64(d, "energy", out); }
ret nvmlDeviceGetPcieReplayCounter(device d, u32 *out) { return number(d, "pcie_replays", out); }
ret nvmlDeviceGetTotalEccErrors(device d, u32 type, u32 counter, u64 *out) {
  if (type > 1 || counter > 1) return INVALID;
  if (counter) return number64(d, type ? "aggregate_all_uncorrected" : "aggregate_all_corrected", out);
  return number64(d, type ? "ecc_uncorrected" : "ecc_corrected", out);
}
ret nvmlDeviceGetRemappedRows(device d, u32 *corrected, u32 *uncorrected, u32 *pending, u32 *failed) {
  ret code = number(d, "remapped_corrected", corrected);
  if (!code) code = number(d, "remapped_uncorrected", uncorrected);
  if (!code) code = number(d, "remapped_pending", pending);
  return code ? code : number(d, "remapped_failed", failed);
}
ret nvmlDeviceGetNvLinkState(device d, u32 link, u32 *out) {
  char name[16];
  snprintf(name, sizeof name, "link %u", link);
  return link < LINKS ? number(d, name, out) : INVALID;
}
ret nvmlDeviceGetNvLinkErrorCounter(device d, u32 link, u32 counter, u64 *out) {
  char name[24];
  snprintf(name, sizeof name, "link_errors_%u", counter);
  return link < LINKS && counter < 4 ? number64(d, name, out) : INVALID;
}

/* -- processes and MIG -------------------------------------------------------------------------- */

enum { PROCESSES = 512 };
struct process { u32 pid; u64 memory; u32 gi, ci; };

/* Those of one kind, in the order of the state; `processes` adds some without memory and name. The parent's list has
   those of all its MIG devices, a MIG device's its own. */
static u32 running(device d, char kind, struct process *out) {
  u32 count = 0;
  pthread_mutex_lock(&lock);
  refresh();
  for (int i = 0; i < key_count && count < PROCESSES; i++) {
    char k, memory[40];
    struct process p = {0, ~0ull, ~0u, ~0u};
    if (keys[i].gpu != d->place || strncmp(keys[i].name, "process ", 8)) continue;
    if (sscanf(keys[i].value, "%c,%39[^,],%u,%u", &k, memory, &p.gi, &p.ci) < 2 || k != kind) continue;
    p.pid = (u32)strtoul(keys[i].name + 8, 0, 10);
    if (memory[0] != '-') p.memory = strtoull(memory, 0, 10);
    out[count++] = p;
  }
  pthread_mutex_unlock(&lock);
  long long nameless = kind == 'c' ? number_or(d->place, "processes", 0) : 0;
  for (long long i = 0; i < nameless && count < PROCESSES; i++) {
    struct process p = {4000000u + (u32)d->place * PROCESSES + (u32)i, ~0ull, ~0u, ~0u};
    out[count++] = p;
  }
  return count;
}
static ret processes(device d, char kind, int version, u32 *count, unsigned char *out) {
  static __thread struct process all[PROCESSES];
  ret code = enter(d, "processes");
  if (code) return code;
  if (version > 1 && number_or(-1, "old", 0)) return 13;
  u32 bytes = version == 1 ? 16 : version == 2 ? 24 : (u32)number_or(-1, "process_bytes", 24);
  u32 room = *count, there = running(d, kind, all);
  *count = there;
  if (there > room || (there && !out)) return TOO_SMALL;
  for (u32 i = 0; i < there; i++) {
    u64 none = ~0ull;
    memcpy(out + i * bytes, &all[i].pid, 4);
    memcpy(out + i * bytes + 8, &all[i].memory, 8);
    if (bytes > 16) memcpy(out + i * bytes + 16, &all[i].gi, 8);
    if (bytes > 24) memcpy(out + i * bytes + 24, &none, 8);
  }
  return OK;
}
#define PROCESS_LISTS(name, kind) \
  ret name(device d, u32 *count, void *out) { return processes(d, kind, 1, count, out); } \
  ret name##_v2(device d, u32 *count, void *out) { return processes(d, kind, 2, count, out); } \
  ret name##_v3(device d, u32 *count, void *out) { return processes(d, kind, 3, count, out); }
PROCESS_LISTS(nvmlDeviceGetComputeRunningProcesses, 'c')
PROCESS_LISTS(nvmlDeviceGetGraphicsRunningProcesses, 'g')
PROCESS_LISTS(nvmlDeviceGetMPSComputeRunningProcesses, 'm')

ret nvmlDeviceGetMaxMigDeviceCount(device d, u32 *out) {
  ret code = enter(d, "mig_max");
  if (code) return code;
  *out = number_or(d->place, "mig", 0) ? MIGS - 1 : 0;
  return OK;
}
ret nvmlDeviceGetMigDeviceHandleByIndex(device d, u32 index, device *out) {
  char value[TEXT];
  ret code = enter(d, "mig_device");
  if (code) return code;
  if (d->place >= MIG_KEYS || index >= MIGS) return INVALID;
  if (!find(MIG_KEYS + d->place * MIGS + (int)index, "uuid", value)) return 6;
  *out = &devices[GPUS + d->place * MIGS + (int)index];
  return OK;
}
ret nvmlDeviceIsMigDeviceHandle(device d, u32 *out) {
  *out = d->place >= MIG_KEYS;
  return OK;
}
ret nvmlDeviceGetGpuInstanceId(device d, u32 *out) { return number(d, "gi", out); }
ret nvmlDeviceGetComputeInstanceId(device d, u32 *out) { return number(d, "ci", out); }
struct attributes { u32 multiprocessors, copy, decoder, encoder, jpeg, ofa, gpu_slices, compute_slices; u64 memory_mb; };
ret nvmlDeviceGetAttributes_v2(device d, struct attributes *out) {
  memset(out, 0, sizeof *out);
  ret code = number(d, "multiprocessors", &out->multiprocessors);
  if (code) return code;
  out->gpu_slices = (u32)number_or(d->place, "gpu_slices", 1);
  out->compute_slices = (u32)number_or(d->place, "compute_slices", 1);
  out->memory_mb = (u64)number_or(d->place, "memory", 0) >> 20;
  return OK;
}

/* Version 2, and with the summary behind it version 3; `fabric_version 2` is a driver that knows no 3. */
struct fabric { u32 version; unsigned char cluster[16]; int status; u32 clique; unsigned char state; u32 health; unsigned char summary; };
ret nvmlDeviceGetGpuFabricInfoV(device d, struct fabric *out) {
  u32 state, health, three = out->version == 50331688;
  if (out->version != 33554468 && (!three || number_or(d->place, "fabric_version", 3) < 3)) return 25;
  ret code = enter(d, "fabric");
  if (!code) code = peek(d, "fabric_state", &state);
  if (!code) code = peek(d, "fabric_health", &health);
  if (code) return code;
  out->state = (unsigned char)state;
  out->health = health;
  out->status = (int)number_or(d->place, "fabric_status", 0);
  out->clique = (u32)number_or(d->place, "fabric_clique", 0);
  memset(out->cluster, 0, sizeof out->cluster);
  out->cluster[15] = (unsigned char)number_or(d->place, "fabric_cluster", 0);
  if (three) out->summary = (unsigned char)number_or(d->place, "fabric_summary", 0);
  return OK;
}

/* -- what is asked seldom --------------------------------------------------------------------- */

static const char *CLOCKS[] = {"clock_graphics", "clock_sm", "clock_memory", "clock_video"};
static ret clock_of(device d, u32 type, const char *suffix, u32 *out) {
  char name[48];
  if (type > 3) return INVALID;
  snprintf(name, sizeof name, "%s%s", CLOCKS[type], suffix);
  return number(d, name, out);
}
ret nvmlDeviceGetClockInfo(device d, u32 type, u32 *out) { return clock_of(d, type, "", out); }
ret nvmlDeviceGetMaxClockInfo(device d, u32 type, u32 *out) { return clock_of(d, type, "_max", out); }
ret nvmlDeviceGetApplicationsClock(device d, u32 type, u32 *out) { return clock_of(d, type, "_application", out); }

/* Utilization, and the time it is over: a sixth of a second. */
static ret engine(device d, const char *what, u32 *out, u32 *micros) {
  ret code = number(d, what, out);
  if (!code) *micros = 167000;
  return code;
}
ret nvmlDeviceGetEncoderUtilization(device d, u32 *out, u32 *micros) { return engine(d, "encoder", out, micros); }
ret nvmlDeviceGetDecoderUtilization(device d, u32 *out, u32 *micros) { return engine(d, "decoder", out, micros); }
ret nvmlDeviceGetJpgUtilization(device d, u32 *out, u32 *micros) { return engine(d, "jpeg", out, micros); }
ret nvmlDeviceGetOfaUtilization(device d, u32 *out, u32 *micros) { return engine(d, "ofa", out, micros); }

ret nvmlDeviceGetFanSpeed(device d, u32 *out) { return number(d, "fan", out); }
ret nvmlDeviceGetNumFans(device d, u32 *out) {
  char value[TEXT];
  *out = find(d->place, "fan", value) ? 1 : 0;
  return enter(d, "fans");
}
struct bar1 { u64 total, free, used; };
ret nvmlDeviceGetBAR1MemoryInfo(device d, struct bar1 *out) {
  ret code = number64(d, "bar1", &out->total);
  if (!code) code = number64(d, "bar1_used", &out->used);
  out->free = out->total - out->used;
  return code;
}
struct margin { u32 version; int celsius; };
ret nvmlDeviceGetMarginTemperature(device d, struct margin *out) {
  char value[TEXT];
  if (out->version != 16777224) return 25;
  ret code = enter(d, "margin");
  if (code) return code;
  if (!find(d->place, "margin", value)) return NOT_SUPPORTED;
  out->celsius = (int)strtol(value, 0, 0);
  return OK;
}
ret nvmlDeviceGetTemperatureThreshold(device d, u32 type, u32 *out) {
  static const char *names[] = {"temperature_shutdown", "temperature_slowdown", "temperature_memory_max", "temperature_gpu_max"};
  return type < 4 ? number(d, names[type], out) : NOT_SUPPORTED;
}
ret nvmlDeviceGetPowerManagementLimit(device d, u32 *out) { return number(d, "power_limit_requested", out); }
ret nvmlDeviceGetPowerManagementLimitConstraints(device d, u32 *low, u32 *high) {
  ret code = number(d, "power_limit_min", low);
  return code ? code : number(d, "power_limit_max", high);
}
ret nvmlDeviceGetEccMode(device d, u32 *now, u32 *pending) {
  ret code = number(d, "ecc", now);
  if (!code) *pending = (u32)number_or(d->place, "ecc_pending", *now);
  return code;
}
/* Places of nvmlMemoryLocation_t. */
static const char *PLACES[] = {"l1_cache", "l2_cache", "dram", "register_file", "texture", "texture_shm", "cbu", "sram"};
ret nvmlDeviceGetMemoryErrorCounter(device d, u32 type, u32 counter, u32 place, u64 *out) {
  char name[48];
  if (type > 1 || counter > 1 || place > 7) return INVALID;
  snprintf(name, sizeof name, "%s_%s_%s", counter ? "aggregate" : "volatile", PLACES[place], type ? "uncorrected" : "corrected");
  return number64(d, name, out);
}
struct sram {
  u32 version;
  u64 aggregate_parity, aggregate_secded, aggregate_corrected, volatile_parity, volatile_secded, volatile_corrected;
  u64 l2, sm, pcie, mcu, other;
  u32 exceeded;
};
ret nvmlDeviceGetSramEccErrorStatus(device d, struct sram *out) {
  if (out->version != (sizeof *out | 1u << 24)) return 25;
  ret code = enter(d, "sram");
  if (!code) code = peek64(d, "aggregate_sram_uncorrected_parity", &out->aggregate_parity);
  if (!code) code = peek64(d, "aggregate_sram_uncorrected_secded", &out->aggregate_secded);
  out->aggregate_corrected = (u64)number_or(d->place, "aggregate_sram_corrected", 0);
  out->volatile_corrected = (u64)number_or(d->place, "volatile_sram_corrected", 0);
  if (!code) code = peek64(d, "volatile_sram_uncorrected_parity", &out->volatile_parity);
  if (!code) code = peek64(d, "volatile_sram_uncorrected_secded", &out->volatile_secded);
  if (!code) code = peek64(d, "sram_uncorrected_l2", &out->l2);
  if (!code) code = peek64(d, "sram_uncorrected_sm", &out->sm);
  if (!code) code = peek64(d, "sram_uncorrected_pcie", &out->pcie);
  if (!code) code = peek64(d, "sram_uncorrected_mcu", &out->mcu);
  if (!code) code = peek64(d, "sram_uncorrected_other", &out->other);
  return code ? code : peek(d, "sram_threshold_exceeded", &out->exceeded);
}
struct banks { u32 max, high, partial, low, none; };
ret nvmlDeviceGetRowRemapperHistogram(device d, struct banks *out) {
  ret code = enter(d, "banks");
  if (!code) code = peek(d, "banks_max", &out->max);
  if (!code) code = peek(d, "banks_high", &out->high);
  if (!code) code = peek(d, "banks_partial", &out->partial);
  if (!code) code = peek(d, "banks_low", &out->low);
  return code ? code : peek(d, "banks_none", &out->none);
}
ret nvmlDeviceGetRetiredPages(device d, u32 cause, u32 *count, u64 *addresses) {
  u32 pages, room = *count;
  ret code = number(d, cause ? "retired_pages_uncorrected" : "retired_pages_corrected", &pages);
  if (code) return code;
  *count = pages;
  if (pages > room || (pages && !addresses)) return TOO_SMALL;
  for (u32 i = 0; i < pages; i++) addresses[i] = 0x1000ull * (i + 1);
  return OK;
}
ret nvmlDeviceGetRetiredPagesPendingStatus(device d, u32 *out) { return number(d, "retired_pages_pending", out); }

/* -- what a GPU is ---------------------------------------------------------------------------- */

ret nvmlDeviceGetVbiosVersion(device d, char *out, u32 length) { return text(d, "vbios", out, length); }
ret nvmlDeviceGetBoardPartNumber(device d, char *out, u32 length) { return text(d, "board_part_number", out, length); }
ret nvmlDeviceGetInforomImageVersion(device d, char *out, u32 length) { return text(d, "inforom_image", out, length); }
ret nvmlDeviceGetInforomVersion(device d, u32 object, char *out, u32 length) {
  static const char *names[] = {"inforom_oem", "inforom_ecc", "inforom_power"};
  return object < 3 ? text(d, names[object], out, length) : INVALID;
}
ret nvmlDeviceValidateInforom(device d) {
  u32 valid;
  ret code = number(d, "inforom_valid", &valid);
  return code ? code : valid ? OK : 14;
}
ret nvmlDeviceGetGspFirmwareVersion(device d, char *out) { return text(d, "gsp", out, 64); }
ret nvmlDeviceGetBrand(device d, u32 *out) { return number(d, "brand", out); }
ret nvmlDeviceGetArchitecture(device d, u32 *out) { return number(d, "architecture", out); }
ret nvmlDeviceGetMinorNumber(device d, u32 *out) { return number(d, "minor", out); }
ret nvmlDeviceGetBoardId(device d, u32 *out) { return number(d, "board_id", out); }
ret nvmlDeviceGetMultiGpuBoard(device d, u32 *out) { return number(d, "multi_gpu_board", out); }
ret nvmlDeviceGetModuleId(device d, u32 *out) { return number(d, "module", out); }
ret nvmlDeviceGetComputeMode(device d, u32 *out) { return number(d, "compute_mode", out); }
ret nvmlDeviceGetNumaNodeId(device d, u32 *out) { return number(d, "numa_node", out); }
ret nvmlDeviceGetDriverModel_v2(device d, u32 *now, u32 *pending) {
  ret code = number(d, "driver_model", now);
  if (!code) *pending = *now;
  return code;
}
ret nvmlDeviceGetCudaComputeCapability(device d, int *major, int *minor) {
  u32 both; /* 90 is 9.0 */
  ret code = number(d, "compute_capability", &both);
  if (!code) { *major = (int)(both / 10); *minor = (int)(both % 10); }
  return code;
}
ret nvmlDeviceGetCpuAffinity(device d, u32 words, unsigned long *out) {
  u64 mask;
  ret code = number64(d, "cpus", &mask);
  if (code) return code;
  memset(out, 0, words * sizeof *out);
  if (words) out[0] = mask;
  return OK;
}
struct platform { u32 version; unsigned char guid[16], chassis[16], slot, tray, host, peer, module; };
ret nvmlDeviceGetPlatformInfo(device d, struct platform *out) {
  u32 slot, tray;
  if (out->version != (44 | 2u << 24)) return 25;
  memset(out->guid, 0, sizeof out->guid);
  memset(out->chassis, 0, sizeof out->chassis);
  ret code = text(d, "chassis", (char *)out->chassis, sizeof out->chassis);
  if (!code) code = number(d, "slot", &slot);
  if (!code) code = number(d, "tray", &tray);
  if (code) return code;
  out->slot = (unsigned char)slot;
  out->tray = (unsigned char)tray;
  out->host = out->peer = out->module = 1;
  return OK;
}
ret nvmlSystemGetCudaDriverVersion_v2(int *out) {
  if (!inits) return UNINITIALIZED;
  *out = (int)number_or(-1, "cuda", 13000);
  return OK;
}

/* -- GPM: `gpm 2 87.5` is metric 2; a sample of one GPU, an earlier and a later one ------------- */

struct gpm_sample { device device; u64 number; struct timespec at; };
struct gpm_metric { u32 id; ret code; double value; const char *name, *long_name, *unit; };
struct gpm_get { u32 version, count; struct gpm_sample *first, *second; struct gpm_metric metrics[333]; };
static u64 gpm_samples;

ret nvmlGpmQueryDeviceSupport(device d, u32 *support) {
  if (support[0] != 1) return 25;
  ret code = enter(d, "gpm");
  if (!code) support[1] = (u32)number_or(d->place, "gpm_supported", 0);
  return code;
}
ret nvmlGpmSampleAlloc(struct gpm_sample **out) {
  *out = calloc(1, sizeof **out);
  return *out ? OK : 20;
}
ret nvmlGpmSampleFree(struct gpm_sample *sample) { free(sample); return OK; }
ret nvmlGpmSampleGet(device d, struct gpm_sample *sample) {
  ret code = enter(d, "gpm_sample");
  if (code) return code;
  if (!number_or(d->place, "gpm_supported", 0)) return NOT_SUPPORTED;
  pthread_mutex_lock(&lock);
  sample->device = d;
  sample->number = ++gpm_samples;
  pthread_mutex_unlock(&lock);
  clock_gettime(CLOCK_MONOTONIC, &sample->at);
  return OK;
}
ret nvmlGpmMetricsGet(struct gpm_get *get) {
  if (!inits) return UNINITIALIZED;
  if (get->version != 1) return 25;
  if (!get->first || !get->second || get->first->device != get->second->device) return INVALID;
  if (!get->first->number || get->first->number >= get->second->number) return INVALID;
  ret code = enter(get->first->device, "gpm_metrics");
  if (code) return code;
  for (u32 i = 0; i < get->count && i < 333; i++) {
    char name[24], value[TEXT];
    struct gpm_metric *metric = &get->metrics[i];
    snprintf(name, sizeof name, "gpm %u", metric->id);
    metric->code = find(get->first->device->place, name, value) ? OK : NOT_SUPPORTED;
    if (!metric->code) metric->value = strtod(value, 0);
  }
  return OK;
}

struct field { u32 id, scope; long long timestamp, latency; u32 type, code; union { double d; u64 u; long long s; } value; };
ret nvmlDeviceGetFieldValues(device d, int count, struct field *values) {
  ret code = enter(d, "fields");
  if (code) return code;
  for (int i = 0; i < count; i++) {
    char name[32], value[TEXT];
    struct field *f = &values[i];
    if (f->scope == ~0u) snprintf(name, sizeof name, "field %u/all", f->id);
    else if (f->scope) snprintf(name, sizeof name, "field %u/%u", f->id, f->scope);
    else snprintf(name, sizeof name, "field %u", f->id);
    f->code = NOT_SUPPORTED;
    if (find(d->place, name, value)) {
      f->code = OK;
      char kind = value[strlen(value) - 1];
      f->type = kind == 'd' ? 0 : kind == 'u' ? 1 : kind == 'i' ? 5 : 3;
      if (kind == 'd') f->value.d = strtod(value, 0);
      else f->value.s = value[0] == '-' ? strtoll(value, 0, 0) : (long long)strtoull(value, 0, 0);
    }
  }
  return OK;
}

/* -- events ----------------------------------------------------------------------------------- */

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
    pause_until_change(watch, left < 1000 ? left : 1000);
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
  return wait_for_event(s, out, millis, watch);
}

/* -- what an agent does not ask: as on a GPU that can't --------------------------------------- */

#define OTHER(name) ret name(void) { return NOT_SUPPORTED; }
OTHER(nvmlComputeInstanceDestroy) OTHER(nvmlComputeInstanceGetInfo) OTHER(nvmlComputeInstanceGetInfo_v2)
OTHER(nvmlDeviceClearAccountingPids) OTHER(nvmlDeviceClearCpuAffinity) OTHER(nvmlDeviceClearEccErrorCounts)
OTHER(nvmlDeviceClearFieldValues) OTHER(nvmlDeviceCreateGpuInstance)
OTHER(nvmlDeviceCreateGpuInstanceWithPlacement) OTHER(nvmlDeviceDiscoverGpus)
OTHER(nvmlDeviceFreezeNvLinkUtilizationCounter) OTHER(nvmlDeviceGetAPIRestriction)
OTHER(nvmlDeviceGetAccountingBufferSize) OTHER(nvmlDeviceGetAccountingMode)
OTHER(nvmlDeviceGetAccountingPids) OTHER(nvmlDeviceGetAccountingStats) OTHER(nvmlDeviceGetAccountingStats_v2)
OTHER(nvmlDeviceGetActiveVgpus) OTHER(nvmlDeviceGetAdaptiveClockInfoStatus)
OTHER(nvmlDeviceGetAddressingMode)
OTHER(nvmlDeviceGetAttributes)
OTHER(nvmlDeviceGetAutoBoostedClocksEnabled)
OTHER(nvmlDeviceGetBBXTimeData_v1)
OTHER(nvmlDeviceGetBridgeChipInfo)
OTHER(nvmlDeviceGetBusType)
OTHER(nvmlDeviceGetC2cModeInfoV)
OTHER(nvmlDeviceGetCapabilities)
OTHER(nvmlDeviceGetClkMonStatus)
OTHER(nvmlDeviceGetClock)
OTHER(nvmlDeviceGetClockOffsets)
OTHER(nvmlDeviceGetConfComputeGpuAttestationReport) OTHER(nvmlDeviceGetConfComputeGpuCertificate)
OTHER(nvmlDeviceGetConfComputeMemSizeInfo) OTHER(nvmlDeviceGetConfComputeProtectedMemoryUsage)
OTHER(nvmlDeviceGetCoolerInfo) OTHER(nvmlDeviceGetCount)
OTHER(nvmlDeviceGetCpuAffinityWithinScope) OTHER(nvmlDeviceGetCreatableVgpus)
OTHER(nvmlDeviceGetCurrentClockFreqs)
OTHER(nvmlDeviceGetDefaultApplicationsClock)
OTHER(nvmlDeviceGetDefaultEccMode) OTHER(nvmlDeviceGetDetailedEccErrors)
OTHER(nvmlDeviceGetDeviceHandleFromMigDeviceHandle) OTHER(nvmlDeviceGetDisplayActive)
OTHER(nvmlDeviceGetDisplayMode) OTHER(nvmlDeviceGetDramEncryptionMode) OTHER(nvmlDeviceGetDriverModel)
OTHER(nvmlDeviceGetDynamicPstatesInfo)
OTHER(nvmlDeviceGetEncoderCapacity) OTHER(nvmlDeviceGetEncoderSessions) OTHER(nvmlDeviceGetEncoderStats)
OTHER(nvmlDeviceGetFBCSessions) OTHER(nvmlDeviceGetFBCStats)
OTHER(nvmlDeviceGetFanControlPolicy_v2) OTHER(nvmlDeviceGetFanSpeedRPM)
OTHER(nvmlDeviceGetFanSpeed_v2) OTHER(nvmlDeviceGetGpcClkMinMaxVfOffset) OTHER(nvmlDeviceGetGpcClkVfOffset)
OTHER(nvmlDeviceGetGpuFabricInfo) OTHER(nvmlDeviceGetGpuInstanceById)
OTHER(nvmlDeviceGetGpuInstancePossiblePlacements) OTHER(nvmlDeviceGetGpuInstancePossiblePlacements_v2)
OTHER(nvmlDeviceGetGpuInstanceProfileInfo) OTHER(nvmlDeviceGetGpuInstanceProfileInfoByIdV)
OTHER(nvmlDeviceGetGpuInstanceProfileInfoV) OTHER(nvmlDeviceGetGpuInstanceRemainingCapacity)
OTHER(nvmlDeviceGetGpuInstances) OTHER(nvmlDeviceGetGpuMaxPcieLinkGeneration)
OTHER(nvmlDeviceGetGpuOperationMode)

OTHER(nvmlDeviceGetGridLicensableFeatures) OTHER(nvmlDeviceGetGridLicensableFeatures_v2)
OTHER(nvmlDeviceGetGridLicensableFeatures_v3) OTHER(nvmlDeviceGetGridLicensableFeatures_v4)
OTHER(nvmlDeviceGetGspFirmwareMode) OTHER(nvmlDeviceGetHandleByIndex)
OTHER(nvmlDeviceGetHandleByPciBusId) OTHER(nvmlDeviceGetHandleByPciBusId_v2)
OTHER(nvmlDeviceGetHandleBySerial) OTHER(nvmlDeviceGetHandleByUUID) OTHER(nvmlDeviceGetHandleByUUIDV)
OTHER(nvmlDeviceGetHostVgpuMode) OTHER(nvmlDeviceGetHostname_v1)
OTHER(nvmlDeviceGetInforomConfigurationChecksum)
OTHER(nvmlDeviceGetIrqNum)
OTHER(nvmlDeviceGetLastBBXFlushTime)
OTHER(nvmlDeviceGetMaxCustomerBoostClock)
OTHER(nvmlDeviceGetMemClkMinMaxVfOffset)
OTHER(nvmlDeviceGetMemClkVfOffset)
OTHER(nvmlDeviceGetMemoryAffinity)
OTHER(nvmlDeviceGetMemoryBusWidth)
OTHER(nvmlDeviceGetMinMaxClockOfPState)
OTHER(nvmlDeviceGetMinMaxFanSpeed)
OTHER(nvmlDeviceGetNumGpuCores)
OTHER(nvmlDeviceGetNvLinkCapability)
OTHER(nvmlDeviceGetNvLinkInfo) OTHER(nvmlDeviceGetNvLinkRemoteDeviceType)
OTHER(nvmlDeviceGetNvLinkRemotePciInfo) OTHER(nvmlDeviceGetNvLinkRemotePciInfo_v2)
OTHER(nvmlDeviceGetNvLinkUtilizationControl) OTHER(nvmlDeviceGetNvLinkUtilizationCounter)
OTHER(nvmlDeviceGetNvLinkVersion) OTHER(nvmlDeviceGetNvlinkBwMode) OTHER(nvmlDeviceGetNvlinkSupportedBwModes)
OTHER(nvmlDeviceGetP2PStatus) OTHER(nvmlDeviceGetPciInfo)
OTHER(nvmlDeviceGetPciInfoExt) OTHER(nvmlDeviceGetPciInfo_v2) OTHER(nvmlDeviceGetPcieLinkMaxSpeed)
OTHER(nvmlDeviceGetPcieSpeed) OTHER(nvmlDeviceGetPcieThroughput)
OTHER(nvmlDeviceGetPdi) OTHER(nvmlDeviceGetPerformanceModes) OTHER(nvmlDeviceGetPgpuMetadataString)
OTHER(nvmlDeviceGetPowerManagementMode) OTHER(nvmlDeviceGetPowerMizerMode_v1) OTHER(nvmlDeviceGetPowerSource)
OTHER(nvmlDeviceGetPowerState) OTHER(nvmlDeviceGetProcessUtilization)
OTHER(nvmlDeviceGetProcessesUtilizationInfo)
OTHER(nvmlDeviceGetRemappedRows_v2) OTHER(nvmlDeviceGetRepairStatus)
OTHER(nvmlDeviceGetRetiredPages_v2)
OTHER(nvmlDeviceGetRunningProcessDetailList)
OTHER(nvmlDeviceGetSamples)
OTHER(nvmlDeviceGetSramUniqueUncorrectedEccErrorCounts) OTHER(nvmlDeviceGetSupportedClocksEventReasons)
OTHER(nvmlDeviceGetSupportedClocksThrottleReasons) OTHER(nvmlDeviceGetSupportedGraphicsClocks)
OTHER(nvmlDeviceGetSupportedMemoryClocks) OTHER(nvmlDeviceGetSupportedPerformanceStates)
OTHER(nvmlDeviceGetSupportedVgpus) OTHER(nvmlDeviceGetTargetFanSpeed)
OTHER(nvmlDeviceGetThermalSettings)
OTHER(nvmlDeviceGetTopologyCommonAncestor) OTHER(nvmlDeviceGetTopologyNearestGpus)

OTHER(nvmlDeviceGetUnrepairableMemoryFlag_v1)
OTHER(nvmlDeviceGetVgpuCapabilities) OTHER(nvmlDeviceGetVgpuHeterogeneousMode)
OTHER(nvmlDeviceGetVgpuInstancesUtilizationInfo) OTHER(nvmlDeviceGetVgpuMetadata)
OTHER(nvmlDeviceGetVgpuProcessUtilization) OTHER(nvmlDeviceGetVgpuProcessesUtilizationInfo)
OTHER(nvmlDeviceGetVgpuSchedulerCapabilities) OTHER(nvmlDeviceGetVgpuSchedulerLog)
OTHER(nvmlDeviceGetVgpuSchedulerLog_v2) OTHER(nvmlDeviceGetVgpuSchedulerState)
OTHER(nvmlDeviceGetVgpuSchedulerState_v2) OTHER(nvmlDeviceGetVgpuTypeCreatablePlacements)
OTHER(nvmlDeviceGetVgpuTypeSupportedPlacements) OTHER(nvmlDeviceGetVgpuUtilization)
OTHER(nvmlDeviceGetViolationStatus) OTHER(nvmlDeviceGetVirtualizationMode)
OTHER(nvmlDeviceModifyDrainState) OTHER(nvmlDeviceOnSameBoard)
OTHER(nvmlDevicePowerSmoothingActivatePresetProfile) OTHER(nvmlDevicePowerSmoothingSetState)
OTHER(nvmlDevicePowerSmoothingUpdatePresetProfileParam) OTHER(nvmlDeviceQueryDrainState)
OTHER(nvmlDeviceReadPRMCounters_v1) OTHER(nvmlDeviceReadWritePRM_v1) OTHER(nvmlDeviceRemoveGpu)
OTHER(nvmlDeviceRemoveGpu_v2) OTHER(nvmlDeviceResetApplicationsClocks) OTHER(nvmlDeviceResetGpuLockedClocks)
OTHER(nvmlDeviceResetMemoryLockedClocks) OTHER(nvmlDeviceResetNvLinkErrorCounters)
OTHER(nvmlDeviceResetNvLinkUtilizationCounter) OTHER(nvmlDeviceSetAPIRestriction)
OTHER(nvmlDeviceSetAccountingMode) OTHER(nvmlDeviceSetApplicationsClocks)
OTHER(nvmlDeviceSetAutoBoostedClocksEnabled) OTHER(nvmlDeviceSetClockOffsets) OTHER(nvmlDeviceSetComputeMode)
OTHER(nvmlDeviceSetConfComputeUnprotectedMemSize) OTHER(nvmlDeviceSetCpuAffinity)
OTHER(nvmlDeviceSetDefaultAutoBoostedClocksEnabled) OTHER(nvmlDeviceSetDefaultFanSpeed_v2)
OTHER(nvmlDeviceSetDramEncryptionMode) OTHER(nvmlDeviceSetDriverModel) OTHER(nvmlDeviceSetEccMode)
OTHER(nvmlDeviceSetFanControlPolicy) OTHER(nvmlDeviceSetFanSpeed_v2) OTHER(nvmlDeviceSetGpcClkVfOffset)
OTHER(nvmlDeviceSetGpuLockedClocks) OTHER(nvmlDeviceSetGpuOperationMode) OTHER(nvmlDeviceSetHostname_v1)
OTHER(nvmlDeviceSetMemClkVfOffset) OTHER(nvmlDeviceSetMemoryLockedClocks) OTHER(nvmlDeviceSetMigMode)
OTHER(nvmlDeviceSetNvLinkDeviceLowPowerThreshold) OTHER(nvmlDeviceSetNvLinkUtilizationControl)
OTHER(nvmlDeviceSetNvlinkBwMode) OTHER(nvmlDeviceSetPersistenceMode) OTHER(nvmlDeviceSetPowerManagementLimit)
OTHER(nvmlDeviceSetPowerManagementLimit_v2) OTHER(nvmlDeviceSetPowerMizerMode_v1)
OTHER(nvmlDeviceSetRusdSettings_v1) OTHER(nvmlDeviceSetTemperatureThreshold)
OTHER(nvmlDeviceSetVgpuCapabilities) OTHER(nvmlDeviceSetVgpuHeterogeneousMode)
OTHER(nvmlDeviceSetVgpuSchedulerState) OTHER(nvmlDeviceSetVgpuSchedulerState_v2)
OTHER(nvmlDeviceSetVirtualizationMode) OTHER(nvmlDeviceVgpuForceGspUnload)
OTHER(nvmlDeviceWorkloadPowerProfileClearRequestedProfiles)
OTHER(nvmlDeviceWorkloadPowerProfileGetCurrentProfiles) OTHER(nvmlDeviceWorkloadPowerProfileGetProfilesInfo)
OTHER(nvmlDeviceWorkloadPowerProfileSetRequestedProfiles)
OTHER(nvmlDeviceWorkloadPowerProfileUpdateProfiles_v1) OTHER(nvmlEventSetWait)
OTHER(nvmlGetExcludedDeviceCount) OTHER(nvmlGetExcludedDeviceInfoByIndex) OTHER(nvmlGetVgpuCompatibility)
OTHER(nvmlGetVgpuDriverCapabilities) OTHER(nvmlGetVgpuVersion)
OTHER(nvmlGpmMigSampleGet) OTHER(nvmlGpmQueryIfStreamingEnabled)
OTHER(nvmlGpmSetStreamingEnabled)
OTHER(nvmlGpuInstanceCreateComputeInstance) OTHER(nvmlGpuInstanceCreateComputeInstanceWithPlacement)
OTHER(nvmlGpuInstanceDestroy) OTHER(nvmlGpuInstanceGetActiveVgpus)
OTHER(nvmlGpuInstanceGetComputeInstanceById) OTHER(nvmlGpuInstanceGetComputeInstancePossiblePlacements)
OTHER(nvmlGpuInstanceGetComputeInstanceProfileInfo) OTHER(nvmlGpuInstanceGetComputeInstanceProfileInfoV)
OTHER(nvmlGpuInstanceGetComputeInstanceRemainingCapacity) OTHER(nvmlGpuInstanceGetComputeInstances)
OTHER(nvmlGpuInstanceGetCreatableVgpus) OTHER(nvmlGpuInstanceGetInfo)
OTHER(nvmlGpuInstanceGetVgpuHeterogeneousMode) OTHER(nvmlGpuInstanceGetVgpuSchedulerLog)
OTHER(nvmlGpuInstanceGetVgpuSchedulerLog_v2) OTHER(nvmlGpuInstanceGetVgpuSchedulerState)
OTHER(nvmlGpuInstanceGetVgpuSchedulerState_v2) OTHER(nvmlGpuInstanceGetVgpuTypeCreatablePlacements)
OTHER(nvmlGpuInstanceSetVgpuHeterogeneousMode) OTHER(nvmlGpuInstanceSetVgpuSchedulerState)
OTHER(nvmlGpuInstanceSetVgpuSchedulerState_v2) OTHER(nvmlInit) OTHER(nvmlSetVgpuVersion)
OTHER(nvmlSystemEventSetCreate) OTHER(nvmlSystemEventSetFree) OTHER(nvmlSystemEventSetWait)
OTHER(nvmlSystemGetCPER_v1) OTHER(nvmlSystemGetConfComputeCapabilities)
OTHER(nvmlSystemGetConfComputeGpusReadyState) OTHER(nvmlSystemGetConfComputeKeyRotationThresholdInfo)
OTHER(nvmlSystemGetConfComputeSettings) OTHER(nvmlSystemGetConfComputeState)
OTHER(nvmlSystemGetCudaDriverVersion)
OTHER(nvmlSystemGetDriverBranch) OTHER(nvmlSystemGetHicVersion) OTHER(nvmlSystemGetNvlinkBwMode)
OTHER(nvmlSystemGetProcessName) OTHER(nvmlSystemGetTopologyGpuSet) OTHER(nvmlSystemRegisterEvents)
OTHER(nvmlSystemSetConfComputeGpusReadyState) OTHER(nvmlSystemSetConfComputeKeyRotationThresholdInfo)
OTHER(nvmlSystemSetNvlinkBwMode) OTHER(nvmlUnitGetCount) OTHER(nvmlUnitGetDevices)
OTHER(nvmlUnitGetFanSpeedInfo) OTHER(nvmlUnitGetHandleByIndex) OTHER(nvmlUnitGetLedState)
OTHER(nvmlUnitGetPsuInfo) OTHER(nvmlUnitGetTemperature) OTHER(nvmlUnitGetUnitInfo) OTHER(nvmlUnitSetLedState)
OTHER(nvmlVgpuInstanceClearAccountingPids) OTHER(nvmlVgpuInstanceGetAccountingMode)
OTHER(nvmlVgpuInstanceGetAccountingPids) OTHER(nvmlVgpuInstanceGetAccountingStats)
OTHER(nvmlVgpuInstanceGetEccMode) OTHER(nvmlVgpuInstanceGetEncoderCapacity)
OTHER(nvmlVgpuInstanceGetEncoderSessions) OTHER(nvmlVgpuInstanceGetEncoderStats)
OTHER(nvmlVgpuInstanceGetFBCSessions) OTHER(nvmlVgpuInstanceGetFBCStats) OTHER(nvmlVgpuInstanceGetFbUsage)
OTHER(nvmlVgpuInstanceGetFrameRateLimit) OTHER(nvmlVgpuInstanceGetGpuInstanceId)
OTHER(nvmlVgpuInstanceGetGpuPciId) OTHER(nvmlVgpuInstanceGetLicenseInfo)
OTHER(nvmlVgpuInstanceGetLicenseInfo_v2) OTHER(nvmlVgpuInstanceGetLicenseStatus)
OTHER(nvmlVgpuInstanceGetMdevUUID) OTHER(nvmlVgpuInstanceGetMetadata) OTHER(nvmlVgpuInstanceGetPlacementId)
OTHER(nvmlVgpuInstanceGetRuntimeStateSize) OTHER(nvmlVgpuInstanceGetType) OTHER(nvmlVgpuInstanceGetUUID)
OTHER(nvmlVgpuInstanceGetVmDriverVersion) OTHER(nvmlVgpuInstanceGetVmID)
OTHER(nvmlVgpuInstanceSetEncoderCapacity) OTHER(nvmlVgpuTypeGetBAR1Info) OTHER(nvmlVgpuTypeGetCapabilities)
OTHER(nvmlVgpuTypeGetClass) OTHER(nvmlVgpuTypeGetDeviceID) OTHER(nvmlVgpuTypeGetFbReservation)
OTHER(nvmlVgpuTypeGetFrameRateLimit) OTHER(nvmlVgpuTypeGetFramebufferSize)
OTHER(nvmlVgpuTypeGetGpuInstanceProfileId) OTHER(nvmlVgpuTypeGetGspHeapSize) OTHER(nvmlVgpuTypeGetLicense)
OTHER(nvmlVgpuTypeGetMaxInstances) OTHER(nvmlVgpuTypeGetMaxInstancesPerGpuInstance)
OTHER(nvmlVgpuTypeGetMaxInstancesPerVm) OTHER(nvmlVgpuTypeGetName) OTHER(nvmlVgpuTypeGetNumDisplayHeads)
OTHER(nvmlVgpuTypeGetResolution)
