#include "capture/pcapng.h"

#include <pcap/dlt.h>
#include <string.h>

/* Block types, and the value that shows the byte order (section 4 of the
 * draft). */
enum {
	BLOCK_SECTION = 0x0a0d0d0a,
	BLOCK_INTERFACE = 1,
	BLOCK_PACKET = 2, /* Obsolete, and met in old files. */
	BLOCK_SIMPLE_PACKET = 3,
	BLOCK_ENHANCED_PACKET = 6,
	BYTE_ORDER_MAGIC = 0x1a2b3c4d,
};

enum {
	BLOCK_OVERHEAD = 12,  /* Type, length, length again. */
	BLOCK_SIZE = 1 << 24, /* None is larger, by libpcap's limit too. */
	SECTION_FIXED = 16,   /* Bytes of a block's body before its options. */
	INTERFACE_FIXED = 8,
	PACKET_FIXED = 20, /* Both with an interface. */
	SIMPLE_PACKET_FIXED = 4,
};

/* Options of an interface description (section 4.2). */
enum {
	OPTION_END = 0,
	OPTION_TIME_RESOLUTION = 9,
	OPTION_TIME_OFFSET = 14,
	OPTION_SIZE = 8, /* Bytes of the longest that is used. */
};

/* A block that is being read. */
struct block {
	uint32_t type;
	uint32_t left; /* Bytes of its body not read yet. */
	uint32_t size; /* As it says at its beginning. */
};

static bool begin_block(struct pcapng *pcapng, struct block *block);
static bool end_block(struct pcapng *pcapng, struct block *block);
static bool read_section(struct pcapng *pcapng, struct block *block);
static bool read_interface(struct pcapng *pcapng, struct block *block);
static bool read_option(struct pcapng *pcapng, struct block *block,
    struct pcapng_interface *interface, bool *ended);
static bool read_packet(struct pcapng *pcapng, struct block *block,
    uint8_t *bytes, struct frame *frame);
static bool read_simple_packet(struct pcapng *pcapng, struct block *block,
    uint8_t *bytes, struct frame *frame);
static bool read_bytes(
    struct pcapng *pcapng, struct block *block, void *to, uint32_t size);
static bool skip_bytes(
    struct pcapng *pcapng, struct block *block, uint32_t size);
static uint64_t ticks_of(uint8_t resolution);
static uint64_t time_of(
    const struct pcapng_interface *interface, uint64_t ticks);
static bool damaged(struct pcapng *pcapng, const char *damage);
static uint16_t load16(const struct pcapng *pcapng, const uint8_t *at);
static uint32_t load32(const struct pcapng *pcapng, const uint8_t *at);

void
pcapng_init(struct pcapng *pcapng, FILE *file)
{
	memset(pcapng, 0, sizeof(*pcapng));
	pcapng->file = file;
}

bool
pcapng_next(struct pcapng *pcapng, uint8_t *bytes, struct frame *frame)
{
	struct block block;

	while (begin_block(pcapng, &block)) {
		bool read = true;
		bool is_packet = false;

		switch (block.type) {
		case BLOCK_SECTION:
			read = read_section(pcapng, &block);
			break;
		case BLOCK_INTERFACE:
			read = read_interface(pcapng, &block);
			break;
		case BLOCK_PACKET:
		case BLOCK_ENHANCED_PACKET:
			read = read_packet(pcapng, &block, bytes, frame);
			is_packet = true;
			break;
		case BLOCK_SIMPLE_PACKET:
			read = read_simple_packet(pcapng, &block, bytes, frame);
			is_packet = true;
			break;
		default:
			break;
		}
		if (!read || !end_block(pcapng, &block)) {
			return false;
		}
		if (is_packet) {
			return true;
		}
	}
	return false;
}

uint16_t
pcapng_link_type(uint16_t file_link_type)
{
	/* pcap-linktype(7): from 104 on, and below 11, they are the same. */
	switch (file_link_type) {
	case 100:
		return DLT_ATM_RFC1483;
	case 101:
		return DLT_RAW;
	case 102:
		return DLT_SLIP_BSDOS;
	case 103:
		return DLT_PPP_BSDOS;
	default:
		return file_link_type;
	}
}

/* Reads type and length.  False at the end of the file, and where what is there
 * cannot be a block. */
static bool
begin_block(struct pcapng *pcapng, struct block *block)
{
	uint8_t head[8];
	size_t taken = fread(head, 1, sizeof(head), pcapng->file);
	uint8_t magic[4];

	pcapng->block_offset = pcapng->offset;
	pcapng->offset += taken;
	if (taken == 0 && !ferror(pcapng->file)) {
		return false;
	}
	if (taken < sizeof(head)) {
		return damaged(pcapng, "the file ends");
	}
	block->type = load32(pcapng, head);
	if (block->type == BLOCK_SECTION) {
		/* Its length can be read once its byte order is known. */
		block->left = sizeof(magic);
		if (!read_bytes(pcapng, block, magic, sizeof(magic))) {
			return false;
		}
		pcapng->swapped = false;
		if (load32(pcapng, magic) != BYTE_ORDER_MAGIC) {
			pcapng->swapped = true;
			if (load32(pcapng, magic) != BYTE_ORDER_MAGIC) {
				return damaged(pcapng,
				    "a section has no known byte order");
			}
		}
	}
	block->size = load32(pcapng, head + 4);
	if (block->size < BLOCK_OVERHEAD || block->size > BLOCK_SIZE ||
	    block->size % 4 != 0) {
		return damaged(pcapng, "a block has an impossible length");
	}
	block->left = block->size - BLOCK_OVERHEAD;
	if (block->type == BLOCK_SECTION) {
		if (block->left < SECTION_FIXED) {
			return damaged(pcapng, "a section header is too short");
		}
		block->left -= (uint32_t)sizeof(magic);
	}
	return true;
}

/* Passes over what was not read of a block and checks its second length. */
static bool
end_block(struct pcapng *pcapng, struct block *block)
{
	uint8_t tail[4];

	if (!skip_bytes(pcapng, block, block->left)) {
		return false;
	}
	block->left = sizeof(tail);
	if (!read_bytes(pcapng, block, tail, sizeof(tail))) {
		return false;
	}
	if (load32(pcapng, tail) != block->size) {
		return damaged(
		    pcapng, "the two lengths of a block do not agree");
	}
	return true;
}

/* The rest of a section header, whose byte order was read.  The section's
 * interfaces are its own. */
static bool
read_section(struct pcapng *pcapng, struct block *block)
{
	uint8_t version[4];

	if (!read_bytes(pcapng, block, version, sizeof(version))) {
		return false;
	}
	/* 1.0, and 1.2, which some wrote and which is the same. */
	if (load16(pcapng, version) != 1) {
		return damaged(pcapng, "a section has an unknown version");
	}
	pcapng->interface_count = 0;
	return true;
}

static bool
read_interface(struct pcapng *pcapng, struct block *block)
{
	struct pcapng_interface *interface =
	    &pcapng->interfaces[pcapng->interface_count];
	uint8_t fixed[INTERFACE_FIXED];
	bool ended = false;

	if (block->left < INTERFACE_FIXED) {
		return damaged(pcapng, "an interface description is too short");
	}
	if (pcapng->interface_count == CONFIG_CAPTURE_INTERFACE_COUNT) {
		return damaged(
		    pcapng, "more interfaces are described than are kept");
	}
	if (!read_bytes(pcapng, block, fixed, sizeof(fixed))) {
		return false;
	}
	interface->link_type = pcapng_link_type(load16(pcapng, fixed));
	interface->snap_length = load32(pcapng, fixed + 4);
	interface->ticks_per_s = 1000000; /* Where no option says. */
	interface->offset_s = 0;
	while (!ended) {
		if (!read_option(pcapng, block, interface, &ended)) {
			return false;
		}
	}
	pcapng->interface_count++;
	return true;
}

/* Reads one option; the last one, or the end of the block, ends them. */
static bool
read_option(struct pcapng *pcapng, struct block *block,
    struct pcapng_interface *interface, bool *ended)
{
	uint8_t head[4];
	uint8_t value[OPTION_SIZE] = { 0 };
	uint32_t code;
	uint32_t size;
	uint32_t padded;
	uint32_t used;

	if (block->left < sizeof(head)) {
		*ended = true;
		return true;
	}
	if (!read_bytes(pcapng, block, head, sizeof(head))) {
		return false;
	}
	code = load16(pcapng, head);
	size = load16(pcapng, head + 2);
	padded = (size + 3) & ~3u;
	if (padded > block->left) {
		return damaged(pcapng, "an option goes past its block");
	}
	used = padded < sizeof(value) ? padded : (uint32_t)sizeof(value);
	if (!read_bytes(pcapng, block, value, used) ||
	    !skip_bytes(pcapng, block, padded - used)) {
		return false;
	}
	if (code == OPTION_TIME_RESOLUTION && size == 1) {
		interface->ticks_per_s = ticks_of(value[0]);
	} else if (code == OPTION_TIME_OFFSET && size == 8) {
		/* One number of eight bytes, in the section's order. */
		uint64_t first = load32(pcapng, value);
		uint64_t second = load32(pcapng, value + 4);
		bool first_is_high =
		    (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__) != pcapng->swapped;

		interface->offset_s =
		    (int64_t)(first_is_high ? first << 32 | second
		                            : second << 32 | first);
	}
	*ended = code == OPTION_END;
	return true;
}

/* Enhanced packet block (section 4.3) or packet block (appendix A): they differ
 * in how wide the interface's number is. */
static bool
read_packet(struct pcapng *pcapng, struct block *block, uint8_t *bytes,
    struct frame *frame)
{
	const struct pcapng_interface *interface;
	uint8_t fixed[PACKET_FIXED];
	uint32_t index;
	uint32_t wire_size;
	uint64_t ticks;

	if (block->left < PACKET_FIXED) {
		return damaged(pcapng, "a packet block is too short");
	}
	if (!read_bytes(pcapng, block, fixed, sizeof(fixed))) {
		return false;
	}
	index = block->type == BLOCK_PACKET ? load16(pcapng, fixed)
	                                    : load32(pcapng, fixed);
	if (index >= pcapng->interface_count) {
		return damaged(pcapng,
		    "a packet is of an interface that is not described");
	}
	interface = &pcapng->interfaces[index];
	ticks = (uint64_t)load32(pcapng, fixed + 4) << 32 |
	    load32(pcapng, fixed + 8);
	frame->captured_size = load32(pcapng, fixed + 12);
	wire_size = load32(pcapng, fixed + 16);
	if (frame->captured_size > block->left ||
	    frame->captured_size > CAPTURE_FRAME_SIZE) {
		return damaged(pcapng, "a packet has an impossible length");
	}
	if (!read_bytes(pcapng, block, bytes, frame->captured_size)) {
		return false;
	}
	frame->bytes = bytes;
	frame->time_ns = time_of(interface, ticks);
	frame->wire_size =
	    wire_size > frame->captured_size ? wire_size : frame->captured_size;
	frame->link_type = interface->link_type;
	frame->observation_point =
	    (uint8_t)(index < UINT8_MAX ? index : UINT8_MAX);
	pcapng->last_time_ns = frame->time_ns;
	return true;
}

/* Simple packet block (section 4.4): of the first interface, without a time,
 * cut at the snap length without saying so. */
static bool
read_simple_packet(struct pcapng *pcapng, struct block *block, uint8_t *bytes,
    struct frame *frame)
{
	const struct pcapng_interface *interface = &pcapng->interfaces[0];
	uint8_t fixed[SIMPLE_PACKET_FIXED];
	uint32_t captured_size;

	if (pcapng->interface_count == 0) {
		return damaged(pcapng,
		    "a packet is of an interface that is not described");
	}
	if (block->left < SIMPLE_PACKET_FIXED) {
		return damaged(pcapng, "a packet block is too short");
	}
	if (!read_bytes(pcapng, block, fixed, sizeof(fixed))) {
		return false;
	}
	frame->wire_size = load32(pcapng, fixed);
	captured_size = frame->wire_size;
	if (interface->snap_length != 0 &&
	    captured_size > interface->snap_length) {
		captured_size = interface->snap_length;
	}
	if (captured_size > block->left || captured_size > CAPTURE_FRAME_SIZE) {
		return damaged(pcapng, "a packet has an impossible length");
	}
	if (!read_bytes(pcapng, block, bytes, captured_size)) {
		return false;
	}
	frame->bytes = bytes;
	frame->captured_size = captured_size;
	frame->time_ns = pcapng->last_time_ns;
	frame->link_type = interface->link_type;
	frame->observation_point = 0;
	return true;
}

/* Reads 'size' bytes of the block, of which so many must be left. */
static bool
read_bytes(struct pcapng *pcapng, struct block *block, void *to, uint32_t size)
{
	size_t taken = fread(to, 1, size, pcapng->file);

	SW_ASSERT(size <= block->left);
	pcapng->offset += taken;
	block->left -= (uint32_t)taken;
	return taken == size || damaged(pcapng, "the file ends");
}

static bool
skip_bytes(struct pcapng *pcapng, struct block *block, uint32_t size)
{
	uint8_t passed[512];

	while (size > 0) {
		uint32_t piece =
		    size < sizeof(passed) ? size : (uint32_t)sizeof(passed);

		if (!read_bytes(pcapng, block, passed, piece)) {
			return false;
		}
		size -= piece;
	}
	return true;
}

/* if_tsresol: a negative power of ten, or of two if the highest bit is set.
 * Finer than 64 bits can count is none that clocks have. */
static uint64_t
ticks_of(uint8_t resolution)
{
	uint32_t exponent = resolution & 0x7f;
	uint64_t ticks = 1;

	if ((resolution & 0x80) != 0) {
		return 1ull << (exponent < 63 ? exponent : 63);
	}
	for (uint32_t i = 0; i < exponent && i < 19; i++) {
		ticks *= 10;
	}
	return ticks;
}

/* Nanoseconds since 1970, kept within what 64 bits can say. */
static uint64_t
time_of(const struct pcapng_interface *interface, uint64_t ticks)
{
	uint64_t ticks_per_s = interface->ticks_per_s;
	uint64_t seconds = ticks / ticks_per_s;
	uint64_t part = ticks % ticks_per_s;

	if (interface->offset_s < 0) {
		uint64_t back = 0 - (uint64_t)interface->offset_s;

		seconds = seconds > back ? seconds - back : 0;
	} else if (__builtin_add_overflow(
	               seconds, (uint64_t)interface->offset_s, &seconds)) {
		return UINT64_MAX;
	}
	if (seconds >= UINT64_MAX / NS_PER_S) {
		return UINT64_MAX;
	}
	/* So that the product below fits; both are powers of one base. */
	while (ticks_per_s > NS_PER_S) {
		uint64_t base = ticks_per_s % 10 == 0 ? 10 : 2;

		ticks_per_s /= base;
		part /= base;
	}
	return seconds * NS_PER_S + part * NS_PER_S / ticks_per_s;
}

/* Always false. */
static bool
damaged(struct pcapng *pcapng, const char *damage)
{
	pcapng->damage = damage;
	return false;
}

static uint16_t
load16(const struct pcapng *pcapng, const uint8_t *at)
{
	uint16_t value;

	memcpy(&value, at, sizeof(value));
	return pcapng->swapped ? __builtin_bswap16(value) : value;
}

static uint32_t
load32(const struct pcapng *pcapng, const uint8_t *at)
{
	uint32_t value;

	memcpy(&value, at, sizeof(value));
	return pcapng->swapped ? __builtin_bswap32(value) : value;
}
