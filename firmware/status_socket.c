#include "firmware/status_socket.h"

#include <errno.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { BACKLOG = 8 };

const char status_socket_of_root[] = "/run/spanwatch/status.sock";
const char control_socket_of_root[] = "/run/spanwatch/control.sock";

static bool find_default(const char *name, char path[STATUS_PATH_SIZE]);
static int make_folder(const char *path);
static int make_socket(struct sockaddr_un *address, const char *path);
static int remove_stale(const char *path);
static int bind_and_listen(int fd, const struct sockaddr_un *address);
static void give_to_group(const char *path);

bool
status_socket_default(char path[STATUS_PATH_SIZE])
{
	return find_default("status.sock", path);
}

bool
control_socket_default(char path[STATUS_PATH_SIZE])
{
	return find_default("control.sock", path);
}

int
status_socket_listen(const char *path)
{
	struct sockaddr_un address;
	int error = make_folder(path);
	int fd;

	if (error != 0) {
		return error;
	}
	fd = make_socket(&address, path);
	if (fd < 0) {
		return fd;
	}
	error = bind_and_listen(fd, &address);
	if (error == -EADDRINUSE) {
		error = remove_stale(path);
		if (error == 0) {
			error = bind_and_listen(fd, &address);
		}
	}
	if (error != 0) {
		close(fd);
		return error;
	}
	give_to_group(path);
	return fd;
}

void
status_socket_remove(const char *path, int fd)
{
	int probe;

	/* Once ours is closed, whoever still answers there is another. */
	close(fd);
	probe = status_socket_connect(path);
	if (probe >= 0) {
		close(probe);
	} else {
		unlink(path);
	}
}

int
status_socket_connect(const char *path)
{
	struct sockaddr_un address;
	int fd = make_socket(&address, path);
	int error;

	if (fd < 0) {
		return fd;
	}
	if (connect(fd, (const struct sockaddr *)&address, sizeof(address)) <
	    0) {
		error = -errno;
		close(fd);
		return error;
	}
	return fd;
}

static bool
find_default(const char *name, char path[STATUS_PATH_SIZE])
{
	const char *folder = getenv("XDG_RUNTIME_DIR");
	int length;

	if (geteuid() == 0) {
		folder = "/run";
	}
	if (folder == NULL || folder[0] != '/') {
		return false;
	}
	length =
	    snprintf(path, STATUS_PATH_SIZE, "%s/spanwatch/%s", folder, name);
	return length > 0 && length < STATUS_PATH_SIZE;
}

static int
make_folder(const char *path)
{
	char folder[STATUS_PATH_SIZE];
	char *slash;

	(void)snprintf(folder, sizeof(folder), "%s", path);
	slash = strrchr(folder, '/');
	if (slash == NULL || slash == folder) {
		return 0;
	}
	*slash = '\0';
	return mkdir(folder, 0755) < 0 && errno != EEXIST ? -errno : 0;
}

static int
make_socket(struct sockaddr_un *address, const char *path)
{
	size_t length = strlen(path);
	int fd;

	if (length == 0 || length >= sizeof(address->sun_path)) {
		return -ENAMETOOLONG;
	}
	memset(address, 0, sizeof(*address));
	address->sun_family = AF_UNIX;
	memcpy(address->sun_path, path, length);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	return fd < 0 ? -errno : fd;
}

/* Removes a socket at which nobody listens any more.  -EADDRINUSE: somebody
 * does; -ENOTSOCK: it is something else. */
static int
remove_stale(const char *path)
{
	struct stat status;
	int fd;

	if (lstat(path, &status) < 0) {
		return -errno;
	}
	if (!S_ISSOCK(status.st_mode)) {
		return -ENOTSOCK;
	}
	fd = status_socket_connect(path);
	if (fd >= 0) {
		close(fd);
	}
	if (fd != -ECONNREFUSED) {
		return -EADDRINUSE;
	}
	return unlink(path) < 0 ? -errno : 0;
}

/* Nobody but the owner and the group may connect, from the first moment. */
static int
bind_and_listen(int fd, const struct sockaddr_un *address)
{
	mode_t mask = umask(0117);
	int error = 0;

	if (bind(fd, (const struct sockaddr *)address, sizeof(*address)) < 0 ||
	    listen(fd, BACKLOG) < 0) {
		error = -errno;
	}
	umask(mask);
	return error;
}

/* Where there is such a group; else the owner alone can ask. */
static void
give_to_group(const char *path)
{
	const struct group *group =
	    geteuid() == 0 ? getgrnam("spanwatch") : NULL;

	if (group != NULL && lchown(path, (uid_t)-1, group->gr_gid) < 0) {
		return; /* Then it stays root's. */
	}
}
