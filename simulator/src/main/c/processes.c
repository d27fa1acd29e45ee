/* Programs that use a GPU, and the MIG devices that it is split into. */
#include "standin.h"

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
