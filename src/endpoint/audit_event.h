/*
 * Audit event: what the records of one event of auditd say, until all of them
 * have come.
 *
 * The records of an event bear its time and serial number; they come one after
 * the other, mixed with those of other events, in any order.  What is kept of
 * them is text, as slots of endpoint/fields.h.  Private to auditd.c.
 *
 * Memory: the owner's, of fixed size; what is too long is cut.
 */
#ifndef ENDPOINT_AUDIT_EVENT_H
#define ENDPOINT_AUDIT_EVENT_H

#include "endpoint/audit_record.h"

enum {
	AUDIT_KEPT_MAX = 20,
	AUDIT_CHUNKS_MAX = 32, /* EXECVE records of one event. */
	AUDIT_TEXT_SIZE = 3584,
	AUDIT_VALUE_SIZE_MAX = 512,
	AUDIT_COMMAND_SIZE_MAX = 2048,
};

/* Kinds of records that are of use. */
enum audit_part {
	AUDIT_CALL,
	AUDIT_ARGUMENTS,
	AUDIT_ADDRESS,
	AUDIT_FOLDER,
	AUDIT_TITLE,
	AUDIT_END,
	AUDIT_OTHER,
};

/* What is looked at for every record of every event. */
struct audit_head {
	uint64_t serial;
	uint64_t arrival_ns;
	uint32_t argument_count; /* As its EXECVE says; 0: not known. */
	uint32_t arguments_seen;
	bool is_used;
	bool has_call;
	bool is_start; /* execve: it needs arguments. */
	bool is_exit;  /* It needs nothing more. */
	bool is_bind;  /* Its address is the local one. */
	bool has_address;
	bool is_no_network; /* Its address is of another family. */
	bool has_folder;
	bool has_ended; /* The record that comes last has come. */
};

struct audit_kept {
	uint8_t field; /* enum field */
	uint16_t at;
	uint16_t size;
};

/* The arguments of one record. */
struct audit_chunk {
	uint32_t order; /* Number of its first argument, and of its part. */
	uint16_t at;
	uint16_t size;
};

struct audit_body {
	uint32_t kept_count;
	uint32_t chunk_count;
	uint32_t command_size; /* Bytes of arguments, among those of 'text'. */
	uint32_t text_size;
	struct audit_kept kept[AUDIT_KEPT_MAX];
	struct audit_chunk chunks[AUDIT_CHUNKS_MAX];
	char text[AUDIT_TEXT_SIZE];
};

/* Fields of SYSCALL. */
struct audit_call {
	struct slice architecture;
	struct slice call;
	struct slice first_argument;
	struct slice success;
	struct slice exit_code;
	struct slice pid;
	struct slice parent_pid;
	struct slice user;
	struct slice user_name;
	struct slice session;
	struct audit_field command;
	struct audit_field image;
};

enum audit_part audit_part_of(struct slice type);

/* Keeps a value until the event is whole; the first one stands. */
void audit_keep(struct audit_body *body, enum field field, struct slice value);

/* What was kept; a null slice: nothing. */
struct slice audit_kept_value(const struct audit_body *body, enum field field);

/* Reads SYSCALL; what ends at 'open_end' may have been cut, and is left out. */
void audit_call_read(
    struct audit_record *record, const char *open_end, struct audit_call *call);

/* Keeps a call, by the name that audit_call_name() gave it. */
void audit_keep_call(struct audit_head *head, struct audit_body *body,
    const struct audit_call *call, struct slice name);

/* Keeps what any other record says. */
void audit_keep_part(struct audit_head *head, struct audit_body *body,
    enum audit_part part, struct audit_record *record);

/* Whether the event says what it is there for, and whether nothing that matters
 * is still to come. */
bool audit_is_complete(const struct audit_head *head);
bool audit_is_finished(const struct audit_head *head);

/* Fills the slots.  The event's memory must stay as long as they are used. */
void audit_give(const struct audit_head *head, struct audit_body *body,
    struct fields *fields);

#endif
