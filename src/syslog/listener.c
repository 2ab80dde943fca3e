/* Where others reach us: sockets that listen, and who comes to them. */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <unistd.h>

#include "syslog/room.h"

enum {
	ACCEPTED_AT_A_TIME = 64,
	WAITING_CONNECTIONS = 512,
	/* The kernel's, for each connection; it doubles it. */
	RECEIVE_BYTES = 64 << 10,
	/* What a connection costs of its peer's bytes: the work it makes. */
	COST_TCP = 4 << 10,
	COST_TLS = 64 << 10,
};

static socklen_t fill_address(struct sockaddr_storage *to,
    const struct ip_address *address, uint16_t port);
static int prepare(
    int fd, const struct sockaddr_storage *to, enum syslog_transport transport);
static bool set(int fd, int level, int option, int value);
static void welcome(struct syslog *syslog,
    const struct syslog_listener *listener, int fd, struct peer *peer);

int
syslog_listen(struct syslog *syslog, enum syslog_transport transport,
    const struct ip_address *address, uint16_t port)
{
	struct syslog_listener *listener =
	    &syslog->listeners[syslog->listener_count];
	struct sockaddr_storage to;
	socklen_t size = fill_address(&to, address, port);
	int type = transport == SYSLOG_UDP ? SOCK_DGRAM : SOCK_STREAM;
	int error;
	int fd;

	SW_ASSERT(syslog->listener_count < SYSLOG_LISTENERS);
	fd = socket(to.ss_family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0) {
		return -errno;
	}
	error = prepare(fd, &to, transport);
	if (error == 0 && bind(fd, (struct sockaddr *)&to, size) < 0) {
		error = -errno;
	}
	if (error == 0 && transport != SYSLOG_UDP &&
	    listen(fd, WAITING_CONNECTIONS) < 0) {
		error = -errno;
	}
	if (error == 0) {
		error = syslog_watch(syslog, fd, EPOLLIN,
		    syslog_tag(TAG_LISTENER, 0, syslog->listener_count));
	}
	if (error != 0) {
		close(fd);
		return error;
	}
	*listener = (struct syslog_listener){ .fd = fd,
		.transport = (uint8_t)transport };
	syslog->listener_count++;
	return 0;
}

uint16_t
syslog_port(const struct syslog *syslog, uint32_t index)
{
	struct sockaddr_storage at = { 0 };
	socklen_t size = sizeof(at);
	struct sockaddr_in head; /* The port is at one place in both. */

	if (getsockname(syslog->listeners[index].fd, (struct sockaddr *)&at,
	        &size) < 0) {
		return 0;
	}
	memcpy(&head, &at, sizeof(head));
	return ntohs(head.sin_port);
}

/* Refusing costs little, so that whoever comes is dealt with at once. */
void
listener_accept(struct syslog *syslog, struct syslog_listener *listener)
{
	for (int i = 0; i < ACCEPTED_AT_A_TIME; i++) {
		struct sockaddr_storage from = { 0 };
		socklen_t size = sizeof(from);
		int fd = accept4(listener->fd, (struct sockaddr *)&from, &size,
		    SOCK_NONBLOCK | SOCK_CLOEXEC);
		struct ip_address address;

		if (fd < 0) {
			/* What went wrong with the connection itself is over
			 * (accept(2)); what the system lacks may come back. */
			if (errno == EMFILE || errno == ENFILE ||
			    errno == ENOBUFS || errno == ENOMEM) {
				syslog_tell(syslog, SYSLOG_LINE_FULL,
				    "no connection can be accepted: %s",
				    strerror(errno));
				listener_rest(syslog, listener, true);
			}
			if (errno == ECONNABORTED || errno == EINTR) {
				continue;
			}
			return;
		}
		address = syslog_address(&from);
		welcome(syslog, listener, fd,
		    peers_of(
		        &syslog->peers, &address, syslog->now.monotonic_ns));
	}
}

void
listener_rest(
    struct syslog *syslog, struct syslog_listener *listener, bool rests)
{
	listener->is_resting = rests;
	syslog_rewatch(syslog, listener->fd, rests ? 0 : EPOLLIN,
	    syslog_tag(
	        TAG_LISTENER, 0, (uint32_t)(listener - syslog->listeners)));
}

static void
welcome(struct syslog *syslog, const struct syslog_listener *listener, int fd,
    struct peer *peer)
{
	const struct peer_limits *limits = &syslog->terms.limits;
	bool is_rich =
	    peer_may_send(&syslog->peers, peer, syslog->now.monotonic_ns);

	if (is_rich && peer->connections < limits->connection_count) {
		peer_charge(peer,
		    listener->transport == SYSLOG_TLS ? COST_TLS : COST_TCP);
		(void)stream_open(syslog, fd, peer, listener->transport, NULL);
		return;
	}
	close(fd);
	peer->events[PEER_REFUSED]++;
	counter_increment(
	    syslog->terms.counters, COUNTER_SYSLOG_CONNECTIONS_REFUSED);
	if (is_rich) {
		syslog_tell(syslog, SYSLOG_LINE_REFUSED,
		    "connection of %s refused: it has %u, which is all that "
		    "one address may have",
		    peer->text, peer->connections);
	} else {
		syslog_tell(syslog, SYSLOG_LINE_REFUSED,
		    "connection of %s refused: it connects too often, or sends "
		    "too much",
		    peer->text);
	}
}

static socklen_t
fill_address(struct sockaddr_storage *to, const struct ip_address *address,
    uint16_t port)
{
	struct sockaddr_in v4 = { .sin_family = AF_INET,
		.sin_port = htons(port) };
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6,
		.sin6_port = htons(port) };

	memset(to, 0, sizeof(*to));
	if (ip_address_is_v4(address)) {
		memcpy(&v4.sin_addr, address->byte + 12, 4);
		memcpy(to, &v4, sizeof(v4));
		return sizeof(v4);
	}
	memcpy(&v6.sin6_addr, address->byte, sizeof(address->byte));
	memcpy(to, &v6, sizeof(v6));
	return sizeof(v6);
}

static int
prepare(
    int fd, const struct sockaddr_storage *to, enum syslog_transport transport)
{
	/* The families are listened to apart, as the configuration says. */
	if (to->ss_family == AF_INET6 &&
	    !set(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1)) {
		return -errno;
	}
	if (transport == SYSLOG_UDP) {
		return datagram_prepare(fd);
	}
	/* Connections inherit all of it.  A peer that vanished is noticed after
	 * some minutes. */
	if (!set(fd, SOL_SOCKET, SO_REUSEADDR, 1) ||
	    !set(fd, SOL_SOCKET, SO_RCVBUF, RECEIVE_BYTES) ||
	    !set(fd, SOL_SOCKET, SO_KEEPALIVE, 1) ||
	    !set(fd, IPPROTO_TCP, TCP_KEEPIDLE, 120) ||
	    !set(fd, IPPROTO_TCP, TCP_KEEPINTVL, 30) ||
	    !set(fd, IPPROTO_TCP, TCP_KEEPCNT, 4)) {
		return -errno;
	}
	return 0;
}

static bool
set(int fd, int level, int option, int value)
{
	return setsockopt(fd, level, option, &value, sizeof(value)) == 0;
}
