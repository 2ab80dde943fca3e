#include "endpoint/positions.h"

enum { VALUES_MAX = 24, NONE = FIELD_COUNT };

struct order {
	uint64_t event_id;
	uint8_t fields[VALUES_MAX];
	uint8_t count;
};
_Static_assert(FIELD_COUNT <= UINT8_MAX, "a field must fit struct order");

#define ORDER(id, ...)                                                        \
	{                                                                     \
		id, { __VA_ARGS__ }, sizeof((const uint8_t[]){ __VA_ARGS__ }) \
	}
#define F(name) FIELD_##name

static const struct order orders[] = {
	ORDER(1, NONE, F(UTC_TIME), F(PROCESS_GUID), F(PROCESS_ID), F(IMAGE),
	    NONE, F(DESCRIPTION), F(PRODUCT), NONE, F(ORIGINAL_NAME),
	    F(COMMAND_LINE), F(WORKING_FOLDER), F(USER), NONE, F(LOGON_ID),
	    NONE, NONE, F(HASHES), F(PARENT_GUID), F(PARENT_PROCESS_ID),
	    F(PARENT_IMAGE), F(PARENT_COMMAND_LINE), F(PARENT_USER)),
	ORDER(3, NONE, F(UTC_TIME), F(PROCESS_GUID), F(PROCESS_ID), F(IMAGE),
	    F(USER), F(PROTOCOL), F(INITIATED), NONE, F(SOURCE_ADDRESS), NONE,
	    F(SOURCE_PORT), NONE, NONE, F(TARGET_ADDRESS), NONE,
	    F(TARGET_PORT)),
	ORDER(5, NONE, F(UTC_TIME), F(PROCESS_GUID), F(PROCESS_ID), F(IMAGE),
	    F(USER)),
	ORDER(6, NONE, F(UTC_TIME), F(IMAGE_LOADED), F(HASHES)),
	ORDER(7, NONE, F(UTC_TIME), F(PROCESS_GUID), F(PROCESS_ID), F(IMAGE),
	    F(IMAGE_LOADED)),
	ORDER(22, NONE, F(UTC_TIME), F(PROCESS_GUID), F(PROCESS_ID), F(QUERY),
	    NONE, F(QUERY_RESULTS), F(IMAGE), F(USER)),
	ORDER(4624, NONE, F(SUBJECT_USER), F(SUBJECT_DOMAIN),
	    F(SUBJECT_LOGON_ID), NONE, F(TARGET_USER), F(TARGET_DOMAIN),
	    F(TARGET_LOGON_ID), F(LOGON_TYPE), NONE, NONE, NONE, NONE, NONE,
	    NONE, NONE, F(PROCESS_ID), F(PROCESS_NAME), F(LOGON_ADDRESS)),
	ORDER(4688, NONE, F(SUBJECT_USER), F(SUBJECT_DOMAIN),
	    F(SUBJECT_LOGON_ID), F(NEW_PROCESS_ID), F(IMAGE), NONE,
	    F(PROCESS_ID), F(COMMAND_LINE), NONE, F(TARGET_USER),
	    F(TARGET_DOMAIN), F(TARGET_LOGON_ID), F(PARENT_IMAGE)),
	ORDER(4689, NONE, F(SUBJECT_USER), F(SUBJECT_DOMAIN),
	    F(SUBJECT_LOGON_ID), NONE, F(PROCESS_ID), F(PROCESS_NAME)),
	ORDER(5156, F(PROCESS_ID), F(IMAGE), F(DIRECTION), F(SOURCE_ADDRESS),
	    F(SOURCE_PORT), F(TARGET_ADDRESS), F(TARGET_PORT), F(PROTOCOL)),
	ORDER(5157, F(PROCESS_ID), F(IMAGE), F(DIRECTION), F(SOURCE_ADDRESS),
	    F(SOURCE_PORT), F(TARGET_ADDRESS), F(TARGET_PORT), F(PROTOCOL)),
	ORDER(5158, F(PROCESS_ID), F(IMAGE), F(SOURCE_ADDRESS), F(SOURCE_PORT),
	    F(PROTOCOL)),
};

/* Where the values of an older Sysmon stand in the newest order. */
static uint32_t
of_newest(uint64_t event_id, uint32_t index, uint32_t count, struct slice first)
{
	enum { ORIGINAL_NAME_AT = 9, NEWEST_COUNT = 22 };

	/* Without a rule's name the time comes first. */
	if (first.size > 4 && first.text[0] >= '0' && first.text[0] <= '9' &&
	    first.text[4] == '-') {
		index++;
		count++;
	}
	if (event_id == 1 && count < NEWEST_COUNT &&
	    index >= ORIGINAL_NAME_AT) {
		index++;
	}
	return index;
}

enum field
position_field(
    uint64_t event_id, uint32_t index, uint32_t count, struct slice first)
{
	if (event_id < 256) {
		index = of_newest(event_id, index, count, first);
	}
	for (size_t i = 0; i < ARRAY_SIZE(orders); i++) {
		if (orders[i].event_id == event_id && index < orders[i].count) {
			return (enum field)orders[i].fields[index];
		}
	}
	return FIELD_COUNT;
}
