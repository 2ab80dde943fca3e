/* Datagrams: a message each (RFC 5426), fetched many at a time. */
#include <errno.h>
#include <netinet/in.h>
#include <string.h>

#include "syslog/room.h"

enum {
	/* What the kernel keeps while we are busy; it doubles it. */
	RECEIVE_BYTES = 2 << 20,
	/* What a datagram costs beside its bytes. */
	COST = 64,
};

struct syslog_burst {
	struct mmsghdr headers[CONFIG_SYSLOG_BURST_COUNT];
	struct iovec parts[CONFIG_SYSLOG_BURST_COUNT];
	struct sockaddr_storage from[CONFIG_SYSLOG_BURST_COUNT];
	/* The kernel's count of datagrams it dropped (SO_RXQ_OVFL). */
	_Alignas(struct cmsghdr) uint8_t
	    riders[CONFIG_SYSLOG_BURST_COUNT][CMSG_SPACE(sizeof(uint32_t))];
	char bytes[CONFIG_SYSLOG_BURST_COUNT][SYSLOG_DATAGRAM_SIZE];
};

static void reset(struct syslog_burst *burst);
static void take(struct syslog *syslog, uint32_t index);
static void note_drops(struct syslog *syslog, struct syslog_listener *listener,
    const struct msghdr *header);

size_t
datagram_bytes(void)
{
	return region_bytes(1, sizeof(struct syslog_burst));
}

struct plan_line
datagram_plan(void)
{
	struct plan_line line =
	    plan_array("datagrams of a burst", 1, sizeof(struct syslog_burst));

	line.count = CONFIG_SYSLOG_BURST_COUNT;
	line.entry_bytes = line.bytes / line.count;
	return line;
}

void
datagram_init(struct syslog *syslog, struct region *region)
{
	syslog->burst = region_carve(region, 1, sizeof(*syslog->burst));
}

int
datagram_prepare(int fd)
{
	int bytes = RECEIVE_BYTES;
	int one = 1;

	/* More than the system's limit only for the privileged. */
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof(bytes)) <
	        0 &&
	    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof(bytes)) < 0) {
		return -errno;
	}
	return setsockopt(fd, SOL_SOCKET, SO_RXQ_OVFL, &one, sizeof(one)) < 0
	    ? -errno
	    : 0;
}

void
datagram_read(struct syslog *syslog, struct syslog_listener *listener)
{
	struct syslog_burst *burst = syslog->burst;
	int count;

	reset(burst);
	count = recvmmsg(listener->fd, burst->headers,
	    CONFIG_SYSLOG_BURST_COUNT, MSG_DONTWAIT, NULL);
	for (int i = 0; i < count; i++) {
		note_drops(syslog, listener, &burst->headers[i].msg_hdr);
		take(syslog, (uint32_t)i);
	}
}

static void
reset(struct syslog_burst *burst)
{
	for (uint32_t i = 0; i < CONFIG_SYSLOG_BURST_COUNT; i++) {
		burst->parts[i] =
		    (struct iovec){ burst->bytes[i], SYSLOG_DATAGRAM_SIZE };
		burst->headers[i] = (struct mmsghdr){
			.msg_hdr = { .msg_name = &burst->from[i],
			    .msg_namelen = sizeof(burst->from[i]),
			    .msg_iov = &burst->parts[i],
			    .msg_iovlen = 1,
			    .msg_control = burst->riders[i],
			    .msg_controllen = sizeof(burst->riders[i]) }
		};
	}
}

static void
take(struct syslog *syslog, uint32_t index)
{
	struct syslog_burst *burst = syslog->burst;
	const struct mmsghdr *header = &burst->headers[index];
	struct ip_address address = syslog_address(&burst->from[index]);
	struct peer *peer =
	    peers_of(&syslog->peers, &address, syslog->now.monotonic_ns);
	struct syslog_message message = { .bytes = burst->bytes[index],
		.size = header->msg_len,
		.transport = SYSLOG_UDP,
		.is_cut = (header->msg_hdr.msg_flags & MSG_TRUNC) != 0 };

	peer->heard_ns = syslog->now.monotonic_ns;
	peer->bytes += message.size;
	if (!peer_may_send(&syslog->peers, peer, syslog->now.monotonic_ns)) {
		peer->events[PEER_LIMITED]++;
		counter_increment(
		    syslog->terms.counters, COUNTER_SYSLOG_LIMITED_DATAGRAMS);
		syslog_tell(syslog, SYSLOG_LINE_LIMITED,
		    "%s sends more than it may: datagrams are dropped",
		    peer->text);
		return;
	}
	peer_charge(peer, message.size + COST);
	while (message.size > 0 &&
	    strchr("\r\n", message.bytes[message.size - 1]) != NULL) {
		message.size--; /* The end of a line, or NUL. */
	}
	if (message.size > 0) {
		counter_increment(
		    syslog->terms.counters, COUNTER_SYSLOG_DATAGRAMS);
		(void)syslog_give(syslog, peer, &message);
	}
}

static void
note_drops(struct syslog *syslog, struct syslog_listener *listener,
    const struct msghdr *header)
{
	const struct cmsghdr *rider = CMSG_FIRSTHDR(header);
	uint32_t drops;

	if (rider == NULL || rider->cmsg_level != SOL_SOCKET ||
	    rider->cmsg_type != SO_RXQ_OVFL) {
		return;
	}
	memcpy(&drops, CMSG_DATA(rider), sizeof(drops));
	if (drops != listener->drops) {
		counter_add(syslog->terms.counters, COUNTER_SYSLOG_KERNEL_DROPS,
		    drops - listener->drops);
		syslog_tell(syslog, SYSLOG_LINE_DROPS,
		    "%u datagrams were dropped by the kernel: they came faster "
		    "than they were fetched",
		    drops - listener->drops);
		listener->drops = drops;
	}
}
