#include "firmware/messages.h"
#include "firmware/sealed.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* The row of 'type' among what 'to' may get from 'from'. */
static struct channel_kind
kind_of(enum role_id from, enum role_id to, enum message_type type)
{
	struct channel_kind kinds[MESSAGE_KINDS];
	uint32_t count = message_kinds(from, to, kinds);

	for (uint32_t i = 0; i < count; i++) {
		if (kinds[i].type == type) {
			return kinds[i];
		}
	}
	cr_assert_fail("there is no such row");
	return kinds[0];
}

static bool
finding_passes(const struct message_finding *message)
{
	return kind_of(ROLE_SENSOR, ROLE_LEDGER, MESSAGE_FINDING)
	    .is_sound(message);
}

static void
make_finding(struct message_finding *message)
{
	memset(message, 0, sizeof(*message));
	message->finding.revision = 1;
	message->finding.kind_count = 1;
	message->finding.active = true;
}

static bool
start_passes(const struct message_start_sensor *start)
{
	return kind_of(ROLE_SUPERVISOR, ROLE_SENSOR, MESSAGE_START_SENSOR)
	    .is_sound(start);
}

static void
make_start(struct message_start_sensor *start)
{
	memset(start, 0, sizeof(*start));
	start->capture_count = 1;
	strcpy(start->captures[0].interface, "eth1");
	start->captures[0].promiscuous = true;
}

Test(messages, that_are_right_pass)
{
	static struct message_finding finding;
	static struct message_start_sensor start;

	make_finding(&finding);
	cr_expect(finding_passes(&finding));
	make_start(&start);
	cr_expect(start_passes(&start));
	start.capture_count = 0;
	cr_expect(start_passes(&start));
}

Test(messages, with_a_finding_beyond_its_bounds_are_refused)
{
	static struct message_finding message;
	struct finding *finding = &message.finding;

#define EXPECT_REFUSED(change)                                    \
	do {                                                      \
		make_finding(&message);                           \
		change;                                           \
		cr_expect_not(finding_passes(&message), #change); \
	} while (0)
	EXPECT_REFUSED(finding->revision = 0);
	EXPECT_REFUSED(finding->kind_count = 0);
	EXPECT_REFUSED(finding->kind_count = FINDING_KIND_COUNT + 1);
	EXPECT_REFUSED(finding->kinds[0] = FINDING_KIND_COUNT);
	EXPECT_REFUSED(finding->order = FINDING_ORDER_COUNT);
	EXPECT_REFUSED(finding->techniques = 0xffffffff);
	EXPECT_REFUSED(finding->target_range_count = FINDING_TARGET_RANGES + 1);
	EXPECT_REFUSED(
	    finding->service_range_count = FINDING_SERVICE_RANGES + 1);
	EXPECT_REFUSED(finding->segment_count = FINDING_SEGMENTS + 1);
	EXPECT_REFUSED(finding->sample_count = FINDING_SAMPLES + 1);
	EXPECT_REFUSED(finding->apparent_count = FINDING_APPARENT + 1);
	EXPECT_REFUSED(finding->reason_count = FINDING_REASONS + 1);
	EXPECT_REFUSED(finding->service_name_count = FINDING_SERVICE_NAMES + 1);
	EXPECT_REFUSED(finding->reasons[0].weight = NAN);
	EXPECT_REFUSED(finding->reasons[0].weight = INFINITY);
	EXPECT_REFUSED(memset(&finding->has_mac, 2, 1));
	EXPECT_REFUSED(memset(&finding->truncated_evidence, 0xff, 1));
	EXPECT_REFUSED((finding->service_name_count = 1,
	    memset(finding->service_names[0].name, 'x', FINDING_NAME_SIZE)));
}

/* Whatever bytes come, the check looks at no more than there is, and reads no
 * bool that is none: which the sanitizers watch. */
Test(messages, of_any_bytes_are_checked_without_harm)
{
	static struct message_finding finding;
	static struct message_start_sensor start;
	uint32_t passed = 0;

	srandom(1);
	for (int round = 0; round < 300; round++) {
		for (size_t i = 0; i < sizeof(finding); i++) {
			((uint8_t *)&finding)[i] = (uint8_t)random();
		}
		for (size_t i = 0; i < sizeof(start); i++) {
			((uint8_t *)&start)[i] = (uint8_t)random();
		}
		passed += finding_passes(&finding);
		passed += start_passes(&start);
	}
	cr_expect_eq(passed, 0);
}

Test(messages, that_start_a_sensor_beyond_bounds_are_refused)
{
	static struct message_start_sensor start;

#define EXPECT_START_REFUSED(change)                          \
	do {                                                  \
		make_start(&start);                           \
		change;                                       \
		cr_expect_not(start_passes(&start), #change); \
	} while (0)
	EXPECT_START_REFUSED(start.capture_count = CONFIG_CAPTURE_COUNT + 1);
	EXPECT_START_REFUSED(start.needs_all = 2);
	EXPECT_START_REFUSED(start.captures[0].interface[0] = '\0');
	EXPECT_START_REFUSED(memset(start.captures[0].interface, 'x',
	    sizeof(start.captures[0].interface)));
	EXPECT_START_REFUSED(memset(
	    start.captures[0].filter, 'x', sizeof(start.captures[0].filter)));
	EXPECT_START_REFUSED(start.captures[0].mode = 9);
	EXPECT_START_REFUSED(memset(&start.captures[0].promiscuous, 7, 1));
}

Test(messages, name_only_roles_that_there_are)
{
	struct message_role message = { .role = ROLE_SENSOR };
	struct channel_kind kind =
	    kind_of(ROLE_SUPERVISOR, ROLE_LEDGER, MESSAGE_PEER);

	cr_expect(kind.is_sound(&message));
	cr_expect(kind.has_descriptor);
	message.role = ROLE_COUNT;
	cr_expect_not(kind.is_sound(&message));
}

Test(messages, from_the_sensor_to_the_supervisor_are_only_that_it_is_ready)
{
	struct channel_kind kinds[MESSAGE_KINDS];

	cr_expect_eq(message_kinds(ROLE_SENSOR, ROLE_SUPERVISOR, kinds), 1);
	cr_expect_eq(kinds[0].type, MESSAGE_READY);
	cr_expect_not(kinds[0].has_descriptor);
	cr_expect_eq(message_kinds(ROLE_LEDGER, ROLE_SENSOR, kinds), 0);
	cr_expect(message_connects(ROLE_LEDGER, ROLE_SENSOR));
	cr_expect_geq(message_largest(ROLE_SENSOR, ROLE_LEDGER),
	    sizeof(struct message_finding));
}

Test(messages, carry_a_policy_whole)
{
	static struct policy in, out;
	int fd;

	policy_default(&in);
	in.version = 7;
	fd = policy_to_descriptor(&in);
	cr_assert_geq(fd, 0);
	cr_expect_eq(policy_from_descriptor(fd, &out), 0);
	cr_expect_eq(memcmp(&in, &out, sizeof(in)), 0);
	/* Nobody can change it on its way. */
	cr_expect_lt(pwrite(fd, "x", 1, 0), 0);
	cr_expect_lt(ftruncate(fd, 0), 0);
}

static int
sealed_file(const void *bytes, size_t size, int seals)
{
	int fd = memfd_create("test", MFD_CLOEXEC | MFD_ALLOW_SEALING);

	cr_assert_eq(write(fd, bytes, size), (ssize_t)size);
	cr_assert_eq(fcntl(fd, F_ADD_SEALS, seals), 0);
	return fd;
}

Test(messages, with_a_policy_that_is_none_are_refused)
{
	static struct policy in, out;
	static uint8_t larger[sizeof(struct policy) + 1];
	const int all =
	    F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL;
	int fds[2];

	policy_default(&in);
	cr_expect_eq(
	    policy_from_descriptor(sealed_file(&in, sizeof(in) - 1, all), &out),
	    -EINVAL);
	memcpy(larger, &in, sizeof(in));
	cr_expect_eq(policy_from_descriptor(
	                 sealed_file(larger, sizeof(larger), all), &out),
	    -EINVAL);
	cr_expect_eq(policy_from_descriptor(
	                 sealed_file(&in, sizeof(in), F_SEAL_GROW), &out),
	    -EINVAL);
	in.segment_count = POLICY_SEGMENT_COUNT + 1;
	cr_expect_eq(
	    policy_from_descriptor(sealed_file(&in, sizeof(in), all), &out),
	    -EINVAL);
	/* Reading it would wait for ever. */
	cr_assert_eq(pipe(fds), 0);
	cr_expect_eq(policy_from_descriptor(fds[0], &out), -EINVAL);
	cr_expect_eq(policy_from_descriptor(-1, &out), -EINVAL);
}

static bool
names_pass(const struct message_names *message)
{
	return kind_of(ROLE_SENSOR, ROLE_LEDGER, MESSAGE_NAMES)
	    .is_sound(message);
}

Test(messages, with_names_that_are_no_names_are_refused)
{
	static struct message_names message;
	struct wire_name *last = &message.names[MESSAGE_NAME_COUNT - 1];

	cr_expect_not(names_pass(&message)); /* Of none. */
	for (uint32_t i = 0; i < MESSAGE_NAME_COUNT; i++) {
		cr_assert(
		    ip_address_parse("10.0.0.20", &message.names[i].address));
		strcpy(message.names[i].name, "anna-pc");
	}
	message.count = MESSAGE_NAME_COUNT;
	cr_expect(names_pass(&message));
	message.count++;
	cr_expect_not(names_pass(&message));
	message.count--;
	last->name[0] = '\n';
	cr_expect_not(names_pass(&message));
	message.count--; /* Beyond the count nothing matters. */
	cr_expect(names_pass(&message));
}
