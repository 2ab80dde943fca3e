/*
 * Probe: one attempt to learn something of one (target, protocol, port), and
 * what came of it.  The record between the rooms flow and detect; detect reads
 * nothing else of the network.
 *
 * Each attempt is told twice or more: at once, as PROBE_ATTEMPT, when the first
 * packet is seen; then as one or more PROBE_OUTCOMEs.  A TCP connection that is
 * accepted has two: PROBE_ANSWERED when the SYN-ACK comes, and how it ended
 * (PRODUCTIVE, ONE_WAY or HALF) when that is known.  Every other attempt has
 * exactly one.  Where nothing has come back for a while, a word of that comes
 * before any of them (PROBE_OVERDUE).  Any new connection, query or request
 * makes an attempt; whether it is a first contact, let alone a scan, is for
 * detect to judge.  Repeats of the same packet within an attempt's life make
 * none.
 *
 * Fixed size and free of pointers, so that sensors in other processes can send
 * it.  Both events carry all of the attempt.
 */
#ifndef FLOW_PROBE_H
#define FLOW_PROBE_H

#include "base/addr.h"
#include "base/base.h"
#include "decode/packet.h" /* VLAN_NONE, IP_PROTOCOL_... */

enum probe_event { PROBE_ATTEMPT, PROBE_OUTCOME };

/* How it was tried; in the order of the contract's list. */
enum probe_technique {
	PROBE_TCP_SYN,     /* A SYN that no operating system's stack sends, or a
	                    * handshake broken off by the source's RST. */
	PROBE_TCP_CONNECT, /* A SYN as a stack sends it. */
	PROBE_TCP_FIN,
	PROBE_TCP_NULL,
	PROBE_TCP_XMAS,
	PROBE_TCP_MAIMON, /* FIN and ACK out of any connection. */
	PROBE_TCP_ACK,
	PROBE_TCP_OTHER, /* Any other flags that open no connection. */
	PROBE_UDP,
	PROBE_ICMP_ECHO,
	PROBE_ICMP_TIMESTAMP,
	PROBE_ICMP_ADDRESS_MASK,
	PROBE_ICMP6_ECHO,
	PROBE_ARP,
	PROBE_ND,
	PROBE_SCTP_INIT,
	PROBE_IP_PROTOCOL, /* target_port is the protocol number. */
	PROBE_TECHNIQUE_COUNT
};

enum probe_outcome {
	PROBE_PENDING,  /* Of a PROBE_ATTEMPT: not known yet. */
	PROBE_ANSWERED, /* SYN-ACK, reply, advertisement: somebody is there. */
	PROBE_PRODUCTIVE, /* Payload went both ways. */
	PROBE_ONE_WAY, /* Accepted; payload went one way only, then it ended. */
	PROBE_HALF,    /* Accepted, then nothing: no payload at all. */
	PROBE_REFUSED, /* RST; ICMP port or protocol unreachable. */
	PROBE_FILTERED,  /* Any other ICMP error, but for time exceeded. */
	PROBE_EXPIRED,   /* ICMP time exceeded: it never got there. */
	PROBE_SILENT,    /* Nothing in time. */
	PROBE_SESSION,   /* An odd TCP packet that turned out to belong to a
	                  * connection begun before we looked. */
	PROBE_DISPLACED, /* Forgotten for want of room before it was known. */
	PROBE_OVERDUE,   /* Nothing yet after FLOW_OVERDUE_NS; not final. */
	PROBE_OUTCOME_COUNT
};

/* Bits of 'traits'. */
enum {
	PROBE_FRAGMENTED = 0x0001, /* Its transport header came in fragments. */
	PROBE_CRAFTED =
	    0x0002, /* A SYN without the options every stack sends. */
	PROBE_LIKELY_ANSWER =
	    0x0004, /* From a server's port to a client's: most
	             * likely the answer to a question unseen. */
	PROBE_INFERRED =
	    0x0008, /* Known only by an ICMP error that quotes it. */
	PROBE_PAYLOAD = 0x0010, /* Its first packet carried payload. */
	PROBE_LOW_TTL = 0x0020, /* TTL of 30 or less: as traceroute sends. */
	PROBE_GROUP_MAC =
	    0x0040, /* Sent to a group MAC address (ARP and ND are). */
	PROBE_WRAPPED = 0x0080,   /* Seen inside a tunnel. */
	PROBE_COMPLETED = 0x0100, /* The source finished the TCP handshake. */
	PROBE_SOURCE_RESET = 0x0200, /* The source ended it with an RST. */
	PROBE_TARGET_SPOKE = 0x0400, /* The target sent payload. */
	PROBE_SOURCE_SPOKE = 0x0800, /* The source sent payload. */
};

struct probe {
	uint64_t time_ns;    /* Of this event. */
	uint64_t attempt_ns; /* Of the attempt; the same in its outcomes. */
	struct ip_address source;
	struct ip_address target; /* ND: the address asked for. */
	uint16_t source_port;     /* ICMP: the identifier. */
	uint16_t target_port;     /* IP_PROTOCOL: the protocol; else zero where
	                           * there are no ports. */
	uint16_t traits;          /* PROBE_* bits. */
	uint16_t vlan;            /* VLAN_NONE: untagged. */
	uint8_t event;            /* enum probe_event */
	uint8_t technique;        /* enum probe_technique */
	uint8_t outcome;          /* enum probe_outcome */
	uint8_t protocol; /* IP protocol; IP_PROTOCOL_ARP_KEY for ARP. */
	struct mac_address source_mac; /* Zero where unknown. */
	struct mac_address target_mac; /* Of the packet that was sent. */
	struct mac_address answer_mac; /* Who sent the answer; zero: none. */
	uint8_t ttl;
	uint8_t tcp_flags;
	uint8_t observation_point;
	uint8_t unused;
	uint16_t tcp_window;
	uint16_t ip_id;
	uint32_t tcp_options_hash;
	uint32_t
	    answer_delay_us; /* From attempt to answer; UINT32_MAX: none. */
};

/* Stable, lower-case names, for counters and alerts: "tcp_syn", "answered". */
const char *probe_technique_name(enum probe_technique technique);
const char *probe_outcome_name(enum probe_outcome outcome);

#endif
