/*
 * Local server: answers those who ask at a local socket.
 *
 * Who connects is given one document, and the end.  Where the server takes
 * requests, it first waits for one line, of bounded size, and the document is
 * the answer to it; else nothing is read from anyone.  A few are served at
 * once, the others wait in the kernel's queue; who does not ask, or does not
 * take the document, in time is let go.
 *
 * Memory: the struct; for each of its clients a document, and a request of at
 *         most 'request_size' bytes.
 */
#ifndef FIRMWARE_LOCAL_SERVER_H
#define FIRMWARE_LOCAL_SERVER_H

#include "event/loop.h"
#include "event/timer.h"

enum { LOCAL_CLIENT_COUNT = 8 };

/* What a client asked. */
struct local_request {
	char *text;   /* Ended by a zero in place of the newline; null: this
	             * server takes none. */
	size_t size;  /* Bytes of it, without the zero. */
	uint32_t uid; /* Of who asks, as the kernel says. */
};

/* Private to local_server.c. */
struct local_client {
	struct local_server *server;
	int fd;          /* -1: free. */
	char *request;   /* Null: none is waited for. */
	size_t received; /* Bytes of it. */
	char *document;  /* From answer(). */
	size_t size;     /* Bytes of it. */
	size_t sent;     /* Of those. */
	struct timer patience;
};

struct local_server {
	struct loop *loop;
	struct timers *timers; /* Of the monotonic clock. */
	/* Makes the document, to be freed with free(); null: no memory. */
	char *(*answer)(
	    void *context, const struct local_request *request, size_t *size);
	void *context;
	size_t request_size;   /* Bytes of a request, at most; 0: takes none. */
	uint32_t client_limit; /* From 1 to LOCAL_CLIENT_COUNT. */

	/* Private to local_server.c. */
	int listen_fd; /* -1: nobody is served. */
	uint32_t client_count;
	struct local_client clients[LOCAL_CLIENT_COUNT];
};

/* The members not private are given.  'listen_fd' is the server's from now on.
 */
int local_server_open(struct local_server *server, int listen_fd) SW_MUST_CHECK;

void local_server_close(struct local_server *server);

#endif
