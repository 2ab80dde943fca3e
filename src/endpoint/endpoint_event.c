#include "endpoint/endpoint_event.h"

#include <string.h>

#include "endpoint/utf8.h"

/* No process of a Sysmon began before 2001. */
#define STARTED_MIN_S 1000000000u

static size_t
room_of(enum endpoint_text which)
{
	switch (which) {
	case ENDPOINT_COMMAND_LINE:
	case ENDPOINT_PARENT_COMMAND_LINE:
		return ENDPOINT_COMMAND_SIZE;
	case ENDPOINT_IMAGE:
	case ENDPOINT_PARENT_IMAGE:
	case ENDPOINT_HASHES:
	case ENDPOINT_QUERY_RESULTS:
	case ENDPOINT_IMAGE_LOADED:
	case ENDPOINT_WORKING_FOLDER:
	case ENDPOINT_HOST_ADDRESSES:
		return ENDPOINT_PATH_SIZE;
	case ENDPOINT_HOST:
	case ENDPOINT_SENDER:
	case ENDPOINT_USER:
	case ENDPOINT_PARENT_USER:
	case ENDPOINT_QUERY:
	case ENDPOINT_ORIGINAL_NAME:
	case ENDPOINT_PRODUCT:
	case ENDPOINT_SUBJECT_USER:
	case ENDPOINT_LOGON_ADDRESS:
	case ENDPOINT_TEXT_COUNT:
		break;
	}
	return ENDPOINT_NAME_SIZE;
}

void
endpoint_event_init(struct endpoint_event *event)
{
	memset(event, 0, offsetof(struct endpoint_event, text));
	event->text[0] = '\0';
	event->text_size = 1;
}

void
endpoint_event_add_text(struct endpoint_event *event, enum endpoint_text which,
    const char *text, size_t size)
{
	size_t room = room_of(which);
	size_t left = (size_t)ENDPOINT_TEXT_SIZE - event->text_size;
	struct utf8_copy copy;

	SW_ASSERT(which < ENDPOINT_TEXT_COUNT);
	if (size == 0 || event->text_offset[which] != 0) {
		return;
	}
	if (room > left) {
		room = left;
	}
	if (room < 2) {
		event->flags |= ENDPOINT_TEXT_CUT;
		return;
	}
	copy = utf8_copy(event->text + event->text_size, room - 1, text, size);
	if (copy.was_cut) {
		event->flags |= ENDPOINT_TEXT_CUT;
	}
	if (copy.was_repaired) {
		event->flags |= ENDPOINT_REPAIRED;
	}
	if (copy.size == 0) {
		return;
	}
	event->text[event->text_size + copy.size] = '\0';
	event->text_offset[which] = event->text_size;
	event->text_size = (uint16_t)(event->text_size + copy.size + 1);
}

static bool
texts_are_sound(const struct endpoint_event *event)
{
	if (event->text[0] != '\0' ||
	    event->text[event->text_size - 1] != '\0' ||
	    !utf8_is_clean(event->text, event->text_size)) {
		return false;
	}
	for (uint32_t i = 0; i < ENDPOINT_TEXT_COUNT; i++) {
		if (event->text_offset[i] >= event->text_size) {
			return false;
		}
	}
	return true;
}

bool
endpoint_event_is_sound(const struct endpoint_event *event, size_t size)
{
	return size > offsetof(struct endpoint_event, text) &&
	    size <= sizeof(*event) && event->text_size >= 1 &&
	    event->text_size <= ENDPOINT_TEXT_SIZE &&
	    endpoint_event_size(event) == size &&
	    (event->flags & ~(uint32_t)ENDPOINT_FLAGS_ALL) == 0 &&
	    event->kind < ENDPOINT_KIND_COUNT &&
	    event->source < ENDPOINT_SOURCE_COUNT &&
	    event->time_quality < ENDPOINT_TIME_COUNT &&
	    event->direction < ENDPOINT_DIRECTION_COUNT &&
	    event->unused[0] == 0 && event->unused[1] == 0 &&
	    texts_are_sound(event);
}

uint64_t
endpoint_guid_started_s(const uint8_t guid[ENDPOINT_GUID_SIZE])
{
	uint32_t started_s = (uint32_t)guid[6] << 24 | (uint32_t)guid[7] << 16 |
	    (uint32_t)guid[4] << 8 | guid[5];

	return started_s < STARTED_MIN_S ? 0 : started_s;
}
