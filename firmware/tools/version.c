/*
 * spanwatch version: what this is, how it was built, and on what it runs.
 */
#include <stdio.h>
#include <string.h>

#include <confuse.h>
#include <expat.h>
#include <gnutls/gnutls.h>
#include <jansson.h>
#ifdef CONFIG_FORWARD_KAFKA
#	include <librdkafka/rdkafka.h>
#endif
#include <nettle/version.h>
#include <pcap/pcap.h>
#include <seccomp.h>
#include <sqlite3.h>
#include <sys/capability.h>

#include "classify/classify.h"
#include "firmware/command.h"
#include "firmware/version.h"

static const char *expat_number(void);
static int run(int argc, char **argv);

const char spanwatch_version[] = "0.1.0";

const struct command command_version = {
	.name = "version",
	.line = "version, build configuration, library versions",
	.run = run,
};

/* The options of Kconfig that this was built with; made by mk/program.mk. */
static const char *const build_options[] = {
#define OPTION(text) text,
#include "firmware/build_options.def"
#undef OPTION
};

static int
run(int argc, char **argv)
{
	const struct scmp_version *seccomp = seccomp_version();
	struct options options;
	int which;

	options_init(&options, &command_version, argc, argv);
	which = options_next(&options);
	if (which != OPTIONS_END) {
		return options_exit_status(which);
	}
	printf("spanwatch %s\n\nLibraries:\n", spanwatch_version);
	printf("  %s\n", pcap_lib_version());
	printf("  libConfuse %s\n", confuse_version);
	printf("  jansson %s\n", jansson_version_str());
	printf(
	    "  nettle %d.%d\n", nettle_version_major(), nettle_version_minor());
	printf("  GnuTLS %s\n", gnutls_check_version(NULL));
	printf("  SQLite %s\n", sqlite3_libversion());
	printf("  Expat %s\n", expat_number());
	printf("  libseccomp %u.%u.%u\n", seccomp->major, seccomp->minor,
	    seccomp->micro);
#ifdef CONFIG_FORWARD_KAFKA
	printf("  librdkafka %s\n", rd_kafka_version_str());
#endif
	/* These do not say which they are: what this was compiled with. */
	printf("  libcap %d.%d\n", LIBCAP_MAJOR, LIBCAP_MINOR);
	printf("  jsmn, compiled in\n");
	printf("  nDPI %s\n\nBuilt with:\n", classify_library());
	for (size_t i = 0; i < ARRAY_SIZE(build_options); i++) {
		printf("  %s\n", build_options[i]);
	}
	return EXIT_DONE;
}

/* "expat_2.5.0" is what it says of itself. */
static const char *
expat_number(void)
{
	const char *name = XML_ExpatVersion();
	const char *number = strchr(name, '_');

	return number != NULL ? number + 1 : name;
}
