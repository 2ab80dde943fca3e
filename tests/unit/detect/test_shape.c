#include "detect/shape.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "support/finding_builder.h"

static struct campaign *campaign;
static struct suspect suspect;
static struct shape shape;

static void
set_up(void)
{
	campaign = calloc(1, sizeof(*campaign));
	cr_assert_not_null(campaign);
	memset(&suspect, 0, sizeof(suspect));
}

static void
tear_down(void)
{
	free(campaign);
}

TestSuite(shape, .init = set_up, .fini = tear_down);

/* Targets asked for a service, services, and probes of services. */
static void
services(uint64_t targets, uint64_t services, uint64_t probes)
{
	campaign->service_targets = targets;
	campaign->services = services;
	campaign->service_probes = probes;
	campaign->targets = targets;
	campaign->probes = probes;
}

/* A target slot with so many contacts, their ports in order or not. */
static void
target_slot(int index, uint32_t contacts, bool in_order)
{
	struct target_slot *slot = &suspect.targets[index];

	slot->used = true;
	slot->contacts = contacts;
	slot->sequence.steps = contacts - 1;
	slot->sequence.near_up = in_order ? contacts - 1 : 0;
	slot->sequence.up = in_order ? contacts - 1 : contacts / 2;
	slot->sequence.down = in_order ? 0 : contacts / 2;
}

static void
service_slot(uint32_t contacts, bool in_order)
{
	struct service_slot *slot = &suspect.services[0];

	slot->used = true;
	slot->contacts = contacts;
	slot->sequence.steps = contacts - 1;
	slot->sequence.near_up = in_order ? contacts - 1 : 0;
	slot->sequence.up = in_order ? contacts - 1 : contacts / 2;
	slot->sequence.down = in_order ? 0 : contacts / 2;
}

static void
expect_kinds(uint32_t kinds, enum finding_kind first)
{
	shape_of(campaign, &suspect, &shape);
	cr_expect_eq(shape_kinds(&shape), kinds, "kinds are %x, not %x",
	    shape_kinds(&shape), kinds);
	cr_expect_eq(shape.kinds[0], first, "it is first of all %s",
	    finding_kind_name(shape.kinds[0]));
}

enum {
	PORT_SCAN = 1 << FINDING_PORT_SCAN,
	HOST_SWEEP = 1 << FINDING_HOST_SWEEP,
	SERVICE_PROBE = 1 << FINDING_SERVICE_PROBE,
	BLOCK_SCAN = 1 << FINDING_BLOCK_SCAN,
	SEQUENTIAL_IP = 1 << FINDING_SEQUENTIAL_IP,
};

Test(shape, many_ports_of_one_host_are_a_port_scan_in_the_order_of_its_ports)
{
	services(1, 100, 100);
	target_slot(0, 100, true);
	service_slot(1, false);
	expect_kinds(PORT_SCAN, FINDING_PORT_SCAN);
	cr_expect_eq(shape.order, FINDING_ORDER_ASCENDING);
}

Test(shape, many_ports_of_four_hosts_are_a_port_scan)
{
	services(4, 100, 400);
	for (int i = 0; i < 4; i++) {
		target_slot(i, 100, false);
	}
	expect_kinds(PORT_SCAN, FINDING_PORT_SCAN);
	cr_expect_eq(shape.order, FINDING_ORDER_RANDOM);
}

Test(shape, one_service_of_many_hosts_is_a_service_probe)
{
	services(50, 1, 50);
	service_slot(50, false);
	expect_kinds(SERVICE_PROBE, FINDING_SERVICE_PROBE);
	cr_expect_eq(shape.order, FINDING_ORDER_RANDOM);
}

Test(shape, four_services_of_many_hosts_are_a_service_probe)
{
	services(50, 4, 200);
	service_slot(50, false);
	expect_kinds(SERVICE_PROBE, FINDING_SERVICE_PROBE);
}

Test(shape, five_services_of_many_hosts_are_a_block_scan)
{
	services(50, 5, 250);
	service_slot(50, false);
	expect_kinds(BLOCK_SCAN, FINDING_BLOCK_SCAN);
}

Test(shape, services_that_follow_one_another_over_hosts_are_sequential)
{
	services(50, 1, 50);
	service_slot(50, true);
	expect_kinds(SERVICE_PROBE | SEQUENTIAL_IP, FINDING_SERVICE_PROBE);
	cr_expect_eq(shape.order, FINDING_ORDER_ASCENDING);
}

Test(shape, fewer_than_eight_targets_are_not_called_sequential)
{
	services(7, 1, 7);
	service_slot(7, true);
	expect_kinds(SERVICE_PROBE, FINDING_SERVICE_PROBE);
}

Test(shape, hosts_asked_whether_they_are_there_are_a_sweep)
{
	campaign->targets = 60;
	campaign->probes = 60;
	service_slot(60, true);
	expect_kinds(HOST_SWEEP | SEQUENTIAL_IP, FINDING_HOST_SWEEP);
}

Test(shape, a_sweep_before_a_port_scan_of_what_answered_is_both)
{
	services(2, 200, 400);
	target_slot(0, 200, false);
	target_slot(1, 200, false);
	campaign->targets = 60;
	service_slot(60, false);
	expect_kinds(PORT_SCAN | HOST_SWEEP, FINDING_HOST_SWEEP);
}

Test(shape, a_port_scan_of_one_host_beside_a_probe_of_many_is_both)
{
	services(31, 101, 130);
	target_slot(0, 100, false);
	service_slot(30, false);
	expect_kinds(PORT_SCAN | SERVICE_PROBE, FINDING_PORT_SCAN);
}

Test(shape, a_block_that_meets_dead_hosts_is_still_one)
{
	/* A fifth of the hosts were given up after one port. */
	services(50, 5, 40 * 5 + 10);
	service_slot(50, false);
	expect_kinds(BLOCK_SCAN, FINDING_BLOCK_SCAN);
}

Test(shape, whatever_was_raised_has_a_kind)
{
	expect_kinds(HOST_SWEEP, FINDING_HOST_SWEEP);
	services(1, 1, 1);
	expect_kinds(PORT_SCAN, FINDING_PORT_SCAN);
	services(2, 1, 2);
	expect_kinds(SERVICE_PROBE, FINDING_SERVICE_PROBE);
}
