/*
 * Briefing: what the supervisor tells the roles.
 *
 * A role that has just been started gets, in this order, the policy, the pages
 * of the others if it is the one that reads them, a connection to each running
 * role that it has anything to say to (which gets the other end), and last the
 * word to start, with what it needs for that.
 */
#ifndef FIRMWARE_BRIEFING_H
#define FIRMWARE_BRIEFING_H

#include "firmware/supervisor.h"

void briefing_send(struct supervised *role);

/* Sends the policy that is in force. */
void briefing_policy(struct supervised *role);

/* Sends the whole configuration; the ledger alone takes it. */
void briefing_configuration(struct supervised *role);

/* Has a relay of the configuration called for it. */
void briefing_call(struct supervised *role, const struct message_relay *wanted);

/* Tells it to finish what is pending, and end. */
void briefing_stop(struct supervised *role);

#endif
