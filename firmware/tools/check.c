/*
 * spanwatch check: is a configuration good?
 */
#include <stdio.h>

#include "firmware/command.h"
#include "firmware/configuration.h"

static int run(int argc, char **argv);
static void print_summary(const char *name, const struct config *config);

enum { OPTION_CONFIG };

const struct command command_check = {
	.name = "check",
	.line = "validate a configuration",
	.text =
	    "Prints every error as \"FILE:LINE: what is wrong, and what would be "
	    "right\" on\n"
	    "standard error and exits with 1 if there is one; a good file is "
	    "summed up in a\n"
	    "line. What is accepted here is what `spanwatch run` accepts. Without "
	    "-c the\n"
	    "built-in defaults are summed up.\n",
	.options = {
		[OPTION_CONFIG] = { "-c", "FILE", "the configuration" },
	},
	.run = run,
};

static int
run(int argc, char **argv)
{
	static struct config config; /* Too large for the stack. */
	struct options options;
	const char *path = NULL;
	int status;
	int which;

	options_init(&options, &command_check, argc, argv);
	while ((which = options_next(&options)) >= 0) {
		path = options.value;
	}
	if (which != OPTIONS_END) {
		return options_exit_status(which);
	}
	status = configuration_read(path, &config);
	if (status == EXIT_DONE) {
		print_summary(
		    path != NULL ? path : "built-in defaults", &config);
	}
	return status;
}

static void
print_count(uint32_t count, const char *one, const char *many)
{
	printf(", %u %s", count, count == 1 ? one : many);
}

static void
print_summary(const char *name, const struct config *config)
{
	const struct config_endpoint_logs *logs = &config->endpoint_logs;

	printf("%s: good: sensor %s", name, config->policy.sensor_name);
	print_count(config->policy.segment_count, "segment", "segments");
	print_count(config->capture_count, "interface", "interfaces");
	print_count(
	    config->scanner_count, "authorised scanner", "authorised scanners");
	print_count(logs->udp_count + logs->tcp_count + logs->tls_count +
	        logs->pull_count,
	    "source of endpoint logs", "sources of endpoint logs");
	print_count(config->soc_count, "SOC", "SOCs");
	printf("%s%s\n", config->store.present ? ", a store" : "",
	    config->web.present ? ", a web UI" : "");
}
