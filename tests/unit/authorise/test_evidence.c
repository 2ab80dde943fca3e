#include <criterion/criterion.h>

#include "authorise/process.h"
#include "unit/authorise/scanners.h"

#define ALL                                                     \
	"'segments': ['servers'], 'services': ['tcp/1-1024'], " \
	"'expires': '2027-03-31', 'process': 'nessusd.exe'"
#define SHA256 \
	"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static struct scanners *s;
static uint64_t now;

static void
begin(const char *members)
{
	s = scanners_begin("UTC", false);
	now = at("2026-11-24T12:00:00Z");
	add_entry(now, members);
	(void)probe("10.20.2.7", 22, now);
	find("10.20.2.7", 22, now, now);
}

Test(evidence, without_logs_the_scope_holds_provisionally_for_the_grace)
{
	begin(ALL);
	judge(now);
	cr_expect(s->authorisation.within_scope);
	cr_expect(s->authorisation.is_provisional);
	cr_expect_eq(s->authorisation.until_ns, now + 300 * NS_PER_S);
	cr_expect_eq(authorise_judge_again_at(
	                 &s->authorisation, s->authorise, &s->finding),
	    now + 300 * NS_PER_S);
	judge(now + 300 * NS_PER_S - 1);
	cr_expect(s->authorisation.within_scope);
	judge(now + 300 * NS_PER_S);
	cr_expect_not(s->authorisation.within_scope);
	cr_expect_eq(s->authorisation.left, 1u << AUTHORISE_PART_PROCESS);
	cr_expect_str_eq(s->authorisation.reasons[0],
	    "no log shows that nessusd.exe did it, which nessus-prod asks for");
	cr_expect_eq(authorise_judge_again_at(
	                 &s->authorisation, s->authorise, &s->finding),
	    0);
}

Test(evidence, without_a_grace_it_is_asked_for_at_once)
{
	begin(ALL ", 'process_grace': '0s'");
	judge(now);
	cr_expect_eq(s->authorisation.left, 1u << AUTHORISE_PART_PROCESS);
}

Test(evidence, the_process_at_probable_or_better_is_enough)
{
	begin(ALL);
	name_process("C:\\Tenable\\NESSUSD.EXE", "", "", ATTRIBUTION_POSSIBLE);
	judge(now);
	cr_expect(s->authorisation.is_provisional);
	name_process("C:\\Tenable\\NESSUSD.EXE", "", "", ATTRIBUTION_PROBABLE);
	judge(now);
	cr_expect(s->authorisation.within_scope);
	cr_expect_not(s->authorisation.is_provisional);
}

Test(evidence, another_process_leaves_the_scope_at_once)
{
	begin(ALL);
	name_process("C:\\Tools\\nmap.exe", "", "", ATTRIBUTION_CONFIRMED);
	judge(now);
	cr_expect_eq(s->authorisation.left, 1u << AUTHORISE_PART_PROCESS);
	cr_expect_str_eq(s->authorisation.reasons[0],
	    "nmap.exe did it (confirmed), where nessus-prod permits "
	    "nessusd.exe");
}

Test(evidence, another_user_leaves_the_scope)
{
	begin(ALL ", 'users': ['CORP\\\\svc-scan']");
	name_process(
	    "nessusd.exe", "corp\\SVC-SCAN", "", ATTRIBUTION_CONFIRMED);
	judge(now);
	cr_expect(s->authorisation.within_scope);
	name_process("nessusd.exe", "CORP\\bob", "", ATTRIBUTION_CONFIRMED);
	judge(now);
	cr_expect_eq(s->authorisation.left, 1u << AUTHORISE_PART_USER);
	cr_expect_str_eq(s->authorisation.reasons[0],
	    "it ran as CORP\\bob, where nessus-prod permits CORP\\svc-scan");
}

Test(evidence, an_entry_of_another_process_does_not_lend_its_services)
{
	/* Both cover the source; what only the first permits was tried, but by
	 * the process of the second. */
	begin(ALL);
	must("alice", now,
	    "{'do': 'scanners.add', 'entry': {'name': 'other', 'sources': "
	    "'10.20.9.5', 'segments': ['servers'], 'services': ['tcp/80'], "
	    "'process': 'check.exe', 'owner': 'O', 'reason': 'R', 'expires': "
	    "'2027-01-01'}}");
	memset(&s->watch, 0, sizeof(s->watch));
	cr_expect_not(probe("10.20.2.7", 80, now));
	find("10.20.2.7", 80, now, now);
	name_process("check.exe", "", "", ATTRIBUTION_CONFIRMED);
	judge(now);
	cr_expect(s->authorisation.within_scope);
	cr_expect_str_eq(s->authorisation.entry, "other");
	cr_expect_not(probe("10.20.2.7", 22, now));
	judge(now);
	cr_expect_eq(s->authorisation.left, 1u << AUTHORISE_PART_PROCESS);
}

static bool
matches(const char *wanted, const char *image, const char *hashes)
{
	static struct attribution_process process;

	memset(&process, 0, sizeof(process));
	(void)snprintf(process.image, sizeof(process.image), "%s", image);
	(void)snprintf(process.hashes, sizeof(process.hashes), "%s", hashes);
	return authorise_process_matches(wanted, &process);
}

Test(evidence, a_process_is_known_by_name_path_or_hash)
{
	cr_expect(matches("nmap.exe", "C:\\Tools\\NMAP.EXE", ""));
	cr_expect_not(matches("nmap.exe", "C:\\Tools\\xnmap.exe", ""));
	cr_expect_not(matches("nmap.exe", "", ""));
	cr_expect(matches("c:\\tools\\nmap.exe", "C:\\Tools\\NMAP.EXE", ""));
	cr_expect_not(matches("C:\\Tools\\nmap.exe", "C:\\Temp\\nmap.exe", ""));
	cr_expect_not(matches("C:\\Tools\\nmap.exe", "nmap.exe", ""));
	cr_expect(matches("C:\\Tools\\nmap.exe",
	    "\\Device\\HarddiskVolume3\\tools\\nmap.exe", ""));
	cr_expect_not(matches("C:\\Tools\\nmap.exe",
	    "\\Device\\HarddiskVolume3\\temp\\tools\\nmap.exe", ""));
	cr_expect(matches("/usr/bin/nmap", "/usr/bin/nmap", ""));
	cr_expect_not(matches("/usr/bin/nmap", "/usr/bin/Nmap", ""));
	cr_expect(matches("sha256:" SHA256, "x",
	    "MD5=00112233445566778899AABBCCDDEEFF,SHA256=" SHA256));
	cr_expect(matches("SHA256=" SHA256, "x", "sha256=" SHA256));
	cr_expect(matches(SHA256, "x", SHA256));
	cr_expect(matches("md5:00112233445566778899aabbccddeeff", "x",
	    "MD5=00112233445566778899AABBCCDDEEFF,SHA256=" SHA256));
	cr_expect_not(matches("md5:10112233445566778899aabbccddeeff", "x",
	    "MD5=00112233445566778899AABBCCDDEEFF"));
	/* An import hash is no hash of the program. */
	cr_expect_not(matches("md5:00112233445566778899aabbccddeeff", "x",
	    "IMPHASH=00112233445566778899AABBCCDDEEFF"));
}

static bool
covers(const char *sources, const struct authorise_whose *whose)
{
	struct authorise_watch watch = { .began_ns = now };
	struct wire_contact contact = { .attempt_ns = now,
		.target = { { [10] = 0xff, [11] = 0xff, 10, 20, 2, 7 } },
		.target_port = 22,
		.protocol = IP_PROTOCOL_TCP };
	char members[512];

	(void)snprintf(members, sizeof(members),
	    "{'do': 'scanners.add', 'entry': {'name': 'n', 'sources': '%s', "
	    "'segments': 'servers', 'services': 'tcp/22', 'owner': 'O', "
	    "'reason': 'R', 'expires': '2027-01-01'}}",
	    sources);
	s = scanners_begin("UTC", false);
	now = at("2026-11-24T12:00:00Z");
	must("alice", now, members);
	(void)authorise_contact(s->authorise, &watch, &contact, whose);
	return watch.entry_count == 1;
}

Test(evidence, a_source_is_known_by_address_prefix_mac_or_name)
{
	static const char names[1][ATTRIBUTION_HOST_SIZE] = { "SCAN-02" };
	struct authorise_whose whose = { .has_address = true,
		.has_mac = true,
		.mac = { { 2, 0, 0, 0, 0, 1 } },
		.host = "SCAN-01.corp.example",
		.names = names,
		.name_count = 1 };

	cr_assert(ip_address_parse("10.20.9.5", &whose.address));
	cr_expect(covers("10.20.9.5", &whose));
	cr_expect(covers("10.20.9.0/24", &whose));
	cr_expect_not(covers("10.20.9.6", &whose));
	cr_expect(covers("02:00:00:00:00:01", &whose));
	cr_expect_not(covers("02:00:00:00:00:02", &whose));
	cr_expect(covers("scan-01", &whose));
	cr_expect(covers("scan-01.CORP.example", &whose));
	cr_expect_not(covers("scan-01.other.example", &whose));
	cr_expect_not(covers("scan-0", &whose));
	cr_expect(covers("scan-02", &whose));
	cr_expect_not(covers("scan-02.corp.example", &whose));
}
