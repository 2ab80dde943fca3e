/*
 * Endpoint event: what one log message of an endpoint says, in one form.
 *
 * Windows Security, Sysmon, Sysmon for Linux and auditd say the same things in
 * dozens of wire formats.  Whatever came, it is one of these afterwards: a
 * process began or ended, opened a connection, bound a port, asked for a name,
 * somebody signed in, or the log itself has a hole.  The record between the
 * rooms endpoint and attribute; fixed size and free of pointers, so that the
 * process that parses what endpoints send can hand it on.  Who gets it from
 * another process checks it with endpoint_event_is_sound().
 *
 * Texts lie one after the other in 'text', each ended by a zero; text[0] is a
 * zero, so that an absent text (offset 0) reads as empty.  They are valid
 * UTF-8: what was not has been replaced.
 */
#ifndef ENDPOINT_ENDPOINT_EVENT_H
#define ENDPOINT_ENDPOINT_EVENT_H

#include "base/addr.h"
#include "base/base.h"

enum endpoint_kind {
	ENDPOINT_PROCESS_START, /* Sysmon 1, Security 4688, execve. */
	ENDPOINT_PROCESS_END,   /* Sysmon 5, Security 4689, exit. */
	ENDPOINT_CONNECTION,    /* Sysmon 3, Security 5156, connect. */
	ENDPOINT_BLOCKED,       /* Security 5157: the filter refused one. */
	ENDPOINT_BIND,          /* Security 5158. */
	ENDPOINT_NAME_QUERY,    /* Sysmon 22. */
	ENDPOINT_IMAGE_LOAD,    /* Sysmon 7, Sysmon 6: a library, a driver. */
	ENDPOINT_LOGON,         /* Security 4624. */
	ENDPOINT_LOG_GAP,       /* Sysmon 255: events were lost. */
	ENDPOINT_KIND_COUNT
};

enum endpoint_source {
	ENDPOINT_SYSMON,
	ENDPOINT_SECURITY,
	ENDPOINT_SYSMON_LINUX,
	ENDPOINT_AUDITD,
	ENDPOINT_OTHER, /* An EDR product's own record. */
	ENDPOINT_SOURCE_COUNT
};

/* How far 'time_ns' can be trusted. */
enum endpoint_time {
	ENDPOINT_TIME_NONE,    /* The message has none: time_ns is arrival. */
	ENDPOINT_TIME_LOCAL,   /* Whole seconds or finer, of an unknown zone. */
	ENDPOINT_TIME_SECONDS, /* UTC, whole seconds. */
	ENDPOINT_TIME_FINE,    /* UTC, milliseconds or finer. */
	ENDPOINT_TIME_COUNT
};

enum endpoint_direction {
	ENDPOINT_DIRECTION_UNKNOWN,
	ENDPOINT_OUTBOUND, /* The host of the event began it. */
	ENDPOINT_INBOUND,
	ENDPOINT_DIRECTION_COUNT
};

/* Bits of 'flags'. */
enum {
	ENDPOINT_CUT = 0x01,       /* The message was cut short. */
	ENDPOINT_TEXT_ONLY = 0x02, /* Read from prose, not from fields. */
	ENDPOINT_HAS_PID = 0x04,
	ENDPOINT_HAS_PARENT_PID = 0x08,
	ENDPOINT_HAS_GUID = 0x10,
	ENDPOINT_HAS_PARENT_GUID = 0x20,
	ENDPOINT_HAS_RECORD = 0x40,  /* 'record_number' is known. */
	ENDPOINT_HAS_TUPLE = 0x80,   /* Addresses and ports of both ends. */
	ENDPOINT_HAS_LOCAL = 0x100,  /* Of a bind: the local end alone. */
	ENDPOINT_HAS_REMOTE = 0x200, /* Of auditd: the remote end alone. */
	ENDPOINT_TEXT_CUT = 0x400,   /* A text was longer than there is room. */
	ENDPOINT_REPAIRED = 0x800, /* Bytes that are no UTF-8 were replaced. */
	ENDPOINT_PLAIN_SENDER = 0x1000, /* Came by UDP or without TLS: it can be
	                                 * forged. */
	ENDPOINT_FLAGS_ALL = 0x1fff
};

enum endpoint_text {
	ENDPOINT_HOST,   /* The event's own, as written; never a relay's. */
	ENDPOINT_SENDER, /* The address of the peer that sent it. */
	ENDPOINT_IMAGE,
	ENDPOINT_COMMAND_LINE,
	ENDPOINT_USER, /* DOMAIN\name, or name. */
	ENDPOINT_PARENT_IMAGE,
	ENDPOINT_PARENT_COMMAND_LINE,
	ENDPOINT_PARENT_USER,
	ENDPOINT_HASHES,
	ENDPOINT_QUERY,         /* Sysmon 22: the name asked for. */
	ENDPOINT_QUERY_RESULTS, /* As logged. */
	ENDPOINT_IMAGE_LOADED,  /* Sysmon 6 and 7. */
	ENDPOINT_ORIGINAL_NAME, /* OriginalFileName. */
	ENDPOINT_PRODUCT,       /* Product, or else Description. */
	ENDPOINT_WORKING_FOLDER,
	ENDPOINT_SUBJECT_USER,  /* 4688: the creator, where 'user' is target. */
	ENDPOINT_LOGON_ADDRESS, /* 4624: where from. */
	ENDPOINT_HOST_ADDRESSES, /* Winlogbeat's host.ip, with blanks. */
	ENDPOINT_TEXT_COUNT
};

enum {
	ENDPOINT_TEXT_SIZE = 6144, /* Bytes of all texts of an event. */
	/* Bytes that one text may have, its zero included. */
	ENDPOINT_NAME_SIZE = 256,
	ENDPOINT_PATH_SIZE = 512,
	ENDPOINT_COMMAND_SIZE = 2048,
	ENDPOINT_GUID_SIZE = 16,
};

struct endpoint_event {
	uint64_t time_ns;       /* When it happened, by the endpoint's clock. */
	uint64_t arrival_ns;    /* When it came, by ours. */
	uint64_t record_number; /* Of its channel: gaps are lost events. */
	uint64_t logon_id;      /* 0: unknown. */
	uint32_t event_id;      /* 3, 5156; auditd: the system call. */
	uint32_t pid;
	uint32_t parent_pid;
	uint32_t flags;                   /* ENDPOINT_* bits. */
	struct ip_address source_address; /* As logged; who began it where
	                                   * 'direction' is OUTBOUND. */
	struct ip_address target_address;
	uint16_t source_port;
	uint16_t target_port;
	uint8_t protocol;     /* IP protocol number; 0: unknown. */
	uint8_t kind;         /* enum endpoint_kind */
	uint8_t source;       /* enum endpoint_source */
	uint8_t time_quality; /* enum endpoint_time */
	uint8_t direction;    /* enum endpoint_direction */
	uint8_t logon_type;   /* 4624; 0: unknown. */
	uint8_t unused[2];
	uint8_t guid[ENDPOINT_GUID_SIZE]; /* As written, high digits first. */
	uint8_t parent_guid[ENDPOINT_GUID_SIZE];
	uint16_t text_offset[ENDPOINT_TEXT_COUNT];
	uint16_t text_size; /* Bytes of 'text' in use, at least 1. */
	char text[ENDPOINT_TEXT_SIZE];
};

/* One text of an event; "" where it has none. */
static inline const char *
endpoint_text_of(const struct endpoint_event *event, enum endpoint_text which)
{
	return event->text + event->text_offset[which];
}

/* Bytes of an event that hold anything: what need be copied or sent. */
static inline size_t
endpoint_event_size(const struct endpoint_event *event)
{
	return offsetof(struct endpoint_event, text) + event->text_size;
}

/* Makes an event without texts, all else zero. */
void endpoint_event_init(struct endpoint_event *event);

/* Adds a text of 'size' bytes, repaired to UTF-8, control characters as blanks;
 * cut to what its kind may have and to what room is left (ENDPOINT_TEXT_CUT).
 * A text that is there already stays. */
void endpoint_event_add_text(struct endpoint_event *event,
    enum endpoint_text which, const char *text, size_t size);

/* Whether an event of 'size' bytes that came from another process is sound in
 * form. */
bool endpoint_event_is_sound(const struct endpoint_event *event, size_t size);

/* When the process of a Sysmon GUID began, Unix seconds by the host's clock:
 * its second and third group (bytes 4 to 7, each group in order, read as
 * 0xTTTTSSSS of third and second); 0 if it cannot be one. */
uint64_t endpoint_guid_started_s(const uint8_t guid[ENDPOINT_GUID_SIZE]);

#endif
