/*
 * `spanwatch run`: the sensor, live.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "firmware/command.h"
#include "firmware/configuration.h"
#include "firmware/memory_statement.h"
#include "firmware/status_socket.h"
#include "firmware/supervisor.h"

enum { OPTION_CONFIG, OPTION_JSON, OPTION_SOCKET };

struct arguments {
	const char *config_path; /* Null: the defaults. */
	const char *socket_path; /* Null: the usual place. */
	bool prints_json;
};

static int run_run(int argc, char **argv);
static int listen_for_status(const struct arguments *arguments,
    const char **path, char notice[SUPERVISOR_NOTICE_SIZE]);

const struct command command_run = {
	.name = "run",
	.line = "watch the mirror ports and tell who scans",
	.text =
	    "Captures on the interfaces of the configuration until SIGTERM "
	    "or SIGINT. Each\nalert is a line in the log, on standard error; "
	    "with --json it is also printed,\neach revision as one JSON "
	    "object a line. SIGHUP reads the configuration again:\na bad one "
	    "is reported and the old one holds.\n\n"
	    "It needs the right to capture (root, or CAP_NET_RAW), and gives "
	    "it up once the\ninterfaces are open. \"spanwatch status\" asks "
	    "it how it is.\n",
	.options = {
	    [OPTION_CONFIG] = { "-c", "FILE",
		"the configuration; built-in defaults without" },
	    [OPTION_JSON] = { "--json", NULL,
		"print each alert revision as one JSON object a line" },
	    [OPTION_SOCKET] = { "--socket", "PATH",
		"where \"spanwatch status\" finds it" },
	},
	.run = run_run,
};

static int
run_run(int argc, char **argv)
{
	static struct config configs[2];
	static struct supervisor supervisor;
	struct arguments arguments = { 0 };
	struct options options;
	const char *path = NULL;
	int which;
	int status;

	options_init(&options, &command_run, argc, argv);
	while ((which = options_next(&options)) >= 0) {
		if (which == OPTION_CONFIG) {
			arguments.config_path = options.value;
		} else if (which == OPTION_SOCKET) {
			arguments.socket_path = options.value;
		} else {
			arguments.prints_json = true;
		}
	}
	if (which != OPTIONS_END) {
		return options_exit_status(which);
	}
	status = configuration_read(arguments.config_path, &configs[0]);
	if (status == EXIT_DONE) {
		status = memory_statement_check(&command_run, &configs[0]);
	}
	if (status != EXIT_DONE) {
		return status;
	}
	supervisor.status_fd =
	    listen_for_status(&arguments, &path, supervisor.status_notice);
	if (supervisor.status_fd < 0 && arguments.socket_path != NULL) {
		return command_failed(
		    &command_run, EXIT_REFUSED, "%s", supervisor.status_notice);
	}
	supervisor.config_path = arguments.config_path;
	supervisor.config = &configs[0];
	supervisor.spare = &configs[1];
	supervisor.prints_json = arguments.prints_json;
	status = supervisor_run(&supervisor);
	if (supervisor.status_fd >= 0) {
		status_socket_remove(path, supervisor.status_fd);
	}
	return status;
}

/* Returns the descriptor, and where it is in '*path'; -1: nobody will be able
 * to ask, as 'notice' says.  That is no reason not to watch, unless the place
 * was asked for. */
static int
listen_for_status(const struct arguments *arguments, const char **path,
    char notice[SUPERVISOR_NOTICE_SIZE])
{
	static char usual[STATUS_PATH_SIZE];
	int fd;

	*path = arguments->socket_path;
	if (*path == NULL && status_socket_default(usual)) {
		*path = usual;
	}
	if (*path == NULL) {
		(void)snprintf(notice, SUPERVISOR_NOTICE_SIZE,
		    "\"spanwatch status\" cannot ask this sensor: "
		    "XDG_RUNTIME_DIR is not set; --socket PATH names a place");
		return -1;
	}
	fd = status_socket_listen(*path);
	if (fd == -EADDRINUSE) {
		(void)snprintf(notice, SUPERVISOR_NOTICE_SIZE,
		    "\"spanwatch status\" cannot ask this sensor: another "
		    "answers at %s; --socket PATH names another place",
		    *path);
	} else if (fd < 0) {
		(void)snprintf(notice, SUPERVISOR_NOTICE_SIZE,
		    "\"spanwatch status\" cannot ask this sensor: %s: %s",
		    *path, strerror(-fd));
	}
	return fd < 0 ? -1 : fd;
}
