#include "firmware/tools/replay_store.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "pipeline/keeping_settings.h"

static bool recall(
    void *context, const char *id, struct ledger_recollection *recollection);
static const char *id_of(struct ledger_pipeline *ledger, uint64_t campaign);

int
replay_store_open(struct replay_store *store, const char *folder,
    const struct config *config, char reason[REPLAY_STORE_REASON_SIZE])
{
	static struct config_store wanted;
	static struct store_settings settings;
	static struct store_report report;
	int error;

	if (folder == NULL) {
		return 0;
	}
	wanted = config->store;
	if (strlen(folder) >= sizeof(wanted.directory)) {
		(void)snprintf(
		    reason, REPLAY_STORE_REASON_SIZE, "the path is too long");
		return -ENAMETOOLONG;
	}
	memcpy(wanted.directory, folder, strlen(folder) + 1);
	if (mkdir(folder, 0750) < 0 && errno != EEXIST) {
		error = -errno;
		(void)snprintf(reason, REPLAY_STORE_REASON_SIZE,
		    "it cannot be made: %s", strerror(-error));
		return error;
	}
	keeping_settings_of(&wanted, &settings);
	error = keeping_open(&store->keeping, &settings, 0, &report);
	if (error != 0) {
		(void)snprintf(reason, REPLAY_STORE_REASON_SIZE, "%s",
		    report.reason[0] == '\0' ? strerror(-error)
		                             : report.reason);
	}
	return error;
}

void
replay_store_join(struct replay_store *store, struct ledger_pipeline *ledger)
{
	if (store->keeping.has_store) {
		ledger->recall = recall;
		ledger->recall_context = store;
	}
}

bool
replay_store_alert(struct replay_store *store, const struct alert *alert)
{
	struct keeping *keeping = &store->keeping;
	bool is_stored;

	if (alert->finding.revised_at_ns > store->now_ns) {
		store->now_ns = alert->finding.revised_at_ns;
	}
	keeping->now_ns = store->now_ns;
	keeping_alert(keeping, alert, NULL);
	is_stored = !keeping->has_store ||
	    (keeping->in_batch && !keeping->batch_failed);
	(void)keeping_commit(keeping, store->now_ns);
	return is_stored &&
	    (!keeping->has_store || keeping->store.state == STORE_WORKING);
}

void
replay_store_evidence(struct replay_store *store, struct sensor_pipeline *line,
    struct ledger_pipeline *ledger, const struct policy *policy)
{
	struct keeping *keeping = &store->keeping;
	uint64_t now_ns = line->now_ns;
	struct packet_head head;
	struct probe_tuple tuple;
	struct source_summary summary;
	struct segment_hour hour;

	while (sensor_pipeline_next_packet(line, &head)) {
		const char *id = id_of(ledger, head.campaign);

		if (id != NULL) {
			keeping_packet(keeping, id, &head, now_ns);
		}
	}
	while (sensor_pipeline_next_tuple(line, &tuple)) {
		const char *id = id_of(ledger, tuple.campaign);

		if (id != NULL) {
			keeping_probe(keeping, id, &tuple, now_ns);
		}
	}
	while (sensor_pipeline_next_source(line, &summary)) {
		bool is_known = ledger_pipeline_process_of(
		    ledger, &summary.source, &store->attribution);

		keeping_summary(keeping, policy, &summary,
		    is_known ? &store->attribution : NULL, now_ns);
	}
	while (sensor_pipeline_next_hour(line, &hour)) {
		keeping_hour(keeping, policy, &hour, now_ns);
	}
}

void
replay_store_close(struct replay_store *store)
{
	keeping_close(&store->keeping, store->now_ns);
}

static bool
recall(void *context, const char *id, struct ledger_recollection *recollection)
{
	struct replay_store *store = context;
	json_t *object;
	bool is_sound;

	if (!keeping_recall(&store->keeping, id, &object, &store->recalled)) {
		return false;
	}
	recollection->revision = store->recalled.row.revision;
	is_sound = people_from_json(object, &recollection->people);
	json_decref(object);
	return is_sound;
}

static const char *
id_of(struct ledger_pipeline *ledger, uint64_t campaign)
{
	const struct ledger_campaign *record =
	    ledger_pipeline_find(ledger, campaign);

	return record == NULL ? NULL : record->id;
}
