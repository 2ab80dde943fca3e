#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "base/rfc3339.h"
#include "base/strbuf.h"

/* What goes around the text of a line. */
struct heading {
	enum log_level level;
	const char *room;
	uint64_t kept; /* Lines kept back before this one. */
};

static void write_line(const struct log *log, const struct heading *heading,
    const char *format, va_list arguments) SW_PRINTF(3, 0);
static void hide_control_characters(char *text);

void
log_error(const struct log *log, const char *room, const char *format, ...)
{
	const struct heading heading = { .level = LOG_LEVEL_ERROR,
		.room = room };
	va_list arguments;

	va_start(arguments, format);
	write_line(log, &heading, format, arguments);
	va_end(arguments);
}

void
log_warning(const struct log *log, const char *room, const char *format, ...)
{
	const struct heading heading = { .level = LOG_LEVEL_WARNING,
		.room = room };
	va_list arguments;

	va_start(arguments, format);
	write_line(log, &heading, format, arguments);
	va_end(arguments);
}

void
log_info(const struct log *log, const char *room, const char *format, ...)
{
	const struct heading heading = { .level = LOG_LEVEL_INFO,
		.room = room };
	va_list arguments;

	va_start(arguments, format);
	write_line(log, &heading, format, arguments);
	va_end(arguments);
}

void
log_debug(const struct log *log, const char *room, const char *format, ...)
{
	const struct heading heading = { .level = LOG_LEVEL_DEBUG,
		.room = room };
	va_list arguments;

	va_start(arguments, format);
	write_line(log, &heading, format, arguments);
	va_end(arguments);
}

void
log_limited(const struct log *log, struct log_limit *limit,
    enum log_level level, const char *room, const char *format, ...)
{
	const struct heading heading = { level, room, limit->kept };
	va_list arguments;

	if (log->level < level) {
		return;
	}
	if (log->clock != NULL) {
		uint64_t now_ns = log->clock();

		if (now_ns < limit->next_ns) {
			limit->kept++;
			return;
		}
		limit->next_ns = now_ns + limit->interval_ns;
		limit->kept = 0;
	}
	va_start(arguments, format);
	write_line(log, &heading, format, arguments);
	va_end(arguments);
}

const char *
log_level_name(enum log_level level)
{
	static const char *const names[] = {
		[LOG_LEVEL_ERROR] = "error",
		[LOG_LEVEL_WARNING] = "warning",
		[LOG_LEVEL_INFO] = "info",
		[LOG_LEVEL_DEBUG] = "debug",
	};

	return names[level];
}

static void
write_line(const struct log *log, const struct heading *heading,
    const char *format, va_list arguments)
{
	char text[LOG_LINE_SIZE];
	char line[LOG_LINE_SIZE + 160]; /* The text and what is around it. */
	char time[RFC3339_SIZE];
	struct strbuf buffer;

	if (log->level < heading->level) {
		return;
	}
	(void)vsnprintf(text, sizeof(text), format, arguments);
	strbuf_init(&buffer, line, sizeof(line) - 1); /* And the newline. */
	if (log->clock != NULL) {
		strbuf_addf(&buffer, "%s ", rfc3339_format(log->clock(), time));
	}
	strbuf_addf(&buffer, "%s %s: %s", log_level_name(heading->level),
	    heading->room, text);
	if (heading->kept > 0) {
		strbuf_addf(&buffer, " (and %llu such lines kept back)",
		    (unsigned long long)heading->kept);
	}
	hide_control_characters(line);
	if (log->sink != NULL) {
		log->sink(log->context, heading->level, line);
		return;
	}
	line[buffer.length] = '\n';
	/* One write, so that lines of several roles do not mix. */
	if (write(STDERR_FILENO, line, buffer.length + 1) < 0) {
		return; /* There is nobody left to tell. */
	}
}

/* A log line is one line, whatever a name in it may hold. */
static void
hide_control_characters(char *text)
{
	for (; *text != '\0'; text++) {
		if ((uint8_t)*text < 0x20 || *text == 0x7f) {
			*text = '?';
		}
	}
}
