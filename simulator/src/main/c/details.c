/* What a GPU is, and what is asked of it seldom. */
#include "standin.h"

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
