#include "attribute/room.h"

/* Two logs tell of one start if they do so within this. */
static const uint64_t same_start_ns = 2 * NS_PER_S;

/* A process may do its first and last within this of its start and end. */
static const uint64_t slack_ns = 2 * NS_PER_S;

/* No more instances of one PID, or processes of one bucket, are looked at. */
enum { CHAIN_MAX = 64 };

static uint32_t
bucket_of_pid(
    const struct attribute *attribute, uint32_t host_serial, uint32_t pid)
{
	const uint32_t key[2] = { host_serial, pid };

	return (uint32_t)siphash(&attribute->hash_key, key, sizeof(key)) %
	    CONFIG_ATTRIBUTE_PROCESS_COUNT;
}

static uint32_t
bucket_of_guid(const struct attribute *attribute, uint32_t host_serial,
    const uint8_t guid[ENDPOINT_GUID_SIZE])
{
	uint8_t key[ENDPOINT_GUID_SIZE + sizeof(host_serial)];

	memcpy(key, guid, ENDPOINT_GUID_SIZE);
	memcpy(key + ENDPOINT_GUID_SIZE, &host_serial, sizeof(host_serial));
	return (uint32_t)siphash(&attribute->hash_key, key, sizeof(key)) %
	    CONFIG_ATTRIBUTE_PROCESS_COUNT;
}

void
process_init(struct attribute *attribute, struct region *region)
{
	uint32_t count = CONFIG_ATTRIBUTE_PROCESS_COUNT;

	attribute->processes =
	    region_carve(region, count, sizeof(struct process));
	attribute->pid_buckets = region_carve(region, count, sizeof(uint32_t));
	attribute->guid_buckets = region_carve(region, count, sizeof(uint32_t));
	attribute->process_newest = PROCESS_NONE;
	attribute->process_oldest = PROCESS_NONE;
	attribute->process_free = 0;
	for (uint32_t i = 0; i < count; i++) {
		attribute->pid_buckets[i] = PROCESS_NONE;
		attribute->guid_buckets[i] = PROCESS_NONE;
		attribute->processes[i].older =
		    i + 1 < count ? i + 1 : PROCESS_NONE;
	}
}

uint32_t
process_index(const struct attribute *attribute, const struct process *process)
{
	return (uint32_t)(process - attribute->processes);
}

struct process *
process_at(const struct attribute *attribute, uint32_t index, uint32_t serial)
{
	struct process *process;

	if (index >= CONFIG_ATTRIBUTE_PROCESS_COUNT) {
		return NULL;
	}
	process = &attribute->processes[index];
	return process->serial == serial && serial != 0 ? process : NULL;
}

static void
unlink_age(struct attribute *attribute, struct process *process)
{
	struct process *all = attribute->processes;

	if (process->newer != PROCESS_NONE) {
		all[process->newer].older = process->older;
	} else {
		attribute->process_newest = process->older;
	}
	if (process->older != PROCESS_NONE) {
		all[process->older].newer = process->newer;
	} else {
		attribute->process_oldest = process->newer;
	}
}

static void
link_newest(struct attribute *attribute, struct process *process)
{
	uint32_t index = process_index(attribute, process);

	process->newer = PROCESS_NONE;
	process->older = attribute->process_newest;
	if (process->older != PROCESS_NONE) {
		attribute->processes[process->older].newer = index;
	} else {
		attribute->process_oldest = index;
	}
	attribute->process_newest = index;
}

void
process_touch(struct attribute *attribute, struct process *process)
{
	if (process_index(attribute, process) != attribute->process_newest) {
		unlink_age(attribute, process);
		link_newest(attribute, process);
	}
}

static void
unlink_pid(struct attribute *attribute, const struct process *process)
{
	uint32_t index = process_index(attribute, process);
	uint32_t *link = &attribute->pid_buckets[bucket_of_pid(
	    attribute, process->host_serial, process->pid)];

	if ((process->flags & PROCESS_HAS_PID) == 0) {
		return;
	}
	while (*link != index) {
		SW_ASSERT(*link != PROCESS_NONE);
		link = &attribute->processes[*link].pid_next;
	}
	*link = process->pid_next;
}

static void
unlink_guid(struct attribute *attribute, const struct process *process)
{
	uint32_t index = process_index(attribute, process);
	uint32_t *link = &attribute->guid_buckets[bucket_of_guid(
	    attribute, process->host_serial, process->guid)];

	if ((process->flags & PROCESS_HAS_GUID) == 0) {
		return;
	}
	while (*link != index) {
		SW_ASSERT(*link != PROCESS_NONE);
		link = &attribute->processes[*link].guid_next;
	}
	*link = process->guid_next;
}

static void
unlink_host(struct attribute *attribute, const struct process *process)
{
	struct process *all = attribute->processes;
	struct host *host =
	    host_at(attribute, process->host, process->host_serial);

	if (process->host_previous != PROCESS_NONE) {
		all[process->host_previous].host_next = process->host_next;
	} else if (host != NULL) {
		host->processes = process->host_next;
	}
	if (process->host_next != PROCESS_NONE) {
		all[process->host_next].host_previous = process->host_previous;
	}
}

static void
release_texts(struct attribute *attribute, const struct process *process)
{
	struct texts *texts = &attribute->texts;

	texts_release(texts, process->image);
	texts_release(texts, process->command_line);
	texts_release(texts, process->user);
	texts_release(texts, process->parent_image);
	texts_release(texts, process->parent_command_line);
	texts_release(texts, process->hashes);
	texts_release(texts, process->original_name);
	texts_release(texts, process->product);
}

static void
drop(struct attribute *attribute, struct process *process)
{
	unlink_pid(attribute, process);
	unlink_guid(attribute, process);
	unlink_host(attribute, process);
	unlink_age(attribute, process);
	release_texts(attribute, process);
	memset(process, 0, sizeof(*process));
	process->older = attribute->process_free;
	attribute->process_free = process_index(attribute, process);
	attribute->process_used--;
}

void
process_forget_host(struct attribute *attribute, struct host *host)
{
	uint32_t at = host->processes;

	while (at != PROCESS_NONE) {
		struct process *process = &attribute->processes[at];

		at = process->host_next;
		drop(attribute, process);
	}
	host->processes = PROCESS_NONE;
}

/* Gives up the process that was heard of longest ago and that no campaign
 * names, if one of the last few is such; else the very last. */
static void
evict(struct attribute *attribute)
{
	uint32_t at = attribute->process_oldest;

	for (uint32_t i = 0; i < CHAIN_MAX && at != PROCESS_NONE; i++) {
		if (attribute->processes[at].pins == 0) {
			break;
		}
		at = attribute->processes[at].newer;
	}
	if (at == PROCESS_NONE || attribute->processes[at].pins != 0) {
		at = attribute->process_oldest;
	}
	drop(attribute, &attribute->processes[at]);
	counter_increment(
	    attribute->counters, COUNTER_ATTRIBUTE_PROCESSES_EVICTED);
}

/* Room for one process and all its texts. */
void
process_make_room(struct attribute *attribute)
{
	while (attribute->process_free == PROCESS_NONE) {
		evict(attribute);
	}
	while (attribute->process_used > 1 &&
	    attribute->texts.free_count < 8 * texts_longest()) {
		evict(attribute);
	}
}

struct process *
process_make(struct attribute *attribute, const struct host *host)
{
	struct process *process;
	struct host *its;

	process_make_room(attribute);
	process = &attribute->processes[attribute->process_free];
	attribute->process_free = process->older;
	attribute->process_used++;
	memset(process, 0, sizeof(*process));
	process->host = host_index(attribute, host);
	process->host_serial = host->serial;
	process->serial = ++attribute->serial;
	process->flags = PROCESS_IN_USE;
	process->host_previous = PROCESS_NONE;
	its = host_at(attribute, process->host, process->host_serial);
	process->host_next = its->processes;
	if (its->processes != PROCESS_NONE) {
		attribute->processes[its->processes].host_previous =
		    process_index(attribute, process);
	}
	its->processes = process_index(attribute, process);
	link_newest(attribute, process);
	counter_increment(attribute->counters, COUNTER_ATTRIBUTE_PROCESSES);
	return process;
}

/* Whoever gives one PID to thousands of processes makes no chain of them. */
static void
shorten_chain(struct attribute *attribute, uint32_t at)
{
	for (uint32_t i = 1; at != PROCESS_NONE && i < CHAIN_MAX; i++) {
		at = attribute->processes[at].pid_next;
	}
	if (at != PROCESS_NONE) {
		drop(attribute, &attribute->processes[at]);
		counter_increment(
		    attribute->counters, COUNTER_ATTRIBUTE_PROCESSES_EVICTED);
	}
}

void
process_set_pid(
    struct attribute *attribute, struct process *process, uint32_t pid)
{
	uint32_t bucket = bucket_of_pid(attribute, process->host_serial, pid);

	if ((process->flags & PROCESS_HAS_PID) != 0) {
		return;
	}
	shorten_chain(attribute, attribute->pid_buckets[bucket]);
	process->pid = pid;
	process->flags |= PROCESS_HAS_PID;
	process->pid_next = attribute->pid_buckets[bucket];
	attribute->pid_buckets[bucket] = process_index(attribute, process);
}

void
process_set_guid(struct attribute *attribute, struct process *process,
    const uint8_t guid[ENDPOINT_GUID_SIZE])
{
	uint32_t bucket = bucket_of_guid(attribute, process->host_serial, guid);
	uint64_t started_s = endpoint_guid_started_s(guid);

	if ((process->flags & PROCESS_HAS_GUID) != 0) {
		return;
	}
	memcpy(process->guid, guid, ENDPOINT_GUID_SIZE);
	process->flags |= PROCESS_HAS_GUID;
	process->guid_next = attribute->guid_buckets[bucket];
	attribute->guid_buckets[bucket] = process_index(attribute, process);
	if (process->started.ns == 0 && started_s != 0) {
		process->started = (struct host_time){ started_s * NS_PER_S,
			HOST_CLOCK_SYSMON, true };
	}
}

struct process *
process_by_guid(const struct attribute *attribute, const struct host *host,
    const uint8_t guid[ENDPOINT_GUID_SIZE])
{
	uint32_t at =
	    attribute
	        ->guid_buckets[bucket_of_guid(attribute, host->serial, guid)];

	for (uint32_t i = 0; at != PROCESS_NONE && i < CHAIN_MAX; i++) {
		struct process *process = &attribute->processes[at];

		if (process->host_serial == host->serial &&
		    memcmp(process->guid, guid, ENDPOINT_GUID_SIZE) == 0) {
			return process;
		}
		at = process->guid_next;
	}
	return NULL;
}

/* Whether a process may be the one whose image another log writes so. */
static bool
has_image(
    const struct process *process, uint64_t image_hash, uint64_t base_hash)
{
	if (base_hash == 0 || process->base_hash == 0) {
		return true;
	}
	if (process->base_hash != base_hash) {
		return false;
	}
	/* One of the two may be a file's name alone. */
	return process->image_hash == image_hash ||
	    process->image_hash == process->base_hash ||
	    image_hash == base_hash;
}

static bool
is_within(uint64_t a, uint64_t b, uint64_t span_ns)
{
	return a > b ? a - b <= span_ns : b - a <= span_ns;
}

struct process *
process_that_started(const struct attribute *attribute, const struct host *host,
    uint32_t pid, const struct host_time *time, const char *image)
{
	uint64_t base_hash;
	uint64_t image_hash = process_image_hash(image, &base_hash);
	uint64_t when_ns = host_our_time(host, time);
	uint32_t at =
	    attribute->pid_buckets[bucket_of_pid(attribute, host->serial, pid)];

	for (uint32_t i = 0; at != PROCESS_NONE && i < CHAIN_MAX; i++) {
		struct process *process = &attribute->processes[at];
		uint64_t started_ns = host_our_time(host, &process->started);
		uint64_t ended_ns;

		at = process->pid_next;
		if (process->pid != pid ||
		    process->host_serial != host->serial ||
		    !has_image(process, image_hash, base_hash)) {
			continue;
		}
		if (started_ns != 0 &&
		    is_within(started_ns, when_ns, same_start_ns)) {
			return process;
		}
		/* Its end was told before its start. */
		ended_ns = host_our_time(host, &process->ended);
		if (started_ns == 0 && base_hash != 0 &&
		    process->base_hash != 0 && ended_ns != 0 &&
		    ended_ns + same_start_ns >= when_ns) {
			return process;
		}
	}
	return NULL;
}

struct process *
process_that_had(struct attribute *attribute, const struct host *host,
    uint32_t pid, const struct host_time *time, const char *image)
{
	uint64_t base_hash;
	uint64_t image_hash = process_image_hash(image, &base_hash);
	uint64_t when_ns = host_our_time(host, time);
	uint32_t at =
	    attribute->pid_buckets[bucket_of_pid(attribute, host->serial, pid)];
	struct process *best = NULL;
	uint64_t best_ns = 0;

	for (uint32_t i = 0; at != PROCESS_NONE && i < CHAIN_MAX; i++) {
		struct process *process = &attribute->processes[at];
		uint64_t started_ns = host_our_time(host, &process->started);
		uint64_t ended_ns = host_our_time(host, &process->ended);

		at = process->pid_next;
		if (process->pid != pid ||
		    process->host_serial != host->serial ||
		    !has_image(process, image_hash, base_hash) ||
		    (started_ns != 0 && started_ns > when_ns + slack_ns) ||
		    (ended_ns != 0 && ended_ns + slack_ns < when_ns)) {
			continue;
		}
		if (best == NULL || started_ns > best_ns) {
			best = process;
			best_ns = started_ns;
		}
	}
	return best;
}

struct process *
process_parent(struct attribute *attribute, const struct process *process)
{
	const struct host *host =
	    host_at(attribute, process->host, process->host_serial);
	struct process *parent = NULL;

	if (host == NULL) {
		return NULL;
	}
	if ((process->flags & PROCESS_HAS_PARENT_GUID) != 0) {
		parent = process_by_guid(attribute, host, process->parent_guid);
	}
	if (parent == NULL && (process->flags & PROCESS_HAS_PARENT_PID) != 0 &&
	    process->started.ns != 0) {
		parent = process_that_had(attribute, host, process->parent_pid,
		    &process->started, "");
	}
	return parent == process ? NULL : parent;
}
