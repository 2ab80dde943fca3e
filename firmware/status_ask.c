#include "firmware/status_ask.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "firmware/status_socket.h"

enum {
	REPORT_SIZE = 4 << 20, /* Bytes that every report fits into. */
	PATIENCE_S = 5,
};

static json_t *ask_at(const struct command *command, const char *path);
static int connect_somewhere(const char *wanted, const char **path);
static int receive_report(int fd, char *report, size_t *size);

json_t *
status_ask(const struct command *command, int argc, char **argv,
    bool *prints_json, int *status)
{
	const char *path = NULL;
	struct options options;
	json_t *report;
	int which;

	options_init(&options, command, argc, argv);
	*prints_json = false;
	while ((which = options_next(&options)) >= 0) {
		if (which == STATUS_OPTION_JSON) {
			*prints_json = true;
		} else {
			path = options.value;
		}
	}
	*status = options_exit_status(which);
	if (which != OPTIONS_END) {
		return NULL;
	}
	report = ask_at(command, path);
	*status = report == NULL ? EXIT_REFUSED : EXIT_DONE;
	return report;
}

/* The report of the sensor at 'path'; null path: where one may be. */
static json_t *
ask_at(const struct command *command, const char *path)
{
	static char report[REPORT_SIZE];
	size_t size = 0;
	json_t *parsed;
	int fd = connect_somewhere(path, &path);
	int error;

	if (fd < 0) {
		(void)command_failed(command, EXIT_REFUSED,
		    fd == -EACCES
		        ? "the sensor at %s is not yours to ask: %s"
		        : "no sensor runs here: nobody listens at %s (%s)",
		    path, strerror(-fd));
		return NULL;
	}
	error = receive_report(fd, report, &size);
	close(fd);
	parsed = error == 0 ? json_loadb(report, size, 0, NULL) : NULL;
	if (parsed == NULL) {
		(void)command_failed(command, EXIT_REFUSED,
		    "the sensor at %s gave no status: %s", path,
		    error == 0 ? "it is cut short" : strerror(-error));
	}
	return parsed;
}

/* At 'wanted', or where a sensor may be.  '*path' is where it was, or was
 * looked for last. */
static int
connect_somewhere(const char *wanted, const char **path)
{
	static char own[STATUS_PATH_SIZE];
	int fd;

	if (wanted != NULL) {
		*path = wanted;
		return status_socket_connect(wanted);
	}
	if (status_socket_default(own)) {
		*path = own;
		fd = status_socket_connect(own);
		if (fd >= 0) {
			return fd;
		}
	}
	*path = status_socket_of_root;
	return status_socket_connect(status_socket_of_root);
}

static int
receive_report(int fd, char *report, size_t *size)
{
	const struct timeval patience = { .tv_sec = PATIENCE_S };
	ssize_t received;

	if (setsockopt(
	        fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)) < 0) {
		return -errno;
	}
	while ((received = read(fd, report + *size, REPORT_SIZE - *size)) > 0) {
		*size += (size_t)received;
	}
	if (received < 0) {
		return errno == EAGAIN ? -ETIMEDOUT : -errno;
	}
	return 0;
}
