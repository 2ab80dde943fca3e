#include "capture/capture_file.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>

#include "capture/magic.h"

/* pcap-savefile(5); the patched records are those of Kuznetzov's variant. */
enum {
	PCAP_HEADER_SIZE = 24,
	PCAP_RECORD_SIZE = 16,
	PCAP_PATCHED_RECORD_SIZE = 24,
};

enum { FILE_BUFFER_SIZE = 1 << 18 }; /* Of stdio: fewer, larger reads. */

static uint32_t fetch(struct capture *capture, struct frame *frames);
static void open_next(struct capture_file *file);
static bool open_stream(struct capture_file *file, const char *path);
static void open_pcap(struct capture_file *file, const uint8_t *magic);
static size_t peek(FILE *stream, uint8_t bytes[MAGIC_SIZE]);
static bool burst_has_room(const struct capture_file *file);
static bool fetch_pcap(struct capture_file *file);
static bool fetch_pcapng(struct capture_file *file);
static void take_frame(struct capture_file *file,
    const struct pcap_pkthdr *header, const u_char *bytes);
static void tell_pcap_damage(struct capture_file *file);
static void tell_pcapng_damage(struct capture_file *file);
static void tell(struct capture_file *file, int error);
static void close_file(struct capture_file *file);
static bool size_of(const char *path, uint64_t *size);

void
capture_file_init(struct capture_file *file, struct counters *counters,
    uint8_t *arena, const char *const *paths, uint32_t path_count)
{
	memset(file, 0, sizeof(*file));
	capture_init(&file->capture, counters, arena, CAPTURE_FILE_ARENA_SIZE);
	file->capture.fetch = fetch;
	file->paths = paths;
	file->path_count = path_count;
	for (uint32_t i = 0; i < path_count; i++) {
		uint64_t size;

		if (!size_of(paths[i], &size)) {
			file->total_bytes = 0;
			break;
		}
		file->total_bytes += size;
	}
}

void
capture_file_finish(struct capture_file *file)
{
	close_file(file);
	file->next_path = file->path_count;
}

void
capture_file_progress(const struct capture_file *file, uint64_t *read_bytes,
    uint64_t *total_bytes)
{
	*read_bytes = file->whole_bytes + file->offset;
	*total_bytes = file->total_bytes;
}

/* Goes on with the file at hand, or with the next, until there are frames or
 * something to tell. */
static uint32_t
fetch(struct capture *capture, struct frame *frames)
{
	struct capture_file *file = (struct capture_file *)capture;

	_Static_assert(offsetof(struct capture_file, capture) == 0,
	    "a capture of files is found by its first member");
	if (capture->state == CAPTURE_TROUBLE) {
		capture->state = CAPTURE_RUNNING;
	}
	if (file->trouble_waits) {
		file->trouble_waits = false;
		capture->state = CAPTURE_TROUBLE;
		return 0;
	}
	file->frames = frames;
	file->burst_count = 0;
	file->arena_used = 0;
	while (capture->state == CAPTURE_RUNNING && file->burst_count == 0) {
		if (file->file == NULL) {
			open_next(file);
		} else if (file->pcap != NULL ? !fetch_pcap(file)
		                              : !fetch_pcapng(file)) {
			close_file(file);
		}
	}
	if (file->burst_count > 0 && capture->state == CAPTURE_TROUBLE) {
		file->trouble_waits = true;
		capture->state = CAPTURE_RUNNING;
	}
	return file->burst_count;
}

/* Opens the next recording, or says what is wrong with it. */
static void
open_next(struct capture_file *file)
{
	const char *path;
	uint8_t magic[MAGIC_SIZE];
	size_t size;
	const char *what;

	if (file->next_path == file->path_count) {
		file->capture.state = CAPTURE_ENDED;
		return;
	}
	path = file->paths[file->next_path++];
	file->offset = 0;
	file->frame_count = 0;
	if (!open_stream(file, path)) {
		return;
	}
	size = peek(file->file, magic);
	if (ferror(file->file)) {
		tell(file, errno != 0 ? -errno : -EIO);
		close_file(file);
		return;
	}
	switch (magic_of(magic, size, &what)) {
	case MAGIC_PCAP:
		open_pcap(file, magic);
		break;
	case MAGIC_PCAPNG:
		pcapng_init(&file->pcapng, file->file);
		break;
	case MAGIC_OTHER:
		(void)capture_stop(&file->capture, CAPTURE_TROUBLE, -EINVAL,
		    "%s %s", file->name, what);
		close_file(file);
		break;
	}
}

/* Opens the file, or standard input for "-". */
static bool
open_stream(struct capture_file *file, const char *path)
{
	struct stat status;

	if (strcmp(path, "-") == 0) {
		file->name = "standard input";
		file->file = stdin;
	} else {
		file->name = path;
		file->file = fopen(path, "rbe");
	}
	if (file->file == NULL) {
		tell(file, -errno);
		return false;
	}
	if (fstat(fileno(file->file), &status) == 0) {
		if (S_ISDIR(status.st_mode)) {
			tell(file, -EISDIR);
			close_file(file);
			return false;
		}
		file->file_size =
		    S_ISREG(status.st_mode) ? (uint64_t)status.st_size : 0;
	}
	(void)setvbuf(file->file, NULL, _IOFBF, FILE_BUFFER_SIZE);
	return true;
}

static void
open_pcap(struct capture_file *file, const uint8_t *magic)
{
	char refusal[PCAP_ERRBUF_SIZE] = "";

	/* Kuznetzov's magic has 0x34 where that of nanoseconds has 0x4d. */
	file->record_size = magic[0] == 0x34 || magic[3] == 0x34
	    ? PCAP_PATCHED_RECORD_SIZE
	    : PCAP_RECORD_SIZE;
	file->offset = PCAP_HEADER_SIZE;
	file->pcap = pcap_fopen_offline_with_tstamp_precision(
	    file->file, PCAP_TSTAMP_PRECISION_NANO, refusal);
	if (file->pcap == NULL) {
		(void)capture_stop(&file->capture, CAPTURE_TROUBLE, -EINVAL,
		    "%s is damaged in its header, bytes 0 to 23 (%s); nothing "
		    "of it can be read",
		    file->name, refusal);
		close_file(file);
	}
}

/* The first bytes of 'stream', which are left to be read again: what was just
 * read from the buffer can be put back into it. */
static size_t
peek(FILE *stream, uint8_t bytes[MAGIC_SIZE])
{
	size_t size;

	errno = 0;
	size = fread(bytes, 1, MAGIC_SIZE, stream);
	for (size_t i = size; i > 0; i--) {
		(void)ungetc(bytes[i - 1], stream);
	}
	return size;
}

/* Whether the burst can take one more frame, whatever its size. */
static bool
burst_has_room(const struct capture_file *file)
{
	return file->burst_count < CAPTURE_BURST &&
	    file->capture.arena_size - file->arena_used >= CAPTURE_FRAME_SIZE;
}

/* Takes a burst of a pcap file.  False: the file is used up. */
static bool
fetch_pcap(struct capture_file *file)
{
	struct pcap_pkthdr *header;
	const u_char *bytes;

	while (burst_has_room(file)) {
		int result = pcap_next_ex(file->pcap, &header, &bytes);

		if (result != 1) {
			file->frame_count += file->burst_count;
			if (result == PCAP_ERROR) {
				tell_pcap_damage(file);
			}
			return false;
		}
		take_frame(file, header, bytes);
	}
	file->frame_count += file->burst_count;
	return true;
}

/* libpcap's bytes are good for one packet; ours for a burst. */
static void
take_frame(struct capture_file *file, const struct pcap_pkthdr *header,
    const u_char *bytes)
{
	struct frame *frame = &file->frames[file->burst_count++];
	uint8_t *to = file->capture.arena + file->arena_used;
	uint32_t size = header->caplen;

	/* For some links that are not Ethernet libpcap allows more. */
	if (size > CAPTURE_FRAME_SIZE) {
		size = CAPTURE_FRAME_SIZE;
	}
	memcpy(to, bytes, size);
	file->arena_used += size;
	frame->bytes = to;
	/* The file's seconds have 32 bits, and no sign. */
	frame->time_ns = (uint32_t)header->ts.tv_sec * NS_PER_S;
	if (header->ts.tv_usec > 0) {
		frame->time_ns += (uint64_t)header->ts.tv_usec;
	}
	frame->captured_size = size;
	frame->wire_size = header->len > size ? header->len : size;
	frame->link_type = (uint16_t)pcap_datalink(file->pcap);
	frame->observation_point = 0;

	file->offset += file->record_size + header->caplen;
	/* Of a packet larger than its file's snap length libpcap gives less
	 * than there was. */
	if (header->caplen >= (uint32_t)pcap_snapshot(file->pcap)) {
		off_t offset = ftello(file->file);

		file->offset = offset < 0 ? file->offset : (uint64_t)offset;
	}
}

static void
tell_pcap_damage(struct capture_file *file)
{
	char end[32] = "";
	off_t offset = ftello(file->file);

	if (offset >= 0) { /* It is no pipe. */
		(void)snprintf(
		    end, sizeof(end), "at byte %jd, ", (intmax_t)offset);
	}
	if (ferror(file->file)) {
		tell(file, errno != 0 ? -errno : -EIO);
	} else if (feof(file->file)) {
		(void)capture_stop(&file->capture, CAPTURE_TROUBLE, -EBADMSG,
		    "%s is cut off: it ends %sinside the packet that begins at "
		    "byte %" PRIu64 "; the %" PRIu64
		    " packets before that were read",
		    file->name, end, file->offset, file->frame_count);
	} else {
		(void)capture_stop(&file->capture, CAPTURE_TROUBLE, -EBADMSG,
		    "%s is damaged in the packet at byte %" PRIu64
		    ": %s; the %" PRIu64 " packets before that were read",
		    file->name, file->offset, pcap_geterr(file->pcap),
		    file->frame_count);
	}
}

/* Takes a burst of a pcapng file.  False: the file is used up. */
static bool
fetch_pcapng(struct capture_file *file)
{
	while (burst_has_room(file)) {
		struct frame *frame = &file->frames[file->burst_count];
		bool given = pcapng_next(&file->pcapng,
		    file->capture.arena + file->arena_used, frame);

		file->offset = file->pcapng.offset;
		if (!given) {
			file->frame_count += file->burst_count;
			if (file->pcapng.damage != NULL) {
				tell_pcapng_damage(file);
			}
			return false;
		}
		file->burst_count++;
		file->arena_used += frame->captured_size;
	}
	file->frame_count += file->burst_count;
	return true;
}

static void
tell_pcapng_damage(struct capture_file *file)
{
	if (ferror(file->file)) {
		tell(file, errno != 0 ? -errno : -EIO);
	} else if (feof(file->file)) {
		(void)capture_stop(&file->capture, CAPTURE_TROUBLE, -EBADMSG,
		    "%s is cut off: it ends at byte %" PRIu64
		    ", inside the block that begins at byte %" PRIu64
		    "; the %" PRIu64 " packets before that were read",
		    file->name, file->offset, file->pcapng.block_offset,
		    file->frame_count);
	} else {
		(void)capture_stop(&file->capture, CAPTURE_TROUBLE, -EBADMSG,
		    "%s is damaged in the block at byte %" PRIu64
		    ": %s; the %" PRIu64 " packets before that were read",
		    file->name, file->pcapng.block_offset, file->pcapng.damage,
		    file->frame_count);
	}
}

/* What the system says of a file. */
static void
tell(struct capture_file *file, int error)
{
	const char *what = error == -ENOENT ? "there is no such file"
	    : error == -EACCES              ? "reading it is not permitted"
	    : error == -EISDIR ? "this is a directory; give a capture file"
	                       : strerror(-error);

	(void)capture_stop(&file->capture, CAPTURE_TROUBLE, error, "%s: %s%s",
	    file->name, file->offset > 0 ? "reading failed: " : "", what);
}

static void
close_file(struct capture_file *file)
{
	if (file->pcap != NULL) {
		pcap_close(file->pcap); /* And its stream, but for stdin. */
	} else if (file->file != NULL && file->file != stdin) {
		(void)fclose(file->file);
	}
	file->pcap = NULL;
	file->file = NULL;
	file->whole_bytes +=
	    file->file_size > 0 ? file->file_size : file->offset;
	file->file_size = 0;
	file->offset = 0;
}

/* The bytes of a regular file; false for all else. */
static bool
size_of(const char *path, uint64_t *size)
{
	struct stat status;

	if (stat(path, &status) != 0 || !S_ISREG(status.st_mode)) {
		return false;
	}
	*size = (uint64_t)status.st_size;
	return true;
}
