/*
 * Hello: the protocols that say at once who they are.
 *
 * Most of what a network carries today is one of four, and those are told from
 * a handful of bytes.  A library is not asked for them, for three reasons: it
 * costs hundreds of times as much; nDPI's dissectors of TLS and HTTP keep
 * process-wide caches, parse certificates and look for injected SQL, of which
 * nothing is wanted here, in the face of hostile input; and its dissector of
 * QUIC decrypts, with a library that allocates where no hook reaches.
 *
 * Memory: none.
 */
#ifndef CLASSIFY_HELLO_H
#define CLASSIFY_HELLO_H

#include "classify/application.h"
#include "decode/packet.h"

/* What the payload of a TCP or UDP packet shows to be spoken: TLS, HTTP, SSH or
 * QUIC; else APPLICATION_NONE. */
enum application hello_application(const struct packet *packet);

#endif
