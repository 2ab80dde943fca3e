/*
 * Question: the openings of conversations whose service is not known, kept for
 * nDPI.
 *
 * Payload is kept from the first packet on, also before there is a
 * conversation: whoever speaks first often says most.  nDPI is then shown the
 * opening as a whole, after one, two, four and more packets, and forgets it
 * when it has answered.  So it holds the state of one conversation at a time,
 * which is what makes its memory easy to bound, and what waits is plain bytes.
 *
 * Where nDPI is not built in there is nothing to keep, and no answer
 * (question_off.c).
 *
 * Memory: question_bytes() of the caller's region; nothing later.
 */
#ifndef CLASSIFY_QUESTION_H
#define CLASSIFY_QUESTION_H

#include "base/counter.h"
#include "base/five_tuple.h"
#include "base/siphash.h"
#include "classify/application.h"
#include "decode/packet.h"
#include "mem/plan.h"
#include "mem/region.h"

/* Private to question.c. */
struct question;

size_t question_bytes(void);

/* As classify_plan(). */
uint32_t question_plan(struct plan_line *lines, uint32_t capacity);

struct question *question_init(struct region *region,
    const struct hash_key *hash_key, struct counters *counters);

void question_finish(struct question *question);

/* A packet with payload, in the words of its five-tuple. */
struct question_packet {
	const struct packet *packet;
	struct five_tuple key;
	bool from_low;      /* The low end of the key sent it. */
	bool low_is_client; /* Means nothing before there is a conversation. */
};

/* Keeps the payload of a packet that belongs to no conversation yet. */
void question_keep(
    struct question *question, const struct question_packet *heard);

/* Keeps the payload of a conversation's packet and asks, if it is time to.
 * True: that was the last question of this conversation, and '*application' is
 * the answer, or APPLICATION_NONE. */
bool question_ask(struct question *question,
    const struct question_packet *heard, enum application *application);

/* Forgets an opening: the conversation's service is known. */
void question_forget(struct question *question, const struct five_tuple *key);

#endif
