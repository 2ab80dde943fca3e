#include "firmware/local_server.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "firmware/clock.h"

#define PATIENCE_NS (5 * NS_PER_S)

static void accept_one(void *context, uint32_t events);
static bool serve(
    struct local_server *server, struct local_client *client, int fd);
static bool begin(struct local_client *client);
static void on_client(void *context, uint32_t events);
static void receive_more(struct local_client *client);
static void take_request(struct local_client *client, size_t size);
static bool make_document(
    struct local_client *client, const struct local_request *request);
static uint32_t uid_of(int fd);
static void send_more(struct local_client *client);
static void lose_patience(void *context, uint64_t now_ns);
static void let_go(struct local_client *client);
static void release(struct local_client *client);

int
local_server_open(struct local_server *server, int listen_fd)
{
	int flags = fcntl(listen_fd, F_GETFL);

	SW_ASSERT(server->client_limit >= 1 &&
	    server->client_limit <= LOCAL_CLIENT_COUNT);
	server->listen_fd = -1;
	server->client_count = 0;
	for (size_t i = 0; i < ARRAY_SIZE(server->clients); i++) {
		struct local_client *client = &server->clients[i];

		*client = (struct local_client){ .server = server, .fd = -1 };
		timer_init(&client->patience, lose_patience, client);
	}
	if (flags < 0 || fcntl(listen_fd, F_SETFL, flags | O_NONBLOCK) < 0) {
		close(listen_fd);
		return -EINVAL;
	}
	server->listen_fd = listen_fd;
	return loop_add(server->loop, listen_fd, EPOLLIN, accept_one, server);
}

void
local_server_close(struct local_server *server)
{
	if (server->listen_fd < 0) {
		return;
	}
	for (size_t i = 0; i < ARRAY_SIZE(server->clients); i++) {
		if (server->clients[i].fd >= 0) {
			let_go(&server->clients[i]);
		}
	}
	loop_remove(server->loop, server->listen_fd);
	close(server->listen_fd);
	server->listen_fd = -1;
}

static void
accept_one(void *context, uint32_t events)
{
	struct local_server *server = context;
	struct local_client *client = server->clients;
	int fd = accept4(
	    server->listen_fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

	(void)events;
	if (fd < 0) {
		return; /* It has gone, or there are too many descriptors. */
	}
	while (client->fd >= 0) {
		client++; /* One is free, or we would not listen. */
	}
	if (!serve(server, client, fd)) {
		close(fd);
		return;
	}
	server->client_count++;
	if (server->client_count == server->client_limit) {
		loop_change(server->loop, server->listen_fd, 0);
	}
	if (client->document != NULL) {
		send_more(client);
	}
}

static bool
serve(struct local_server *server, struct local_client *client, int fd)
{
	uint32_t events = server->request_size == 0 ? EPOLLOUT : EPOLLIN;

	client->fd = fd;
	if (begin(client)) {
		if (loop_add(server->loop, fd, events, on_client, client) ==
		    0) {
			return true;
		}
		timer_cancel(server->timers, &client->patience);
	}
	release(client);
	return false;
}

/* Makes the document, or room for the request. */
static bool
begin(struct local_client *client)
{
	const struct local_server *server = client->server;

	client->received = 0;
	client->sent = 0;
	if (server->request_size > 0) {
		client->request = malloc(server->request_size);
		if (client->request == NULL) {
			return false;
		}
	} else if (!make_document(client,
	               &(struct local_request){ .uid = uid_of(client->fd) })) {
		return false;
	}
	return timer_set(server->timers, &client->patience,
	    clock_monotonic_ns() + PATIENCE_NS);
}

static void
on_client(void *context, uint32_t events)
{
	struct local_client *client = context;

	(void)events;
	if (client->document == NULL) {
		receive_more(client);
	} else {
		send_more(client);
	}
}

static void
receive_more(struct local_client *client)
{
	size_t room = client->server->request_size - client->received;
	char *end = client->request + client->received;
	ssize_t received = recv(client->fd, end, room, MSG_DONTWAIT);
	const char *newline;

	if (received <= 0) {
		if (received == 0 || (errno != EAGAIN && errno != EINTR)) {
			let_go(client);
		}
		return;
	}
	newline = memchr(end, '\n', (size_t)received);
	client->received += (size_t)received;
	if (newline != NULL) {
		take_request(client, (size_t)(newline - client->request));
	} else if (client->received == client->server->request_size) {
		let_go(client);
	}
}

/* What comes behind the line is nobody's. */
static void
take_request(struct local_client *client, size_t size)
{
	struct local_request request = {
		.text = client->request, .size = size, .uid = uid_of(client->fd)
	};

	client->request[size] = '\0';
	if (!make_document(client, &request)) {
		let_go(client);
		return;
	}
	loop_change(client->server->loop, client->fd, EPOLLOUT);
	send_more(client);
}

static bool
make_document(struct local_client *client, const struct local_request *request)
{
	const struct local_server *server = client->server;

	client->document =
	    server->answer(server->context, request, &client->size);
	return client->document != NULL;
}

/* As of the moment when it connected; unix(7), SO_PEERCRED. */
static uint32_t
uid_of(int fd)
{
	struct ucred peer = { .uid = (uid_t)-1 };
	socklen_t size = sizeof(peer);

	(void)getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size);
	return peer.uid;
}

static void
send_more(struct local_client *client)
{
	ssize_t sent = send(client->fd, client->document + client->sent,
	    client->size - client->sent, MSG_DONTWAIT | MSG_NOSIGNAL);

	if (sent >= 0) {
		client->sent += (size_t)sent;
	}
	if (client->sent == client->size ||
	    (sent < 0 && errno != EAGAIN && errno != EINTR)) {
		let_go(client);
	}
}

static void
lose_patience(void *context, uint64_t now_ns)
{
	(void)now_ns;
	let_go(context);
}

static void
let_go(struct local_client *client)
{
	struct local_server *server = client->server;

	timer_cancel(server->timers, &client->patience);
	loop_remove(server->loop, client->fd);
	close(client->fd);
	release(client);
	if (server->client_count == server->client_limit) {
		loop_change(server->loop, server->listen_fd, EPOLLIN);
	}
	server->client_count--;
}

static void
release(struct local_client *client)
{
	free(client->request);
	free(client->document);
	client->request = NULL;
	client->document = NULL;
	client->fd = -1;
}
