/*
 * Hangs: whether the roles that run still live.
 *
 * Each role writes a heartbeat to its stats page every second (ipc/stats.h).
 * The supervisor looks whether it changes; what it says matters nothing, since
 * a role may have been taken over.  One that stands still for ten seconds is
 * logged, and its state is "hangs"; after thirty it is killed, and started again
 * as any that ends.
 *
 * Where the supervisor has not looked for a while itself, all have slept (a
 * machine that was suspended, a group of processes that was frozen), and nobody
 * is to blame: it counts from anew.
 *
 * Time: the monotonic clock's, once a second.
 */
#ifndef FIRMWARE_HANGS_H
#define FIRMWARE_HANGS_H

#include "firmware/supervisor.h"

void hangs_look(struct supervisor *supervisor, uint64_t now_ns);

#endif
