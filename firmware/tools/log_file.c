#include "firmware/tools/log_file.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "base/rfc3339.h"

enum { COUNT_DIGITS = 7 }; /* Of an octet count, at most. */

static int next_byte(struct log_file *file);
static bool read_counted(struct log_file *file, size_t count);
static bool read_line(struct log_file *file);
static size_t count_ahead(const struct log_file *file);
static size_t take_arrival(const struct log_file *file, uint64_t *arrival_ns);

int
log_file_open(struct log_file *file, const char *path)
{
	struct stat status;

	memset(file, 0, sizeof(*file));
	file->path = path;
	file->stream = strcmp(path, "-") == 0 ? stdin : fopen(path, "re");
	if (file->stream == NULL) {
		return -errno;
	}
	if (fstat(fileno(file->stream), &status) == 0 &&
	    S_ISDIR(status.st_mode)) {
		log_file_close(file);
		return -EISDIR;
	}
	return 0;
}

void
log_file_close(struct log_file *file)
{
	if (file->stream != NULL && file->stream != stdin) {
		(void)fclose(file->stream);
	}
	file->stream = NULL;
}

/* Empty lines are no messages. */
bool
log_file_next(struct log_file *file, struct endpoint_message *message)
{
	bool is_whole = true;
	size_t stamp;

	do {
		size_t count;

		if (!read_line(file)) {
			return false;
		}
		count = count_ahead(file);
		is_whole = count == 0 || read_counted(file, count);
	} while (file->size == 0);
	*message = (struct endpoint_message){ .sender = "",
		.is_plain = true,
		.is_cut = !is_whole || file->size == LOG_MESSAGE_SIZE };
	stamp = take_arrival(file, &message->arrival_ns);
	message->bytes = file->bytes + stamp;
	message->size = file->size - stamp;
	return true;
}

static int
next_byte(struct log_file *file)
{
	int byte = getc(file->stream);

	if (byte != EOF) {
		file->read++;
	} else if (ferror(file->stream)) {
		file->error = errno;
	}
	return byte;
}

/* Reads up to the end of a line, or the blank after what looks like an octet
 * count.  False: there is nothing more. */
static bool
read_line(struct log_file *file)
{
	int byte = next_byte(file);
	bool is_count = byte != '0';

	file->size = 0;
	if (byte == EOF) {
		return false;
	}
	for (; byte != EOF && byte != '\n'; byte = next_byte(file)) {
		if (file->size < LOG_MESSAGE_SIZE) {
			file->bytes[file->size++] = (char)byte;
		}
		if (is_count && byte == ' ' && file->size > 1) {
			return true;
		}
		is_count = is_count && byte >= '0' && byte <= '9' &&
		    file->size <= COUNT_DIGITS;
	}
	if (file->size > 0 && file->bytes[file->size - 1] == '\r') {
		file->size--;
	}
	return true;
}

/* The octet count that was read, with its blank; 0: it was a line. */
static size_t
count_ahead(const struct log_file *file)
{
	size_t count = 0;

	if (file->size < 2 || file->size > COUNT_DIGITS + 1 ||
	    file->bytes[file->size - 1] != ' ' || file->bytes[0] == '0') {
		return 0;
	}
	for (size_t i = 0; i + 1 < file->size; i++) {
		if (file->bytes[i] < '0' || file->bytes[i] > '9') {
			return 0;
		}
		count = count * 10 + (size_t)(file->bytes[i] - '0');
	}
	return count;
}

/* Reads a message of 'count' bytes.  False: not all of it was there. */
static bool
read_counted(struct log_file *file, size_t count)
{
	file->size = 0;
	for (size_t i = 0; i < count; i++) {
		int byte = next_byte(file);

		if (byte == EOF) {
			return false;
		}
		if (file->size < LOG_MESSAGE_SIZE) {
			file->bytes[file->size++] = (char)byte;
		}
	}
	return count <= LOG_MESSAGE_SIZE;
}

/* The bytes that a time of arrival takes, with its tab; 0: there is none. */
static size_t
take_arrival(const struct log_file *file, uint64_t *arrival_ns)
{
	char text[RFC3339_SIZE + 16];
	const char *tab = memchr(file->bytes, '\t',
	    file->size < sizeof(text) ? file->size : sizeof(text) - 1);
	size_t length;

	if (tab == NULL) {
		return 0;
	}
	length = (size_t)(tab - file->bytes);
	memcpy(text, file->bytes, length);
	text[length] = '\0';
	return rfc3339_parse(text, arrival_ns) ? length + 1 : 0;
}
