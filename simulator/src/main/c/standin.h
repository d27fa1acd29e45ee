/* What the files of the stand-in share: the state, and how a function answers from it. */
#pragma once
#define _GNU_SOURCE
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef int ret;
typedef unsigned int u32;
typedef unsigned long long u64;
typedef struct device { int place; } *device;

enum { OK = 0, UNINITIALIZED = 1, INVALID = 2, NOT_SUPPORTED = 3, TOO_SMALL = 7, TIMED_OUT = 10 };
enum { GPUS = 64, MIGS = 8, MIG_KEYS = 1000, KEYS = 16384, TEXT = 96, LINKS = 36 };

struct key { int gpu, next; char name[48]; char value[TEXT]; };
struct event { u64 number; int gpu; u64 type; u64 data; };

#pragma GCC visibility push(hidden) /* the library exports what NVIDIA's does, and no more */

/* Of all that the file says. Whoever calls `refresh` holds it; the other functions take it themselves. */
extern pthread_mutex_t lock;
extern struct key keys[KEYS];
extern int key_count;
extern struct event events[256];
extern int event_count;
extern int gpu_count, gpu_seen[GPUS];
extern struct device devices[GPUS + GPUS * MIGS]; /* the GPUs, then the MIG devices of each */
extern int inits;

const char *state_file(void);
void refresh(void);
int find(int gpu, const char *name, char *value);
long long number_or(int gpu, const char *name, long long other);
void pause_millis(long millis);
ret enter(device d, const char *what);
ret text(device d, const char *what, char *out, u32 length);
ret number(device d, const char *what, u32 *out);
ret number64(device d, const char *what, u64 *out);
ret peek(device d, const char *what, u32 *out);
ret peek64(device d, const char *what, u64 *out);

#pragma GCC visibility pop
