#include "endpoint/normalise.h"

enum {
	GUID_DIGITS = 2 * ENDPOINT_GUID_SIZE,
	GUID_HYPHENS = 4,
	JOINED_SIZE = 512,
};

/* A "ProcessID" with a capital D is the event's own in 5156 and 5157.  But where
 * the log service's fields are beside it (ThreadID tells), it is the log
 * service's, unless that has a name of its own. */
enum field
normal_process_id(const struct fields *fields, uint64_t event_id)
{
	bool is_own = !fields_has(fields, FIELD_THREAD_ID) ||
	    fields_has(fields, FIELD_WRITER_PROCESS_ID);

	if (normal_value(fields, FIELD_PROCESS_ID).size > 0) {
		return FIELD_PROCESS_ID;
	}
	if (is_own && normal_value(fields, FIELD_PROCESS_ID_ANY).size > 0) {
		return FIELD_PROCESS_ID_ANY;
	}
	/* Of 4688 the common one is the new process, not its creator. */
	if (event_id != 4688 &&
	    normal_value(fields, FIELD_COMMON_PROCESS_ID).size > 0) {
		return FIELD_COMMON_PROCESS_ID;
	}
	return FIELD_COUNT;
}

static bool
read_pid(struct normal *normal, enum field field, uint32_t *pid)
{
	uint64_t value;

	if (field == FIELD_COUNT ||
	    !normal_number(normal, field, UINT32_MAX, &value)) {
		return false;
	}
	*pid = (uint32_t)value;
	return true;
}

static void
set_pids(struct normal *normal)
{
	struct endpoint_event *event = normal->event;
	enum field own = normal_process_id(normal->fields, normal->event_id);
	bool has_parent =
	    read_pid(normal, FIELD_PARENT_PROCESS_ID, &event->parent_pid);
	bool has_own;

	if (normal->event_id == 4688) {
		has_parent =
		    has_parent || read_pid(normal, own, &event->parent_pid);
		has_own = read_pid(normal, FIELD_NEW_PROCESS_ID, &event->pid) ||
		    read_pid(normal, FIELD_COMMON_PROCESS_ID, &event->pid);
	} else {
		has_own = read_pid(normal, own, &event->pid);
	}
	event->flags |= has_own ? ENDPOINT_HAS_PID : 0;
	event->flags |= has_parent ? ENDPOINT_HAS_PARENT_PID : 0;
}

static uint32_t
digit_of(char c)
{
	if (c >= '0' && c <= '9') {
		return (uint32_t)(c - '0');
	}
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? (uint32_t)(c - 'a') + 10 : 16;
}

/* "{313fa531-4300-5f91-ae04-000000000400}", with its braces or without.  One of
 * zeros is none. */
static bool
read_guid(struct slice text, uint8_t guid[ENDPOINT_GUID_SIZE])
{
	uint8_t bytes[ENDPOINT_GUID_SIZE] = { 0 };
	uint8_t any = 0;
	size_t count = 0;
	size_t hyphens = 0;

	if (slice_begins(text, SLICE("{")) && text.text[text.size - 1] == '}') {
		text = slice_head(slice_after(text, 1), text.size - 2);
	}
	if (text.size != GUID_DIGITS + GUID_HYPHENS) {
		return false;
	}
	for (size_t i = 0; i < text.size; i++) {
		uint32_t digit = digit_of(text.text[i]);

		if (text.text[i] == '-' && hyphens < GUID_HYPHENS) {
			hyphens++;
			continue;
		}
		if (digit > 15 || count == GUID_DIGITS) {
			return false;
		}
		bytes[count / 2] =
		    (uint8_t)((uint32_t)bytes[count / 2] << 4 | digit);
		any |= (uint8_t)digit;
		count++;
	}
	if (count != GUID_DIGITS || any == 0) {
		return false;
	}
	memcpy(guid, bytes, sizeof(bytes));
	return true;
}

static void
set_guids(struct normal *normal)
{
	struct endpoint_event *event = normal->event;
	const struct fields *fields = normal->fields;

	if (read_guid(normal_value(fields, FIELD_PROCESS_GUID), event->guid)) {
		event->flags |= ENDPOINT_HAS_GUID;
	}
	if (read_guid(
	        normal_value(fields, FIELD_PARENT_GUID), event->parent_guid)) {
		event->flags |= ENDPOINT_HAS_PARENT_GUID;
	}
}

static void
add_first(struct normal *normal, enum endpoint_text which,
    const enum field *fields, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct slice value = normal_whole(normal->fields, fields[i]);

		endpoint_event_add_text(
		    normal->event, which, value.text, value.size);
	}
}

void
normal_process(struct normal *normal)
{
	static const enum field images[] = { FIELD_IMAGE, FIELD_PROCESS_NAME,
		FIELD_COMMON_IMAGE, FIELD_COMMON_NAME };
	static const enum field parent[] = { FIELD_PARENT_IMAGE };
	struct slice command;

	set_pids(normal);
	set_guids(normal);
	add_first(normal, ENDPOINT_IMAGE, images, ARRAY_SIZE(images));
	/* Half a command line still tells. */
	command = normal_value(normal->fields, FIELD_COMMAND_LINE);
	endpoint_event_add_text(
	    normal->event, ENDPOINT_COMMAND_LINE, command.text, command.size);
	add_first(normal, ENDPOINT_PARENT_IMAGE, parent, 1);
}

/* DOMAIN\name; FIELD_COUNT: no domain apart.  A name that is "-" is none. */
static bool
add_user(struct normal *normal, enum endpoint_text which, enum field name,
    enum field domain)
{
	struct slice user = normal_whole(normal->fields, name);
	struct slice realm = domain == FIELD_COUNT
	    ? (struct slice){ NULL, 0 }
	    : normal_value(normal->fields, domain);
	char joined[JOINED_SIZE];

	if (user.size == 0) {
		return false;
	}
	if (realm.size == 0 || slice_find_byte(user, '\\') < user.size ||
	    realm.size + 1 + user.size > sizeof(joined)) {
		endpoint_event_add_text(
		    normal->event, which, user.text, user.size);
		return true;
	}
	memcpy(joined, realm.text, realm.size);
	joined[realm.size] = '\\';
	memcpy(joined + realm.size + 1, user.text, user.size);
	endpoint_event_add_text(
	    normal->event, which, joined, realm.size + 1 + user.size);
	return true;
}

static void
set_logon(struct normal *normal, enum field field)
{
	uint64_t value;

	if (normal->event->logon_id == 0 &&
	    slice_number(normal->fields->value[field], &value)) {
		normal->event->logon_id = value;
	}
}

/* The user that a process runs as.  Of 4688 that is the target, if one is
 * named; else the creator's. */
void
normal_users(struct normal *normal)
{
	bool has_target = normal->event_id == 4624 || normal->event_id == 4688;
	uint64_t type;

	if (has_target &&
	    add_user(normal, ENDPOINT_USER, FIELD_TARGET_USER,
	        FIELD_TARGET_DOMAIN)) {
		set_logon(normal, FIELD_TARGET_LOGON_ID);
		(void)add_user(normal, ENDPOINT_SUBJECT_USER,
		    FIELD_SUBJECT_USER, FIELD_SUBJECT_DOMAIN);
	}
	(void)add_user(normal, ENDPOINT_USER, FIELD_USER, FIELD_COUNT);
	(void)add_user(
	    normal, ENDPOINT_USER, FIELD_SUBJECT_USER, FIELD_SUBJECT_DOMAIN);
	(void)add_user(
	    normal, ENDPOINT_USER, FIELD_COMMON_USER, FIELD_COMMON_DOMAIN);
	(void)add_user(
	    normal, ENDPOINT_PARENT_USER, FIELD_PARENT_USER, FIELD_COUNT);
	set_logon(normal, FIELD_LOGON_ID);
	set_logon(normal, FIELD_SUBJECT_LOGON_ID);
	if (normal->event_id == 4624 &&
	    normal_number(normal, FIELD_LOGON_TYPE, UINT8_MAX, &type)) {
		normal->event->logon_type = (uint8_t)type;
	}
}
