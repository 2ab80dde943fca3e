/*
 * RELP: the frames of the Reliable Event Logging Protocol, as its client.
 *
 * After R. Gerhards, "RELP - The Reliable Event Logging Protocol", version 0
 * (the text that comes with librelp, which rsyslog speaks):
 *
 *	TXNR SP COMMAND SP DATALEN [SP DATA] LF
 *
 * Each command of ours is answered by "rsp" with its number, whose data begins
 * with 200 or another code.  The server may announce its end by "serverclose",
 * numbered 0.  docs/decisions/0020 says why this is our own.
 *
 * Memory: the struct.  Time: none.
 */
#ifndef FORWARD_RELP_H
#define FORWARD_RELP_H

#include "base/base.h"

enum {
	RELP_TXNR_LAST = 999999999, /* After it comes 1. */
	RELP_COMMAND_SIZE = 33,
	RELP_KEPT_SIZE = 256,        /* Of a frame's data, with a zero. */
	RELP_DATA_MOST = 128 * 1024, /* What is longer is no answer. */
	RELP_HEADER_SIZE = 40,       /* Of any frame of ours, with a zero. */
};

#define RELP_OFFERS                                       \
	"relp_version=0\nrelp_software=spanwatch,1.0,-\n" \
	"commands=syslog"

enum relp_step {
	RELP_MORE,   /* More has to come. */
	RELP_FRAME,  /* The frame is in 'relp'. */
	RELP_BROKEN, /* That is no RELP. */
};

/* Reads frames, byte by byte if they come so.  Private to relp.c, but for the
 * frame. */
struct relp {
	uint8_t state;
	uint8_t digits;
	uint32_t command_length;
	uint32_t taken; /* Bytes of data so far. */

	/* The frame. */
	uint32_t txnr;
	uint32_t size; /* Bytes of its data; only the first of them are here. */
	char command[RELP_COMMAND_SIZE];
	char data[RELP_KEPT_SIZE]; /* Ended by a zero. */
};

void relp_init(struct relp *relp);

/* Takes bytes until a frame is whole; '*used' is how many. */
enum relp_step relp_take(
    struct relp *relp, const char *bytes, size_t size, size_t *used);

/* The code that an answer begins with; zero: none. */
uint32_t relp_code(const struct relp *relp);

/* Whether the answer to "open" offers the command. */
bool relp_offers_syslog(const struct relp *relp);

/* Writes what comes before the data of a command, and returns its length. */
size_t relp_header(char header[RELP_HEADER_SIZE], uint32_t txnr,
    const char *command, size_t size);

static inline uint32_t
relp_txnr_after(uint32_t txnr)
{
	return txnr >= RELP_TXNR_LAST ? 1 : txnr + 1;
}

#endif
