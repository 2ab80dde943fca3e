/*
 * Status server: answers those who ask for the status.
 *
 * Who connects is given one document, and the end; nothing is read from anyone.
 * A few are served at once, the others wait in the kernel's queue; who does not
 * take the document in time is let go.
 *
 * Memory: the struct, and a document for each of STATUS_CLIENT_COUNT clients.
 */
#ifndef FIRMWARE_STATUS_SERVER_H
#define FIRMWARE_STATUS_SERVER_H

#include "event/loop.h"
#include "event/timer.h"

enum { STATUS_CLIENT_COUNT = 8 };

/* Private to status_server.c. */
struct status_client {
	struct status_server *server;
	int fd;         /* -1: free. */
	char *document; /* From make(). */
	size_t size;    /* Bytes of it. */
	size_t sent;    /* Of those. */
	struct timer patience;
};

struct status_server {
	struct loop *loop;
	struct timers *timers; /* Of the monotonic clock. */
	/* Makes the document, to be freed with free(); null: no memory. */
	char *(*make)(void *context, size_t *size);
	void *context;

	/* Private to status_server.c. */
	int listen_fd; /* -1: nobody is served. */
	uint32_t client_count;
	struct status_client clients[STATUS_CLIENT_COUNT];
};

/* The members not private are given.  'listen_fd' is the server's from now on.
 */
int status_server_open(
    struct status_server *server, int listen_fd) SW_MUST_CHECK;

void status_server_close(struct status_server *server);

#endif
