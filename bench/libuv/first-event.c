// How long it takes from the start of a process to its first event, by libuv: the same program as FirstEvent.
//
//   cc -O2 -Wall -Wextra -o first-event bench/libuv/first-event.c -luv
//   ./first-event main|loop START      START: nanoseconds of CLOCK_MONOTONIC
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <uv.h>

static uint64_t time_of_event;

static void on_event(uv_poll_t *poll, int status, int events)
{
    (void)status, (void)events;
    time_of_event = uv_hrtime();
    uv_close((uv_handle_t *)poll, NULL);
}

static int run(void)
{
    static uv_loop_t loop;
    static uv_poll_t poll;
    int fd = eventfd(1, EFD_NONBLOCK | EFD_CLOEXEC);
    return fd < 0 || uv_loop_init(&loop) < 0 || uv_poll_init(&loop, &poll, fd) < 0 || uv_poll_start(&poll, UV_READABLE, on_event) < 0 ||
        uv_run(&loop, UV_RUN_DEFAULT) != 0 || uv_loop_close(&loop) < 0;
}

int main(int argc, char **argv)
{
    uint64_t now = uv_hrtime();
    if (argc != 3 || (strcmp(argv[1], "main") != 0 && strcmp(argv[1], "loop") != 0))
        return 2;
    if (strcmp(argv[1], "loop") == 0) {
        if (run() != 0)
            return 1;
        now = time_of_event;
    }
    printf("%" PRIu64 "\n", (now - (uint64_t)strtoull(argv[2], NULL, 10)) / 1000);
    return 0;
}
