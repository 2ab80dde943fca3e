#include "firmware/command.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/strbuf.h"
#include "firmware/visible.h"

static const struct command *const commands[] = {
#define COMMAND(name) &command_##name,
#include "firmware/commands.def"
#undef COMMAND
};

static int option_find(
    const struct command *command, const char *name, size_t length);
static int take_option(struct options *options, const char *word);
static int take_value(struct options *options, int which, const char *rest);
static int check_operands(const struct options *options);
static int report_unknown(const struct options *options, const char *word);
static void say(const struct command *command, const char *format,
    va_list arguments) SW_PRINTF(2, 0);
static void list_commands(void);
static int help_run(int argc, char **argv);

const struct command command_help = {
	.name = "help",
	.line = "explain a subcommand",
	.operands = "[SUBCOMMAND]",
	.text = "Without a subcommand it lists them all.\n",
	.run = help_run,
};

const struct command *
command_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++) {
		if (strcmp(commands[i]->name, name) == 0) {
			return commands[i];
		}
	}
	return NULL;
}

void
command_print_help(const struct command *command)
{
	const struct command_option *option;
	char usage[64];

	printf("Usage: spanwatch %s", command->name);
	for (option = command->options; option->name != NULL; option++) {
		if (option->absent != NULL) {
			continue;
		}
		printf(" [%s%s%s]", option->name,
		    option->value != NULL ? " " : "",
		    option->value != NULL ? option->value : "");
	}
	if (command->operands != NULL) {
		printf(" %s", command->operands);
	}
	printf("\n\nspanwatch %s: %s.\n", command->name, command->line);
	if (command->text != NULL) {
		printf("\n%s", command->text);
	}
	if (command->options[0].name != NULL) {
		printf("\nOptions:\n");
	}
	for (option = command->options; option->name != NULL; option++) {
		if (option->absent != NULL) {
			continue;
		}
		(void)snprintf(usage, sizeof(usage), "%s%s%s", option->name,
		    option->value != NULL ? " " : "",
		    option->value != NULL ? option->value : "");
		printf("  %-16s %s\n", usage, option->sentence);
	}
}

void
options_init(struct options *options, const struct command *command, int argc,
    char **argv)
{
	memset(options, 0, sizeof(*options));
	options->command = command;
	options->argc = argc;
	options->argv = argv;
	options->at = 1;
	options->operands = argv + 1;
}

int
options_next(struct options *options)
{
	while (options->at < options->argc) {
		char *word = options->argv[options->at++];

		if (strcmp(word, "--") == 0) {
			while (options->at < options->argc) {
				options->operands[options->operand_count++] =
				    options->argv[options->at++];
			}
			break;
		}
		if (word[0] == '-' && word[1] != '\0') {
			return take_option(options, word);
		}
		options->operands[options->operand_count++] = word;
	}
	return check_operands(options);
}

int
options_exit_status(int which)
{
	return which == OPTIONS_HELP ? EXIT_DONE : EXIT_USAGE;
}

int
command_misused(const struct command *command, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	say(command, format, arguments);
	va_end(arguments);
	return EXIT_USAGE;
}

int
command_failed(
    const struct command *command, int status, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	say(command, format, arguments);
	va_end(arguments);
	return status;
}

static int
check_operands(const struct options *options)
{
	const struct command *command = options->command;

	if (options->operand_count > 0 && command->operands == NULL) {
		(void)command_misused(command,
		    "\"%s\" is one word too many: it takes none",
		    options->operands[0]);
		return OPTIONS_WRONG;
	}
	for (uint32_t i = 0; i < options->operand_count; i++) {
		if (options->operands[i][0] == '\0') {
			(void)command_misused(command,
			    "a word after it is empty: write %s",
			    command->operands);
			return OPTIONS_WRONG;
		}
	}
	return OPTIONS_END;
}

/* The place of the option whose name is the first 'length' bytes of 'name'. */
static int
option_find(const struct command *command, const char *name, size_t length)
{
	for (int i = 0; command->options[i].name != NULL; i++) {
		const char *known = command->options[i].name;

		if (strlen(known) == length &&
		    strncmp(known, name, length) == 0) {
			return i;
		}
	}
	return OPTIONS_WRONG;
}

/* Takes 'word' ("--name", "--name=value", "-c" or "-cvalue") and its value. */
static int
take_option(struct options *options, const char *word)
{
	const struct command *command = options->command;
	bool is_long = word[1] == '-';
	size_t length = is_long ? strcspn(word, "=") : 2;
	const char *rest = word + length;
	int which = option_find(command, word, length);

	if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0) {
		command_print_help(command);
		return OPTIONS_HELP;
	}
	if (which < 0) {
		return report_unknown(options, word);
	}
	if (command->options[which].absent != NULL) {
		(void)command_misused(command, "%s: leave out %s",
		    command->options[which].absent,
		    command->options[which].name);
		return OPTIONS_WRONG;
	}
	options->value = NULL;
	if (command->options[which].value == NULL) {
		if (*rest != '\0') {
			return report_unknown(options, word);
		}
		return which;
	}
	return take_value(options, which,
	    *rest == '\0' ? NULL
	        : is_long ? rest + 1
	                  : rest);
}

/* Takes the value of an option: 'rest', or, where that is null, the next
 * word. */
static int
take_value(struct options *options, int which, const char *rest)
{
	const struct command *command = options->command;
	const struct command_option *option = &command->options[which];

	options->value = rest;
	if (rest == NULL && options->at < options->argc) {
		options->value = options->argv[options->at++];
	}
	if (options->value == NULL || options->value[0] == '\0') {
		(void)command_misused(command, "%s needs a %s after it",
		    option->name, option->value);
		return OPTIONS_WRONG;
	}
	if ((options->given & 1u << which) != 0 && !option->may_repeat) {
		(void)command_misused(
		    command, "%s is given twice: leave one out", option->name);
		return OPTIONS_WRONG;
	}
	options->given |= 1u << which;
	return which;
}

static int
report_unknown(const struct options *options, const char *word)
{
	const struct command *command = options->command;
	char list[256];
	struct strbuf buffer;

	strbuf_init(&buffer, list, sizeof(list));
	for (int i = 0; command->options[i].name != NULL; i++) {
		if (command->options[i].absent == NULL) {
			strbuf_addf(&buffer, "%s%s",
			    buffer.length > 0 ? ", " : "",
			    command->options[i].name);
		}
	}
	if (buffer.length == 0) {
		(void)command_misused(command,
		    "there is no option \"%s\"; it takes none but --help",
		    word);
	} else {
		(void)command_misused(command,
		    "there is no option \"%s\"; its options are %s, --help",
		    word, list);
	}
	return OPTIONS_WRONG;
}

static void
say(const struct command *command, const char *format, va_list arguments)
{
	fprintf(stderr, "spanwatch %s: ", command->name);
	visible_line_of(stderr, format, arguments);
}

static void
list_commands(void)
{
	printf("Usage: spanwatch SUBCOMMAND ...\n\n"
	       "Spanwatch watches a mirror port and tells who scans the "
	       "network.\n\n");
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++) {
		if (!commands[i]->is_hidden) {
			printf("  %-10s %s\n", commands[i]->name,
			    commands[i]->line);
		}
	}
	printf("\n\"spanwatch help SUBCOMMAND\" explains each. Exit status: 0 "
	       "done; 1 the input\nor the configuration was bad; 2 wrong "
	       "usage; 3 the system refused.\n");
}

static int
help_run(int argc, char **argv)
{
	const struct command *command;
	struct options options;
	int which;

	options_init(&options, &command_help, argc, argv);
	which = options_next(&options);
	if (which != OPTIONS_END) {
		return options_exit_status(which);
	}
	if (options.operand_count == 0) {
		list_commands();
		return EXIT_DONE;
	}
	command = command_find(options.operands[0]);
	if (command == NULL || options.operand_count > 1) {
		return command_misused(&command_help,
		    "\"%s\" is not one subcommand; \"spanwatch help\" lists "
		    "them",
		    options.operands[options.operand_count - 1]);
	}
	command_print_help(command);
	return EXIT_DONE;
}
