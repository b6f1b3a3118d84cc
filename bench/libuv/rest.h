// A kind of thing that rests in a program, and what rest.c offers to those that make them.
#pragma once
#include <errno.h>
#include <stddef.h>

struct subject {
    const char *name;
    long usual;                     // how many are made unless --count says otherwise
    long (*prepare)(long wanted);   // does what is not measured; returns how many can be made: no more than wanted
    void (*make)(long index);       // makes one, and keeps it
    void (*made)(long count);       // what makes the last of them take effect
    long (*count)(void);            // how many rest now: what was made is proven to be there, and what was ended is not
    void (*end)(long count);        // ends all that were made
    void (*dispose)(void);          // what is not measured
};

extern const struct subject subjects[]; // the last one has no name

void fail(const char *call, int error);
int check(int result, const char *call); // a negative result is an error of libuv's
void *new_array(long count, size_t size);
long within_limit(long wanted, int descriptors_each);
