/*
 * The one timer of a hosted loop: the host's own (HostDeadlineTimer), which may come on another thread of the host while the loop
 * arms it, or the system's (SystemDeadlineTimer, with SYSTEM). Deadlines run in time, whatever becomes of timers that were replaced.
 * Whose turn it is, and the post of a turn, are one step each here: see hosted.pml.
 *
 * models: src/IOLoop/Hosting/HostDeadlineTimer.cs Arm
 * models: src/IOLoop/Hosting/HostDeadlineTimer.cs OnDue
 * models: src/IOLoop/Hosting/HostDeadlineTimer.cs Disarm
 * models: src/IOLoop/Hosting/SystemDeadlineTimer.cs Arm
 * models: src/IOLoop/Hosting/SystemDeadlineTimer.cs OnDue
 * models: src/IOLoop/Hosting/TurnDriver.cs OnDeadline
 * models: src/IOLoop/Hosting/TurnDriver.cs TrySleep
 *
 * run: -DFIRST=1
 * run: -DFIRST=2 -DNEARER
 * run: -DFIRST=2 -DNEARER -DSYSTEM
 * run: -DFIRST=1 -DSYSTEM
 * run: -DFIRST=1 -DREMOVED -DNEARER -DSYSTEM
 * run: -DFIRST=1 -DREMOVED -DNEARER
 * run: -DBUFFERS -DFIRST=1
 * run: -DBUFFERS -DFIRST=2 -DNEARER
 * run: -DBUFFERS -DFIRST=2 -DNEARER -DSYSTEM
 *
 * mutant: ARMED_WRITTEN_LATE -DFIRST=1 : the time is noted after the host was given the timer, which may have come by then
 * mutant: ASKS_BEFORE_FORGETTING -DFIRST=1 -DNEARER : a timer asks whether the loop sleeps before it notes that none is armed
 * mutant: CLEARED_BEFORE_TAKEN -DFIRST=1 -DNEARER -DREMOVED : a timer that has come notes that none is armed, and then takes the one that the loop has armed meanwhile
 * mutant: NOT_FORGOTTEN -DFIRST=1 : a timer that has come still counts as armed
 * mutant: KEEPS_A_LATER_TIMER -DFIRST=2 -DNEARER : a timer that is armed is kept although it comes too late
 * mutant: KEEPS_A_LATER_TIMER -DSYSTEM -DFIRST=2 -DNEARER : the same of the system's
 * mutant: DUE_ALREADY_IGNORED -DFIRST=1 : a deadline that has come while the loop fell asleep is taken for armed
 * mutant: NOT_SET_AGAIN -DSYSTEM -DFIRST=1 -DREMOVED -DNEARER : the system's timer that comes early is not set for the rest
 * mutant: NO_FENCE_IN_DISARM -DBUFFERS -DFIRST=1 -DNEARER : no fence between noting that none is armed and asking whether the loop sleeps
 */
#define Awake 0
#define Asleep 1
#define Notified 2
#define Never 4
#define LAST 2 /* when time ends, at the latest */
#define TIMERS 6

#define HOST 0
#define OTHER 1 /* thread of the host, or of the pool */
#define POSTER 2
#define THREADS 3

#define STATE 0
#define ARMED 1
#define TIMER 2
#define LOCK 3
#define WANTED 4
#define VARS 5

#include "memory.pml"

byte now = 0;
byte first = FIRST;  /* the loop's deadlines */
byte second = Never;
bool post = 0;       /* a callback waits, which changes them */
bool came = 0;       /* a turn that came while another one ran */
bool busy = 0;       /* a turn runs */
bool hostQueue = 1;
byte made = 0;
byte due[TIMERS];    /* the host's timers; 0: gone. The system's is the first */

inline needsWake(_T, _W) {
  get(_T, STATE, _W);
  if :: _W == Asleep -> compareExchange(_T, STATE, Notified, Asleep, _W); _W = (_W == Asleep)
     :: else -> _W = 0 fi }

proctype Time() {
  do :: now < LAST -> now++ :: break od }

#ifdef NEARER
proctype Poster() {
  byte x;
  atomic { flushed(POSTER) -> post = 1 }; /* under the queue's lock */
  needsWake(POSTER, x);
  if :: x -> x = 0; hostQueue = 1 :: else -> skip fi }
#endif

inline disarm(_T) {
#ifdef CLEARED_BEFORE_TAKEN
  put(_T, ARMED, Never);
  exchange(_T, TIMER, 0, x);
  if :: x -> due[x - 1] = 0; x = 0 :: else -> skip fi
#else
  exchange(_T, TIMER, 0, x);
  if :: x -> due[x - 1] = 0; x = 0 :: else -> skip fi;
#ifdef NO_FENCE_IN_DISARM
  put(_T, ARMED, Never)
#else
  exchange(_T, ARMED, Never, x); x = 0
#endif
#endif
}

inline set(_T) { /* the system's timer, under the lock */
  put(_T, ARMED, deadline);
  atomic { flushed(_T) -> due[0] = deadline } }

inline arm(_T) { /* due: whether the deadline has come already */
  isDue = 0;
#ifdef SYSTEM
  if
  :: deadline <= now -> isDue = 1
  :: else ->
     lock(_T, LOCK);
     put(_T, WANTED, deadline);
     get(_T, ARMED, x);
#ifdef KEEPS_A_LATER_TIMER
     if :: x == Never && deadline != Never -> set(_T) :: else -> skip fi;
#else
     if :: deadline < x -> set(_T) :: else -> skip fi;
#endif
     x = 0;
     unlock(_T, LOCK)
  fi
#else
  if
  :: deadline == Never -> disarm(_T)
  :: else ->
     get(_T, ARMED, x);
     if
#ifdef KEEPS_A_LATER_TIMER
     :: x != Never -> x = 0
#else
     :: x <= deadline -> x = 0
#endif
     :: else ->
        x = 0;
        disarm(_T);
        if
        :: deadline <= now -> isDue = 1
        :: else ->
#ifndef ARMED_WRITTEN_LATE
           put(_T, ARMED, deadline);
#endif
           atomic { flushed(_T) -> due[made] = deadline; made++; assert(made < TIMERS) };
#ifdef ARMED_WRITTEN_LATE
           put(_T, ARMED, deadline);
#endif
           put(_T, TIMER, made)
        fi
     fi
  fi
#endif
}

inline turn(_T) {
  put(_T, STATE, Awake);
  atomic { flushed(_T) -> if
    :: post -> post = 0; /* the callback */
#ifdef REMOVED
       first = Never; second = 2
#else
       second = 1
#endif
    :: else -> skip fi };
  atomic {
    if :: first <= now -> first = Never :: else -> skip fi;
    if :: second <= now -> second = Never :: else -> skip fi };
  atomic { /* under the queue's lock, and a fence */
    flushed(_T) -> if :: post -> again = 1 :: else -> mem[STATE] = Asleep fi };
  if
  :: !again ->
     atomic { if :: first < second -> deadline = first :: else -> deadline = second fi };
     arm(_T);
     deadline = 0;
#ifdef DUE_ALREADY_IGNORED
     isDue = 0;
#endif
     if :: isDue -> isDue = 0; needsWake(_T, again) :: else -> skip fi
  :: else -> skip
  fi;
  atomic { flushed(_T) -> if :: came || again -> came = 0; again = 0; hostQueue = 1 :: else -> skip fi; busy = 0 } }

inline enter() { /* mine: whether the turn is this thread's */
  atomic { if :: busy -> came = 1 :: else -> busy = 1; mine = 1 fi } }

#ifdef SYSTEM
proctype Pool() {
  byte x; byte deadline;
end: do
  :: atomic { (due[0] && due[0] <= now) -> due[0] = 0 };
     lock(OTHER, LOCK);
#ifndef NOT_FORGOTTEN
     put(OTHER, ARMED, Never);
#endif
     get(OTHER, WANTED, deadline);
     if
     :: deadline == Never -> unlock(OTHER, LOCK)
     :: deadline != Never && now < deadline ->
#ifndef NOT_SET_AGAIN
        set(OTHER);
#endif
        unlock(OTHER, LOCK)
     :: else ->
        unlock(OTHER, LOCK);
        needsWake(OTHER, x);
        if :: x -> x = 0; hostQueue = 1 :: else -> skip fi
     fi;
     deadline = 0
  od }
#endif

proctype Host(byte t) {
  byte x; byte deadline; byte again; bool isDue; bool mine;
end: do
  :: atomic { hostQueue -> hostQueue = 0; enter() };
     if :: mine -> turn(t); mine = 0 :: else -> skip fi
#ifndef SYSTEM
  :: atomic { /* a timer of the host's, on one of its threads */
       if
       :: (due[0] && due[0] <= now) -> due[0] = 0
       :: (due[1] && due[1] <= now) -> due[1] = 0
       :: (due[2] && due[2] <= now) -> due[2] = 0
       :: (due[3] && due[3] <= now) -> due[3] = 0
       :: (due[4] && due[4] <= now) -> due[4] = 0
       fi };
#ifdef ASKS_BEFORE_FORGETTING
     needsWake(t, again);
     disarm(t);
     x = again; again = 0;
#else
#ifndef NOT_FORGOTTEN
     disarm(t);
#endif
     needsWake(t, x);
#endif
     if
     :: x -> x = 0; enter(); if :: mine -> turn(t); mine = 0 :: else -> skip fi
     :: else -> skip
     fi
#endif
  od }

active proctype Check() {
  timeout -> assert(first > now && second > now && !post) }

init {
  atomic {
    mem[ARMED] = Never; mem[WANTED] = Never;
#ifndef NEARER
    second = 2;
#endif
    run Time(); run Host(HOST);
#ifdef SYSTEM
    run Pool();
#else
    run Host(OTHER);
#endif
#ifdef NEARER
    run Poster();
#endif
  } }
