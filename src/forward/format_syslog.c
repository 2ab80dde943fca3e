#include "forward/format_flat.h"

static void escape_sd(struct format_writer *writer, const char *text);
static void escape_cef(struct format_writer *writer, const char *text);
static void escape_cef_header(struct format_writer *writer, const char *text);
static void escape_leef(struct format_writer *writer, const char *text);
static void escape_leef_header(struct format_writer *writer, const char *text);
static void write_header(const struct format_work *work,
    struct format_writer *writer, const char *path,
    void (*escape)(struct format_writer *writer, const char *text));

/* RFC 5424, section 6.3: meta and the clock say what the message is worth,
 * then the record itself.  No BOM before the text: it is MSG-ANY. */
size_t
format_sd(const struct format_work *work, struct format_writer *writer)
{
	static const struct format_flat flat = { FLAT_SD, escape_sd, " ", "=\"",
		"\"" };
	size_t triage_end;

	format_write_printed(writer, "[%s@%u",
	    forward_kind_noun(work->record->kind),
	    work->terms->enterprise_number);
	triage_end = format_flat_write(work, &flat, writer);
	format_write_text(writer, "] ");
	format_flat_replace(
	    writer, format_text_at(work->copy, "derived.message"), "", NULL);
	return triage_end;
}

/* Section 6.3.3. */
static void
escape_sd(struct format_writer *writer, const char *text)
{
	static const char *const to[] = { "\\\\", "\\\"", "\\]" };

	format_flat_replace(writer, text, "\\\"]", to);
}

/* ArcSight's Common Event Format, version 0. */
size_t
format_cef(const struct format_work *work, struct format_writer *writer)
{
	static const struct format_flat flat = { FLAT_CEF, escape_cef, " ", "=",
		"" };
	size_t triage_end;
	size_t begin;

	format_write_text(writer, "CEF:0|Spanwatch|Sensor|");
	write_header(work, writer, "derived.version", escape_cef_header);
	format_write_text(writer, "|");
	write_header(work, writer, "derived.type", escape_cef_header);
	format_write_text(writer, "|");
	write_header(work, writer, "derived.title", escape_cef_header);
	format_write_printed(writer, "|%" JSON_INTEGER_FORMAT,
	    json_integer_value(format_at(work->copy, "derived.ten")));
	begin = writer->length;
	triage_end = format_flat_write(work, &flat, writer);
	/* The first blank parts nothing yet. */
	if (!writer->full) {
		writer->out[begin] = '|';
	}
	return triage_end;
}

static void
write_header(const struct format_work *work, struct format_writer *writer,
    const char *path,
    void (*escape)(struct format_writer *writer, const char *text))
{
	const char *text = format_text_at(work->copy, path);

	escape(writer, text == NULL ? "" : text);
}

static void
escape_cef_header(struct format_writer *writer, const char *text)
{
	static const char *const to[] = { "\\\\", "\\|" };

	format_flat_replace(writer, text, "\\|", to);
}

static void
escape_cef(struct format_writer *writer, const char *text)
{
	static const char *const to[] = { "\\\\", "\\=", "\\n", "\\r" };

	format_flat_replace(writer, text, "\\=\n\r", to);
}

/* IBM's Log Event Extended Format, version 2.0, with the circumflex between
 * the fields: there is no escaping, so it becomes a blank in values. */
size_t
format_leef(const struct format_work *work, struct format_writer *writer)
{
	static const struct format_flat flat = { FLAT_LEEF, escape_leef, "^",
		"=", "" };
	size_t triage_end;
	size_t begin;

	format_write_text(writer, "LEEF:2.0|Spanwatch|Sensor|");
	write_header(work, writer, "derived.version", escape_leef_header);
	format_write_text(writer, "|");
	write_header(work, writer, "derived.type", escape_leef_header);
	format_write_text(writer, "|^");
	begin = writer->length;
	triage_end = format_flat_write(work, &flat, writer);
	if (!writer->full) {
		writer->out[begin] = '|';
	}
	return triage_end;
}

static void
escape_leef_header(struct format_writer *writer, const char *text)
{
	static const char *const to[] = { " ", " " };

	format_flat_replace(writer, text, "|^", to);
}

static void
escape_leef(struct format_writer *writer, const char *text)
{
	static const char *const to[] = { " " };

	format_flat_replace(writer, text, "^", to);
}
