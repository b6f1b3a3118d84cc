/*
 * How a native loop sleeps in its poller and is woken: the queue's three states, the waker that any number of wakes share, callbacks
 * under a lock, signals without one, Stop. With FAILS=n the system refuses up to n writes to the waker: each is tried again, and then
 * reported to the caller. What was added runs, or the failure was reported and the next callback wakes the loop.
 *
 * models: src/IOLoop/Callbacks/CallbackQueue.cs TryAddPlain
 * models: src/IOLoop/Callbacks/CallbackQueue.cs TakeWake
 * models: src/IOLoop/Callbacks/CallbackQueue.cs TryAddFromSignal
 * models: src/IOLoop/Callbacks/CallbackQueue.cs NeedsWake
 * models: src/IOLoop/Callbacks/CallbackQueue.cs TakeBackWake
 * models: src/IOLoop/Callbacks/CallbackQueue.cs TrySleep
 * models: src/IOLoop/Callbacks/CallbackQueue.cs WakeUp
 * models: src/IOLoop/Callbacks/CallbackQueue.cs TakeBatch
 * models: src/IOLoop/Turns/LoopCore.cs Poll
 * models: src/IOLoop/Turns/LoopCore.cs MustPoll
 * models: src/IOLoop/Turns/LoopCore.cs Stop
 * models: src/IOLoop/Turns/LoopWaker.cs Wake
 * models: src/IOLoop/Turns/LoopWaker.cs WakeAgain
 * models: src/IOLoop/Turns/NativeTurns.cs TurnUntilStopped
 * models: src/IOLoop/Polling/EventFdWaker.cs Drain
 * models: src/IOLoop/Polling/PipeWaker.cs Drain
 *
 * run: -DPOSTERS=2 -DITEMS=2 -DFD
 * run: -DPOSTERS=1 -DITEMS=2 -DSIGNALS=2 -DFD
 * run: -DSIGNALS=2 -DSTOP -DFD
 * run: -DPOSTERS=2 -DITEMS=1 -DSIGNALS=1 -DFD -DSTOP -DPIPE
 * run: -DPOSTERS=2 -DITEMS=2
 * run: -DBUFFERS -DPOSTERS=1 -DITEMS=2 -DSIGNALS=1
 * run: -DBUFFERS -DPOSTERS=1 -DITEMS=1 -DSIGNALS=1 -DSTOP -DPIPE
 * run: -DFAILS=3 -DPOSTERS=2 -DITEMS=1 -DFD
 * run: -DFAILS=2 -DPOSTERS=1 -DITEMS=1 -DSIGNALS=1 -DPIPE
 * run: -DBUFFERS -DFAILS=2 -DPOSTERS=1 -DITEMS=2
 *
 * mutant: LOOKS_BEFORE_THE_LOCK -DPOSTERS=1 -DITEMS=1 : the loop looks at the shared list before it takes the lock to fall asleep
 * mutant: POSTS_AFTER_LOOKING -DPOSTERS=1 -DITEMS=1 : a caller reads the sleep state, releases the lock and appends then
 * mutant: NO_SECOND_LOOK_AT_SIGNALS -DSIGNALS=1 : the loop does not look at the signals after it has said that it sleeps
 * mutant: NO_SECOND_LOOK_AT_STOP -DSTOP : nor at the request to stop
 * mutant: AWAKE_BEFORE_THE_WAIT -DPOSTERS=1 -DITEMS=1 : the loop says that it is awake before it waits
 * mutant: DRAINS_BEFORE_THE_WAIT -DPOSTERS=1 -DITEMS=1 : the waker is drained when the loop has said that it sleeps
 * mutant: TAKES_SIGNALS_IN_TWO_STEPS -DSIGNALS=2 : the signals are read and then cleared
 * mutant: NEVER_DRAINS -DPOSTERS=1 -DITEMS=1 : the waker is not drained, so that every wait returns at once
 * mutant: PIPE_DRAINS_ONE_BYTE -DPIPE -DPOSTERS=1 -DITEMS=1 -DSIGNALS=1 : one read of a pipe that has more than one byte
 * mutant: WAKES_FOR_EACH_CALLBACK -DPOSTERS=2 -DITEMS=1 : a caller wakes the loop without leaving a note that it has
 * mutant: NO_FENCE_IN_TRYSLEEP -DBUFFERS -DSIGNALS=1 : no fence between saying that the loop sleeps and looking at the signals
 * mutant: NO_FENCE_IN_SIGNAL -DBUFFERS -DSIGNALS=1 : no fence between publishing a signal and reading the sleep state
 * mutant: NO_WORK_NEEDED -DPOSTERS=1 -DITEMS=1 : a loop without descriptors leaves out the poll although no callback waits
 * mutant: KEEPS_THE_NOTE -DFAILS=1 -DPOSTERS=1 -DITEMS=1 : a wake that has failed leaves the note that the loop was woken, and is reported
 * mutant: KEEPS_THE_LAST_NOTE -DFAILS=2 -DPOSTERS=1 -DITEMS=1 : the second try does
 * mutant: SWALLOWS_THE_FAILURE -DFAILS=2 -DPOSTERS=1 -DITEMS=1 : nobody learns that the second try has failed
 * mutant: NO_FENCE_IN_STOP -DBUFFERS -DSTOP : no fence between asking for a stop and reading the sleep state
 */
#ifndef POSTERS
#define POSTERS 0
#endif
#ifndef ITEMS
#define ITEMS 0
#endif
#ifndef SIGNALS
#define SIGNALS 0
#endif

#ifndef FAILS
#define FAILS 0
#endif

/* A caller under the lock and one without it may both wake the loop from the same sleep: see CallbackQueue.WakeUp. */
#if POSTERS > 0
#if SIGNALS > 0
#define MIXED
#endif
#ifdef STOP
#define MIXED
#endif
#endif

#define Awake 0
#define Asleep 1
#define Notified 2

#define LOOP 0
#define STOPPER 1
#define SIGNALLER(i) (2 + (i))
#define POSTER(i) (2 + SIGNALS + (i))
#if FAILS > 0
#define THREADS (3 + SIGNALS + POSTERS) /* and one that comes when all is quiet */
#else
#define THREADS (2 + SIGNALS + POSTERS)
#endif

#define STATE 0
#define GATE 1
#define SHARED 2
#define SIGS 3
#define STOPS 4
#define VARS 5

#include "memory.pml"

byte waker = 0;     /* what a read of the waker would give: an eventfd's counter, or a pipe's bytes */
short spare = 0;    /* how often the loop went to sleep and nobody has written to the waker for it */
bool ready = 0;     /* a registered descriptor, level-triggered */
byte wrote = 0;
byte handled = 0;
byte ran = 0;
byte turns = 0;
bool over = 0;
byte fails = FAILS;  /* writes that the system may still refuse */
bool reported = 0;   /* a caller got an exception: the loop could not be woken */

/* A turn is caused: by a callback, a signal, a stop, readiness; and each wake may cost one more that finds nothing. */
#define MOST (2 * (POSTERS * ITEMS + SIGNALS + 3 + FAILS) + 4)

/* _W: whether it was written. */
inline write(_T, _W) {
  atomic { flushed(_T) ->
    if
    :: fails > 0 -> fails--; spare++; _W = 0 /* whose note is taken back may be another caller's, who then writes as well */
    :: true ->
#ifdef PIPE
       if :: waker < 2 -> waker++ :: else -> skip fi /* full: it is readable already */
#else
       waker++
#endif
       ; spare--; _W = 1;
#ifndef MIXED
       assert(spare >= 0) /* once per sleep */
#endif
    fi
  } }

inline wake(_T, _W) {
  write(_T, _W);
  if
  :: _W -> skip
  :: else ->
#ifdef KEEPS_THE_NOTE
     reported = 1
#else
     compareExchange(_T, STATE, Asleep, Notified, _W);
     needsWake(_T, _W);
     if :: _W -> wakeAgain(_T, _W) :: else -> skip fi
#endif
  fi;
  _W = 0 }

inline wakeAgain(_T, _W) {
  write(_T, _W);
  if
  :: _W -> skip
  :: else ->
#ifndef KEEPS_THE_LAST_NOTE
     compareExchange(_T, STATE, Asleep, Notified, _W);
#endif
#ifndef SWALLOWS_THE_FAILURE
     reported = 1
#endif
  fi }

inline drain(_T) {
#ifdef NEVER_DRAINS
  skip
#else
#ifdef PIPE
#ifdef PIPE_DRAINS_ONE_BYTE
  if :: waker > 0 -> waker-- :: else -> skip fi; assert(waker == 0) /* a turn for nothing would follow */
#else
  do :: waker > 0 -> waker-- :: else -> break od /* reads until one is short */
#endif
#else
  waker = 0
#endif
#endif
}

inline needsWake(_T, _W) {
  get(_T, STATE, _W);
  if :: _W == Asleep ->
          compareExchange(_T, STATE, Notified, Asleep, _W);
          _W = (_W == Asleep)
     :: else -> _W = 0 fi }

proctype Poster(byte t) {
  byte i = 0; byte wakes; byte n;
  do
  :: i < ITEMS ->
     lock(t, GATE);
#ifdef POSTS_AFTER_LOOKING
     get(t, STATE, wakes);
     if :: wakes == Asleep -> put(t, STATE, Notified) :: else -> wakes = 0 fi;
     unlock(t, GATE);
     atomic { flushed(t) -> mem[SHARED]++ };
#else
     get(t, SHARED, n); put(t, SHARED, n + 1); n = 0;
     get(t, STATE, wakes);
#ifdef WAKES_FOR_EACH_CALLBACK
     wakes = (wakes == Asleep);
#else
     if :: wakes == Asleep -> put(t, STATE, Notified) :: else -> wakes = 0 fi;
#endif
     unlock(t, GATE);
#endif
     if :: wakes -> wake(t, wakes) :: else -> skip fi;
     i++
  :: else -> break
  od }

proctype Signaller(byte t) {
  byte wakes; byte n;
#ifdef NO_FENCE_IN_SIGNAL
  get(t, SIGS, n); put(t, SIGS, n + 1); n = 0;
#else
  add(t, SIGS, 1); /* the push, and the count of calls that follows it */
#endif
  needsWake(t, wakes);
  if :: wakes -> wake(t, wakes) :: else -> skip fi }

proctype Stopper() {
  byte wakes;
  put(STOPPER, STOPS, 1);
#ifndef NO_FENCE_IN_STOP
  fence(STOPPER);
#endif
  needsWake(STOPPER, wakes);
  if :: wakes -> wake(STOPPER, wakes) :: else -> skip fi }

proctype Writer() {
  byte i = 0;
  do :: i < 2 -> atomic { ready = 1; wrote++ }; i++ :: else -> break od }

inline takeBatch() {
  get(LOOP, SHARED, n);
  if :: n > 0 -> lock(LOOP, GATE); get(LOOP, SHARED, n); put(LOOP, SHARED, 0); unlock(LOOP, GATE); ran = ran + n :: else -> skip fi;
  get(LOOP, SIGS, n);
  if :: n > 0 ->
#ifdef TAKES_SIGNALS_IN_TWO_STEPS
        ran = ran + n; put(LOOP, SIGS, 0)
#else
        exchange(LOOP, SIGS, 0, n); ran = ran + n
#endif
     :: else -> skip fi;
  n = 0 }

inline trySleep() {
#ifdef LOOKS_BEFORE_THE_LOCK
  get(LOOP, SHARED, n);
  lock(LOOP, GATE);
#else
  lock(LOOP, GATE);
  get(LOOP, SHARED, n);
#endif
  if :: n == 0 -> spare++; put(LOOP, STATE, Asleep); asleep = 1 :: else -> asleep = 0 fi;
  n = 0;
  unlock(LOOP, GATE);
  if
  :: asleep ->
#ifndef NO_FENCE_IN_TRYSLEEP
     fence(LOOP);
#endif
#ifndef NO_SECOND_LOOK_AT_SIGNALS
     get(LOOP, SIGS, n);
     if :: n > 0 -> n = 0; put(LOOP, STATE, Awake); asleep = 0 :: else -> skip fi
#endif
  :: else -> skip
  fi }

proctype Loop() {
  byte n; byte asleep; bool waits;
turn:
  do
  :: get(LOOP, STOPS, n);
     if :: n -> break :: else -> skip fi;
     turns++; assert(turns <= MOST);
     takeBatch();
     get(LOOP, STOPS, n);
     if :: n -> break :: else -> skip fi;
     get(LOOP, SHARED, n);
     if :: n == 0 -> get(LOOP, SIGS, n) :: else -> skip fi;
#ifdef NO_WORK_NEEDED
     n = 1;
#endif
     if
     :: n > 0 ->
        asleep = 0; n = 0;
#ifndef FD
        goto turn /* nothing is registered: the kernel is not asked; what the waker has ends a later poll at once, which drains it */
#endif
     :: else -> trySleep()
     fi;
     waits = asleep;
#ifndef NO_SECOND_LOOK_AT_STOP
     get(LOOP, STOPS, n);
     if :: n -> waits = 0; n = 0 :: else -> skip fi;
#endif
#ifdef AWAKE_BEFORE_THE_WAIT
     put(LOOP, STATE, Awake);
#endif
#ifdef DRAINS_BEFORE_THE_WAIT
     drain(LOOP);
#endif
end: atomic { flushed(LOOP) && (!waits || waker > 0 || ready) ->
       if :: waker > 0 -> drain(LOOP) :: else -> skip fi;
       if :: ready -> ready = 0; handled = wrote :: else -> skip fi };
     if :: asleep -> put(LOOP, STATE, Awake); asleep = 0 :: else -> skip fi;
     waits = 0
  od;
  over = 1 }

active proctype Check() {
  timeout ->
#ifdef STOP
    assert(over)
#else
    assert(handled == wrote && !ready);
    if
    :: reported ->
       reported = 0; fails = 0; /* the next callback, when the system is well again, wakes the loop, which runs all that was added */
       run Poster(POSTER(POSTERS));
       timeout -> assert(ran == (POSTERS + 1) * ITEMS + SIGNALS)
    :: else -> assert(ran == POSTERS * ITEMS + SIGNALS)
    fi
#endif
}

init {
  byte k = 0;
  atomic {
    run Loop();
    do :: k < POSTERS -> run Poster(POSTER(k)); k++ :: else -> break od;
    k = 0;
    do :: k < SIGNALS -> run Signaller(SIGNALLER(k)); k++ :: else -> break od;
#ifdef FD
    run Writer();
#endif
#ifdef STOP
    run Stopper();
#endif
  } }
