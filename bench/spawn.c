// Starts a program, with the time of CLOCK_MONOTONIC as its last argument, in nanoseconds. The program prints how many microseconds
// later its first event came. This one prints that, and how many microseconds later the program had ended.
//
//   cc -O2 -Wall -Wextra -o spawn bench/spawn.c
//   ./spawn SECONDS PROGRAM ARGUMENT...
//
// A program that has not ended after SECONDS is killed. That, and any other failure of it, is exit code 1.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

static volatile pid_t child;
static volatile sig_atomic_t is_late;

static int failed(const char *what)
{
    fprintf(stderr, "spawn: %s\n", what);
    return 1;
}

static int64_t now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

static void on_alarm(int signal)
{
    (void)signal;
    is_late = 1;
    kill(child, SIGKILL);
}

// All that the program prints, until it has ended or closed its output.
static size_t read_all(int fd, char *text, size_t size)
{
    size_t length = 0;
    while (length < size - 1) {
        ssize_t count = read(fd, text + length, size - 1 - length);
        if (count == 0 || (count < 0 && errno != EINTR))
            break;
        length += count > 0 ? (size_t)count : 0;
    }
    text[length] = 0;
    return length;
}

static int run(int seconds, char **arguments, int count)
{
    int ends[2], status;
    char start_text[32], output[64], *rest;
    posix_spawn_file_actions_t actions;
    pid_t started;
    if (pipe2(ends, O_CLOEXEC) != 0 || posix_spawn_file_actions_init(&actions) != 0 ||
        posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO) != 0)
        return failed("no pipe");
    arguments[count] = start_text;
    int64_t start = now();
    snprintf(start_text, sizeof start_text, "%" PRId64, start);
    int error = posix_spawnp(&started, arguments[0], &actions, NULL, arguments, environ);
    if (error != 0)
        return failed(strerror(error));
    child = started;
    signal(SIGALRM, on_alarm);
    alarm((unsigned)seconds);
    close(ends[1]);
    read_all(ends[0], output, sizeof output);
    while (waitpid(started, &status, 0) < 0)
        if (errno != EINTR)
            return failed("the program was lost");
    int64_t all = (now() - start) / 1000;
    if (is_late)
        return failed("the program did not end in time");
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        return failed("the program failed");
    long first = strtol(output, &rest, 10);
    if (rest == output || strcmp(rest, "\n") != 0)
        return failed("the program printed no number");
    if (first <= 0 || first > all)
        return failed("the program's first event came before its start or after its end");
    printf("%ld %" PRId64 "\n", first, all);
    return 0;
}

int main(int argc, char **argv)
{
    int seconds = argc > 2 ? atoi(argv[1]) : 0;
    char **arguments = calloc((size_t)argc + 1, sizeof *arguments);
    if (seconds <= 0 || arguments == NULL)
        return failed("usage: spawn SECONDS PROGRAM ARGUMENT...");
    memcpy(arguments, argv + 2, (size_t)(argc - 2) * sizeof *arguments);
    return run(seconds, arguments, argc - 2);
}
