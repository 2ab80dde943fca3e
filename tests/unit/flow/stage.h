/*
 * Stage: a flow room, a clock, and everything the room has told so far.
 *
 * An end of a packet is written "ADDRESS/PORT"; without a port, "ADDRESS". Each
 * packet comes a millisecond after the one before, or when stage_wait() says.
 */
#ifndef TESTS_UNIT_FLOW_STAGE_H
#define TESTS_UNIT_FLOW_STAGE_H

#include "flow/flow.h"
#include "flow/room.h"

enum { STAGE_TOLD_MAX = 64 };

/* The options that a stack's SYN has. */
enum {
	STACK_OPTIONS = TCP_OPTION_MSS | TCP_OPTION_SACK_PERMITTED |
	    TCP_OPTION_TIMESTAMPS | TCP_OPTION_WINDOW_SCALE,
};

/* Flags by their usual names. */
enum {
	SYN = TCP_SYN,
	ACK = TCP_ACK,
	RST = TCP_RST,
	FIN = TCP_FIN,
	PSH = TCP_PSH,
	URG = TCP_URG,
};

struct stage {
	struct region region;
	struct counters counters;
	struct flow_room *flow;
	uint64_t now_ns;
	bool keeps_overdue; /* Else what is told OVERDUE is let go. */
	struct probe told[STAGE_TOLD_MAX];
	uint32_t told_count;
	struct flow_conversation *conversation; /* Of the last packet. */
};

void stage_open(struct stage *stage);

/* One that remembers so much and no more. */
void stage_open_of(
    struct stage *stage, uint32_t conversation_count, uint32_t attempt_count);
void stage_close(struct stage *stage);

/* Lets 'packet' come at its own time. */
void stage_send(struct stage *stage, const struct packet *packet);

/* Lets 'duration_ns' pass without a packet. */
void stage_wait(struct stage *stage, uint64_t duration_ns);

/* A packet that comes next: a SYN without ACK has a stack's options. */
struct packet stage_tcp(struct stage *stage, const char *from, const char *to,
    uint8_t flags, uint32_t payload_size);
struct packet stage_udp(struct stage *stage, const char *from, const char *to,
    uint32_t payload_size);
struct packet stage_other(
    struct stage *stage, const char *from, const char *to, uint8_t protocol);
struct packet stage_icmp(struct stage *stage, const char *from, const char *to,
    uint8_t type, uint8_t code);
struct packet stage_arp(
    struct stage *stage, const char *from, const char *to, uint16_t operation);
struct packet stage_neighbour(struct stage *stage, const char *from,
    const char *to, const char *asked, uint8_t type);

/* An ICMP error (ICMPv6 where 'about' is IPv6) that quotes 'about'. */
struct packet stage_error(struct stage *stage, const char *from,
    const struct packet *about, uint8_t type, uint8_t code);

/* The same, sent at once. */
void tcp(struct stage *stage, const char *from, const char *to, uint8_t flags,
    uint32_t payload_size);
void udp(struct stage *stage, const char *from, const char *to,
    uint32_t payload_size);
void icmp(struct stage *stage, const char *from, const char *to, uint8_t type,
    uint16_t identifier);
void arp(
    struct stage *stage, const char *from, const char *to, uint16_t operation);
void error(struct stage *stage, const char *from, const struct packet *about,
    uint8_t type, uint8_t code);

/* SYN, SYN-ACK, ACK. */
void handshake(struct stage *stage, const char *source, const char *target);

/* Each checks the next thing told since the last such call. */
void expect_attempt(struct stage *stage, enum probe_technique technique);
void expect_outcome(struct stage *stage, enum probe_technique technique,
    enum probe_outcome outcome);
void expect_nothing(struct stage *stage);

/* The last thing that was expected and told. */
const struct probe *last_told(const struct stage *stage);

uint64_t counted(const struct stage *stage, enum counter which);

#endif
