#include "endpoint/normalise.h"

/* What an event is. */
struct identity {
	enum endpoint_source source;
	enum endpoint_kind kind;
	bool is_wanted;
};

#define UNWANTED ((struct identity){ ENDPOINT_OTHER, ENDPOINT_LOG_GAP, false })

struct slice
normal_value(const struct fields *fields, enum field field)
{
	struct slice value = slice_trim(fields->value[field]);

	if (value.size == 0 || slice_is(value, SLICE("-"))) {
		return (struct slice){ NULL, 0 };
	}
	return value;
}

struct slice
normal_whole(const struct fields *fields, enum field field)
{
	struct slice value = normal_value(fields, field);

	if (value.size > 0 && fields->was_cut &&
	    value.text + value.size == fields->open_end) {
		return (struct slice){ NULL, 0 };
	}
	return value;
}

bool
normal_number(
    struct normal *normal, enum field field, uint64_t max, uint64_t *value)
{
	struct slice text = normal_value(normal->fields, field);
	uint64_t number;

	if (text.size == 0 ||
	    text.text + text.size == normal->fields->open_end) {
		return false;
	}
	if (!slice_number(text, &number) || number > max) {
		normal->has_bad = true;
		return false;
	}
	*value = number;
	return true;
}

/* ASCII letters in any case. */
static bool
has_word(struct slice text, struct slice word)
{
	for (; text.size >= word.size; text = slice_after(text, 1)) {
		if (slice_begins_word(text, word)) {
			return true;
		}
	}
	return false;
}

static bool
names(const struct fields *fields, struct slice word)
{
	return has_word(fields->value[FIELD_PROVIDER], word) ||
	    has_word(fields->value[FIELD_CHANNEL], word);
}

static bool
event_id_of(const struct fields *fields, uint64_t *event_id)
{
	return slice_number(fields->value[FIELD_EVENT_ID], event_id) ||
	    slice_number(fields->value[FIELD_EVENT_CODE], event_id);
}

static struct identity
identify_sysmon(const struct fields *fields, uint64_t event_id)
{
	static const struct {
		uint64_t event_id;
		enum endpoint_kind kind;
	} kinds[] = {
		{ 1, ENDPOINT_PROCESS_START },
		{ 3, ENDPOINT_CONNECTION },
		{ 5, ENDPOINT_PROCESS_END },
		{ 6, ENDPOINT_IMAGE_LOAD },
		{ 7, ENDPOINT_IMAGE_LOAD },
		{ 22, ENDPOINT_NAME_QUERY },
		{ 255, ENDPOINT_LOG_GAP },
	};

	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		if (kinds[i].event_id == event_id) {
			return (struct identity){ names(fields, SLICE("linux"))
				    ? ENDPOINT_SYSMON_LINUX
				    : ENDPOINT_SYSMON,
				kinds[i].kind, true };
		}
	}
	return UNWANTED;
}

static struct identity
identify_security(uint64_t event_id)
{
	static const struct {
		uint64_t event_id;
		enum endpoint_kind kind;
	} kinds[] = {
		{ 4624, ENDPOINT_LOGON },
		{ 4688, ENDPOINT_PROCESS_START },
		{ 4689, ENDPOINT_PROCESS_END },
		{ 5156, ENDPOINT_CONNECTION },
		{ 5157, ENDPOINT_BLOCKED },
		{ 5158, ENDPOINT_BIND },
	};

	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		if (kinds[i].event_id == event_id) {
			return (struct identity){ ENDPOINT_SECURITY,
				kinds[i].kind, true };
		}
	}
	return UNWANTED;
}

/* auditd: a system call by its name.  A program that could not be started is
 * none; a connect that failed at first goes on in the background. */
static struct identity
identify_call(struct fields *fields, uint64_t *event_id)
{
	static const struct {
		struct slice name;
		uint64_t number; /* Of x86_64; Linux, syscall_64.tbl. */
		enum endpoint_kind kind;
	} calls[] = {
		{ { "execve", 6 }, 59, ENDPOINT_PROCESS_START },
		{ { "execveat", 8 }, 322, ENDPOINT_PROCESS_START },
		{ { "connect", 7 }, 42, ENDPOINT_CONNECTION },
		{ { "sendto", 6 }, 44, ENDPOINT_CONNECTION },
		{ { "bind", 4 }, 49, ENDPOINT_BIND },
		{ { "exit", 4 }, 60, ENDPOINT_PROCESS_END },
		{ { "exit_group", 10 }, 231, ENDPOINT_PROCESS_END },
	};
	struct slice call = fields->value[FIELD_SYSTEM_CALL];
	bool has_failed = slice_is(fields->value[FIELD_SUCCESS], SLICE("no"));

	for (size_t i = 0; i < ARRAY_SIZE(calls); i++) {
		if (!slice_is(call, calls[i].name)) {
			continue;
		}
		*event_id = calls[i].number;
		if (has_failed && calls[i].kind != ENDPOINT_CONNECTION) {
			return UNWANTED;
		}
		return (
		    struct identity){ ENDPOINT_AUDITD, calls[i].kind, true };
	}
	return UNWANTED;
}

/* Records of EDR products, which have no event id of Windows. */
static struct identity
identify_other(const struct fields *fields)
{
	struct slice kind = fields->value[FIELD_RECORD_KIND];
	struct slice category = fields->value[FIELD_CATEGORY];
	struct slice type = fields->value[FIELD_TYPE];
	struct identity identity = { ENDPOINT_OTHER, ENDPOINT_LOG_GAP, true };

	if (slice_is_word(kind, SLICE("network")) ||
	    (has_word(category, SLICE("network")) &&
	        !has_word(type, SLICE("end")))) {
		identity.kind = fields_has(fields, FIELD_QUERY)
		    ? ENDPOINT_NAME_QUERY
		    : ENDPOINT_CONNECTION;
	} else if (slice_is_word(kind, SLICE("process")) ||
	    (has_word(category, SLICE("process")) &&
	        has_word(type, SLICE("start")))) {
		identity.kind = ENDPOINT_PROCESS_START;
	} else if (has_word(category, SLICE("process")) &&
	    has_word(type, SLICE("end"))) {
		identity.kind = ENDPOINT_PROCESS_END;
	} else if (slice_is_word(kind, SLICE("dns_resolution"))) {
		identity.kind = ENDPOINT_NAME_QUERY;
	} else {
		identity.is_wanted = false;
	}
	return identity;
}

static struct identity
identify(struct fields *fields, uint64_t *event_id)
{
	bool is_named = fields_has(fields, FIELD_PROVIDER) ||
	    fields_has(fields, FIELD_CHANNEL);

	*event_id = 0;
	if (fields_has(fields, FIELD_SYSTEM_CALL)) {
		return identify_call(fields, event_id);
	}
	if (!event_id_of(fields, event_id) ||
	    (!is_named && fields_has(fields, FIELD_RECORD_KIND))) {
		return identify_other(fields);
	}
	if (*event_id < 256) {
		return !is_named || names(fields, SLICE("sysmon"))
		    ? identify_sysmon(fields, *event_id)
		    : UNWANTED;
	}
	if (names(fields, SLICE("security")) ||
	    (!fields_has(fields, FIELD_CHANNEL) &&
	        !names(fields, SLICE("Microsoft-Windows-")))) {
		return identify_security(*event_id);
	}
	return UNWANTED;
}

bool
normalise_is_lacking(const struct fields *fields)
{
	uint64_t event_id;

	if (!event_id_of(fields, &event_id)) {
		return true;
	}
	switch (event_id) {
	case 4688:
		return normal_value(fields, FIELD_NEW_PROCESS_ID).size == 0 ||
		    (normal_process_id(fields, event_id) == FIELD_COUNT &&
		        normal_value(fields, FIELD_PARENT_PROCESS_ID).size ==
		            0);
	case 3:
	case 5156:
	case 5157:
		if (normal_value(fields, FIELD_TARGET_PORT).size == 0 ||
		    normal_value(fields, FIELD_SOURCE_PORT).size == 0) {
			return true;
		}
		break;
	default:
		break;
	}
	return normal_process_id(fields, event_id) == FIELD_COUNT;
}

static void
add_text(struct normal *normal, enum endpoint_text which, enum field field)
{
	struct slice value = normal_value(normal->fields, field);

	endpoint_event_add_text(normal->event, which, value.text, value.size);
}

/* The event's own host; the agent's or the header's where it has none. */
static void
add_host(struct normal *normal)
{
	static const enum field hosts[] = { FIELD_HOST, FIELD_AGENT_HOST,
		FIELD_HEADER_HOST };

	for (size_t i = 0; i < ARRAY_SIZE(hosts); i++) {
		add_text(normal, ENDPOINT_HOST, hosts[i]);
	}
	add_text(normal, ENDPOINT_HOST_ADDRESSES, FIELD_HOST_ADDRESSES);
}

/* What is left goes in the order of its use, since room may end. */
static void
add_texts(struct normal *normal)
{
	static const struct {
		enum endpoint_text text;
		enum field field;
	} texts[] = {
		{ ENDPOINT_QUERY, FIELD_QUERY },
		{ ENDPOINT_IMAGE_LOADED, FIELD_IMAGE_LOADED },
		{ ENDPOINT_ORIGINAL_NAME, FIELD_ORIGINAL_NAME },
		{ ENDPOINT_PRODUCT, FIELD_PRODUCT },
		{ ENDPOINT_PRODUCT, FIELD_DESCRIPTION },
		{ ENDPOINT_HASHES, FIELD_HASHES },
		{ ENDPOINT_LOGON_ADDRESS, FIELD_LOGON_ADDRESS },
		{ ENDPOINT_QUERY_RESULTS, FIELD_QUERY_RESULTS },
		{ ENDPOINT_WORKING_FOLDER, FIELD_WORKING_FOLDER },
		{ ENDPOINT_PARENT_COMMAND_LINE, FIELD_PARENT_COMMAND_LINE },
	};

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		add_text(normal, texts[i].text, texts[i].field);
	}
}

/* Whether the event says what its kind is there for. */
static bool
is_of_use(const struct endpoint_event *event)
{
	bool has_process =
	    (event->flags & (ENDPOINT_HAS_PID | ENDPOINT_HAS_GUID)) != 0 ||
	    event->text_offset[ENDPOINT_IMAGE] != 0;

	switch ((enum endpoint_kind)event->kind) {
	case ENDPOINT_CONNECTION:
	case ENDPOINT_BLOCKED:
		return (event->flags &
		           (ENDPOINT_HAS_TUPLE | ENDPOINT_HAS_REMOTE)) != 0;
	case ENDPOINT_BIND:
		return has_process && (event->flags & ENDPOINT_HAS_LOCAL) != 0;
	case ENDPOINT_PROCESS_START:
	case ENDPOINT_PROCESS_END:
	case ENDPOINT_NAME_QUERY:
		return has_process;
	case ENDPOINT_IMAGE_LOAD:
		return event->text_offset[ENDPOINT_IMAGE_LOADED] != 0;
	case ENDPOINT_LOGON:
		return event->text_offset[ENDPOINT_USER] != 0;
	case ENDPOINT_LOG_GAP:
	case ENDPOINT_KIND_COUNT:
		break;
	}
	return true;
}

static void
set_flags(struct normal *normal, const struct endpoint_message *message,
    bool was_text)
{
	struct endpoint_event *event = normal->event;
	uint64_t record;

	if (message->is_cut || normal->fields->was_cut) {
		event->flags |= ENDPOINT_CUT;
	}
	if (was_text) {
		event->flags |= ENDPOINT_TEXT_ONLY;
	}
	if (message->is_plain) {
		event->flags |= ENDPOINT_PLAIN_SENDER;
	}
	if (slice_number(normal->fields->value[FIELD_RECORD_NUMBER], &record) &&
	    record != 0) {
		event->record_number = record;
		event->flags |= ENDPOINT_HAS_RECORD;
	}
}

enum endpoint_outcome
normalise(struct fields *fields, const struct endpoint_message *message,
    bool was_text, struct endpoint_event *event)
{
	struct normal normal = { fields, event, 0, false };
	struct identity identity = identify(fields, &normal.event_id);

	if (!identity.is_wanted) {
		return ENDPOINT_NOT_WANTED;
	}
	endpoint_event_init(event);
	event->source = (uint8_t)identity.source;
	event->kind = (uint8_t)identity.kind;
	event->event_id = (uint32_t)normal.event_id;
	add_host(&normal);
	if (event->text_offset[ENDPOINT_HOST] == 0) {
		return ENDPOINT_NO_HOST;
	}
	endpoint_event_add_text(
	    event, ENDPOINT_SENDER, message->sender, strlen(message->sender));
	set_flags(&normal, message, was_text);
	normal_time(&normal, message);
	normal_process(&normal);
	normal_users(&normal);
	normal_connection(&normal);
	add_texts(&normal);
	if (!is_of_use(event)) {
		return normal.has_bad                    ? ENDPOINT_BAD_FIELD
		    : (event->flags & ENDPOINT_CUT) != 0 ? ENDPOINT_CUT_SHORT
		                                         : ENDPOINT_NO_PROCESS;
	}
	return ENDPOINT_EVENT;
}
