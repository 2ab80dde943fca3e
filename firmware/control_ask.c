#include "firmware/control_ask.h"

#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "firmware/status_socket.h"

enum {
	ANSWER_SIZE = 16 << 20, /* Bytes that every answer fits into. */
	PATIENCE_S = 15,
};

static int connect_somewhere(const char *wanted, const char **path);
static int send_request(int fd, const json_t *request);
static int send_all(int fd, const char *text, size_t size);
static json_t *receive_answer(int fd, int *error);
static void say_errors(const struct command *command, const json_t *answer);

json_t *
control_request(const char *what)
{
	const struct passwd *account = getpwuid(getuid());
	char number[32];

	(void)snprintf(number, sizeof(number), "uid %u", (unsigned)getuid());
	return json_pack("{s:s, s:s}", "do", what, "by",
	    account != NULL ? account->pw_name : number);
}

json_t *
control_ask(const struct command *command, const char *path, json_t *request,
    int *status)
{
	int fd = connect_somewhere(path, &path);
	json_t *answer = NULL;
	int error;

	if (fd < 0) {
		json_decref(request);
		*status = command_failed(command, EXIT_REFUSED,
		    fd == -EACCES
		        ? "the sensor at %s is not yours to ask: %s"
		        : "no sensor runs here: nobody listens at %s (%s)",
		    path, strerror(-fd));
		return NULL;
	}
	error = send_request(fd, request);
	json_decref(request);
	if (error == 0) {
		answer = receive_answer(fd, &error);
	}
	close(fd);
	if (answer == NULL) {
		*status = command_failed(command, EXIT_REFUSED,
		    "the sensor at %s gave no answer: %s", path,
		    error == 0 ? "what it said is no JSON" : strerror(-error));
		return NULL;
	}
	if (!json_is_true(json_object_get(answer, "ok"))) {
		*status = control_refused(command, answer);
		json_decref(answer);
		return NULL;
	}
	*status = EXIT_DONE;
	return answer;
}

int
control_refused(const struct command *command, const json_t *answer)
{
	const char *why = json_string_value(json_object_get(answer, "error"));

	/* The sentence is the first row's where there are several. */
	if (json_array_size(json_object_get(answer, "errors")) == 0) {
		return command_failed(command, EXIT_INPUT, "%s",
		    why != NULL ? why : "the sensor refused, and says not why");
	}
	say_errors(command, answer);
	return EXIT_INPUT;
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
	if (control_socket_default(own)) {
		*path = own;
		fd = status_socket_connect(own);
		if (fd >= 0) {
			return fd;
		}
	}
	*path = control_socket_of_root;
	return status_socket_connect(control_socket_of_root);
}

static int
send_request(int fd, const json_t *request)
{
	const struct timeval patience = { .tv_sec = PATIENCE_S };
	char *text = json_dumps(request, JSON_COMPACT);
	size_t size;
	int error;

	if (text == NULL) {
		return -ENOMEM;
	}
	size = strlen(text);
	if (size >= CONTROL_REQUEST_SIZE) {
		free(text);
		return -EMSGSIZE;
	}
	/* The newline takes the place of the closing zero. */
	text[size] = '\n';
	error = setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience,
	            sizeof(patience)) < 0
	    ? -errno
	    : send_all(fd, text, size + 1);
	free(text);
	return error;
}

static int
send_all(int fd, const char *text, size_t size)
{
	while (size > 0) {
		ssize_t sent = send(fd, text, size, MSG_NOSIGNAL);

		if (sent < 0) {
			return -errno;
		}
		text += sent;
		size -= (size_t)sent;
	}
	return 0;
}

static json_t *
receive_answer(int fd, int *error)
{
	char *text = malloc(ANSWER_SIZE);
	json_t *answer = NULL;
	size_t size = 0;
	ssize_t received;

	if (text == NULL) {
		*error = -ENOMEM;
		return NULL;
	}
	while ((received = read(fd, text + size, ANSWER_SIZE - size)) > 0) {
		size += (size_t)received;
	}
	if (received < 0) {
		*error = errno == EAGAIN ? -ETIMEDOUT : -errno;
	} else {
		answer = json_loadb(text, size, 0, NULL);
	}
	free(text);
	return answer;
}

/* Of a list that was handed in: what is wrong in which row. */
static void
say_errors(const struct command *command, const json_t *answer)
{
	const json_t *errors = json_object_get(answer, "errors");
	const json_t *one;
	size_t index;

	json_array_foreach(errors, index, one)
	{
		(void)command_failed(command, EXIT_INPUT, "row %d%s%s: %s",
		    (int)json_integer_value(json_object_get(one, "row")),
		    json_string_length(json_object_get(one, "field")) > 0 ? ", "
		                                                          : "",
		    json_string_value(json_object_get(one, "field")),
		    json_string_value(json_object_get(one, "error")));
	}
}
