// What rests: loops, loops on threads, registered descriptors, timers, streams. Each handle is an allocation of its own, as it is in a
// program that makes them one by one.
#define _GNU_SOURCE
#include "rest.h"
#include <poll.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>
#include <uv.h>

enum { HOUR = 3600 * 1000 };

static void *new_one(size_t size)
{
    void *result = malloc(size);
    if (result == NULL)
        fail("malloc", ENOMEM);
    return result;
}

// ---- loops that do not run. As a loop of IOLoop does, each has what wakes it from another thread. A loop of libuv takes four
// descriptors: epoll, an eventfd, and a pipe for signals.

struct owned_loop {
    uv_loop_t loop;
    uv_async_t wake;
    uv_sem_t awake; // for loops on threads
    uv_thread_t thread;
};

static struct owned_loop **loops;
static long loops_made;

static long prepare_loops(long wanted)
{
    long count = within_limit(wanted, 4);
    loops = new_array(count, sizeof *loops);
    return count;
}

static void nothing_to_do(uv_async_t *wake) { (void)wake; }

static struct owned_loop *new_loop(uv_async_cb woken)
{
    struct owned_loop *one = new_one(sizeof *one);
    check(uv_loop_init(&one->loop), "uv_loop_init");
    check(uv_async_init(&one->loop, &one->wake, woken), "uv_async_init");
    one->loop.data = one;
    return one;
}

static void make_loop(long index)
{
    loops[index] = new_loop(nothing_to_do);
    uv_run(&loops[index]->loop, UV_RUN_NOWAIT); // until then its epoll has no descriptor
    loops_made++;
}

static void close_loop(struct owned_loop *one)
{
    check(uv_loop_close(&one->loop), "uv_loop_close");
    free(one);
    loops_made--;
}

static void end_loops(long count)
{
    for (long i = 0; i < count; i++) {
        uv_close((uv_handle_t *)&loops[i]->wake, NULL);
        uv_run(&loops[i]->loop, UV_RUN_DEFAULT);
        close_loop(loops[i]);
    }
}

static void made_all(long count) { (void)count; }
static long count_loops(void) { return loops_made; }
static void dispose_loops(void) { free(loops); }

// ---- loops that run, each on its own thread, and sleep

static void on_woken(uv_async_t *wake)
{
    struct owned_loop *one = wake->loop->data;
    if (wake->data == NULL)
        uv_sem_post(&one->awake);
    else
        uv_close((uv_handle_t *)wake, NULL);
}

static void run_loop(void *argument) { uv_run(&((struct owned_loop *)argument)->loop, UV_RUN_DEFAULT); }

static void make_loop_thread(long index)
{
    struct owned_loop *one = loops[index] = new_loop(on_woken);
    one->wake.data = NULL;
    check(uv_sem_init(&one->awake, 0), "uv_sem_init");
    check(uv_thread_create(&one->thread, run_loop, one), "uv_thread_create");
    check(uv_async_send(&one->wake), "uv_async_send");
    uv_sem_wait(&one->awake);
    loops_made++;
}

static void end_loop_threads(long count)
{
    for (long i = 0; i < count; i++) {
        loops[i]->wake.data = loops[i]; // ends it: the thread sleeps
        check(uv_async_send(&loops[i]->wake), "uv_async_send");
        check(uv_thread_join(&loops[i]->thread), "uv_thread_join");
        uv_sem_destroy(&loops[i]->awake);
        close_loop(loops[i]);
    }
}

// ---- things that rest on one loop

static uv_loop_t loop;
static uv_handle_t **handles;
static int (*pairs)[2]; // of descriptors; of an eventfd both are the same
static long pairs_open;
static long events_noticed;

static void prepare_loop(long count)
{
    check(uv_loop_init(&loop), "uv_loop_init");
    handles = new_array(count, sizeof *handles);
}

static void turn(long count)
{
    (void)count;
    uv_run(&loop, UV_RUN_NOWAIT);
}

static void count_active(uv_handle_t *handle, void *count) { *(long *)count += uv_is_active(handle) && !uv_is_closing(handle); }
static void count_any(uv_handle_t *handle, void *count) { *(long *)count += !uv_is_closing(handle); }

static long walk(uv_walk_cb counting)
{
    long count = 0;
    uv_walk(&loop, counting, &count);
    return count;
}

static long count_working(void) { return walk(count_active); }
static long count_open(void) { return walk(count_any); }

// Of descriptors and streams the kernel must know, too: an event of the last of them reaches epoll, and then its handler.
static long count_answering(void)
{
    const uint64_t event = 1;
    struct pollfd epoll = { uv_backend_fd(&loop), POLLIN, 0 };
    long count = walk(count_active);
    if (count == 0)
        return 0;
    events_noticed = 0;
    if (write(pairs[count - 1][1], &event, sizeof event) != sizeof event)
        fail("write", errno);
    if (poll(&epoll, 1, 0) != 1) // before a turn, which would tell the kernel what was left undone
        return 0;
    turn(count);
    return events_noticed > 0 ? count : 0;
}

static void on_closed(uv_handle_t *handle) { free(handle); }

static void end_handles(long count)
{
    for (long i = 0; i < count; i++)
        uv_close(handles[i], on_closed);
    uv_run(&loop, UV_RUN_DEFAULT);
}

static void dispose_handles(void)
{
    check(uv_loop_close(&loop), "uv_loop_close");
    free(handles);
}

// ---- timers that are due in hours

static long prepare_timers(long wanted)
{
    prepare_loop(wanted);
    return wanted;
}

static void on_due(uv_timer_t *timer) { (void)timer; }

static void make_timer(long index)
{
    uv_timer_t *timer = new_one(sizeof *timer);
    handles[index] = (uv_handle_t *)timer;
    check(uv_timer_init(&loop, timer), "uv_timer_init");
    check(uv_timer_start(timer, on_due, HOUR + (uint64_t)index, 0), "uv_timer_start");
}

// ---- registered descriptors: an eventfd each, which is open before

static long prepare_descriptors(long wanted)
{
    long count = within_limit(wanted, 1);
    prepare_loop(count);
    pairs = new_array(count, sizeof *pairs);
    for (pairs_open = 0; pairs_open < count; pairs_open++) {
        pairs[pairs_open][0] = pairs[pairs_open][1] = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
        if (pairs[pairs_open][0] < 0)
            fail("eventfd", errno);
    }
    return count;
}

static void on_event(uv_poll_t *poll, int status, int events)
{
    uint64_t event;
    int fd;
    (void)events;
    check(status, "uv_poll_t");
    check(uv_fileno((uv_handle_t *)poll, &fd), "uv_fileno");
    if (read(fd, &event, sizeof event) == sizeof event)
        events_noticed++;
}

static void make_descriptor(long index)
{
    uv_poll_t *poll = new_one(sizeof *poll);
    handles[index] = (uv_handle_t *)poll;
    check(uv_poll_init(&loop, poll, pairs[index][0]), "uv_poll_init");
    check(uv_poll_start(poll, UV_READABLE, on_event), "uv_poll_start");
}

static void dispose_descriptors(void)
{
    dispose_handles();
    for (long i = 0; i < pairs_open; i++)
        close(pairs[i][0]);
    free(pairs);
}

// ---- streams over Unix sockets, which are open before; idle, or waiting for something to read

static long prepare_streams(long wanted)
{
    long count = within_limit(wanted, 2);
    prepare_loop(count);
    pairs = new_array(count, sizeof *pairs);
    for (pairs_open = 0; pairs_open < count; pairs_open++)
        if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pairs[pairs_open]) != 0)
            fail("socketpair", errno);
    return count;
}

static void make_stream(long index)
{
    uv_pipe_t *stream = new_one(sizeof *stream);
    handles[index] = (uv_handle_t *)stream;
    check(uv_pipe_init(&loop, stream, 0), "uv_pipe_init");
    check(uv_pipe_open(stream, pairs[index][0]), "uv_pipe_open");
    pairs[index][0] = -1; // the stream closes it
}

static void on_buffer(uv_handle_t *handle, size_t suggested, uv_buf_t *buffer)
{
    static char byte; // nothing comes
    (void)handle, (void)suggested;
    *buffer = uv_buf_init(&byte, 1);
}

static void on_read(uv_stream_t *stream, ssize_t length, const uv_buf_t *buffer)
{
    (void)stream, (void)buffer;
    check((int)length, "uv_read_start");
    events_noticed += length;
}

static void make_reading(long index)
{
    make_stream(index);
    check(uv_read_start((uv_stream_t *)handles[index], on_buffer, on_read), "uv_read_start");
}

static void dispose_streams(void)
{
    dispose_handles();
    for (long i = 0; i < pairs_open; i++) {
        if (pairs[i][0] >= 0)
            close(pairs[i][0]);
        close(pairs[i][1]);
    }
    free(pairs);
}

const struct subject subjects[] = {
    { "loop", 10000, prepare_loops, make_loop, made_all, count_loops, end_loops, dispose_loops },
    { "loop-thread", 200, prepare_loops, make_loop_thread, made_all, count_loops, end_loop_threads, dispose_loops },
    { "descriptor", 1000000, prepare_descriptors, make_descriptor, turn, count_answering, end_handles, dispose_descriptors },
    { "timeout", 1000000, prepare_timers, make_timer, turn, count_working, end_handles, dispose_handles },
    { "stream", 100000, prepare_streams, make_stream, turn, count_open, end_handles, dispose_streams },
    { "stream-reading", 100000, prepare_streams, make_reading, turn, count_answering, end_handles, dispose_streams },
    { NULL, 0, NULL, NULL, NULL, NULL, NULL, NULL },
};
