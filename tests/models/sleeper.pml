/*
 * The one thread on which hosted loops sleep: loops join it, leave it when their runs end, and join again; it ends with its last
 * member and begins anew with the next. With BREAK, somebody who has no right to closes its descriptor, so that it gives up.
 * Fences are hosted.pml's. Not modelled: that the closed number is in use again at once.
 *
 * models: src/IOLoop/Polling/SharedSleeper.cs Join
 * models: src/IOLoop/Polling/SharedSleeper.cs Leave
 * models: src/IOLoop/Polling/SharedSleeper.cs GiveUp
 * models: src/IOLoop/Polling/SharedSleeper.cs Watch
 * models: src/IOLoop/Polling/SharedSleeper.cs Sleep
 * models: src/IOLoop/Polling/SharedSleeper.cs Wait
 * models: src/IOLoop/Polling/NestedSleeper.cs Arm
 * models: src/IOLoop/Polling/NestedSleeper.cs Leave
 * models: src/IOLoop/Polling/NestedSleeper.cs OnReady
 * models: src/IOLoop/Polling/EpollOneShotSet.cs Watch
 * models: src/IOLoop/Polling/EpollOneShotSet.cs End
 *
 * run: -DRUNS=2 -DWRITES=2
 * run: -DRUNS=1 -DWRITES=1 -DOTHER=1 -DENDS
 * run: -DRUNS=2 -DWRITES=1 -DOTHER=1
 * run: -DRUNS=1 -DWRITES=1 -DBREAK
 * run: -DRUNS=1 -DWRITES=0 -DBREAK -DENDS
 * run: -DRUNS=2 -DWRITES=0 -DENDS
 *
 * mutant: CURRENT_KEPT -DRUNS=2 -DWRITES=1 : a sleeper that ends stays the current one
 * mutant: EMPTY_OUTSIDE_THE_LOCK -DRUNS=2 -DOTHER=1 : the thread is ended after the lock was left in which the last member left
 * mutant: JOINS_WITHOUT_THE_LOCK -DRUNS=1 -DWRITES=0 -DENDS : two loops join at once
 * mutant: THREAD_NOT_ENDED -DRUNS=1 -DWRITES=0 -DENDS : the thread does not learn that its last member has left
 * mutant: ARMED_AFTER_LEAVING -DRUNS=2 -DWRITES=1 : a loop that left counts as watched in its next run
 * mutant: GIVES_UP_SILENTLY -DRUNS=1 -DWRITES=1 -DBREAK : a sleeper that gives up does not tell its members
 * mutant: GIVEN_UP_STAYS_CURRENT -DRUNS=1 -DWRITES=1 -DBREAK : loops join a sleeper that has given up
 * mutant: ARMED_AFTER_THE_CALL -DRUNS=1 -DWRITES=2 : the mark is set when the kernel watches already
 */
#ifndef WRITES
#define WRITES 0 /* to the first loop's descriptor */
#endif
#ifndef OTHER
#define OTHER 0 /* to the second's */
#endif
#define LOOPS 2
#define SLEEPERS 6 /* one after another */

#define Awake 0
#define Asleep 1
#define Notified 2
#define at(s, l) (((s) - 1) * LOOPS + (l))

byte current = 0;    /* 0: there is none */
byte lastSleeper = 0;
byte lastToken = 0;
byte member[SLEEPERS * LOOPS];  /* its token; 0: it is none */
byte watched[SLEEPERS * LOOPS]; /* by the kernel, for one shot: the token */
bool isOver[SLEEPERS + 1];
bool ending[SLEEPERS + 1];      /* what ends its wait */
bool broken[SLEEPERS + 1];      /* its descriptor is closed */
byte threads = 0;

bool armed[LOOPS];
byte state[LOOPS];
bool ready[LOOPS];
bool posted[LOOPS];  /* a turn */
bool waiting[LOOPS];
byte left = 0;

inline onReady(_L) {
  armed[_L] = 0;
  atomic { if :: state[_L] == Asleep -> state[_L] = Notified; posted[_L] = 1 :: else -> skip fi } }

inline giveUp(_S) {
  atomic { /* under the lock */
    if
    :: !isOver[_S] ->
       isOver[_S] = 1;
#ifndef GIVEN_UP_STAYS_CURRENT
       if :: current == _S -> current = 0 :: else -> skip fi;
#endif
       told0 = (member[at(_S, 0)] != 0); told1 = (member[at(_S, 1)] != 0); gives = 1;
       member[at(_S, 0)] = 0; member[at(_S, 1)] = 0
    :: else -> skip
    fi };
  if :: gives -> gives = 0; ending[_S] = 1 :: else -> skip fi;
#ifndef GIVES_UP_SILENTLY
  if :: told0 -> onReady(0) :: else -> skip fi;
  if :: told1 -> onReady(1) :: else -> skip fi;
#endif
  told0 = 0; told1 = 0 }

proctype Sleeper(byte s) {
  byte got0 = 0; byte got1 = 0; bool goes = 1; bool told0; bool told1; bool gives;
  do
  :: goes && !isOver[s] ->
     if
     :: broken[s] -> giveUp(s); break
     :: else -> skip
     fi;
end: atomic { (ending[s] || (watched[at(s, 0)] && ready[0]) || (watched[at(s, 1)] && ready[1])) ->
       if :: watched[at(s, 0)] && ready[0] -> got0 = watched[at(s, 0)]; watched[at(s, 0)] = 0 :: else -> skip fi;
       if :: watched[at(s, 1)] && ready[1] -> got1 = watched[at(s, 1)]; watched[at(s, 1)] = 0 :: else -> skip fi;
       if :: ending[s] -> goes = 0 :: else -> skip fi };
     d_step { /* under the lock */
       got0 = (got0 && member[at(s, 0)] == got0 -> 1 : 0);
       got1 = (got1 && member[at(s, 1)] == got1 -> 1 : 0)
     };
     if :: got0 -> got0 = 0; onReady(0) :: else -> skip fi;
     if :: got1 -> got1 = 0; onReady(1) :: else -> skip fi
  :: else -> break
  od;
  threads-- }

inline begin() { lastSleeper++; assert(lastSleeper <= SLEEPERS); threads++; run Sleeper(lastSleeper); current = lastSleeper }

inline join(_L) { /* under the lock */
#ifdef JOINS_WITHOUT_THE_LOCK
  if :: current == 0 -> begin() :: else -> skip fi;
  atomic {
#else
  atomic {
    if :: current == 0 -> begin() :: else -> skip fi;
#endif
    lastToken++; token = lastToken; mine = current; member[at(mine, _L)] = token } }

inline watch(_L) { /* failed: whether the descriptor is no set any more */
  if :: mine == 0 -> join(_L) :: else -> skip fi;
#ifndef ARMED_AFTER_THE_CALL
  armed[_L] = 1;
#endif
  atomic { if :: broken[mine] -> failed = 1 :: else -> failed = 0; watched[at(mine, _L)] = token fi };
#ifdef ARMED_AFTER_THE_CALL
  armed[_L] = 1
#endif
}

inline arm(_L) {
  if :: mine && isOver[mine] -> mine = 0; armed[_L] = 0 :: else -> skip fi;
  if
  :: armed[_L] -> skip
  :: else ->
     watch(_L);
     if
     :: failed ->
        giveUp(mine);
        mine = 0; armed[_L] = 0;
        watch(_L);
        assert(!failed) /* else the run is lost */
     :: else -> skip
     fi
  fi }

inline leave(_L) {
  if
  :: mine ->
     atomic { /* under the lock */
       wasLast = 0;
       if
       :: member[at(mine, _L)] == token ->
          member[at(mine, _L)] = 0; watched[at(mine, _L)] = 0;
          wasLast = (member[at(mine, 0)] == 0 && member[at(mine, 1)] == 0)
       :: else -> skip
       fi;
#ifdef EMPTY_OUTSIDE_THE_LOCK
     };
     atomic {
#endif
       if
       :: wasLast ->
#ifndef CURRENT_KEPT
          current = 0;
#endif
#ifndef THREAD_NOT_ENDED
          ending[mine] = 1
#endif
       :: else -> skip
       fi };
     mine = 0; token = 0; wasLast = 0;
#ifndef ARMED_AFTER_LEAVING
     armed[_L] = 0
#endif
  :: else -> skip
  fi }

proctype Loop(byte l) {
  byte mine = 0; byte token = 0; byte n = 1; bool failed; bool wasLast; bool told0; bool told1; bool gives;
  do
  :: n <= (l == 0 -> RUNS : 1) ->
     do
     :: state[l] = Awake; posted[l] = 0; ready[l] = 0;
        atomic { if :: ready[l] -> goto again :: else -> state[l] = Asleep fi };
        arm(l);
        waiting[l] = 1;
end:    if
        :: posted[l] -> waiting[l] = 0
#ifdef ENDS
        :: true -> waiting[l] = 0; break
#else
        :: n < (l == 0 -> RUNS : 1) -> waiting[l] = 0; break
#endif
        fi;
again:  skip
     od;
     leave(l); /* the run was stopped */
     n++
  :: else -> break
  od;
  left++ }

proctype Writer(byte l; byte most) {
  byte i = 0;
  do :: i < most -> ready[l] = 1; i++ :: else -> break od }

#ifdef BREAK
proctype Stranger() { end: atomic { current != 0 -> broken[current] = 1 } }
#endif

active proctype Check() {
  timeout ->
    assert(!(waiting[0] && ready[0]) && !(waiting[1] && ready[1]));
    assert(threads == (current == 0 -> 0 : 1) || lastSleeper > 0 && broken[lastSleeper]);
    assert(left < 2 || current == 0)
}

init { atomic { run Loop(0); run Loop(1); run Writer(0, WRITES); run Writer(1, OTHER);
#ifdef BREAK
  run Stranger();
#endif
  } }
