/*
 * The ledger's store: opened, looked after, and what it has to say.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "alert/json_help.h"
#include "authorise/request.h"
#include "firmware/clock.h"
#include "firmware/confine.h"
#include "firmware/ledger.h"
#include "firmware/sealed.h"
#include "pipeline/keeping_settings.h"
#include "store/store_read.h"

#define RETAIN_NS (60 * NS_PER_S)

static void apply(struct ledger *ledger, const struct config *config);
static void report_open(
    struct ledger *ledger, int error, const struct store_report *report);
static void take_back(struct ledger *ledger);
static bool take_back_scanner(
    void *context, const struct store_scanner *scanner);
static bool take_back_alert(void *context,
    const struct store_revision *revision, const void *state, size_t size);
static void retain(struct ledger *ledger, uint64_t now_ns);
static void say_dropped(
    struct ledger *ledger, const struct store_dropped *dropped);
static void put_hits(struct ledger *ledger, uint64_t now_ns);
static void take_hits(struct ledger *ledger, const char *entry);
static void end_strangers(struct ledger *ledger, uint64_t now_ns);
static bool find_stranger(void *context, const struct store_revision *revision);
static const char *hits_name(const char *entry, char *name, size_t size);

void
ledger_take_configuration(struct ledger *ledger, int descriptor)
{
	const struct config *config;

	if (!ledger->is_open) {
		if (ledger->config_fd >= 0) {
			close(ledger->config_fd);
		}
		ledger->config_fd = descriptor;
		return;
	}
	config = config_map(descriptor);
	close(descriptor);
	if (config == NULL) {
		log_error(&ledger->role.log, "ledger",
		    "the configuration that came is not sound: the one before "
		    "holds");
		return;
	}
	apply(ledger, config);
	config_unmap(config);
}

const char *
ledger_prepare_store(struct ledger *ledger)
{
	struct config_store *store = &ledger->store_config;
	const struct config *config =
	    ledger->config_fd < 0 ? NULL : config_map(ledger->config_fd);
	int error;

	if (config == NULL) {
		return NULL;
	}
	*store = config->store;
	config_unmap(config);
	if (!store->present) {
		return NULL;
	}
	error = confine_prepare_folder(store->directory);
	if (error != 0) {
		log_error(&ledger->role.log, "store",
		    "%s cannot be used, so nothing is kept: %s",
		    store->directory, strerror(-error));
		store->present = false;
		return NULL;
	}
	return store->directory;
}

void
ledger_open_store(struct ledger *ledger)
{
	static struct store_settings settings;
	static struct store_report report;
	int error;

	ledger->is_open = true;
	if (ledger->store_config.present) {
		keeping_settings_of(&ledger->store_config, &settings);
		error = keeping_open(
		    &ledger->keeping, &settings, clock_wall_ns(), &report);
		report_open(ledger, error, &report);
		if (error == 0) {
			take_back(ledger);
		}
	}
	if (ledger->config_fd >= 0) {
		int descriptor = ledger->config_fd;

		ledger->config_fd = -1;
		ledger_take_configuration(ledger, descriptor);
	}
}

/* The store's directory stays what it was: the role is confined to it. */
static void
apply(struct ledger *ledger, const struct config *config)
{
	static struct store_settings settings;
	uint32_t missing;
	bool has_other_socs = ledger->generation != config->soc_version;

	attribute_set_horizon(
	    ledger->pipeline.attribute, config->endpoint_logs.horizon_ns);
	ledger_pipeline_apply_policy(
	    &ledger->pipeline, &config->zone, config->two_person);
	missing = authorise_use_file(ledger->pipeline.authorise,
	    config->scanners, config->scanner_count);
	if (missing > 0) {
		log_warning(&ledger->role.log, "ledger",
		    "%u authorised scanners of the configuration are not in "
		    "force: there is no room, or people made one of that name",
		    missing);
	}
	keeping_configure(&ledger->keeping, config, clock_wall_ns());
	ledger->generation = config->soc_version;
	ledger->forwarder_socs = config_forwarder_socs(config);
	for (enum role_id id = 0; id < ROLE_COUNT && has_other_socs; id++) {
		if (role_forwards(id)) {
			ledger_forward_anew(ledger, id);
		}
	}
	for (uint32_t i = 0; i < config->soc_count; i++) {
		ledger->socs[i].beat_interval_ns = config->socs[i].heartbeat_ns;
	}
	for (uint32_t i = 0;
	     ledger->keeping.has_store && i < config->scanner_count; i++) {
		take_hits(ledger, config->scanners[i].name);
	}
	if (ledger->keeping.has_store && config->store.present) {
		keeping_settings_of(&config->store, &settings);
		store_set(&ledger->keeping.store, &settings);
	}
}

static void
report_open(struct ledger *ledger, int error, const struct store_report *report)
{
	const char *directory = ledger->store_config.directory;
	char sentence[2048];

	if (error != 0) {
		(void)snprintf(sentence, sizeof(sentence),
		    "the store in %s cannot be opened, so nothing is kept: %s",
		    directory,
		    report->reason[0] != '\0' ? report->reason
		                              : strerror(-error));
		ledger_note_health(
		    ledger, "store.missing", FORWARD_CRITICAL, sentence);
		return;
	}
	switch (report->found) {
	case STORE_FRESH:
		log_info(
		    &ledger->role.log, "store", "a new store in %s", directory);
		return;
	case STORE_EXISTING:
		log_info(&ledger->role.log, "store", "the store in %s is open",
		    directory);
		return;
	case STORE_MIGRATED:
		(void)snprintf(sentence, sizeof(sentence),
		    "the store in %s was brought up from version %u", directory,
		    report->version);
		ledger_note_health(
		    ledger, "store.migrated", FORWARD_INFO, sentence);
		return;
	case STORE_SET_ASIDE:
		(void)snprintf(sentence, sizeof(sentence),
		    "the store in %s was damaged (%s) and set aside as %s; of "
		    "it %u alerts, %u entries of the audit log, %u authorised "
		    "scanners and %u waiting records were saved%s",
		    directory, report->reason, report->aside,
		    report->saved_alerts, report->saved_audit,
		    report->saved_scanners, report->saved_outbox,
		    report->saved_all ? "" : ", which is not all");
		ledger_note_health(
		    ledger, "store.set_aside", FORWARD_CRITICAL, sentence);
		return;
	default:
		return;
	}
}

static void
take_back(struct ledger *ledger)
{
	struct store_reader reader = { 0 };
	int error;

	store_reader_of(&reader, &ledger->keeping.store);
	error = store_scanners(&reader, take_back_scanner, ledger);
	store_reader_close(&reader);
	if (error == 0) {
		error = store_active(
		    &ledger->keeping.store, take_back_alert, ledger);
	}
	if (error != 0) {
		log_error(&ledger->role.log, "store",
		    "what it has could not be read whole: %s",
		    store_error_clause(error));
	}
}

static bool
take_back_scanner(void *context, const struct store_scanner *scanner)
{
	struct ledger *ledger = context;
	json_t *kept = json_loads(scanner->json, 0, NULL);

	if (kept == NULL || !authorise_load(ledger->pipeline.authorise, kept)) {
		log_error(&ledger->role.log, "store",
		    "an authorised scanner could not be taken back");
	} else {
		take_hits(ledger, scanner->name);
	}
	json_decref(kept);
	return true;
}

/* One that this build cannot go on with is over: nobody knows its campaign. */
static bool
take_back_alert(void *context, const struct store_revision *revision,
    const void *state, size_t size)
{
	struct ledger *ledger = context;

	if (!ledger_pipeline_restore(&ledger->pipeline, state, size)) {
		ledger->has_strangers = true;
		log_info(&ledger->role.log, "store",
		    "alert %s cannot be gone on with", revision->id);
	}
	return true;
}

void
ledger_commit(struct ledger *ledger)
{
	struct keeping *keeping = &ledger->keeping;
	struct store_report report;
	bool is_failing;

	(void)keeping_commit(keeping, clock_wall_ns());
	if (!keeping->has_store) {
		return;
	}
	is_failing = keeping->store.state == STORE_FAILING;
	if (is_failing != ledger->was_failing) {
		char sentence[256];

		ledger->was_failing = is_failing;
		(void)snprintf(sentence, sizeof(sentence),
		    is_failing
		        ? "nothing can be stored (%s): alerts are told, but "
		          "kept in memory only"
		        : "what is told is stored again",
		    store_error_clause(keeping->store.error));
		ledger_note_health(ledger,
		    is_failing ? "store.failing" : "store.working",
		    is_failing ? FORWARD_CRITICAL : FORWARD_INFO, sentence);
	}
	if (store_news(&keeping->store, &report)) {
		report_open(ledger, 0, &report);
	}
	/* What was just said of the store itself. */
	(void)keeping_commit(keeping, clock_wall_ns());
}

void
ledger_look_after_store(struct ledger *ledger, uint64_t now_ns)
{
	if (!ledger->keeping.has_store) {
		return;
	}
	put_hits(ledger, now_ns);
	if (ledger->has_strangers) {
		end_strangers(ledger, now_ns);
	}
	if (now_ns >= ledger->retained_ns + RETAIN_NS) {
		retain(ledger, now_ns);
	}
}

/* A step; where there is more to do, another follows in a second. */
static void
retain(struct ledger *ledger, uint64_t now_ns)
{
	struct store_dropped dropped = { 0 };
	int more;

	ledger_commit(ledger);
	more = store_retain(&ledger->keeping.store, now_ns, &dropped);
	if (more <= 0) {
		ledger->retained_ns = now_ns;
	}
	say_dropped(ledger, &dropped);
}

/* Alerts are worth a word to everybody, the rest one in the log. */
static void
say_dropped(struct ledger *ledger, const struct store_dropped *dropped)
{
	char sentence[320];

	if (dropped->alerts + dropped->evidence + dropped->audit == 0) {
		return;
	}
	(void)snprintf(sentence, sizeof(sentence),
	    "the store has dropped, as it was told to: %llu alerts, the "
	    "evidence of %llu, %llu entries of the audit log",
	    (unsigned long long)dropped->alerts,
	    (unsigned long long)dropped->evidence,
	    (unsigned long long)dropped->audit);
	ledger_note_health(ledger, "store.retention", FORWARD_INFO, sentence);
}

/* How often an entry was used is no change that anybody made: it is kept beside
 * it. */
struct hits {
	uint64_t count;
	uint64_t last_ns;
};

static void
put_hits(struct ledger *ledger, uint64_t now_ns)
{
	const struct authorise_record *record;

	while (authorise_next_hit(ledger->pipeline.authorise, &record)) {
		const struct hits hits = { record->hit_count,
			record->last_hit_ns };
		char name[POLICY_NAME_SIZE + 8];

		if (keeping_begin(&ledger->keeping, now_ns)) {
			keeping_failed(&ledger->keeping,
			    store_put_meta(&ledger->keeping.store,
			        hits_name(
			            record->entry.name, name, sizeof(name)),
			        &hits, sizeof(hits)));
		}
	}
}

static void
take_hits(struct ledger *ledger, const char *entry)
{
	char name[POLICY_NAME_SIZE + 8];
	struct hits hits;

	if (store_meta(&ledger->keeping.store,
	        hits_name(entry, name, sizeof(name)), &hits,
	        sizeof(hits)) == (int)sizeof(hits)) {
		authorise_load_hits(ledger->pipeline.authorise, entry,
		    hits.count, hits.last_ns);
	}
}

static const char *
hits_name(const char *entry, char *name, size_t size)
{
	(void)snprintf(name, size, "hits:%s", entry);
	return name;
}

/* What the search finds. */
struct stranger {
	struct ledger *ledger;
	char id[STORE_ID_SIZE];
};

/* Alerts that an earlier build left active, whose state this one cannot read:
 * their campaigns are nobody's any more.  One a second is soon enough. */
static void
end_strangers(struct ledger *ledger, uint64_t now_ns)
{
	static struct alert_people people; /* Large. */
	const struct keeping_revision revision = { .now_ns = now_ns,
		.sentence = "it is over: the sensor was started anew, and "
		            "cannot go on with it",
		.ends = true };
	struct store_filter filter = { .active_only = true };
	struct stranger stranger = { .ledger = ledger };
	struct store_reader reader = { 0 };
	char next[STORE_ID_SIZE];
	json_t *object;
	int error;

	ledger_commit(ledger);
	store_reader_of(&reader, &ledger->keeping.store);
	do {
		error = store_list(
		    &reader, &filter, find_stranger, &stranger, next);
		filter.after = next;
	} while (error == 0 && stranger.id[0] == '\0' && next[0] != '\0');
	store_reader_close(&reader);
	if (stranger.id[0] == '\0' ||
	    !keeping_recall(
	        &ledger->keeping, stranger.id, &object, &ledger->recalled)) {
		ledger->has_strangers = false;
		return;
	}
	if (people_from_json(object, &people)) {
		keeping_revise(&ledger->keeping, object, &ledger->recalled,
		    &people, &revision);
	} else {
		ledger->has_strangers = false;
	}
	json_decref(object);
}

static bool
find_stranger(void *context, const struct store_revision *revision)
{
	struct stranger *stranger = context;

	if (ledger_pipeline_find_alert(
	        &stranger->ledger->pipeline, revision->id) != NULL) {
		return true;
	}
	(void)snprintf(stranger->id, sizeof(stranger->id), "%s", revision->id);
	return false;
}

const char *
ledger_store_state(const struct ledger *ledger)
{
	if (!ledger->keeping.has_store) {
		return "none";
	}
	return ledger->keeping.store.state == STORE_WORKING ? "working"
	                                                    : "failing";
}

json_t *
ledger_store_report(const struct ledger *ledger)
{
	struct store_size size = { 0 };

	if (ledger->keeping.has_store) {
		store_size(&ledger->keeping.store, &size);
	}
	return json_pack("{s:s, s:o, s:o}", "state", ledger_store_state(ledger),
	    "bytes", count_of(size.used_bytes), "max_bytes",
	    count_of(size.max_bytes));
}

void
ledger_view_store(const struct ledger *ledger, struct status_view *view)
{
	const struct store *store = &ledger->keeping.store;

	memset(&view->store, 0, sizeof(view->store));
	view->store_state = ledger_store_state(ledger);
	view->store_error = NULL;
	if (!ledger->keeping.has_store) {
		return;
	}
	store_size(store, &view->store);
	if (store->state == STORE_FAILING) {
		view->store_error = store_error_clause(store->error);
	}
}
