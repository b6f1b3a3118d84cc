/*
 * The thread that posts turns after a pause, for all loops that give way on hosts that do not know what else waits in them. With FAILS
 * the system may have no thread left for it: then the pool posts what is there.
 *
 * models: src/IOLoop/Hosting/PausedPosts.cs Add
 * models: src/IOLoop/Hosting/PausedPosts.cs Take
 * models: src/IOLoop/Hosting/PausedPosts.cs TryTake
 * models: src/IOLoop/Hosting/PausedPosts.cs PostLeft
 *
 * run: -DPOSTS=3
 * run: -DPOSTS=3 -DFAILS
 *
 * mutant: LEFT_TAKES_ONE -DPOSTS=2 -DFAILS : the pool posts one turn, although another loop has counted on the same thread meanwhile
 * mutant: STILL_BEGUN -DPOSTS=2 -DFAILS : a thread that could not be started counts as begun
 * mutant: BEGUN_OUTSIDE_THE_LOCK -DPOSTS=2 : whether the thread has begun is noted after the lock was left
 * mutant: LOOKS_BEFORE_THE_LOCK -DPOSTS=2 : the thread looks whether the queue is empty before it takes the lock to wait
 * mutant: NO_PULSE -DPOSTS=2 : a turn is added without a word to the thread that waits
 */
#define LOOPS 2

byte queued = 0;
byte posted = 0;
bool begun = 0;
bool sleeps = 0; /* the thread, in Monitor.Wait */
byte threads = 0;

proctype Server() {
  do
  ::
#ifdef LOOKS_BEFORE_THE_LOCK
     if
     :: queued == 0 -> atomic { sleeps = 1 };
end1:   !sleeps
     :: else -> atomic { queued--; posted++ }
     fi
#else
     atomic { if :: queued == 0 -> sleeps = 1 :: else -> queued--; posted++ fi }; /* under the lock, which waiting releases */
end:  !sleeps
#endif
  od }

proctype Pool() {
  bool took = 1;
  do
  :: took -> atomic { if :: queued > 0 -> queued--; posted++ :: else -> took = 0 fi };
#ifdef LEFT_TAKES_ONE
     break
#endif
  :: else -> break
  od }

proctype Loop() {
  byte i = 0; bool starts;
  do
  :: i < POSTS ->
     atomic { /* under the lock */
       queued++;
#ifndef NO_PULSE
       sleeps = 0;
#endif
       starts = !begun;
#ifndef BEGUN_OUTSIDE_THE_LOCK
       begun = 1
#endif
     };
#ifdef BEGUN_OUTSIDE_THE_LOCK
     begun = 1;
#endif
     if
     :: starts -> starts = 0;
        if
        :: atomic { threads++; assert(threads == 1); run Server() }
#ifdef FAILS
        :: true ->
#ifndef STILL_BEGUN
           begun = 0; /* under the lock */
#endif
           run Pool()
#endif
        fi
     :: else -> skip
     fi;
     i++
  :: else -> break
  od }

active proctype Check() {
  timeout -> assert(queued == 0 && posted == LOOPS * POSTS) }

init { atomic { run Loop(); run Loop() } }
