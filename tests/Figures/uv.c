// What libuv takes for the same operations, with the same marks as the program beside it. Built by the script "run".
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>
#include <uv.h>

enum { BATCHES = 4, OPERATIONS = 10, WARM_UP = 12, MANY = 1000 };

#define KIND "libuv"

static uv_loop_t loop;
static uv_async_t calls[OPERATIONS]; // each is a post of its own: posts on one are one
static uv_async_t control;
static void (*on_loop)(void);
static volatile int done;
static volatile int goes_on;
static pid_t loop_thread;
static pid_t poster;
static int state_file;
static int call_file;

static void fail(const char *what)
{
    perror(what);
    exit(1);
}

static void mark(const char *kind, const char *figure, const char *role, int number, const char *more)
{
    char text[200];
    int length = snprintf(text, sizeof text, "%s|" KIND "|%s|%s|%d%s", kind, figure, role, number, more);
    if (write(-1, text, (size_t)length) >= 0)
        fail("a mark was written");
}

static void begin(const char *figure) { mark("B", figure, "loop", loop_thread, ""); }
static void end(const char *figure, int operations, const char *more) { mark("E", figure, "loop", operations, more); }

static int read_from_start(int fd, char *into, size_t size)
{
    struct iovec vector = { into, size - 1 };
    ssize_t length = preadv(fd, &vector, 1, 0);
    into[length > 0 ? length : 0] = 0;
    return (int)length;
}

static int is_asleep(void)
{
    char text[512];
    read_from_start(state_file, text, sizeof text);
    char *name = strrchr(text, ')');
    if (!name || name[2] != 'S')
        return 0;
    read_from_start(call_file, text, sizeof text);
    long call = strtol(text, NULL, 10);
    return call == SYS_epoll_pwait
#ifdef SYS_epoll_wait
        || call == SYS_epoll_wait
#endif
        ;
}

// The script bounds it.
static void wait_until_asleep(void)
{
    while (!is_asleep() || !is_asleep())
        sched_yield();
}

static void wait_for(int before)
{
    while (done == before)
        sched_yield();
    wait_until_asleep();
}

static void run_on_loop(void (*call)(void))
{
    int before = done;
    on_loop = call;
    uv_async_send(&control);
    wait_for(before);
}

static void on_control(uv_async_t *handle)
{
    (void)handle;
    on_loop();
    done++;
}

static void on_call(uv_async_t *handle)
{
    (void)handle;
    done++;
}

// The marks around what the loop does by itself, turn after turn.
static int is_enough(const char *figure, int *count)
{
    int measured = (*count)++ - WARM_UP;
    if (measured < 0 || measured % OPERATIONS != 0)
        return 0;
    if (measured > 0)
        end(figure, OPERATIONS, "");
    if (measured == BATCHES * OPERATIONS)
        return 1;
    begin(figure);
    return 0;
}

static void on_idle_descriptor(uv_poll_t *handle, int status, int events)
{
    (void)handle; (void)status; (void)events;
    fail("it is not ready");
}

static uv_poll_t idle_handles[MANY];
static int idle_count;
static int idle_wanted;

static void add_idle(void)
{
    for (; idle_count < idle_wanted; idle_count++) {
        uv_poll_init(&loop, &idle_handles[idle_count], eventfd(0, EFD_CLOEXEC));
        uv_poll_start(&idle_handles[idle_count], UV_READABLE, on_idle_descriptor);
    }
}

static void idle(const char *figure)
{
    wait_until_asleep();
    begin(figure);
    pid_t second = fork();
    if (second == 0) {
        execlp("sleep", "sleep", "1", (char *)NULL);
        _exit(1);
    }
    int status;
    if (second < 0 || waitpid(second, &status, 0) != second || status != 0)
        fail("sleep");
    end(figure, 1, "");
}

static int ends[2];
static uv_poll_t echo_handle;

static void on_message(uv_poll_t *handle, int status, int events)
{
    char one;
    (void)handle; (void)status; (void)events;
    if (read(ends[0], &one, 1) != 1 || write(ends[0], &one, 1) != 1)
        fail("echo");
}

static void add_echo(void)
{
    uv_poll_init(&loop, &echo_handle, ends[0]);
    uv_poll_start(&echo_handle, UV_READABLE, on_message);
}

static void remove_echo(void) { uv_poll_stop(&echo_handle); }

static void round_trips(int count)
{
    char one = 0;
    for (int i = 0; i < count; i++) {
        if (write(ends[1], &one, 1) != 1 || read(ends[1], &one, 1) != 1)
            fail("a round trip");
        wait_until_asleep();
    }
}

static void echo(const char *figure)
{
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
        fail("socketpair");
    run_on_loop(add_echo);
    fcntl(ends[1], F_SETFL, 0);
    round_trips(WARM_UP);
    for (int batch = 0; batch < BATCHES; batch++) {
        begin(figure);
        round_trips(OPERATIONS);
        end(figure, OPERATIONS, "");
    }
    run_on_loop(remove_echo);
}

static void post_to_sleeping(void)
{
    const char *figure = "a post to a sleeping loop";
    for (int i = -WARM_UP; i < BATCHES * OPERATIONS; i++) {
        if (i >= 0 && i % OPERATIONS == 0)
            begin(figure);
        int before = done;
        if (i >= 0)
            mark("B", figure, "poster", poster, "");
        uv_async_send(&calls[0]);
        if (i >= 0)
            mark("E", figure, "poster", 1, "");
        wait_for(before);
        if (i >= 0 && i % OPERATIONS == OPERATIONS - 1)
            end(figure, OPERATIONS, "");
    }
}

static void stay_awake(void)
{
    done++;
    while (!goes_on)
        sched_yield();
}

static void post_to_awake(void)
{
    const char *figure = "a post to an awake loop";
    for (int batch = 0; batch < BATCHES; batch++) {
        int before = done;
        goes_on = 0;
        on_loop = stay_awake;
        uv_async_send(&control);
        while (done == before)
            sched_yield();
        mark("B", figure, "poster", poster, "");
        for (int i = 0; i < OPERATIONS; i++)
            uv_async_send(&calls[i]);
        mark("E", figure, "poster", OPERATIONS, "");
        goes_on = 1;
        wait_until_asleep();
    }
}

static int turns;
static uv_poll_t ready_handle;
static uv_idle_t again;
static uv_timer_t timer;

static void on_ready(uv_poll_t *handle, int status, int events)
{
    (void)status; (void)events;
    if (is_enough("a ready descriptor, turn after turn", &turns)) {
        uv_poll_stop(handle);
        done++;
    }
}

static void add_ready(void)
{
    uv_poll_init(&loop, &ready_handle, eventfd(1, EFD_CLOEXEC));
    uv_poll_start(&ready_handle, UV_READABLE, on_ready);
}

static void on_again(uv_idle_t *handle)
{
    if (is_enough("a callback that posts itself, turn after turn", &turns)) {
        uv_idle_stop(handle);
        done++;
    }
}

static void add_again(void)
{
    uv_idle_init(&loop, &again);
    uv_idle_start(&again, on_again);
}

static void on_timer(uv_timer_t *handle)
{
    if (is_enough("a timeout that comes due", &turns))
        done++;
    else
        uv_timer_start(handle, on_timer, 2, 0);
}

static void add_timer(void)
{
    uv_timer_init(&loop, &timer);
    uv_timer_start(&timer, on_timer, 2, 0);
}

static void turn_after_turn(void (*add)(void))
{
    int before = done;
    turns = 0;
    run_on_loop(add);
    while (done < before + 2) // one for the call, one for the last turn
        sched_yield();
    wait_until_asleep();
}

static void set_and_remove(void)
{
    const char *figure = "a timeout set and removed";
    for (int batch = 0; batch < BATCHES; batch++) {
        begin(figure);
        for (int i = 0; i < OPERATIONS; i++) {
            uv_timer_start(&timer, on_timer, 3600000, 0);
            uv_timer_stop(&timer);
        }
        end(figure, OPERATIONS, "");
    }
}

static uv_poll_t changed[OPERATIONS];
static uv_check_t check;
static const char *change;
static int checks;

// libuv tells the kernel in its next turn, whose own wait is none of the change's. The first check is this turn's.
static void on_check(uv_check_t *handle)
{
    if (checks++ == 0)
        return;
    uv_check_stop(handle);
    uv_idle_stop(&again);
    end(change, OPERATIONS, "|wait");
    done++;
}

static void on_nothing(uv_idle_t *handle) { (void)handle; }

static void begin_change(const char *figure)
{
    change = figure;
    checks = 0;
    uv_check_start(&check, on_check);
    uv_idle_start(&again, on_nothing); // or the turn would sleep
    begin(figure);
}

static void start_all(int events)
{
    for (int i = 0; i < OPERATIONS; i++)
        uv_poll_start(&changed[i], events, on_idle_descriptor);
}

static void add_all(void)
{
    begin_change("a registration");
    start_all(UV_READABLE);
}

static void change_all(void)
{
    begin_change("a change");
    start_all(UV_READABLE | UV_PRIORITIZED);
}

static void remove_all(void)
{
    begin_change("a removal");
    for (int i = 0; i < OPERATIONS; i++)
        uv_poll_stop(&changed[i]);
}

static void init_changes(void)
{
    uv_check_init(&loop, &check);
    for (int i = 0; i < OPERATIONS; i++)
        uv_poll_init(&loop, &changed[i], eventfd(0, EFD_CLOEXEC));
}

static void *run(void *unused)
{
    (void)unused;
    loop_thread = (pid_t)syscall(SYS_gettid);
    uv_run(&loop, UV_RUN_DEFAULT);
    return NULL;
}

static void nothing(void) {}

static void work(void)
{
    idle_wanted = 1;
    run_on_loop(add_idle);
    idle("idle for 1 s");
    echo("echo of one message");
    turn_after_turn(add_ready);
    post_to_sleeping();
    post_to_awake();
    turn_after_turn(add_again);
    turn_after_turn(add_timer);
    run_on_loop(set_and_remove);
    run_on_loop(init_changes);
    for (int batch = 0; batch < BATCHES; batch++) {
        turn_after_turn(add_all);
        turn_after_turn(change_all);
        turn_after_turn(remove_all);
    }
    idle_wanted = MANY;
    run_on_loop(add_idle);
    echo("echo of one message, 1,000 idle descriptors");
    idle("idle for 1 s, 1,000 idle descriptors");
}

int main(void)
{
    pthread_t thread;
    char path[64];
    poster = (pid_t)syscall(SYS_gettid);
    uv_loop_init(&loop);
    uv_async_init(&loop, &control, on_control);
    for (int i = 0; i < OPERATIONS; i++)
        uv_async_init(&loop, &calls[i], on_call);
    int before = done;
    on_loop = nothing;
    uv_async_send(&control);
    if (pthread_create(&thread, NULL, run, NULL) != 0)
        fail("pthread_create");
    while (done == before)
        sched_yield();
    snprintf(path, sizeof path, "/proc/self/task/%d/stat", loop_thread);
    state_file = open(path, O_RDONLY | O_CLOEXEC);
    snprintf(path, sizeof path, "/proc/self/task/%d/syscall", loop_thread);
    call_file = open(path, O_RDONLY | O_CLOEXEC);
    work();
    printf("libuv %s\n", uv_version_string());
    return 0;
}
