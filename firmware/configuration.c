#include "firmware/configuration.h"

#include <errno.h>
#include <stdio.h>

#include "firmware/visible.h"

static void print_error(void *context, const struct config_error *error);

int
configuration_read(const char *path, struct config *config)
{
	int error;

	if (path == NULL) {
		config_default(config);
		return EXIT_DONE;
	}
	error = config_read(path, config, print_error, NULL);
	return error == 0 ? EXIT_DONE : exit_status_of(error);
}

int
exit_status_of(int error)
{
	switch (-error) {
	case EACCES:
	case EPERM:
	case ENOMEM:
	case EMFILE:
	case ENFILE:
	case EIO:
	case ENOSPC:
	case ENODEV:
	case ENXIO:
		return EXIT_REFUSED;
	default:
		return EXIT_INPUT;
	}
}

static void
print_error(void *context, const struct config_error *error)
{
	char text[CONFIG_SENTENCE_SIZE + CONFIG_PATH_SIZE];

	(void)context;
	visible_line(
	    stderr, "%s", config_error_format(error, text, sizeof(text)));
}
