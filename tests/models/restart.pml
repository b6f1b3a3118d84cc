/*
 * Runs of a hosted loop that are given up, and the next ones. A turn of the run before may still be in the host's queue, or the host
 * may have dropped it: the next run asks with the turn's ticket. Who ends a run: the turn that is under way, or whoever gives it up.
 * That the loop sleeps is one step here: see hosted.pml.
 *
 * models: src/IOLoop/Hosting/TurnDriver.Runs.cs Begin
 * models: src/IOLoop/Hosting/TurnDriver.Runs.cs Inherit
 * models: src/IOLoop/Hosting/TurnDriver.Runs.cs Inquire
 * models: src/IOLoop/Hosting/TurnDriver.Runs.cs OnInquiry
 * models: src/IOLoop/Hosting/TurnDriver.cs PostTurn
 * models: src/IOLoop/Hosting/TurnDriver.cs NoteHanded
 * models: src/IOLoop/Hosting/TurnDriver.cs RunPosted
 * models: src/IOLoop/Hosting/TurnDriver.cs RunAsOwner
 * models: src/IOLoop/Hosting/TurnDriver.Ending.cs Lose
 * models: src/IOLoop/Hosting/TurnDriver.Ending.cs Abandon
 * models: src/IOLoop/Hosting/TurnDriver.Ending.cs EndIfNeeded
 * models: src/IOLoop/Hosting/TurnDriver.Ending.cs TryEnd
 * models: src/IOLoop/Hosting/TurnDriver.Ending.cs End
 * models: src/IOLoop/Hosting/TurnOwnership.cs TryEnter
 * models: src/IOLoop/Hosting/TurnOwnership.cs TryTake
 * models: src/IOLoop/Hosting/TurnOwnership.cs Leave
 *
 * run: -DRUNS=2 -DPOSTS=2
 * run: -DRUNS=2 -DPOSTS=1 -DDROPS
 * run: -DRUNS=3 -DPOSTS=1
 * run: -DRUNS=2 -DPOSTS=1 -DDROPS -DFAILS
 * run: -DBUFFERS -DRUNS=2 -DPOSTS=1 -DDROPS
 * run: -DBUFFERS -DRUNS=2 -DPOSTS=1 -DFAILS
 *
 * mutant: INHERITS_WITHOUT_ASKING -DRUNS=2 -DDROPS : a run trusts that the turn of the run before will come
 * mutant: ASKS_WITHOUT_A_TICKET -DRUNS=2 -DPOSTS=1 : whatever turn is posted when the answer comes counts as dropped
 * mutant: HANDED_NOTED_FIRST -DRUNS=2 -DPOSTS=1 : a turn can be asked for before the host has it
 * mutant: FAILED_POST_STAYS_POSTED -DRUNS=2 -DFAILS : a turn that the host refused still counts as posted
 * mutant: NO_LOOK_AFTER_LEAVING -DRUNS=2 : whoever gives the turn up does not look whether the run must end
 * mutant: ENDS_WITHOUT_THE_TURN -DRUNS=2 -DPOSTS=1 : a run is ended although a turn of it is under way
 * mutant: TAKES_IN_TWO_STEPS -DRUNS=2 -DPOSTS=1 : a thread reads that nobody has the turn, and takes it then
 * mutant: LEAVES_WITHOUT_A_FENCE -DBUFFERS -DRUNS=2 : a plain write gives the turn up, and no fence follows
 * mutant: NO_INQUIRY_AFTER_THE_NOTE -DRUNS=2 -DPOSTS=1 -DDROPS : a turn that is dropped before it is noted as given is not asked for
 * mutant: NO_FENCE_IN_INHERIT -DBUFFERS -DRUNS=2 -DPOSTS=1 -DDROPS : no fence between relying on a turn and reading which one was given
 * mutant: NO_FENCE_IN_BEGIN -DBUFFERS -DRUNS=2 : no fence between announcing a run and looking whether a turn is posted
 */
#ifndef POSTS
#define POSTS 0
#endif
#ifndef RUNS
#define RUNS 2
#endif

#define HOST 0
#define USER 1
#define POSTER 2
#define THREADS 3

#define RUN 0      /* 0: none; else its number */
#define POSTED 1   /* a ticket */
#define HANDED 2
#define OWNER 3    /* 0: free; t + 1; t + 4: another one came */
#define MUSTEND 4  /* of the current run; cleared when the next begins */
#define INHERITING 5 /* the run that relies on a turn of an earlier one */
#define VARS 6

#include "memory.pml"

mtype = { turn, inquiry };
chan queue = [8] of { mtype, byte, byte }; /* what, of which run, which ticket */

byte lastTicket = 0;
bool asleep = 0;
byte work = 0;
byte ran = 0;
byte ended = 0;     /* runs */
byte inTurn = 0;
byte turns = 0;     /* in the queue */
byte began = 0;     /* the last run that had a turn */
bool failing = 0;   /* the host refuses what it is given */

inline hand() { turns++; assert(turns == 1); queue!turn, 0, ticket }

inline note(_T) { /* NoteHanded: never backwards */
  do
  :: get(_T, HANDED, x);
     if :: x >= ticket -> break :: else -> skip fi;
     o = x;
     compareExchange(_T, HANDED, ticket, o, x);
     if
     :: x == o ->
#ifndef NO_INQUIRY_AFTER_THE_NOTE
        get(_T, INHERITING, x);
        if :: x -> atomic { flushed(_T) -> queue!inquiry, x, ticket } :: else -> skip fi;
#endif
        break
     :: else -> skip
     fi
  od; o = 0; x = 0 }

inline tryTake(_T) { /* x: whether it did */
#ifdef TAKES_IN_TWO_STEPS
  get(_T, OWNER, x);
  if :: x == 0 -> put(_T, OWNER, _T + 1); fence(_T); x = 1 :: else -> x = 0 fi
#else
  compareExchange(_T, OWNER, _T + 1, 0, x); x = (x == 0)
#endif
}

inline endRun(_T) {
  put(_T, RUN, 0);
  atomic { flushed(_T) -> ended++; assert(ended <= RUNS) } } /* Detach */

inline tryEnd(_T) {
  get(_T, RUN, x);
  if :: x -> get(_T, MUSTEND, x); if :: x -> x = 0; endRun(_T) :: else -> skip fi :: else -> skip fi }

inline leave(_T) { /* came */
#ifdef LEAVES_WITHOUT_A_FENCE
  get(_T, OWNER, came); put(_T, OWNER, 0);
#else
  exchange(_T, OWNER, 0, came);
#endif
  came = (came > 3) }

inline endIfNeeded(_T) {
#ifndef LEAVES_WITHOUT_A_FENCE
  fence(_T);
#endif
  do
  :: get(_T, RUN, x);
     if :: x -> get(_T, MUSTEND, x) :: else -> skip fi;
     if
     :: x ->
#ifdef ENDS_WITHOUT_THE_TURN
        x = 0; tryEnd(_T); break
#else
        tryTake(_T);
        if
        :: x -> inTurn++; assert(inTurn == 1);
                tryEnd(_T);
                inTurn--;
                leave(_T);
                if :: came -> came = 0; again = 1 :: else -> skip fi
        :: else -> break
        fi
#endif
     :: else -> break
     fi
  od;
  x = 0 }

inline postTurn(_T) {
  get(_T, RUN, x);
  if
  :: x -> x = 0;
     atomic { lastTicket++; ticket = lastTicket };
     compareExchange(_T, POSTED, ticket, 0, x);
     if
     :: x == 0 ->
#ifdef HANDED_NOTED_FIRST
        note(_T);
#endif
        atomic { flushed(_T) -> if :: failing -> failing = 0; x = 1 :: else -> hand(); x = 0 fi };
        if
        :: x -> x = 0; /* it was refused: the run is lost */
#ifndef FAILED_POST_STAYS_POSTED
           exchange(_T, POSTED, 0, x);
#endif
           exchange(_T, MUSTEND, 1, x); x = 0;
           endIfNeeded(_T)
        :: else -> note(_T)
        fi
     :: else -> x = 0
     fi;
     ticket = 0
  :: else -> skip
  fi }

/* What was seen to have come while a run was ended is the next run's turn, if there is one. */
inline request(_T) {
  do :: again -> again = 0; postTurn(_T) :: else -> break od }

inline enter(_T) { /* x: whether the turn is this thread's */
  do
  :: get(_T, OWNER, x);
     if
     :: x == 0 -> tryTake(_T); if :: x -> break :: else -> skip fi
     :: x > 3 -> x = 0; break
     :: else -> o = x; compareExchange(_T, OWNER, o + 3, o, x); if :: x == o -> x = 0; break :: else -> skip fi
     fi
  od; o = 0 }

proctype Host() {
  byte x; byte o; byte ticket; byte asks; byte came; bool again;
end: do
  :: atomic { queue?[turn, _, _] -> queue?turn, _, _; turns-- };
     exchange(HOST, POSTED, 0, x); x = 0;
     enter(HOST);
     if
     :: x ->
        inTurn++; assert(inTurn == 1);
        get(HOST, RUN, x);
        if :: x -> get(HOST, INHERITING, o); if :: o == x -> put(HOST, INHERITING, 0) :: else -> skip fi; o = 0 :: else -> skip fi;
        if
        :: x -> began = x;
           get(HOST, MUSTEND, x);
           if :: !x -> atomic { flushed(HOST) -> ran = ran + work; work = 0 } :: else -> skip fi;
           x = 0;
           atomic { flushed(HOST) -> if :: work -> again = 1 :: else -> asleep = 1 fi };
#ifdef ENDS_WITHOUT_THE_TURN
           get(HOST, RUN, x); assert(x); x = 0;
#endif
           tryEnd(HOST)
        :: else -> skip
        fi;
        inTurn--;
        leave(HOST);
        if :: came -> came = 0; again = 1 :: else -> skip fi;
        request(HOST);
#ifndef NO_LOOK_AFTER_LEAVING
        endIfNeeded(HOST);
        request(HOST)
#endif
     :: else -> skip
     fi
  :: atomic { queue?[inquiry, _, _] -> queue?inquiry, asks, ticket };
     get(HOST, RUN, x);
     if
     :: x == asks && ticket != 0 ->
        get(HOST, POSTED, x);
#ifdef ASKS_WITHOUT_A_TICKET
        if :: x -> exchange(HOST, POSTED, 0, x); x = 0; postTurn(HOST); request(HOST) :: else -> skip fi
#else
        if :: x == ticket -> exchange(HOST, POSTED, 0, x); x = 0; postTurn(HOST); request(HOST) :: else -> x = 0 fi
#endif
     :: else -> x = 0
     fi;
     asks = 0; ticket = 0
  od }

proctype User() { /* begins runs, and gives up all but the last */
  byte n = 1; byte x; byte o; byte ticket; byte came; bool again;
  do
  :: n <= RUNS ->
     (ended >= n - 1); /* TryAttach is refused before */
#ifdef DROPS
     if /* the host drops what it has */
     :: n == RUNS -> atomic { do
         :: queue?[turn, _, _] -> queue?turn, _, _; turns-- :: queue?[inquiry, _, _] -> queue?inquiry, _, _ :: else -> break od }
     :: true
     fi;
#endif
#ifdef FAILS
     if :: n == 1 -> failing = 1 :: else -> skip fi;
#endif
     atomic { flushed(USER) -> asleep = 0 };
     put(USER, MUSTEND, 0);
     put(USER, RUN, n);
#ifndef NO_FENCE_IN_BEGIN
     fence(USER);
#endif
     get(USER, POSTED, x);
     if
     :: x == 0 -> postTurn(USER); request(USER)
     :: else ->
#ifdef INHERITS_WITHOUT_ASKING
        x = 0
#else
        put(USER, INHERITING, n);
#ifndef NO_FENCE_IN_INHERIT
        fence(USER);
#endif
        get(USER, HANDED, ticket);
        atomic { flushed(USER) -> queue!inquiry, n, ticket; ticket = 0; x = 0 }
#endif
     fi;
     if
     :: n < RUNS -> exchange(USER, MUSTEND, 1, x); x = 0; endIfNeeded(USER); request(USER)
     :: else -> skip
     fi;
     n++
  :: else -> break
  od }

#if POSTS > 0
proctype Poster() {
  byte i = 0; byte x; byte o; byte ticket; byte came; bool again; bool wakes;
  do
  :: i < POSTS ->
     atomic { flushed(POSTER) -> work++; wakes = asleep; asleep = 0 };
     if :: wakes -> wakes = 0; postTurn(POSTER); request(POSTER) :: else -> skip fi;
     i++
  :: else -> break
  od }
#endif

active proctype Check() {
  timeout ->
    assert(ended >= RUNS - 1 && mem[OWNER] == 0 && inTurn == 0);
    assert(ended == RUNS || mem[RUN] == RUNS && began == RUNS && work == 0 && ran == POSTS)
}

init {
  atomic {
    run Host(); run User();
#if POSTS > 0
    run Poster();
#endif
  } }
