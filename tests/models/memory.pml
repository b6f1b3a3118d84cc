/*
 * Shared memory as threads of .NET see it.
 *
 * Without BUFFERS it is sequentially consistent. With BUFFERS each thread has a store buffer: its writes reach the others later, in
 * order, when the process Memory flushes them, and its own reads see them at once. So a write followed by a read of something else
 * can be seen in the opposite order, which every processor allows, unless a fence stands between them.
 *
 * Only what .NET promises is a fence: MemoryBarrier and Interlocked. Taking a lock is not one here, and releasing it is a write like
 * any other. System calls synchronize through the kernel's own locks.
 *
 * A model defines THREADS and VARS (how many there are), and names both by numbers.
 */
#ifndef DEPTH
#define DEPTH 2 /* writes that a thread can be ahead of memory */
#endif

byte mem[VARS];

#ifdef BUFFERS

typedef Buffer { byte n; byte at[DEPTH]; byte to[DEPTH] };
Buffer buf[THREADS];
hidden byte scan;

inline put(t, v, x) {
  atomic { buf[t].n < DEPTH -> d_step { buf[t].at[buf[t].n] = v; buf[t].to[buf[t].n] = x; buf[t].n++ } } }

inline get(t, v, out) {
  d_step {
    scan = 0; out = mem[v];
    do :: scan < buf[t].n -> if :: buf[t].at[scan] == v -> out = buf[t].to[scan] :: else -> skip fi; scan++
       :: else -> break od;
    scan = 0 } }

inline flush(t) {
  d_step {
    mem[buf[t].at[0]] = buf[t].to[0];
    buf[t].n--; scan = 0;
    do :: scan < buf[t].n -> buf[t].at[scan] = buf[t].at[scan + 1]; buf[t].to[scan] = buf[t].to[scan + 1]; scan++
       :: else -> break od;
    buf[t].at[buf[t].n] = 0; buf[t].to[buf[t].n] = 0; scan = 0 } }

active proctype Memory() {
end: do
  :: atomic { buf[0].n > 0 -> flush(0) }
#if THREADS > 1
  :: atomic { buf[1].n > 0 -> flush(1) }
#endif
#if THREADS > 2
  :: atomic { buf[2].n > 0 -> flush(2) }
#endif
#if THREADS > 3
  :: atomic { buf[3].n > 0 -> flush(3) }
#endif
#if THREADS > 4
  :: atomic { buf[4].n > 0 -> flush(4) }
#endif
#if THREADS > 5
  :: atomic { buf[5].n > 0 -> flush(5) }
#endif
  od }

#define flushed(t) (buf[t].n == 0)

#else

#define flushed(t) true
inline put(t, v, x) { mem[v] = x }
inline get(t, v, out) { out = mem[v] }

#endif

inline fence(t) { flushed(t) }

/* Interlocked: full fences. */
inline exchange(t, v, x, was) { atomic { flushed(t) -> was = mem[v]; mem[v] = x } }
inline compareExchange(t, v, x, expected, was) {
  atomic { flushed(t) -> was = mem[v]; if :: was == expected -> mem[v] = x :: else -> skip fi } }
inline add(t, v, more) { atomic { flushed(t) -> mem[v] = mem[v] + more } }

inline lock(t, l) { atomic { mem[l] == 0 -> mem[l] = 1 } }
inline unlock(t, l) { put(t, l, 0) }
