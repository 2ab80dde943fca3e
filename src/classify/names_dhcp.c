#include "classify/names_read.h"

#include <string.h>

enum {
	OPERATION_REPLY = 2,
	HARDWARE_ETHERNET = 1,
	MAC_SIZE = 6,
	HARDWARE_SIZE = 16, /* Bytes kept for any hardware's address. */
	/* Both may hold options, too (option 52), but no client puts its name
	 * there. */
	SERVER_NAME_SIZE = 64,
	BOOT_FILE_SIZE = 128,
	OPTION_PAD = 0,
	OPTION_HOST_NAME = 12,
	OPTION_MESSAGE_TYPE = 53,
	OPTION_FULL_NAME = 81,
	OPTION_END = 255,
};

static const uint8_t magic[4] = { 99, 130, 83, 99 };

/* Where the options are that matter. */
struct options {
	struct reader host_name;
	struct reader full_name;
	uint8_t type;
};

static bool read_header(
    struct reader *reader, struct dhcp_message *message, uint8_t *operation);
static bool read_options(struct reader *reader, struct options *options);
static bool take_full_name(struct dhcp_message *message, struct reader *option);
static uint32_t join_labels(struct reader *option, uint8_t *text);

bool
names_read_dhcp(const struct packet *packet, struct dhcp_message *message)
{
	struct options options = { 0 };
	struct reader reader;
	uint8_t operation;

	memset(message, 0, sizeof(*message));
	reader_init(&reader, packet->payload, packet->payload_captured);
	if (!read_header(&reader, message, &operation) ||
	    !read_options(&reader, &options)) {
		return false;
	}
	if ((options.type == DHCP_ACK) == (operation == OPERATION_REPLY)) {
		message->type = options.type;
	}
	if (!take_full_name(message, &options.full_name)) {
		(void)wire_name_take(message->name, options.host_name.bytes,
		    options.host_name.size);
	}
	return true;
}

/* RFC 2131, section 2.  Only Ethernet has addresses of six bytes. */
static bool
read_header(
    struct reader *reader, struct dhcp_message *message, uint8_t *operation)
{
	const uint8_t *at;
	uint8_t hardware;
	uint8_t size;

	*operation = reader_u8(reader);
	hardware = reader_u8(reader);
	size = reader_u8(reader);
	(void)reader_u8(reader);
	at = reader_take(reader, sizeof(message->transaction));
	if (at == NULL || hardware != HARDWARE_ETHERNET || size != MAC_SIZE) {
		return false;
	}
	memcpy(message->transaction, at, sizeof(message->transaction));
	(void)reader_u32(reader); /* Seconds and flags. */
	at = reader_take(reader, 4 * 4);
	if (at == NULL) {
		return false;
	}
	message->client = ip_address_from_v4(at);
	message->yours = ip_address_from_v4(at + 4);
	at = reader_take(reader, HARDWARE_SIZE);
	if (at == NULL) {
		return false;
	}
	memcpy(message->mac.byte, at, MAC_SIZE);
	(void)reader_take(reader, SERVER_NAME_SIZE + BOOT_FILE_SIZE);
	at = reader_take(reader, sizeof(magic));
	return at != NULL && memcmp(at, magic, sizeof(magic)) == 0;
}

/* RFC 2132, section 2. */
static bool
read_options(struct reader *reader, struct options *options)
{
	while (reader_left(reader) > 0) {
		uint8_t code = reader_u8(reader);
		uint8_t size;
		const uint8_t *data;

		if (code == OPTION_PAD) {
			continue;
		}
		if (code == OPTION_END) {
			break;
		}
		size = reader_u8(reader);
		data = reader_take(reader, size);
		if (data == NULL) {
			return false;
		}
		if (code == OPTION_HOST_NAME) {
			reader_init(&options->host_name, data, size);
		} else if (code == OPTION_FULL_NAME) {
			reader_init(&options->full_name, data, size);
		} else if (code == OPTION_MESSAGE_TYPE && size == 1) {
			options->type = data[0];
		}
	}
	return !reader->failed;
}

/* RFC 4702, section 2: flags, two bytes that are out of use, and the name; in
 * DNS's labels or, of old, as text. */
static bool
take_full_name(struct dhcp_message *message, struct reader *option)
{
	enum { FLAG_LABELS = 0x04, HEAD_SIZE = 3 };
	uint8_t text[UINT8_MAX];
	uint8_t flags;
	uint32_t size;

	if (option->size <= HEAD_SIZE) {
		return false;
	}
	flags = reader_u8(option);
	(void)reader_u16(option);
	if ((flags & FLAG_LABELS) == 0) {
		size = reader_left(option);
		return wire_name_take(
		    message->name, reader_take(option, size), size);
	}
	size = join_labels(option, text);
	return wire_name_take(message->name, text, size);
}

/* There is no compression, and a name that ends without the root is partial,
 * which is good enough.  The text is never longer than the option. */
static uint32_t
join_labels(struct reader *option, uint8_t *text)
{
	uint32_t size = 0;

	while (reader_left(option) > 0) {
		uint32_t length = reader_u8(option);
		const uint8_t *label = reader_take(option, length);

		if (label == NULL || length == 0) {
			break;
		}
		if (size > 0) {
			text[size++] = '.';
		}
		memcpy(text + size, label, length);
		size += length;
	}
	return option->failed ? 0 : size;
}
