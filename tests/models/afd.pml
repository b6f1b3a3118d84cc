/*
 * The poller over the AFD driver of Windows: one poll of one socket at a time, whose block is the system's until its completion was
 * taken; changes of what is waited for, suspension, removal and another registration while a poll is under way; the completion of a poll
 * that was left behind; a socket that is closed and its number opened again; the packet that wakes. The driver completes polls at any
 * moment between two steps of the loop's thread, which alone reads the socket.
 *
 * models: src/IOLoop/Polling/AfdPoller.cs Register
 * models: src/IOLoop/Polling/AfdPoller.cs Modify
 * models: src/IOLoop/Polling/AfdPoller.cs Suspend
 * models: src/IOLoop/Polling/AfdPoller.cs Unregister
 * models: src/IOLoop/Polling/AfdPoller.cs Wait
 * models: src/IOLoop/Polling/AfdPoller.cs TryGet
 * models: src/IOLoop/Polling/AfdPoller.Polls.cs Drop
 * models: src/IOLoop/Polling/AfdPoller.Polls.cs LeavePoll
 * models: src/IOLoop/Polling/AfdPoller.Polls.cs MakeDirty
 * models: src/IOLoop/Polling/AfdPoller.Polls.cs Flush
 * models: src/IOLoop/Polling/AfdPoller.Polls.cs Arm
 * models: src/IOLoop/Polling/AfdPoller.Polls.cs Take
 * models: src/IOLoop/Polling/AfdPoller.Polls.cs Complete
 * models: src/IOLoop/Polling/AfdPoller.Polls.cs Report
 * models: src/IOLoop/Polling/AfdPort.cs Wait
 * models: src/IOLoop/Polling/AfdPort.cs Wake
 *
 * run: -DOPS=2 -DWRITES=2
 * run: -DOPS=2 -DWRITES=2 -DCLOSES
 * run: -DOPS=2 -DWRITES=1 -DSYSTEM_CANCELS
 * run: -DOPS=1 -DWRITES=1 -DCLOSES -DWAKES=2
 *
 * mutant: BLOCK_FREE_AT_ONCE -DOPS=2 -DWRITES=1 : the block of a poll that is left behind is used again before its completion was taken
 * mutant: OWNER_KEPT -DOPS=2 -DWRITES=1 : the completion of a poll that was left behind counts as that of the one that replaced it
 * mutant: NOT_STALE -DOPS=2 -DWRITES=1 : what a poll found that began before a change is reported, though it was read meanwhile
 * mutant: KEEPS_A_NARROWER_POLL -DOPS=2 -DWRITES=1 : a poll under way is kept although it does not ask for all that is wanted now
 * mutant: NOT_ARMED_AGAIN -DOPS=1 -DWRITES=2 : what was reported is not polled again
 * mutant: STALE_NOT_ARMED_AGAIN -DOPS=2 -DWRITES=1 : what a stale poll found is dropped, and nothing asks again
 * mutant: SUSPENDED_IS_REPORTED -DOPS=2 -DWRITES=1 : a poll that completes while its registration is suspended is reported
 * mutant: SUSPEND_KEEPS_COMPLETED -DOPS=3 -DWRITES=1 : what had completed before the suspension is reported in it
 * mutant: REMOVED_IS_REPORTED -DOPS=2 -DWRITES=1 : what had completed before a change or a removal is reported behind it
 * mutant: STAYS_LISTED -DOPS=1 -DWRITES=2 : what was armed still counts as listed, and is never armed again
 * mutant: CANCELLED_COUNTS -DOPS=1 -DWRITES=1 -DSYSTEM_CANCELS : the events in a poll that the system cancelled are reported
 * mutant: CANCELLED_IS_DROPPED -DOPS=1 -DWRITES=1 -DSYSTEM_CANCELS : a poll that the system cancelled is not begun again
 * mutant: NOT_ASKED_WHETHER_CLOSED -DOPS=2 -DWRITES=1 -DCLOSES : a number that was closed and opened again is taken for the old socket
 * mutant: WAKE_DROPPED -DOPS=2 -DWRITES=1 -DCLOSES -DWAKES=1 : a wake that was taken outside a wait ends none
 * mutant: STAYS_WOKEN -DOPS=1 -DWRITES=1 -DWAKES=2 : the packet that was taken still counts as posted
 * mutant: CLEARED_BEHIND_THE_REASONS -DOPS=1 -DWRITES=1 -DWAKES=2 : that the packet was taken is noted after the reasons were looked at
 */
#ifndef WAKES
#define WAKES 0
#endif

#define BLOCKS 4
#define NONE BLOCKS
#define WAKE BLOCKS /* in the port's queue */

/* events */
#define READ 1
#define WRITE 2
#define CLOSED 4

/* of a block */
#define Free 0
#define UnderWay 1
#define Taken 2 /* completed, in the port's queue */

/* of the registration */
#define Idle 0
#define Dirty 1
#define Armed 2
#define Completed 3

typedef Block { byte state; bool owned; byte asked; byte found; bool cancelled; bool cancelling; byte socket };
Block block[BLOCKS];
chan port = [6] of { byte };

byte ready = 0;    /* what the socket is ready for, as long as it is not read */
byte socket = 1;   /* the number stands for another one after each close */
byte wrote = 0;
byte got = 0;
byte reasons = 0;  /* of the threads that wake the loop */
byte served = 0;
bool isWoken = 0;

/* the loop's thread alone */
bool exists = 0;
byte state = Idle;
bool listed = 0;
bool suspended = 0;
bool stale = 0;
byte wanted = 0;
byte polled = 0;   /* the socket of the registration */
byte poll = NONE;
byte found = 0;
byte queued = 0;   /* entries of the queue of what has completed, all of the one registration */
bool woken = 0;
bool done = 0;
bool gotWrite = 0;

#if WAKES > 0
proctype Waker() {
  bool was;
  reasons++;
  atomic { was = isWoken; isWoken = 1 };
  if :: !was -> port!WAKE :: else -> skip fi }
#endif

proctype Writer() {
  byte i = 0;
  do :: i < WRITES -> atomic { ready = ready | READ; wrote++ }; i++ :: else -> break od;
  ready = ready | WRITE }

inline completeBlock(_B, _F, _C) { block[_B].found = _F; block[_B].cancelled = _C; block[_B].state = Taken; port!_B }

#define canComplete(b) (block[b].state == UnderWay && block[b].socket == socket && (block[b].asked & ready))
#define canCancel(b) (block[b].state == UnderWay && block[b].cancelling)

active proctype Driver() {
#ifdef SYSTEM_CANCELS
  bool cancelled = 0;
#endif
end: do
  :: atomic { canComplete(0) -> completeBlock(0, block[0].asked & ready, 0) }
  :: atomic { canComplete(1) -> completeBlock(1, block[1].asked & ready, 0) }
  :: atomic { canComplete(2) -> completeBlock(2, block[2].asked & ready, 0) }
  :: atomic { canComplete(3) -> completeBlock(3, block[3].asked & ready, 0) }
  :: atomic { canCancel(0) -> completeBlock(0, 0, 1) }
  :: atomic { canCancel(1) -> completeBlock(1, 0, 1) }
  :: atomic { canCancel(2) -> completeBlock(2, 0, 1) }
  :: atomic { canCancel(3) -> completeBlock(3, 0, 1) }
#ifdef SYSTEM_CANCELS
  :: atomic { block[0].state == UnderWay && !cancelled -> cancelled = 1; completeBlock(0, block[0].asked, 1) } /* Wine leaves what was asked for */
#endif
  od }

inline find(_R) { /* a free block */
  atomic {
    if
    :: block[0].state == Free -> _R = 0
    :: else -> if
       :: block[1].state == Free -> _R = 1
       :: else -> if
          :: block[2].state == Free -> _R = 2
          :: else -> assert(block[3].state == Free); _R = 3
          fi fi fi } }

inline makeDirty() { atomic { state = Dirty; if :: listed -> skip :: else -> listed = 1; queuedDirty = 1 fi } }

inline leavePoll() {
#ifndef OWNER_KEPT
  block[poll].owned = 0;
#endif
  block[poll].cancelling = 1; /* unless it has completed */
#ifdef BLOCK_FREE_AT_ONCE
  block[poll].state = Free;
#endif
  poll = NONE; state = Idle }

inline drop() {
  exists = 0;
  if :: state == Armed -> leavePoll() :: else -> skip fi;
  state = Idle;
  if :: poll != NONE -> block[poll].owned = 0; poll = NONE :: else -> skip fi }

inline arm() {
  if :: poll == NONE -> find(poll) :: else -> skip fi;
  assert(block[poll].state == Free); /* else the system still writes to it */
  stale = 0;
  atomic { block[poll].owned = 1; block[poll].asked = wanted; block[poll].socket = polled; block[poll].found = 0; block[poll].cancelled = 0; block[poll].cancelling = 0 };
  state = Armed;
  block[poll].state = UnderWay }

inline flushDirty() {
  if
  :: queuedDirty -> queuedDirty = 0;
     if :: state == Dirty -> arm() :: else -> skip fi;
#ifndef STAYS_LISTED
     listed = 0
#endif
  :: else -> skip
  fi }

inline complete(_B) { /* of a block that was taken from the port */
  assert(block[_B].state == Taken);
  block[_B].state = Free;
  if
  :: !block[_B].owned -> skip
  :: else ->
     state = Idle;
     f = block[_B].found;
#ifndef CANCELLED_COUNTS
     if :: block[_B].cancelled -> f = 0 :: else -> skip fi;
#endif
     if
     :: f & CLOSED -> drop()
#ifndef SUSPENDED_IS_REPORTED
     :: !(f & CLOSED) && suspended -> skip
     :: !(f & CLOSED) && !suspended ->
#else
     :: !(f & CLOSED) ->
#endif
        if
#ifdef NOT_STALE
        :: f == 0 ->
#else
        :: f == 0 || stale ->
#endif
#ifdef CANCELLED_IS_DROPPED
           if :: f == 0 -> skip :: else -> makeDirty() fi
#else
#ifdef STALE_NOT_ARMED_AGAIN
           if :: f != 0 -> skip :: else -> makeDirty() fi
#else
           makeDirty()
#endif
#endif
        :: else -> found = f; state = Completed; queued++
        fi
     fi;
     f = 0
  fi }

inline takeOne() {
  port?b;
  if
  :: b == WAKE ->
#ifndef STAYS_WOKEN
#ifndef CLEARED_BEHIND_THE_REASONS
     isWoken = 0;
#endif
#endif
#ifdef WAKE_DROPPED
     if :: inWait -> woken = 1 :: else -> skip fi
#else
     woken = 1
#endif
  :: else -> complete(b)
  fi;
  b = 0 }

/* TryGet: what the port has. */
inline takeAll() { do :: nempty(port) -> takeOne() :: empty(port) -> break od }

inline report() { /* and the handler */
  do
  :: queued > 0 -> queued--;
     if
#ifdef REMOVED_IS_REPORTED
     :: true ->
#else
     :: state == Completed ->
#endif
        assert(exists && !suspended);
        f = found & wanted;
        assert((f & ready) == f); /* nothing that was read is reported */
        if
        :: f ->
           if :: f & READ -> atomic { ready = ready & ~READ; got = wrote } :: else -> skip fi;
           if :: f & WRITE -> gotWrite = done; changed = 1 :: else -> skip fi
        :: else -> skip
        fi;
        f = 0;
#ifndef NOT_ARMED_AGAIN
        makeDirty();
#endif
        if :: changed -> changed = 0; modify(READ) :: else -> skip fi
     :: else -> skip
     fi
  :: else -> break
  od;
  if
  :: woken -> woken = 0; atomic { served = reasons };
#ifdef CLEARED_BEHIND_THE_REASONS
     isWoken = 0
#endif
  :: else -> skip
  fi }

inline modify(_E) {
  if
#ifdef NOT_ASKED_WHETHER_CLOSED
  :: true -> skip
#else
  :: state == Armed -> takeAll()
  :: else -> skip
#endif
  fi;
  if
  :: exists ->
     assert(polled == socket);
     wanted = _E; suspended = 0;
     if
     :: state == Armed ->
        stale = 1;
        if
        :: ((_E) & ~block[poll].asked) == 0 -> skip
#ifdef KEEPS_A_NARROWER_POLL
        :: else -> skip
#else
        :: else -> leavePoll(); makeDirty()
#endif
        fi
     :: else -> makeDirty()
     fi
  :: else -> skip
  fi }

inline register(_E) {
  if
#ifdef NOT_ASKED_WHETHER_CLOSED
  :: true -> skip
#else
  :: state == Armed -> takeAll()
  :: else -> skip
#endif
  fi;
  if
  :: exists -> assert(polled == socket) /* EEXIST, rightly */
  :: else ->
     exists = 1; wanted = _E; suspended = 0; polled = socket;
     makeDirty()
  fi }

proctype Loop() {
  byte b; byte f; byte i = 0; bool inWait; bool queuedDirty = 0; bool changed;
  register(READ);
  do
  :: i < OPS -> i++;
     if
     :: true -> modify(READ | WRITE)
     :: true -> modify(WRITE)
     :: atomic { ready = ready & ~READ; got = wrote }; modify(READ) /* code that modifies may have read before */
     :: true -> modify(READ); atomic { ready = ready & ~READ; got = wrote } /* or read behind it */
     :: true -> takeAll() /* a change of another socket's registration */
     :: exists -> suspended = 1; /* Suspend, as before the call of an asynchronous handler */
#ifdef SUSPEND_KEEPS_COMPLETED
        if :: state != Armed && state != Completed -> state = Idle :: else -> skip fi
#else
        if :: state != Armed -> state = Idle :: else -> skip fi
#endif
     :: exists -> drop(); /* Unregister */
        atomic { ready = ready & ~READ; got = wrote };
        register(READ)
#ifdef CLOSES
     :: atomic { exists && state == Armed && block[poll].state == UnderWay && socket < 3 -> /* closed by other code, and its number opened again */
          socket++; ready = ready & WRITE; got = wrote;
          if :: block[0].state == UnderWay -> completeBlock(0, CLOSED, 0) :: else -> skip fi;
          if :: block[1].state == UnderWay -> completeBlock(1, CLOSED, 0) :: else -> skip fi;
          if :: block[2].state == UnderWay -> completeBlock(2, CLOSED, 0) :: else -> skip fi;
          if :: block[3].state == UnderWay -> completeBlock(3, CLOSED, 0) :: else -> skip fi };
        register(READ)
#endif
     fi;
     /* a wait that does not block, or none */
     if
     :: true -> skip
     :: true -> inWait = 1; flushDirty(); takeAll(); report(); inWait = 0
     fi
  :: else -> break
  od;
  if :: exists -> modify(READ | WRITE) :: else -> register(READ | WRITE) fi;
  done = 1;
  inWait = 1;
  do
  :: flushDirty();
     if
     :: queued == 0 && !woken ->
end:    atomic { nempty(port) }
     :: else -> skip
     fi;
     takeAll();
     report()
  od }

active proctype Check() {
  timeout ->
    assert(done && exists && state == Armed);
    assert(gotWrite && got == wrote && !(ready & READ));
    assert(served == reasons);
    assert(len(port) == 0);
    assert((block[0].state == UnderWay) + (block[1].state == UnderWay) + (block[2].state == UnderWay) + (block[3].state == UnderWay) == 1) }

init { atomic {
  run Loop(); run Writer();
#if WAKES > 0
  run Waker();
#endif
#if WAKES > 1
  run Waker();
#endif
} }
