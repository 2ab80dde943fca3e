#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "forward/room.h"

enum {
	WAIT_LAST_S = 60,
	SEND_BUFFER_BYTES = 128 << 10,
	USER_TIMEOUT_MS = 10000, /* RFC 5482: unacknowledged so long. */
	KEEPALIVE_IDLE_S = 30,
	KEEPALIVE_PAUSE_S = 5,
	KEEPALIVE_COUNT = 3,
	READS = 4, /* At a time. */
};

#define LASTED_NS (2 * NS_PER_S)  /* The pauses begin at a second again. */
#define TELL_NS   (60 * NS_PER_S) /* The same is told again. */

static void on_event(void *context, uint32_t events);
static void prepare_socket(const struct forward_destination *to);
static void begin(struct forward *forward, struct forward_destination *to);
static void handshake(struct forward *forward, struct forward_destination *to);
static void open_session(
    struct forward *forward, struct forward_destination *to);
static void opened(struct forward *forward, struct forward_destination *to);
static bool take(
    struct forward *forward, struct forward_destination *to, size_t size);
static void take_answer(
    struct forward *forward, struct forward_destination *to);
static ssize_t read_some(
    struct forward *forward, struct forward_destination *to);
static void let_go_of(struct forward *forward, struct forward_destination *to);
static void tell(
    struct forward *forward, struct forward_destination *to, const char *why);
static void wait_again(struct forward *forward, struct forward_destination *to);
static uint64_t chance(struct forward *forward);

void
forward_attach(struct forward *forward, uint32_t index, int fd, const char *why,
    const struct forward_now *now)
{
	struct forward_destination *to = &forward->destinations[index];

	forward->now = *now;
	if (index >= forward->count || to->state != FORWARD_CALLED) {
		/* It came too late, or was not asked for. */
		if (fd >= 0) {
			close(fd);
		}
		return;
	}
	if (fd < 0) {
		link_lose(forward, to, "%s", why);
		return;
	}
	to->fd = fd;
	to->has_input = false;
	to->is_blocked = false;
	to->is_watched_for_output = false;
	to->due_ns = now->monotonic_ns + FORWARD_HELLO_NS;
	to->moved_ns = now->monotonic_ns;
	prepare_socket(to);
	if (loop_add(forward->terms.loop, fd, EPOLLIN, on_event, to) != 0) {
		close(fd);
		to->fd = -1;
		link_lose(forward, to, "too much is open here");
		return;
	}
	begin(forward, to);
	link_watch(forward, to);
}

void
link_advance(struct forward *forward, struct forward_destination *to)
{
	bool is_late = forward->now.monotonic_ns >= to->due_ns;

	switch (to->state) {
	case FORWARD_WAITING:
		if (is_late) {
			to->state = FORWARD_CALLED;
			to->is_wanted = true;
			to->due_ns =
			    forward->now.monotonic_ns + FORWARD_CALL_NS;
		}
		return;
	case FORWARD_HANDSHAKE:
		handshake(forward, to);
		break;
	case FORWARD_OPENING:
		if (!link_read(forward, to)) {
			return;
		}
		break;
	default:
		break;
	}
	if (is_late && to->state != FORWARD_OPEN &&
	    to->state != FORWARD_WAITING) {
		link_lose(forward, to, "it took too long");
	}
}

bool
link_read(struct forward *forward, struct forward_destination *to)
{
	to->has_input = false;
	for (int i = 0; i < READS; i++) {
		ssize_t size = read_some(forward, to);

		if (size == -EAGAIN) {
			return true;
		}
		if (size < 0 && is_datagram(to)) {
			link_lose(forward, to, "%s", strerror((int)-size));
			return false;
		}
		if (size == 0 && to->session != NULL &&
		    to->soc->certificate[0] == '\0' &&
		    forward->now.monotonic_ns - to->opened_ns < NS_PER_S) {
			link_lose(forward, to,
			    "it closed the connection at once: it may demand a "
			    "certificate of ours");
			return false;
		}
		if (size <= 0) {
			link_lose(forward, to, "%s%s",
			    size == -EPROTO ? "TLS: " : "",
			    size == 0             ? "it closed the connection"
			        : size == -EPROTO ? tls_why(to->session)
			                          : strerror((int)-size));
			return false;
		}
		if (is_relp(to) && !take(forward, to, (size_t)size)) {
			return false;
		}
	}
	/* There may be more; GnuTLS may even have it at hand. */
	to->has_input = true;
	return true;
}

void
link_lose(struct forward *forward, struct forward_destination *to,
    const char *format, ...)
{
	char why[FORWARD_WHY_SIZE];
	va_list arguments;

	va_start(arguments, format);
	(void)vsnprintf(why, sizeof(why), format, arguments);
	va_end(arguments);
	for (char *byte = why; *byte != '\0'; byte++) {
		/* It may be what the peer said. */
		if (*byte < ' ' || *byte > '~') {
			*byte = ' ';
		}
	}
	tell(forward, to, why);
	counter_increment(forward->terms.counters, COUNTER_FORWARD_LOST_LINKS);
	to->connections++;
	let_go_of(forward, to);
	wait_again(forward, to);
	send_again(to);
}

void
link_close(struct forward *forward, struct forward_destination *to)
{
	char header[RELP_HEADER_SIZE + 1];
	size_t size;

	if (to->state == FORWARD_OPEN && is_relp(to) && to->offset == 0) {
		to->txnr = relp_txnr_after(to->txnr);
		size = relp_header(header, to->txnr, "close", 0);
		header[size++] = '\n';
		(void)link_write(to, header, size);
	}
	let_go_of(forward, to);
	to->state = FORWARD_WAITING;
	to->due_ns = UINT64_MAX;
}

void
link_watch(struct forward *forward, struct forward_destination *to)
{
	bool wants = to->fd >= 0 &&
	    (to->state == FORWARD_HANDSHAKE ? tls_wants_to_write(to->session)
	                                    : to->is_blocked);

	if (to->fd >= 0 && wants != to->is_watched_for_output) {
		loop_change(forward->terms.loop, to->fd,
		    wants ? EPOLLIN | EPOLLOUT : EPOLLIN);
		to->is_watched_for_output = wants;
	}
}

ssize_t
link_write(struct forward_destination *to, const char *bytes, size_t size)
{
	ssize_t written;

	if (to->session != NULL) {
		return tls_write(to->session, bytes, size);
	}
	written = send(to->fd, bytes, size, MSG_NOSIGNAL | MSG_DONTWAIT);
	return written < 0 ? -errno : written;
}

/* All is done in forward_turn(), which knows the time. */
static void
on_event(void *context, uint32_t events)
{
	struct forward_destination *to = context;

	if ((events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0) {
		to->has_input = true;
	}
	if ((events & EPOLLOUT) != 0) {
		to->is_blocked = false;
	}
}

/* What fails here only makes a dead peer be noticed later. */
static void
prepare_socket(const struct forward_destination *to)
{
	static const struct {
		int level;
		int name;
		int value;
	} options[] = {
		{ SOL_SOCKET, SO_SNDBUF, SEND_BUFFER_BYTES },
		{ SOL_SOCKET, SO_KEEPALIVE, 1 },
		{ IPPROTO_TCP, TCP_KEEPIDLE, KEEPALIVE_IDLE_S },
		{ IPPROTO_TCP, TCP_KEEPINTVL, KEEPALIVE_PAUSE_S },
		{ IPPROTO_TCP, TCP_KEEPCNT, KEEPALIVE_COUNT },
		{ IPPROTO_TCP, TCP_USER_TIMEOUT, USER_TIMEOUT_MS },
		{ IPPROTO_TCP, TCP_NODELAY, 1 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(options) && !is_datagram(to); i++) {
		(void)setsockopt(to->fd, options[i].level, options[i].name,
		    &options[i].value, sizeof(options[i].value));
	}
}

static void
begin(struct forward *forward, struct forward_destination *to)
{
	const char *host = to->soc->server_name[0] != '\0'
	    ? to->soc->server_name
	    : to->soc->peer.host;

	if (!is_tls(to)) {
		open_session(forward, to);
		return;
	}
	to->session = to->is_pinned
	    ? tls_call_pinned(to->tls, to->fd, host, to->pin)
	    : tls_call(to->tls, to->fd, host);
	if (to->session == NULL) {
		link_lose(forward, to, "there is no memory for TLS");
		return;
	}
	to->state = FORWARD_HANDSHAKE;
	handshake(forward, to);
}

static void
handshake(struct forward *forward, struct forward_destination *to)
{
	const char *why = NULL;
	int error = tls_handshake(to->session, &why);

	if (error == 0) {
		open_session(forward, to);
	} else if (error != -EAGAIN) {
		link_lose(forward, to, "TLS: %s", why);
	}
}

static void
open_session(struct forward *forward, struct forward_destination *to)
{
	char frame[RELP_HEADER_SIZE + sizeof(RELP_OFFERS)];
	size_t size;

	if (!is_relp(to)) {
		opened(forward, to);
		return;
	}
	relp_init(&to->relp);
	to->state = FORWARD_OPENING;
	to->txnr = relp_txnr_after(0); /* Each session begins with it. */
	to->open_txnr = to->txnr;
	size = relp_header(frame, to->txnr, "open", sizeof(RELP_OFFERS) - 1);
	memcpy(frame + size, RELP_OFFERS, sizeof(RELP_OFFERS) - 1);
	size += sizeof(RELP_OFFERS) - 1;
	frame[size++] = '\n';
	/* A new connection has room for so little. */
	if (link_write(to, frame, size) != (ssize_t)size) {
		link_lose(forward, to, "it closed the connection");
	}
}

static void
opened(struct forward *forward, struct forward_destination *to)
{
	to->state = FORWARD_OPEN;
	to->opened_ns = forward->now.monotonic_ns;
	to->connected_ns = forward->now.wall_ns;
	to->moved_ns = to->opened_ns;
	to->is_changed = true;
	/* A UDP socket has met nobody yet: what was wrong may still be. */
	if (!is_datagram(to)) {
		if (to->told_ns != 0 || to->connections == 0) {
			log_info(forward->terms.log, "forward",
			    "%s is connected", to->soc->name);
		}
		to->error[0] = '\0';
		to->told_ns = 0;
	}
}

/* Deals with the answers in the buffer. */
static bool
take(struct forward *forward, struct forward_destination *to, size_t size)
{
	const char *bytes = forward->buffer;

	while (size > 0) {
		size_t used;
		enum relp_step step = relp_take(&to->relp, bytes, size, &used);

		if (step == RELP_BROKEN) {
			link_lose(forward, to, "it does not speak RELP");
			return false;
		}
		if (step == RELP_FRAME) {
			take_answer(forward, to);
			if (to->fd < 0) {
				return false;
			}
		}
		bytes += used;
		size -= used;
	}
	return true;
}

static void
take_answer(struct forward *forward, struct forward_destination *to)
{
	to->moved_ns = forward->now.monotonic_ns;
	if (to->state != FORWARD_OPENING) {
		acknowledge_answer(forward, to);
	} else if (strcmp(to->relp.command, "rsp") != 0 ||
	    to->relp.txnr != to->open_txnr) {
		link_lose(forward, to, "it does not speak RELP");
	} else if (relp_code(&to->relp) != 200) {
		link_lose(
		    forward, to, "it refuses to begin: %s", to->relp.data);
	} else if (!relp_offers_syslog(&to->relp)) {
		link_lose(forward, to, "it takes no syslog by RELP");
	} else {
		opened(forward, to);
	}
}

static ssize_t
read_some(struct forward *forward, struct forward_destination *to)
{
	ssize_t size;

	if (to->session != NULL) {
		return tls_read(to->session, forward->buffer, TLS_RECORD_SIZE);
	}
	size = recv(to->fd, forward->buffer, TLS_RECORD_SIZE, MSG_DONTWAIT);
	if (size < 0) {
		return errno == EINTR ? -EAGAIN : -errno;
	}
	/* An empty datagram is no end. */
	return size == 0 && is_datagram(to) ? -EAGAIN : size;
}

static void
let_go_of(struct forward *forward, struct forward_destination *to)
{
	tls_end(to->session);
	to->session = NULL;
	if (to->fd >= 0) {
		loop_remove(forward->terms.loop, to->fd);
		close(to->fd);
		to->fd = -1;
	}
	to->is_wanted = false;
	to->is_blocked = false;
	to->connected_ns = 0;
}

/* The same again only once a minute. */
static void
tell(struct forward *forward, struct forward_destination *to, const char *why)
{
	uint64_t now_ns = forward->now.monotonic_ns;

	if (to->told_ns == 0 || now_ns - to->told_ns >= TELL_NS ||
	    strcmp(to->error, why) != 0) {
		log_warning(forward->terms.log, "forward",
		    "%s (%s port %u) cannot be told: %s; it is tried again",
		    to->soc->name, to->soc->peer.host, to->soc->peer.port, why);
		to->told_ns = now_ns;
	}
	(void)snprintf(to->error, sizeof(to->error), "%s", why);
	to->is_changed = true;
}

/* Between half and all of a growing time, so that sensors that lost the same
 * SOC do not all call it at once. */
static void
wait_again(struct forward *forward, struct forward_destination *to)
{
	uint64_t now_ns = forward->now.monotonic_ns;
	uint64_t half_ns;

	if (to->state == FORWARD_OPEN && now_ns - to->opened_ns >= LASTED_NS) {
		to->wait_s = 1;
	}
	half_ns = to->wait_s * NS_PER_S / 2;
	to->due_ns = now_ns + half_ns + chance(forward) % half_ns;
	to->wait_s =
	    to->wait_s * 2 < WAIT_LAST_S ? to->wait_s * 2 : WAIT_LAST_S;
	to->state = FORWARD_WAITING;
}

/* Steele, Lea, Flood, "Fast Splittable Pseudorandom Number Generators"
 * (2014): SplitMix64. */
static uint64_t
chance(struct forward *forward)
{
	uint64_t mixed = forward->chance += 0x9e3779b97f4a7c15ull;

	mixed = (mixed ^ mixed >> 30) * 0xbf58476d1ce4e5b9ull;
	mixed = (mixed ^ mixed >> 27) * 0x94d049bb133111ebull;
	return mixed ^ mixed >> 31;
}
