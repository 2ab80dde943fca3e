/*
 * spanwatch alerts: what the store has, and what people do about it.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "firmware/command.h"
#include "firmware/control_ask.h"
#include "firmware/tools/alert_filter.h"
#include "firmware/tools/alert_print.h"
#include "firmware/tools/store_tool.h"

enum {
	OPTION_JSON = ALERT_FILTER_OPTIONS,
	OPTION_LIMIT,
	OPTION_NOTE,
	OPTION_DECISION,
	OPTION_SOCKET,
};

enum { LIMIT = 100, LIMIT_MOST = 1000000 };

/* What the command line asks for. */
struct wish {
	struct alert_filter filter;
	bool is_json;
	uint64_t limit; /* Alerts. */
	const char *note;
	const char *decision;
	const char *socket;
	uint64_t printed;
};

static int run(int argc, char **argv);
static bool take_option(
    struct wish *wish, const struct options *options, int which);
static int list(struct wish *wish);
static bool print_one(void *context, const struct store_revision *revision);
static int show(struct wish *wish, const char *id);
static bool print_revision(
    void *context, uint32_t revision, const char *line, size_t length);
static int act(struct wish *wish, const char *what, char **ids, uint32_t count);
static const char *act_of(const char *word);

const struct command command_alerts = {
	.name = "alerts",
	.line = "list alerts, and say what becomes of them",
	.operands = "[show|acknowledge|close|reopen|note|contain ID...]",
	.text =
	    "Without a word, lists alerts, newest first; one that goes on has "
	    "a \"*\".\n"
	    "show ID           all of one, its history with --json\n"
	    "acknowledge ID... somebody looks at it\n"
	    "close ID...       it is dealt with; --note says why\n"
	    "reopen ID...      it is not, after all\n"
	    "note ID...        --note, for who comes next\n"
	    "contain ID...     --decision is written down, with --note for "
	    "why\n\n"
	    "Listing and showing read the store. The rest is asked of the "
	    "running sensor, which\nwrites it into the alert, its revisions, "
	    "the audit log and what the SOC is told. The\nsensor itself "
	    "touches nothing.\n",
	.options = {
		ALERT_FILTER_OPTION_LIST,
		[OPTION_JSON] = { "--json", NULL,
		    "as JSON, one object a line" },
		[OPTION_LIMIT] = { "--limit", "COUNT",
		    "so many at most; 100 without" },
		[OPTION_NOTE] = { "--note", "TEXT", "in your own words" },
		[OPTION_DECISION] = { "--decision", "WORD", "isolate_host, "
		    "review_credentials, scope_targets, accept or none" },
		[OPTION_SOCKET] = { "--control", "PATH",
		    "where the sensor takes requests" },
	},
	.run = run,
};

static int
run(int argc, char **argv)
{
	struct wish wish = { .limit = LIMIT };
	struct options options;
	const char *word;
	int which;

	options_init(&options, &command_alerts, argc, argv);
	while ((which = options_next(&options)) >= 0) {
		if (!take_option(&wish, &options, which)) {
			return EXIT_USAGE;
		}
	}
	if (which != OPTIONS_END) {
		return options_exit_status(which);
	}
	if (options.operand_count == 0) {
		return list(&wish);
	}
	word = options.operands[0];
	if (strcmp(word, "list") == 0 && options.operand_count == 1) {
		return list(&wish);
	}
	if (strcmp(word, "show") == 0 && options.operand_count == 2) {
		return show(&wish, options.operands[1]);
	}
	if (act_of(word) == NULL || options.operand_count < 2) {
		return command_misused(&command_alerts,
		    "write nothing, show ID, or one of acknowledge, close, "
		    "reopen, note and contain with the IDs of alerts");
	}
	return act(&wish, act_of(word), options.operands + 1,
	    options.operand_count - 1);
}

static bool
take_option(struct wish *wish, const struct options *options, int which)
{
	char *end;

	switch (which) {
	case OPTION_JSON:
		wish->is_json = true;
		return true;
	case OPTION_LIMIT:
		wish->limit = strtoull(options->value, &end, 10);
		if (*end != '\0' || options->value[0] < '0' ||
		    options->value[0] > '9' || wish->limit == 0 ||
		    wish->limit > LIMIT_MOST) {
			(void)command_misused(&command_alerts,
			    "--limit %s: write a number from 1 to %d",
			    options->value, LIMIT_MOST);
			return false;
		}
		return true;
	case OPTION_NOTE:
		wish->note = options->value;
		return true;
	case OPTION_DECISION:
		wish->decision = options->value;
		return true;
	case OPTION_SOCKET:
		wish->socket = options->value;
		return true;
	default:
		return alert_filter_take(&wish->filter, options, which);
	}
}

/* Page by page: no view of the store is kept. */
static int
list(struct wish *wish)
{
	struct store_filter filter = wish->filter.filter;
	struct store_reader reader;
	char next[STORE_ID_SIZE];
	int status = EXIT_DONE;
	int error;

	if (!store_tool_open(
	        &command_alerts, &wish->filter.place, &reader, &status)) {
		return status;
	}
	do {
		error = store_list(&reader, &filter, print_one, wish, next);
		filter.after = next;
	} while (error == 0 && next[0] != '\0' && wish->printed < wish->limit);
	status = store_tool_failed(&command_alerts, &reader, error);
	store_reader_close(&reader);
	if (status == EXIT_DONE && fflush(stdout) != 0) {
		return command_failed(&command_alerts, EXIT_REFUSED,
		    "standard output could not be written: %s",
		    strerror(errno));
	}
	if (status == EXIT_DONE && wish->printed == 0 && !wish->is_json) {
		fprintf(stderr, "spanwatch alerts: %s\n",
		    wish->filter.is_used
		        ? "none that is asked for; without options all are "
		          "listed"
		        : "the store has none");
	}
	return status;
}

static bool
print_one(void *context, const struct store_revision *revision)
{
	struct wish *wish = context;
	json_t *alert;

	if (wish->is_json) {
		(void)fwrite(revision->line, 1, revision->line_length, stdout);
		(void)fputc('\n', stdout);
	} else {
		alert =
		    json_loadb(revision->line, revision->line_length, 0, NULL);
		alert_print_line(alert, stdout);
		json_decref(alert);
	}
	wish->printed++;
	return wish->printed < wish->limit && !ferror(stdout);
}

static int
show(struct wish *wish, const char *id)
{
	struct store_reader reader;
	struct store_evidence evidence = { 0 };
	json_t *alert = NULL;
	int status = EXIT_DONE;
	int error;

	if (!store_tool_open(
	        &command_alerts, &wish->filter.place, &reader, &status)) {
		return status;
	}
	error = store_evidence(&reader, id, &evidence);
	if (error == 0) {
		error = store_revisions(
		    &reader, id, print_revision, wish->is_json ? NULL : &alert);
	}
	status = store_tool_failed(&command_alerts, &reader, error);
	store_reader_close(&reader);
	if (status == EXIT_DONE && alert != NULL) {
		alert_print_whole(alert, stdout);
		printf("  kept        %u revisions, %u packets, %u probes "
		       "(spanwatch export)\n",
		    evidence.revisions, evidence.packets, evidence.probes);
	}
	json_decref(alert);
	return status;
}

/* As JSON each is printed; for a person the last is kept. */
static bool
print_revision(
    void *context, uint32_t revision, const char *line, size_t length)
{
	json_t **alert = context;

	(void)revision;
	if (alert == NULL) {
		(void)fwrite(line, 1, length, stdout);
		(void)fputc('\n', stdout);
		return !ferror(stdout);
	}
	json_decref(*alert);
	*alert = json_loadb(line, length, 0, NULL);
	return true;
}

static int
act(struct wish *wish, const char *what, char **ids, uint32_t count)
{
	int worst = EXIT_DONE;

	for (uint32_t i = 0; i < count; i++) {
		json_t *request = control_request(what);
		json_t *answer;
		int status = EXIT_DONE;

		json_object_set_new(request, "id", json_string(ids[i]));
		if (wish->note != NULL) {
			json_object_set_new(
			    request, "text", json_string(wish->note));
		}
		if (wish->decision != NULL) {
			json_object_set_new(
			    request, "decision", json_string(wish->decision));
		}
		answer = control_ask(
		    &command_alerts, wish->socket, request, &status);
		if (answer != NULL) {
			printf("%s: %s\n", ids[i],
			    json_string_value(json_object_get(answer, "did")));
		}
		json_decref(answer);
		worst = status > worst ? status : worst;
	}
	return worst;
}

static const char *
act_of(const char *word)
{
	static const char *const acts[] = { "alerts.acknowledge",
		"alerts.close", "alerts.reopen", "alerts.note",
		"alerts.contain" };

	for (size_t i = 0; i < ARRAY_SIZE(acts); i++) {
		if (strcmp(acts[i] + sizeof("alerts.") - 1, word) == 0) {
			return acts[i];
		}
	}
	return NULL;
}
