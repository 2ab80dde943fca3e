#include "store/store_read.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/rfc3339.h"
#include "store/reader.h"

/* Blocks and options of draft-ietf-opsawg-pcapng, sections 4.1 to 4.3 and 3.5.
 * Numbers are written as this machine has them; the byte-order magic says
 * which way that is. */
enum {
	SECTION_HEADER = 0x0a0d0d0a,
	INTERFACE_DESCRIPTION = 1,
	ENHANCED_PACKET = 6,
	BYTE_ORDER_MAGIC = 0x1a2b3c4d,
	OPTION_COMMENT = 1,
	OPTION_USER_APPLICATION = 4, /* Of the section's header. */
	OPTION_NAME = 2,             /* Of an interface. */
	OPTION_RESOLUTION = 9,
	RESOLUTION_NS = 9, /* Ten to the minus ninth of a second. */
	BLOCK_SIZE = 1024,
	INTERFACES = 16,
};

/* A block being put together. */
struct block {
	uint8_t bytes[BLOCK_SIZE];
	uint32_t size;
};

/* What is one interface in the file. */
struct source {
	uint16_t link_type;
	uint16_t interface;
};

struct pcapng {
	const struct store_sink *sink;
	const char *id;
	struct source sources[INTERFACES];
	uint32_t source_count;
	uint32_t packets;
	int error;
};

static bool write_packet(void *context, const struct store_packet *packet);
static int write_head(struct pcapng *pcapng);
static int interface_of(
    struct pcapng *pcapng, const struct store_packet *packet, uint32_t *index);
static int write_interface(struct pcapng *pcapng, const struct source *source);
static void begin(struct block *block, uint32_t type);
static void add(struct block *block, const void *bytes, uint32_t size);
static void add32(struct block *block, uint32_t value);
static void add_option(
    struct block *block, uint16_t code, const void *value, uint16_t size);
static int finish(struct pcapng *pcapng, struct block *block);
static int say_none(struct store_reader *reader, const char *id);

int
store_export_pcapng(
    struct store_reader *reader, const char *id, const struct store_sink *sink)
{
	struct pcapng pcapng = { .sink = sink, .id = id };
	int error = store_packets(reader, id, write_packet, &pcapng);

	if (error == 0) {
		error = pcapng.error;
	}
	if (error == 0 && pcapng.packets == 0) {
		return say_none(reader, id);
	}
	return error;
}

static bool
write_packet(void *context, const struct store_packet *packet)
{
	struct pcapng *pcapng = context;
	struct block block;
	uint32_t interface = 0;

	if (pcapng->packets == 0) {
		pcapng->error = write_head(pcapng);
	}
	if (pcapng->error == 0) {
		pcapng->error = interface_of(pcapng, packet, &interface);
	}
	if (pcapng->error != 0) {
		return false;
	}
	begin(&block, ENHANCED_PACKET);
	add32(&block, interface);
	add32(&block, (uint32_t)(packet->time_ns >> 32));
	add32(&block, (uint32_t)packet->time_ns);
	add32(&block, packet->size);
	add32(&block, packet->wire_size);
	add(&block, packet->bytes, packet->size);
	add_option(
	    &block, OPTION_COMMENT, pcapng->id, (uint16_t)strlen(pcapng->id));
	pcapng->error = finish(pcapng, &block);
	pcapng->packets++;
	return pcapng->error == 0;
}

static int
write_head(struct pcapng *pcapng)
{
	static const char application[] = "Spanwatch";
	const uint16_t version[] = { 1, 0 };
	const int64_t unknown_length = -1;
	struct block block;

	begin(&block, SECTION_HEADER);
	add32(&block, BYTE_ORDER_MAGIC);
	add(&block, version, sizeof(version));
	add(&block, &unknown_length, sizeof(unknown_length));
	add_option(&block, OPTION_USER_APPLICATION, application,
	    sizeof(application) - 1);
	return finish(pcapng, &block);
}

/* The interface of a packet, described before its first one. */
static int
interface_of(
    struct pcapng *pcapng, const struct store_packet *packet, uint32_t *index)
{
	const struct source source = { packet->link_type, packet->interface };

	for (uint32_t i = 0; i < pcapng->source_count; i++) {
		if (pcapng->sources[i].link_type == source.link_type &&
		    pcapng->sources[i].interface == source.interface) {
			*index = i;
			return 0;
		}
	}
	if (pcapng->source_count == INTERFACES) {
		return -EUCLEAN;
	}
	*index = pcapng->source_count;
	pcapng->sources[pcapng->source_count++] = source;
	return write_interface(pcapng, &source);
}

static int
write_interface(struct pcapng *pcapng, const struct source *source)
{
	const uint16_t link[] = { source->link_type, 0 };
	const uint8_t resolution = RESOLUTION_NS;
	char name[32];
	struct block block;

	(void)snprintf(
	    name, sizeof(name), "observation point %u", source->interface);
	begin(&block, INTERFACE_DESCRIPTION);
	add(&block, link, sizeof(link));
	add32(&block, STORE_PACKET_SIZE);
	add_option(&block, OPTION_NAME, name, (uint16_t)strlen(name));
	add_option(&block, OPTION_RESOLUTION, &resolution, sizeof(resolution));
	return finish(pcapng, &block);
}

static void
begin(struct block *block, uint32_t type)
{
	block->size = 0;
	add32(block, type);
	add32(block, 0); /* The length, known at the end. */
}

/* Adds bytes and what fills them up to four. */
static void
add(struct block *block, const void *bytes, uint32_t size)
{
	uint32_t padded = (size + 3) & ~3u;

	SW_ASSERT(block->size + padded <= sizeof(block->bytes));
	memset(block->bytes + block->size, 0, padded);
	if (size > 0) {
		memcpy(block->bytes + block->size, bytes, size);
	}
	block->size += padded;
}

static void
add32(struct block *block, uint32_t value)
{
	add(block, &value, sizeof(value));
}

static void
add_option(struct block *block, uint16_t code, const void *value, uint16_t size)
{
	const uint16_t head[] = { code, size };

	add(block, head, sizeof(head));
	add(block, value, size);
}

/* Ends the options and the block, and gives it out. */
static int
finish(struct pcapng *pcapng, struct block *block)
{
	uint32_t length = block->size + 2 * (uint32_t)sizeof(length);

	add32(block, 0); /* opt_endofopt. */
	add32(block, length);
	memcpy(block->bytes + sizeof(length), &length, sizeof(length));
	return pcapng->sink->write(
	    pcapng->sink->context, block->bytes, block->size);
}

static int
say_none(struct store_reader *reader, const char *id)
{
	struct store_evidence evidence;
	char time[RFC3339_SIZE];
	int error = store_evidence(reader, id, &evidence);

	if (error != 0) {
		return error;
	}
	if (evidence.dropped_ns != 0) {
		(void)snprintf(reader->reason, sizeof(reader->reason),
		    "retention dropped the packets of %.40s at %s", id,
		    rfc3339_format(evidence.dropped_ns, time));
	} else {
		(void)snprintf(reader->reason, sizeof(reader->reason),
		    "no packets were kept of %.40s", id);
	}
	return -ENODATA;
}
