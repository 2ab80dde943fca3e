/*
 * Talk: conversations played to room classify, as room flow would tell them.
 *
 * A conversation is there for classify once both ends have spoken.
 */
#ifndef TESTS_CLASSIFY_TALK_H
#define TESTS_CLASSIFY_TALK_H

#include "classify/classify.h"

enum { CLIENT, SERVER };

/* The room under test. */
struct stage {
	struct region region;
	struct counters counters;
	struct classify *classify;
	uint64_t now_ns;
};

void stage_set_up(struct stage *stage);
void stage_tear_down(struct stage *stage);

struct talk {
	struct stage *stage;
	struct ip_address address[2]; /* By CLIENT and SERVER. */
	uint16_t port[2];
	uint32_t sequence[2];
	bool has_spoken[2];
	uint8_t protocol;
	struct flow_conversation conversation;
};

void talk_begin(struct talk *talk, struct stage *stage, uint8_t protocol,
    const char *server, uint16_t port);

/* One end sends 'size' bytes. */
void talk_send(struct talk *talk, int end, const void *payload, uint32_t size);

/* The same with a string. */
void talk_say(struct talk *talk, int end, const char *text);

/* What the conversation is taken to be; null: nothing. */
const char *talk_name(const struct talk *talk);

/* What an alert would call the service; null 'server': any. */
const char *stage_service_name(const struct stage *stage, const char *server,
    uint8_t protocol, uint16_t port);

#endif
