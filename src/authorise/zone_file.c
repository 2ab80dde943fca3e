#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "authorise/zone.h"
#include "base/bytes.h"

/* TZif, RFC 8536, section 3. */
enum {
	HEADER_SIZE = 44,
	RESERVED_SIZE = 15,
	TYPE_SIZE = 6,
	TYPE_COUNT = 256, /* One octet tells them apart. */
	FOOTER_SIZE = 128,
};

/* What a header counts. */
struct counts {
	uint32_t version; /* 1 to 4. */
	uint32_t utc;
	uint32_t standard;
	uint32_t leap;
	uint32_t changes;
	uint32_t types;
	uint32_t characters;
};

static bool name_is_possible(const char *name);
static int read_whole(const char *path, uint8_t *bytes, size_t *size);
static bool take_header(struct reader *reader, struct counts *counts);
static uint64_t data_size(const struct counts *counts, uint32_t time_size);
static bool take_data(struct reader *reader, const struct counts *counts,
    uint32_t time_size, struct authorise_zone *zone);
static bool take_changes(const uint8_t *times, const uint8_t *which,
    const struct counts *counts, const int32_t *offsets,
    struct authorise_zone *zone);
static void keep_change(
    struct authorise_zone *zone, int64_t at_s, int32_t offset_s);
static bool take_footer(struct reader *reader, struct authorise_zone *zone);

int
authorise_zone_read(const char *name, struct authorise_zone *zone)
{
	static uint8_t bytes[AUTHORISE_ZONE_FILE_SIZE]; /* Too large for the
	                                                 * stack. */
	char path[sizeof("/usr/share/zoneinfo/") + AUTHORISE_ZONE_NAME_SIZE];
	size_t size = 0;
	int error;

	if (strcmp(name, "UTC") == 0) {
		authorise_zone_utc(zone);
		return 0;
	}
	if (!name_is_possible(name)) {
		return -EINVAL;
	}
	(void)snprintf(path, sizeof(path), "/usr/share/zoneinfo/%s", name);
	error = read_whole(path, bytes, &size);
	if (error != 0) {
		return error;
	}
	return authorise_zone_parse(name, bytes, size, zone) ? 0 : -EINVAL;
}

bool
authorise_zone_parse(const char *name, const uint8_t *bytes, size_t size,
    struct authorise_zone *zone)
{
	static struct authorise_zone parsed; /* Too large for the stack. */
	struct reader reader;
	struct counts counts;

	if (size > AUTHORISE_ZONE_FILE_SIZE || !name_is_possible(name)) {
		return false;
	}
	memset(&parsed, 0, sizeof(parsed));
	(void)snprintf(parsed.name, sizeof(parsed.name), "%s", name);
	reader_init(&reader, bytes, (uint32_t)size);
	if (!take_header(&reader, &counts)) {
		return false;
	}
	if (counts.version == 1) {
		if (!take_data(&reader, &counts, 4, &parsed)) {
			return false;
		}
	} else {
		uint64_t skipped = data_size(&counts, 4);

		/* The first block is for readers that know no better. */
		if (skipped > reader_left(&reader) ||
		    reader_take(&reader, (uint32_t)skipped) == NULL ||
		    !take_header(&reader, &counts) ||
		    !take_data(&reader, &counts, 8, &parsed) ||
		    !take_footer(&reader, &parsed)) {
			return false;
		}
	}
	*zone = parsed;
	return true;
}

/* Names of letters, digits and few signs: no way out of the folder. */
static bool
name_is_possible(const char *name)
{
	return name[0] != '\0' && name[0] != '/' &&
	    strlen(name) < AUTHORISE_ZONE_NAME_SIZE &&
	    strstr(name, "..") == NULL &&
	    name[strspn(name,
	        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	        "0123456789+-_/")] == '\0';
}

static int
read_whole(const char *path, uint8_t *bytes, size_t *size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	ssize_t taken;
	int error = 0;

	if (fd < 0) {
		return -errno;
	}
	while ((taken = read(
	            fd, bytes + *size, AUTHORISE_ZONE_FILE_SIZE - *size)) > 0) {
		*size += (size_t)taken;
	}
	if (taken < 0) {
		error = -errno;
	} else if (*size == AUTHORISE_ZONE_FILE_SIZE) {
		error = -EFBIG;
	}
	close(fd);
	return error;
}

static bool
take_header(struct reader *reader, struct counts *counts)
{
	const uint8_t *magic = reader_take(reader, 4);
	uint8_t version;

	if (magic == NULL || memcmp(magic, "TZif", 4) != 0) {
		return false;
	}
	version = reader_u8(reader);
	(void)reader_take(reader, RESERVED_SIZE);
	counts->utc = reader_u32(reader);
	counts->standard = reader_u32(reader);
	counts->leap = reader_u32(reader);
	counts->changes = reader_u32(reader);
	counts->types = reader_u32(reader);
	counts->characters = reader_u32(reader);
	counts->version = version == 0         ? 1
	    : version >= '2' && version <= '9' ? 2
	                                       : 0;
	return !reader->failed && counts->version != 0 && counts->leap == 0 &&
	    counts->types <= TYPE_COUNT;
}

/* Bytes of a block of data, with times of 'time_size' bytes. */
static uint64_t
data_size(const struct counts *counts, uint32_t time_size)
{
	return (uint64_t)counts->changes * (time_size + 1) +
	    (uint64_t)counts->types * TYPE_SIZE + counts->characters +
	    counts->standard + counts->utc;
}

static bool
take_data(struct reader *reader, const struct counts *counts,
    uint32_t time_size, struct authorise_zone *zone)
{
	int32_t offsets[TYPE_COUNT];
	const uint8_t *times;
	const uint8_t *which;

	if (counts->types == 0 ||
	    data_size(counts, time_size) > reader_left(reader)) {
		return false;
	}
	times = reader_take(reader, counts->changes * time_size);
	which = reader_take(reader, counts->changes);
	for (uint32_t i = 0; i < counts->types; i++) {
		offsets[i] = (int32_t)reader_u32(reader);
		(void)reader_take(reader, TYPE_SIZE - 4);
		if (offsets[i] > AUTHORISE_ZONE_OFFSET_MOST ||
		    offsets[i] < -AUTHORISE_ZONE_OFFSET_MOST) {
			return false;
		}
	}
	(void)reader_take(
	    reader, counts->characters + counts->standard + counts->utc);
	/* Section 3.2: the first type holds before the first change. */
	zone->first_offset_s = offsets[0];
	if (time_size == 4) {
		struct counts narrow = *counts;

		narrow.version = 1;
		return take_changes(times, which, &narrow, offsets, zone);
	}
	return take_changes(times, which, counts, offsets, zone);
}

static bool
take_changes(const uint8_t *times, const uint8_t *which,
    const struct counts *counts, const int32_t *offsets,
    struct authorise_zone *zone)
{
	bool narrow = counts->version == 1;
	int64_t before_s = INT64_MIN;

	for (uint32_t i = 0; i < counts->changes; i++) {
		int64_t at_s = narrow
		    ? (int32_t)load_be32(times + (size_t)i * 4)
		    : (int64_t)load_be64(times + (size_t)i * 8);

		if (which[i] >= counts->types || (i > 0 && at_s <= before_s)) {
			return false;
		}
		keep_change(zone, at_s, offsets[which[i]]);
		before_s = at_s;
	}
	return true;
}

/* Full, the first is forgotten. */
static void
keep_change(struct authorise_zone *zone, int64_t at_s, int32_t offset_s)
{
	uint32_t last = AUTHORISE_ZONE_CHANGES - 1;

	if (zone->change_count == AUTHORISE_ZONE_CHANGES) {
		zone->first_offset_s = zone->offset_s[0];
		memmove(zone->change_at_s, zone->change_at_s + 1,
		    last * sizeof(zone->change_at_s[0]));
		memmove(zone->offset_s, zone->offset_s + 1,
		    last * sizeof(zone->offset_s[0]));
		zone->change_count--;
	}
	zone->change_at_s[zone->change_count] = at_s;
	zone->offset_s[zone->change_count] = offset_s;
	zone->change_count++;
}

/* A rule between two line feeds; an empty one is none. */
static bool
take_footer(struct reader *reader, struct authorise_zone *zone)
{
	char text[FOOTER_SIZE];
	uint32_t length = 0;
	char c = '\0';

	if (reader_u8(reader) != '\n') {
		return false;
	}
	while ((c = (char)reader_u8(reader)) != '\n') {
		if (reader->failed || c == '\0' || length == FOOTER_SIZE - 1) {
			return false;
		}
		text[length++] = c;
	}
	text[length] = '\0';
	return length == 0 || authorise_zone_parse_rule(text, &zone->rule);
}
