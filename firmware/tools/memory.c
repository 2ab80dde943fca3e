/*
 * spanwatch memory: all that the sensor will ever hold.
 */
#include <inttypes.h>
#include <stdio.h>

#include "firmware/command.h"
#include "firmware/configuration.h"
#include "firmware/memory_statement.h"

static int run(int argc, char **argv);
static void print_statement(const struct memory_line *lines, uint32_t count);

enum { OPTION_CONFIG };

const struct command command_memory = {
	.name = "memory",
	.line = "print the memory statement",
	.text =
	    "Every pool, table and buffer: the process that holds it, the room "
	    "of the code,\n"
	    "the size of an entry, how many there are, and the sum: all that the "
	    "sensor will\n"
	    "ever hold. Nothing grows past it, whatever the network sends. The "
	    "counts are\n"
	    "chosen when the sensor is built (`make menuconfig`), but for the "
	    "kernel's ring\n"
	    "buffers, which the configuration sizes. Exits with 1 if the sum is "
	    "beyond the\n"
	    "budget.\n",
	.options = {
		[OPTION_CONFIG] = { "-c", "FILE", "the configuration whose "
		    "interfaces are counted" },
	},
	.run = run,
};

static int
run(int argc, char **argv)
{
	static struct config config; /* Too large for the stack. */
	static struct memory_line lines[MEMORY_LINES];
	struct options options;
	const char *path = NULL;
	uint32_t count;
	int status;
	int which;

	options_init(&options, &command_memory, argc, argv);
	while ((which = options_next(&options)) >= 0) {
		path = options.value;
	}
	if (which != OPTIONS_END) {
		return options_exit_status(which);
	}
	status = configuration_read(path, &config);
	if (status != EXIT_DONE) {
		return status;
	}
	count = memory_statement_lines(&config, lines, ARRAY_SIZE(lines));
	SW_ASSERT(count <= ARRAY_SIZE(lines));
	print_statement(lines, count);
	return memory_statement_check(&command_memory, &config);
}

static void
print_statement(const struct memory_line *lines, uint32_t count)
{
	uint64_t total = memory_statement_total(lines, count);

	printf("%-10s %-10s %-36s %12s %10s %12s\n", "process", "room", "what",
	    "entry bytes", "entries", "bytes");
	for (uint32_t i = 0; i < count; i++) {
		const struct plan_line *plan = &lines[i].plan;

		printf("%-10s %-10s %-36s %12zu %10" PRIu64 " %12zu\n",
		    lines[i].role, lines[i].room, plan->name, plan->entry_bytes,
		    plan->count, plan->bytes);
	}
	printf("%-10s %-10s %-36s %12s %10s %12" PRIu64 "\n", "all", "",
	    "in all", "", "", total);
	printf("\n%.1f MiB in all; the budget is %" PRIu64 " MiB\n",
	    (double)total / (1 << 20), memory_plan_budget() >> 20);
}
