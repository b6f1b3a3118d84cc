/*
 * Turns that are nested in another one: a callback on a host that can be pumped waits in RunSync, and the host is pumped there until the
 * function has ended. Another thread may stop the run or lose it meanwhile, and the host may run no turn any more. The sleep protocol is
 * one step here: it is hosted.pml's.
 *
 * With SECOND the host has a second thread, which takes turns, too, although IHostThread says that there is one. Such a turn finds the
 * first thread at work, leaves a note, and is lost to the pump. So RunSync waits in vain there, until its limit. Behind it nothing is
 * lost, and no two turns run at once.
 *
 * models: src/IOLoop/Hosting/TurnDriver.Runs.cs PumpNested
 * models: src/IOLoop/Hosting/TurnDriver.Ending.cs EndNested
 * models: src/IOLoop/Hosting/TurnDriver.Ending.cs Lose
 * models: src/IOLoop/Hosting/TurnOwnership.cs TryEnter
 * models: src/IOLoop/Hosting/TurnOwnership.cs Leave
 *
 * run: -DPOSTS=2
 * run: -DPOSTS=1 -DSTOP
 * run: -DPOSTS=1 -DLOSES
 * run: -DPOSTS=1 -DLOSES -DDEAF
 * run: -DPOSTS=2 -DSTOP -DLOSES -DDEAF
 * run: -DBUFFERS -DPOSTS=1 -DSTOP
 * run: -DBUFFERS -DPOSTS=1 -DLOSES -DDEAF
 * run: -DPOSTS=2 -DSECOND -DLIMIT
 * run: -DPOSTS=1 -DSECOND -DLIMIT -DSTOP
 * run: -DBUFFERS -DPOSTS=1 -DSECOND -DLIMIT
 *
 * mutant: PUMPS_WITHOUT_A_TURN -DPOSTS=1 : no turn is posted before the host is pumped, although the one on the stack posts none
 * mutant: LOOKS_BEFORE_IT_NESTS -DPOSTS=1 -DLOSES -DDEAF : whether the run must end is looked at before it is known who nests
 * mutant: NO_LOOK_AT_THE_END -DPOSTS=1 -DLOSES -DDEAF : a run that must end lets another RunSync begin to wait
 * mutant: TELLS_FIRST -DPOSTS=1 -DLOSES -DDEAF : who loses the run tells those that nest before it says so
 * mutant: STOP_ENDS_ONLY_THE_OUTERMOST -DPOSTS=1 -DSTOP : a nested turn that was stopped does not end the pump that runs it
 * mutant: SECOND_WITHOUT_LIMIT -DPOSTS=1 -DSECOND : the host has a second thread, and RunSync no limit
 * mutant: NESTED_LEAVES_ALL -DPOSTS=2 -DSECOND -DLIMIT : a nested turn gives up the loop, which the turn below still has
 * mutant: NO_NOTE -DPOSTS=2 -DSECOND -DLIMIT : a turn that finds the loop at work leaves no note
 * mutant: NESTED_TURN_POSTS_NO_OTHER -DPOSTS=2 : a nested turn that has left work does not post the next
 */
#ifndef POSTS
#define POSTS 1
#endif

#define HOST 0
#define OTHER 1 /* stops the run, then loses it */
#define POSTER 2
#define HOST2 3
#define THREADS 4

#define MUSTEND 0
#define STOPS 1
#define POSTED 2
#define NESTED 3 /* whether a pump is in the list, which a lock guards */
#define LIST 4   /* that lock */
#define VARS 5

#include "memory.pml"

bool deaf = 0;   /* the host takes turns and runs none */
bool until = 0;  /* what the pump waits for */
bool asleep = 0;
byte hostQueue = 0;
byte work = 0;   /* callbacks that wait; the last one ends the function of RunSync */
byte ran = 0;
bool over = 0;
bool nests = 0;
bool nested = 0; /* it has nested */
byte owner = 0;  /* 0: free, else the thread and one more */
bool note = 0;   /* another turn came: in the same word as the owner */
byte stack = 0;  /* threads that have a turn on their stack */

inline postTurn(_T) {
  compareExchange(_T, POSTED, 1, 0, x);
  if :: x == 0 -> atomic { flushed(_T) -> hostQueue++; assert(hostQueue <= 1) } :: else -> x = 0 fi }

inline wakeUp(_T) {
  atomic { flushed(_T) -> wakes = asleep; asleep = 0 };
  if :: wakes -> wakes = 0; postTurn(_T) :: else -> skip fi }

inline endNested(_T) {
  lock(_T, LIST);
  get(_T, NESTED, x);
  unlock(_T, LIST);
  if :: x -> x = 0; until = 1 :: else -> skip fi }

inline callbacks(_T) {
  atomic { flushed(_T) -> ran = ran + work; work = 0; if :: ran == POSTS && nests -> until = 1 :: else -> skip fi } }

/* The end of a turn that is not stopped: again, or asleep. */
inline next(_T) {
  atomic { flushed(_T) -> if :: work -> again = 1 :: else -> again = 0; asleep = 1 fi };
  if
  :: !again ->
     get(_T, STOPS, x); /* behind the fence of falling asleep */
     if :: x -> x = 0; atomic { again = asleep; asleep = 0 } :: else -> skip fi
  :: else -> skip
  fi }

inline pumpNested() {
#ifdef LOOKS_BEFORE_IT_NESTS
  get(HOST, MUSTEND, must);
#endif
  lock(HOST, LIST); put(HOST, NESTED, 1); unlock(HOST, LIST);
  nests = 1;
#ifndef LOOKS_BEFORE_IT_NESTS
  get(HOST, MUSTEND, must);
#endif
#ifdef NO_LOOK_AT_THE_END
  must = 0;
#endif
  if :: must -> must = 0; until = 1 :: else -> skip fi;
#ifndef PUMPS_WITHOUT_A_TURN
  postTurn(HOST);
#endif
  do
  :: atomic { until -> break }
#if defined(LIMIT) && !defined(SECOND_WITHOUT_LIMIT)
  :: until = 1 /* it is reached */
#endif
  :: atomic { hostQueue && !deaf && !until -> hostQueue-- };
     exchange(HOST, POSTED, 0, x); x = 0;
     asleep = 0; /* the loop is this thread's: no other has entered it */
     assert(owner == HOST + 1);
     get(HOST, MUSTEND, must);
     get(HOST, STOPS, x);
     if
     :: must || x -> must = 0; x = 0; again = 0;
#ifndef STOP_ENDS_ONLY_THE_OUTERMOST
        endNested(HOST)
#else
        skip
#endif
     :: else -> callbacks(HOST); next(HOST)
     fi;
#ifdef NESTED_LEAVES_ALL
     atomic { owner = 0; note = 0 };
#endif
#ifndef NESTED_TURN_POSTS_NO_OTHER
     if :: again -> again = 0; postTurn(HOST) :: else -> skip fi
#else
     again = 0
#endif
  od;
  lock(HOST, LIST); put(HOST, NESTED, 0); unlock(HOST, LIST);
  nests = 0 }

inline enter(_T) { /* mine: whether the turn is this thread's */
  atomic {
    flushed(_T) -> if
    :: owner == 0 -> owner = _T + 1; mine = 1; stack++; assert(stack == 1)
    :: else ->
#ifndef NO_NOTE
       note = 1
#else
       skip
#endif
    fi } }

proctype Host(byte t) {
  byte x; bool again; bool must; bool wakes; bool mine;
end: do
  :: atomic { hostQueue && !deaf && !over -> hostQueue-- };
     exchange(t, POSTED, 0, x); x = 0;
     enter(t);
     if
     :: mine && over -> mine = 0; atomic { stack--; owner = 0; note = 0 }
     :: mine && !over -> mine = 0;
        asleep = 0;
        get(t, MUSTEND, must);
        get(t, STOPS, x);
        if
        :: must || x -> over = 1
        :: else ->
           if :: !nested && t == HOST -> nested = 1; if :: ran < POSTS -> pumpNested() :: else -> skip fi :: else -> skip fi;
           asleep = 0;
           callbacks(t);
           get(t, STOPS, x);
           if :: !x -> next(t); get(t, MUSTEND, x); if :: x -> over = 1 :: else -> skip fi :: else -> over = 1 fi;
           x = 0
        fi;
        must = 0; x = 0;
        atomic { flushed(t) -> stack--; owner = 0; if :: note -> note = 0; again = 1 :: else -> skip fi };
        if :: again && !over -> postTurn(t) :: else -> skip fi; again = 0
     :: else -> skip
     fi
  od }

proctype Poster() {
  byte i = 0; byte x; bool wakes;
  do
  :: i < POSTS -> atomic { flushed(POSTER) -> work++ }; wakeUp(POSTER); i++
  :: else -> break
  od }

#if defined(STOP) || defined(LOSES)
proctype Other() {
  byte x; bool wakes;
#ifdef STOP
  put(OTHER, STOPS, 1); fence(OTHER); wakeUp(OTHER);
#endif
#ifdef LOSES
#ifdef DEAF
  deaf = 1;
#endif
#ifdef TELLS_FIRST
  endNested(OTHER);
  exchange(OTHER, MUSTEND, 1, x); x = 0
#else
  exchange(OTHER, MUSTEND, 1, x); x = 0;
  endNested(OTHER)
#endif
#endif
}
#endif

active proctype Check() {
  timeout ->
    assert(!nests);
    assert(mem[NESTED] == 0);
#if !defined(STOP) && !defined(LOSES)
    assert(ran == POSTS)
#endif
}

init { atomic {
  hostQueue = 1; mem[POSTED] = 1;
  run Host(HOST); run Poster();
#ifdef SECOND
  run Host(HOST2);
#endif
#if defined(STOP) || defined(LOSES)
  run Other();
#endif
} }
