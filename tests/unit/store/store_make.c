#include "unit/store/store_make.h"

#include <dirent.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

char made_folder[64];

void
make_folder(void)
{
	strcpy(made_folder, "/tmp/spanwatch-store-XXXXXX");
	cr_assert_not_null(mkdtemp(made_folder));
}

void
remove_folder(void)
{
	DIR *folder = opendir(made_folder);
	struct dirent *entry;

	while (folder != NULL && (entry = readdir(folder)) != NULL) {
		(void)unlink(made_path(entry->d_name));
	}
	if (folder != NULL) {
		closedir(folder);
	}
	(void)rmdir(made_folder);
}

struct store_settings
make_settings(void)
{
	struct store_settings settings = { .max_bytes = 64u << 20,
		.keep_alerts_s = 365ull * DAY_S,
		.keep_open_s = 365ull * DAY_S,
		.keep_evidence_s = 365ull * DAY_S,
		.keep_audit_s = 365ull * DAY_S,
		.keep_summaries_s = 365ull * DAY_S,
		.keep_health_s = 365ull * DAY_S,
		.evidence_packets = 3 };

	strcpy(settings.directory, made_folder);
	return settings;
}

void
make_store(struct store *store)
{
	struct store_settings settings = make_settings();
	struct store_report report;
	int error = store_open(store, &settings, MAKE_NOW_NS, &report);

	cr_assert_eq(error, 0, "%d: %s", error, report.reason);
}

struct store_revision
make_revision(uint32_t number, uint32_t revision)
{
	static char ids[4][STORE_ID_SIZE];
	static char lines[4][256];
	static uint32_t turn;
	static const char *const targets[] = { "servers", "plant" };
	struct store_revision made = { .revision = revision,
		.severity = STORE_HIGH,
		.score = 70,
		.active = true,
		.has_source_ip = true,
		.confidence = STORE_CONFIRMED,
		.time_ns = MAKE_NOW_NS + revision,
		.kinds = "host_sweep service_probe",
		.host = "WS-0412",
		.segment = "office",
		.image = "C:\\Tools\\nmap.exe",
		.user = "CORP\\jdoe",
		.search = "10.20.4.77 WS-0412 nmap.exe 100%_sure",
		.target_segments = targets,
		.target_segment_count = 2 };

	turn = (turn + 1) % 4;
	(void)snprintf(
	    ids[turn], STORE_ID_SIZE, "01JDMK3V5Z0000000000%06u", number);
	(void)snprintf(lines[turn], sizeof(lines[turn]),
	    "{\"schema\":\"spanwatch.alert/1\",\"id\":\"%s\",\"revision\":%u}",
	    ids[turn], revision);
	made.id = ids[turn];
	made.line = lines[turn];
	made.line_length = strlen(lines[turn]);
	made.first_seen_ns = MAKE_NOW_NS + number * NS_PER_S;
	made.last_seen_ns = made.first_seen_ns + revision * NS_PER_S;
	made.source_ip =
	    ip_address_from_v4((uint8_t[4]){ 10, 20, 4, (uint8_t)number });
	return made;
}

const char *
made_path(const char *name)
{
	static char path[512];

	(void)snprintf(path, sizeof(path), "%s/%s", made_folder, name);
	return path;
}

void
put_revision(struct store *store, uint32_t number, uint32_t revision)
{
	struct store_revision made = make_revision(number, revision);

	cr_assert_eq(store_begin(store, MAKE_NOW_NS), 0);
	cr_assert_eq(store_put_revision(store, &made), 0);
	cr_assert_eq(store_commit(store), 0);
}

void
run_sql(const char *sql)
{
	sqlite3 *database;
	char *message = NULL;

	cr_assert_eq(
	    sqlite3_open(made_path("spanwatch.db"), &database), SQLITE_OK);
	cr_assert_eq(sqlite3_exec(database, sql, NULL, NULL, &message),
	    SQLITE_OK, "%s", message);
	sqlite3_close(database);
}
