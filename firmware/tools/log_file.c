#include "firmware/tools/log_file.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "base/rfc3339.h"

static bool fill(struct log_file *file);
static bool begins_with_count(const struct log_file *file);
static bool next_line(struct log_file *file, struct framing_frame *line);
static bool next_frame(struct log_file *file, struct framing_frame *frame);
static size_t take_arrival(
    const struct framing_frame *frame, uint64_t *arrival_ns);

int
log_file_open(struct log_file *file, const char *path)
{
	struct stat status;

	memset(file, 0, sizeof(*file));
	framing_init(&file->framing);
	file->path = path;
	file->stream = fopen(path, "re");
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
	if (file->stream != NULL) {
		(void)fclose(file->stream);
	}
	file->stream = NULL;
}

bool
log_file_next(struct log_file *file, struct endpoint_message *message)
{
	struct framing_frame frame = { 0 };
	size_t stamp;

	if (!file->is_begun) {
		file->is_begun = true;
		(void)fill(file);
		file->is_counted = begins_with_count(file);
	}
	do {
		if (file->is_counted ? !next_frame(file, &frame)
		                     : !next_line(file, &frame)) {
			return false;
		}
	} while (frame.size == 0);
	*message =
	    (struct endpoint_message){ .sender = "", .is_cut = frame.is_cut };
	stamp = take_arrival(&frame, &message->arrival_ns);
	message->bytes = frame.bytes + stamp;
	message->size = frame.size - stamp;
	return true;
}

/* Reads on, behind what is held.  False: there is nothing more. */
static bool
fill(struct log_file *file)
{
	size_t held = file->end - file->start;
	size_t got;

	memmove(file->bytes, file->bytes + file->start, held);
	file->start = 0;
	file->end = held;
	errno = 0;
	got = fread(
	    file->bytes + held, 1, sizeof(file->bytes) - held, file->stream);
	if (got == 0 && ferror(file->stream)) {
		file->error = errno != 0 ? errno : EIO;
	}
	file->read += got;
	file->end += got;
	return got > 0;
}

/* A number, a blank, and what a message begins with (RFC 6587, section 3.4.1).
 */
static bool
begins_with_count(const struct log_file *file)
{
	size_t at = 0;
	char next;

	while (at < file->end && file->bytes[at] >= '0' &&
	    file->bytes[at] <= '9') {
		at++;
	}
	if (at == 0 || file->bytes[0] == '0' || at + 1 >= file->end ||
	    file->bytes[at] != ' ') {
		return false;
	}
	next = file->bytes[at + 1];
	return next == '<' || next == '{' || next == '\xef';
}

/* What is longer than a message may be is cut, and the rest of it passed over.
 */
static bool
next_line(struct log_file *file, struct framing_frame *line)
{
	for (;;) {
		char *begin = file->bytes + file->start;
		size_t size = file->end - file->start;
		char *feed = memchr(begin, '\n', size);
		bool was_long = file->is_long;

		if (feed == NULL && size < FRAMING_MESSAGE_SIZE && fill(file)) {
			continue;
		}
		if (feed == NULL && size == 0) {
			return false;
		}
		line->bytes = begin = file->bytes + file->start;
		line->size = feed != NULL ? (size_t)(feed - begin) : size;
		file->start += line->size + (feed != NULL);
		file->is_long = feed == NULL;
		line->is_cut = line->size > FRAMING_MESSAGE_SIZE ||
		    (feed == NULL && size >= FRAMING_MESSAGE_SIZE);
		if (was_long) {
			continue;
		}
		if (line->size > FRAMING_MESSAGE_SIZE) {
			line->size = FRAMING_MESSAGE_SIZE;
		}
		if (line->size > 0 && begin[line->size - 1] == '\r') {
			line->size--;
		}
		return true;
	}
}

static bool
next_frame(struct log_file *file, struct framing_frame *frame)
{
	*frame = (struct framing_frame){ 0 };
	while (frame->bytes == NULL) {
		const char *begin = file->bytes + file->start;
		size_t size = file->end - file->start;
		size_t used = framing_next(&file->framing, begin, size, frame);

		file->start += used;
		if (used > 0 || frame->bytes != NULL || fill(file)) {
			continue;
		}
		begin = file->bytes + file->start;
		size = file->end - file->start;
		used = framing_flush(&file->framing, begin, size, frame);
		if (frame->bytes == NULL) {
			framing_give_up(&file->framing, begin, size, frame);
			used = size;
		}
		file->start += used;
		if (used == 0) {
			break;
		}
	}
	return frame->bytes != NULL;
}

/* The bytes that a time of arrival takes, with its tab; 0: there is none. */
static size_t
take_arrival(const struct framing_frame *frame, uint64_t *arrival_ns)
{
	char text[RFC3339_SIZE + 16];
	const char *tab = memchr(frame->bytes, '\t',
	    frame->size < sizeof(text) ? frame->size : sizeof(text) - 1);
	size_t length;

	if (tab == NULL) {
		return 0;
	}
	length = (size_t)(tab - frame->bytes);
	memcpy(text, frame->bytes, length);
	text[length] = '\0';
	return rfc3339_parse(text, arrival_ns) ? length + 1 : 0;
}
