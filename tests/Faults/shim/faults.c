// Stands between a library's P/Invokes and the C library. The test program resolves "libc" of IOLoop and of IOLoop.Sources to
// this file, so calls of the .NET runtime never come here, and the product needs no hook. For System.Net.Sockets it stands between
// a copy of the runtime's native library, which serves nothing else, and the C library (SOCKETS).
//
// Every function takes six integers and returns one: on x86-64 and arm64 Linux this forwards any call without floating-point
// or stack arguments, variadic ones included.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <string.h>
#include <sys/syscall.h>

enum kind {
  PLAIN,  // -1 and errno
  NULLED, // a null pointer and errno
  STATUS, // returns the errno
  AFTER,  // done first, then -1 and errno: Linux closes a descriptor even when close fails
  REAPED, // as AFTER, but for EINTR and EAGAIN: a child that nobody may ask about could never be reaped
  NOFAIL  // counted only
};

#define CALL(name, kind) ID_##name,
enum id {
#include "calls.h"
  COUNT
};
#undef CALL

#define CALL(name, kind) #name,
static const char *const names[] = {
#include "calls.h"
};
#undef CALL

#define CALL(name, kind) kind,
static const enum kind kinds[] = {
#include "calls.h"
};
#undef CALL

typedef long (*target)(long, long, long, long, long, long);

static target targets[COUNT];
static long totals[COUNT];

static int armed = -1;
static int lacking = -1; // the system has no such call
static int failure;
static long first, step, limit;
static long seen, injected, made;
static __thread int exempt;

static target find(int id) {
  target found = __atomic_load_n(&targets[id], __ATOMIC_ACQUIRE);
  if (!found) {
    const char *name = names[id];
    found = (target)dlsym(dlopen("libc.so.6", RTLD_NOW), strncmp(name, "syscall_", 8) == 0 ? "syscall" : name);
    __atomic_store_n(&targets[id], found, __ATOMIC_RELEASE);
  }
  return found;
}

static int is_due(int id) {
  if (exempt)
    return 0;
  __atomic_add_fetch(&totals[id], 1, __ATOMIC_RELAXED);
  int now = __atomic_load_n(&armed, __ATOMIC_ACQUIRE);
  if (now < 0)
    return 0;
  __atomic_add_fetch(&made, 1, __ATOMIC_RELAXED);
  if (now != id)
    return 0;
  long number = __atomic_add_fetch(&seen, 1, __ATOMIC_RELAXED);
  if (number < first || (step == 0 ? number != first : (number - first) % step != 0))
    return 0;
  return __atomic_add_fetch(&injected, 1, __ATOMIC_RELAXED) <= limit;
}

static long invoke(int id, long a, long b, long c, long d, long e, long f) {
  target real = find(id);
  if (id == lacking) {
    errno = ENOSYS;
    return -1;
  }
  if (kinds[id] == NOFAIL || !is_due(id)) {
    if (kinds[id] == NOFAIL && !exempt)
      __atomic_add_fetch(&totals[id], 1, __ATOMIC_RELAXED);
    return real(a, b, c, d, e, f);
  }
  if (kinds[id] == AFTER || (kinds[id] == REAPED && failure != EINTR && failure != EAGAIN))
    real(a, b, c, d, e, f);
  if (kinds[id] == STATUS)
    return failure;
  errno = failure;
  return kinds[id] == NULLED ? 0 : -1;
}

#ifndef SOCKETS
static int syscall_id(long number) {
  switch (number) {
  case SYS_pidfd_open:
    return ID_syscall_pidfd_open;
  case SYS_pidfd_send_signal:
    return ID_syscall_pidfd_send_signal;
  default:
    return ID_syscall_other;
  }
}
#endif

#define CALL(name, kind) \
  long faulty_##name(long a, long b, long c, long d, long e, long f) __asm__(#name); \
  long faulty_##name(long a, long b, long c, long d, long e, long f) { return invoke(ID_##name, a, b, c, d, e, f); }
#include "calls.h"
#undef CALL

#ifndef SOCKETS
long faulty_syscall(long number, long a, long b, long c, long d, long e) __asm__("syscall");
long faulty_syscall(long number, long a, long b, long c, long d, long e) {
  return invoke(syscall_id(number), number, a, b, c, d, e);
}
#endif

int faults_count(void) { return COUNT; }

const char *faults_name(int id) { return names[id]; }

long faults_total(int id) { return __atomic_load_n(&totals[id], __ATOMIC_RELAXED); }

void faults_clear(void) {
  for (int id = 0; id < COUNT; id++)
    __atomic_store_n(&totals[id], 0, __ATOMIC_RELAXED);
}

void faults_arm(int id, int error, long first_call, long step_of_calls, long most) {
  failure = error;
  first = first_call;
  step = step_of_calls;
  limit = most;
  seen = injected = made = 0;
  __atomic_store_n(&armed, id, __ATOMIC_RELEASE);
}

void faults_disarm(void) { __atomic_store_n(&armed, -1, __ATOMIC_RELEASE); }

long faults_injected(void) { return __atomic_load_n(&injected, __ATOMIC_RELAXED); }

long faults_made(void) { return __atomic_load_n(&made, __ATOMIC_RELAXED); }

void faults_lack(int id) { lacking = id; }

void faults_exempt(int on) { exempt = on; }
