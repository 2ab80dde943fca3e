#include "endpoint/audit_event.h"

#include "base/sort.h"

enum audit_part
audit_part_of(struct slice type)
{
	/* Linux, include/uapi/linux/audit.h: an auditd that does not know a
	 * record yet writes its number. */
	static const struct {
		struct slice type;
		enum audit_part part;
	} parts[] = {
		{ { "SYSCALL", 7 }, AUDIT_CALL },
		{ { "1300", 4 }, AUDIT_CALL },
		{ { "EXECVE", 6 }, AUDIT_ARGUMENTS },
		{ { "1309", 4 }, AUDIT_ARGUMENTS },
		{ { "SOCKADDR", 8 }, AUDIT_ADDRESS },
		{ { "1306", 4 }, AUDIT_ADDRESS },
		{ { "CWD", 3 }, AUDIT_FOLDER },
		{ { "1307", 4 }, AUDIT_FOLDER },
		{ { "PROCTITLE", 9 }, AUDIT_TITLE },
		{ { "1327", 4 }, AUDIT_TITLE },
		{ { "UNKNOWN[1327]", 13 }, AUDIT_TITLE },
		{ { "EOE", 3 }, AUDIT_END },
		{ { "1320", 4 }, AUDIT_END },
	};

	for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
		if (slice_is(type, parts[i].type)) {
			return parts[i].part;
		}
	}
	return AUDIT_OTHER;
}

/* Room for text of an event, as much as there is of what is asked for. */
static char *
room_for(struct audit_body *body, size_t *size)
{
	char *room = body->text + body->text_size;

	if (*size > AUDIT_TEXT_SIZE - body->text_size) {
		*size = AUDIT_TEXT_SIZE - body->text_size;
	}
	return room;
}

struct slice
audit_kept_value(const struct audit_body *body, enum field field)
{
	for (uint32_t i = 0; i < body->kept_count; i++) {
		if (body->kept[i].field == field) {
			return (struct slice){ body->text + body->kept[i].at,
				body->kept[i].size };
		}
	}
	return (struct slice){ NULL, 0 };
}

static void
keep_decoded(
    struct audit_body *body, enum field field, const struct audit_field *value)
{
	size_t size = AUDIT_VALUE_SIZE_MAX;
	char *to = room_for(body, &size);

	if (body->kept_count == AUDIT_KEPT_MAX ||
	    audit_kept_value(body, field).text != NULL) {
		return;
	}
	size = audit_decode(value, to, size);
	if (size == 0) {
		return;
	}
	body->kept[body->kept_count++] = (struct audit_kept){ (uint8_t)field,
		(uint16_t)body->text_size, (uint16_t)size };
	body->text_size += (uint32_t)size;
}

void
audit_keep(struct audit_body *body, enum field field, struct slice value)
{
	/* As in quotes: what is no text is kept as it stands. */
	const struct audit_field plain = { { NULL, 0 }, value, true };

	if (value.size > 0) {
		keep_decoded(body, field, &plain);
	}
}

void
audit_call_read(
    struct audit_record *record, const char *open_end, struct audit_call *call)
{
	const struct {
		struct slice name;
		struct slice *value;
	} names[] = {
		{ { "arch", 4 }, &call->architecture },
		{ { "syscall", 7 }, &call->call },
		{ { "a0", 2 }, &call->first_argument },
		{ { "success", 7 }, &call->success },
		{ { "exit", 4 }, &call->exit_code },
		{ { "pid", 3 }, &call->pid },
		{ { "ppid", 4 }, &call->parent_pid },
		{ { "uid", 3 }, &call->user },
		{ { "UID", 3 }, &call->user_name },
		{ { "ses", 3 }, &call->session },
	};
	struct audit_field field;

	memset(call, 0, sizeof(*call));
	while (audit_record_take(record, &field)) {
		/* Where the message ends it may have been cut. */
		if (field.value.text + field.value.size == open_end) {
			break;
		}
		for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
			if (slice_is(field.name, names[i].name) &&
			    names[i].value->text == NULL) {
				*names[i].value = field.value;
			}
		}
		if (slice_is(field.name, SLICE("comm"))) {
			call->command = field;
		} else if (slice_is(field.name, SLICE("exe"))) {
			call->image = field;
		}
	}
}

/* 4294967295 is (uint32_t)-1: no session. */
void
audit_keep_call(struct audit_head *head, struct audit_body *body,
    const struct audit_call *call, struct slice name)
{
	head->has_call = true;
	head->is_start = slice_begins(name, SLICE("execve"));
	head->is_exit = slice_is(name, SLICE("exit_group"));
	head->is_bind = slice_is(name, SLICE("bind"));
	audit_keep(body, FIELD_SYSTEM_CALL, name);
	audit_keep(body, FIELD_SUCCESS, call->success);
	audit_keep(body, FIELD_EXIT_CODE, call->exit_code);
	audit_keep(body, FIELD_PROCESS_ID, call->pid);
	audit_keep(body, FIELD_PARENT_PROCESS_ID, call->parent_pid);
	keep_decoded(body, FIELD_IMAGE, &call->image);
	keep_decoded(body, FIELD_COMMON_NAME, &call->command);
	/* The one number whose name is the same everywhere. */
	audit_keep(body, FIELD_USER,
	    call->user_name.size > 0               ? call->user_name
	        : slice_is(call->user, SLICE("0")) ? SLICE("root")
	                                           : call->user);
	if (!slice_is(call->session, SLICE("4294967295"))) {
		audit_keep(body, FIELD_LOGON_ID, call->session);
	}
}

/* "a2" or "a2[1]": the number of an argument and of its part. */
static bool
argument_number(struct slice name, uint32_t *order)
{
	uint64_t argument;
	uint64_t part = 0;
	struct slice number;

	if (!slice_begins(name, SLICE("a"))) {
		return false;
	}
	name = slice_after(name, 1);
	number = slice_take(&name, '[');
	if (!slice_number(number, &argument) || argument > UINT16_MAX - 1) {
		return false;
	}
	if (name.size > 0 &&
	    (!slice_number(slice_take(&name, ']'), &part) ||
	        part > UINT16_MAX)) {
		return false;
	}
	*order = (uint32_t)(argument << 16 | part);
	return true;
}

static void
add_argument(struct audit_body *body, struct audit_chunk *chunk,
    const struct audit_field *field, uint32_t order)
{
	size_t size = AUDIT_COMMAND_SIZE_MAX - body->command_size;
	char *to = room_for(body, &size);
	size_t used = 0;

	if (chunk->size > 0 && (order & UINT16_MAX) == 0 && size > 0) {
		to[used++] = ' ';
	}
	used += audit_decode(field, to + used, size - used);
	body->command_size += (uint32_t)used;
	body->text_size += (uint32_t)used;
	chunk->size = (uint16_t)(chunk->size + used);
}

/* Whether those arguments came already: messages are sent twice. */
static bool
has_chunk(const struct audit_body *body, uint32_t order)
{
	for (uint32_t i = 0; i + 1 < body->chunk_count; i++) {
		if (body->chunks[i].order == order) {
			return true;
		}
	}
	return false;
}

static void
keep_arguments(struct audit_head *head, struct audit_body *body,
    struct audit_record *record)
{
	struct audit_chunk *chunk;
	struct audit_field field;

	if (body->chunk_count == AUDIT_CHUNKS_MAX) {
		return;
	}
	chunk = &body->chunks[body->chunk_count++];
	*chunk =
	    (struct audit_chunk){ UINT32_MAX, (uint16_t)body->text_size, 0 };
	while (audit_record_take(record, &field)) {
		uint64_t count;
		uint32_t order;

		if (slice_is(field.name, SLICE("argc")) &&
		    slice_number(field.value, &count)) {
			head->argument_count =
			    (uint32_t)(count < UINT16_MAX ? count : UINT16_MAX);
		} else if (argument_number(field.name, &order)) {
			if (chunk->order == UINT32_MAX) {
				chunk->order = order;
			}
			if (has_chunk(body, chunk->order)) {
				body->chunk_count--;
				return;
			}
			add_argument(body, chunk, &field, order);
			if ((order >> 16) + 1 > head->arguments_seen) {
				head->arguments_seen = (order >> 16) + 1;
			}
		}
	}
}

static void
keep_address(struct audit_head *head, struct audit_body *body,
    struct audit_record *record)
{
	struct audit_address address;
	struct audit_field field;

	while (audit_record_take(record, &field)) {
		if (!slice_is(field.name, SLICE("saddr"))) {
			continue;
		}
		head->has_address = audit_address_read(field.value, &address);
		head->is_no_network = !head->has_address;
	}
	if (head->has_address) {
		/* Which end it is the call tells, that may come later. */
		audit_keep(body, FIELD_TARGET_ADDRESS,
		    (struct slice){ address.address, strlen(address.address) });
		audit_keep(body, FIELD_TARGET_PORT,
		    (struct slice){ address.port, strlen(address.port) });
	}
}

static void
keep_named(struct audit_body *body, enum field field,
    struct audit_record *record, struct slice name)
{
	struct audit_field value;

	while (audit_record_take(record, &value)) {
		if (slice_is(value.name, name)) {
			keep_decoded(body, field, &value);
		}
	}
}

void
audit_keep_part(struct audit_head *head, struct audit_body *body,
    enum audit_part part, struct audit_record *record)
{
	switch (part) {
	case AUDIT_ARGUMENTS:
		keep_arguments(head, body, record);
		break;
	case AUDIT_ADDRESS:
		keep_address(head, body, record);
		break;
	case AUDIT_FOLDER:
		keep_named(body, FIELD_WORKING_FOLDER, record, SLICE("cwd"));
		head->has_folder = true;
		break;
	case AUDIT_TITLE:
		keep_named(
		    body, FIELD_COMMAND_LINE, record, SLICE("proctitle"));
		head->has_ended = true;
		break;
	case AUDIT_END:
		head->has_ended = true;
		break;
	case AUDIT_CALL:
	case AUDIT_OTHER:
		break;
	}
}

bool
audit_is_complete(const struct audit_head *head)
{
	if (!head->has_call) {
		return false;
	}
	if (head->is_start) {
		return head->argument_count > 0 &&
		    head->arguments_seen >= head->argument_count;
	}
	return head->is_exit || head->has_address;
}

bool
audit_is_finished(const struct audit_head *head)
{
	return audit_is_complete(head) &&
	    (head->has_ended || head->is_exit ||
	        (head->is_start && head->has_folder));
}

static int
compare_chunks(const void *a, const void *b)
{
	const struct audit_chunk *left = a;
	const struct audit_chunk *right = b;

	return (left->order > right->order) - (left->order < right->order);
}

/* The arguments in their order, those of a record that overtook another too. */
static void
set_command(struct audit_body *body, struct fields *fields)
{
	size_t room = body->command_size + body->chunk_count;
	char *to = fields_scratch(fields, room);
	size_t size = 0;

	if (to == NULL) {
		return;
	}
	sort_few(body->chunks, body->chunk_count, sizeof(body->chunks[0]),
	    compare_chunks);
	for (uint32_t i = 0; i < body->chunk_count; i++) {
		const struct audit_chunk *chunk = &body->chunks[i];

		if (chunk->size == 0) {
			continue;
		}
		/* A long argument goes on in the next record. */
		if (size > 0 && (chunk->order & UINT16_MAX) == 0) {
			to[size++] = ' ';
		}
		memcpy(to + size, body->text + chunk->at, chunk->size);
		size += chunk->size;
	}
	fields_set(fields, FIELD_COMMAND_LINE, to, size);
}

void
audit_give(const struct audit_head *head, struct audit_body *body,
    struct fields *fields)
{
	set_command(body, fields);
	for (uint32_t i = 0; i < body->kept_count; i++) {
		const struct audit_kept *kept = &body->kept[i];
		enum field field = (enum field)kept->field;

		if (head->is_bind && field == FIELD_TARGET_ADDRESS) {
			field = FIELD_SOURCE_ADDRESS;
		} else if (head->is_bind && field == FIELD_TARGET_PORT) {
			field = FIELD_SOURCE_PORT;
		}
		fields_set(fields, field, body->text + kept->at, kept->size);
	}
	fields->was_cut = !audit_is_complete(head);
}
