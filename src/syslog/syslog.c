#include "syslog/syslog.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "syslog/room.h"

enum {
	EVENTS_AT_A_TIME = 32,
	/* Lines of one kind: so many in so many seconds. */
	LINE_INTERVAL_S = 10,
	LINES_AT_MOST = 8,
};

static void serve(struct syslog *syslog, uint64_t tag);

size_t
syslog_bytes(void)
{
	return peers_bytes() + seen_bytes() + backlog_pool_bytes() +
	    region_bytes(
	        CONFIG_SYSLOG_CONNECTION_COUNT, sizeof(struct stream)) +
	    region_bytes(1, FRAMING_HELD_SIZE + SYSLOG_READ_SIZE) +
	    region_bytes(1, FRAMING_HELD_SIZE) + datagram_bytes();
}

uint32_t
syslog_plan(struct plan_line *lines, uint32_t capacity)
{
	const struct plan_line own[] = {
		peers_plan(),
		seen_plan(),
		backlog_pool_plan(),
		plan_array("connections of endpoints",
		    CONFIG_SYSLOG_CONNECTION_COUNT, sizeof(struct stream)),
		plan_array("bytes of a stream", 1,
		    FRAMING_HELD_SIZE + SYSLOG_READ_SIZE),
		plan_array("bytes of one that gives way", 1, FRAMING_HELD_SIZE),
		datagram_plan(),
	};

	return plan_copy(own, ARRAY_SIZE(own), lines, capacity);
}

int
syslog_init(struct syslog *syslog, struct region *region,
    const struct syslog_terms *terms)
{
	memset(syslog, 0, sizeof(*syslog));
	syslog->terms = *terms;
	syslog->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (syslog->epoll_fd < 0) {
		return -errno;
	}
	peers_init(&syslog->peers, region, &terms->key, &terms->limits);
	seen_init(&syslog->seen, region, &terms->key);
	backlog_pool_init(&syslog->pool, region);
	streams_init(syslog, region);
	syslog->buffer =
	    region_carve(region, 1, FRAMING_HELD_SIZE + SYSLOG_READ_SIZE);
	syslog->spare = region_carve(region, 1, FRAMING_HELD_SIZE);
	datagram_init(syslog, region);
	return 0;
}

void
syslog_finish(struct syslog *syslog)
{
	syslog_close_streams(syslog);
	for (uint32_t i = 0; i < syslog->listener_count; i++) {
		close(syslog->listeners[i].fd);
	}
	syslog->listener_count = 0;
	if (syslog->epoll_fd >= 0) {
		close(syslog->epoll_fd);
		syslog->epoll_fd = -1;
	}
}

void
syslog_turn(struct syslog *syslog, const struct syslog_now *now)
{
	struct epoll_event events[EVENTS_AT_A_TIME];
	int count = epoll_wait(syslog->epoll_fd, events, EVENTS_AT_A_TIME, 0);

	syslog->now = *now;
	for (int i = 0; i < count; i++) {
		serve(syslog, events[i].data.u64);
	}
}

void
syslog_tick(struct syslog *syslog, const struct syslog_now *now)
{
	syslog->now = *now;
	for (uint32_t i = 0; i < syslog->listener_count; i++) {
		if (syslog->listeners[i].is_resting) {
			listener_rest(syslog, &syslog->listeners[i], false);
		}
	}
	for (uint32_t i = 0; i < CONFIG_SYSLOG_CONNECTION_COUNT; i++) {
		if (syslog->streams[i].state != STREAM_FREE) {
			stream_tick(syslog, &syslog->streams[i]);
		}
	}
}

void
syslog_close_streams(struct syslog *syslog)
{
	for (uint32_t i = 0; i < CONFIG_SYSLOG_CONNECTION_COUNT; i++) {
		if (syslog->streams[i].state != STREAM_FREE) {
			stream_close(syslog, &syslog->streams[i]);
		}
	}
}

int
syslog_watch(struct syslog *syslog, int fd, uint32_t events, uint64_t tag)
{
	struct epoll_event event = { .events = events, .data.u64 = tag };

	return epoll_ctl(syslog->epoll_fd, EPOLL_CTL_ADD, fd, &event) < 0
	    ? -errno
	    : 0;
}

void
syslog_rewatch(struct syslog *syslog, int fd, uint32_t events, uint64_t tag)
{
	struct epoll_event event = { .events = events, .data.u64 = tag };
	int result = epoll_ctl(syslog->epoll_fd, EPOLL_CTL_MOD, fd, &event);

	SW_ASSERT(result == 0);
}

struct ip_address
syslog_address(const struct sockaddr_storage *from)
{
	struct ip_address address = { { 0 } };

	if (from->ss_family == AF_INET) {
		struct sockaddr_in v4;

		memcpy(&v4, from, sizeof(v4));
		return ip_address_from_v4((const uint8_t *)&v4.sin_addr);
	}
	if (from->ss_family == AF_INET6) {
		struct sockaddr_in6 v6;

		memcpy(&v6, from, sizeof(v6));
		memcpy(address.byte, &v6.sin6_addr, sizeof(address.byte));
	}
	return address;
}

bool
syslog_give(
    struct syslog *syslog, struct peer *peer, struct syslog_message *message)
{
	struct counters *counters = syslog->terms.counters;
	uint8_t verdict;

	counter_increment(counters, COUNTER_SYSLOG_MESSAGES);
	counter_add(counters, COUNTER_SYSLOG_BYTES, message->size);
	if (message->is_cut) {
		counter_increment(counters, COUNTER_SYSLOG_CUT);
		peer->events[PEER_CUT]++;
	}
	message->arrival_ns = syslog->now.wall_ns;
	message->sender = peer->text;
	verdict = syslog->terms.take(syslog->terms.context, message);
	SW_ASSERT(verdict < PEER_VERDICTS);
	peer->messages++;
	peer->verdicts[verdict]++;
	return verdict < syslog->terms.useful_verdicts;
}

void
syslog_tell(
    struct syslog *syslog, enum syslog_line kind, const char *format, ...)
{
	struct syslog_lines *lines = &syslog->lines[kind];
	uint64_t now_ns = syslog->now.monotonic_ns;
	char text[LOG_LINE_SIZE];
	va_list arguments;

	if (now_ns - lines->since_ns >= LINE_INTERVAL_S * NS_PER_S) {
		lines->since_ns = now_ns;
		lines->count = 0;
	}
	if (++lines->count > LINES_AT_MOST) {
		lines->kept++;
		return;
	}
	va_start(arguments, format);
	(void)vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	if (lines->kept == 0) {
		log_warning(syslog->terms.log, "syslog", "%s", text);
	} else {
		log_warning(syslog->terms.log, "syslog",
		    "%s (and %llu such lines kept back)", text,
		    (unsigned long long)lines->kept);
		lines->kept = 0;
	}
}

static void
serve(struct syslog *syslog, uint64_t tag)
{
	uint32_t index = (uint32_t)tag;
	uint32_t generation = (uint32_t)(tag >> 32) & 0xffffff;
	struct syslog_listener *listener;
	struct stream *stream;

	if (tag >> 56 == TAG_LISTENER) {
		listener = &syslog->listeners[index];
		if (listener->transport == SYSLOG_UDP) {
			datagram_read(syslog, listener);
		} else {
			listener_accept(syslog, listener);
		}
		return;
	}
	/* Another of this round may have taken its place. */
	stream = &syslog->streams[index];
	if (stream->state != STREAM_FREE &&
	    (stream->generation & 0xffffff) == generation) {
		stream_serve(syslog, stream);
	}
}
