#include "attribute/room.h"

const char *
process_base_name(const char *image)
{
	const char *base = image;

	for (const char *at = image; *at != '\0'; at++) {
		if (*at == '\\' || *at == '/') {
			base = at + 1;
		}
	}
	return base;
}

/* What is left of a path without its volume: "C:", "\device\harddiskvolume2",
 * "\??\C:", "\\?\C:". */
static const char *
past_volume(const char *image)
{
	static const char device[] = "\\device\\harddiskvolume";

	if (strncmp(image, "\\??\\", 4) == 0 ||
	    strncmp(image, "\\\\?\\", 4) == 0) {
		image += 4;
	}
	if (strncasecmp(image, device, sizeof(device) - 1) == 0) {
		image += sizeof(device) - 1;
		while (*image >= '0' && *image <= '9') {
			image++;
		}
		return image;
	}
	return image[0] != '\0' && image[1] == ':' ? image + 2 : image;
}

/* FNV-1a over what logs agree in: case is lost in some, and the case of letters
 * beyond ASCII changes their bytes, so they do not count. */
static uint64_t
hash_text(const char *text)
{
	uint64_t hash = 0xcbf29ce484222325;

	for (; *text != '\0'; text++) {
		unsigned char letter = (unsigned char)*text;

		if (letter >= 0x80) {
			continue;
		}
		if (letter >= 'A' && letter <= 'Z') {
			letter = (unsigned char)(letter - 'A' + 'a');
		}
		if (letter == '/') {
			letter = '\\';
		}
		hash = (hash ^ letter) * 0x100000001b3;
	}
	return hash;
}

/* Sysmon writes "<unknown process>" where it came too late to know. */
static bool
is_unknown(const char *image)
{
	return image[0] == '\0' || image[0] == '<' || strcmp(image, "-") == 0;
}

uint64_t
process_image_hash(const char *image, uint64_t *base_hash)
{
	if (is_unknown(image)) {
		*base_hash = 0;
		return 0;
	}
	*base_hash = hash_text(process_base_name(image));
	return hash_text(past_volume(image));
}

static void
fill_text(struct attribute *attribute, uint32_t *number,
    const struct endpoint_event *event, enum endpoint_text which)
{
	const char *text = endpoint_text_of(event, which);

	if (*number == 0 && text[0] != '\0' && strcmp(text, "-") != 0) {
		*number = texts_hold(&attribute->texts, text);
	}
}

void
process_learn_image(
    struct attribute *attribute, struct process *process, const char *image)
{
	uint64_t base_hash;
	uint64_t image_hash = process_image_hash(image, &base_hash);
	/* A path says more than a name, and "C:" more than a device. */
	bool is_better = process->base_hash == 0 ||
	    process->image_hash == process->base_hash ||
	    (image[0] != '\0' && image[1] == ':');

	if (base_hash == 0 || (!is_better && process->image != 0)) {
		return;
	}
	if (image_hash == base_hash && process->image != 0) {
		return;
	}
	texts_release(&attribute->texts, process->image);
	process->image = texts_hold(&attribute->texts, image);
	process->image_hash = image_hash;
	process->base_hash = base_hash;
}

/* Sysmon names the account a process runs as; 4688 the machine's, where a
 * service is meant. */
static void
fill_user(struct attribute *attribute, struct process *process,
    const struct endpoint_event *event)
{
	const char *user = endpoint_text_of(event, ENDPOINT_USER);
	bool is_sysmon = event->source == ENDPOINT_SYSMON ||
	    event->source == ENDPOINT_SYSMON_LINUX;

	if (user[0] == '\0' || strcmp(user, "-") == 0 ||
	    (process->user != 0 &&
	        (!is_sysmon || (process->flags & PROCESS_SYSMON_USER) != 0))) {
		return;
	}
	texts_release(&attribute->texts, process->user);
	process->user = texts_hold(&attribute->texts, user);
	if (is_sysmon) {
		process->flags |= PROCESS_SYSMON_USER;
	}
}

/* Sysmon's text has user and parent behind the command line, which whoever
 * starts a process can make look like them.  Where the end is there, it tells
 * the true ones; where it is cut off, what stands there is hearsay. */
static bool
is_hearsay(const struct endpoint_event *event)
{
	return event->kind == ENDPOINT_PROCESS_START &&
	    event->source == ENDPOINT_SYSMON &&
	    (event->flags & (ENDPOINT_CUT | ENDPOINT_TEXT_ONLY)) ==
	    (ENDPOINT_CUT | ENDPOINT_TEXT_ONLY);
}

static void
fill(struct attribute *attribute, struct process *process,
    const struct endpoint_event *event)
{
	bool is_start = event->kind == ENDPOINT_PROCESS_START;

	process_learn_image(
	    attribute, process, endpoint_text_of(event, ENDPOINT_IMAGE));
	if (is_start) {
		fill_text(attribute, &process->command_line, event,
		    ENDPOINT_COMMAND_LINE);
	}
	if (is_hearsay(event)) {
		return;
	}
	fill_user(attribute, process, event);
	if (!is_start) {
		return;
	}
	fill_text(
	    attribute, &process->parent_image, event, ENDPOINT_PARENT_IMAGE);
	fill_text(attribute, &process->parent_command_line, event,
	    ENDPOINT_PARENT_COMMAND_LINE);
	fill_text(attribute, &process->hashes, event, ENDPOINT_HASHES);
	fill_text(
	    attribute, &process->original_name, event, ENDPOINT_ORIGINAL_NAME);
	fill_text(attribute, &process->product, event, ENDPOINT_PRODUCT);
	if ((event->flags & ENDPOINT_HAS_PARENT_PID) != 0) {
		process->parent_pid = event->parent_pid;
		process->flags |= PROCESS_HAS_PARENT_PID;
	}
	if ((event->flags & ENDPOINT_HAS_PARENT_GUID) != 0) {
		memcpy(process->parent_guid, event->parent_guid,
		    sizeof(process->parent_guid));
		process->flags |= PROCESS_HAS_PARENT_GUID;
	}
}

/* The start as the log has it that has it most exactly. */
static void
set_start(struct process *process, const struct host_time *time)
{
	if (process->started.ns == 0 ||
	    (process->flags & PROCESS_STARTED) == 0 ||
	    (process->started.is_coarse && !time->is_coarse)) {
		process->started = *time;
	}
	process->flags |= PROCESS_STARTED;
}

/* An instance known by its PID alone may be the one that has a GUID now. */
static struct process *
find(struct attribute *attribute, const struct host *host,
    const struct endpoint_event *event, const struct host_time *time)
{
	const char *image = endpoint_text_of(event, ENDPOINT_IMAGE);
	bool has_guid = event_has_guid(event);
	struct host_time started = *time;
	struct process *process = NULL;

	if (has_guid) {
		process = process_by_guid(attribute, host, event->guid);
	}
	if (process != NULL || (event->flags & ENDPOINT_HAS_PID) == 0) {
		return process;
	}
	if (has_guid && event->kind != ENDPOINT_PROCESS_START) {
		started = (struct host_time){
			endpoint_guid_started_s(event->guid) * NS_PER_S,
			HOST_CLOCK_SYSMON, true
		};
	}
	if (has_guid || event->kind == ENDPOINT_PROCESS_START) {
		process = process_that_started(
		    attribute, host, event->pid, &started, image);
		/* Two GUIDs are two processes. */
		return has_guid && process != NULL &&
		        (process->flags & PROCESS_HAS_GUID) != 0
		    ? NULL
		    : process;
	}
	return process_that_had(attribute, host, event->pid, time, image);
}

struct process *
process_of_event(struct attribute *attribute, const struct host *host,
    const struct endpoint_event *event, bool is_made)
{
	struct host_time time = host_time_of(event);
	struct process *process = find(attribute, host, event, &time);

	if (process == NULL) {
		if (!is_made) {
			return NULL;
		}
		process = process_make(attribute, host);
	} else {
		process_touch(attribute, process);
		process_make_room(attribute);
	}
	if ((event->flags & ENDPOINT_HAS_PID) != 0) {
		process_set_pid(attribute, process, event->pid);
	}
	if (event_has_guid(event)) {
		process_set_guid(attribute, process, event->guid);
	}
	fill(attribute, process, event);
	if (event->kind == ENDPOINT_PROCESS_START) {
		set_start(process, &time);
	} else if (event->kind == ENDPOINT_PROCESS_END) {
		process->ended = time;
	}
	return process;
}
