#include "flow/probe.h"

static const char *const technique_names[PROBE_TECHNIQUE_COUNT] = {
	[PROBE_TCP_SYN] = "tcp_syn",
	[PROBE_TCP_CONNECT] = "tcp_connect",
	[PROBE_TCP_FIN] = "tcp_fin",
	[PROBE_TCP_NULL] = "tcp_null",
	[PROBE_TCP_XMAS] = "tcp_xmas",
	[PROBE_TCP_MAIMON] = "tcp_maimon",
	[PROBE_TCP_ACK] = "tcp_ack",
	[PROBE_TCP_OTHER] = "tcp_other",
	[PROBE_UDP] = "udp",
	[PROBE_ICMP_ECHO] = "icmp_echo",
	[PROBE_ICMP_TIMESTAMP] = "icmp_timestamp",
	[PROBE_ICMP_ADDRESS_MASK] = "icmp_address_mask",
	[PROBE_ICMP6_ECHO] = "icmp6_echo",
	[PROBE_ARP] = "arp",
	[PROBE_ND] = "nd",
	[PROBE_SCTP_INIT] = "sctp_init",
	[PROBE_IP_PROTOCOL] = "ip_protocol",
};

static const char *const outcome_names[PROBE_OUTCOME_COUNT] = {
	[PROBE_PENDING] = "pending",
	[PROBE_ANSWERED] = "answered",
	[PROBE_PRODUCTIVE] = "productive",
	[PROBE_ONE_WAY] = "one_way",
	[PROBE_HALF] = "half",
	[PROBE_REFUSED] = "refused",
	[PROBE_FILTERED] = "filtered",
	[PROBE_EXPIRED] = "expired",
	[PROBE_SILENT] = "silent",
	[PROBE_SESSION] = "session",
	[PROBE_DISPLACED] = "displaced",
	[PROBE_OVERDUE] = "overdue",
};

const char *
probe_technique_name(enum probe_technique technique)
{
	SW_ASSERT(technique < PROBE_TECHNIQUE_COUNT);
	return technique_names[technique];
}

const char *
probe_outcome_name(enum probe_outcome outcome)
{
	SW_ASSERT(outcome < PROBE_OUTCOME_COUNT);
	return outcome_names[outcome];
}
