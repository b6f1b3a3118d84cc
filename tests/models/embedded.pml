/*
 * A native loop inside another one, which watches its descriptor and asks how long nothing will be due. Meanwhile other threads post
 * callbacks and add nearer deadlines.
 *
 * models: src/IOLoop/Timeouts/LoopTimeouts.cs CallAtFromOutside
 * models: src/IOLoop/Turns/NativeTurns.cs Enter
 * models: src/IOLoop/Turns/NativeTurns.cs Exit
 * models: src/IOLoop/Turns/NativeTurns.cs TryLeaveRun
 * models: src/IOLoop/Turns/LoopCore.cs NextWait
 * models: src/IOLoop/Callbacks/CallbackQueue.cs TryAddPlain
 * models: src/IOLoop/Callbacks/CallbackQueue.cs NeedsWake
 * models: src/IOLoop/Callbacks/CallbackQueue.cs TrySleep
 * models: src/IOLoop/Callbacks/CallbackQueue.cs Notify
 *
 * run: -DPOSTS=2 -DDEADLINES
 * run: -DPOSTS=2
 * run: -DPOSTS=1 -DREMOVAL -DDEADLINES
 * run: -DBUFFERS -DPOSTS=2 -DDEADLINES
 * run: -DBUFFERS -DPOSTS=1 -DREMOVAL
 *
 * mutant: NO_WAKE_FOR_A_DEADLINE -DDEADLINES : a nearer deadline wakes nobody
 * mutant: ASLEEP_ONLY_IN_A_RUN -DDEADLINES : a run that ends leaves the loop awake
 * mutant: LEAVES_WITHOUT_A_WORD -DPOSTS=2 : a run that ends with work left does not make the descriptor readable
 * mutant: NOTE_WITHOUT_A_WAKE -DPOSTS=2 : it notes that it has, and does not
 * mutant: DRAINS_WHEN_LEAVING -DPOSTS=1 : a run drains the waker when it has said that the loop sleeps
 * mutant: LEAVES_A_REMOVAL -DREMOVAL : a run ends between a request and its service
 * mutant: WAITS_WITHOUT_THE_GATE -DBUFFERS -DDEADLINES : the wait is computed without the gate
 */
#ifndef POSTS
#define POSTS 0
#endif

#define Awake 0
#define Asleep 1
#define Notified 2
#define Never 3 /* of deadlines */

#define DRIVER 0
#define CALLER 1
#define POSTER 2
#define REMOVER 3
#define THREADS 4

#define STATE 0
#define QUEUE 1
#define SHARED 2
#define GATE 3
#define RUNNING 4
#define EARLIEST 5
#define REQUESTS 6
#define ANY 7
#define VARS 8

#include "memory.pml"

byte waker = 0;
byte waits = Never; /* until when the driver watches the descriptor */
byte ran = 0;
byte removed = 0;
byte refused = 0;

inline wake(_T) { atomic { flushed(_T) -> waker++ } }

inline needsWake(_T, _W) {
  get(_T, STATE, _W);
  if :: _W == Asleep -> compareExchange(_T, STATE, Notified, Asleep, _W); _W = (_W == Asleep)
     :: else -> _W = 0 fi }

proctype Poster() {
  byte i = 0; byte x;
  do
  :: i < POSTS ->
     lock(POSTER, QUEUE);
     get(POSTER, SHARED, x); put(POSTER, SHARED, x + 1);
     get(POSTER, STATE, x);
     if :: x == Asleep -> put(POSTER, STATE, Notified) :: else -> x = 0 fi;
     unlock(POSTER, QUEUE);
     if :: x -> x = 0; wake(POSTER) :: else -> skip fi;
     i++
  :: else -> break
  od }

#ifdef DEADLINES
proctype Caller() { /* adds a deadline, and then a nearer one */
  byte when = 2; byte x;
  do
  :: when > 0 ->
     lock(CALLER, GATE);
     get(CALLER, RUNNING, x);
     if
     :: x -> x = 0; refused++ /* only the thread that runs the loop may */
     :: else ->
        put(CALLER, EARLIEST, when);
        needsWake(CALLER, x);
     fi;
     unlock(CALLER, GATE);
#ifdef NO_WAKE_FOR_A_DEADLINE
     x = 0;
#endif
     if :: x -> x = 0; wake(CALLER) :: else -> skip fi;
     when--
  :: else -> break
  od }
#endif

#ifdef REMOVAL
proctype Remover() {
  byte x;
  lock(REMOVER, GATE);
  get(REMOVER, RUNNING, x);
  if
  :: x -> put(REMOVER, REQUESTS, 1); put(REMOVER, ANY, 1); unlock(REMOVER, GATE);
          fence(REMOVER);
          needsWake(REMOVER, x);
          if :: x -> x = 0; wake(REMOVER) :: else -> skip fi
  :: else -> removed++; unlock(REMOVER, GATE)
  fi }
#endif

inline serve() {
  get(DRIVER, ANY, x);
  do
  :: x -> lock(DRIVER, GATE);
          get(DRIVER, REQUESTS, x);
          if :: x -> put(DRIVER, REQUESTS, 0); removed++ :: else -> put(DRIVER, ANY, 0) fi;
          unlock(DRIVER, GATE)
  :: else -> break
  od }

inline leave() {
  do
  :: serve();
#ifdef LEAVES_A_REMOVAL
     lock(DRIVER, GATE); put(DRIVER, RUNNING, 0); unlock(DRIVER, GATE); break
#else
     lock(DRIVER, GATE);
     get(DRIVER, ANY, x);
     if :: x -> unlock(DRIVER, GATE)
        :: else -> put(DRIVER, RUNNING, 0); unlock(DRIVER, GATE); break fi
#endif
  od }

inline exit() {
  leave();
#ifndef ASLEEP_ONLY_IN_A_RUN
  lock(DRIVER, QUEUE);
  get(DRIVER, SHARED, x);
  if :: x == 0 -> put(DRIVER, STATE, Asleep) :: else -> skip fi;
  unlock(DRIVER, QUEUE);
  fence(DRIVER);
#ifdef DRAINS_WHEN_LEAVING
  waker = 0;
#endif
#ifndef LEAVES_WITHOUT_A_WORD
  if
  :: x -> lock(DRIVER, QUEUE); put(DRIVER, STATE, Notified); unlock(DRIVER, QUEUE);
#ifndef NOTE_WITHOUT_A_WAKE
          wake(DRIVER)
#endif
  :: else -> skip
  fi;
#endif
  x = 0
#endif
}

proctype Driver() {
  byte x;
  do
  :: lock(DRIVER, GATE); put(DRIVER, RUNNING, 1); unlock(DRIVER, GATE); /* RunOnce(0) */
     put(DRIVER, STATE, Awake);
     serve();
     get(DRIVER, SHARED, x);
     if :: x -> lock(DRIVER, QUEUE); get(DRIVER, SHARED, x); put(DRIVER, SHARED, 0); unlock(DRIVER, QUEUE); ran = ran + x; x = 0
        :: else -> skip fi;
     atomic { flushed(DRIVER) -> waker = 0 }; /* the poll, which finds it readable */
     exit();
#ifdef DEADLINES
#ifdef WAITS_WITHOUT_THE_GATE
     get(DRIVER, EARLIEST, waits); /* BackendTimeout */
#else
     lock(DRIVER, GATE);
     get(DRIVER, SHARED, x);
     if :: x -> waits = 0; x = 0 :: else -> get(DRIVER, EARLIEST, waits) fi;
     unlock(DRIVER, GATE);
#endif
#endif
end: atomic { flushed(DRIVER) && (waker > 0 || waits == 0) -> waits = Never }
  od }

active proctype Check() {
  timeout ->
    assert(waits <= mem[EARLIEST] || waits == Never && mem[EARLIEST] == Never);
    assert(ran == POSTS);
#ifdef REMOVAL
    assert(removed == 1);
#endif
}

init {
  atomic {
    mem[EARLIEST] = Never; mem[STATE] = Asleep;
    run Driver(); run Poster();
#ifdef DEADLINES
    run Caller();
#endif
#ifdef REMOVAL
    run Remover();
#endif
  } }
