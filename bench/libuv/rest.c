// rest: what a libuv loop, a registered descriptor, a timer and a stream cost that do nothing. The same things, measured in the same
// way, with the same arguments and the same lines of JSON as those of "LoopBench rest"; exit code 2 for what libuv does not have.
//
//   cc -O2 -Wall -Wextra -o rest bench/libuv/rest.c bench/libuv/subjects.c -luv -lpthread
//   ./rest --what all|loop|loop-thread|descriptor|timeout|stream|stream-reading --count N --max-seconds 20
#define _GNU_SOURCE
#include "rest.h"
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>
#include <uv.h>

enum { PER_LOOK = 64, NOT_ANSWERED = 2, TOO_LATE = 3 };

void fail(const char *call, int error)
{
    fprintf(stderr, "rest: %s: %s\n", call, strerror(error));
    exit(1);
}

int check(int result, const char *call)
{
    if (result < 0)
        fail(call, -result);
    return result;
}

static void *grown(void *array, size_t bytes)
{
    void *result = realloc(array, bytes);
    if (result == NULL)
        fail("realloc", ENOMEM);
    return result;
}

void *new_array(long count, size_t size)
{
    return memset(grown(NULL, (size_t)count * size), 0, (size_t)count * size);
}

long within_limit(long wanted, int descriptors_each)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        fail("getrlimit", errno);
    long possible = ((long)limit.rlim_cur - 512) / descriptors_each; // 512: for the program
    possible = possible < 1 ? 1 : possible;
    return wanted < possible ? wanted : possible;
}

static void raise_limit(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        fail("getrlimit", errno);
    limit.rlim_cur = limit.rlim_max;
    if (setrlimit(RLIMIT_NOFILE, &limit) != 0)
        fail("setrlimit", errno);
}

// Environment.WorkingSet of .NET is read from the same line.
static double resident_bytes(void)
{
    char line[256];
    long kilobytes = -1;
    FILE *status = fopen("/proc/self/status", "re");
    if (status == NULL)
        fail("/proc/self/status", errno);
    while (kilobytes < 0 && fgets(line, sizeof line, status) != NULL)
        sscanf(line, "VmRSS: %ld kB", &kilobytes);
    fclose(status);
    return (double)kilobytes * 1024;
}

// What malloc has handed out, in the place of .NET's managed heap.
static double heap_bytes(void)
{
    struct mallinfo2 info = mallinfo2();
    return (double)(info.uordblks + info.hblkhd);
}

static long make(const struct subject *subject, long count, uint64_t deadline)
{
    long made = 0;
    for (; made < count; made++) {
        if (made % PER_LOOK == 0 && uv_hrtime() > deadline)
            break;
        subject->make(made);
    }
    subject->made(made);
    return made;
}

static void proven(const struct subject *subject, long made)
{
    long found = subject->count();
    if (found == made)
        return;
    fprintf(stderr, "rest: %ld of kind %s were made, and %ld rest\n", made, subject->name, found);
    exit(1);
}

static void measure(const struct subject *subject, long wanted, int seconds)
{
    long warm = subject->prepare(PER_LOOK);
    make(subject, warm < PER_LOOK ? warm : PER_LOOK, UINT64_MAX);
    subject->end(warm < PER_LOOK ? warm : PER_LOOK);
    subject->dispose();

    long possible = subject->prepare(wanted);
    malloc_trim(0); // what was freed before must not be what is handed out now
    double heap = heap_bytes(), resident = resident_bytes();
    uint64_t start = uv_hrtime();
    long made = make(subject, possible, start + (uint64_t)seconds * 1000000000);
    double making = (double)(uv_hrtime() - start) / 1e9;
    heap = heap_bytes() - heap;
    resident = resident_bytes() - resident;
    proven(subject, made);
    start = uv_hrtime();
    subject->end(made);
    double ending = (double)(uv_hrtime() - start) / 1e9;
    proven(subject, 0);
    subject->dispose();

    double each = made > 0 ? (double)made : 1;
    printf("{\"bench\":\"rest\",\"impl\":\"c-libuv\",\"params\":{\"what\":\"%s\",\"wanted\":%ld,\"heap_bytes_each\":\"%.2f\","
           "\"resident_bytes_each\":\"%.2f\",\"make_us_each\":\"%.2f\",\"end_us_each\":\"%.2f\"},\"ops\":%ld,\"seconds\":%.6f,\"ops_per_s\":%.1f}\n",
           subject->name, wanted, heap / each, resident / each, making * 1e6 / each, ending * 1e6 / each, made, making,
           making > 0 ? (double)made / making : 0);
    fflush(stdout);
}

static void too_late(int signal)
{
    (void)signal;
    _exit(TOO_LATE);
}

static long number(const char *text, const char *option)
{
    char *end;
    errno = 0;
    long value = strtol(text, &end, 10);
    if (errno == 0 && end != text && *end == 0 && value > 0 && value <= 100000000)
        return value;
    fprintf(stderr, "rest: %s %s is no number from 1 to 100000000\n", option, text);
    exit(NOT_ANSWERED);
}

int main(int argc, char **argv)
{
    const char *what = "all", *implementation = "c-libuv";
    long count = 0; // of each kind its own
    int seconds = 20, kinds = 0;
    int first = argc > 1 && strcmp(argv[1], "rest") == 0 ? 2 : 1; // LoopBench takes a workload
    for (int i = first; i + 1 < argc; i += 2) {
        if (strcmp(argv[i], "--what") == 0)
            what = argv[i + 1];
        else if (strcmp(argv[i], "--impl") == 0)
            implementation = argv[i + 1];
        else if (strcmp(argv[i], "--count") == 0)
            count = number(argv[i + 1], argv[i]);
        else if (strcmp(argv[i], "--max-seconds") == 0)
            seconds = (int)number(argv[i + 1], argv[i]);
    }
    for (const struct subject *subject = subjects; subject->name != NULL; subject++)
        kinds += strcmp(what, "all") == 0 || strcmp(what, subject->name) == 0;
    if (kinds == 0 || strcmp(implementation, "c-libuv") != 0) {
        fprintf(stderr, "rest: there is no --what %s of %s\n", what, implementation);
        return NOT_ANSWERED;
    }
    signal(SIGALRM, too_late);
    alarm((unsigned)(kinds * (30 + seconds * 4)));
    raise_limit();
    for (const struct subject *subject = subjects; subject->name != NULL; subject++)
        if (strcmp(what, "all") == 0 || strcmp(what, subject->name) == 0)
            measure(subject, count > 0 ? count : subject->usual, seconds);
    return 0;
}
