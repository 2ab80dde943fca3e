/*
 * Dial: a connection to a relay, made on behalf of a role that cannot.
 *
 * The collector reads what strangers send, so it may connect to nobody; and
 * looking up a name can take long and parses what a name server says, so the
 * supervisor does neither.  Each call is a process of its own, without any
 * rights: it looks up the name, connects, hands the connection to the role
 * through a socket of the two, and ends.  Whom it calls the supervisor takes
 * from the configuration; the role only says which of the relays.
 */
#ifndef FIRMWARE_DIAL_H
#define FIRMWARE_DIAL_H

#include "config/config.h"

enum { DIAL_WHY_SIZE = 128 };

/* Starts a call.  Returns the descriptor that is for the role, or a negative
 * errno. */
int dial_start(const struct config_peer *peer) SW_MUST_CHECK;

/* Takes what came of a call from that descriptor: the connection; -1, and why
 * as a clause. */
int dial_receive(int fd, char why[DIAL_WHY_SIZE]) SW_MUST_CHECK;

#endif
