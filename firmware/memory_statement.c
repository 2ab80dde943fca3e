#include "firmware/memory_statement.h"

#include <inttypes.h>
#include <string.h>

#include "capture/capture_live.h"
#include "firmware/output.h"
#include "firmware/role.h"
#ifdef CONFIG_FORWARD_KAFKA
#	include "forward/ring.h"
#endif

/* What a process holds beside its tables, measured and rounded up. */
enum {
	/* The program's and the libraries' pages, one copy for all processes.
	 */
	CODE_BYTES = 10 << 20,
	/* A process's own: data of program and libraries, and what those have
	 * allocated by the time it is confined. */
	PROCESS_BYTES = 5 << 18,
	STACK_BYTES = 256 << 10,
};

/* The lines being written. */
struct writing {
	struct memory_line *lines;
	uint32_t capacity;
	uint32_t count; /* May pass the capacity. */
};

static void leave_out(struct writing *writing, const char *role);
static void add_roles(struct writing *writing, const struct config *config);
#ifdef CONFIG_FORWARD_KAFKA
static uint32_t kafka_socs(const struct config *config);
static void add_kafka(struct writing *writing, const struct config *config);
#endif
static void add_captures(struct writing *writing, const struct config *config);
static void add_queues(struct writing *writing, enum role_id id);
static void add(struct writing *writing, const char *role, const char *room,
    struct plan_line plan);

uint32_t
memory_statement_lines(
    const struct config *config, struct memory_line *lines, uint32_t capacity)
{
	struct writing writing = { lines, capacity, 0 };

	writing.count = memory_plan_lines(lines, capacity);
	SW_ASSERT(writing.count <= capacity);
	if (!config_logs_arrive(&config->endpoint_logs)) {
		leave_out(&writing, role_name(ROLE_COLLECTOR));
	}
	if (config_forwarder_socs(config) == 0) {
		leave_out(&writing, role_name(ROLE_FORWARDER));
	}
#ifdef CONFIG_FORWARD_KAFKA
	add_kafka(&writing, config);
#endif
	add_captures(&writing, config);
	add_roles(&writing, config);
	return writing.count;
}

uint64_t
memory_statement_total(const struct memory_line *lines, uint32_t count)
{
	return memory_plan_sum(lines, count, NULL, MEMORY_CARVED) +
	    memory_plan_sum(lines, count, NULL, MEMORY_STATED);
}

int
memory_statement_check(
    const struct command *command, const struct config *config)
{
	static struct memory_line lines[MEMORY_LINES];
	uint32_t count = memory_statement_lines(config, lines, MEMORY_LINES);
	uint64_t total = memory_statement_total(lines, count);
	uint64_t budget = memory_plan_budget();

	SW_ASSERT(count <= MEMORY_LINES);
	if (total <= budget) {
		return EXIT_DONE;
	}
	return command_failed(command, EXIT_INPUT,
	    "%" PRIu64 " bytes more than the budget of %" PRIu64
	    " MiB: give the interfaces smaller buffers, or build with smaller "
	    "counts",
	    total - budget, budget >> 20);
}

#ifdef CONFIG_FORWARD_KAFKA
static uint32_t
kafka_socs(const struct config *config)
{
	return config->soc_count - config_forwarder_socs(config);
}

/* The rings are as many as there are clusters; the resolver is a process of the
 * producer's, and what librdkafka may take a limit. */
static void
add_kafka(struct writing *writing, const struct config *config)
{
	uint32_t count = kafka_socs(config);

	if (count == 0) {
		return;
	}
	add(writing, "producer", "forward", ring_plan_bytes(count));
	add(writing, "producer", "forward", ring_plan_slots(count));
	add(writing, "producer", "forward",
	    (struct plan_line){ "what librdkafka may take",
	        (size_t)CONFIG_FORWARD_KAFKA_HEAP_MIB << 20, 1,
	        (size_t)CONFIG_FORWARD_KAFKA_HEAP_MIB << 20 });
	add(writing, "producer", "firmware",
	    (struct plan_line){ "process that resolves names", PROCESS_BYTES, 1,
	        PROCESS_BYTES });
}
#endif

static void
add_captures(struct writing *writing, const struct config *config)
{
	size_t arena = 0;

	for (uint32_t i = 0; i < config->capture_count; i++) {
		const struct config_capture *capture = &config->captures[i];
		size_t wanted = CAPTURE_LIVE_BYTES(capture->snap_length);

		add(writing, "sensor", "capture",
		    (struct plan_line){ "kernel ring of an interface",
		        capture->buffer_bytes, 1, capture->buffer_bytes });
		arena = wanted > arena ? wanted : arena;
	}
	if (arena > 0) {
		add(writing, "sensor", "capture",
		    (struct plan_line){ "frames of a burst",
		        arena / CAPTURE_BURST, CAPTURE_BURST, arena });
	}
}

/* A role that does not run holds nothing. */
static void
leave_out(struct writing *writing, const char *role)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < writing->count; i++) {
		if (strcmp(writing->lines[i].role, role) != 0) {
			writing->lines[kept++] = writing->lines[i];
		}
	}
	writing->count = kept;
}

static void
add_roles(struct writing *writing, const struct config *config)
{
	for (enum role_id id = ROLE_SUPERVISOR; id < ROLE_COUNT; id++) {
		const char *name = role_name(id);

		if ((id == ROLE_COLLECTOR &&
		        !config_logs_arrive(&config->endpoint_logs)) ||
		    (id == ROLE_FORWARDER &&
		        config_forwarder_socs(config) == 0)) {
			continue;
		}
#ifdef CONFIG_FORWARD_KAFKA
		if (id == ROLE_PRODUCER && kafka_socs(config) == 0) {
			continue;
		}
#endif
		add(writing, name, "firmware",
		    (struct plan_line){ "role, policy and counters",
		        sizeof(struct role), 1, sizeof(struct role) });
		add_queues(writing, id);
		add(writing, name, "firmware",
		    (struct plan_line){ "stack", STACK_BYTES, 1, STACK_BYTES });
		add(writing, name, "firmware",
		    (struct plan_line){ "data and heap of libraries",
		        PROCESS_BYTES, 1, PROCESS_BYTES });
	}
	add(writing, "supervisor", "config",
	    (struct plan_line){ "configurations", sizeof(struct config), 2,
	        2 * sizeof(struct config) });
	add(writing, "ledger", "firmware",
	    (struct plan_line){
	        "lines that wait to be written", OUTPUT_SIZE, 1, OUTPUT_SIZE });
	add(writing, "all", "firmware",
	    (struct plan_line){
	        "program and libraries", CODE_BYTES, 1, CODE_BYTES });
}

/* What waits to be sent to the roles that 'id' talks with, and is received from
 * them; as the roles carve it. */
static void
add_queues(struct writing *writing, enum role_id id)
{
	size_t bytes = 0;

	for (enum role_id with = 0; with < ROLE_COUNT; with++) {
		struct channel_kind kinds[MESSAGE_KINDS];
		struct channel_terms terms = {
			.kinds = kinds,
			.kind_count = message_kinds(with, id, kinds),
			.queue_count = message_queue_count(id, with),
			.send_size = message_largest(id, with),
		};

		if (message_connects(with, id)) {
			bytes += channel_bytes(&terms);
		}
	}
	add(writing, role_name(id), "ipc",
	    (struct plan_line){ "queues of messages", bytes, 1, bytes });
}

static void
add(struct writing *writing, const char *role, const char *room,
    struct plan_line plan)
{
	if (writing->count < writing->capacity) {
		writing->lines[writing->count] =
		    (struct memory_line){ role, room, MEMORY_STATED, plan };
	}
	writing->count++;
}
