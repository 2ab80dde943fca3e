#include "classify/names_read.h"

#include <string.h>
#include <strings.h>

enum {
	FLAG_RESPONSE = 0x8000,
	OPCODE_AND_ERROR = 0x780f,
	TYPE_A = 1,
	TYPE_AAAA = 28,
	CLASS_INTERNET = 1,
	CLASS_MASK = 0x7fff, /* RFC 6762, section 10.2. */
	LABEL_LIMIT = 63,
	POINTER = 0xc0,
	JUMP_LIMIT = 16,
	/* More than any host has to say of itself. */
	RECORD_LIMIT = 64,
	QUESTION_LIMIT = 32,
};

static void skip_name(struct reader *reader);
static enum names_reading read_own_name(struct dns_message *message,
    const struct packet *packet, uint8_t name[DNS_NAME_SIZE], uint32_t *size);
static bool is_of_sender(
    const struct dns_record *record, const struct packet *packet);

/* RFC 1035, section 4.1. */
bool
dns_message_begin(
    struct dns_message *message, const uint8_t *bytes, uint32_t size)
{
	struct reader *reader = &message->reader;
	uint32_t questions;

	reader_init(reader, bytes, size);
	(void)reader_u16(reader);
	message->flags = reader_u16(reader);
	questions = reader_u16(reader);
	message->records_left = reader_u16(reader);
	message->records_left += reader_u16(reader);
	message->records_left += reader_u16(reader);
	if (message->records_left > RECORD_LIMIT) {
		message->records_left = RECORD_LIMIT;
	}
	if (questions > QUESTION_LIMIT) {
		return false;
	}
	for (; questions > 0 && !reader->failed; questions--) {
		skip_name(reader);
		(void)reader_u32(reader);
	}
	return !reader->failed;
}

bool
dns_message_next(struct dns_message *message, struct dns_record *record)
{
	struct reader *reader = &message->reader;

	if (message->records_left == 0 || reader->failed) {
		return false;
	}
	message->records_left--;
	record->name_at = reader->offset;
	skip_name(reader);
	record->type = reader_u16(reader);
	record->class = reader_u16(reader) & CLASS_MASK;
	record->life_s = reader_u32(reader);
	record->size = reader_u16(reader);
	record->data = reader_take(reader, record->size);
	return !reader->failed;
}

/* A pointer ends a name. */
static void
skip_name(struct reader *reader)
{
	uint8_t length;

	do {
		length = reader_u8(reader);
		if ((length & POINTER) == POINTER) {
			(void)reader_u8(reader);
			return;
		}
		if (length > LABEL_LIMIT) {
			reader->failed = true;
		}
		(void)reader_take(reader, length);
	} while (length != 0 && !reader->failed);
}

/* A pointer leads to "a prior occurrence of the same name" (RFC 1035, section
 * 4.1.4): each must lead further back than the last, so none can lead round in
 * a circle. */
uint32_t
dns_name(
    const struct dns_message *message, uint32_t at, uint8_t name[DNS_NAME_SIZE])
{
	struct reader reader = message->reader;
	uint32_t size = 0;
	uint32_t jumps = 0;

	reader.failed = false;
	reader.offset = at;
	for (;;) {
		uint32_t length = reader_u8(&reader);
		const uint8_t *label;

		if ((length & POINTER) == POINTER) {
			uint32_t to = (length & ~(uint32_t)POINTER) << 8 |
			    reader_u8(&reader);

			if (reader.failed || to >= at || ++jumps > JUMP_LIMIT) {
				return 0;
			}
			at = to;
			reader.offset = to;
			continue;
		}
		label = reader_take(&reader, length);
		if (reader.failed || length > LABEL_LIMIT ||
		    size + length + 1 > DNS_NAME_SIZE) {
			return 0;
		}
		if (length == 0) {
			return size == 0 ? 0 : size - 1; /* The last dot. */
		}
		memcpy(name + size, label, length);
		size += length;
		name[size++] = '.';
	}
}

/* RFC 6762: what is announced or answered comes from the port itself (section
 * 6), names end in "local" (section 3), and a life of zero says goodbye (section
 * 10.1).  A host has one label; services and aliases have more. */
enum names_reading
names_read_mdns(const struct packet *packet, char name[WIRE_NAME_SIZE])
{
	static const char local[] = ".local";
	uint32_t tail = sizeof(local) - 1;
	struct dns_message message;
	uint8_t text[DNS_NAME_SIZE];
	uint32_t size;
	enum names_reading reading;

	if (!dns_message_begin(
	        &message, packet->payload, packet->payload_captured)) {
		return NAMES_MALFORMED;
	}
	reading = read_own_name(&message, packet, text, &size);
	if (reading != NAMES_NAME) {
		return reading;
	}
	if (size <= tail ||
	    strncasecmp((const char *)text + size - tail, local, tail) != 0 ||
	    memchr(text, '.', size - tail) != NULL) {
		return NAMES_NOTHING;
	}
	return wire_name_take(name, text, size - tail) ? NAMES_NAME
	                                               : NAMES_NOTHING;
}

/* RFC 4795, section 2.1.1: as DNS has it. */
enum names_reading
names_read_llmnr(const struct packet *packet, char name[WIRE_NAME_SIZE])
{
	struct dns_message message;
	uint8_t text[DNS_NAME_SIZE];
	uint32_t size;
	enum names_reading reading;

	if (!dns_message_begin(
	        &message, packet->payload, packet->payload_captured)) {
		return NAMES_MALFORMED;
	}
	reading = read_own_name(&message, packet, text, &size);
	if (reading != NAMES_NAME) {
		return reading;
	}
	return wire_name_take(name, text, size) ? NAMES_NAME : NAMES_NOTHING;
}

/* The name of the first record with the sender's address. */
static enum names_reading
read_own_name(struct dns_message *message, const struct packet *packet,
    uint8_t name[DNS_NAME_SIZE], uint32_t *size)
{
	struct dns_record record;

	if ((message->flags & FLAG_RESPONSE) == 0 ||
	    (message->flags & OPCODE_AND_ERROR) != 0) {
		return NAMES_NOTHING;
	}
	while (dns_message_next(message, &record)) {
		if (is_of_sender(&record, packet)) {
			*size = dns_name(message, record.name_at, name);
			return *size > 0 ? NAMES_NAME : NAMES_MALFORMED;
		}
	}
	return message->reader.failed ? NAMES_MALFORMED : NAMES_NOTHING;
}

static bool
is_of_sender(const struct dns_record *record, const struct packet *packet)
{
	struct ip_address address;

	if (record->class != CLASS_INTERNET || record->life_s == 0) {
		return false;
	}
	if (record->type == TYPE_A && record->size == 4) {
		address = ip_address_from_v4(record->data);
	} else if (record->type == TYPE_AAAA &&
	    record->size == sizeof(address)) {
		memcpy(&address, record->data, sizeof(address));
	} else {
		return false;
	}
	return ip_address_equal(&address, &packet->source);
}
