/*
 * Relays: whom we call, where nothing may come in.  The caller of the room
 * makes the connections (it may be that only another process can); here it is
 * decided when, and what has been received before.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "syslog/room.h"

enum {
	WAIT_FIRST_S = 1,
	WAIT_LAST_S = 60,
	CALL_PATIENCE_S = 30, /* For the caller to say what came of a call. */
};

/* After a connection is made anew, so many messages may have come before. */
#define CHECKS CONFIG_SYSLOG_SEEN_COUNT

static void wait_longer(struct syslog *syslog, struct syslog_relay *relay);

uint32_t
syslog_add_relay(
    struct syslog *syslog, const char *host, uint16_t port, bool is_tls)
{
	uint32_t index = syslog->relay_count++;
	struct syslog_relay *relay = &syslog->relays[index];

	SW_ASSERT(index < SYSLOG_RELAYS);
	*relay =
	    (struct syslog_relay){ .is_tls = is_tls, .wait_s = WAIT_FIRST_S };
	(void)snprintf(relay->host, sizeof(relay->host), "%s", host);
	(void)snprintf(relay->name, sizeof(relay->name),
	    strchr(host, ':') != NULL ? "[%.140s]:%u" : "%.140s:%u", host,
	    (unsigned)port);
	return index;
}

uint32_t
syslog_wanted_relay(struct syslog *syslog)
{
	uint64_t now_ns = syslog->now.monotonic_ns;

	for (uint32_t i = 0; i < syslog->relay_count; i++) {
		struct syslog_relay *relay = &syslog->relays[i];

		if (relay->stream != 0 || now_ns < relay->due_ns) {
			continue;
		}
		if (relay->is_asked) {
			syslog_attach_relay(syslog, i, -1, "nobody answers");
			continue;
		}
		relay->is_asked = true;
		relay->due_ns = now_ns + CALL_PATIENCE_S * NS_PER_S;
		return i + 1;
	}
	return 0;
}

void
syslog_attach_relay(
    struct syslog *syslog, uint32_t index, int fd, const char *why)
{
	struct syslog_relay *relay = &syslog->relays[index];
	struct sockaddr_storage at = { 0 };
	socklen_t size = sizeof(at);
	struct ip_address address;
	struct stream *stream;

	if (!relay->is_asked) {
		if (fd >= 0) {
			close(fd); /* It came too late. */
		}
		return;
	}
	relay->is_asked = false;
	if (fd >= 0 && getpeername(fd, (struct sockaddr *)&at, &size) < 0) {
		close(fd);
		fd = -1;
		why = strerror(errno);
	}
	if (fd < 0) {
		log_warning(syslog->terms.log, "syslog",
		    "relay %s cannot be reached: %s; called again in %u s",
		    relay->name, why, relay->wait_s);
		wait_longer(syslog, relay);
		return;
	}
	address = syslog_address(&at);
	relay->checks = relay->was_connected ? CHECKS : 0;
	stream = stream_open(syslog, fd,
	    peers_of(&syslog->peers, &address, syslog->now.monotonic_ns),
	    relay->is_tls ? SYSLOG_TLS : SYSLOG_TCP, relay);
	if (stream != NULL) {
		relay->stream = 1 + stream_index(syslog, stream);
		log_info(syslog->terms.log, "syslog", "relay %s is connected",
		    relay->name);
	}
}

void
relay_lost(struct syslog *syslog, struct syslog_relay *relay)
{
	relay->stream = 0;
	counter_increment(syslog->terms.counters, COUNTER_SYSLOG_RELAYS_LOST);
	log_warning(syslog->terms.log, "syslog",
	    "the connection to relay %s ended; it is called again in %u s",
	    relay->name, relay->wait_s);
	wait_longer(syslog, relay);
}

bool
relay_repeats(struct syslog *syslog, struct syslog_relay *relay,
    const char *bytes, size_t size)
{
	bool is_known = seen_before(&syslog->seen, bytes, size);

	/* It works: the next call need not wait. */
	relay->was_connected = true;
	relay->wait_s = WAIT_FIRST_S;
	if (relay->checks == 0) {
		return false;
	}
	relay->checks--;
	return is_known;
}

static void
wait_longer(struct syslog *syslog, struct syslog_relay *relay)
{
	relay->due_ns = syslog->now.monotonic_ns + relay->wait_s * NS_PER_S;
	relay->wait_s =
	    relay->wait_s * 2 < WAIT_LAST_S ? relay->wait_s * 2 : WAIT_LAST_S;
}
