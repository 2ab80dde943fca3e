/*
 * Resolver: names for a role that may open no files.
 *
 * The system's resolver reads files, and may load code for it.  So a process of
 * its own, without rights, is begun before the role is confined: it is asked
 * for a name and answers with addresses.  It ends with the role.
 *
 *	resolver_start(&resolver)     before there is any thread
 *	... the role is confined ...
 *	resolver_ask(...)             by any thread; one at a time
 *	resolver_stop(&resolver)      who waits for an answer gets none
 *
 * What it answers came over the network: it is bounded, and checked here.
 *
 * Memory: the struct; a process that shares the role's pages.  Each answer is
 *         allocated, RESOLVER_ADDRESSES addresses at most.
 * Time:   an answer is waited for RESOLVER_PATIENCE_MS at most.
 */
#ifndef FIRMWARE_RESOLVER_H
#define FIRMWARE_RESOLVER_H

#include <netdb.h>
#include <pthread.h>

#include "base/base.h"

enum {
	RESOLVER_ADDRESSES = 16,
	RESOLVER_NAME_SIZE = 256,
	RESOLVER_PATIENCE_MS = 20000,
};

struct resolver {
	int fd;        /* -1: none. */
	uint32_t last; /* Number of the last question. */
	pthread_mutex_t mutex;
};

/* Returns 0 or a negative errno. */
int resolver_start(struct resolver *resolver) SW_MUST_CHECK;

/* As getaddrinfo(3), 'context' being the resolver; with a null 'node' and
 * 'service' it frees '*result'.  librdkafka calls it so. */
int resolver_ask(const char *node, const char *service,
    const struct addrinfo *hints, struct addrinfo **result, void *context);

void resolver_stop(struct resolver *resolver);

#endif
