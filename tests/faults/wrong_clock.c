/* For LD_PRELOAD. The clock of the day starts at WRONG_CLOCK, in seconds since 1970; "back": it
   loses a minute whenever somebody looks. Sleeps and monotonic time are true. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>

static int (*real)(clockid_t, struct timespec *);

int clock_gettime(clockid_t which, struct timespec *now) {
    if (!real)
        real = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
    if (which != CLOCK_REALTIME && which != CLOCK_REALTIME_COARSE) return real(which, now);
    static long looks;
    const char *set = getenv("WRONG_CLOCK");
    int result = real(CLOCK_MONOTONIC, now);
    if (set && !strcmp(set, "back"))
        now->tv_sec = 1900000000L - 60 * __sync_fetch_and_add(&looks, 1);
    else if (set)
        now->tv_sec += atol(set);
    return result;
}

int gettimeofday(struct timeval *now, void *zone) {
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    now->tv_sec = t.tv_sec;
    now->tv_usec = t.tv_nsec / 1000;
    return 0;
}

time_t time(time_t *out) {
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    if (out)
        *out = t.tv_sec;
    return t.tv_sec;
}
