/*
 * Names, read: what one packet of a naming protocol says of its sender.
 *
 * Each reader is a function of the packet alone and remembers nothing.  A host
 * is only believed about itself: an address in a record must be the one that
 * sent it (DHCP, where a client has no address yet, is the exception, and its
 * own struct).  What is read is hostile: every length is checked by the byte
 * reader, nothing is followed without end.
 *
 * Memory: none.
 */
#ifndef CLASSIFY_NAMES_READ_H
#define CLASSIFY_NAMES_READ_H

#include "base/bytes.h"
#include "classify/wire_name.h"
#include "decode/packet.h"

enum names_reading {
	NAMES_NOTHING,   /* The packet names nobody we would know. */
	NAMES_NAME,      /* There is a name. */
	NAMES_MALFORMED, /* The packet breaks the rules of its protocol. */
};

/* Messages of DHCP that matter here (RFC 2132, section 9.6). */
enum dhcp_type {
	DHCP_REQUEST = 3,
	DHCP_ACK = 5,
	DHCP_RELEASE = 7,
	DHCP_INFORM = 8,
};

struct dhcp_message {
	uint8_t type;           /* enum dhcp_type; any other does not matter. */
	uint8_t transaction[4]; /* "xid" */
	struct mac_address mac; /* Of the client: "chaddr". */
	struct ip_address client;  /* What the client has: "ciaddr". */
	struct ip_address yours;   /* What it is given: "yiaddr". */
	char name[WIRE_NAME_SIZE]; /* Empty: none. */
};

/* False: not DHCP over Ethernet, or broken; '*message' then says nothing. */
bool names_read_dhcp(
    const struct packet *packet, struct dhcp_message *message) SW_MUST_CHECK;

/* A host's announcement or answer by NetBIOS.  '*is_registration': it lays
 * claim to the name, unasked. */
enum names_reading names_read_netbios(const struct packet *packet,
    char name[WIRE_NAME_SIZE], bool *is_registration);

/* An announcement or answer by multicast DNS. */
enum names_reading names_read_mdns(
    const struct packet *packet, char name[WIRE_NAME_SIZE]);

/* An answer by LLMNR. */
enum names_reading names_read_llmnr(
    const struct packet *packet, char name[WIRE_NAME_SIZE]);

/* A machine's request for its first ticket, or a user's that says at which
 * machine. */
enum names_reading names_read_kerberos(
    const struct packet *packet, char name[WIRE_NAME_SIZE]);

/* What mDNS, LLMNR and NetBIOS have in common: a message of DNS. */
struct dns_message {
	struct reader reader; /* Of the whole message. */
	uint16_t flags;
	uint32_t records_left; /* Of all sections behind the questions. */
};

struct dns_record {
	uint32_t name_at; /* Where in the message its name begins. */
	uint16_t type;
	uint16_t class; /* Without mDNS's flag to flush caches. */
	uint32_t life_s;
	uint32_t size; /* Bytes of data. */
	const uint8_t *data;
};

enum { DNS_NAME_SIZE = 256 };

/* Reads header and questions.  False: it is broken. */
bool dns_message_begin(
    struct dns_message *message, const uint8_t *bytes, uint32_t size);

/* The next record; false: there is none, and message->reader.failed says
 * whether there should be one. */
bool dns_message_next(struct dns_message *message, struct dns_record *record);

/* Writes the labels of the name at 'at', joined by dots, and returns how many
 * bytes they are; 0: they are broken, or it is the root. */
uint32_t dns_name(const struct dns_message *message, uint32_t at,
    uint8_t name[DNS_NAME_SIZE]);

#endif
