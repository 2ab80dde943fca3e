/*
 * Packet: what later rooms may know of a frame.
 *
 * Made by room decode.  Network byte order ends here: ports, lengths, sequence
 * numbers and identifiers are in host order; addresses are bytes.  Which
 * members hold something depends on 'kind'; all others are zero.
 *
 * A mirror may wrap what it copies (ERSPAN, VXLAN, ...).  The packet is then
 * the innermost one; what carried it is kept apart in 'outer_*'.
 */
#ifndef DECODE_PACKET_H
#define DECODE_PACKET_H

#include "base/addr.h"
#include "base/base.h"

enum packet_kind {
	PACKET_TCP,
	PACKET_UDP,
	PACKET_SCTP,
	PACKET_ICMP,     /* ICMP or ICMPv6: 'protocol' tells which. */
	PACKET_ARP,      /* 'source' and 'target' are its addresses. */
	PACKET_IP_OTHER, /* Any other IP protocol. */
};

enum {
	TCP_FIN = 0x01,
	TCP_SYN = 0x02,
	TCP_RST = 0x04,
	TCP_PSH = 0x08,
	TCP_ACK = 0x10,
	TCP_URG = 0x20,
	TCP_ECE = 0x40,
	TCP_CWR = 0x80,
};

/* Which options a TCP header carried (bits of tcp_options). */
enum {
	TCP_OPTION_MSS = 0x01,
	TCP_OPTION_WINDOW_SCALE = 0x02,
	TCP_OPTION_SACK_PERMITTED = 0x04,
	TCP_OPTION_TIMESTAMPS = 0x08,
	TCP_OPTION_OTHER = 0x10,
	TCP_OPTION_MALFORMED = 0x20,
};

/* IP protocol numbers that the code names. */
enum {
	IP_PROTOCOL_HOPOPTS = 0,
	IP_PROTOCOL_ICMP = 1,
	IP_PROTOCOL_IGMP = 2,
	IP_PROTOCOL_IPIP = 4,
	IP_PROTOCOL_TCP = 6,
	IP_PROTOCOL_UDP = 17,
	IP_PROTOCOL_IPV6 = 41,
	IP_PROTOCOL_GRE = 47,
	IP_PROTOCOL_ESP = 50,
	IP_PROTOCOL_AH = 51,
	IP_PROTOCOL_ICMP6 = 58,
	IP_PROTOCOL_NONE = 59,
	IP_PROTOCOL_SCTP = 132,
	/* Not of IP: stands for ARP where a protocol number is part of a key.
	 */
	IP_PROTOCOL_ARP_KEY = 255,
};

/* ICMP and ICMPv6 types that the code names (RFC 792, 950, 4443, 4861). */
enum {
	ICMP_ECHO_REPLY = 0,
	ICMP_UNREACHABLE = 3,
	ICMP_ECHO_REQUEST = 8,
	ICMP_TIME_EXCEEDED = 11,
	ICMP_TIMESTAMP_REQUEST = 13,
	ICMP_TIMESTAMP_REPLY = 14,
	ICMP_MASK_REQUEST = 17,
	ICMP_MASK_REPLY = 18,
	ICMP6_UNREACHABLE = 1,
	ICMP6_TIME_EXCEEDED = 3,
	ICMP6_PARAMETER_PROBLEM = 4,
	ICMP6_ECHO_REQUEST = 128,
	ICMP6_ECHO_REPLY = 129,
	ICMP6_NEIGHBOUR_SOLICITATION = 135,
	ICMP6_NEIGHBOUR_ADVERTISEMENT = 136,
};

/* ARP operations (RFC 826). */
enum { ARP_REQUEST = 1, ARP_REPLY = 2 };

/* What wrapped the packet on its way to us (bits of 'wrapping'). */
enum {
	WRAPPED_ERSPAN = 0x01,
	WRAPPED_GRE = 0x02,
	WRAPPED_VXLAN = 0x04,
	WRAPPED_GENEVE = 0x08,
	WRAPPED_IP_IN_IP = 0x10,
	WRAPPED_MPLS = 0x20,
	WRAPPED_PPPOE = 0x40,
};

enum { VLAN_NONE = 0xffff };

/* The packet quoted inside an ICMP error: the head of what caused it. */
struct packet_quote {
	bool present;   /* There is a quote, and addresses could be read. */
	bool has_ports; /* Its ports (ICMP: its identifier) could be read. */
	uint8_t protocol;
	uint8_t icmp_type;    /* Of a quoted ICMP message. */
	uint16_t source_port; /* ICMP: the identifier. */
	uint16_t target_port;
	struct ip_address source;
	struct ip_address target;
};

struct packet {
	uint64_t time_ns;
	struct ip_address source; /* ARP: the sender's address. */
	struct ip_address target; /* ARP: the address asked for or told to;
	                           * neighbour discovery: where it was sent. */
	uint16_t source_port;     /* ICMP queries: the identifier. */
	uint16_t target_port;     /* Zero where the protocol has no ports. */
	uint8_t kind;             /* enum packet_kind */
	uint8_t protocol;         /* IP protocol; IP_PROTOCOL_ARP_KEY. */
	uint8_t tcp_flags;
	uint8_t tcp_options; /* TCP_OPTION_*, of a SYN or SYN-ACK. */
	uint16_t tcp_window;
	uint8_t icmp_type;
	uint8_t icmp_code;
	uint32_t tcp_sequence;
	uint32_t tcp_acknowledged;
	uint32_t tcp_options_hash; /* Of kinds and order, not of values. */
	uint32_t sctp_chunk;       /* Type of the first chunk. */
	uint16_t icmp_sequence;
	uint16_t arp_operation;

	uint8_t ttl;   /* Or hop limit. */
	bool fragment; /* Came in fragments. */
	uint16_t ip_id;
	uint16_t vlan;       /* Outermost tag's VLAN; VLAN_NONE: untagged. */
	uint16_t inner_vlan; /* Second tag's. */
	struct mac_address source_mac; /* Zero where the link has none. */
	struct mac_address target_mac;
	bool has_macs;
	uint8_t observation_point;

	uint32_t ip_size;          /* Bytes of the IP packet, by its header. */
	uint32_t payload_size;     /* Bytes after the transport header, by the
	                            * headers: more than is captured, maybe. */
	uint32_t payload_captured; /* Bytes at 'payload'. */
	const uint8_t *payload;    /* Into the frame; null if none captured. */
	const uint8_t *ip;         /* The IP header in the frame; null: ARP. */
	uint32_t ip_captured;      /* Bytes at 'ip' that are captured. */

	struct ip_address asked;   /* Neighbour discovery: the address asked
	                            * for (NS) or advertised (NA). */
	struct packet_quote quote; /* Of an ICMP error. */

	uint8_t wrapping;   /* WRAPPED_* bits; zero: seen bare. */
	uint8_t wrap_depth; /* Tunnels unwrapped. */
	uint32_t wrap_id; /* VNI, ERSPAN session or GRE key of the innermost. */
	struct ip_address outer_source; /* Of the outermost tunnel. */
	struct ip_address outer_target;
};

#endif
