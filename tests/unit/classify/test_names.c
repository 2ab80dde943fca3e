#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>

#include "spoken.h"

static struct hall hall;
static struct spoken spoken;

static void
set_up(void)
{
	hall_open(&hall);
}

static void
tear_down(void)
{
	hall_close(&hall);
}

TestSuite(names, .init = set_up, .fini = tear_down);

static void
wait_s(uint64_t seconds)
{
	hall.now_ns += seconds * NS_PER_S;
}

static uint64_t
counted(enum counter which)
{
	return hall.counters.value[which];
}

/* The next name is told, of kind 'kind' and of 'address'. */
static void
expect_told(const char *name, enum wire_name_kind kind, const char *address)
{
	const char *told = hall_told(&hall);
	struct ip_address expected;

	cr_assert(ip_address_parse(address, &expected));
	cr_assert_not_null(told, "%s is not told", name);
	cr_expect_str_eq(told, name);
	cr_expect_eq(hall.name.kind, kind, "%s", name);
	cr_expect(ip_address_equal(&hall.name.address, &expected));
	cr_expect_eq(hall.name.time_ns, hall.now_ns);
}

static void
expect_nothing(void)
{
	const char *told = hall_told(&hall);

	cr_expect_null(told, "'%s' is told", told);
}

Test(names, of_a_dhcp_client_is_told_with_the_address_it_is_given)
{
	hall_lease(&hall, 7, "anna-pc", "10.0.0.20");
	expect_told("anna-pc", WIRE_NAME_DHCP, "10.0.0.20");
	cr_expect_eq(hall.name.mac.byte[5], 7);
	expect_nothing();
}

Test(names, of_another_clients_request_is_not_told)
{
	speak(&spoken, "0.0.0.0", 68, 67);
	say_dhcp(&spoken, 3, 7, 99, "0.0.0.0", "0.0.0.0");
	say_option(&spoken, 12, "anna-pc");
	hall_play(&hall, &spoken);
	speak(&spoken, "10.0.0.1", 67, 68);
	say_dhcp(&spoken, 5, 8, 99, "0.0.0.0", "10.0.0.20");
	hall_play(&hall, &spoken);
	speak(&spoken, "10.0.0.1", 67, 68);
	say_dhcp(&spoken, 5, 7, 98, "0.0.0.0", "10.0.0.20");
	hall_play(&hall, &spoken);
	while (hall_told(&hall) != NULL) {
		cr_expect_str_eq(hall.name.name, "");
	}
}

Test(names, of_a_nameless_client_is_what_the_server_calls_it)
{
	speak(&spoken, "10.0.0.1", 67, 68);
	say_dhcp(&spoken, 5, 7, 1, "0.0.0.0", "10.0.0.20");
	say_option(&spoken, 12, "reserved-7");
	hall_play(&hall, &spoken);
	expect_told("reserved-7", WIRE_NAME_DHCP, "10.0.0.20");
}

Test(names, of_a_client_that_renews_are_told_before_the_server_answers)
{
	speak(&spoken, "10.0.0.20", 68, 67);
	say_dhcp(&spoken, 3, 7, 1, "10.0.0.20", "0.0.0.0");
	say_option(&spoken, 12, "anna-pc");
	hall_play(&hall, &spoken);
	expect_told("anna-pc", WIRE_NAME_DHCP, "10.0.0.20");
}

Test(names, of_a_client_are_not_told_of_an_address_that_did_not_send_it)
{
	speak(&spoken, "10.0.0.66", 68, 67);
	say_dhcp(&spoken, 3, 7, 1, "10.0.0.20", "0.0.0.0");
	say_option(&spoken, 12, "anna-pc");
	hall_play(&hall, &spoken);
	expect_nothing();
	speak(&spoken, "10.0.0.66", 68, 67);
	say_dhcp(&spoken, 7, 7, 1, "10.0.0.20", "0.0.0.0");
	hall_play(&hall, &spoken);
	expect_nothing();
}

Test(names, are_given_up_when_the_client_releases_its_address)
{
	hall_lease(&hall, 7, "anna-pc", "10.0.0.20");
	expect_told("anna-pc", WIRE_NAME_DHCP, "10.0.0.20");
	speak(&spoken, "10.0.0.20", 68, 67);
	say_dhcp(&spoken, 7, 8, 1, "10.0.0.20", "0.0.0.0");
	hall_play(&hall, &spoken);
	expect_nothing(); /* It was another's MAC. */
	speak(&spoken, "10.0.0.20", 68, 67);
	say_dhcp(&spoken, 7, 7, 1, "10.0.0.20", "0.0.0.0");
	hall_play(&hall, &spoken);
	expect_told("", WIRE_NAME_GIVEN_UP, "10.0.0.20");
	hall_lease(&hall, 7, "anna-pc", "10.0.0.20");
	expect_told("anna-pc", WIRE_NAME_DHCP, "10.0.0.20");
}

Test(names, never_pass_to_a_nameless_host_that_gets_the_address)
{
	hall_lease(&hall, 7, "anna-pc", "10.0.0.20");
	expect_told("anna-pc", WIRE_NAME_DHCP, "10.0.0.20");
	hall_lease(&hall, 8, NULL, "10.0.0.20");
	expect_told("", WIRE_NAME_GIVEN_UP, "10.0.0.20");
	hall_lease(&hall, 8, NULL, "10.0.0.20");
	expect_nothing();
	hall_lease(&hall, 7, "anna-pc", "10.0.0.20");
	expect_told("anna-pc", WIRE_NAME_DHCP, "10.0.0.20");
}

Test(names, are_told_again_at_once_when_an_address_goes_to_and_fro)
{
	for (uint32_t i = 0; i < 4; i++) {
		hall_lease(&hall, 7, "anna-pc", "10.0.0.20");
		expect_told("anna-pc", WIRE_NAME_DHCP, "10.0.0.20");
		hall_lease(&hall, 8, "bert-pc", "10.0.0.20");
		expect_told("bert-pc", WIRE_NAME_DHCP, "10.0.0.20");
		wait_s(1);
	}
}

Test(names, that_stay_are_told_once_in_ten_minutes)
{
	hall_announce(&hall, "10.0.0.20", 7, "anna-pc.local");
	expect_told("anna-pc", WIRE_NAME_MDNS, "10.0.0.20");
	for (uint32_t i = 0; i < 599; i++) {
		wait_s(1);
		hall_announce(&hall, "10.0.0.20", 7, "anna-pc.local");
		expect_nothing();
	}
	wait_s(1);
	hall_announce(&hall, "10.0.0.20", 7, "anna-pc.local");
	expect_told("anna-pc", WIRE_NAME_MDNS, "10.0.0.20");
}

Test(names, of_one_host_are_the_same_in_any_protocol)
{
	hall_lease(&hall, 7, "ANNAS-LONG-NOTEBOOK.lab.example", "10.0.0.20");
	expect_told(
	    "ANNAS-LONG-NOTEBOOK.lab.example", WIRE_NAME_DHCP, "10.0.0.20");
	hall_announce(&hall, "10.0.0.20", 7, "annas-long-notebook.local");
	expect_nothing();
	speak(&spoken, "10.0.0.20", 137, 137);
	say_dns(&spoken, 0x2910, 1, 0, 1);
	say_netbios_name(&spoken, "ANNAS-LONG-NOTE", 0);
	say_u16(&spoken, 0x20);
	say_u16(&spoken, 1);
	say_u16(&spoken, 0xc00c);
	say_netbios_entry(&spoken, 0, "10.0.0.20");
	hall_play(&hall, &spoken);
	expect_nothing();
	cr_expect_eq(counted(COUNTER_CLASSIFY_NAMES_DOUBTED), 0);
}

Test(names, that_are_said_do_not_contradict_the_one_that_dhcp_gave)
{
	hall_lease(&hall, 7, "anna-pc", "10.0.0.20");
	expect_told("anna-pc", WIRE_NAME_DHCP, "10.0.0.20");
	hall_announce(&hall, "10.0.0.20", 7, "fileserver.local");
	expect_nothing();
	cr_expect_eq(counted(COUNTER_CLASSIFY_NAMES_DOUBTED), 1);
	wait_s(600);
	hall_announce(&hall, "10.0.0.20", 7, "anna-pc.local");
	expect_told("anna-pc", WIRE_NAME_MDNS, "10.0.0.20");
	hall_announce(&hall, "10.0.0.20", 7, "fileserver.local");
	expect_nothing();
}

Test(names, of_a_host_that_answers_to_any_name_are_taken_back)
{
	char name[32];

	hall_announce(&hall, "10.0.0.66", 7, "wpad.local");
	expect_told("wpad", WIRE_NAME_MDNS, "10.0.0.66");
	hall_announce(&hall, "10.0.0.66", 7, "fileserver.local");
	expect_told("", WIRE_NAME_GIVEN_UP, "10.0.0.66");
	for (uint32_t i = 0; i < 10; i++) {
		(void)snprintf(name, sizeof(name), "server%u.local", i);
		wait_s(600);
		hall_announce(&hall, "10.0.0.66", 7, name);
		hall_announce(&hall, "10.0.0.66", 7, name);
		expect_nothing();
	}
	wait_s(3599);
	hall_announce(&hall, "10.0.0.66", 7, "server9.local");
	expect_nothing();
	wait_s(1);
	hall_announce(&hall, "10.0.0.66", 7, "server9.local");
	expect_told("server9", WIRE_NAME_MDNS, "10.0.0.66");
}

Test(names, of_a_host_behind_another_mac_address_are_told_at_once)
{
	hall_announce(&hall, "10.0.0.20", 7, "anna-pc.local");
	expect_told("anna-pc", WIRE_NAME_MDNS, "10.0.0.20");
	hall_announce(&hall, "10.0.0.20", 8, "bert-pc.local");
	expect_told("bert-pc", WIRE_NAME_MDNS, "10.0.0.20");
	hall_announce(&hall, "10.0.0.20", 8, "carla-pc.local");
	expect_told("", WIRE_NAME_GIVEN_UP, "10.0.0.20");
}

Test(names, may_change_after_a_day_of_silence)
{
	hall_announce(&hall, "10.0.0.20", 0, "anna-pc.local");
	expect_told("anna-pc", WIRE_NAME_MDNS, "10.0.0.20");
	wait_s(86400);
	hall_announce(&hall, "10.0.0.20", 0, "bert-pc.local");
	expect_told("bert-pc", WIRE_NAME_MDNS, "10.0.0.20");
}

Test(names, do_not_change_because_a_packet_comes_late)
{
	hall_announce(&hall, "10.0.0.20", 0, "anna-pc.local");
	expect_told("anna-pc", WIRE_NAME_MDNS, "10.0.0.20");
	hall.now_ns -= 2 * NS_PER_S;
	hall_announce(&hall, "10.0.0.20", 0, "anna-pc.local");
	expect_nothing();
}

Test(names, that_find_no_room_are_counted_and_told_when_next_heard)
{
	char address[32];
	uint32_t told = 0;

	for (uint32_t i = 0; i < NAMES_WAITING + 6; i++) {
		(void)snprintf(address, sizeof(address), "10.0.1.%u", i + 1);
		hall_announce(&hall, address, 7, "printer.local");
	}
	cr_expect_eq(counted(COUNTER_CLASSIFY_NAMES_DROPPED), 6);
	while (hall_told(&hall) != NULL) {
		told++;
	}
	cr_expect_eq(told, NAMES_WAITING);
	hall_announce(&hall, address, 7, "printer.local");
	expect_told("printer", WIRE_NAME_MDNS, address);
}

Test(names, that_are_too_many_a_second_wait_for_the_next)
{
	char address[32];
	uint32_t told = 0;

	for (uint32_t i = 0; i < 2 * NAMES_PER_S; i++) {
		(void)snprintf(address, sizeof(address), "10.0.%u.%u", i / 100,
		    i % 100 + 1);
		hall_announce(&hall, address, 7, "printer.local");
		told += hall_told(&hall) != NULL;
	}
	cr_expect_eq(told, NAMES_PER_S);
	cr_expect_eq(counted(COUNTER_CLASSIFY_NAMES_DROPPED), NAMES_PER_S);
	wait_s(1);
	hall_announce(&hall, address, 7, "printer.local");
	expect_told("printer", WIRE_NAME_MDNS, address);
}

Test(names, of_more_addresses_than_there_is_room_for_are_told_and_forgotten)
{
	char address[32];
	uint32_t count = 2 * CONFIG_CLASSIFY_NAMED_COUNT;

	for (uint32_t i = 0; i < count; i++) {
		(void)snprintf(address, sizeof(address), "10.%u.%u.%u",
		    i >> 16 & 255, i >> 8 & 255, i & 255);
		wait_s(1);
		hall_announce(&hall, address, 7, "printer.local");
		expect_told("printer", WIRE_NAME_MDNS, address);
	}
	cr_expect_geq(counted(COUNTER_CLASSIFY_NAMES_FORGOTTEN),
	    count - CONFIG_CLASSIFY_NAMED_COUNT);
	cr_expect_eq(counted(COUNTER_CLASSIFY_NAMES_HEARD), count);
}

Test(names, of_more_requests_than_there_is_room_for_are_forgotten)
{
	uint32_t count = 2 * CONFIG_CLASSIFY_LEASE_COUNT;

	for (uint32_t i = 0; i < count; i++) {
		speak(&spoken, "0.0.0.0", 68, 67);
		say_dhcp(&spoken, 3, 9, 5000 + i, "0.0.0.0", "0.0.0.0");
		say_option(&spoken, 12, "flood");
		hall_play(&hall, &spoken);
	}
	cr_expect_geq(counted(COUNTER_CLASSIFY_NAMES_FORGOTTEN),
	    count - CONFIG_CLASSIFY_LEASE_COUNT);
	hall_lease(&hall, 7, "anna-pc", "10.0.0.20");
	expect_told("anna-pc", WIRE_NAME_DHCP, "10.0.0.20");
}

Test(names, from_another_process_are_sound_or_refused)
{
	struct wire_name name = { .kind = WIRE_NAME_MDNS, .name = "anna-pc" };
	struct wire_name broken;

	cr_assert(ip_address_parse("10.0.0.20", &name.address));
	cr_expect(wire_name_is_sound(&name));
	broken = name;
	broken.kind = WIRE_NAME_KIND_COUNT;
	cr_expect_not(wire_name_is_sound(&broken));
	broken = name;
	broken.kind = WIRE_NAME_GIVEN_UP;
	cr_expect_not(wire_name_is_sound(&broken));
	broken = name;
	broken.name[0] = '\0';
	cr_expect_not(wire_name_is_sound(&broken));
	broken.kind = WIRE_NAME_GIVEN_UP;
	cr_expect(wire_name_is_sound(&broken));
	broken = name;
	broken.name[2] = '\x1b';
	cr_expect_not(wire_name_is_sound(&broken));
	broken = name;
	broken.unused = 1;
	cr_expect_not(wire_name_is_sound(&broken));
	broken = name;
	memset(broken.name, 'a', sizeof(broken.name));
	cr_expect_not(wire_name_is_sound(&broken));
	broken = name;
	memset(&broken.address, 0, sizeof(broken.address));
	cr_expect_not(wire_name_is_sound(&broken));
}
