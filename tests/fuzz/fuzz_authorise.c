/*
 * Tables of authorised scanners, and time zones, on whatever bytes there are:
 * the first come from people, the second from the machine's files.
 */
#include <stdlib.h>

#include "authorise/csv.h"
#include "authorise/request.h"
#include "authorise/zone.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static struct authorise *
begin(struct region *region)
{
	static struct policy policy;
	struct authorise_zone zone;

	policy_default(&policy);
	authorise_zone_utc(&zone);
	SW_ASSERT(region_init(region, authorise_bytes()) == 0);
	return authorise_init(region, &policy, &zone, false);
}

static void
import(const uint8_t *bytes, size_t size)
{
	struct authorise_asker who = { .by = "fuzz", .from = "local" };
	static const char what[] = "scanners.import";
	struct authorise_mistake mistake;
	struct authorise_change change;
	struct region region;
	struct authorise *authorise = begin(&region);
	json_t *request = json_loadb((const char *)bytes, size, 0, NULL);
	json_t *rows = request != NULL
	    ? request
	    : authorise_csv_read((const char *)bytes, size, &mistake);
	json_t *answer;

	request = json_pack("{s:s, s:o}", "do", what, "entries",
	    rows == NULL ? json_null() : rows);
	authorise_request(authorise, request, &who, NS_PER_S, &answer, &change);
	SW_ASSERT(answer != NULL);
	SW_ASSERT(
	    !change.is_made || json_is_true(json_object_get(answer, "ok")));
	for (uint32_t i = 0; i < CONFIG_AUTHORISE_ENTRY_COUNT; i++) {
		SW_ASSERT(authorise->records[i].number == 0 ||
		    authorise_entry_is_sound(&authorise->records[i].entry));
	}
	authorise_change_finish(&change);
	json_decref(answer);
	json_decref(request);
	region_finish(&region);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	static struct authorise_zone zone;

	if (authorise_zone_parse("Fuzz", bytes, size, &zone)) {
		struct authorise_date date = { 2040, 2, 29 };
		struct authorise_local local;

		SW_ASSERT(authorise_zone_is_sound(&zone));
		authorise_zone_local(&zone, INT32_MAX, &local);
		SW_ASSERT(local.second_of_day < 86400 && local.weekday < 7);
		(void)authorise_zone_day_end(&zone, &date);
		return 0;
	}
	import(bytes, size);
	return 0;
}
