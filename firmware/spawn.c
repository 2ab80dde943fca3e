#include "firmware/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { FIRST_FREE = 16 }; /* Above all that a role begins with. */

_Noreturn static void become(const struct spawn_terms *terms);
static bool place(int fd, int at);

pid_t
spawn_role(const struct spawn_terms *terms)
{
	pid_t pid = fork();

	if (pid < 0) {
		return -errno;
	}
	if (pid == 0) {
		become(terms);
	}
	return pid;
}

int
spawn_prepare(void)
{
	int fd;

	do {
		fd = open("/dev/null", O_RDWR);
	} while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd < 0) {
		return -errno;
	}
	close(fd);
	return 0;
}

static void
become(const struct spawn_terms *terms)
{
	char name[] = "spanwatch";
	char command[32];
	char *const arguments[] = { name, command, NULL };
	sigset_t none;
	int null_fd = open("/dev/null", O_WRONLY | O_CLOEXEC);
	int control_fd = fcntl(terms->control_fd, F_DUPFD_CLOEXEC, FIRST_FREE);
	int page_fd = fcntl(terms->page_fd, F_DUPFD_CLOEXEC, FIRST_FREE);

	(void)snprintf(
	    command, sizeof(command), "%s", role_command(terms->role));
	sigemptyset(&none);
	if (place(control_fd, ROLE_FD_CONTROL) &&
	    place(page_fd, ROLE_FD_PAGE) &&
	    (terms->keeps_output || place(null_fd, STDOUT_FILENO)) &&
	    sigprocmask(SIG_SETMASK, &none, NULL) == 0) {
		execv("/proc/self/exe", arguments);
	}
	fprintf(stderr, "spanwatch run: the %s could not be started: %s\n",
	    role_name(terms->role), strerror(errno));
	_exit(ROLE_EXIT_REFUSED);
}

/* Makes 'fd' known as 'at', to be inherited. */
static bool
place(int fd, int at)
{
	return fd >= 0 && dup2(fd, at) == at;
}
