#include "classify/names_read.h"

/* Tags of DER (X.690, section 8.1.2) as RFC 4120, section 5, uses them. */
enum {
	TAG_INTEGER = 0x02,
	TAG_OCTETS = 0x04,
	TAG_GENERAL_STRING = 0x1b,
	TAG_SEQUENCE = 0x30,
	TAG_AS_REQUEST = 0x6a, /* [APPLICATION 10] */
	TAG_FIELD = 0xa0,      /* [0], and so on. */
	FIELD_BODY = 4,        /* Of a request. */
	FIELD_CLIENT = 1,      /* Of its body. */
	FIELD_ADDRESSES = 9,
	ADDRESS_NETBIOS = 20, /* Section 7.5.3. */
	NETBIOS_LENGTH = 15,
	/* Fields and addresses that are looked at, at most. */
	ELEMENT_LIMIT = 16,
};

static bool read_body(struct reader *body, char name[WIRE_NAME_SIZE]);
static bool read_account(struct reader *client, char name[WIRE_NAME_SIZE]);
static bool read_addresses(struct reader *addresses, char name[WIRE_NAME_SIZE]);

/* The next element, whose contents '*inner' is to read.  What a cut packet has
 * of the last one will do.  False: there is none. */
static bool
next_element(struct reader *reader, uint8_t *tag, struct reader *inner)
{
	enum { LONG_FORM = 0x80, LENGTH_LIMIT = 4 };
	uint32_t length;
	uint32_t length_size;

	*tag = reader_u8(reader);
	length = reader_u8(reader);
	if ((length & LONG_FORM) != 0) {
		length_size = length & ~(uint32_t)LONG_FORM;
		if (length_size == 0 || length_size > LENGTH_LIMIT) {
			reader->failed = true;
		}
		length = 0;
		for (; length_size > 0 && !reader->failed; length_size--) {
			length = length << 8 | reader_u8(reader);
		}
	}
	if (reader->failed) {
		return false;
	}
	if (length > reader_left(reader)) {
		length = reader_left(reader);
	}
	reader_init(inner, reader_take(reader, length), length);
	return true;
}

/* Whether the next element has the tag 'wanted'; if so it is entered. */
static bool
enter(struct reader *reader, uint8_t wanted)
{
	struct reader inner;
	uint8_t tag;

	if (!next_element(reader, &tag, &inner) || tag != wanted) {
		return false;
	}
	*reader = inner;
	return true;
}

/* Moves on to a field of a sequence and enters it. */
static bool
enter_field(struct reader *reader, uint8_t number)
{
	struct reader inner;
	uint8_t tag;

	for (uint32_t i = 0; i < ELEMENT_LIMIT; i++) {
		if (!next_element(reader, &tag, &inner)) {
			return false;
		}
		if (tag == TAG_FIELD + number) {
			*reader = inner;
			return true;
		}
	}
	return false;
}

/* Over TCP a length of four bytes goes before the message (section 7.2.2),
 * whose first segment is enough. */
enum names_reading
names_read_kerberos(const struct packet *packet, char name[WIRE_NAME_SIZE])
{
	enum { LENGTH_SIZE = 4 };
	struct reader reader;

	reader_init(&reader, packet->payload, packet->payload_captured);
	if (packet->kind == PACKET_TCP) {
		(void)reader_take(&reader, LENGTH_SIZE);
	}
	if (!enter(&reader, TAG_AS_REQUEST)) {
		return NAMES_NOTHING; /* Most are for further tickets. */
	}
	if (!enter(&reader, TAG_SEQUENCE) ||
	    !enter_field(&reader, FIELD_BODY) ||
	    !enter(&reader, TAG_SEQUENCE)) {
		return NAMES_MALFORMED;
	}
	return read_body(&reader, name) ? NAMES_NAME : NAMES_NOTHING;
}

static bool
read_body(struct reader *body, char name[WIRE_NAME_SIZE])
{
	struct reader client = *body;
	struct reader addresses = *body;

	return (enter_field(&client, FIELD_CLIENT) &&
	           read_account(&client, name)) ||
	    (enter_field(&addresses, FIELD_ADDRESSES) &&
	        read_addresses(&addresses, name));
}

/* A PrincipalName (section 5.2.2) of one part that ends in "$": the account of a
 * machine in Active Directory ([MS-KILE], section 3.3.5.6.1). */
static bool
read_account(struct reader *client, char name[WIRE_NAME_SIZE])
{
	struct reader part;
	uint8_t tag;

	if (!enter(client, TAG_SEQUENCE) || !enter_field(client, 1) ||
	    !enter(client, TAG_SEQUENCE) ||
	    !next_element(client, &tag, &part) || tag != TAG_GENERAL_STRING ||
	    reader_left(client) > 0 || part.size < 2 ||
	    part.bytes[part.size - 1] != '$') {
		return false;
	}
	return wire_name_take(name, part.bytes, part.size - 1);
}

/* HostAddresses (section 5.2.5). */
static bool
read_addresses(struct reader *addresses, char name[WIRE_NAME_SIZE])
{
	if (!enter(addresses, TAG_SEQUENCE)) {
		return false;
	}
	for (uint32_t i = 0; i < ELEMENT_LIMIT; i++) {
		struct reader type;
		struct reader address;
		uint8_t tag;

		if (!next_element(addresses, &tag, &type) ||
		    tag != TAG_SEQUENCE) {
			return false;
		}
		address = type;
		if (enter_field(&type, 0) && enter(&type, TAG_INTEGER) &&
		    type.size == 1 && type.bytes[0] == ADDRESS_NETBIOS &&
		    enter_field(&address, 1) && enter(&address, TAG_OCTETS) &&
		    address.size >= NETBIOS_LENGTH) {
			return wire_name_take(
			    name, address.bytes, NETBIOS_LENGTH);
		}
	}
	return false;
}
