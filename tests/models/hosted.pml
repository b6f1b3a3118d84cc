/*
 * How a hosted loop sleeps and is woken: the queue's three states, the one turn that is posted at a time, whose turn it is on a host
 * that has several threads, the shared sleeper's one shot, signals, Stop, removals that other threads ask for, the end of the run.
 *
 * models: src/IOLoop/Callbacks/CallbackQueue.cs TryAddPlain
 * models: src/IOLoop/Callbacks/CallbackQueue.cs TakeWake
 * models: src/IOLoop/Callbacks/CallbackQueue.cs TryAddFromSignal
 * models: src/IOLoop/Callbacks/CallbackQueue.cs NeedsWake
 * models: src/IOLoop/Callbacks/CallbackQueue.cs TrySleep
 * models: src/IOLoop/Callbacks/CallbackQueue.cs TakeBatch
 * models: src/IOLoop/Turns/LoopCore.cs Stop
 * models: src/IOLoop/Turns/LoopCore.cs EndRun
 * models: src/IOLoop/Turns/HostedTurns.cs Turn
 * models: src/IOLoop/Turns/HostedTurns.cs TrySleep
 * models: src/IOLoop/Turns/HostedTurns.cs Detach
 * models: src/IOLoop/Hosting/TurnOwnership.cs TryEnter
 * models: src/IOLoop/Hosting/TurnOwnership.cs Leave
 * models: src/IOLoop/Hosting/TurnDriver.cs PostTurn
 * models: src/IOLoop/Hosting/TurnDriver.cs RunPosted
 * models: src/IOLoop/Hosting/TurnDriver.cs RunAsOwner
 * models: src/IOLoop/Hosting/TurnDriver.cs TrySleep
 * models: src/IOLoop/Hosting/TurnDriver.Yielding.cs GiveWay
 * models: src/IOLoop/Hosting/TurnDriver.Yielding.cs PostBehind
 * models: src/IOLoop/Hosting/TurnDriver.Ending.cs TryEnd
 * models: src/IOLoop/Hosting/TurnDriver.Ending.cs End
 * models: src/IOLoop/Polling/NestedSleeper.cs Arm
 * models: src/IOLoop/Polling/NestedSleeper.cs OnReady
 * models: src/IOLoop/Registrations/Registrar.cs RemoveHandlerAsync
 * models: src/IOLoop/Registrations/Removals.cs Ask
 * models: src/IOLoop/Registrations/Removals.cs Take
 * models: src/IOLoop/Registrations/Removals.cs ServeHeld
 *
 * run: -DHOSTS=2 -DPOSTER=2 -DFD=2
 * run: -DHOSTS=2 -DPOSTER=1 -DSIGNAL -DFD=1
 * run: -DHOSTS=2 -DPOSTER=1 -DFD=1 -DSTOP
 * run: -DHOSTS=2 -DFD=1 -DSTOP -DREMOVAL
 * run: -DHOSTS=2 -DREMOVAL -DSIGNAL -DFD=1
 * run: -DHOSTS=2 -DPOSTER=2 -DYIELDS=2
 * run: -DHOSTS=2 -DSTOP -DREMOVAL -DYIELDS=2
 * run: -DBUFFERS -DHOSTS=2 -DPOSTER=2 -DFD=2
 * run: -DBUFFERS -DHOSTS=2 -DPOSTER=1 -DFD=1 -DSIGNAL
 * run: -DBUFFERS -DHOSTS=2 -DSTOP -DREMOVAL
 * run: -DBUFFERS -DHOSTS=1 -DSTOP -DREMOVAL -DFD=1
 *
 * mutant: GIVES_WAY_FOR_GOOD -DHOSTS=1 -DPOSTER=1 -DYIELDS=1 : a turn that gives way to the host's other work is not posted again
 * mutant: POSTS_BEFORE_LEAVING -DHOSTS=2 -DPOSTER=1 -DYIELDS=1 : it is posted again before it is given up, and comes too early
 * mutant: POSTED_CLEARED_AT_THE_END -DHOSTS=1 -DPOSTER=1 : a turn says at its end, not at its beginning, that none is posted
 * mutant: POSTS_WITHOUT_ASKING -DHOSTS=2 -DPOSTER=1 -DFD=1 -DREMOVAL : a turn is posted whether or not one is
 * mutant: NO_NOTE_THAT_IT_CAME -DHOSTS=2 -DPOSTER=1 : a turn that finds another thread at work returns without a note
 * mutant: NOTE_NOT_SEEN -DHOSTS=2 -DPOSTER=1 : the owner leaves without looking whether a turn came
 * mutant: NOTE_IN_ANOTHER_WORD -DHOSTS=2 -DPOSTER=1 : the owner reads the note before it gives the turn up
 * mutant: SLEEPS_WHEN_READY -DHOSTS=1 -DFD=1 : the loop is not armed when it goes to sleep
 * mutant: ARMED_CLEARED_LATE -DHOSTS=1 -DFD=2 : the sleeper clears its mark after it has asked whether the loop sleeps
 * mutant: ARMED_SET_LATE -DHOSTS=1 -DFD=2 : the loop sets the mark after the kernel watches, which may have fired by then
 * mutant: NO_SECOND_LOOK_AT_SIGNALS -DHOSTS=1 -DSIGNAL : the loop does not look at the signals after it has said that it sleeps
 * mutant: NO_SECOND_LOOK_AT_STOP -DHOSTS=1 -DSTOP : nor at the request to stop
 * mutant: NO_SECOND_LOOK_AT_REMOVALS -DHOSTS=1 -DREMOVAL : nor at the removals
 * mutant: DETACHES_BEFORE_SERVING -DHOSTS=1 -DSTOP -DREMOVAL : the end of the run serves removals before it takes the gate, and not in it
 * mutant: NO_FENCE_IN_TRYSLEEP -DBUFFERS -DHOSTS=1 -DSTOP : no fence between saying that the loop sleeps and looking at what was asked for
 * mutant: NO_FENCE_IN_STOP -DBUFFERS -DHOSTS=1 -DSTOP : no fence between asking for a stop and reading the sleep state
 * mutant: NO_FENCE_IN_REMOVAL -DBUFFERS -DHOSTS=1 -DREMOVAL : no fence between asking for a removal and reading the sleep state
 * mutant: NO_FENCE_IN_ONREADY -DBUFFERS -DHOSTS=1 -DFD=2 -DPOSTER=1 : no fence between clearing the sleeper's mark and reading the sleep state
 */
#ifndef HOSTS
#define HOSTS 1
#endif
#ifndef POSTER
#define POSTER 0 /* callbacks that one thread posts */
#endif
#ifndef FD
#define FD 0 /* times that a descriptor becomes ready */
#endif

#define Awake 0
#define Asleep 1
#define Notified 2

#define SLEEPER 2
#define STOPPER 3
#define POSTS 4
#define SIGNALLER 5
#define REMOVER SIGNALLER
#define THREADS 6
#ifdef REMOVAL
#ifdef SIGNAL
#undef REMOVER
#define REMOVER POSTS
#endif
#endif

#define STATE 0
#define QUEUE 1    /* the callback queue's lock */
#define SHARED 2
#define SIGS 3
#define STOPS 4
#define POSTED 5
#define OWNER 6    /* 0: free; t + 1: thread t; t + 3: thread t, and another one came */
#define ARMED 7
#define RUN 8
#define GATE 9     /* the loop's gate, which guards the next three */
#define REQUESTS 10
#define ANY 11     /* read without it */
#define ATTACHED 12
#define VARS 13

#include "memory.pml"

byte hostQueue = 1; /* Attach posts the first turn */
bool watched = 0;   /* by the kernel, for one shot */
bool ready = 0;     /* the descriptor, level-triggered */
byte wrote = 0;
byte handled = 0;
byte ran = 0;
byte removed = 0;
byte inTurn = 0;
bool over = 0;
#ifdef YIELDS
byte gaveWay = 0;
#endif

inline postTurn(_T) {
  get(_T, RUN, x);
  if
  :: x ->
#ifdef POSTS_WITHOUT_ASKING
     exchange(_T, POSTED, 1, x); x = 0;
#else
     compareExchange(_T, POSTED, 1, 0, x);
#endif
     if :: x == 0 -> atomic { flushed(_T) -> hostQueue++; assert(hostQueue <= 1) } :: else -> x = 0 fi
  :: else -> skip
  fi }

inline needsWake(_T, _W) {
  get(_T, STATE, _W);
  if :: _W == Asleep -> compareExchange(_T, STATE, Notified, Asleep, _W); _W = (_W == Asleep)
     :: else -> _W = 0 fi }

inline wake(_T) {
  needsWake(_T, x);
  if :: x -> postTurn(_T) :: else -> skip fi }

#if POSTER > 0
proctype Poster() {
  byte i = 0; byte x; byte wakes;
  do
  :: i < POSTER ->
     lock(POSTS, QUEUE);
     get(POSTS, SHARED, x); put(POSTS, SHARED, x + 1); x = 0;
     get(POSTS, STATE, wakes);
     if :: wakes == Asleep -> put(POSTS, STATE, Notified) :: else -> wakes = 0 fi;
     unlock(POSTS, QUEUE);
     if :: wakes -> wakes = 0; postTurn(POSTS) :: else -> skip fi;
     i++
  :: else -> break
  od }
#endif

#ifdef SIGNAL
proctype Signaller() {
  byte x;
  add(SIGNALLER, SIGS, 1);
  wake(SIGNALLER) }
#endif

#ifdef STOP
proctype Stopper() {
  byte x;
  put(STOPPER, STOPS, 1);
#ifndef NO_FENCE_IN_STOP
  fence(STOPPER);
#endif
  wake(STOPPER) }
#endif

#ifdef REMOVAL
proctype Remover() {
  byte x;
  lock(REMOVER, GATE);
  get(REMOVER, ATTACHED, x);
  if
  :: x -> x = 0;
     put(REMOVER, REQUESTS, 1); put(REMOVER, ANY, 1);
     unlock(REMOVER, GATE);
#ifndef NO_FENCE_IN_REMOVAL
     fence(REMOVER);
#endif
     wake(REMOVER)
  :: else -> removed++; unlock(REMOVER, GATE) /* at once */
  fi }
#endif

#if FD > 0
proctype Writer() {
  byte i = 0;
  do :: i < FD -> atomic { ready = 1; wrote++ }; i++ :: else -> break od }

proctype Sleeper() {
  byte x;
end: do
  :: atomic { watched && ready -> watched = 0 };
#ifdef ARMED_CLEARED_LATE
     wake(SLEEPER);
     put(SLEEPER, ARMED, 0)
#else
     put(SLEEPER, ARMED, 0);
#ifndef NO_FENCE_IN_ONREADY
     fence(SLEEPER);
#endif
     wake(SLEEPER)
#endif
  od }
#endif

inline serve(_T) { /* removals, one at a time */
  get(_T, ANY, x);
  do
  :: x -> lock(_T, GATE);
          get(_T, REQUESTS, x);
          if :: x -> put(_T, REQUESTS, 0); removed++ :: else -> put(_T, ANY, 0) fi;
          unlock(_T, GATE)
  :: else -> break
  od }

inline takeBatch(_T) {
  get(_T, SHARED, x);
  if :: x -> lock(_T, QUEUE); get(_T, SHARED, x); put(_T, SHARED, 0); unlock(_T, QUEUE); ran = ran + x; x = 0 :: else -> skip fi;
  get(_T, SIGS, x);
  if :: x -> exchange(_T, SIGS, 0, x); ran = ran + x; x = 0 :: else -> skip fi }

inline trySleep(_T) { /* sets again unless the loop sleeps now */
  lock(_T, QUEUE);
  get(_T, SHARED, x);
  if :: x -> x = 0; again = 1 :: else -> put(_T, STATE, Asleep); again = 0 fi;
  unlock(_T, QUEUE);
  if
  :: !again ->
#ifndef NO_FENCE_IN_TRYSLEEP
     fence(_T);
#endif
#ifndef NO_SECOND_LOOK_AT_SIGNALS
     get(_T, SIGS, x);
     if :: x -> x = 0; put(_T, STATE, Awake); again = 1 :: else -> skip fi
#endif
  :: else -> skip
  fi;
  if
  :: !again ->
#ifndef NO_SECOND_LOOK_AT_STOP
     get(_T, STOPS, x);
#endif
#ifndef NO_SECOND_LOOK_AT_REMOVALS
     if :: !x -> get(_T, ANY, x) :: else -> skip fi;
#endif
     if :: x -> needsWake(_T, x); again = x; x = 0 :: else -> skip fi
  :: else -> skip
  fi }

inline arm(_T) {
#if FD > 0
#ifndef SLEEPS_WHEN_READY
  get(_T, ARMED, x);
  if
  :: x -> x = 0
#ifdef ARMED_SET_LATE
  :: else -> atomic { flushed(_T) -> watched = 1 }; put(_T, ARMED, 1)
#else
  :: else -> put(_T, ARMED, 1); atomic { flushed(_T) -> watched = 1 }
#endif
  fi
#endif
#endif
  skip }

inline turn(_T) { /* of the owner */
  put(_T, STATE, Awake);
  get(_T, STOPS, x);
  if
  :: !x -> serve(_T);
           takeBatch(_T);
           atomic { flushed(_T) -> if :: ready -> again = 1; ready = 0; handled = wrote :: else -> skip fi }
  :: else -> skip
  fi;
  get(_T, STOPS, x);
  if
  :: x -> x = 0; again = 0; serve(_T); stopped = 1
  :: else ->
     if :: !again -> get(_T, SHARED, again) :: else -> skip fi;
     if :: !again -> get(_T, SIGS, again) :: else -> skip fi;
     if :: !again -> get(_T, ANY, again) :: else -> skip fi;
     if :: again -> again = 1 :: else -> trySleep(_T); if :: !again -> arm(_T) :: else -> skip fi fi
  fi }

inline endRun(_T) {
  put(_T, RUN, 0);
#ifdef DETACHES_BEFORE_SERVING
  serve(_T);
  lock(_T, GATE);
#else
  lock(_T, GATE);
  get(_T, REQUESTS, x);
  if :: x -> x = 0; put(_T, REQUESTS, 0); removed++ :: else -> skip fi;
  put(_T, ANY, 0);
#endif
  put(_T, ATTACHED, 0); put(_T, STOPS, 0);
  unlock(_T, GATE);
  over = 1 }

inline enter(_T) { /* x: whether the turn is this thread's */
  do
  :: get(_T, OWNER, x);
     if
     :: x == 0 ->
        compareExchange(_T, OWNER, _T + 1, 0, x);
        if :: x == 0 -> x = 1; break :: else -> skip fi
     :: x > 2 -> x = 0; break
     :: else ->
#ifdef NO_NOTE_THAT_IT_CAME
        x = 0; break
#else
        o = x;
        compareExchange(_T, OWNER, o + 2, o, x);
        if :: x == o -> x = 0; o = 0; break :: else -> o = 0 fi
#endif
     fi
  od }

proctype Host(byte t) {
  byte x; byte o; byte again; bool stopped;
end: do
  :: atomic { hostQueue > 0 -> hostQueue-- };
#ifndef POSTED_CLEARED_AT_THE_END
     exchange(t, POSTED, 0, x); x = 0;
#endif
     enter(t);
     if
     :: x -> x = 0;
        inTurn++; assert(inTurn == 1);
        get(t, RUN, x);
        if
#ifdef YIELDS
        :: x && gaveWay < YIELDS -> x = 0; gaveWay++; /* the budget is used up: the turn is posted again, behind other work */
           inTurn--;
#ifdef POSTS_BEFORE_LEAVING
           postTurn(t);
#endif
           exchange(t, OWNER, 0, o); o = 0; /* a turn that came meanwhile needs no note: this one comes again */
#ifndef POSTS_BEFORE_LEAVING
#ifndef GIVES_WAY_FOR_GOOD
           postTurn(t);
#endif
#endif
           goto next
#endif
        :: x -> x = 0;
           turn(t);
           if :: stopped -> endRun(t); stopped = 0 :: else -> skip fi
        :: else -> skip
        fi;
        inTurn--;
#ifdef POSTED_CLEARED_AT_THE_END
        exchange(t, POSTED, 0, x); x = 0;
#endif
#ifdef NOTE_IN_ANOTHER_WORD
        get(t, OWNER, o);
        exchange(t, OWNER, 0, x); x = 0;
#else
        exchange(t, OWNER, 0, o);
#endif
#ifdef NOTE_NOT_SEEN
        o = 0;
#endif
        if :: again || o > 2 -> again = 0; o = 0; postTurn(t) :: else -> o = 0 fi
     :: else -> skip
     fi;
next: skip
  od }

active proctype Check() {
  timeout ->
    assert(over || (mem[SHARED] == 0 && mem[SIGS] == 0 && !ready && handled == wrote));
    assert(mem[OWNER] == 0 && inTurn == 0);
#ifdef REMOVAL
    assert(removed == 1);
#endif
#ifdef STOP
    assert(over && mem[ATTACHED] == 0);
#endif
}

init {
  atomic {
    mem[POSTED] = 1; mem[RUN] = 1; mem[ATTACHED] = 1;
    run Host(0);
#if HOSTS > 1
    run Host(1);
#endif
#if POSTER > 0
    run Poster();
#endif
#ifdef SIGNAL
    run Signaller();
#endif
#ifdef STOP
    run Stopper();
#endif
#ifdef REMOVAL
    run Remover();
#endif
#if FD > 0
    run Writer(); run Sleeper();
#endif
  } }
