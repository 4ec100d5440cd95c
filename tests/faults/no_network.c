/* For LD_PRELOAD. Nothing is connected to and no name looked up; the file NETWORK_TRIED gets a byte
   for each time that it was tried: libraries in C are beyond Python's audit hooks. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static void note(void) {
    int log = open(getenv("NETWORK_TRIED"), O_WRONLY | O_CREAT | O_APPEND, 0600);
    if (log >= 0 && write(log, "!", 1) == 1)
        close(log);
}

int connect(int socket, const struct sockaddr *address, socklen_t length) {
    (void)socket, (void)address, (void)length;
    note();
    errno = EACCES;
    return -1;
}

int getaddrinfo(const char *name, const char *service, const struct addrinfo *hints,
                struct addrinfo **found) {
    (void)name, (void)service, (void)hints, (void)found;
    note();
    return EAI_FAIL;
}
