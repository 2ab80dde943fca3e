#include "firmware/messages.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static bool role_is_sound(const void *message);
static bool start_sensor_is_sound(const void *message);
static bool start_ledger_is_sound(const void *message);
static bool finding_message_is_sound(const void *message);
static bool capture_is_sound(const struct config_capture *capture);
static bool text_is_ended(const char *text, size_t size);
static bool flag_is_sound(const bool *flag);

/* Who, whom, what. */
static const struct row {
	enum role_id from;
	enum role_id to;
	struct channel_kind kind;
} rows[] = {
	/* clang-format off */
	{ ROLE_SUPERVISOR, ROLE_LEDGER,
	  { MESSAGE_STOP, false, sizeof(struct message_plain), NULL } },
	{ ROLE_SUPERVISOR, ROLE_LEDGER,
	  { MESSAGE_POLICY, true, sizeof(struct message_plain), NULL } },
	{ ROLE_SUPERVISOR, ROLE_LEDGER,
	  { MESSAGE_PEER, true, sizeof(struct message_role), role_is_sound } },
	{ ROLE_SUPERVISOR, ROLE_LEDGER,
	  { MESSAGE_PAGE, true, sizeof(struct message_role), role_is_sound } },
	{ ROLE_SUPERVISOR, ROLE_LEDGER,
	  { MESSAGE_STATUS_SOCKET, true, sizeof(struct message_plain), NULL } },
	{ ROLE_SUPERVISOR, ROLE_LEDGER,
	  { MESSAGE_START_LEDGER, false, sizeof(struct message_start_ledger),
	    start_ledger_is_sound } },

	{ ROLE_SUPERVISOR, ROLE_SENSOR,
	  { MESSAGE_STOP, false, sizeof(struct message_plain), NULL } },
	{ ROLE_SUPERVISOR, ROLE_SENSOR,
	  { MESSAGE_POLICY, true, sizeof(struct message_plain), NULL } },
	{ ROLE_SUPERVISOR, ROLE_SENSOR,
	  { MESSAGE_PEER, true, sizeof(struct message_role), role_is_sound } },
	{ ROLE_SUPERVISOR, ROLE_SENSOR,
	  { MESSAGE_START_SENSOR, false, sizeof(struct message_start_sensor),
	    start_sensor_is_sound } },

	{ ROLE_LEDGER, ROLE_SUPERVISOR,
	  { MESSAGE_READY, false, sizeof(struct message_plain), NULL } },
	{ ROLE_SENSOR, ROLE_SUPERVISOR,
	  { MESSAGE_READY, false, sizeof(struct message_plain), NULL } },

	{ ROLE_SENSOR, ROLE_LEDGER,
	  { MESSAGE_FINDING, false, sizeof(struct message_finding),
	    finding_message_is_sound } },
	/* clang-format on */
};

/* A policy that is on its way cannot be changed any more. */
static const int policy_seals =
    F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL;

bool
message_connects(enum role_id one, enum role_id other)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		if ((rows[i].from == one && rows[i].to == other) ||
		    (rows[i].from == other && rows[i].to == one)) {
			return true;
		}
	}
	return false;
}

uint32_t
message_kinds(enum role_id from, enum role_id to,
    struct channel_kind kinds[MESSAGE_KINDS])
{
	uint32_t count = 0;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		if (rows[i].from == from && rows[i].to == to) {
			SW_ASSERT(count < MESSAGE_KINDS);
			kinds[count++] = rows[i].kind;
		}
	}
	return count;
}

uint32_t
message_largest(enum role_id from, enum role_id to)
{
	uint32_t largest = sizeof(struct channel_header);

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		if (rows[i].from == from && rows[i].to == to &&
		    rows[i].kind.size > largest) {
			largest = rows[i].kind.size;
		}
	}
	return largest;
}

int
policy_to_descriptor(const struct policy *policy)
{
	int fd = memfd_create("policy", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	ssize_t written;
	int error;

	if (fd < 0) {
		return -errno;
	}
	written = pwrite(fd, policy, sizeof(*policy), 0);
	if (written != (ssize_t)sizeof(*policy)) {
		error = written < 0 ? -errno : -ENOSPC;
		close(fd);
		return error;
	}
	if (fcntl(fd, F_ADD_SEALS, policy_seals) < 0) {
		error = -errno;
		close(fd);
		return error;
	}
	return fd;
}

int
policy_from_descriptor(int fd, struct policy *policy)
{
	/* That it has seals shows that it is memory: reading it cannot wait for
	 * anything, nor can it change meanwhile. */
	int seals = fcntl(fd, F_GET_SEALS);
	uint8_t beyond;

	if (seals < 0 || (seals & policy_seals) != policy_seals ||
	    pread(fd, policy, sizeof(*policy), 0) != (ssize_t)sizeof(*policy) ||
	    pread(fd, &beyond, 1, sizeof(*policy)) != 0) {
		return -EINVAL;
	}
	return policy_is_sound(policy) ? 0 : -EINVAL;
}

static bool
role_is_sound(const void *message)
{
	const struct message_role *role = message;

	return role->role < ROLE_COUNT;
}

static bool
start_sensor_is_sound(const void *message)
{
	const struct message_start_sensor *start = message;

	if (start->capture_count > CONFIG_CAPTURE_COUNT ||
	    start->needs_all > 1) {
		return false;
	}
	for (uint32_t i = 0; i < start->capture_count; i++) {
		if (!capture_is_sound(&start->captures[i])) {
			return false;
		}
	}
	return true;
}

static bool
start_ledger_is_sound(const void *message)
{
	const struct message_start_ledger *start = message;

	return start->prints_json <= 1;
}

/* What room detect does not doubt, since it made it: that a bool is one, that a
 * weight is a number, that there is something to tell. */
static bool
finding_message_is_sound(const void *message)
{
	const struct finding *finding =
	    &((const struct message_finding *)message)->finding;
	const bool *const flags[] = { &finding->active, &finding->fragmented,
		&finding->window, &finding->has_address, &finding->has_mac,
		&finding->counts_estimated, &finding->ranges_cut,
		&finding->one_way, &finding->truncated_evidence };

	for (size_t i = 0; i < ARRAY_SIZE(flags); i++) {
		if (!flag_is_sound(flags[i])) {
			return false;
		}
	}
	for (size_t i = 0; i < ARRAY_SIZE(finding->reasons); i++) {
		if (!isfinite(finding->reasons[i].weight)) {
			return false;
		}
	}
	return finding->revision > 0 && finding->kind_count > 0 &&
	    finding_is_sound(finding);
}

/* Of the numbers capture itself says which it can work with. */
static bool
capture_is_sound(const struct config_capture *capture)
{
	return capture->interface[0] != '\0' &&
	    text_is_ended(capture->interface, sizeof(capture->interface)) &&
	    text_is_ended(capture->filter, sizeof(capture->filter)) &&
	    (capture->mode == CONFIG_CAPTURE_IMMEDIATE ||
	        capture->mode == CONFIG_CAPTURE_BLOCK) &&
	    flag_is_sound(&capture->promiscuous);
}

static bool
text_is_ended(const char *text, size_t size)
{
	return memchr(text, '\0', size) != NULL;
}

/* A bool from outside may hold any byte, and must not be read as one before
 * this has been asked. */
static bool
flag_is_sound(const bool *flag)
{
	uint8_t byte;

	memcpy(&byte, flag, 1);
	return byte <= 1;
}
