/*
 * What the files of room syslog share.  Private to the room.
 */
#ifndef SYSLOG_ROOM_H
#define SYSLOG_ROOM_H

#include <sys/epoll.h>
#include <sys/socket.h>

#include "syslog/syslog.h"

/* What an epoll event is for. */
enum { TAG_LISTENER = 1, TAG_STREAM = 2 };

static inline uint64_t
syslog_tag(uint32_t kind, uint32_t generation, uint32_t index)
{
	return (uint64_t)kind << 56 | (uint64_t)(generation & 0xffffff) << 32 |
	    index;
}

/* Waits for 'events' of 'fd' from now on.  Returns 0 or a negative errno. */
int syslog_watch(struct syslog *syslog, int fd, uint32_t events, uint64_t tag);
void syslog_rewatch(
    struct syslog *syslog, int fd, uint32_t events, uint64_t tag);

struct ip_address syslog_address(const struct sockaddr_storage *from);

/* Gives a message to its taker, and counts it for 'peer'.  Returns whether it
 * was of use. */
bool syslog_give(
    struct syslog *syslog, struct peer *peer, struct syslog_message *message);

/* Writes a warning, unless there have been many of its kind a moment ago. */
void syslog_tell(struct syslog *syslog, enum syslog_line kind,
    const char *format, ...) SW_PRINTF(3, 4);

/* listener.c */
void listener_accept(struct syslog *syslog, struct syslog_listener *listener);
void listener_rest(
    struct syslog *syslog, struct syslog_listener *listener, bool rests);

/* datagram.c */
size_t datagram_bytes(void);
struct plan_line datagram_plan(void);
void datagram_init(struct syslog *syslog, struct region *region);
int datagram_prepare(int fd);
void datagram_read(struct syslog *syslog, struct syslog_listener *listener);

/* stream.c */
void streams_init(struct syslog *syslog, struct region *region);
/* Takes 'fd', connected, from 'peer'; closes it if that cannot be.  Null: it
 * was closed. */
struct stream *stream_open(struct syslog *syslog, int fd, struct peer *peer,
    enum syslog_transport transport, const struct syslog_relay *relay);
void stream_serve(struct syslog *syslog, struct stream *stream);
void stream_tick(struct syslog *syslog, struct stream *stream);
/* Gives what is left, and closes. */
void stream_close(struct syslog *syslog, struct stream *stream);
/* Stops reading from a peer that is over its rate, and goes on when it may send
 * again. */
void stream_pace(struct syslog *syslog, struct stream *stream);
uint32_t stream_index(const struct syslog *syslog, const struct stream *stream);

/* The relay that it comes from; null: it came to us. */
static inline struct syslog_relay *
stream_relay(struct syslog *syslog, const struct stream *stream)
{
	return stream->relay == 0 ? NULL : &syslog->relays[stream->relay - 1];
}

/* stream_read.c */
void stream_read(struct syslog *syslog, struct stream *stream);
/* Gives a line that has ended, after which nothing came for a while. */
void stream_flush(struct syslog *syslog, struct stream *stream);
void stream_give(struct syslog *syslog, struct stream *stream,
    const struct framing_frame *frame);

/* relay.c */
void relay_lost(struct syslog *syslog, struct syslog_relay *relay);
/* Whether a relay's message has come before. */
bool relay_repeats(struct syslog *syslog, struct syslog_relay *relay,
    const char *bytes, size_t size);

#endif
