/*
 * spanwatch scanners: who may scan.
 */
#include "firmware/tools/scanners.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "authorise/csv.h"
#include "authorise/request.h"
#include "firmware/command.h"
#include "firmware/configuration.h"
#include "firmware/control_ask.h"

/* What the words after the command's name say. */
struct wish {
	const char *what; /* "list" */
	const char *word; /* The operand after it; null: none. */
	const char
	    *option[COMMAND_OPTIONS]; /* By its place; null: not given. */
};

enum {
	OPTION_JSON,
	OPTION_CSV,
	OPTION_CONFIG,
	OPTION_SOCKET,
	OPTION_EXPIRES,
	OPTION_STATE,
	OPTION_DRY_RUN,
};

enum { IMPORT_SIZE = AUTHORISE_CSV_SIZE };

static int run(int argc, char **argv);
static int carry_out(struct wish *wish);
static int import_file(struct wish *wish);
static json_t *read_import(const struct wish *wish, int *status);
static bool read_whole(const char *path, char *text, size_t *size, int *error);
static json_t *ask(struct wish *wish, json_t *request, int *status);
static json_t *ask_file(
    const struct wish *wish, const json_t *request, int *status);
static int print_answer(const struct wish *wish, const json_t *answer);
static void print_json(const json_t *value);

const struct command command_scanners = {
	.name = "scanners",
	.line = "list and change who may scan",
	.operands = "list|show|add|extend|approve|revoke|export|import|suggest [NAME|FILE]",
	.text =
	    "list            the entries, with what of them is broad\n"
	    "show NAME       one of them\n"
	    "add FILE        a new one, of a JSON object; \"-\" is standard input\n"
	    "extend NAME     to a later last day, --expires DATE\n"
	    "approve NAME    what another person has proposed\n"
	    "revoke NAME     from now on\n"
	    "export          all, as JSON, or with --csv as a table\n"
	    "import FILE     several, of such a file, all or none\n"
	    "suggest         entries for scans that keep coming back\n\n"
	    "The running sensor is asked. With -c the entries of a configuration "
	    "file are\nlisted, shown or exported instead, and with --dry-run an "
	    "import is checked against\nit; nothing else can be done without a "
	    "sensor. Entries of the configuration file\nare changed there.\n",
	.options = {
		[OPTION_JSON] = { "--json", NULL, "print what was answered as JSON" },
		[OPTION_CSV] = { "--csv", NULL, "export or import a table (RFC 4180)" },
		[OPTION_CONFIG] = { "-c", "FILE", "of a configuration, not of a sensor" },
		[OPTION_SOCKET] = { "--control", "PATH", "where the sensor takes requests" },
		[OPTION_EXPIRES] = { "--expires", "DATE", "the new last day, as 2027-03-31" },
		[OPTION_STATE] = { "--state", "STATE", "only proposed, active, expired or revoked ones" },
		[OPTION_DRY_RUN] = { "--dry-run", NULL, "check an import, and do nothing" },
	},
	.run = run,
};

static int
run(int argc, char **argv)
{
	struct wish wish = { .what = NULL };
	struct options options;
	int which;

	options_init(&options, &command_scanners, argc, argv);
	while ((which = options_next(&options)) >= 0) {
		wish.option[which] = options.value == NULL ? "" : options.value;
	}
	if (which != OPTIONS_END) {
		return options_exit_status(which);
	}
	if (options.operand_count == 0 || options.operand_count > 2) {
		return command_misused(&command_scanners,
		    "it takes one of list, show, add, extend, approve, revoke, "
		    "export, import, suggest, and at most one word more");
	}
	wish.what = options.operands[0];
	wish.word = options.operand_count == 2 ? options.operands[1] : NULL;
	return carry_out(&wish);
}

static int
carry_out(struct wish *wish)
{
	static const struct {
		const char *what;
		const char *word; /* What it needs; null: nothing. */
	} wishes[] = { { "list", NULL }, { "show", "NAME" }, { "add", "FILE" },
		{ "extend", "NAME" }, { "approve", "NAME" },
		{ "revoke", "NAME" }, { "export", NULL }, { "import", "FILE" },
		{ "suggest", NULL } };
	char what[32];
	json_t *request;
	json_t *answer;
	size_t i = 0;
	int status = EXIT_REFUSED;

	while (
	    i < ARRAY_SIZE(wishes) && strcmp(wishes[i].what, wish->what) != 0) {
		i++;
	}
	if (i == ARRAY_SIZE(wishes)) {
		return command_misused(&command_scanners,
		    "\"%s\" is nothing it can do: write list, show, add, "
		    "extend, approve, revoke, export, import or suggest",
		    wish->what);
	}
	if ((wishes[i].word != NULL) != (wish->word != NULL)) {
		return command_misused(&command_scanners, "%s takes %s%s",
		    wish->what, wishes[i].word == NULL ? "no word" : "a ",
		    wishes[i].word == NULL ? " after it" : wishes[i].word);
	}
	if (strcmp(wish->what, "add") == 0 ||
	    strcmp(wish->what, "import") == 0) {
		return import_file(wish);
	}
	(void)snprintf(what, sizeof(what), "scanners.%s", wish->what);
	request = control_request(what);
	if (wish->word != NULL) {
		json_object_set_new(request, "name", json_string(wish->word));
	}
	if (wish->option[OPTION_EXPIRES] != NULL) {
		json_object_set_new(request, "expires",
		    json_string(wish->option[OPTION_EXPIRES]));
	}
	if (wish->option[OPTION_STATE] != NULL) {
		json_object_set_new(
		    request, "state", json_string(wish->option[OPTION_STATE]));
	}
	answer = ask(wish, request, &status);
	if (answer != NULL) {
		status = print_answer(wish, answer);
	}
	json_decref(answer);
	return status;
}

static int
import_file(struct wish *wish)
{
	int status = EXIT_REFUSED;
	json_t *request = read_import(wish, &status);
	json_t *answer;

	if (request == NULL) {
		return status;
	}
	answer = ask(wish, request, &status);
	if (answer != NULL) {
		status = print_answer(wish, answer);
	}
	json_decref(answer);
	return status;
}

/* The request that the file's content makes. */
static json_t *
read_import(const struct wish *wish, int *status)
{
	static char text[IMPORT_SIZE + 1];
	bool adds = strcmp(wish->what, "add") == 0;
	json_t *request =
	    control_request(adds ? "scanners.add" : "scanners.import");
	size_t size = 0;
	json_error_t wrong;
	json_t *content;
	int error = 0;

	SW_ASSERT(wish->word != NULL);
	if (!read_whole(wish->word, text, &size, &error)) {
		json_decref(request);
		*status = command_failed(&command_scanners,
		    exit_status_of(error), "%s: %s", wish->word,
		    error == -EFBIG ? "it is larger than 256 KiB; part it"
		                    : strerror(-error));
		return NULL;
	}
	if (wish->option[OPTION_DRY_RUN] != NULL) {
		json_object_set_new(request, "dry_run", json_true());
	}
	content = wish->option[OPTION_CSV] != NULL
	    ? json_stringn(text, size)
	    : json_loadb(text, size, JSON_REJECT_DUPLICATES, &wrong);
	if (content == NULL) {
		json_decref(request);
		*status = wish->option[OPTION_CSV] != NULL
		    ? command_failed(&command_scanners, EXIT_INPUT,
		          "%s: it is not in UTF-8; save the table in that "
		          "encoding",
		          wish->word)
		    : command_failed(&command_scanners, EXIT_INPUT,
		          "%s:%d: this is no JSON (%s); for a table add --csv",
		          wish->word, wrong.line, wrong.text);
		return NULL;
	}
	/* A file that was exported is an object with the list in it. */
	if (!adds && json_is_object(content) &&
	    json_object_get(content, "entries") != NULL) {
		json_t *entries =
		    json_incref(json_object_get(content, "entries"));

		json_decref(content);
		content = entries;
	}
	json_object_set_new(request,
	    adds                          ? "entry"
	        : json_is_string(content) ? "csv"
	                                  : "entries",
	    content);
	return request;
}

static bool
read_whole(const char *path, char *text, size_t *size, int *error)
{
	bool standard = strcmp(path, "-") == 0;
	FILE *file = standard ? stdin : fopen(path, "re");

	if (file == NULL) {
		*error = -errno;
		return false;
	}
	*size = fread(text, 1, IMPORT_SIZE + 1, file);
	*error = ferror(file) != 0 ? -EIO : *size > IMPORT_SIZE ? -EFBIG : 0;
	if (!standard) {
		(void)fclose(file);
	}
	return *error == 0;
}

/* Asks the sensor, or what a configuration file makes of it. */
static json_t *
ask(struct wish *wish, json_t *request, int *status)
{
	json_t *answer;

	if (wish->option[OPTION_CONFIG] == NULL) {
		return control_ask(&command_scanners,
		    wish->option[OPTION_SOCKET], request, status);
	}
	if (strcmp(wish->what, "list") != 0 &&
	    strcmp(wish->what, "show") != 0 &&
	    strcmp(wish->what, "export") != 0 &&
	    (strcmp(wish->what, "import") != 0 ||
	        wish->option[OPTION_DRY_RUN] == NULL)) {
		json_decref(request);
		*status = command_misused(&command_scanners,
		    "with -c only list, show, export and import --dry-run can "
		    "be done: a file is changed with an editor");
		return NULL;
	}
	answer = ask_file(wish, request, status);
	json_decref(request);
	return answer;
}

static json_t *
ask_file(const struct wish *wish, const json_t *request, int *status)
{
	static struct config config; /* Too large for the stack. */
	struct authorise_asker who = { .by = "file", .from = "local" };
	struct authorise_change change;
	struct authorise *authorise;
	struct region region;
	json_t *answer = NULL;

	*status = configuration_read(wish->option[OPTION_CONFIG], &config);
	if (*status != EXIT_DONE) {
		return NULL;
	}
	if (region_init(&region, authorise_bytes()) != 0) {
		*status = command_failed(&command_scanners, EXIT_REFUSED,
		    "there is no memory for the entries");
		return NULL;
	}
	authorise = authorise_init(
	    &region, &config.policy, &config.zone, config.two_person);
	(void)authorise_use_file(
	    authorise, config.scanners, config.scanner_count);
	authorise_request(authorise, request, &who,
	    (uint64_t)time(NULL) * NS_PER_S, &answer, &change);
	authorise_change_finish(&change);
	region_finish(&region);
	if (!json_is_true(json_object_get(answer, "ok"))) {
		*status = control_refused(&command_scanners, answer);
		json_decref(answer);
		return NULL;
	}
	return answer;
}

static int
print_answer(const struct wish *wish, const json_t *answer)
{
	const json_t *entries = json_object_get(answer, "entries");
	const json_t *entry = json_object_get(answer, "entry");

	if (wish->option[OPTION_CSV] != NULL && entries != NULL) {
		scanners_print_csv(entries);
	} else if (wish->option[OPTION_JSON] != NULL ||
	    strcmp(wish->what, "export") == 0) {
		print_json(answer);
	} else if (strcmp(wish->what, "suggest") == 0) {
		scanners_print_suggestions(entries);
	} else if (entries != NULL) {
		scanners_print_list(entries);
	} else if (entry != NULL) {
		scanners_print_entry(entry);
	} else {
		printf("%lld %s, %lld left out because they are over\n",
		    (long long)json_integer_value(
		        json_object_get(answer, "imported")),
		    json_is_true(json_object_get(answer, "dry_run"))
		        ? "could be imported"
		        : "imported",
		    (long long)json_integer_value(
		        json_object_get(answer, "skipped")));
	}
	return fflush(stdout) == 0 ? EXIT_DONE : EXIT_REFUSED;
}

static void
print_json(const json_t *value)
{
	(void)json_dumpf(value, stdout, JSON_INDENT(2));
	(void)fputs("\n", stdout);
}
