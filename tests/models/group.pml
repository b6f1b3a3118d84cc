/*
 * The runs of a group of loops: Stop from other threads before, during and at the end of a run, StopAsync inside a turn, loops that
 * end early, disposal. That a loop sleeps and is woken is one step here: see native.pml. With FAILS a thread may not start.
 *
 * models: src/IOLoop/LoopGroup.Running.cs RunAsync
 * models: src/IOLoop/LoopGroup.Running.cs StopAsync
 * models: src/IOLoop/LoopGroup.Running.cs RunToStop
 * models: src/IOLoop/LoopGroup.Running.cs TryBeginDispose
 * models: src/IOLoop/LoopGroup.Running.cs StopAfterAsync
 * models: src/IOLoop/LoopGroup.cs StopRun
 * models: src/IOLoop/Groups/GroupRun.cs Begin
 * models: src/IOLoop/Groups/GroupRun.cs Stop
 * models: src/IOLoop/Groups/GroupRun.cs WatchAsync
 * models: src/IOLoop/Groups/GroupRun.cs End
 * models: src/IOLoop/Tasks/LoopThread.cs StopIfRequested
 * models: src/IOLoop/Tasks/LoopThread.cs Run
 * models: src/IOLoop/Turns/NativeTurns.cs Stop
 *
 * run: -DRUNS=2 -DSTOPS=2
 * run: -DRUNS=2 -DSTOPS=1 -DALONE -DWHENONE
 * run: -DRUNS=1 -DSTOPS=1 -DOWN -DALONE -DFAILS
 * run: -DRUNS=2 -DSTOPS=1 -DDISPOSES
 * run: -DBUFFERS -DRUNS=1 -DSTOPS=1
 *
 * mutant: STARTING_MISSED -DRUNS=1 -DSTOPS=1 : a run that begins does not look whether it was asked to stop
 * mutant: ANY_RUN_STOPPED -DRUNS=2 -DSTOPS=1 : a stop does not look whether the loop's run is still the one that is meant
 * mutant: REQUEST_KEPT -DRUNS=2 -DSTOPS=1 : the request that has ended a run at once stays
 * mutant: REQUEST_LEFT -DRUNS=2 -DSTOPS=1 : a stop of a run is a request for the next one, too
 * mutant: OWN_FIRST -DRUNS=1 -DOWN : StopAsync inside a turn stops that loop with the others
 * mutant: OWN_FORGOTTEN -DRUNS=1 -DOWN : nothing stops the loop that calls StopAsync when the others have ended
 * mutant: NOTED_LATE -DRUNS=1 -DSTOPS=1 : that the group stops is noted when the loops were stopped already
 * mutant: DISPOSAL_NOT_NOTED -DRUNS=1 -DDISPOSES : disposal does not note that the group stops
 * mutant: OTHERS_CONTINUE -DRUNS=1 -DALONE -DWHENONE : the end of one loop stops no other, although the option says so
 * mutant: ENDS_BEFORE_REPORTS -DRUNS=1 -DSTOPS=1 -DALONE : a loop counts as ended before its end was reported
 * mutant: ENDS_WITH_FIRST -DRUNS=1 -DSTOPS=1 : the run ends with the first loop
 * mutant: CLEARED_LATE -DRUNS=2 -DALONE -DFAILS : which loops have ended is cleared after the task of the run has ended
 * mutant: NO_FENCE -DBUFFERS -DRUNS=1 -DSTOPS=1 -DLOOPS=1 : no fence between asking for a stop or beginning a run, and looking at the other
 */
#ifndef LOOPS
#define LOOPS 2
#endif
#ifndef STOPS
#define STOPS 0
#endif

/* Who writes: the threads of the loops, and those that stop. Runs follow one another, so that a loop's threads can share a buffer. */
#define STOPPER LOOPS
#define OTHER (LOOPS + 1)
#define THREADS (LOOPS + 2)

/* Of a loop: */
#define GATE(i) (i)
#define RUNBY(i) (LOOPS + (i))    /* the run whose thread runs it; 0: none */
#define STOP(i) (2 * LOOPS + (i)) /* its run is to end */
/* Of a thread that runs a loop: */
#define ASKED(k, i) ((1 + 2 * (k)) * LOOPS + (i))
#define OVER(k, i) ((2 + 2 * (k)) * LOOPS + (i))
#define VARS ((3 + 2 * RUNS) * LOOPS)
#define DEPTH 4

#include "memory.pml"

#define at(k, i) (((k) - 1) * LOOPS + (i))

byte current = 0;            /* the run that began last; guarded by the group's lock, as is what follows */
bool stopRequested = 0;
bool isDisposed = 0;
bool isEnded[RUNS + 1];      /* the task of the run */
bool isStopping[RUNS + 1];
byte left[RUNS + 1];         /* loops that are yet to end */
bool hasEnded[LOOPS];        /* Next leaves the loop out */
bool runEnded[RUNS * LOOPS];
bool closed[LOOPS];
bool closes[LOOPS];          /* when its run has ended */

/* For the assertions: */
bool asked[RUNS + 1];        /* the group, in this run */
bool askedByOthers[RUNS + 1];
bool ownAsked = 0;
bool pending = 0;            /* a stop found no run */
bool alone[RUNS * LOOPS];    /* the loop was stopped by itself, or has failed */
byte reports[RUNS * LOOPS];
bool reporting[RUNS * LOOPS];
bool disposed = 0;           /* all loops were asked to be closed */

#define running (current && !isEnded[current])

inline runToStop(_R) {
  atomic {
    if
    :: running -> _R = current; asked[_R] = 1;
#ifdef REQUEST_LEFT
       stopRequested = 1
#endif
    :: else -> _R = 0; if :: !isDisposed -> stopRequested = 1; pending = 1 :: else -> skip fi
    fi } }

/* Whether the thread still runs the loop is looked at under the gate. */
inline stopLoop(_T, _K, _I) {
  atomic {
    lock(_T, GATE(_I));
    get(_T, RUNBY(_I), x); get(_T, OVER(_K, _I), y);
#ifdef ANY_RUN_STOPPED
    put(_T, STOP(_I), 1);
#else
    if :: x == _K && !y -> put(_T, STOP(_I), 1) :: else -> skip fi;
#endif
    x = 0; y = 0;
    unlock(_T, GATE(_I)) } }

inline stopIfRequested(_T, _K, _I) {
#ifndef NO_FENCE
  fence(_T);
#endif
  get(_T, ASKED(_K, _I), x);
  if :: x -> get(_T, OVER(_K, _I), y); if :: !y -> get(_T, RUNBY(_I), x) :: else -> x = 0 fi; y = 0 :: else -> skip fi;
  if :: x -> stopLoop(_T, _K, _I) :: else -> skip fi }

inline stopRun(_T, _K, _BUT) {
#ifndef NOTED_LATE
  isStopping[_K] = 1;
#endif
  j = 0;
  do
  :: j < LOOPS ->
     if
     :: j != _BUT -> put(_T, ASKED(_K, j), 1); stopIfRequested(_T, _K, j)
     :: else -> skip
     fi;
     j++
  :: else -> break
  od;
  j = 0;
#ifdef NOTED_LATE
  isStopping[_K] = 1
#endif
}

#define NONE 7

proctype StopAfter(byte k) {
  byte x; byte y; byte j;
  runEnded[at(k, LOOPS - 1)];
  stopRun(OTHER, k, NONE) }

inline turnOfOwn() { /* StopAsync inside a turn */
  atomic { ownAsked = 1; asked[k] = 1 };
#ifdef OWN_FIRST
  stopRun(i, k, NONE);
#else
  stopRun(i, k, i);
#endif
#ifndef OWN_FORGOTTEN
  run StopAfter(k)
#endif
}

inline beginThread() { /* x: whether the loop runs */
  get(i, ASKED(k, i), x);
  if
  :: x -> x = 0
  :: else ->
     atomic { lock(i, GATE(i)); x = !closed[i]; if :: x -> put(i, RUNBY(i), k) :: else -> skip fi; unlock(i, GATE(i)) }
  fi }

inline endOfRun() {
  atomic {
    assert(asked[k] || alone[at(k, i)]); /* a stop is for no other run */
#ifdef OWN
    assert(i != 0 || !ownAsked || askedByOthers[k] || alone[at(k, 0)] || runEnded[at(k, LOOPS - 1)]); /* that loop last */
#endif
    wasStopping = isStopping[k];
    lock(i, GATE(i)); put(i, STOP(i), 0); put(i, RUNBY(i), 0); unlock(i, GATE(i)) };
  if :: closes[i] -> closed[i] = 1 :: else -> skip fi }

inline report() {
  if
  :: !isStopping[k] ->
     atomic { assert(alone[at(k, i)] && !wasStopping && reports[at(k, i)] == 0); reports[at(k, i)]++ };
#ifdef WHENONE
#ifndef OTHERS_CONTINUE
     atomic { if :: running -> r = current; asked[r] = 1; askedByOthers[r] = 1 :: else -> r = 0 fi };
     if :: r -> stopRun(OTHER, r, NONE); r = 0 :: else -> skip fi;
#endif
#endif
  :: else -> skip
  fi;
  reporting[at(k, i)] = 0 }

inline endGroup() {
#ifdef CLEARED_LATE
  isEnded[k] = 1;
#endif
  j = 0; do :: j < LOOPS -> hasEnded[j] = 0; j++ :: else -> break od; j = 0;
  atomic {
    assert(!reporting[at(k, 0)] && !reporting[at(k, LOOPS - 1)]);
    assert(runEnded[at(k, 0)] && runEnded[at(k, LOOPS - 1)]);
    isEnded[k] = 1 } }

inline countDown() {
  atomic { left[k]--; x = (left[k] == 0);
#ifdef ENDS_WITH_FIRST
    x = (left[k] == LOOPS - 1)
#endif
  };
  if :: x -> x = 0; endGroup() :: else -> skip fi }

proctype Thread(byte i; byte k) {
  byte x; byte y; byte j; byte r; bool wasStopping = 0;
  if
#ifdef FAILS
  :: alone[at(k, i)] = 1 /* there is no thread */
#endif
  :: true ->
     beginThread();
     if
     :: x ->
        x = 0;
#ifndef STARTING_MISSED
        stopIfRequested(i, k, i); x = 0;
#endif
#ifdef OWN
        if :: i == 0 -> turnOfOwn() :: true fi;
#endif
end:    mem[STOP(i)];
        endOfRun()
     :: else -> wasStopping = isStopping[k]
     fi;
     put(i, OVER(k, i), 1)
  fi;
  atomic { reporting[at(k, i)] = 1; runEnded[at(k, i)] = 1 };
  /* From here on the thread of the pool that watches the run. */
  hasEnded[i] = 1;
#ifdef ENDS_BEFORE_REPORTS
  countDown();
  report()
#else
  report();
  countDown()
#endif
}

proctype Runner() {
  byte n = 1; byte i;
  do
  :: n <= RUNS ->
     atomic {
       if
       :: isDisposed || closed[0] || closed[LOOPS - 1] -> break
       :: else ->
          if
          :: stopRequested -> assert(pending); pending = 0;
#ifndef REQUEST_KEPT
             stopRequested = 0
#endif
          :: else ->
             current = n; left[n] = LOOPS;
             i = 0; do :: i < LOOPS -> hasEnded[i] = 0; run Thread(i, n); i++ :: else -> break od; i = 0
          fi
       fi };
end: (!running);
     n++
  :: else -> break
  od }

proctype Stopper(byte me) {
  byte x; byte y; byte j; byte r;
  atomic { runToStop(r); if :: r -> askedByOthers[r] = 1 :: else -> skip fi };
  if :: r -> stopRun(me, r, NONE) :: else -> skip fi }

proctype Alone() { /* code stops one loop */
  byte i = 0;
end: atomic {
    if
    :: mem[RUNBY(0)] -> i = 0
#if LOOPS > 1
    :: mem[RUNBY(1)] -> i = 1
#endif
    fi;
    alone[at(mem[RUNBY(i)], i)] = 1; mem[STOP(i)] = 1 } }

proctype Disposer() {
  byte i = 0;
  atomic { isDisposed = 1;
    if
    :: running -> asked[current] = 1; askedByOthers[current] = 1;
#ifndef DISPOSAL_NOT_NOTED
       isStopping[current] = 1
#endif
    :: else -> skip
    fi };
  do
  :: i < LOOPS ->
     atomic { if :: mem[RUNBY(i)] -> closes[i] = 1 :: else -> closed[i] = 1 fi };
     if :: closes[i] -> mem[STOP(i)] = 1 :: else -> skip fi;
     i++
  :: else -> break
  od;
  disposed = 1 }

active proctype Check() {
  byte k = 1; byte i;
  timeout -> atomic {
    do
    :: k <= RUNS ->
       assert(!asked[k] || isEnded[k]);
       i = 0;
       do
       :: i < LOOPS ->
          /* each end that nobody asked for was reported, and Next leaves that loop out until the run has ended */
          assert(asked[k] || !runEnded[at(k, i)] || reports[at(k, i)] == 1);
#ifdef WHENONE
          assert(!reports[at(k, i)] || isEnded[k]);
#endif
          if
          :: k == current && !isEnded[k] ->
             assert(runEnded[at(k, i)] == hasEnded[i]);
             assert(runEnded[at(k, i)] || mem[RUNBY(i)] == k)
          :: else -> skip
          fi;
          assert(running || !hasEnded[i]);
          assert(!disposed || closed[i]);
          i++
       :: else -> break
       od;
       k++
    :: else -> break
    od } }

init {
  atomic {
    run Runner();
#if STOPS > 0
    run Stopper(STOPPER);
#endif
#if STOPS > 1
    run Stopper(OTHER);
#endif
#ifdef ALONE
    run Alone();
#endif
#ifdef DISPOSES
    run Disposer();
#endif
  } }
