#include "firmware/roles.h"

static const struct {
	const char *name;
	const char *command;
} roles[ROLE_COUNT] = {
	[ROLE_SUPERVISOR] = { "supervisor", "run" },
	[ROLE_LEDGER] = { "ledger", "role-ledger" },
	[ROLE_FORWARDER] = { "forwarder", "role-forwarder" },
#ifdef CONFIG_FORWARD_KAFKA
	[ROLE_PRODUCER] = { "producer", "role-producer" },
#endif
	[ROLE_COLLECTOR] = { "collector", "role-collector" },
	[ROLE_SENSOR] = { "sensor", "role-sensor" },
};

const char *
role_name(enum role_id role)
{
	return roles[role].name;
}

const char *
role_command(enum role_id role)
{
	return roles[role].command;
}

const char *
role_exit_meaning(int status)
{
	switch (status) {
	case ROLE_EXIT_DONE:
		return "done";
	case ROLE_EXIT_INPUT:
		return "what it was given is of no use";
	case ROLE_EXIT_REFUSED:
		return "the system refused what it needs";
	case ROLE_EXIT_CLOCK:
		return "the clock was set back";
	case ROLE_EXIT_ORPHANED:
		return "it lost the supervisor";
	default:
		return "unexpected";
	}
}
