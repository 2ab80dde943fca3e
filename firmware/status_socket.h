/*
 * Local sockets: where the commands find the running sensor.
 *
 * Stream sockets in the file system, for their owner and the group "spanwatch"
 * only.  Who connects to the status socket is given one JSON document, and the
 * end; who connects to the control socket says first what is to be done.
 */
#ifndef FIRMWARE_STATUS_SOCKET_H
#define FIRMWARE_STATUS_SOCKET_H

#include "base/base.h"

enum { STATUS_PATH_SIZE = 108 }; /* Bytes: that of struct sockaddr_un. */

/* Where it is for this user: /run/spanwatch for root, and for others in
 * XDG_RUNTIME_DIR.  False: there is no such place. */
bool status_socket_default(char path[STATUS_PATH_SIZE]);

/* The same of the control socket. */
bool control_socket_default(char path[STATUS_PATH_SIZE]);

/* The places for root, wherever this user's are. */
extern const char status_socket_of_root[];
extern const char control_socket_of_root[];

/* Listens at 'path'; the folder is made if only that is missing.  Returns the
 * descriptor or a negative errno: -EADDRINUSE if somebody answers there. */
int status_socket_listen(const char *path) SW_MUST_CHECK;

/* Closes 'fd' and removes what status_socket_listen() made, unless it is
 * another's by now. */
void status_socket_remove(const char *path, int fd);

/* Connects to 'path'.  Returns the descriptor or a negative errno. */
int status_socket_connect(const char *path) SW_MUST_CHECK;

#endif
