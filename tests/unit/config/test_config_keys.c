/*
 * Every key, wrong in every way.  The schema says which keys there are, this
 * table how each can be wrong: a key without its row fails the first test.
 */
#include <confuse.h>
#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "config/reading.h"
#include "unit/config/config_reader.h"

enum { WRONG_VALUES = 4, FILE_SIZE = 1 << 14 };

struct key {
	const char *section; /* "segment|detection": one within another. */
	const char *name;
	const char *good;
	bool is_required;
	const char *beside; /* What else of its section it needs to be right. */
	/* Out of range, unknown, of another kind; each must be refused. */
	const char *wrong[WRONG_VALUES];
};

#define WITH_FILE "'/etc/hostname'"
#define WITH_LOGIN \
	"security = 'sasl-ssl' username = u password-file = " WITH_FILE

static const struct key keys[] = {
	{ "sensor", "name", "'span'", false, "", { "' x'", "'a\tb'" } },
	{ "sensor", "timezone", "'UTC'", false, "",
	    { "'Mars/Base'", "'/etc/passwd'", "'12'" } },

	{ "detection", "campaign-quiet", "'1d'", false, "",
	    { "'24'", "'59s'", "'366d'", "'-1d'" } },
	{ "detection", "window", "'12h'", false, "",
	    { "'12'", "'59m'", "'31d'", "'day'" } },
	{ "detection", "false-alarms", "'0.01'", false, "",
	    { "'0'", "'10.000001'", "'-1'", "'0.0000001'" } },
	{ "detection", "sequence-steps", "'4'", false, "",
	    { "'2'", "'65'", "'four'", "'4.5'" } },
	{ "detection", "sequence-stride", "'4'", false, "",
	    { "'0'", "'17'", "'four'", "'-4'" } },
	{ "detection", "known-scanners", "{'nmap.exe', 'zmap'}", false, "",
	    { "{'nmap', 'NMAP'}", "{'C:\\tools\\x.exe'}", "{'*.exe'}",
	        "{'a/b'}" } },

	{ "capture", "interface", "'eth1'", true, "",
	    { "'a/b'", "'..'", "'eth 1'" } },
	{ "capture", "buffer-size", "'8M'", false, "",
	    { "'1K'", "'2G'", "'big'", "'-1'" } },
	{ "capture", "snap-length", "'256'", false, "",
	    { "'127'", "'65536'", "'all'" } },
	{ "capture", "promiscuous", "'no'", false, "", { "'2'", "'maybe'" } },
	{ "capture", "mode", "'block'", false, "", { "'Block'", "'fast'" } },
	{ "capture", "filter", "'tcp'", false, "",
	    { "'tcp prt 80'", "'port 99999999'" } },

	{ "segment", "prefixes", "{'10.0.0.0/8'}", true, "",
	    { "{'10.0.0.1/8'}", "{'10.0.0.0/33'}", "{'hosts'}",
	        "{'10.0.0.0/8', '10.0.0.0/8'}" } },
	{ "segment", "vlans", "{'1', '4094'}", false, "",
	    { "{'0'}", "{'4095'}", "{'7', '7'}", "{'blue'}" } },
	{ "segment", "criticality", "'high'", false, "",
	    { "'vital'", "'High'", "'3'" } },
	{ "segment", "role", "'server'", false, "",
	    { "'unknown'", "'Server'", "'1'" } },
	{ "segment|detection", "window", "'12h'", false, "",
	    { "'12'", "'59m'", "'31d'" } },
	{ "segment|detection", "false-alarms", "'1'", false, "",
	    { "'0'", "'11'", "'1/100'", "'.1'" } },
	{ "segment|detection", "sequence-steps", "'64'", false, "",
	    { "'2'", "'65'", "'x'" } },
	{ "segment|detection", "sequence-stride", "'16'", false, "",
	    { "'0'", "'17'", "'x'" } },

	{ "asset", "addresses",
	    "{'10.0.0.1', '10.1.0.0/16', '02:00:00:00:00:01', 'dc1'}", true,
	    "role = server",
	    { "{'10.0.0.1/8'}", "{'10.0.0.256'}", "{'ff:ff:ff:ff:ff:ff'}",
	        "{'dc1', 'DC1'}" } },
	{ "asset", "role", "'infrastructure'", false, "",
	    { "'router'", "'Server'" } },
	{ "asset", "criticality", "'low'", false, "", { "'none'", "'4'" } },
	{ "asset", "owner", "'J. Smith'", false, "role = server",
	    { "'\x7f'", "'x '" } },

	{ "scanner", "sources", "{'10.0.0.1'}", true, "",
	    { "{'10.0.0.1/8'}", "{'-a'}", "{'a..b'}" } },
	{ "scanner", "segments", "{'seg'}", false, "", { "{'none'}" } },
	{ "scanner", "services", "{'tcp/1-1024', 'icmp'}", true, "",
	    { "{'tcp'}", "{'tcp/65536'}", "{'tcp/9-3'}", "{'http'}" } },
	{ "scanner", "process", "'nessusd.exe'", false, "", { "'\x01'" } },
	{ "scanner", "process-grace", "'5m'", false, "process = 'x.exe'",
	    { "'5'", "'soon'" } },
	{ "scanner", "users", "{'CORP\\svc'}", false, "",
	    { "{'a', 'b', 'c', 'd', 'e'}", "{' x'}" } },
	{ "scanner", "hours", "{'Sat 01:00-05:00'}", false, "",
	    { "{'Sat'}", "{'Sat 24:00-05:00'}", "{'Sam 01:00-02:00'}" } },
	{ "scanner", "rate", "'100'", false, "",
	    { "'0'", "'1000000001'", "'fast'" } },
	{ "scanner", "owner", "'J. Smith'", true, "", { "' x'" } },
	{ "scanner", "reason", "'audit'", true, "", { "'x '" } },
	{ "scanner", "ticket", "'CHG-1'", false, "", { "'\x7f'" } },
	{ "scanner", "expires", "'2027-03-31'", true, "",
	    { "'2027-02-29'", "'31.03.2027'", "'2027-3-31'", "'soon'" } },

	{ "approval", "two-person", "'yes'", false, "", { "'3'", "'both'" } },

	{ "endpoint-logs", "udp", "{'0.0.0.0:514'}", false, "",
	    { "{'514'}", "{'0.0.0.0:0'}", "{'host:514'}" } },
	{ "endpoint-logs", "tcp", "{'0.0.0.0:601'}", false, "",
	    { "{'[::]'}", "{'0.0.0.0:1', '10.0.0.1:1'}" } },
	{ "endpoint-logs", "tls", "{'0.0.0.0:6514'}", false, "",
	    { "{'224.0.0.1:1'}", "{'0.0.0.0:65536'}" } },
	{ "endpoint-logs", "pull", "{'relay:6514'}", false, "",
	    { "{'relay'}", "{'relay:0'}", "{'a:1', 'a:1'}" } },
	{ "endpoint-logs", "certificate", WITH_FILE, false, "key = " WITH_FILE,
	    { "'/none'" } },
	{ "endpoint-logs", "key", WITH_FILE, false, "certificate = " WITH_FILE,
	    { "'/none'" } },
	{ "endpoint-logs", "client-ca", WITH_FILE, false,
	    "tls = '0.0.0.0:6514'", { "'/none'" } },
	{ "endpoint-logs", "pull-ca", WITH_FILE, false,
	    "pull = 'tls:relay:6514'", { "'/none'" } },
	{ "endpoint-logs", "peer-connections", "'4'", false, "",
	    { "'0'", "'many'", "'99999999'" } },
	{ "endpoint-logs", "peer-rate", "'8M'", false, "",
	    { "'1K'", "'fast'" } },
	{ "endpoint-logs", "idle-timeout", "'1h'", false, "",
	    { "'1s'", "'60'", "'never'" } },
	{ "endpoint-logs", "horizon", "'90m'", false, "",
	    { "'59s'", "'8d'", "'6'" } },

	{ "soc", "transport", "'tls'", true, "", { "'http'", "'TCP'" } },
	{ "soc", "address", "'10.0.0.9:6514'", true, "",
	    { "'10.0.0.9'", "'0.0.0.0:1'", "'a:0'", "'a:65536'" } },
	{ "soc", "format", "'cef'", false, "", { "'xml'", "'CEF'" } },
	{ "soc", "framing", "'lf'", false, "", { "'crlf'", "'1'" } },
	{ "soc", "facility", "'16'", false, "", { "'24'", "'local0'" } },
	{ "soc", "ca", WITH_FILE, false, "", { "'\x7f'" } },
	{ "soc", "fingerprint",
	    "'0123456789abcdef0123456789ABCDEF"
	    "01:23:45:67:89abcdef0123456789abcdef'",
	    false, "", { "'0123'", "'sha256'" } },
	{ "soc", "certificate", WITH_FILE, false, "key = " WITH_FILE,
	    { "'\x7f'" } },
	{ "soc", "key", WITH_FILE, false, "certificate = " WITH_FILE,
	    { "'\x7f'" } },
	{ "soc", "server-name", "'siem'", false, "", { "' x'" } },
	{ "soc", "size-limit", "'8K'", false, "",
	    { "'1023'", "'64K'", "'large'" } },
	{ "soc", "mask-secrets", "'no'", false, "", { "'some'", "'1'" } },
	{ "soc", "outbox-size", "'64M'", false, "",
	    { "'1K'", "'65G'", "'large'" } },
	{ "soc", "rate", "'100'", false, "", { "'0'", "'fast'" } },
	{ "soc", "heartbeat", "'1m'", false, "",
	    { "'9s'", "'2d'", "'never'" } },
	{ "soc|filter", "severity", "'high'", false, "", { "'High'", "'60'" } },
	{ "soc|filter", "segments", "{'seg'}", false, "", { "{'none'}" } },
	{ "soc|filter", "kinds", "{'port_scan'}", false, "",
	    { "{'portscan'}", "{'port_scan', 'x'}" } },
	{ "soc|filter", "authorised", "'only'", false, "",
	    { "'never'", "'1'" } },
	{ "soc|filter", "revisions", "'state'", false, "",
	    { "'some'", "'All'" } },
	{ "soc|filter", "records", "{'alert', 'audit'}", false, "",
	    { "{'alerts'}", "{'lost'}" } },

	/* Where it is built; see is_built(). */
	{ "soc|kafka", "brokers", "{'k1:9093', '[fd00::9]:9093'}", true, "",
	    { "{'k1'}", "{'0.0.0.0:9093'}", "{'k1:9093', 'k 2:9093'}" } },
	{ "soc|kafka", "topic", "'scans'", false, "",
	    { "'a/b'", "'a b'", "'\xc3\xa4'" } },
	{ "soc|kafka", "security", "'ssl'", false, "", { "'tls'", "'SSL'" } },
	{ "soc|kafka", "sasl-mechanism", "'plain'", false, WITH_LOGIN,
	    { "'gssapi'", "'PLAIN'" } },
	{ "soc|kafka", "username", "'u'", false,
	    "security = 'sasl-ssl' password-file = " WITH_FILE, { "'\x7f'" } },
	{ "soc|kafka", "password-file", WITH_FILE, false,
	    "security = 'sasl-ssl' username = u", { "'\x7f'" } },
	{ "soc|kafka", "ca", WITH_FILE, false, "", { "'\x7f'" } },
	{ "soc|kafka", "certificate", WITH_FILE, false, "key = " WITH_FILE,
	    { "'\x7f'" } },
	{ "soc|kafka", "key", WITH_FILE, false, "certificate = " WITH_FILE,
	    { "'\x7f'" } },

	{ "store", "directory", "'/var/lib/spanwatch'", true, "",
	    { "'var/lib'", "'/a\x7f'" } },
	{ "store", "max-size", "'2G'", false, "", { "'1M'", "'2T'", "'all'" } },
	{ "store", "reserve", "'256M'", false, "",
	    { "'2T'", "'some'", "'-1M'" } },
	{ "store", "keep-alerts", "'400d'", false, "",
	    { "'1h'", "'3651d'", "'ever'" } },
	{ "store", "keep-open", "'400d'", false, "",
	    { "'1h'", "'3651d'", "'ever'" } },
	{ "store", "keep-evidence", "'400d'", false, "",
	    { "'1h'", "'3651d'", "'ever'" } },
	{ "store", "keep-audit", "'400d'", false, "",
	    { "'1h'", "'3651d'", "'ever'" } },
	{ "store", "keep-summaries", "'400d'", false, "",
	    { "'1h'", "'3651d'", "'ever'" } },
	{ "store", "keep-health", "'400d'", false, "",
	    { "'1h'", "'3651d'", "'ever'" } },
	{ "store", "evidence-packets", "'200'", false, "",
	    { "'1001'", "'all'" } },

	{ "web", "listen", "'127.0.0.1:8443'", true, "",
	    { "'8443'", "'host:1'", "'0.0.0.0:0'" } },
};

/* Of Kafka the schema has all keys in each build, so that one without it can
 * say so; what they hold is read only where it is built. */
static bool
is_built(const struct key *key)
{
#ifdef CONFIG_FORWARD_KAFKA
	(void)key;
	return true;
#else
	return strcmp(key->section, "soc|kafka") != 0;
#endif
}

static const struct key *
find_key(const char *section, const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		if (strcmp(keys[i].section, section) == 0 &&
		    strcmp(keys[i].name, name) == 0) {
			return &keys[i];
		}
	}
	return NULL;
}

static uint32_t
expect_rows(const char *section, const cfg_opt_t *opts)
{
	uint32_t count = 0;

	for (; opts->name != NULL; opts++) {
		char within[64];

		if (opts->type == CFGT_SEC) {
			snprintf(within, sizeof(within), "%s%s%s", section,
			    *section == '\0' ? "" : "|", opts->name);
			count += expect_rows(within, opts->subopts);
			continue;
		}
		count++;
		cr_expect_not_null(find_key(section, opts->name),
		    "key %s of section %s has no row here", opts->name,
		    section);
	}
	return count;
}

/* Appends as printf() does, to a text of FILE_SIZE bytes. */
SW_PRINTF(2, 3) static void append(char *file, const char *format, ...)
{
	size_t length = strlen(file);
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(file + length, FILE_SIZE - length, format, arguments);
	va_end(arguments);
}

/* Appends 'section' opened, with what it needs but 'key'. */
static void
open_section(char *file, const char *section, const struct key *key)
{
	bool is_named = strcmp(section, "segment") == 0 ||
	    strcmp(section, "asset") == 0 || strcmp(section, "scanner") == 0 ||
	    strcmp(section, "soc") == 0;

	append(file, "%s %s { ", section, is_named ? "seg" : "");
	if (strcmp(key->section, "soc|kafka") == 0) {
		append(file, "transport = kafka ");
		return;
	}
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		if (keys[i].is_required && &keys[i] != key &&
		    strcmp(keys[i].section, section) == 0) {
			append(file, "%s = %s ", keys[i].name, keys[i].good);
		}
	}
}

/* A file with 'setting' on its third line, where 'key' would stand. */
static const char *
file_of(const struct key *key, const char *setting)
{
	static char file[FILE_SIZE];
	char section[64];
	char *bar;

	snprintf(section, sizeof(section), "%s", key->section);
	bar = strchr(section, '|');
	file[0] = '\0';
	if (bar != NULL) {
		*bar = '\0';
	}
	if (strcmp(section, "scanner") == 0 || strcmp(section, "soc") == 0) {
		append(file, "segment seg { prefixes = 10.0.0.0/8 }");
	}
	append(file, "\n");
	open_section(file, section, key);
	if (bar != NULL) {
		append(file, "%s { ", bar + 1);
	}
	if (bar != NULL && strcmp(bar + 1, "kafka") == 0 &&
	    strcmp(key->name, "brokers") != 0) {
		append(file, "brokers = 'k1:9093' ");
	}
	append(file, "%s\n%s\n}%s\n", key->beside, setting,
	    bar == NULL ? "" : " }");
	return file;
}

static const char *
file_with(const struct key *key, const char *value)
{
	char setting[FILE_SIZE / 2];

	snprintf(setting, sizeof(setting), "%s = %s", key->name, value);
	return file_of(key, setting);
}

/* The first error stands on 'line', says what is right after what is wrong, and
 * has 'said' in it. */
static void
expect_wrong(const char *file, uint32_t line, const char *said)
{
	char begin[16];
	char *end;

	cr_expect_eq(read_text(file), -EINVAL, "%s", file);
	snprintf(begin, sizeof(begin), "c:%u: ", line);
	cr_expect_eq(strncmp(errors, begin, strlen(begin)), 0,
	    "line %u of\n%s\nsaid: %s", line, file, errors);
	cr_expect_not_null(
	    strstr(errors, said), "%s of\n%s\nsaid: %s", said, file, errors);
	end = strchr(errors, '\n');
	if (end != NULL) {
		*end = '\0';
	}
	cr_expect_not_null(
	    strpbrk(errors, ";("), "no advice: %s\n%s", file, errors);
}

Test(config_keys, of_the_schema_have_a_row_each_and_no_row_is_of_another)
{
	cr_expect_eq(expect_rows("", reading_schema()), ARRAY_SIZE(keys));
}

Test(config_keys, are_taken_where_they_are_right)
{
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		if (!is_built(&keys[i])) {
			continue;
		}
		cr_expect_eq(read_text(file_with(&keys[i], keys[i].good)), 0,
		    "%s", errors);
	}
}

Test(config_keys, with_a_value_that_cannot_be_are_refused)
{
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		if (!is_built(&keys[i])) {
			continue;
		}
		cr_expect_not_null(keys[i].wrong[0], "%s", keys[i].name);
		for (size_t j = 0; j < WRONG_VALUES && keys[i].wrong[j] != NULL;
		     j++) {
			expect_wrong(
			    file_with(&keys[i], keys[i].wrong[j]), 3, "");
		}
	}
}

Test(config_keys, with_an_empty_value_are_refused)
{
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		if (!is_built(&keys[i])) {
			continue;
		}
		expect_wrong(file_with(&keys[i], "''"), 3, "\"\"");
	}
}

Test(config_keys, with_a_value_that_is_too_long_are_refused)
{
	char value[2048];

	memset(value, 'x', sizeof(value));
	value[0] = '\'';
	value[sizeof(value) - 2] = '\'';
	value[sizeof(value) - 1] = '\0';
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		if (!is_built(&keys[i])) {
			continue;
		}
		expect_wrong(file_with(&keys[i], value), 3, "xxx...\"");
	}
}

Test(config_keys, that_are_given_twice_are_refused)
{
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		if (!is_built(&keys[i])) {
			continue;
		}
		char setting[1024];
		char said[128];

		snprintf(setting, sizeof(setting), "%s = %s %s = %s",
		    keys[i].name, keys[i].good, keys[i].name, keys[i].good);
		snprintf(said, sizeof(said),
		    "\"%s\" is given twice; leave one out", keys[i].name);
		expect_wrong(file_of(&keys[i], setting), 3, said);
	}
}

Test(config_keys, that_are_missing_where_they_must_be_are_asked_for)
{
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		if (!is_built(&keys[i])) {
			continue;
		}
		char said[256];

		snprintf(said, sizeof(said),
		    "\"%s\" is missing; write it, such as %s = \"",
		    keys[i].name, keys[i].name);
		if (keys[i].is_required) {
			expect_wrong(file_of(&keys[i], ""), 2, said);
		} else {
			cr_expect_eq(read_text(file_of(&keys[i], "")) == 0 ||
			        keys[i].beside[0] != '\0',
			    true, "%s", errors);
		}
	}
}

Test(config_keys, that_are_nearly_written_are_guessed)
{
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		char setting[1024];
		char said[128];

		snprintf(setting, sizeof(setting), "%sx = %s", keys[i].name,
		    keys[i].good);
		snprintf(
		    said, sizeof(said), "; did you mean \"%s\"?", keys[i].name);
		expect_wrong(file_of(&keys[i], setting), 3, said);
	}
}

Test(config_keys, of_one_value_take_no_list_and_no_key_takes_a_section)
{
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		char setting[1024];

		snprintf(setting, sizeof(setting), "%s { }", keys[i].name);
		expect_wrong(file_of(&keys[i], setting), 3,
		    "is not followed by \"=\"; write KEY = \"VALUE\"");
		if (keys[i].good[0] != '{') {
			expect_wrong(file_with(&keys[i], "{'a', 'b'}"), 3,
			    "is not expected here; a setting is written");
		}
	}
}

Test(config_keys, of_another_section_are_unknown)
{
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		expect_wrong(file_of(&keys[i], "zebra-crossing = 'x'"), 3,
		    "there is no key \"zebra-crossing\" in section ");
	}
}
