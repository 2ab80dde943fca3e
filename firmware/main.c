/*
 * The one executable: finds the subcommand and runs it.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "firmware/command.h"
#include "firmware/visible.h"

static int finish_output(const char *name, int status);
static bool reader_is_gone(void);

int
main(int argc, char **argv)
{
	const struct command *command;
	const char *name = argc > 1 ? argv[1] : "help";

	/* A reader that went away is an error of write(), not our end. */
	(void)signal(SIGPIPE, SIG_IGN);
	if (argc < 2) {
		fprintf(stderr,
		    "spanwatch: a subcommand is missing; "
		    "\"spanwatch help\" lists them\n");
		return EXIT_USAGE;
	}
	if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0) {
		name = "help";
	} else if (strcmp(name, "--version") == 0) {
		name = "version";
	}
	command = command_find(name);
	if (command == NULL) {
		visible_line(stderr,
		    "spanwatch: there is no subcommand \"%s\"; "
		    "\"spanwatch help\" lists them",
		    name);
		return EXIT_USAGE;
	}
	return finish_output(name, command->run(argc - 1, argv + 1));
}

/* What was printed must have arrived: a full disk shows only when the last of
 * it is written. */
static int
finish_output(const char *name, int status)
{
	if ((fflush(stdout) == 0 && !ferror(stdout)) || reader_is_gone()) {
		return status;
	}
	/* A command that noticed has said so itself. */
	if (status != EXIT_REFUSED) {
		fprintf(stderr,
		    "spanwatch %s: standard output could not be written: %s\n",
		    name, strerror(errno));
	}
	return EXIT_REFUSED;
}

/* Whether a reader such as head(1) has closed its end: it had enough. */
static bool
reader_is_gone(void)
{
	struct pollfd output = { .fd = STDOUT_FILENO };

	return poll(&output, 1, 0) == 1 && (output.revents & POLLERR) != 0;
}
