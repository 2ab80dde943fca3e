/* Every kind and technique of the contract, raised at about the right probe. */

#include <criterion/criterion.h>
#include <criterion/parameterized.h>

#include "support/finding_builder.h"
#include "unit/detect/watch.h"

static struct watch watch;

static void
set_up(void)
{
	watch_open(&watch);
}

static void
tear_down(void)
{
	watch_close(&watch);
}

TestSuite(kinds, .init = set_up, .fini = tear_down);

static const struct finding *
expect_raised(const char *source, enum finding_kind kind, uint64_t by_probe)
{
	const struct finding *finding = watch_finding(&watch, source);

	cr_assert_not_null(finding, "%s was not raised", source);
	cr_expect_eq(finding->kinds[0], kind, "it is called %s",
	    finding_kind_name(finding->kinds[0]));
	cr_expect_leq(finding->probes_at_raise, by_probe,
	    "raised at probe %llu",
	    (unsigned long long)finding->probes_at_raise);
	return finding;
}

Test(kinds, a_port_scan_of_one_host)
{
	struct probe scan = like(PROBE_TCP_SYN, "10.20.1.9", "10.20.2.5", 1000);
	const struct finding *finding;

	watch_ports(&watch, &scan, 60, 17, FATE_REFUSED);
	watch_play(&watch);
	detect_flush(watch.detect);
	watch_wait(&watch, NS_PER_S);
	finding = expect_raised("10.20.1.9", FINDING_PORT_SCAN, 10);
	cr_expect_eq(finding->kind_count, 1);
	cr_expect_eq(finding->target_count, 1);
	cr_expect_eq(finding->service_count, 60);
	cr_expect_eq(finding->probe_count, 60);
	cr_expect_eq(finding->refused, 60);
	cr_expect_eq(finding->order, FINDING_ORDER_STRIDED);
	cr_expect_eq(finding->service_ranges[0].first, 1000);
	cr_expect_eq(finding->service_ranges[59].last, 1000 + 59 * 17);
}

Test(kinds, a_port_scan_by_a_stack_that_meets_open_and_closed_ports)
{
	for (int port = 0; port < 100; port++) {
		watch_try(&watch, PROBE_TCP_CONNECT, "10.20.1.9", "10.20.2.5",
		    (uint16_t)(port * 613 % 1024 + 1),
		    port % 8 == 0 ? FATE_LEFT : FATE_REFUSED);
	}
	watch_play(&watch);
	expect_raised("10.20.1.9", FINDING_PORT_SCAN, 12);
}

Test(kinds, a_host_sweep_by_echo_in_order)
{
	struct probe sweep = like(PROBE_ICMP_ECHO, "10.20.1.9", "10.20.2.1", 0);
	const struct finding *finding;

	watch_sweep(&watch, &sweep, 100, 1, FATE_SILENT);
	watch_play(&watch);
	detect_flush(watch.detect);
	watch_wait(&watch, NS_PER_S);
	finding = expect_raised("10.20.1.9", FINDING_HOST_SWEEP, 9);
	cr_expect(finding_has_kind(finding, FINDING_SEQUENTIAL_IP));
	cr_expect_eq(finding->order, FINDING_ORDER_ASCENDING);
	cr_expect_eq(finding->target_count, 100);
	cr_expect_eq(finding->silent, 100);
	cr_expect_eq(finding->service_count, 0);
	cr_expect_eq(finding->target_range_count, 1);
	expect_address(&finding->target_ranges[0].last, "10.20.2.100");
}

Test(kinds, a_host_sweep_in_random_order)
{
	for (int i = 0; i < 60; i++) {
		struct probe echo =
		    like(PROBE_ICMP_ECHO, "10.20.1.9", "10.20.2.0", 0);

		echo.target = ip_address_add(&echo.target, (i * 97 + 11) % 251);
		watch_sweep(&watch, &echo, 1, 0,
		    i % 10 == 3 ? FATE_SERVED : FATE_SILENT);
	}
	watch_play(&watch);
	cr_expect_eq(expect_raised("10.20.1.9", FINDING_HOST_SWEEP, 14)->order,
	    FINDING_ORDER_RANDOM);
}

Test(kinds, a_probe_of_one_service_on_many_hosts)
{
	struct probe sweep =
	    like(PROBE_TCP_CONNECT, "10.20.1.9", "10.20.2.200", 445);
	const struct finding *finding;

	watch_sweep(&watch, &sweep, 60, -3, FATE_SILENT);
	watch_play(&watch);
	detect_flush(watch.detect);
	watch_wait(&watch, NS_PER_S);
	finding = expect_raised("10.20.1.9", FINDING_SERVICE_PROBE, 10);
	cr_expect(finding_has_kind(finding, FINDING_SEQUENTIAL_IP));
	cr_expect_eq(finding->order, FINDING_ORDER_DESCENDING);
	cr_expect_eq(finding->service_count, 1);
	cr_expect_eq(finding->service_ranges[0].protocol, IP_PROTOCOL_TCP);
	cr_expect_eq(finding->service_ranges[0].first, 445);
	cr_expect_eq(finding->segment_count, 1);
	cr_expect_eq(finding->segments[0], 0);
}

Test(kinds, a_constant_stride_is_sequential_too)
{
	struct probe sweep =
	    like(PROBE_TCP_CONNECT, "10.20.1.9", "10.20.2.1", 22);
	const struct finding *finding;

	watch_sweep(&watch, &sweep, 30, 8, FATE_SILENT);
	watch_play(&watch);
	detect_flush(watch.detect);
	watch_wait(&watch, NS_PER_S);
	finding = expect_raised("10.20.1.9", FINDING_SERVICE_PROBE, 10);
	cr_expect(finding_has_kind(finding, FINDING_SEQUENTIAL_IP));
	cr_expect_eq(finding->order, FINDING_ORDER_STRIDED);
}

Test(kinds, a_block_scan_of_many_ports_on_many_hosts)
{
	static const uint16_t ports[] = { 22, 80, 443, 445, 3389, 8080 };
	const struct finding *finding;

	for (int host = 1; host <= 30; host++) {
		struct probe first =
		    like(PROBE_TCP_SYN, "10.20.1.9", "10.20.2.0", 0);

		first.target = ip_address_add(&first.target, host);
		for (size_t i = 0; i < ARRAY_SIZE(ports); i++) {
			first.target_port = ports[i];
			watch_sweep(&watch, &first, 1, 0,
			    i == 0 ? FATE_HALF_OPEN : FATE_REFUSED);
		}
	}
	watch_play(&watch);
	detect_flush(watch.detect);
	watch_wait(&watch, NS_PER_S);
	finding = expect_raised("10.20.1.9", FINDING_BLOCK_SCAN, 12);
	cr_expect_eq(finding->target_count, 30);
	cr_expect_eq(finding->service_count, 6);
	cr_expect_eq(finding->probe_count, 180);
	cr_expect_eq(finding->answered, 30);
	cr_expect_eq(finding->refused, 150);
}

Test(kinds, a_sweep_by_arp)
{
	struct probe sweep = like(PROBE_ARP, "10.20.1.9", "10.20.1.1", 0);
	const struct finding *finding;

	watch.gap_ns = 100 * NS_PER_MS;
	watch_sweep(&watch, &sweep, 100, 1, FATE_SILENT);
	watch_play(&watch);
	finding = expect_raised("10.20.1.9", FINDING_HOST_SWEEP, 12);
	cr_expect(finding_has_technique(finding, PROBE_ARP));
}

Test(kinds, a_sweep_by_neighbour_discovery)
{
	struct probe sweep =
	    like(PROBE_ND, "fd20:0:0:1::9", "fd20:0:0:1::1", 0);
	const struct finding *finding;

	watch_sweep(&watch, &sweep, 60, 1, FATE_SILENT);
	watch_play(&watch);
	finding = expect_raised("fd20:0:0:1::9", FINDING_HOST_SWEEP, 12);
	cr_expect(finding_has_technique(finding, PROBE_ND));
}

/* Techniques, and the fate of most of their probes. */
struct technique_case {
	enum probe_technique technique;
	enum fate fate;
	uint64_t by_probe;
};

ParameterizedTestParameters(kinds, each_technique_is_raised_under_its_name)
{
	static struct technique_case cases[] = {
		{ PROBE_TCP_SYN, FATE_REFUSED, 10 },
		{ PROBE_TCP_CONNECT, FATE_REFUSED, 10 },
		{ PROBE_TCP_FIN, FATE_REFUSED, 8 },
		{ PROBE_TCP_NULL, FATE_SILENT, 10 },
		{ PROBE_TCP_XMAS, FATE_SILENT, 10 },
		{ PROBE_TCP_MAIMON, FATE_REFUSED, 8 },
		{ PROBE_TCP_ACK, FATE_REFUSED, 8 },
		{ PROBE_TCP_OTHER, FATE_REFUSED, 8 },
		{ PROBE_UDP, FATE_REFUSED, 10 },
		{ PROBE_UDP, FATE_SILENT, 18 },
		{ PROBE_ICMP_ECHO, FATE_SILENT, 10 },
		{ PROBE_ICMP_TIMESTAMP, FATE_SILENT, 10 },
		{ PROBE_ICMP_ADDRESS_MASK, FATE_SILENT, 10 },
		{ PROBE_SCTP_INIT, FATE_REFUSED, 10 },
	};

	return cr_make_param_array(
	    struct technique_case, cases, ARRAY_SIZE(cases));
}

ParameterizedTest(struct technique_case *shown, kinds,
    each_technique_is_raised_under_its_name)
{
	struct probe sweep;
	const struct finding *finding;

	sweep = like(shown->technique, "10.20.1.9", "10.20.2.1", 5060);
	watch_sweep(&watch, &sweep, 80, 3, shown->fate);
	watch_play(&watch);
	finding = watch_finding(&watch, "10.20.1.9");
	cr_assert_not_null(finding, "%s was not raised",
	    probe_technique_name(shown->technique));
	cr_expect_eq(finding->techniques, 1u << shown->technique);
	cr_expect_leq(finding->probes_at_raise, shown->by_probe,
	    "%s was raised at probe %llu",
	    probe_technique_name(shown->technique),
	    (unsigned long long)finding->probes_at_raise);
}

Test(kinds, a_sweep_by_icmp_for_ipv6)
{
	struct probe sweep =
	    like(PROBE_ICMP6_ECHO, "fd20:0:0:1::9", "fd20:0:0:2::1", 0);

	watch_sweep(&watch, &sweep, 60, 1, FATE_SILENT);
	watch_play(&watch);
	cr_expect(finding_has_technique(
	    expect_raised("fd20:0:0:1::9", FINDING_HOST_SWEEP, 10),
	    PROBE_ICMP6_ECHO));
}

Test(kinds, a_scan_of_ip_protocols)
{
	struct probe scan =
	    like(PROBE_IP_PROTOCOL, "10.20.1.9", "10.20.2.5", 59);
	const struct finding *finding;

	watch_ports(&watch, &scan, 60, 1, FATE_REFUSED);
	watch_play(&watch);
	detect_flush(watch.detect);
	watch_wait(&watch, NS_PER_S);
	finding = expect_raised("10.20.1.9", FINDING_PORT_SCAN, 12);
	cr_expect(finding_has_technique(finding, PROBE_IP_PROTOCOL));
	cr_expect_eq(finding->service_count, 60);
	cr_expect_eq(finding->service_ranges[0].protocol, 0);
	cr_expect_eq(finding->service_ranges[0].last, 118);
}

Test(kinds, probes_in_fragments_are_said_to_be)
{
	struct probe sweep = like(PROBE_TCP_SYN, "10.20.1.9", "10.20.2.1", 80);

	watch.traits = PROBE_FRAGMENTED;
	watch_sweep(&watch, &sweep, 30, 1, FATE_SILENT);
	watch_play(&watch);
	cr_expect(
	    expect_raised("10.20.1.9", FINDING_SERVICE_PROBE, 10)->fragmented);
}
