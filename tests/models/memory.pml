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

inline put(_T, _V, _X) {
  atomic { buf[_T].n < DEPTH -> d_step { buf[_T].at[buf[_T].n] = _V; buf[_T].to[buf[_T].n] = _X; buf[_T].n++ } } }

inline get(_T, _V, _R) {
  d_step {
    scan = 0; _R = mem[_V];
    do :: scan < buf[_T].n -> if :: buf[_T].at[scan] == _V -> _R = buf[_T].to[scan] :: else -> skip fi; scan++
       :: else -> break od;
    scan = 0 } }

inline flush(_T) {
  d_step {
    mem[buf[_T].at[0]] = buf[_T].to[0];
    buf[_T].n--; scan = 0;
    do :: scan < buf[_T].n -> buf[_T].at[scan] = buf[_T].at[scan + 1]; buf[_T].to[scan] = buf[_T].to[scan + 1]; scan++
       :: else -> break od;
    buf[_T].at[buf[_T].n] = 0; buf[_T].to[buf[_T].n] = 0; scan = 0 } }

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
inline put(_T, _V, _X) { mem[_V] = _X }
inline get(_T, _V, _R) { _R = mem[_V] }

#endif

inline fence(_T) { flushed(_T) }

/* Interlocked: full fences. */
inline exchange(_T, _V, _X, _R) { atomic { flushed(_T) -> _R = mem[_V]; mem[_V] = _X } }
inline compareExchange(_T, _V, _X, _E, _R) {
  atomic { flushed(_T) -> _R = mem[_V]; if :: _R == _E -> mem[_V] = _X :: else -> skip fi } }
inline add(_T, _V, _X) { atomic { flushed(_T) -> mem[_V] = mem[_V] + _X } }

inline lock(_T, _V) { atomic { mem[_V] == 0 -> mem[_V] = 1 } }
inline unlock(_T, _V) { put(_T, _V, 0) }
