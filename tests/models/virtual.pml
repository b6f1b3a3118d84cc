/*
 * A hosted loop on virtual time, which stands still until a thread moves it. Only that thread posts: what others post is dropped by the
 * host, and found by the turn that the loop's timer brings every millisecond of that time. Time is moved from one scheduled item to the
 * next; a callback may also jump over some of it (JUMP), so that what is scheduled comes late. Beyond that nothing is late or early.
 *
 * models: src/IOLoop/Hosting/HostDeadlineTimer.cs Arm
 * models: src/IOLoop/Hosting/HostDeadlineTimer.cs OnDue
 * models: src/IOLoop/Hosting/TurnDriver.cs PostNext
 * models: src/IOLoop/Hosting/TurnDriver.cs OnDeadline
 * models: src/IOLoop/Hosting/TurnDriver.cs TrySleep
 * models: src/IOLoop/Hosting/TurnDriver.cs RunTurn
 * models: src/IOLoop.Rx/VirtualTimeHost.cs Post
 *
 * run: -DPOSTS=2
 * run: -DPOSTS=2 -DFAR
 * run: -DPOSTS=1 -DSTOP
 * run: -DPOSTS=1 -DJUMP
 * run: -DPOSTS=1 -DCHAIN
 * run: -DBUFFERS -DPOSTS=2
 * run: -DBUFFERS -DPOSTS=1 -DSTOP -DJUMP
 *
 * mutant: NO_TURN_EACH_MILLISECOND -DPOSTS=1 : a loop without a deadline has no timer
 * mutant: ARMED_FOR_THE_DEADLINE_ALONE -DPOSTS=1 -DFAR : the timer is set for the deadline, and not for the next millisecond
 * mutant: ASKS_WHETHER_IT_SLEEPS -DPOSTS=1 : the timer runs no turn when another thread has woken the loop, whose turn the host has dropped
 * mutant: POSTED_KEPT -DPOSTS=1 : a turn that the host has dropped counts as posted, and the thread that moves time posts none
 * mutant: NOT_FORGOTTEN -DPOSTS=1 : a timer that has come still counts as armed
 * mutant: KEEPS_A_LATER_TIMER -DPOSTS=1 : a timer that is armed is kept although it comes after a nearer deadline
 * mutant: DUE_ALREADY_IGNORED -DPOSTS=1 -DJUMP : a deadline that time has jumped over during the turn is taken for armed
 * mutant: TRUSTS_ANOTHER_S_TURN -DPOSTS=1 -DJUMP : the turn of a thread that has woken the loop at that moment is taken for posted
 * mutant: NEXT_TURN_AT_ONCE -DPOSTS=1 -DCHAIN : time stands still while callbacks add callbacks
 * mutant: ASLEEP_WITH_A_STOP -DPOSTS=1 -DSTOP : a turn that the timer brings does not look whether the loop is to stop
 * mutant: HOST_TAKES_ANY_THREAD -DPOSTS=1 : another thread changes the scheduler while time is moved
 */
#define MS 3       /* a millisecond, in the least units of time */
#define FIRST 4    /* the loop's deadline */
#define LAST 6     /* until then time is moved while other threads work */
#define DISTANT 18 /* with FAR: another one, which does not come */
#define ENDS 24
#define Never 99

#define Awake 0
#define Asleep 1
#define Notified 2

#define MOVER 0
#define POSTER 1
#define STOPPER 2
#define THREADS 3

#define STATE 0
#define QUEUE 1  /* the callback queue's lock */
#define SHARED 2
#define STOPS 3
#define POSTED 4
#define VARS 5

#include "memory.pml"

byte now = 0;
byte items[ENDS];     /* turns that are scheduled for a time */
byte armed = Never;   /* when the timer comes: the host's item, */
byte counted = Never; /* and the loop's note of it */
byte first = FIRST;
byte second = Never;
byte ran = 0;
byte still = 0;       /* turns while time stood still */
bool jumped = 0;
bool over = 0;
byte others = 0;      /* threads that have ended */
bool settled = 0;
bool chained = 0;     /* a callback that the turn before has added */

inline needsWake(_T, _W) {
  get(_T, STATE, _W);
  if :: _W == Asleep -> compareExchange(_T, STATE, Notified, Asleep, _W); _W = (_W == Asleep)
     :: else -> _W = 0 fi }

inline post(_T) { /* PostTurn */
  compareExchange(_T, POSTED, 1, 0, x);
  if
#ifdef HOST_TAKES_ANY_THREAD
  :: x == 0 -> assert(_T == MOVER); items[now]++
#else
  :: x == 0 && _T == MOVER -> items[now]++ /* the host drops it on any other thread */
#endif
  :: else -> x = 0
  fi }

inline enqueue(_T) {
  lock(_T, QUEUE);
  get(_T, SHARED, x); put(_T, SHARED, x + 1); x = 0;
  get(_T, STATE, wakes);
  if :: wakes == Asleep -> put(_T, STATE, Notified) :: else -> wakes = 0 fi;
  unlock(_T, QUEUE);
  if :: wakes -> wakes = 0; post(_T) :: else -> skip fi }

proctype Poster() {
  byte i = 0; byte x; byte wakes;
  do :: i < POSTS -> enqueue(POSTER); i++ :: else -> break od;
  atomic { flushed(POSTER) -> others++ } }

#ifdef STOP
proctype Stopper() {
  byte x; byte wakes;
  put(STOPPER, STOPS, 1);
  fence(STOPPER);
  needsWake(STOPPER, wakes);
  if :: wakes -> wakes = 0; post(STOPPER) :: else -> skip fi;
  atomic { flushed(STOPPER) -> others++ } }
#endif

inline timeouts() {
  if
  :: first <= now -> assert(first == now || jumped); first = Never
  :: else -> skip
  fi;
  if
  :: second <= now -> assert(second == now || jumped); second = Never
  :: else -> skip
  fi }

inline arm() { /* due: whether the deadline has come already */
  due = 0;
  deadline = (first < second -> first : second);
#ifdef FAR
  if :: deadline == Never -> deadline = DISTANT :: else -> skip fi;
#endif
#ifdef ARMED_FOR_THE_DEADLINE_ALONE
  if :: deadline == Never -> deadline = now + MS :: else -> skip fi;
#else
#ifdef NO_TURN_EACH_MILLISECOND
  if :: deadline != Never && deadline > now + MS -> deadline = now + MS :: else -> skip fi;
#else
  if :: deadline > now + MS -> deadline = now + MS :: else -> skip fi;
#endif
#endif
  if
#ifdef KEEPS_A_LATER_TIMER
  :: counted != Never -> skip
#else
  :: counted <= deadline -> skip
#endif
  :: else ->
     armed = Never; counted = Never;
     if :: deadline <= now -> due = 1 :: else -> counted = deadline; armed = deadline fi
  fi;
  deadline = 0 }

inline turn(_LOOKS) {
  put(MOVER, STATE, Awake);
  still++; assert(still < 8); /* or time would never reach a timeout */
  get(MOVER, STOPS, x);
  if
  :: x && _LOOKS -> over = 1
  :: else ->
     x = chained; chained = 0; again = 0;
#ifdef CHAIN
     chained = 1;
#endif
     x = 0;
     get(MOVER, SHARED, x);
     if
     :: x -> lock(MOVER, QUEUE); get(MOVER, SHARED, x); put(MOVER, SHARED, 0); unlock(MOVER, QUEUE);
        if :: ran == 0 -> second = now + 1 :: else -> skip fi; /* a nearer deadline */
        ran = ran + x; x = 0
     :: else -> skip
     fi;
     timeouts();
#ifdef JUMP
     if :: !jumped && now < LAST -> jumped = 1; now = now + MS + 2; still = 0 :: true -> skip fi; /* a handler */
#endif
     get(MOVER, STOPS, x);
     if
     :: x && _LOOKS -> x = 0; over = 1
     :: else ->
        x = 0;
        again = chained;
        if :: !again -> get(MOVER, SHARED, again) :: else -> skip fi;
        if
        :: !again ->
           lock(MOVER, QUEUE);
           get(MOVER, SHARED, again);
           if :: !again -> put(MOVER, STATE, Asleep) :: else -> skip fi;
           unlock(MOVER, QUEUE);
           fence(MOVER);
           if
           :: !again -> get(MOVER, STOPS, x); if :: x && _LOOKS -> needsWake(MOVER, again); x = 0 :: else -> x = 0 fi
           :: else -> skip
           fi
        :: else -> skip
        fi;
        if
        :: !again -> arm();
#ifdef DUE_ALREADY_IGNORED
           due = 0;
#endif
           if
           :: due -> due = 0; needsWake(MOVER, again);
#ifndef TRUSTS_ANOTHER_S_TURN
              again = 1 /* also when another thread has taken the wake: the host has dropped its turn */
#endif
           :: else -> skip
           fi
        :: else -> skip
        fi;
#ifdef NEXT_TURN_AT_ONCE
        if :: again -> again = 0; items[now]++ :: else -> skip fi
#else
        if :: again -> again = 0; items[now + 1]++; assert(items[now + 1] <= 3) :: else -> skip fi
#endif
     fi
  fi;
  x = 0 }

/* Runs what is scheduled until a time, in its order; what is scheduled for the same time in any. */
inline moveTo(_END) {
  until = _END;
  do
  :: over -> break
  :: else ->
     t = 0;
     do :: t < ENDS && items[t] == 0 && armed != t -> t++ :: else -> break od;
     assert(t < ENDS); /* while the loop runs there is always something scheduled */
     if
     :: t > until -> break
     :: else -> skip
     fi;
     atomic { if :: t > now -> now = t; still = 0 :: else -> skip fi };
     if
     :: items[t] > 0 -> items[t]--;
        exchange(MOVER, POSTED, 0, x); x = 0;
        turn(1)
     :: armed == t ->
        armed = Never;
#ifndef NOT_FORGOTTEN
        counted = Never;
#endif
#ifndef POSTED_KEPT
        exchange(MOVER, POSTED, 0, x); x = 0;
#endif
#ifdef ASKS_WHETHER_IT_SLEEPS
        needsWake(MOVER, x);
        if :: x -> x = 0; turn(1) :: else -> skip fi
#else
#ifdef ASLEEP_WITH_A_STOP
        turn(0)
#else
        turn(1)
#endif
#endif
     fi
  od;
  if :: !over && now < until -> now = until; still = 0 :: else -> skip fi;
  t = 0 }

proctype Mover() {
  byte x; byte t; byte again; byte wakes; byte deadline; byte until; bool due;
  moveTo(1);
  if :: !over -> enqueue(MOVER) :: else -> skip fi; /* between turns */
  moveTo(LAST);
#ifdef STOP
  others == 2;
#else
  others == 1;
#endif
  moveTo(now + MS + 1);
#ifdef STOP
  assert(over);
#else
  assert(ran == POSTS + 1 && first == Never && second == Never);
#ifndef CHAIN
  x = 0;
  enqueue(MOVER);
  moveTo(now);
  assert(ran == POSTS + 2); /* time need not move for it */
#endif
#endif
  settled = 1 }

active proctype Check() {
  timeout -> assert(settled) }

init { atomic {
  items[0] = 1; mem[POSTED] = 1;
  run Mover(); run Poster();
#ifdef STOP
  run Stopper();
#endif
} }
