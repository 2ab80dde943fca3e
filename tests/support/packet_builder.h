/*
 * Packet builder: frames made header by header, and beside each frame the
 * packet that decoding it must give.
 *
 *	struct packet_builder b;
 *
 *	build_begin(&b, BUILD_LINK_ETHERNET, time_ns);
 *	build_ethernet(&b, "02:00:00:00:00:01", "02:00:00:00:00:02");
 *	build_vlan(&b, 20);
 *	build_ip4(&b, "10.0.0.1", "10.0.0.2");
 *	build_tcp(&b, 40000, 22, TCP_SYN);
 *	build_end(&b);
 *	decode_frame(decode, &b.frame, &packet);
 *	build_difference(&packet, &b.expected); (null: equal)
 *
 * Source comes before target, from the link inwards.  Each header is told by
 * the next one what it carries, and build_end() writes lengths and checksums.
 * What a header holds beyond its arguments is taken from the builder's members,
 * which may be changed at any time before it.  A header of IP inside another,
 * or after build_vxlan() and the like, begins what a tunnel carries.
 *
 * 'frame' and 'expected' point into the builder: it must not be copied or moved
 * while they are used.
 */
#ifndef SUPPORT_PACKET_BUILDER_H
#define SUPPORT_PACKET_BUILDER_H

#include "capture/frame.h"
#include "decode/packet.h"

enum { BUILD_SIZE = 4096, BUILD_LAYERS = 48 };

/* Link types, by libpcap's DLT_ numbers. */
enum {
	BUILD_LINK_NULL = 0,
	BUILD_LINK_ETHERNET = 1,
	BUILD_LINK_PPP = 9,
	BUILD_LINK_RAW = 12,
	BUILD_LINK_PPP_SERIAL = 50,
	BUILD_LINK_LOOP = 108,
	BUILD_LINK_COOKED = 113,
	BUILD_LINK_IP4 = 228,
	BUILD_LINK_IP6 = 229,
	BUILD_LINK_COOKED_2 = 276,
};

/* How a header is told what follows it. */
enum build_next {
	BUILD_NEXT_NOTHING,
	BUILD_NEXT_ETHERTYPE,  /* Two bytes. */
	BUILD_NEXT_PROTOCOL,   /* One byte: an IP protocol. */
	BUILD_NEXT_PPP,        /* Two bytes: a PPP protocol. */
	BUILD_NEXT_FAMILY,     /* Four bytes, little-endian: AF_ number. */
	BUILD_NEXT_FAMILY_BIG, /* Four bytes, big-endian. */
};

/* What build_end() has still to write of a header. */
enum build_layer_kind {
	BUILD_LAYER_IP4,
	BUILD_LAYER_IP6,
	BUILD_LAYER_TCP,
	BUILD_LAYER_UDP,
	BUILD_LAYER_ICMP,
	BUILD_LAYER_ICMP6,
	BUILD_LAYER_PPPOE,
	BUILD_LAYER_LENGTH, /* 802.3: two bytes before. */
};

struct packet_builder {
	struct frame frame;
	struct packet expected;

	/* Of the headers to come. */
	uint8_t ttl;              /* 64 */
	uint16_t ip_id;           /* 0; IPv6: none */
	uint32_t fragment_offset; /* Bytes; 0 */
	bool more_fragments;
	uint16_t tcp_window; /* 1024 */
	uint32_t tcp_sequence;
	uint32_t tcp_acknowledged;
	const uint8_t *tcp_options; /* Of 'tcp_options_size' bytes, 4n. */
	uint32_t tcp_options_size;
	uint16_t icmp_id;
	uint16_t icmp_sequence;

	/* Private. */
	uint8_t bytes[BUILD_SIZE];
	uint32_t size;
	enum build_next next;
	uint32_t next_at;
	struct {
		enum build_layer_kind kind;
		uint32_t at;
		uint32_t ip_at; /* Of the IP header before it. */
	} layers[BUILD_LAYERS];
	uint32_t layer_count;
	uint32_t ip_at; /* Of the innermost IP header. */
	uint16_t mirror_vlan;
};

void build_begin(
    struct packet_builder *builder, uint16_t link_type, uint64_t time_ns);

/* Writes the lengths and checksums, and completes 'frame' and 'expected'.  May
 * be called again when something was added. */
void build_end(struct packet_builder *builder);

/* After build_end(): as if only the first 'size' bytes had been captured. */
void build_cut(struct packet_builder *builder, uint32_t size);

/* After build_end(): 'size' bytes of padding behind all that has a length. */
void build_pad(struct packet_builder *builder, uint32_t size);

/* A frame of the fragment of 'whole' (ended, without extension headers) that
 * holds 'size' of its bytes after the IP header, from 'offset' on.  Says
 * nothing of what is expected. */
void build_fragment(struct packet_builder *builder,
    const struct packet_builder *whole, uint32_t offset, uint32_t size,
    uint64_t time_ns);

/* The name of the first member that differs; null if none does. */
const char *build_difference(const struct packet *a, const struct packet *b);

/* Links. */
void build_ethernet(
    struct packet_builder *builder, const char *source, const char *target);
void build_snap(struct packet_builder *builder); /* 802.3: length, LLC, SNAP. */
void build_cooked(struct packet_builder *builder, const char *source);
void build_cooked_2(struct packet_builder *builder, const char *source);
void build_family(struct packet_builder *builder, bool is_big_endian);
void build_ppp(struct packet_builder *builder);
void build_vlan(struct packet_builder *builder, uint16_t vlan);
void build_tag(struct packet_builder *builder, uint16_t ethertype,
    uint16_t vlan); /* A VLAN tag of any ethertype. */
void build_mpls(struct packet_builder *builder, uint32_t label, bool is_last);
void build_control_word(struct packet_builder *builder);
void build_pppoe(struct packet_builder *builder);
void build_backbone(struct packet_builder *builder, uint32_t service);

/* Network. */
void build_arp(struct packet_builder *builder, uint16_t operation,
    const char *source, const char *target);
void build_ip4(
    struct packet_builder *builder, const char *source, const char *target);
void build_ip6(
    struct packet_builder *builder, const char *source, const char *target);
/* An extension header of eight bytes (AH, also of IPv4: 24), not a fragment's.
 */
void build_extension(struct packet_builder *builder, uint8_t protocol);
void build_fragment_header(struct packet_builder *builder, uint32_t id);

/* Transport. */
void build_tcp(struct packet_builder *builder, uint16_t source_port,
    uint16_t target_port, uint8_t flags);
void build_udp(
    struct packet_builder *builder, uint16_t source_port, uint16_t target_port);
void build_sctp(struct packet_builder *builder, uint16_t source_port,
    uint16_t target_port, uint8_t chunk);
void build_icmp(struct packet_builder *builder, uint8_t type, uint8_t code);
void build_icmp6(struct packet_builder *builder, uint8_t type, uint8_t code);
/* Neighbour solicitation or advertisement of 'asked'. */
void build_neighbour(
    struct packet_builder *builder, uint8_t type, const char *asked);
/* An ICMP error (of the version of the IP header before it) that quotes the
 * first 'size' bytes from the IP header of 'about' on. */
void build_icmp_error(struct packet_builder *builder, uint8_t type,
    uint8_t code, const struct packet_builder *about, uint32_t size);
void build_protocol(struct packet_builder *builder, uint8_t protocol);
void build_payload(
    struct packet_builder *builder, const void *bytes, uint32_t size);
/* 'size' bytes that count up. */
void build_filler(struct packet_builder *builder, uint32_t size);

/* Tunnels.  What follows is inside. */
void build_gre(struct packet_builder *builder, bool has_key, uint32_t key);
void build_erspan_1(struct packet_builder *builder);
void build_erspan_2(
    struct packet_builder *builder, uint16_t session, uint16_t vlan);
void build_erspan_3(struct packet_builder *builder, uint16_t session,
    uint16_t vlan, bool has_subheader);
void build_vxlan(struct packet_builder *builder, uint32_t vni);
void build_geneve(
    struct packet_builder *builder, uint32_t vni, uint32_t option_words);

/* Ready-made: Ethernet, IP of either version by the addresses, and TCP; ended.
 */
void build_simple_tcp(struct packet_builder *builder, uint64_t time_ns,
    const char *source, uint16_t source_port, const char *target,
    uint16_t target_port, uint8_t flags);

#endif
