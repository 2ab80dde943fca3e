/*
 * spanwatch version: what this is, how it was built, and on what it runs.
 */
#include <stdio.h>

#include <confuse.h>
#include <jansson.h>
#include <nettle/version.h>
#include <pcap/pcap.h>
#include <seccomp.h>

#include "classify/classify.h"
#include "firmware/command.h"
#include "firmware/version.h"

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
	printf("  libseccomp %u.%u.%u\n", seccomp->major, seccomp->minor,
	    seccomp->micro);
	printf("  nDPI %s\n\nBuilt with:\n", classify_library());
	for (size_t i = 0; i < ARRAY_SIZE(build_options); i++) {
		printf("  %s\n", build_options[i]);
	}
	return EXIT_DONE;
}
