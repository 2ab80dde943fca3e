#include "ipc/channel.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ipc/parcel.h"

enum {
	RECEIVED_AT_A_TIME = 16,
	/* Messages of a peer that is let go; more than a socket holds. */
	RECEIVED_AT_LAST = 1024,
	/* What the kernel reckons a message at beyond its bytes: struct sk_buff
	 * and its pages, twice over as socket(7) says of SO_SNDBUF. */
	SOCKET_OVERHEAD = 4096,
};

static void on_events(void *context, uint32_t events);
static bool receive_one(struct channel *channel);
static bool parcel_is_sound(
    const struct channel *channel, const struct parcel *parcel);
static bool size_is_right(const struct channel_kind *kind, uint32_t size);
static void end(struct channel *channel, enum channel_end why);
static bool enqueue(struct channel *channel, const void *message, uint32_t size,
    int descriptor);
static void drain(struct channel *channel);
static void drop_first(struct channel *channel);
static void watch(struct channel *channel);
static uint32_t largest_kind(const struct channel_terms *terms);
static int ensure_send_buffer(int fd, size_t message_size);
static void close_if_open(int fd);

size_t
channel_bytes(const struct channel_terms *terms)
{
	return region_bytes(1, largest_kind(terms)) +
	    region_bytes(terms->queue_count, sizeof(struct channel_slot)) +
	    region_bytes(terms->queue_count, terms->send_size);
}

void
channel_init(struct channel *channel, struct region *region,
    const struct channel_terms *terms)
{
	*channel = (struct channel){ .terms = *terms, .fd = -1 };
	channel->receive_size = largest_kind(terms);
	channel->receive_buffer =
	    region_carve(region, 1, channel->receive_size);
	channel->slots = region_carve(
	    region, terms->queue_count, sizeof(struct channel_slot));
	channel->slot_bytes =
	    region_carve(region, terms->queue_count, terms->send_size);
}

int
channel_attach(struct channel *channel, int fd)
{
	int error;

	/* What the peer before it said last is not lost. */
	for (int i = 0;
	     i < RECEIVED_AT_LAST && channel->fd >= 0 && receive_one(channel);
	     i++) {
	}
	channel_detach(channel);
	error = ensure_send_buffer(fd, channel->terms.send_size);
	if (error == 0) {
		error = loop_add(
		    channel->terms.loop, fd, EPOLLIN, on_events, channel);
	}
	if (error != 0) {
		close(fd);
		return error;
	}
	channel->fd = fd;
	drain(channel);
	return 0;
}

void
channel_detach(struct channel *channel)
{
	if (channel->fd >= 0) {
		loop_remove(channel->terms.loop, channel->fd);
		close(channel->fd);
		channel->fd = -1;
	}
}

bool
channel_send(struct channel *channel, uint16_t type, void *message,
    uint32_t size, int descriptor)
{
	const struct channel_header header = {
		.type = type, .version = CHANNEL_VERSION, .size = size
	};

	SW_ASSERT(size >= sizeof(header) && size <= channel->terms.send_size);
	memcpy(message, &header, sizeof(header));
	if (channel->fd >= 0 && channel->count == 0 &&
	    parcel_send(channel->fd, message, size, descriptor) == 0) {
		counter_increment(
		    channel->terms.counters, COUNTER_IPC_MESSAGES_SENT);
		close_if_open(descriptor);
		return true;
	}
	if (!enqueue(channel, message, size, descriptor)) {
		counter_increment(
		    channel->terms.counters, COUNTER_IPC_MESSAGES_DROPPED);
		close_if_open(descriptor);
		return false;
	}
	watch(channel);
	return true;
}

void
channel_discard(struct channel *channel)
{
	while (channel->count > 0) {
		drop_first(channel);
	}
	watch(channel);
}

int
channel_make_pair(int fds[2], size_t message_size)
{
	int error;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK,
	        0, fds) < 0) {
		return -errno;
	}
	error = ensure_send_buffer(fds[0], message_size);
	if (error == 0) {
		error = ensure_send_buffer(fds[1], message_size);
	}
	if (error != 0) {
		close(fds[0]);
		close(fds[1]);
	}
	return error;
}

static void
on_events(void *context, uint32_t events)
{
	struct channel *channel = context;

	if ((events & EPOLLOUT) != 0) {
		drain(channel);
	}
	if ((events & ~(uint32_t)EPOLLOUT) == 0) {
		return;
	}
	for (int i = 0; i < RECEIVED_AT_A_TIME; i++) {
		if (!receive_one(channel)) {
			return;
		}
	}
}

/* Takes one message.  False: there is none, or no peer any more. */
static bool
receive_one(struct channel *channel)
{
	struct parcel parcel = parcel_receive(
	    channel->fd, channel->receive_buffer, channel->receive_size);

	if (parcel.size == -EAGAIN || parcel.size == -EINTR) {
		return false;
	}
	/* The peer left without having read all; what it sent is still there,
	 * and is given once this has been told (once). */
	if (parcel.size == -ECONNRESET) {
		return true;
	}
	if (parcel.size <= 0) {
		close_if_open(parcel.descriptor);
		end(channel, CHANNEL_PEER_GONE);
		return false;
	}
	if (!parcel_is_sound(channel, &parcel)) {
		close_if_open(parcel.descriptor);
		counter_increment(
		    channel->terms.counters, COUNTER_IPC_MESSAGES_REFUSED);
		end(channel, CHANNEL_REFUSED);
		return false;
	}
	counter_increment(
	    channel->terms.counters, COUNTER_IPC_MESSAGES_RECEIVED);
	channel->terms.receive(
	    channel->terms.context, channel->receive_buffer, parcel.descriptor);
	return channel->fd >= 0;
}

static bool
parcel_is_sound(const struct channel *channel, const struct parcel *parcel)
{
	struct channel_header header;

	if (parcel->cut || parcel->size < (ssize_t)sizeof(header)) {
		return false;
	}
	memcpy(&header, channel->receive_buffer, sizeof(header));
	for (uint32_t i = 0; i < channel->terms.kind_count; i++) {
		const struct channel_kind *kind = &channel->terms.kinds[i];

		if (kind->type != header.type) {
			continue;
		}
		return header.version == CHANNEL_VERSION &&
		    size_is_right(kind, header.size) &&
		    parcel->size == (ssize_t)header.size &&
		    (parcel->descriptor >= 0) == kind->has_descriptor &&
		    (kind->is_sound == NULL ||
		        kind->is_sound(channel->receive_buffer));
	}
	return false;
}

static bool
size_is_right(const struct channel_kind *kind, uint32_t size)
{
	uint32_t least = kind->size_least == 0 ? kind->size : kind->size_least;

	return size >= least && size <= kind->size;
}

static void
end(struct channel *channel, enum channel_end why)
{
	channel_detach(channel);
	channel->terms.ended(channel->terms.context, why);
}

static bool
enqueue(
    struct channel *channel, const void *message, uint32_t size, int descriptor)
{
	uint32_t at;

	if (!channel_has_room(channel)) {
		return false;
	}
	at = (channel->first + channel->count) % channel->terms.queue_count;
	channel->slots[at].size = size;
	channel->slots[at].descriptor = descriptor;
	memcpy(channel->slot_bytes + (size_t)at * channel->terms.send_size,
	    message, size);
	channel->count++;
	return true;
}

/* Sends what waits, as far as the peer takes it.  That the peer is gone is
 * noticed by receiving; what waits then waits for the next. */
static void
drain(struct channel *channel)
{
	while (channel->count > 0) {
		const struct channel_slot *slot =
		    &channel->slots[channel->first];

		if (parcel_send(channel->fd,
		        channel->slot_bytes +
		            (size_t)channel->first * channel->terms.send_size,
		        slot->size, slot->descriptor) != 0) {
			break;
		}
		counter_increment(
		    channel->terms.counters, COUNTER_IPC_MESSAGES_SENT);
		drop_first(channel);
	}
	watch(channel);
}

static void
drop_first(struct channel *channel)
{
	close_if_open(channel->slots[channel->first].descriptor);
	channel->first = (channel->first + 1) % channel->terms.queue_count;
	channel->count--;
}

/* Asks the loop for what the channel now waits for. */
static void
watch(struct channel *channel)
{
	if (channel->fd >= 0) {
		loop_change(channel->terms.loop, channel->fd,
		    channel->count > 0 ? EPOLLIN | EPOLLOUT : EPOLLIN);
	}
}

/* The largest message that may come; a header's size at least. */
static uint32_t
largest_kind(const struct channel_terms *terms)
{
	uint32_t largest = sizeof(struct channel_header);

	for (uint32_t i = 0; i < terms->kind_count; i++) {
		if (terms->kinds[i].size > largest) {
			largest = terms->kinds[i].size;
		}
	}
	return largest;
}

/* Makes sure that 'fd' can hold a message of 'message_size' bytes; the kernel
 * refuses a larger one for good (EMSGSIZE). */
static int
ensure_send_buffer(int fd, size_t message_size)
{
	int needed = (int)message_size + SOCKET_OVERHEAD;
	int has = 0;
	socklen_t length = sizeof(has);

	if (getsockopt(fd, SOL_SOCKET, SO_SNDBUF, &has, &length) < 0) {
		return -errno;
	}
	if (has >= needed) {
		return 0;
	}
	if (setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &needed, sizeof(needed)) <
	        0 ||
	    getsockopt(fd, SOL_SOCKET, SO_SNDBUF, &has, &length) < 0) {
		return -errno;
	}
	return has >= needed ? 0 : -EMSGSIZE;
}

static void
close_if_open(int fd)
{
	if (fd >= 0) {
		close(fd);
	}
}
