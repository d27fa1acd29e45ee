/*
 * A stand-in for NVIDIA's libnvidia-ml.so.1: real ABI (nvml.h 13.3, x86-64 and arm64) for the
 * functions that an agent reads, NVML_ERROR_NOT_SUPPORTED for the others. `state.c` says what it
 * answers.
 *
 * Here are the library itself and what is asked of a GPU each second; what is asked seldom is in
 * `details.c`, programs and MIG devices in `processes.c`, events in `events.c`, the many functions
 * that no agent asks in `others.c`.
 *
 * Build: cc -shared -fPIC -O1 -Wl,-Bsymbolic -o libnvidia-ml.so.1 *.c -lpthread -ldl
 */
#include "standin.h"

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
