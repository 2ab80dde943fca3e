#include "firmware/status_server.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "firmware/clock.h"

#define PATIENCE_NS (5 * NS_PER_S)

static void accept_one(void *context, uint32_t events);
static bool serve(
    struct status_server *server, struct status_client *client, int fd);
static void on_client(void *context, uint32_t events);
static void send_more(struct status_client *client);
static void lose_patience(void *context, uint64_t now_ns);
static void let_go(struct status_client *client);

int
status_server_open(struct status_server *server, int listen_fd)
{
	int flags = fcntl(listen_fd, F_GETFL);

	server->listen_fd = -1;
	server->client_count = 0;
	for (size_t i = 0; i < ARRAY_SIZE(server->clients); i++) {
		struct status_client *client = &server->clients[i];

		*client = (struct status_client){ .server = server, .fd = -1 };
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
status_server_close(struct status_server *server)
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
	struct status_server *server = context;
	struct status_client *client = server->clients;
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
	if (server->client_count == STATUS_CLIENT_COUNT) {
		loop_change(server->loop, server->listen_fd, 0);
	}
	send_more(client);
}

static bool
serve(struct status_server *server, struct status_client *client, int fd)
{
	client->document = server->make(server->context, &client->size);
	client->sent = 0;
	if (client->document == NULL) {
		return false;
	}
	if (!timer_set(server->timers, &client->patience,
	        clock_monotonic_ns() + PATIENCE_NS)) {
		free(client->document);
		return false;
	}
	if (loop_add(server->loop, fd, EPOLLOUT, on_client, client) != 0) {
		timer_cancel(server->timers, &client->patience);
		free(client->document);
		return false;
	}
	client->fd = fd;
	return true;
}

static void
on_client(void *context, uint32_t events)
{
	(void)events;
	send_more(context);
}

static void
send_more(struct status_client *client)
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
let_go(struct status_client *client)
{
	struct status_server *server = client->server;

	timer_cancel(server->timers, &client->patience);
	loop_remove(server->loop, client->fd);
	close(client->fd);
	free(client->document);
	client->fd = -1;
	client->document = NULL;
	if (server->client_count == STATUS_CLIENT_COUNT) {
		loop_change(server->loop, server->listen_fd, EPOLLIN);
	}
	server->client_count--;
}
