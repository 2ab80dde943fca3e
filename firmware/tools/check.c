/*
 * spanwatch check: is a configuration good?
 */
#include <stdio.h>

#include "base/strbuf.h"
#include "firmware/command.h"
#include "firmware/configuration.h"
#include "firmware/memory_statement.h"
#include "firmware/tools/understood.h"
#include "firmware/visible.h"

static int run(int argc, char **argv);
static void print_summary(const char *name, const struct config *config);

enum { OPTION_CONFIG };

const struct command command_check = {
	.name = "check",
	.line = "validate a configuration",
	.text =
	    "Prints every error as \"FILE:LINE: what is wrong, and what would be "
	    "right\" on\n"
	    "standard error and exits with 1 if there is one; what may not be "
	    "meant is a\n"
	    "warning, and no error. Of a good file it prints what was "
	    "understood: the\n"
	    "segments and which of two an address belongs to, and after how many "
	    "probes a scan\n"
	    "is told. What is accepted here is what `spanwatch run` accepts. "
	    "Without -c the\n"
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
		status = memory_statement_check(&command_check, &config);
	}
	if (status == EXIT_DONE) {
		print_summary(
		    path != NULL ? path : "built-in defaults", &config);
		understood_print(&config.policy);
	}
	return status;
}

static void
add_count(
    struct strbuf *summary, uint32_t count, const char *one, const char *many)
{
	strbuf_addf(summary, ", %u %s", count, count == 1 ? one : many);
}

static void
print_summary(const char *name, const struct config *config)
{
	const struct config_endpoint_logs *logs = &config->endpoint_logs;
	struct strbuf summary;
	char text[256];

	strbuf_init(&summary, text, sizeof(text));
	add_count(
	    &summary, config->policy.segment_count, "segment", "segments");
	add_count(&summary, config->capture_count, "interface", "interfaces");
	add_count(&summary, config->scanner_count, "authorised scanner",
	    "authorised scanners");
	add_count(&summary,
	    logs->udp_count + logs->tcp_count + logs->tls_count +
	        logs->pull_count,
	    "source of endpoint logs", "sources of endpoint logs");
	add_count(&summary, config->soc_count, "SOC", "SOCs");
	visible_line(stdout, "%s: good: sensor %s%s%s%s", name,
	    config->policy.sensor_name, text,
	    config->store.present ? ", a store" : "",
	    config->web.present ? ", a web UI" : "");
}
