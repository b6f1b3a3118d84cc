/*
 * Draining a group of loops: waves of looks find a moment when nothing waits on any loop. Callbacks add callbacks to any loop; a loop
 * may be stopped alone, and closed; the group may be stopped; other threads post; two drains may be under way. What a turn does besides its
 * callbacks is left out: what a timeout or handler adds looks like a post.
 *
 * models: src/IOLoop/LoopGroup.Running.cs DrainAsync
 * models: src/IOLoop/Groups/GroupDrain.cs RunAsync
 * models: src/IOLoop/Groups/GroupDrain.cs WaveAsync
 * models: src/IOLoop/Groups/GroupDrain.cs LookAsync
 * models: src/IOLoop/Groups/GroupLook.cs Execute
 *
 * run: -DLOOPS=2 -DHOPS=4
 * run: -DLOOPS=3 -DTARGETS=2 -DHOPS=3 -DENDS
 * run: -DLOOPS=2 -DHOPS=1 -DENDS -DCLOSES -DSTOPS
 * run: -DLOOPS=2 -DHOPS=2 -DPOSTS=1
 * run: -DLOOPS=2 -DHOPS=1 -DDRAINS=2 -DENDS
 *
 * mutant: ONE_QUIET_WAVE -DLOOPS=2 -DHOPS=4 : one wave that finds nothing is enough
 * mutant: FIRST_WAVE_COUNTS -DLOOPS=2 -DHOPS=4 : the first wave counts, although there is none before it to compare with
 * mutant: NO_WAVES -DLOOPS=2 -DHOPS=4 : each loop is looked at until it is quiet, one loop after the other
 * mutant: LOOK_OVERTAKES -DLOOPS=2 -DHOPS=0 : a look runs before the callbacks that wait already
 * mutant: ENDED_IS_QUIET -DLOOPS=2 -DHOPS=3 -DENDS : a loop whose run ends before its look counts as quiet
 * mutant: LEFT_OUT_IS_QUIET -DLOOPS=3 -DTARGETS=2 -DHOPS=3 -DENDS : a wave without a loop that the wave before has looked at counts
 * mutant: END_IS_NOT_SEEN -DLOOPS=2 -DHOPS=2 -DENDS : a look waits for its result alone, and not for the end of the run
 * mutant: STOPPED_IS_DRAINED -DLOOPS=2 -DHOPS=2 -DSTOPS : loops that a stop has ended are left out like others
 * mutant: CLOSED_FAILS -DLOOPS=2 -DHOPS=1 -DENDS -DCLOSES : the draining fails when a loop is closed, although the others run
 * mutant: TWO_AT_ONCE -DLOOPS=2 -DHOPS=0 -DDRAINS=2 : two drains do not wait for one another
 */
#ifndef POSTS
#define POSTS 0
#endif
#ifndef DRAINS
#define DRAINS 1
#endif
#ifndef TARGETS
#define TARGETS LOOPS /* loops that callbacks are added to, and that are stopped alone */
#endif
#define ROOM 5
#define MOST 16 /* waves: more than all callbacks and ends can disturb */
#ifdef ONE_QUIET_WAVE
#define QUIET 1
#else
#define QUIET 2
#endif

#define LOOK 1
#define WORK 2

#define of(d, i) ((d) * LOOPS + (i))

chan queue[LOOPS] = [ROOM] of { byte, byte }; /* a look and its drain; or a callback and how many more it leads to */
bool stop[LOOPS];
bool ended[LOOPS];       /* the run, as its task says */
bool closed[LOOPS];
bool stopping = 0;       /* the group */
byte waiting[LOOPS];     /* callbacks in its queue */
bool out[LOOPS];         /* its run has ended before the group was asked to stop: what waits there does not count */

byte fresh[DRAINS * LOOPS]; /* callbacks that ran in earlier turns since the last look; at most 2 */
bool looked[DRAINS * LOOPS];
bool quiet[DRAINS * LOOPS];

byte live = 0;           /* callbacks that wait or run, and count */
bool moment[DRAINS];     /* there was a time without any, after the call */
bool done[DRAINS];
bool draining = 0;

inline noteMoment() {
  if
  :: live == 0 ->
     moment[0] = 1;
#if DRAINS > 1
     moment[1] = 1
#endif
  :: else -> skip
  fi }

inline addWork(_I, _HOPS) {
  if
  :: closed[_I] -> skip
  :: else -> queue[_I]!WORK, _HOPS; waiting[_I]++; if :: !out[_I] -> live++ :: else -> skip fi
  fi }

inline choose(_I) {
  if
  :: _I = 0
  :: _I = 1
#if TARGETS > 2
  :: _I = 2
#endif
  fi }

inline noteRan(_D) { fresh[of(_D, i)] = (fresh[of(_D, i)] + ran > 2 -> 2 : fresh[of(_D, i)] + ran) }

inline endItem() { /* and the callbacks of the turn, if it was the last */
  if
  :: batch == 0 ->
     noteRan(0);
#if DRAINS > 1
     noteRan(1);
#endif
     ran = 0
  :: else -> skip
  fi;
  kind = 0; arg = 0 }

proctype Loop(byte i) {
  byte batch = 0; byte ran = 0; byte kind = 0; byte arg = 0; byte to = 0;
end: do
  :: stop[i] -> break
  :: atomic { !stop[i] && len(queue[i]) > 0 -> batch = len(queue[i]) };
     do
     :: batch > 0 ->
        atomic { queue[i]?kind, arg; batch--; ran++;
          if
          :: kind == LOOK ->
             quiet[of(arg, i)] = (fresh[of(arg, i)] == 1); fresh[of(arg, i)] = 0; looked[of(arg, i)] = 1;
             endItem()
          :: else -> waiting[i]--
          fi };
        if
        :: kind == WORK ->
           atomic { if :: arg > 0 -> choose(to); addWork(to, arg - 1); to = 0 :: else -> skip fi;
             live--; noteMoment(); endItem() } /* it returns */
        :: else -> skip
        fi
     :: batch == 0 -> break
     od
  od;
  atomic {
    if :: !stopping -> out[i] = 1; live = live - waiting[i]; noteMoment() :: else -> skip fi };
#ifdef CLOSES
  atomic { closed[i] = 1; if :: !out[i] -> live = live - waiting[i]; waiting[i] = 0 :: else -> skip fi };
#endif
  ended[i] = 1 }

#ifdef ENDS
proctype Ender() { byte i; choose(i); stop[i] = 1 }
#endif

#ifdef STOPS
proctype Stopper() {
  byte i = 0;
  stopping = 1;
  do :: i < LOOPS -> stop[i] = 1; i++ :: else -> break od }
#endif

#if POSTS > 0
proctype Poster() {
  byte i = 0; byte n = 0;
  do
  :: n < POSTS -> atomic { choose(i); addWork(i, 1); i = 0 }; n++
  :: else -> break
  od }
#endif

inline addLook(_I) {
  if
  :: atomic { ended[_I] || closed[_I] -> i++ }
  :: atomic { else -> looks++; asked = asked | (1 << _I);
#ifdef CLOSES
     };
     atomic {
#endif
       looked[of(d, _I)] = 0;
       if
       :: closed[_I] -> asked = asked & ~(1 << _I); all = 0; /* it is refused */
#ifdef CLOSED_FAILS
          fails = 1
#endif
#ifdef LOOK_OVERTAKES
       :: else -> queue[_I]!!LOOK, d
#else
       :: else -> queue[_I]!LOOK, d
#endif
       fi;
       i++ }
  fi }

inline await(_I) {
  if
  :: atomic { asked & (1 << _I) ->
#ifdef END_IS_NOT_SEEN
     looked[of(d, _I)];
#else
     (looked[of(d, _I)] || ended[_I]);
#endif
     if
     :: looked[of(d, _I)] -> all = all && quiet[of(d, _I)]
     :: else ->
#ifndef ENDED_IS_QUIET
        all = 0;
#endif
        if :: stopping -> fails = 1 :: else -> skip fi
     fi;
     i++ }
  :: atomic { else -> i++ }
  fi }

inline wave() {
  atomic { looks = 0; asked = 0; all = 1; i = from };
  do :: i < to -> addLook(i) :: atomic { else -> i = from; break } od;
  do :: i < to -> await(i) :: atomic { else -> i = 0; break } od;
  atomic {
    if
    :: looks == 0 || (looks < LOOPS && stopping) ->
#if !defined(STOPPED_IS_DRAINED) && !defined(NO_WAVES)
       fails = 1
#endif
    :: else -> skip
    fi;
#ifndef LEFT_OUT_IS_QUIET
    if :: looks < before -> all = 0 :: else -> skip fi;
#endif
    before = looks;
    waves++; assert(waves <= MOST);
#ifdef FIRST_WAVE_COUNTS
    first = 0;
#endif
    quietWaves = (all && !first -> quietWaves + 1 : 0);
    first = 0; all = 0; looks = 0; asked = 0 } }

proctype Drain(byte d) {
  byte quietWaves = 0; byte waves = 0; byte i = 0; byte looks = 0; byte before = 0; byte asked = 0; byte from = 0; byte to = LOOPS;
  bool all; bool fails = 0; bool first = 1;
  atomic { moment[d] = (live == 0) };
#ifndef TWO_AT_ONCE
  atomic { !draining -> draining = 1 };
#endif
#ifdef NO_WAVES
  to = 1;
again:
#endif
  do
  :: quietWaves < QUIET && !fails ->
     wave()
  :: else -> break
  od;
#ifdef NO_WAVES
  if :: to < LOOPS && !fails -> from++; to++; quietWaves = 0; first = 1; before = 0; goto again :: else -> skip fi;
#endif
  if
  :: fails -> assert(stopping || (ended[0] && ended[1]
#if LOOPS > 2
     && ended[2]
#endif
     ))
  :: else -> assert(moment[d])
  fi;
  draining = 0;
  done[d] = 1 }

active proctype Check() {
  timeout ->
    assert(done[0]);
#if DRAINS > 1
    assert(done[1])
#endif
}

init {
  byte i;
  atomic {
    choose(i); addWork(i, HOPS);
#ifdef FIRST_WAVE_COUNTS
    if :: fresh[0] = 1 :: fresh[1] = 1 fi;
#endif
    i = 0;
    do :: i < LOOPS -> run Loop(i); i++ :: else -> break od;
    run Drain(0);
#if DRAINS > 1
    run Drain(1);
#endif
#ifdef ENDS
    run Ender();
#endif
#ifdef STOPS
    run Stopper();
#endif
#if POSTS > 0
    run Poster();
#endif
  } }
