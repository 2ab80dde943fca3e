#include "classify/names_read.h"

/* RFC 1002, section 4.2: the messages of the name service are DNS's but for
 * their flags, types and names. */
enum {
	FLAG_RESPONSE = 0x8000,
	ERROR_MASK = 0x000f,
	OPCODE_SHIFT = 11,
	OPCODE_MASK = 0xf,
	OPCODE_QUERY = 0,
	OPCODE_REGISTRATION = 5,
	OPCODE_REFRESH = 8,
	OPCODE_REFRESH_TOO = 9, /* RFC 1002 gives both numbers. */
	OPCODE_MULTIHOMED = 15, /* Of Windows: [MS-NBTE], section 2.2. */
	TYPE_NAME = 0x20,
	TYPE_STATUS = 0x21,
	CLASS_INTERNET = 1,
	FLAG_GROUP = 0x8000, /* Of a name; section 4.2.1.3. */
	NAME_LENGTH = 15,    /* The last byte of 16 says what it names: */
	SUFFIX_WORKSTATION = 0x00,
	SUFFIX_SERVER = 0x20,
};

static bool is_of_sender(
    const struct dns_record *record, const struct packet *packet);
static bool read_name(
    const struct dns_message *message, uint32_t at, char name[WIRE_NAME_SIZE]);
static bool read_status(
    const struct dns_record *record, char name[WIRE_NAME_SIZE]);

/* True: a claim to a name, or an answer to a question for one. */
static bool
is_wanted(const struct dns_message *message, bool *is_registration)
{
	uint32_t opcode = message->flags >> OPCODE_SHIFT & OPCODE_MASK;
	bool is_response = (message->flags & FLAG_RESPONSE) != 0;

	*is_registration = !is_response &&
	    (opcode == OPCODE_REGISTRATION || opcode == OPCODE_REFRESH ||
	        opcode == OPCODE_REFRESH_TOO || opcode == OPCODE_MULTIHOMED);
	return *is_registration ||
	    (is_response && opcode == OPCODE_QUERY &&
	        (message->flags & ERROR_MASK) == 0);
}

/* A name server that answers for others is not believed: the address must be
 * the sender's.  A status names none, and is always of who sends it. */
enum names_reading
names_read_netbios(const struct packet *packet, char name[WIRE_NAME_SIZE],
    bool *is_registration)
{
	struct dns_message message;
	struct dns_record record;

	if (!dns_message_begin(
	        &message, packet->payload, packet->payload_captured)) {
		return NAMES_MALFORMED;
	}
	if (!is_wanted(&message, is_registration)) {
		return NAMES_NOTHING;
	}
	while (dns_message_next(&message, &record)) {
		if (record.class != CLASS_INTERNET) {
			continue;
		}
		if (record.type == TYPE_NAME && is_of_sender(&record, packet)) {
			return read_name(&message, record.name_at, name)
			    ? NAMES_NAME
			    : NAMES_NOTHING;
		}
		if (record.type == TYPE_STATUS && !*is_registration) {
			return read_status(&record, name) ? NAMES_NAME
			                                  : NAMES_NOTHING;
		}
	}
	return message.reader.failed ? NAMES_MALFORMED : NAMES_NOTHING;
}

/* Entries of flags and an address (section 4.2.2).  A group's name is nobody's.
 */
static bool
is_of_sender(const struct dns_record *record, const struct packet *packet)
{
	struct reader reader;

	reader_init(&reader, record->data, record->size);
	while (reader_left(&reader) > 0) {
		uint16_t flags = reader_u16(&reader);
		const uint8_t *v4 = reader_take(&reader, 4);
		struct ip_address address;

		if (v4 == NULL) {
			return false;
		}
		address = ip_address_from_v4(v4);
		if ((flags & FLAG_GROUP) == 0 &&
		    ip_address_equal(&address, &packet->source)) {
			return true;
		}
	}
	return false;
}

/* The first-level encoding of RFC 1001, section 14.1: each half of a byte is a
 * letter from 'A' on, and a scope may follow as further labels. */
static bool
read_name(
    const struct dns_message *message, uint32_t at, char name[WIRE_NAME_SIZE])
{
	uint8_t text[DNS_NAME_SIZE];
	uint8_t decoded[NAME_LENGTH + 1];
	uint32_t size = dns_name(message, at, text);

	if (size < 2 * sizeof(decoded) ||
	    (size > 2 * sizeof(decoded) && text[2 * sizeof(decoded)] != '.')) {
		return false;
	}
	for (uint32_t i = 0; i < sizeof(decoded); i++) {
		uint32_t high = (uint32_t)text[2 * i] - 'A';
		uint32_t low = (uint32_t)text[2 * i + 1] - 'A';

		if (high > 0xf || low > 0xf) {
			return false;
		}
		decoded[i] = (uint8_t)(high << 4 | low);
	}
	return (decoded[NAME_LENGTH] == SUFFIX_WORKSTATION ||
	           decoded[NAME_LENGTH] == SUFFIX_SERVER) &&
	    wire_name_take(name, decoded, NAME_LENGTH);
}

/* A node's status lists its names (section 4.2.18). */
static bool
read_status(const struct dns_record *record, char name[WIRE_NAME_SIZE])
{
	struct reader reader;
	uint32_t count;

	reader_init(&reader, record->data, record->size);
	count = reader_u8(&reader);
	for (; count > 0; count--) {
		const uint8_t *text = reader_take(&reader, NAME_LENGTH);
		uint8_t suffix = reader_u8(&reader);
		uint16_t flags = reader_u16(&reader);

		if (reader.failed) {
			return false;
		}
		if (suffix == SUFFIX_WORKSTATION && (flags & FLAG_GROUP) == 0) {
			return wire_name_take(name, text, NAME_LENGTH);
		}
	}
	return false;
}
