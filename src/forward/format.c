#include "forward/format.h"

#include <string.h>

#include "base/rfc3339.h"
#include "forward/format_work.h"

/* RFC 5424, section 6: what the fields of a header may be long. */
enum {
	HOSTNAME_LENGTH = 255,
	APP_LENGTH = 48,
	PROCID_LENGTH = 128,
	VERSION_LENGTH = 32,
	CLIPPED_LENGTH = 64, /* Where room is short. */
};

static const char *const forms[] = {
	[FORWARD_RFC5424] = "rfc5424",
	[FORWARD_CEF] = "cef",
	[FORWARD_LEEF] = "leef",
	[FORWARD_ECS] = "ecs",
	[FORWARD_OCSF] = "ocsf",
};

/* What one message may take, and where it goes. */
struct message {
	const struct forward_format_terms *terms;
	const struct forward_record *record;
	bool has_header;
	char *out;
	size_t room;
};

static size_t make(const struct message *message, const json_t *object);
static size_t try_once(const struct message *message, struct format_work *work);
static size_t write_body(
    const struct format_work *work, struct format_writer *writer);
static void write_header(const struct message *message,
    const struct format_work *work, struct format_writer *writer);
static void write_word(
    struct format_writer *writer, const char *word, size_t most);
static size_t write_plain(
    struct format_writer *writer, const char *word, size_t most);
static void write_elements(
    const struct message *message, struct format_writer *writer);

const char *
forward_form_name(enum forward_form form)
{
	return form < FORWARD_FORM_COUNT ? forms[form] : NULL;
}

bool
forward_form_of_name(const char *name, enum forward_form *form)
{
	for (size_t i = 0; i < ARRAY_SIZE(forms); i++) {
		if (strcmp(name, forms[i]) == 0) {
			*form = (enum forward_form)i;
			return true;
		}
	}
	return false;
}

size_t
forward_limit_min(enum forward_form form)
{
	return form == FORWARD_ECS || form == FORWARD_OCSF
	    ? FORWARD_LIMIT_MIN_JSON
	    : FORWARD_LIMIT_MIN;
}

size_t
forward_format(const struct forward_format_terms *terms,
    const struct forward_record *record, json_t *object, char *out,
    size_t capacity)
{
	return make(
	    &(struct message){ terms, record, true, out, capacity }, object);
}

size_t
forward_format_body(const struct forward_format_terms *terms,
    const struct forward_record *record, json_t *object, char *out,
    size_t capacity)
{
	return make(
	    &(struct message){ terms, record, false, out, capacity }, object);
}

/* Tries, and shortens until it fits. */
static size_t
make(const struct message *message, const json_t *object)
{
	struct message within = *message;
	size_t limit = message->terms->limit_bytes;
	struct format_work work;
	size_t length = 0;

	if (limit != 0) {
		size_t least = forward_limit_min(message->terms->form);

		limit = limit < least ? least : limit;
		within.room = limit < within.room ? limit : within.room;
	}
	if (!format_work_begin(
	        &work, message->terms, message->record, object)) {
		return 0;
	}
	do {
		length = try_once(&within, &work);
	} while (length == 0 && format_shorten(&work));
	format_work_free(&work);
	return length;
}

/* The message's length, or 0: it does not fit.  Where the triage would end
 * behind the first FORWARD_LIMIT_MIN bytes, it is clipped. */
static size_t
try_once(const struct message *message, struct format_work *work)
{
	bool flat = forward_limit_min(message->terms->form) ==
	    (size_t)FORWARD_LIMIT_MIN;

	for (bool again = false;; again = true) {
		struct format_writer writer = { message->out, message->room, 0,
			false };
		size_t triage_end;

		if (message->has_header) {
			write_header(message, work, &writer);
		}
		triage_end = write_body(work, &writer);
		if (again || !flat || triage_end <= FORWARD_LIMIT_MIN ||
		    work->record->kind != FORWARD_ALERT) {
			return writer.full ? 0 : writer.length;
		}
		format_clip(work);
	}
}

static size_t
write_body(const struct format_work *work, struct format_writer *writer)
{
	switch (work->terms->form) {
	case FORWARD_RFC5424:
		return format_sd(work, writer);
	case FORWARD_CEF:
		return format_cef(work, writer);
	case FORWARD_LEEF:
		return format_leef(work, writer);
	case FORWARD_ECS:
		return format_ecs(work, writer);
	case FORWARD_OCSF:
		return format_ocsf(work, writer);
	case FORWARD_FORM_COUNT:
		break;
	}
	writer->full = true;
	return 0;
}

/* RFC 5424, section 6.2, and the elements of structured data that IANA has
 * names for (section 7); forms with a body of their own have none, since
 * their receivers expect the body right behind the header. */
static void
write_header(const struct message *message, const struct format_work *work,
    struct format_writer *writer)
{
	static const uint8_t severities[] = {
		[FORWARD_INFO] = 6,
		[FORWARD_LOW] = 5,
		[FORWARD_MEDIUM] = 4,
		[FORWARD_HIGH] = 3,
		[FORWARD_CRITICAL] = 2,
	};
	const struct forward_format_terms *terms = message->terms;
	const struct forward_record *record = message->record;
	char time[RFC3339_SIZE];

	(void)rfc3339_format(record->time_ns, time);
	format_write_printed(writer, "<%u>1 %.23sZ ",
	    terms->facility * 8u + severities[record->severity], time);
	write_word(writer, terms->hostname,
	    work->core ? CLIPPED_LENGTH : HOSTNAME_LENGTH);
	write_word(writer, terms->app, APP_LENGTH);
	write_word(
	    writer, terms->procid, work->core ? CLIPPED_LENGTH : PROCID_LENGTH);
	write_word(
	    writer, forward_kind_msgid(record->kind), CLIPPED_LENGTH / 2);
	if (terms->form == FORWARD_RFC5424) {
		write_elements(message, writer);
	} else {
		format_write_text(writer, "- ");
	}
}

/* A word and the blank behind it; "-" for none. */
static void
write_word(struct format_writer *writer, const char *word, size_t most)
{
	format_write_text(
	    writer, write_plain(writer, word, most) == 0 ? "- " : " ");
}

static void
write_elements(const struct message *message, struct format_writer *writer)
{
	const struct forward_format_terms *terms = message->terms;

	format_write_printed(
	    writer, "[meta sequenceId=\"%u\"]", message->record->sequence_id);
	format_write_text(writer, "[timeQuality tzKnown=\"1\"");
	if (terms->clock != FORWARD_CLOCK_UNKNOWN) {
		format_write_printed(writer, " isSynced=\"%d\"",
		    terms->clock == FORWARD_CLOCK_SYNCED);
	}
	/* Section 7.1.3: only of a clock that is synchronised. */
	if (terms->clock == FORWARD_CLOCK_SYNCED &&
	    terms->clock_accuracy_us > 0) {
		format_write_printed(
		    writer, " syncAccuracy=\"%u\"", terms->clock_accuracy_us);
	}
	format_write_printed(writer, "][origin enterpriseId=\"%u\" software=\"",
	    terms->enterprise_number);
	write_plain(writer, terms->app, APP_LENGTH);
	format_write_text(writer, "\" swVersion=\"");
	write_plain(writer, terms->version, VERSION_LENGTH);
	format_write_text(writer, "\"]");
}

/* Printable ASCII of which no byte needs to be escaped. */
static size_t
write_plain(struct format_writer *writer, const char *word, size_t most)
{
	size_t length = 0;

	for (const char *at = word; at != NULL && *at != '\0' && length < most;
	     at++, length++) {
		bool plain =
		    *at > 0x20 && *at < 0x7f && strchr("\\\"]", *at) == NULL;

		format_write(writer, plain ? at : "_", 1);
	}
	return length;
}
