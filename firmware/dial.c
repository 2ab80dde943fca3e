#include "firmware/dial.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "firmware/command.h"
#include "firmware/confine.h"
#include "ipc/parcel.h"

enum {
	CALL_FD = 3,     /* Where it tells what came of it. */
	CONNECT_S = 8,   /* For one address. */
	PATIENCE_S = 25, /* For all. */
	FIRST_FREE = 16,
};

_Noreturn static void become(
    const struct config_peer *peer, bool is_datagram, int fd);
static int dial_run(int argc, char **argv);
static int call_any(const struct addrinfo *addresses);
static int call_one(const struct addrinfo *address);
static void hand_over(int connection, const char *why);

const struct command command_role_dial = {
	.name = "role-dial",
	.line = "connects to somebody for a running sensor",
	.text = "Started by \"spanwatch run\".\n",
	.is_hidden = true,
	.run = dial_run,
};

int
dial_start(const struct config_peer *peer, bool is_datagram)
{
	int fds[2];
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds) < 0) {
		return -errno;
	}
	pid = fork();
	if (pid == 0) {
		become(peer, is_datagram, fds[1]);
	}
	close(fds[1]);
	if (pid < 0) {
		close(fds[0]);
		return -EAGAIN;
	}
	return fds[0];
}

int
dial_receive(int fd, char why[DIAL_WHY_SIZE])
{
	struct parcel parcel = parcel_receive(fd, why, DIAL_WHY_SIZE - 1);

	if (parcel.size <= 0) {
		(void)snprintf(why, DIAL_WHY_SIZE, "it took too long");
		return -1;
	}
	why[parcel.size] = '\0';
	return parcel.descriptor;
}

static void
become(const struct config_peer *peer, bool is_datagram, int fd)
{
	char name[] = "spanwatch";
	char command[] = "role-dial";
	char host[CONFIG_HOST_SIZE];
	char port[8];
	char transport[] = "tcp";
	char *const arguments[] = { name, command, host, port, transport,
		NULL };
	int high = fcntl(fd, F_DUPFD_CLOEXEC, FIRST_FREE);
	sigset_t none;

	(void)snprintf(host, sizeof(host), "%s", peer->host);
	(void)snprintf(port, sizeof(port), "%u", peer->port);
	if (is_datagram) {
		(void)snprintf(transport, sizeof(transport), "udp");
	}
	sigemptyset(&none);
	if (high >= 0 && dup2(high, CALL_FD) == CALL_FD &&
	    sigprocmask(SIG_SETMASK, &none, NULL) == 0) {
		execv("/proc/self/exe", arguments);
	}
	_exit(EXIT_REFUSED);
}

static int
dial_run(int argc, char **argv)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM,
		.ai_flags = AI_NUMERICSERV };
	struct addrinfo *addresses = NULL;
	int result;

	if (argc != 4 || fcntl(CALL_FD, F_SETFD, FD_CLOEXEC) < 0) {
		return command_failed(&command_role_dial, EXIT_REFUSED,
		    "it is started by \"spanwatch run\" only");
	}
	if (strcmp(argv[3], "udp") == 0) {
		hints.ai_socktype = SOCK_DGRAM;
	}
	signal(SIGPIPE, SIG_IGN);
	signal(SIGINT, SIG_IGN);
	alarm(PATIENCE_S);
	if (confine_rights() != 0) {
		hand_over(-1, "its rights cannot be given up");
		return EXIT_REFUSED;
	}
	result = getaddrinfo(argv[1], argv[2], &hints, &addresses);
	if (result != 0) {
		hand_over(-1, gai_strerror(result));
		return EXIT_REFUSED;
	}
	result = call_any(addresses);
	freeaddrinfo(addresses);
	hand_over(result, result < 0 ? strerror(-result) : "connected");
	return result < 0 ? EXIT_REFUSED : EXIT_DONE;
}

/* The first that answers; a negative errno: none does. */
static int
call_any(const struct addrinfo *addresses)
{
	int result = -EHOSTUNREACH;

	for (; addresses != NULL && result < 0;
	     addresses = addresses->ai_next) {
		result = call_one(addresses);
	}
	return result;
}

static int
call_one(const struct addrinfo *address)
{
	const struct timeval patience = { .tv_sec = CONNECT_S };
	int fd =
	    socket(address->ai_family, address->ai_socktype | SOCK_CLOEXEC, 0);
	int error = 0;

	if (fd < 0) {
		return -errno;
	}
	if (setsockopt(
	        fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience)) < 0 ||
	    connect(fd, address->ai_addr, address->ai_addrlen) < 0) {
		error = errno == EINPROGRESS ? -ETIMEDOUT : -errno;
	} else if (fcntl(fd, F_SETFL, O_NONBLOCK) < 0) {
		error = -errno;
	}
	if (error != 0) {
		close(fd);
		return error;
	}
	return fd;
}

static void
hand_over(int connection, const char *why)
{
	if (parcel_send(CALL_FD, why, strnlen(why, DIAL_WHY_SIZE - 1),
	        connection) != 0) {
		_exit(EXIT_REFUSED); /* Nobody is there to be told. */
	}
}
