/*
 * Asking the running sensor to do something, over its control socket.
 *
 * A request is one JSON object in one line, {"do": ..., "by": ...}, and so is
 * the answer, {"ok": true, ...} or {"ok": false, "error": SENTENCE}.
 *
 *	request = control_request("scanners.revoke");
 *	json_object_set_new(request, "name", json_string(name));
 *	answer = control_ask(&command_scanners, path, request, &status);
 *
 * Memory: request and answer, made with jansson; at most 16 MiB of text.
 */
#ifndef FIRMWARE_CONTROL_ASK_H
#define FIRMWARE_CONTROL_ASK_H

#include <jansson.h>

#include "firmware/command.h"

enum { CONTROL_REQUEST_SIZE = 256 << 10 }; /* Bytes, the newline included. */

/* A request that names who asks: the account this process runs for.  Null: no
 * memory. */
json_t *control_request(const char *what);

/* Sends 'request', which is given back with json_decref() in any case, to the
 * sensor at 'path' (null: this user's, or else root's), and returns the answer
 * if it is "ok", the caller's to json_decref().  Null: it was not done, it has
 * been said why, and '*status' is what to exit with. */
json_t *control_ask(const struct command *command, const char *path,
    json_t *request, int *status);

/* Says why an answer is not "ok", and what is wrong in which row, and returns
 * what to exit with. */
int control_refused(const struct command *command, const json_t *answer);

#endif
