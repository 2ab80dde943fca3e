#include "firmware/tools/store_tool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "firmware/configuration.h"

static const char default_folder[] = "/var/lib/spanwatch";
static const char default_config[] = "/etc/spanwatch/spanwatch.conf";

static int write_to(void *context, const void *bytes, size_t size);

const char *
store_tool_folder(
    const struct command *command, const struct store_place *place, int *status)
{
	static struct config config; /* Large. */
	const char *path = place->config;

	*status = EXIT_DONE;
	if (place->store != NULL) {
		return place->store;
	}
	if (path == NULL && access(default_config, R_OK) == 0) {
		path = default_config;
	}
	if (path == NULL) {
		return default_folder;
	}
	*status = configuration_read(path, &config);
	if (*status != EXIT_DONE) {
		return NULL;
	}
	if (!config.store.present) {
		*status = command_failed(command, EXIT_INPUT,
		    "%s has no section store; --store DIR names one", path);
		return NULL;
	}
	return config.store.directory;
}

bool
store_tool_open(const struct command *command, const struct store_place *place,
    struct store_reader *reader, int *status)
{
	const char *folder = store_tool_folder(command, place, status);
	int error;

	if (folder == NULL) {
		return false;
	}
	memset(reader, 0, sizeof(*reader));
	error = store_reader_open(reader, folder);
	if (error == 0) {
		return true;
	}
	*status =
	    command_failed(command, exit_status_of(error), "%s: %s", folder,
	        error == -ENOENT ? "there is no store; --store DIR names one"
	            : reader->reason[0] == '\0' ? strerror(-error)
	                                        : reader->reason);
	return false;
}

int
store_tool_failed(
    const struct command *command, const struct store_reader *reader, int error)
{
	if (error == 0) {
		return EXIT_DONE;
	}
	return command_failed(command,
	    error == -EIO || error == -ENOSPC || error == -ENOMEM ||
	            error == -EPIPE
	        ? EXIT_REFUSED
	        : EXIT_INPUT,
	    "%s",
	    error == -ENOENT                ? "there is no such alert"
	        : reader->reason[0] == '\0' ? strerror(-error)
	                                    : reader->reason);
}

bool
store_output_open(const struct command *command, const char *path,
    struct store_output *output, int *status)
{
	int fd;

	*output = (struct store_output){ .path = path, .file = stdout };
	if (path != NULL) {
		fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0640);
		output->file = fd < 0 ? NULL : fdopen(fd, "w");
		if (output->file == NULL) {
			*status = command_failed(command, EXIT_REFUSED,
			    "%s: %s", path, strerror(errno));
			return false;
		}
	}
	output->sink = (struct store_sink){ write_to, output->file };
	return true;
}

int
store_output_close(
    const struct command *command, struct store_output *output, int status)
{
	FILE *file = output->file;
	bool is_written = fflush(file) == 0 && !ferror(file);

	if (output->path != NULL) {
		is_written = fclose(file) == 0 && is_written;
		if (!is_written || status != EXIT_DONE) {
			(void)unlink(output->path);
		}
	}
	if (!is_written && status == EXIT_DONE) {
		return command_failed(command, EXIT_REFUSED,
		    "%s could not be written",
		    output->path == NULL ? "standard output" : output->path);
	}
	return status;
}

static int
write_to(void *context, const void *bytes, size_t size)
{
	FILE *file = context;

	errno = 0;
	if (fwrite(bytes, 1, size, file) == size) {
		return 0;
	}
	return errno == 0 ? -EIO : -errno;
}
