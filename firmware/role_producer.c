/*
 * The producer: records of the ledger in, records of Kafka out.
 *
 * It is to Kafka what the forwarder is to other SOCs, and talks with the ledger
 * as that does.  librdkafka makes threads and connects by itself, so this
 * process is confined otherwise (firmware/confine.h): it may make threads and
 * call others, and has a heap with a limit; it opens no files, and names are
 * resolved for it (firmware/resolver.h).  Threads begin after the confinement,
 * so it holds for all of them.
 *
 * What was given and not acknowledged when it ends, the ledger gives to its
 * successor.  So an error that librdkafka cannot go on after just ends it.
 */
#include "firmware/producer.h"

#ifdef CONFIG_FORWARD_KAFKA

#	include <errno.h>
#	include <jansson.h>
#	include <malloc.h>
#	include <pthread.h>
#	include <stdio.h>
#	include <string.h>
#	include <sys/random.h>
#	include <unistd.h>

#	include "firmware/clock.h"
#	include "firmware/command.h"
#	include "firmware/sealed.h"

/* Of librdkafka's threads; what it needs of them is a tenth. */
enum { THREAD_STACK_BYTES = 256 << 10 };

/* At the end, for what is still to be acknowledged. */
#	define FLUSH_PATIENCE_NS (2 * NS_PER_S)

static int producer_run(int argc, char **argv);
static void take_order(
    void *context, const struct channel_header *header, int descriptor);
static void take_configuration(struct producer *producer, int descriptor);
static void apply_policy(void *context);
static int prepare(struct producer *producer);
static int prepare_libraries(struct producer *producer);
static int add_clusters(struct producer *producer);
static void read_names(struct producer *producer);
static int begin_threads(struct producer *producer);
static void go_on(struct producer *producer);
static void peer_changed(void *context, enum role_id with);
static void every_second(void *context, uint64_t now_ns);
static void on_turn(void *context, uint64_t now_ns);
static void finish(struct producer *producer);
static void set_timer(
    struct producer *producer, struct timer *timer, uint64_t due_ns);

const struct command command_role_producer = {
	.name = "role-producer",
	.line = "sends to Kafka for a running sensor",
	.text = "Started by \"spanwatch run\".\n",
	.is_hidden = true,
	.run = producer_run,
};

static int
producer_run(int argc, char **argv)
{
	static struct producer producer;
	const struct role_terms terms = { .id = ROLE_PRODUCER,
		.take_order = take_order,
		.take_message = producer_take_record,
		.peer_changed = peer_changed,
		.apply_policy = apply_policy,
		.context = &producer };
	struct role *role = &producer.role;
	int status;

	(void)argc;
	(void)argv;
	status = role_open(role, &terms);
	if (status == ROLE_EXIT_DONE) {
		status = role_await(role, &producer.is_started);
	}
	if (status == ROLE_EXIT_DONE) {
		status = prepare(&producer);
	}
	if (status == ROLE_EXIT_DONE) {
		producer_publish(&producer);
		status = role_confine(role, NULL);
	}
	if (status == ROLE_EXIT_DONE) {
		status = begin_threads(&producer);
	}
	if (status != ROLE_EXIT_DONE) {
		return status;
	}
	every_second(&producer, clock_monotonic_ns());
	go_on(&producer);
	while (!role->is_stopping) {
		role_turn(role);
		go_on(&producer);
	}
	finish(&producer);
	return role->exit_status;
}

static void
take_order(void *context, const struct channel_header *header, int descriptor)
{
	struct producer *producer = context;
	const struct message_start_forwarder *start = (const void *)header;

	switch (header->type) {
	case MESSAGE_CONFIGURATION:
		take_configuration(producer, descriptor);
		break;
	case MESSAGE_START_FORWARDER:
		producer->needs_all = start->needs_all == 1;
		producer->is_started = producer->soc_count > 0;
		break;
	}
	if (descriptor >= 0) {
		close(descriptor);
	}
}

/* Only the first: where the socs have changed, another producer is started. */
static void
take_configuration(struct producer *producer, int descriptor)
{
	const struct config *config;

	if (producer->is_started) {
		return;
	}
	config = config_map(descriptor);
	if (config == NULL) {
		log_error(&producer->role.log, "producer",
		    "the configuration that came is not sound");
		return;
	}
	producer->first = config_forwarder_socs(config);
	producer->soc_count = config->soc_count - producer->first;
	producer->generation = config->soc_version;
	memcpy(producer->socs, config->socs + producer->first,
	    producer->soc_count * sizeof(producer->socs[0]));
	config_unmap(config);
}

static void
apply_policy(void *context)
{
	(void)context;
}

/* Takes the memory, and reads the files.  Returns an exit status. */
static int
prepare(struct producer *producer)
{
	struct kafka_terms terms = { .counters = &producer->role.counters,
		.log = &producer->role.log,
		.loop = &producer->role.loop,
		.resolve = resolver_ask,
		.resolve_context = &producer->resolver };
	int error = resolver_start(&producer->resolver);

	if (error == 0) {
		error = prepare_libraries(producer);
	}
	if (error == 0) {
		error = region_init(
		    &producer->region, kafka_bytes(producer->soc_count));
	}
	if (error != 0) {
		fprintf(stderr,
		    "spanwatch run: what is sent to Kafka cannot be: %s\n",
		    strerror(-error));
		return ROLE_EXIT_REFUSED;
	}
	kafka_init(
	    &producer->kafka, &producer->region, producer->soc_count, &terms);
	region_seal(&producer->region);
	read_names(producer);
	timer_init(&producer->second, every_second, producer);
	timer_init(&producer->turn, on_turn, producer);
	return add_clusters(producer);
}

/* One heap for all threads and small stacks, so that the limit is a use of
 * memory and no sum of reserves; and no file that is opened later. */
static int
prepare_libraries(struct producer *producer)
{
	pthread_attr_t attributes;
	size_t seed = 0;
	int error;

	(void)producer;
	(void)mallopt(M_ARENA_MAX, 1);
	if (getrandom(&seed, sizeof(seed), 0) != (ssize_t)sizeof(seed)) {
		return -EIO;
	}
	json_object_seed(seed | 1);
	if ((error = pthread_attr_init(&attributes)) != 0) {
		return -error;
	}
	error = pthread_attr_setstacksize(&attributes, THREAD_STACK_BYTES);
	if (error == 0) {
		error = pthread_setattr_default_np(&attributes);
	}
	(void)pthread_attr_destroy(&attributes);
	return -error;
}

/* As of the forwarder: one whose files are no good does not keep the others
 * from being told, but at the first start. */
static int
add_clusters(struct producer *producer)
{
	for (uint32_t i = 0; i < producer->soc_count; i++) {
		const struct config_soc *soc = &producer->socs[i];
		char why[FORWARD_WHY_SIZE];
		int error = kafka_add(&producer->kafka, soc, why);

		if (error != 0 && producer->needs_all) {
			fprintf(stderr, "spanwatch run: soc \"%s\": %s\n",
			    soc->name, why);
			return error == -EINVAL ? ROLE_EXIT_INPUT
			                        : ROLE_EXIT_REFUSED;
		}
	}
	return ROLE_EXIT_DONE;
}

/* What stands in every message; Linux gives each boot a name. */
static void
read_names(struct producer *producer)
{
	FILE *file = fopen("/proc/sys/kernel/random/boot_id", "re");

	if (file != NULL) {
		if (fgets(producer->boot_id, sizeof(producer->boot_id), file) ==
		    NULL) {
			producer->boot_id[0] = '\0';
		}
		producer->boot_id[strcspn(producer->boot_id, "\n")] = '\0';
		(void)fclose(file);
	}
	if (gethostname(producer->host, sizeof(producer->host) - 1) < 0) {
		producer->host[0] = '\0';
	}
}

static int
begin_threads(struct producer *producer)
{
	int error = kafka_start(&producer->kafka);

	if (error != 0) {
		log_error(&producer->role.log, "producer",
		    "librdkafka cannot begin: %s", strerror(-error));
		return ROLE_EXIT_REFUSED;
	}
	return ROLE_EXIT_DONE;
}

/* Has room forward do what there is to be done, and tells of it. */
static void
go_on(struct producer *producer)
{
	struct kafka *kafka = &producer->kafka;
	const struct forward_now moment = {
		.monotonic_ns = clock_monotonic_ns(), .wall_ns = clock_wall_ns()
	};
	uint64_t next_ns;

	kafka_turn(kafka, &moment);
	for (uint32_t i = 0; i < producer->soc_count; i++) {
		if (kafka_changed(kafka, i)) {
			producer_tell(producer, i);
		}
	}
	if (kafka_failed(kafka) != 0) {
		role_stop(&producer->role, ROLE_EXIT_REFUSED);
	}
	next_ns = kafka_next_ns(kafka);
	if (next_ns == UINT64_MAX) {
		timer_cancel(&producer->role.timers, &producer->turn);
	} else {
		set_timer(producer, &producer->turn, next_ns);
	}
}

/* A ledger that was started anew knows nothing of what was given to us, and
 * begins with what is not acknowledged. */
static void
peer_changed(void *context, enum role_id with)
{
	struct producer *producer = context;

	if (with != ROLE_LEDGER || !producer->is_started ||
	    !channel_is_attached(&producer->role.links[with].channel)) {
		return;
	}
	channel_discard(&producer->role.links[with].channel);
	kafka_reset(&producer->kafka);
	for (uint32_t i = 0; i < producer->soc_count; i++) {
		producer->told[i].seq = 0;
		producer->told[i].credit = 0;
		producer->told[i].state_ns = 0;
		producer_tell(producer, i);
	}
}

static void
every_second(void *context, uint64_t now_ns)
{
	struct producer *producer = context;

	for (uint32_t i = 0; i < producer->soc_count; i++) {
		producer_tell(producer, i);
	}
	producer_publish(producer);
	set_timer(producer, &producer->second, now_ns + NS_PER_S);
}

/* The turn itself comes after every timer. */
static void
on_turn(void *context, uint64_t now_ns)
{
	(void)context, (void)now_ns;
}

/* Waits for what was given, if that can be done soon.  Who waits for a name
 * gets none, so that the threads can end. */
static void
finish(struct producer *producer)
{
	struct role *role = &producer->role;
	uint64_t end_ns = clock_monotonic_ns() + FLUSH_PATIENCE_NS;

	while (!kafka_is_flushed(&producer->kafka) &&
	    clock_monotonic_ns() < end_ns && loop_wait(&role->loop, 50) >= 0) {
		go_on(producer);
	}
	for (uint32_t i = 0; i < producer->soc_count; i++) {
		producer_tell(producer, i);
	}
	producer_publish(producer);
	resolver_stop(&producer->resolver);
	kafka_finish(&producer->kafka);
	role_close(role);
}

static void
set_timer(struct producer *producer, struct timer *timer, uint64_t due_ns)
{
	bool is_set = timer_set(&producer->role.timers, timer, due_ns);

	SW_ASSERT(is_set); /* There are fewer timers than places. */
}

#endif
