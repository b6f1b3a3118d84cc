/*
 * Close while other threads call what any thread may call: post callbacks, post from signals, add timeouts, begin a run, wake the loop.
 * What was accepted is reported or ended, nothing is accepted behind that, no run begins on a closed loop, and nobody writes to a
 * number that was closed and is somebody else's by then.
 *
 * models: src/IOLoop/Turns/LoopCore.cs Close
 * models: src/IOLoop/Callbacks/CallbackQueue.cs Close
 * models: src/IOLoop/Callbacks/CallbackQueue.cs TryAddPlain
 * models: src/IOLoop/Callbacks/CallbackQueue.cs TryAddFromSignal
 * models: src/IOLoop/Callbacks/CallbackQueue.cs TakeBatch
 * models: src/IOLoop/Ownership/LoopGate.cs BeginRun
 * models: src/IOLoop/Ownership/LoopGate.cs Close
 * models: src/IOLoop/Ownership/LoopGate.Idle.cs EnterIdle
 * models: src/IOLoop/Timeouts/LoopTimeouts.cs CallAtFromOutside
 * models: src/IOLoop/Polling/WakerIO.cs Write
 *
 * run: -DPOSTS=2 -DSIGNALS=1
 * run: -DPOSTS=1 -DSIGNALS=2
 * run: -DPOSTS=1 -DDEADLINE -DRUNNER
 * run: -DSIGNALS=1 -DDEADLINE -DRUNNER
 * run: -DTWICE -DPOSTS=1 -DDEADLINE
 * run: -DBUFFERS -DPOSTS=1 -DSIGNALS=1
 * run: -DBUFFERS -DSIGNALS=2
 * run: -DBUFFERS -DDEADLINE -DPOSTS=1 -DRUNNER
 *
 * mutant: SIGNALS_NOT_COUNTED -DSIGNALS=1 : a signal looks whether the queue is closed, and adds, without being counted
 * mutant: SIGNALS_NOT_AWAITED -DSIGNALS=1 : the queue is emptied while a signal still adds
 * mutant: CLOSED_READ_FIRST -DSIGNALS=1 : a signal looks whether the queue is closed before it is counted
 * mutant: EMPTIED_ONCE -DSIGNALS=2 : one batch is taken, which has room for so many signals only
 * mutant: CLOSED_OUTSIDE_THE_LOCK -DPOSTS=1 : the queue is closed without its lock
 * mutant: ACCEPTED_OUTSIDE_THE_LOCK -DPOSTS=1 : a caller looks whether the queue is closed before it takes the lock
 * mutant: WRITES_WITHOUT_A_REFERENCE -DPOSTS=1 : a wake does not keep the waker's descriptor open
 * mutant: RUNS_WHEN_LOOKED_AT_EARLY -DRUNNER : Close looks whether the loop runs before it takes the gate
 * mutant: REMAINS_TAKEN_EARLY -DDEADLINE : the timeouts are taken before callers find the loop closed
 * mutant: CLOSED_TWICE -DTWICE : the second call to Close does not see the first
 * mutant: NO_FENCE_IN_CLOSE -DBUFFERS -DSIGNALS=1 : no fence between closing the queue and looking for signals under way
 * mutant: NO_FENCE_IN_COUNT -DBUFFERS -DSIGNALS=1 : a plain write counts a signal
 */
#ifndef POSTS
#define POSTS 0
#endif
#ifndef SIGNALS
#define SIGNALS 0
#endif

#define Asleep 1
#define Notified 2

#define CLOSER 0
#define POSTER 1
#define SIGNALLER(i) (2 + (i))
#define CALLER 2
#define RUNNER_ 3
#define SECOND 3
#if SIGNALS > 0
#undef CALLER
#define CALLER 4
#undef RUNNER_
#define RUNNER_ 5
#endif
#define THREADS 6

#define STATE 0
#define QUEUE 1
#define SHARED 2
#define SIGS 3
#define SIGNALLING 4
#define QUEUECLOSED 5
#define GATE 6
#define CLOSED 7
#define RUNNING 8
#define TIMEOUTS 9
#define VARS 10

#include "memory.pml"

byte accepted = 0;
byte dropped = 0;
byte references = 1; /* to the waker's descriptor */
bool disposed = 0;
bool open = 1;       /* the number is ours; else it is somebody else's */
byte closes = 0;     /* calls that have closed the loop */

inline release(_T) {
  atomic { flushed(_T) -> references--; if :: references == 0 -> open = 0 :: else -> skip fi } }

inline wake(_T) {
#ifdef WRITES_WITHOUT_A_REFERENCE
  if :: !disposed -> atomic { flushed(_T) -> assert(open) } :: else -> skip fi
#else
  atomic { flushed(_T) -> if :: disposed -> x = 0 :: else -> references++; x = 1 fi };
  if :: x -> x = 0; atomic { flushed(_T) -> assert(open) }; release(_T) :: else -> skip fi
#endif
}

inline needsWake(_T, _W) {
  get(_T, STATE, _W);
  if :: _W == Asleep -> compareExchange(_T, STATE, Notified, Asleep, _W); _W = (_W == Asleep)
     :: else -> _W = 0 fi }

#if POSTS > 0
proctype Poster() {
  byte i = 0; byte x; byte isClosed;
  do
  :: i < POSTS ->
#ifdef ACCEPTED_OUTSIDE_THE_LOCK
     get(POSTER, QUEUECLOSED, isClosed);
     lock(POSTER, QUEUE);
#else
     lock(POSTER, QUEUE);
     get(POSTER, QUEUECLOSED, isClosed);
#endif
     if
     :: isClosed -> isClosed = 0; unlock(POSTER, QUEUE)
     :: else ->
        get(POSTER, SHARED, x); put(POSTER, SHARED, x + 1); x = 0; accepted++;
        get(POSTER, STATE, x);
        if :: x == Asleep -> put(POSTER, STATE, Notified) :: else -> x = 0 fi;
        unlock(POSTER, QUEUE);
        if :: x -> x = 0; wake(POSTER) :: else -> skip fi
     fi;
     i++
  :: else -> break
  od }
#endif

#if SIGNALS > 0
proctype Signaller(byte t) {
  byte x; byte isClosed;
#ifdef CLOSED_READ_FIRST
  get(t, QUEUECLOSED, isClosed);
#endif
#ifndef SIGNALS_NOT_COUNTED
#ifdef NO_FENCE_IN_COUNT
  get(t, SIGNALLING, x); put(t, SIGNALLING, x + 1); x = 0;
#else
  add(t, SIGNALLING, 1);
#endif
#endif
#ifndef CLOSED_READ_FIRST
  get(t, QUEUECLOSED, isClosed);
#endif
  if :: !isClosed -> accepted++; add(t, SIGS, 1) :: else -> skip fi;
#ifndef SIGNALS_NOT_COUNTED
  add(t, SIGNALLING, -1);
#endif
  if :: !isClosed -> needsWake(t, x); if :: x -> x = 0; wake(t) :: else -> skip fi :: else -> skip fi }
#endif

#ifdef DEADLINE
proctype Caller() {
  byte x;
  lock(CALLER, GATE);
  get(CALLER, CLOSED, x);
  if :: !x -> get(CALLER, RUNNING, x) :: else -> skip fi;
  if
  :: x -> x = 0; unlock(CALLER, GATE) /* refused */
  :: else ->
     put(CALLER, TIMEOUTS, 1); accepted++;
     needsWake(CALLER, x);
     unlock(CALLER, GATE);
     if :: x -> x = 0; wake(CALLER) :: else -> skip fi
  fi }
#endif

#ifdef RUNNER
proctype Runner() {
  byte x;
  lock(RUNNER_, GATE);
  get(RUNNER_, CLOSED, x);
  if
  :: x -> x = 0; unlock(RUNNER_, GATE) /* refused */
  :: else ->
     put(RUNNER_, RUNNING, 1);
     unlock(RUNNER_, GATE);
     get(RUNNER_, CLOSED, x);
     assert(!x && open);
     lock(RUNNER_, GATE); put(RUNNER_, RUNNING, 0); unlock(RUNNER_, GATE)
  fi }
#endif

inline takeBatch(_T) {
  get(_T, SHARED, x);
  if :: x -> lock(_T, QUEUE); get(_T, SHARED, x); put(_T, SHARED, 0); unlock(_T, QUEUE); dropped = dropped + x; x = 0 :: else -> skip fi;
  /* at most so many signals as the pool has, here one */
  atomic { flushed(_T) -> if :: mem[SIGS] > 0 -> mem[SIGS]--; dropped++ :: else -> skip fi } }

inline takeRemains(_T) {
  get(_T, TIMEOUTS, x);
  if :: x -> x = 0; put(_T, TIMEOUTS, 0); dropped++ :: else -> skip fi }

inline closeQueue(_T) {
#ifndef CLOSED_OUTSIDE_THE_LOCK
  lock(_T, QUEUE);
#endif
  put(_T, QUEUECLOSED, 1);
#ifndef CLOSED_OUTSIDE_THE_LOCK
  unlock(_T, QUEUE);
#endif
#ifndef NO_FENCE_IN_CLOSE
  fence(_T);
#endif
#ifndef SIGNALS_NOT_AWAITED
  do :: get(_T, SIGNALLING, x); if :: x == 0 -> break :: else -> mem[SIGNALLING] == 0 fi od;
#endif
  do
  :: takeBatch(_T);
#ifdef EMPTIED_ONCE
     break
#else
     get(_T, SHARED, x); if :: !x -> get(_T, SIGS, x) :: else -> skip fi;
     if :: x -> x = 0 :: else -> break fi
#endif
  od }

proctype Closer(byte t) {
  byte x; bool again = 1;
  do
  :: again ->
#ifdef REMAINS_TAKEN_EARLY
     lock(t, GATE); takeRemains(t); unlock(t, GATE);
#endif
#ifdef RUNS_WHEN_LOOKED_AT_EARLY
     get(t, RUNNING, x);
     lock(t, GATE);
#else
     lock(t, GATE);
#ifndef CLOSED_TWICE
     get(t, CLOSED, x);
     if :: x -> x = 0; unlock(t, GATE); break :: else -> skip fi;
#endif
     get(t, RUNNING, x);
#endif
     if
     :: x -> x = 0; unlock(t, GATE) /* it throws; the caller tries again */
     :: else ->
        put(t, CLOSED, 1);
#ifndef REMAINS_TAKEN_EARLY
        takeRemains(t);
#endif
        unlock(t, GATE);
        closes++; assert(closes == 1);
        closeQueue(t);
        atomic { flushed(t) -> disposed = 1 };
        release(t);
        again = 0
     fi
  :: else -> break
  od }

active proctype Check() {
  timeout -> assert(closes == 1 && accepted == dropped && !open && references == 0 && mem[SIGNALLING] == 0) }

init {
  byte k = 0;
  atomic {
    mem[STATE] = Asleep;
    run Closer(CLOSER);
#ifdef TWICE
    run Closer(SECOND);
#endif
#if POSTS > 0
    run Poster();
#endif
#if SIGNALS > 0
    do :: k < SIGNALS -> run Signaller(SIGNALLER(k)); k++ :: else -> break od;
#endif
#ifdef DEADLINE
    run Caller();
#endif
#ifdef RUNNER
    run Runner();
#endif
  } }
