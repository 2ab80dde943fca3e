/*
 * The subcommands of the one executable.
 *
 * A command is a constant: its name, what `spanwatch help` says of it, its
 * options and the function that does it.  commands.def lists them; to add one
 * is a line there and a file that defines it.  The texts here are the only
 * ones: help prints them, and the man page of a command is made of them.
 *
 * A function reads its words with options_next(), which reports wrong usage
 * itself, and returns the exit status.
 *
 *	struct options options;
 *	int which;
 *
 *	options_init(&options, &command_check, argc, argv);
 *	while ((which = options_next(&options)) >= 0) { ... options.value ... }
 *	if (which == OPTIONS_WRONG) { return EXIT_USAGE; }
 *	... options.operands, options.operand_count ...
 */
#ifndef FIRMWARE_COMMAND_H
#define FIRMWARE_COMMAND_H

#include "base/base.h"

enum {
	EXIT_DONE = 0,
	EXIT_INPUT = 1,   /* The input or the configuration was bad. */
	EXIT_USAGE = 2,   /* Wrong usage. */
	EXIT_REFUSED = 3, /* The system refused: permission, device, disk. */
};

struct command_option {
	const char *name;  /* "--json", or "-c" for one letter. */
	const char *value; /* What its value is called, "FILE"; null: none. */
	const char *sentence; /* What it does. */
	/* Not in this build: why, for whoever asks for it; help leaves it out.
	 * Null: it is there. */
	const char *absent;
	bool may_repeat; /* Its values add up; without, one is all. */
};

enum { COMMAND_OPTIONS = 20 };

struct command {
	const char *name;
	const char *line;     /* What it does, in a line without a full stop. */
	const char *operands; /* "PCAP...", for the usage; null: takes none. */
	const char *text;     /* The rest of its help, in paragraphs. */
	bool is_hidden;       /* Of no use to people: a role. */
	struct command_option
	    options[COMMAND_OPTIONS];      /* Ended by a null name. */
	int (*run)(int argc, char **argv); /* argv[0] is the command's name. */
};

#define COMMAND(name) extern const struct command command_##name;
#include "firmware/commands.def"
#undef COMMAND

/* The command called 'name'; null: there is none. */
const struct command *command_find(const char *name);

/* Writes what `spanwatch help NAME` says. */
void command_print_help(const struct command *command);

enum {
	OPTIONS_END = -1,   /* No more options: operands can be read. */
	OPTIONS_WRONG = -2, /* Wrong usage, which has been reported. */
	OPTIONS_HELP = -3,  /* Help was asked for and has been printed. */
};

struct options {
	const struct command *command;
	int argc;
	char **argv;
	int at;            /* Of argv, the next word. */
	const char *value; /* Of the option just returned; null: it has none. */
	uint32_t given;    /* Bits: those with a value that were there. */
	/* The words that are no options, moved to the front of argv + 1. */
	char **operands;
	uint32_t operand_count;
};

void options_init(struct options *options, const struct command *command,
    int argc, char **argv);

/* The next option, as its place in the command's list; or one of OPTIONS_*. */
int options_next(struct options *options);

/* The exit status that goes with OPTIONS_WRONG or OPTIONS_HELP. */
int options_exit_status(int which);

/* Says on standard error "spanwatch NAME: ..." in one line, for wrong usage,
 * and returns EXIT_USAGE. */
int command_misused(const struct command *command, const char *format, ...)
    SW_PRINTF(2, 3);

/* The same of anything else that went wrong; returns 'status'. */
int command_failed(const struct command *command, int status,
    const char *format, ...) SW_PRINTF(3, 4);

#endif
