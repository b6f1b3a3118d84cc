/*
 * The sleeper of a hosted loop over poll(2): a thread waits for a copy of the loop's set. The loop gives it another copy when the set has
 * changed, leaves it alone while it has not, and lets it go at the end of a run. With BREAK, other code closes the descriptor that wakes the
 * thread, so that it gives up. Fences are hosted.pml's: all of this is under a lock.
 *
 * models: src/IOLoop/Polling/PollSleeper.cs Arm
 * models: src/IOLoop/Polling/PollSleeper.cs Leave
 * models: src/IOLoop/Polling/PollSleeper.cs Sleep
 * models: src/IOLoop/Polling/PollSleeper.cs GiveUp
 * models: src/IOLoop/Polling/PollSleeper.cs Take
 * models: src/IOLoop/Polling/PollSleeper.cs Wait
 * models: src/IOLoop/Polling/PollSleeper.cs Spend
 *
 * run: -DWRITES=3 -DPOSTS=1
 * run: -DWRITES=2 -DCHANGES=2
 * run: -DRUNS=2 -DWRITES=2 -DCHANGES=1
 * run: -DRUNS=2 -DWRITES=1 -DPOSTS=1 -DENDS
 * run: -DRUNS=2 -DWRITES=2 -DBREAK
 *
 * mutant: VERSION_IGNORED -DWRITES=2 -DCHANGES=1 -DPOSTS=1 : a set that has changed is not given to a thread that waits
 * mutant: NOT_TOLD -DWRITES=2 -DCHANGES=1 -DPOSTS=1 : the thread does not learn that there is another set
 * mutant: DRAINED_AFTER_TAKING -DWRITES=2 -DCHANGES=1 -DPOSTS=1 : what tells the thread is reset after the set was taken
 * mutant: THREAD_KEPT -DWRITES=1 -DENDS : the thread does not learn that it was let go
 * mutant: GIVES_UP_SILENTLY -DWRITES=1 -DBREAK : a thread that gives up does not tell the loop
 * mutant: GIVEN_UP_STAYS_ARMED -DWRITES=2 -DBREAK : a thread that gave up counts as waiting
 * mutant: TAKES_WITHOUT_THE_LOCK -DWRITES=2 -DCHANGES=1 -DPOSTS=1 : the mark of a new set is taken away after the set was read
 */
#ifndef RUNS
#define RUNS 1
#endif
#ifndef WRITES
#define WRITES 0 /* to descriptors, in turn */
#endif
#ifndef CHANGES
#define CHANGES 0 /* of the set */
#endif
#ifndef POSTS
#define POSTS 0 /* from another thread: turns without a ready descriptor */
#endif
#define CONTROLS 8 /* one after another */
#define Awake 0
#define Asleep 1
#define Notified 2

byte set = 1; /* bits */
byte version = 0;
byte ready = 0; /* bits */
byte state = Awake;
bool posted = 1; /* a turn */
bool waiting = 0;
bool left = 0;
bool lost = 0;
byte changes = 0;

byte next = 0;  /* under the lock, and so are these */
byte armedVersion = 0;
bool armed = 0;
bool renewed = 0;
byte control = 0; /* 0: there is no thread */
bool bell[CONTROLS];
bool broken[CONTROLS];
byte lastControl = 0;
byte threads = 0;

inline wake() { atomic { if :: state == Asleep -> state = Notified; posted = 1 :: else -> skip fi } }

proctype Thread(byte c) {
  byte mine = 0; bool hit; bool rung; bool spent; bool told; bool again;
  do
  :: atomic { /* Take */
       if
       :: control != c -> break
       :: else -> skip
       fi;
#ifdef TAKES_WITHOUT_THE_LOCK
       again = renewed; if :: renewed -> mine = next :: else -> if :: !armed -> mine = 0 :: else -> skip fi fi };
     if :: again -> renewed = 0; again = 0 :: else -> skip fi;
#else
       if
       :: renewed -> mine = next; renewed = 0
       :: else -> if :: !armed -> mine = 0 :: else -> skip fi
       fi };
#endif
#ifdef DRAINED_AFTER_TAKING
     if :: rung -> bell[c] = 0; rung = 0 :: else -> skip fi;
#endif
end: atomic { (broken[c] || bell[c] || (mine & ready)) ->
       if
       :: broken[c] -> rung = 0; hit = 0; told = 1
       :: else -> rung = bell[c]; hit = ((mine & ready) != 0)
       fi };
     if
     :: told ->
        atomic { /* GiveUp */
          if
          :: control == c ->
             control = 0;
#ifndef GIVEN_UP_STAYS_ARMED
             armed = 0;
#endif
             spent = 1
          :: else -> spent = 0
          fi };
#ifndef GIVES_UP_SILENTLY
        if :: spent -> wake() :: else -> skip fi;
#endif
        break
     :: else -> skip
     fi;
#ifndef DRAINED_AFTER_TAKING
     if :: rung -> bell[c] = 0; rung = 0 :: else -> skip fi;
#endif
     if
     :: hit ->
        hit = 0;
        atomic { /* Spend */
          if
          :: control != c || renewed || !armed -> spent = 0
          :: else -> spent = 1; armed = 0
          fi
        };
        if :: spent -> spent = 0; wake() :: else -> skip fi
     :: else -> skip
     fi
  od;
  threads-- }

inline arm() {
  atomic { /* under the lock */
#ifdef VERSION_IGNORED
    if :: armed && control -> skip
#elif defined(GIVEN_UP_STAYS_ARMED)
    if :: armed && armedVersion == version -> skip
#else
    if :: armed && control && armedVersion == version -> skip
#endif
    :: else ->
       if :: control == 0 -> lastControl++; assert(lastControl < CONTROLS); control = lastControl; threads++; run Thread(lastControl) :: else -> skip fi;
       next = set; armedVersion = version; armed = 1; renewed = 1;
       if
       :: broken[control] -> armed = 0; lost = 1 /* the wake fails, and the run ends with that */
       :: else ->
#ifndef NOT_TOLD
          bell[control] = 1
#else
          skip
#endif
       fi
    fi } }

inline leave() {
  atomic { /* under the lock */
    armed = 0;
#ifndef THREAD_KEPT
    if :: control -> bell[control] = 1 :: else -> skip fi;
#endif
    control = 0 } }

proctype Loop() {
  byte n = 1; byte found;
  do
  :: n <= RUNS ->
     posted = 1; lost = 0;
     do
     :: atomic { posted -> posted = 0 }; state = Awake;
        atomic { found = set & ready; ready = ready & (7 - found) };
        if :: changes < CHANGES -> atomic { set = set ^ 2; version++; changes++ } :: true fi;
        if
        :: found -> found = 0; posted = 1
        :: else ->
           state = Asleep;
           if :: set -> arm() :: else -> leave() fi;
           if :: lost -> break :: else -> skip fi;
           waiting = 1;
end:       if
           :: posted -> waiting = 0
#ifdef ENDS
           :: true -> waiting = 0; break
#else
           :: n < RUNS -> waiting = 0; break
#endif
           fi
        fi
     od;
     state = Awake;
     leave();
     n++
  :: else -> break
  od;
  left = 1 }

proctype Writer() {
  byte i = 0;
  do :: i < WRITES -> atomic { ready = ready | (1 << (i % 2)); i++ } :: else -> break od }

#if POSTS > 0
proctype Poster() {
  byte i = 0;
  do :: i < POSTS -> i++; wake() :: else -> break od }
#endif

#ifdef BREAK
proctype Stranger() { end: atomic { control != 0 -> broken[control] = 1 } }
#endif

active proctype Check() {
  timeout ->
    assert(!(waiting && (set & ready)));
    assert(!left || threads == 0);
    assert(threads <= 1)
}

init { atomic { run Loop(); run Writer();
#if POSTS > 0
  run Poster();
#endif
#ifdef BREAK
  run Stranger();
#endif
  } }
