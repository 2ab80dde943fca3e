#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include "authorise/csv.h"
#include "unit/authorise/scanners.h"

#define NOW "2026-11-24T12:00:00Z"
#define ALL                                                            \
	"'segments': ['servers'], 'services': ['tcp/22'], 'expires': " \
	"'2027-03-31'"

static struct scanners *s;
static uint64_t now;

static void
begin(bool two_person)
{
	s = scanners_begin("Europe/Berlin", two_person);
	now = at(NOW);
}

static const char *
after(const char *member)
{
	const char *text =
	    json_string_value(json_object_get(s->change.after, member));

	return text == NULL ? "" : text;
}

Test(request, an_added_entry_is_active_and_noted_with_who_made_it)
{
	begin(false);
	add_entry(now, ALL);
	cr_assert(s->change.is_made);
	cr_expect_str_eq(s->change.what, "scanners.add");
	cr_expect_str_eq(s->change.name, "nessus-prod");
	cr_expect_str_eq(s->change.sentence, "alice added nessus-prod");
	cr_expect(json_is_null(s->change.before));
	cr_expect_str_eq(after("state"), "active");
	cr_expect_str_eq(after("created_by"), "alice");
	cr_expect_str_eq(after("created_at"), "2026-11-24T12:00:00.000000Z");
	cr_expect_not(authorise_next_change(&s->change));
}

Test(request, with_two_persons_another_has_to_approve)
{
	begin(true);
	add_entry(now, ALL);
	cr_expect_str_eq(after("state"), "proposed");
	must_not("alice", now, "{'do':'scanners.approve','name':'nessus-prod'}",
	    "alice proposed this; another person has to approve it");
	must("bob", now, "{'do':'scanners.approve','name':'nessus-prod'}");
	cr_expect_str_eq(after("state"), "active");
	cr_expect_str_eq(after("approved_by"), "bob");
	must_not("carol", now, "{'do':'scanners.approve','name':'nessus-prod'}",
	    "nothing to approve");
}

Test(request, with_two_persons_an_extension_waits_too)
{
	begin(true);
	add_entry(now, ALL);
	must("bob", now, "{'do':'scanners.approve','name':'nessus-prod'}");
	must("bob", now,
	    "{'do':'scanners.extend','name':'nessus-prod','expires':"
	    "'2027-06-30'}");
	cr_expect_str_eq(after("expires"), "2027-03-31");
	cr_expect_str_eq(after("extension"), "2027-06-30");
	must_not("bob", now, "{'do':'scanners.approve','name':'nessus-prod'}",
	    "another person");
	must("alice", now, "{'do':'scanners.approve','name':'nessus-prod'}");
	cr_expect_str_eq(after("expires"), "2027-06-30");
	cr_expect_str_eq(after("extension"), "");
}

Test(request, what_cannot_be_done_is_refused_with_a_sentence)
{
	begin(false);
	add_entry(now, ALL);
	must_not("alice", now,
	    "{'do':'scanners.extend','name':'nessus-prod','expires':"
	    "'2027-03-31'}",
	    "lasts until 2027-03-31 already");
	must_not("alice", now,
	    "{'do':'scanners.extend','name':'nessus-prod','expires':'soon'}",
	    "is no date");
	must_not("alice", now, "{'do':'scanners.extend','name':'nessus-prod'}",
	    "is missing");
	must_not("alice", now, "{'do':'scanners.revoke','name':'x'}",
	    "there is no entry \"x\"");
	must_not("alice", now, "{'do':'scanners.revoke'}", "write its name");
	must_not("alice", now, "{'do':'scanners.burn'}", "no such request");
	must_not("", now, "{'do':'scanners.list'}", "not known who asks");
	must("alice", now, "{'do':'scanners.revoke','name':'nessus-prod'}");
	must_not("alice", now, "{'do':'scanners.revoke','name':'nessus-prod'}",
	    "has been revoked");
}

Test(request, a_wrong_entry_is_refused_by_its_field)
{
	static const struct {
		const char *entry;
		const char *sentence;
	} wrong[] = {
		{ "{}", "name is missing" },
		{ "{'name':'a'}", "sources is missing" },
		{ "{'name':'a','sources':'10.0.0.300'}",
		    "sources \"10.0.0.300\" is no address" },
		{ "{'name':'a','services':'tcp'}", "lacks its ports" },
		{ "{'name':'a','hours':'25:00-26:00'}", "is no window" },
		{ "{'name':'a','rate':0}", "is out of range" },
		{ "{'name':'a','rate':true}", "is of a wrong kind" },
		{ "{'name':'a','expires':'2027-02-30'}", "no calendar has" },
		{ "{'name':'a','segments':'nowhere'}", "is no segment" },
		{ "{'name':'a','process':'sha256:12'}", "is no hash" },
		{ "{'name':'a','process_grace':'2h'}", "up to an hour" },
		{ "{'name':'a','nmae':'b'}", "nmae is no field" },
		{ "{'name':'a\\nb'}", "printable" },
		{ "{'name':'a','sources':'10.0.0.1','services':'icmp','owner':"
		  "'o','reason':'r','expires':'2026-11-23'}",
		    "is over" },
		{ "7", "an entry is an object" },
	};

	begin(false);
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		char request[512];

		(void)snprintf(request, sizeof(request),
		    "{'do':'scanners.add','entry':%s}", wrong[i].entry);
		must_not("alice", now, request, wrong[i].sentence);
	}
}

Test(request, entries_of_the_file_are_read_only)
{
	static struct authorise_entry entry;

	begin(false);
	memset(&entry, 0, sizeof(entry));
	strcpy(entry.name, "of-file");
	entry.expires = (struct authorise_date){ 2027, 3, 31 };
	authorise_entry_allow(&entry, 1);
	cr_expect_eq(authorise_use_file(s->authorise, &entry, 1), 0);
	must_not("alice", now, "{'do':'scanners.revoke','name':'of-file'}",
	    "is of the configuration file; change it there");
	cr_expect_eq(authorise_use_file(s->authorise, &entry, 0), 0);
	cr_expect_null(authorise_find(s->authorise, "of-file"));
}

Test(request, a_segment_that_goes_and_comes_back_is_still_named)
{
	static struct policy other;
	struct authorise_zone zone;
	json_t *answer;
	const json_t *entry;

	begin(false);
	zone = s->authorise->zone;
	add_entry(now, ALL);
	other = s->policy;
	strcpy(other.segments[0].name, "renamed");
	policy_prepare(&other);
	authorise_use_policy(s->authorise, &other, &zone, false);
	cr_expect(probe("10.20.2.7", 22, now));
	answer =
	    ask("alice", now, "{'do':'scanners.show','name':'nessus-prod'}");
	entry = json_object_get(answer, "entry");
	cr_expect_str_eq(json_string_value(json_array_get(
	                     json_object_get(entry, "segments"), 0)),
	    "servers");
	json_decref(answer);
	authorise_use_policy(s->authorise, &s->policy, &zone, false);
	memset(&s->watch, 0, sizeof(s->watch));
	cr_expect_not(probe("10.20.2.7", 22, now));
}

Test(request, expiry_is_announced_at_14_3_and_1_days_and_once_it_is_there)
{
	struct authorise_notice notice;
	uint64_t end_ns = at("2027-03-31T22:00:00Z");
	const uint64_t day_ns = 86400 * NS_PER_S;

	begin(false);
	add_entry(now, ALL);
	cr_expect_not(authorise_next_notice(
	    s->authorise, end_ns - 14 * day_ns - NS_PER_S, &notice));
	cr_assert(
	    authorise_next_notice(s->authorise, end_ns - 14 * day_ns, &notice));
	cr_expect_eq(notice.kind, AUTHORISE_NOTICE_14_DAYS);
	cr_expect_str_eq(notice.sentence,
	    "authorised scanner nessus-prod expires in 14 days or less: its "
	    "last day is 2027-03-31; owner J. Smith");
	cr_expect_not(
	    authorise_next_notice(s->authorise, end_ns - 4 * day_ns, &notice));
	cr_assert(
	    authorise_next_notice(s->authorise, end_ns - 3 * day_ns, &notice));
	cr_assert(
	    authorise_next_notice(s->authorise, end_ns - day_ns, &notice));
	cr_expect_eq(notice.kind, AUTHORISE_NOTICE_1_DAY);
	cr_expect_not(
	    authorise_next_notice(s->authorise, end_ns - 1, &notice) &&
	    notice.kind == AUTHORISE_NOTICE_EXPIRED);
	cr_assert(authorise_next_notice(s->authorise, end_ns, &notice));
	cr_expect_eq(notice.kind, AUTHORISE_NOTICE_EXPIRED);
	cr_expect_not(
	    authorise_next_notice(s->authorise, end_ns + day_ns, &notice));
}

/* Texts that a table or a spreadsheet could take wrongly. */
#define HARD                                                                   \
	"{'do':'scanners.add','entry':{'name':'=1+1','sources':['10.0.0.0/8'," \
	"'scan-01.example','02:00:00:00:00:01','fd00::/64'],'segments':"       \
	"['servers','office'],'services':['tcp/22,80-90','udp/53','icmp'],"    \
	"'hours':['Mon-Fri 20:00-06:00','Sun 00:00-24:00'],'rate':7,"          \
	"'process':'C:\\\\a b\\\\x,y.exe','users':['CORP\\\\a;b','@c'],"       \
	"'process_grace':'90s','owner':'\\u00dc\\u4e2d \\\"q\\\", s',"         \
	"'reason':'-2','ticket':'\\u0027=x','expires':'2027-03-31'}}"

static json_t *
entries_of(const char *request)
{
	json_t *answer = ask("alice", now, request);
	json_t *entries = json_incref(json_object_get(answer, "entries"));

	cr_assert_not_null(entries);
	json_decref(answer);
	return entries;
}

static char *
table_of(const json_t *entries)
{
	static char table[65536];
	const json_t *entry;
	struct strbuf row;
	size_t index;

	strbuf_init(&row, table, sizeof(table));
	authorise_csv_add_head(&row);
	json_array_foreach(entries, index, entry)
	{
		authorise_csv_add_row(entry, &row);
	}
	cr_assert_not(row.cut);
	return table;
}

static json_t *
import(json_t *request, bool expected)
{
	struct authorise_asker who = { .by = "alice", .from = "local" };
	json_t *answer;

	authorise_change_finish(&s->change);
	authorise_request(
	    s->authorise, request, &who, now, &answer, &s->change);
	cr_expect_eq(json_is_true(json_object_get(answer, "ok")), expected,
	    "%s", json_string_value(json_object_get(answer, "error")));
	json_decref(request);
	return answer;
}

static void
add_hard(void)
{
	/* The quotation mark of 'ask' stands for an apostrophe as well, which
	 * is written as its code. */
	must("alice", now, HARD);
}

Test(request, a_table_and_json_bring_the_same_entries_back)
{
	json_t *before;
	json_t *after_csv;
	json_t *after_json;
	char *table;

	begin(false);
	add_hard();
	add_entry(now, ALL);
	before = entries_of("{'do':'scanners.export'}");
	table = table_of(before);
	cr_expect_not_null(strstr(table, "\n'=1+1,"));
	cr_expect_not_null(strstr(table, ",'-2,''=x,"));
	begin(false);
	json_decref(import(
	    json_pack("{s:s, s:s}", "do", "scanners.import", "csv", table),
	    true));
	cr_expect(s->change.is_made);
	cr_expect(authorise_next_change(&s->change));
	cr_expect_not(authorise_next_change(&s->change));
	after_csv = entries_of("{'do':'scanners.export'}");
	cr_expect(json_equal(before, after_csv), "%s", table);
	begin(false);
	json_decref(import(
	    json_pack("{s:s, s:O}", "do", "scanners.import", "entries", before),
	    true));
	after_json = entries_of("{'do':'scanners.export'}");
	cr_expect(json_equal(before, after_json));
	json_decref(before);
	json_decref(after_csv);
	json_decref(after_json);
}

Test(request, what_the_store_keeps_comes_back_whole)
{
	json_t *kept;
	json_t *before;
	json_t *after_load;

	begin(true);
	add_entry(now, ALL ", 'users': ['CORP\\\\svc']");
	must("bob", now + 7000,
	    "{'do':'scanners.approve','name':'nessus-prod'}");
	must("bob", now + 9000,
	    "{'do':'scanners.extend','name':'nessus-prod','expires':"
	    "'2027-06-30'}");
	kept = json_deep_copy(s->change.after);
	before = entries_of("{'do':'scanners.list'}");
	begin(true);
	cr_assert(authorise_load(s->authorise, kept));
	cr_expect_not(authorise_load(s->authorise, kept));
	after_load = entries_of("{'do':'scanners.list'}");
	cr_expect(json_equal(before, after_load));
	json_decref(kept);
	json_decref(before);
	json_decref(after_load);
}

static void
expect_row(const char *csv, int row, const char *field, const char *part)
{
	json_t *answer =
	    import(json_pack("{s:s, s:s}", "do", "scanners.import", "csv", csv),
	        false);
	const json_t *one =
	    json_array_get(json_object_get(answer, "errors"), 0);
	const char *error = json_string_value(json_object_get(one, "error"));

	cr_expect_eq(json_integer_value(json_object_get(one, "row")), row);
	cr_expect_str_eq(
	    json_string_value(json_object_get(one, "field")), field);
	cr_expect(error != NULL && strstr(error, part) != NULL, "%s", error);
	cr_expect_not(s->change.is_made);
	json_decref(answer);
}

#define HEAD "name,sources,segments,services,owner,reason,expires\n"
#define GOOD "a,10.0.0.1,servers,tcp/22,o,r,2027-01-01\n"

Test(request, what_is_wrong_in_a_table_is_told_by_row_and_field)
{
	struct authorise_mistake mistake;

	begin(false);
	expect_row("", 1, "", "is empty");
	expect_row("name,colour\n", 1, "", "is no field");
	expect_row("name,name\n", 1, "name", "is named twice");
	expect_row(HEAD GOOD "b,10.0.0.1,servers,tcp/22,o,r,2027-13-01\n", 3,
	    "expires", "no calendar has");
	expect_row(HEAD "b,10.0.0.1,servers,tcp/22,o,r,\n", 2, "expires",
	    "expires is missing; write it, such as \"2027-03-31\"");
	expect_row(HEAD GOOD GOOD, 3, "name", "given twice");
	expect_row(HEAD "b,\"10.0.0.1", 2, "", "not closed");
	expect_row(HEAD "b,\"10.0.0.1\"x,", 2, "", "something follows");
	expect_row(HEAD "b,10\"0,", 2, "", "in the open");
	expect_row(HEAD "b,c,d,e,f,g,2027-01-01,h\n", 2, "", "more cells");
	cr_expect_null(authorise_csv_read("name\n\xff\n", 7, &mistake));
	cr_expect_eq(mistake.row, 2);
	cr_expect_str_eq(mistake.field, "name");
}

Test(request, an_import_is_whole_or_nothing_and_a_dry_run_nothing)
{
	json_t *answer;

	begin(false);
	expect_row(HEAD GOOD "b,10.0.0.1,servers,tcp,o,r,2027-01-01\n", 3,
	    "services", "lacks its ports");
	cr_expect_null(authorise_find(s->authorise, "a"));
	answer = import(json_pack("{s:s, s:s, s:b}", "do", "scanners.import",
	                    "csv", HEAD GOOD, "dry_run", 1),
	    true);
	cr_expect_eq(
	    json_integer_value(json_object_get(answer, "imported")), 1);
	json_decref(answer);
	cr_expect_null(authorise_find(s->authorise, "a"));
	answer = import(json_pack("{s:s, s:s, s:s}", "do", "scanners.import",
	                    "csv", HEAD GOOD, "dry_run", "yes"),
	    false);
	json_decref(answer);
	cr_expect_null(authorise_find(s->authorise, "a"));
}

Test(request, what_was_revoked_is_not_brought_back_by_importing_it)
{
	json_t *entries;
	json_t *answer;

	begin(false);
	add_entry(now, ALL);
	must("bob", now, "{'do':'scanners.revoke','name':'nessus-prod'}");
	entries = entries_of("{'do':'scanners.export'}");
	begin(false);
	answer = import(json_pack("{s:s, s:o}", "do", "scanners.import",
	                    "entries", entries),
	    true);
	cr_expect_eq(json_integer_value(json_object_get(answer, "skipped")), 1);
	cr_expect_null(authorise_find(s->authorise, "nessus-prod"));
	json_decref(answer);
}

Test(request, a_full_table_refuses_until_one_has_ended)
{
	char request[512];

	begin(false);
	for (uint32_t i = 0; i <= CONFIG_AUTHORISE_ENTRY_COUNT; i++) {
		(void)snprintf(request, sizeof(request),
		    "{'do':'scanners.add','entry':{'name':'n%u','sources':"
		    "'10.0.0.1','services':'icmp','owner':'o','reason':'r',"
		    "'expires':'2027-01-01'}}",
		    i);
		if (i < CONFIG_AUTHORISE_ENTRY_COUNT) {
			must("alice", now, request);
		} else {
			must_not("alice", now, request, "no room");
		}
	}
	must("alice", now, "{'do':'scanners.revoke','name':'n3'}");
	must("alice", now, request);
	cr_expect_null(authorise_find(s->authorise, "n3"));
}

Test(request, a_broad_entry_carries_its_warnings)
{
	json_t *answer;
	const json_t *entry;

	begin(false);
	must("alice", now,
	    "{'do':'scanners.add','entry':{'name':'broad','sources':"
	    "'10.20.2.0/24','segments':'office','services':'tcp/1-65535',"
	    "'owner':'o','reason':'r','expires':'2029-01-01'}}");
	answer = ask("alice", now, "{'do':'scanners.show','name':'broad'}");
	entry = json_object_get(answer, "entry");
	cr_expect_eq(json_array_size(json_object_get(entry, "warnings")), 5,
	    "%s", json_dumps(entry, JSON_INDENT(1)));
	cr_expect_eq(json_integer_value(json_object_get(entry, "breadth")),
	    8 + 20 + 15 + 15 + 5 + 5);
	json_decref(answer);
}

Test(request, a_scan_of_each_week_is_suggested_as_the_narrowest_entry)
{
	struct authorise_campaign campaign = { .finding = NULL };
	const json_t *entry;
	json_t *answer;
	uint64_t week_ns = 7 * 86400 * NS_PER_S;

	begin(false);
	campaign.finding = &s->finding;
	for (uint32_t i = 0; i < 3; i++) {
		uint64_t first_ns = at("2026-11-07T00:10:00Z") + i * week_ns;

		answer = ask("alice", now, "{'do':'scanners.suggest'}");
		cr_expect_eq(
		    json_array_size(json_object_get(answer, "entries")), 0);
		json_decref(answer);
		find("10.20.2.7", 22, first_ns, first_ns + 600 * NS_PER_S);
		s->finding.campaign = i + 1;
		s->finding.probe_count = 6000;
		authorise_note_campaign(s->authorise, &campaign, now);
		authorise_note_campaign(s->authorise, &campaign, now);
	}
	answer = ask("alice", now, "{'do':'scanners.suggest'}");
	cr_assert_eq(json_array_size(json_object_get(answer, "entries")), 1);
	entry = json_array_get(json_object_get(answer, "entries"), 0);
	cr_expect_eq(
	    json_integer_value(json_object_get(entry, "campaigns")), 3);
	cr_expect_str_eq(json_string_value(json_object_get(entry, "sentence")),
	    "10.20.9.5 scanned servers for tcp/22 3 times in 14 days");
	entry = json_object_get(entry, "entry");
	cr_expect_str_eq(json_string_value(json_array_get(
	                     json_object_get(entry, "hours"), 0)),
	    "Sat 01:00-02:00");
	cr_expect_eq(json_integer_value(json_object_get(entry, "rate")), 20);
	cr_expect_str_eq(
	    json_string_value(json_object_get(entry, "expires")), "2027-02-22");
	json_decref(answer);
}
