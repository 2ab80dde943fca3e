/*
 * Dial: a connection to somebody, made on behalf of a role that cannot.
 *
 * The collector reads what strangers send, and so does the forwarder (what a
 * SOC's receiver answers), so neither may connect to anybody; and looking up a
 * name can take long and parses what a name server says, so the supervisor does
 * neither.  Each call is a process of its own, without any rights: it looks up
 * the name, connects, hands the connection to the role through a socket of the
 * two, and ends.  Whom it calls the supervisor takes from the configuration;
 * the role only says which of the relays or socs.
 */
#ifndef FIRMWARE_DIAL_H
#define FIRMWARE_DIAL_H

#include "config/config.h"

enum { DIAL_WHY_SIZE = 128 };

/* Starts a call, by TCP or, if 'is_datagram', by UDP, whose socket is then
 * connected, though nobody is asked.  Returns the descriptor that is for the
 * role, or a negative errno. */
int dial_start(const struct config_peer *peer, bool is_datagram) SW_MUST_CHECK;

/* Takes what came of a call from that descriptor: the connection; -1, and why
 * as a clause. */
int dial_receive(int fd, char why[DIAL_WHY_SIZE]) SW_MUST_CHECK;

#endif
