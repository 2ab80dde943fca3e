/*
 * `spanwatch run`: the sensor, live.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "firmware/command.h"
#include "firmware/configuration.h"
#include "firmware/memory_statement.h"
#include "firmware/status_socket.h"
#include "firmware/supervisor.h"

enum { OPTION_CONFIG, OPTION_JSON, OPTION_SOCKET, OPTION_CONTROL };

struct arguments {
	const char *config_path;  /* Null: the defaults. */
	const char *socket_path;  /* Null: the usual place. */
	const char *control_path; /* Null: beside the other. */
	bool prints_json;
};

/* One of the local sockets. */
struct place {
	const char *command; /* That asks there. */
	const char *option;  /* That names another place. */
	bool (*usual)(char path[STATUS_PATH_SIZE]);
	const char *wanted;          /* Null: the usual. */
	char path[STATUS_PATH_SIZE]; /* Where it is. */
	int fd;                      /* -1: nobody will be able to ask. */
};

static int run_run(int argc, char **argv);
static void hold_signals(void);
static int take_options(struct arguments *arguments, int argc, char **argv);
static bool open_places(const struct arguments *arguments,
    struct place places[2], char notice[SUPERVISOR_NOTICE_SIZE]);
static void find_control(const struct arguments *arguments,
    const struct place *status, struct place *control);
static bool listen_at(struct place *place, char notice[SUPERVISOR_NOTICE_SIZE]);

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
	    [OPTION_CONTROL] = { "--control", "PATH",
		"where \"spanwatch alerts\" and \"scanners\" find it; else "
		"beside the other" },
	},
	.run = run_run,
};

static int
run_run(int argc, char **argv)
{
	static struct config configs[2];
	static struct supervisor supervisor;
	static struct place places[2];
	struct arguments arguments = { 0 };
	int which = take_options(&arguments, argc, argv);
	int status;

	if (which != OPTIONS_END) {
		return options_exit_status(which);
	}
	hold_signals();
	status = configuration_read(arguments.config_path, &configs[0]);
	if (status == EXIT_DONE) {
		status = memory_statement_check(&command_run, &configs[0]);
	}
	if (status != EXIT_DONE) {
		return status;
	}
	if (!open_places(&arguments, places, supervisor.status_notice)) {
		return command_failed(
		    &command_run, EXIT_REFUSED, "%s", supervisor.status_notice);
	}
	supervisor.status_fd = places[0].fd;
	supervisor.control_fd = places[1].fd;
	supervisor.config_path = arguments.config_path;
	supervisor.config = &configs[0];
	supervisor.spare = &configs[1];
	supervisor.prints_json = arguments.prints_json;
	status = supervisor_run(&supervisor);
	for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
		if (places[i].fd >= 0) {
			status_socket_remove(places[i].path, places[i].fd);
		}
	}
	return status;
}

/* Whoever signals this early is heard once the supervisor listens. */
static void
hold_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	(void)sigprocmask(SIG_BLOCK, &set, NULL);
}

static int
take_options(struct arguments *arguments, int argc, char **argv)
{
	struct options options;
	int which;

	options_init(&options, &command_run, argc, argv);
	while ((which = options_next(&options)) >= 0) {
		switch (which) {
		case OPTION_CONFIG:
			arguments->config_path = options.value;
			break;
		case OPTION_SOCKET:
			arguments->socket_path = options.value;
			break;
		case OPTION_CONTROL:
			arguments->control_path = options.value;
			break;
		default:
			arguments->prints_json = true;
			break;
		}
	}
	return which;
}

/* That nobody will be able to ask is no reason not to watch, unless the place
 * was asked for: false then, as 'notice' says. */
static bool
open_places(const struct arguments *arguments, struct place places[2],
    char notice[SUPERVISOR_NOTICE_SIZE])
{
	places[0] = (struct place){ .command = "spanwatch status",
		.option = "--socket",
		.usual = status_socket_default,
		.wanted = arguments->socket_path,
		.fd = -1 };
	places[1] = (struct place){ .command = "spanwatch alerts",
		.option = "--control",
		.usual = control_socket_default,
		.wanted = arguments->control_path,
		.fd = -1 };
	if (!listen_at(&places[0], notice) && arguments->socket_path != NULL) {
		return false;
	}
	find_control(arguments, &places[0], &places[1]);
	return listen_at(&places[1], notice) || places[1].wanted == NULL;
}

/* Where the status socket is somewhere of its own, so is this. */
static void
find_control(const struct arguments *arguments, const struct place *status,
    struct place *control)
{
	static char beside[STATUS_PATH_SIZE];
	int length;

	if (arguments->socket_path == NULL || control->wanted != NULL) {
		return;
	}
	length = snprintf(beside, sizeof(beside), "%s.control", status->path);
	if (length > 0 && (size_t)length < sizeof(beside)) {
		control->wanted = beside;
	}
}

/* False: it cannot be, as 'notice' says. */
static bool
listen_at(struct place *place, char notice[SUPERVISOR_NOTICE_SIZE])
{
	if (place->wanted != NULL) {
		if (strlen(place->wanted) >= sizeof(place->path)) {
			(void)snprintf(notice, SUPERVISOR_NOTICE_SIZE,
			    "%s: the path is longer than %zu bytes",
			    place->option, sizeof(place->path) - 1);
			return false;
		}
		memcpy(place->path, place->wanted, strlen(place->wanted) + 1);
	} else if (!place->usual(place->path)) {
		(void)snprintf(notice, SUPERVISOR_NOTICE_SIZE,
		    "\"%s\" cannot ask this sensor: XDG_RUNTIME_DIR is not "
		    "set; %s PATH names a place",
		    place->command, place->option);
		return false;
	}
	place->fd = status_socket_listen(place->path);
	if (place->fd >= 0) {
		return true;
	}
	if (place->fd == -EADDRINUSE) {
		(void)snprintf(notice, SUPERVISOR_NOTICE_SIZE,
		    "\"%s\" cannot ask this sensor: another answers at %s; %s "
		    "PATH names another place",
		    place->command, place->path, place->option);
	} else {
		(void)snprintf(notice, SUPERVISOR_NOTICE_SIZE,
		    "\"%s\" cannot ask this sensor: %s: %s", place->command,
		    place->path, strerror(-place->fd));
	}
	place->fd = -1;
	return false;
}
