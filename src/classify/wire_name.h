/*
 * Wire name: what the network heard a host call itself, with the address that
 * it had then.
 *
 * Endpoints' logs know hosts by name, the wire by address; this is what ties
 * the two together before any event has.  And it says when an address is no
 * longer whose it was: a new name takes the place of the old one, and
 * WIRE_NAME_GIVEN_UP, which has no name, of any.
 *
 * It is a hint: on most networks a host may call itself what it likes.
 *
 * Fixed size and free of pointers; who gets it from another process checks it
 * with wire_name_is_sound().
 */
#ifndef CLASSIFY_WIRE_NAME_H
#define CLASSIFY_WIRE_NAME_H

#include "base/addr.h"
#include "base/base.h"

enum wire_name_kind {
	WIRE_NAME_DHCP,     /* A server gave the address to who has the name. */
	WIRE_NAME_NETBIOS,  /* The rest: the address called itself so. */
	WIRE_NAME_MDNS,     /* Without its ".local". */
	WIRE_NAME_LLMNR,    /* As it was asked for. */
	WIRE_NAME_KERBEROS, /* Without the "$" of a machine's account. */
	WIRE_NAME_GIVEN_UP, /* Whoever had the address does not, or its name is
	                     * in doubt. */
	WIRE_NAME_KIND_COUNT
};

enum { WIRE_NAME_SIZE = 64 }; /* Bytes, the closing zero included. */

struct wire_name {
	uint64_t time_ns;
	struct ip_address address;
	struct mac_address mac; /* DHCP: the client's; else that of who sent the
	                         * frame, which may be a router; zero: not
	                         * known. */
	uint8_t kind;           /* enum wire_name_kind */
	uint8_t unused;
	char name[WIRE_NAME_SIZE]; /* Letters, digits, '-', '_' and '.'. */
};
_Static_assert(sizeof(struct wire_name) == 96, "no padding");

bool wire_name_is_sound(const struct wire_name *name);

/* Writes the 'size' bytes at 'text' as a name and returns whether they are one:
 * not empty, of the characters above, at least one of them a letter, and not
 * what every host calls itself ("localhost").  Dots, blanks and zeros at the end
 * are left out, and so is the domain if it would not fit.  If it is no name,
 * 'name' is empty. */
bool wire_name_take(
    char name[WIRE_NAME_SIZE], const uint8_t *text, uint32_t size);

#endif
