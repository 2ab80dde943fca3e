/*
 * What the files of room forward's sending half share.  Private to the room.
 */
#ifndef FORWARD_ROOM_H
#define FORWARD_ROOM_H

#include "forward/forward.h"

static inline bool
is_relp(const struct forward_destination *to)
{
	return to->soc->transport == CONFIG_TRANSPORT_RELP ||
	    to->soc->transport == CONFIG_TRANSPORT_RELP_TLS;
}

static inline bool
is_tls(const struct forward_destination *to)
{
	return to->soc->transport == CONFIG_TRANSPORT_TLS ||
	    to->soc->transport == CONFIG_TRANSPORT_RELP_TLS;
}

static inline bool
is_datagram(const struct forward_destination *to)
{
	return to->soc->transport == CONFIG_TRANSPORT_UDP;
}

/* link.c: the life of a connection. */

/* Goes on with opening it, or with waiting for it. */
void link_advance(struct forward *forward, struct forward_destination *to);
/* Takes and deals with what has come.  False: the connection is over. */
bool link_read(
    struct forward *forward, struct forward_destination *to) SW_MUST_CHECK;
/* Ends it, because 'why', a clause as printf() writes it. */
void link_lose(struct forward *forward, struct forward_destination *to,
    const char *format, ...) SW_PRINTF(3, 4);
/* Says good-bye and closes. */
void link_close(struct forward *forward, struct forward_destination *to);
/* Waits for room to write, or no longer. */
void link_watch(struct forward *forward, struct forward_destination *to);
/* Bytes written: how many, -EAGAIN, or another negative errno. */
ssize_t link_write(
    struct forward_destination *to, const char *bytes, size_t size);

/* send.c: what goes out. */
void send_messages(struct forward *forward, struct forward_destination *to);
/* After a connection was lost: what is not acknowledged is sent again. */
void send_again(struct forward_destination *to);
/* When the rate lets the next one go. */
uint64_t send_due_ns(const struct forward_destination *to);

/* acknowledge.c: what has arrived. */
void acknowledge_answer(
    struct forward *forward, struct forward_destination *to);
/* Lets go what the destination has, and gives credit for its room. */
void acknowledge(struct forward *forward, struct forward_destination *to);
/* When time alone will let something go; UINT64_MAX: never. */
uint64_t acknowledge_due_ns(const struct forward_destination *to);

#endif
