#include <criterion/criterion.h>

#include <string.h>

#include "classify/names_read.h"
#include "spoken.h"

static struct spoken spoken;
static char name[WIRE_NAME_SIZE];
static bool is_registration;

static enum names_reading
read_mdns(void)
{
	return names_read_mdns(spoken_packet(&spoken), name);
}

static enum names_reading
read_netbios(void)
{
	return names_read_netbios(
	    spoken_packet(&spoken), name, &is_registration);
}

static enum names_reading
read_kerberos(void)
{
	return names_read_kerberos(spoken_packet(&spoken), name);
}

/* The wire's text becomes 'expected'; null: it is no name. */
static void
expect_name(const char *text, const char *expected)
{
	bool is_name =
	    wire_name_take(name, (const uint8_t *)text, (uint32_t)strlen(text));

	cr_expect_eq(is_name, expected != NULL, "%s", text);
	cr_expect_str_eq(name, expected == NULL ? "" : expected);
}

Test(names_read, keeps_to_names_that_can_be_shown)
{
	expect_name("anna-pc", "anna-pc");
	expect_name("ANNA_PC.lab.example.", "ANNA_PC.lab.example");
	expect_name("ANNA-PC       ", "ANNA-PC");
	expect_name("", NULL);
	expect_name(".", NULL);
	expect_name(".lab", NULL);
	expect_name("10.0.0.1", NULL);
	expect_name("anna pc", NULL);
	expect_name("anna\x1b[2J", NULL);
	expect_name("m\xc3\xbcller", NULL);
	expect_name("localhost", NULL);
	expect_name("LocalHost.localdomain", NULL);
	expect_name("localhost2", "localhost2");
	expect_name("a-label-and-its-domain-of-more-than-sixty-three-characters"
	            ".example",
	    "a-label-and-its-domain-of-more-than-sixty-three-characters");
	expect_name("sixty-four-characters-in-one-label-are-one-more-than-may-"
	            "be-there",
	    NULL);
}

Test(names_read, mdns_of_the_sender_itself_in_either_family)
{
	speak(&spoken, "10.0.0.20", 5353, 5353);
	say_dns(&spoken, 0x8400, 0, 1, 1);
	say_labels(&spoken, "proxied.local");
	say_a(&spoken, "10.0.0.99");
	say_labels(&spoken, "Anna-PC.local");
	say_a(&spoken, "10.0.0.20");
	cr_expect_eq(read_mdns(), NAMES_NAME);
	cr_expect_str_eq(name, "Anna-PC");

	speak(&spoken, "fe80::20", 5353, 5353);
	say_dns(&spoken, 0x8400, 0, 1, 0);
	say_labels(&spoken, "anna-pc.local");
	say_a(&spoken, "fe80::20");
	cr_expect_eq(read_mdns(), NAMES_NAME);
	cr_expect_str_eq(name, "anna-pc");
}

Test(names_read, mdns_with_compressed_names_behind_other_records)
{
	speak(&spoken, "10.0.0.20", 5353, 5353);
	say_dns(&spoken, 0x8400, 1, 1, 1);
	say_labels(&spoken, "_ipp._tcp.local"); /* "local" at 22. */
	say_u32(&spoken, 0x000c0001);
	say_u16(&spoken, 0xc00c);
	say_u16(&spoken, 16);
	say_u16(&spoken, 1);
	say_u32(&spoken, 120);
	say_u16(&spoken, 3);
	say_text(&spoken, "\2a=");
	say_u8(&spoken, 7);
	say_text(&spoken, "printer");
	say_u16(&spoken, 0xc016);
	say_a(&spoken, "10.0.0.20");
	cr_expect_eq(read_mdns(), NAMES_NAME);
	cr_expect_str_eq(name, "printer");
}

Test(names_read, no_mdns_that_asks_says_goodbye_or_is_of_an_alias)
{
	speak(&spoken, "10.0.0.20", 5353, 5353);
	say_dns(&spoken, 0, 0, 1, 0);
	say_labels(&spoken, "anna-pc.local");
	say_a(&spoken, "10.0.0.20");
	cr_expect_eq(read_mdns(), NAMES_NOTHING);
	spoken.bytes[2] = 0x84;
	cr_expect_eq(read_mdns(), NAMES_NAME);
	spoken.bytes[spoken.size - 7] = 0; /* Its life: 120 s. */
	cr_expect_eq(read_mdns(), NAMES_NOTHING);

	speak(&spoken, "10.0.0.20", 5353, 5353);
	say_dns(&spoken, 0x8400, 0, 1, 0);
	say_labels(&spoken, "www.anna-pc.local");
	say_a(&spoken, "10.0.0.20");
	cr_expect_eq(read_mdns(), NAMES_NOTHING);
	speak(&spoken, "10.0.0.20", 5353, 5353);
	say_dns(&spoken, 0x8400, 0, 1, 0);
	say_labels(&spoken, "anna-pc.example");
	say_a(&spoken, "10.0.0.20");
	cr_expect_eq(read_mdns(), NAMES_NOTHING);
}

/* A record whose name is 'bytes'. */
static enum names_reading
read_compressed(const char *bytes, uint32_t size)
{
	speak(&spoken, "10.0.0.20", 5353, 5353);
	say_dns(&spoken, 0x8400, 0, 1, 0);
	say_bytes(&spoken, bytes, size);
	say_a(&spoken, "10.0.0.20");
	return read_mdns();
}

Test(names_read, pointers_that_lead_nowhere_end_the_reading)
{
	cr_expect_eq(read_compressed("\xc0\x0c", 2), NAMES_MALFORMED);
	cr_expect_eq(read_compressed("\1a\xc0\x0c", 4), NAMES_MALFORMED);
	cr_expect_eq(read_compressed("\xc0\xff", 2), NAMES_MALFORMED);
	cr_expect_eq(read_compressed("\xff\xff", 2), NAMES_MALFORMED);
	cr_expect_eq(read_compressed("\x40"
	                             "a",
	                 2),
	    NAMES_MALFORMED);
	cr_expect_eq(read_compressed("\x80"
	                             "a",
	                 2),
	    NAMES_MALFORMED);
	cr_expect_eq(read_compressed("\0", 1), NAMES_MALFORMED);
}

Test(names_read, a_long_chain_of_pointers_is_not_followed_to_its_end)
{
	speak(&spoken, "10.0.0.20", 5353, 5353);
	say_dns(&spoken, 0x8400, 0, 2, 0);
	say_u8(&spoken, 0);
	say_u16(&spoken, 16);
	say_u16(&spoken, 1);
	say_u32(&spoken, 1);
	say_u16(&spoken, 7 + 2 * 20);
	say_labels(&spoken, "local"); /* At 23; each points to the last. */
	for (uint32_t i = 0; i < 20; i++) {
		say_u16(&spoken, 0xc000 + (i == 0 ? 23 : 28 + 2 * i));
	}
	say_u8(&spoken, 1);
	say_u8(&spoken, 'a');
	say_u16(&spoken, 0xc000 + 30 + 2 * 18);
	say_a(&spoken, "10.0.0.20");
	cr_expect_eq(read_mdns(), NAMES_MALFORMED);
	spoken.bytes[30 + 2 * 20 + 3] = 30 + 2 * 10;
	cr_expect_eq(read_mdns(), NAMES_NAME);
	cr_expect_str_eq(name, "a");
}

Test(names_read, nothing_of_a_message_cut_anywhere_before_the_name)
{
	uint32_t size;

	speak(&spoken, "10.0.0.20", 5353, 5353);
	say_dns(&spoken, 0x8400, 1, 1, 0);
	say_labels(&spoken, "anna-pc.local");
	say_u32(&spoken, 0x00ff0001);
	say_u16(&spoken, 0xc00c);
	say_a(&spoken, "10.0.0.20");
	size = spoken.size;
	for (spoken.size = 0; spoken.size < size; spoken.size++) {
		cr_expect_eq(read_mdns(), NAMES_MALFORMED, "%u", spoken.size);
	}
	cr_expect_eq(read_mdns(), NAMES_NAME);
}

Test(names_read, llmnr_as_it_was_asked_for)
{
	speak(&spoken, "10.0.0.20", 5355, 50000);
	say_dns(&spoken, 0x8000, 1, 1, 0);
	say_labels(&spoken, "anna-pc");
	say_u32(&spoken, 0x00010001);
	say_u16(&spoken, 0xc00c);
	say_a(&spoken, "10.0.0.20");
	cr_expect_eq(
	    names_read_llmnr(spoken_packet(&spoken), name), NAMES_NAME);
	cr_expect_str_eq(name, "anna-pc");
	cr_assert(ip_address_parse("10.0.0.21", &spoken.packet.source));
	cr_expect_eq(
	    names_read_llmnr(spoken_packet(&spoken), name), NAMES_NOTHING);
}

static void
register_netbios(
    uint16_t flags, uint8_t suffix, uint16_t of_name, const char *address)
{
	speak(&spoken, "10.0.0.20", 137, 137);
	say_dns(&spoken, flags, 1, 0, 1);
	say_netbios_name(&spoken, "ANNA-PC", suffix);
	say_u16(&spoken, 0x20);
	say_u16(&spoken, 1);
	say_u16(&spoken, 0xc00c);
	say_netbios_entry(&spoken, of_name, address);
}

Test(names_read, netbios_registrations_and_refreshes)
{
	static const uint16_t flags[] = { 0x2910, 0x4010, 0x4810, 0x7910 };

	for (size_t i = 0; i < ARRAY_SIZE(flags); i++) {
		register_netbios(flags[i], 0x00, 0, "10.0.0.20");
		cr_expect_eq(read_netbios(), NAMES_NAME);
		cr_expect_str_eq(name, "ANNA-PC");
		cr_expect(is_registration);
	}
	register_netbios(0x2910, 0x20, 0, "10.0.0.20");
	cr_expect_eq(read_netbios(), NAMES_NAME);
}

Test(names_read, no_netbios_of_groups_users_others_or_a_release)
{
	register_netbios(0x2910, 0x00, 0x8000, "10.0.0.20");
	cr_expect_eq(read_netbios(), NAMES_NOTHING);
	register_netbios(0x2910, 0x03, 0, "10.0.0.20");
	cr_expect_eq(read_netbios(), NAMES_NOTHING);
	register_netbios(0x2910, 0x00, 0, "10.0.0.21");
	cr_expect_eq(read_netbios(), NAMES_NOTHING);
	register_netbios(0x3010, 0x00, 0, "10.0.0.20");
	cr_expect_eq(read_netbios(), NAMES_NOTHING);
	register_netbios(0x2910, 0x00, 0, "10.0.0.20");
	spoken.bytes[14] = 'Q'; /* No letter of the code. */
	cr_expect_eq(read_netbios(), NAMES_NOTHING);
}

Test(names_read, netbios_answers_of_the_sender_itself)
{
	speak(&spoken, "10.0.0.20", 137, 137);
	say_dns(&spoken, 0x8500, 0, 1, 0);
	say_netbios_name(&spoken, "ANNA-PC", 0x20);
	say_netbios_entry(&spoken, 0, "10.0.0.20");
	cr_expect_eq(read_netbios(), NAMES_NAME);
	cr_expect_not(is_registration);
	spoken.bytes[3] = 3; /* There is no such name. */
	cr_expect_eq(read_netbios(), NAMES_NOTHING);
}

Test(names_read, netbios_statuses)
{
	speak(&spoken, "10.0.0.20", 137, 40000);
	say_dns(&spoken, 0x8400, 0, 1, 0);
	say_netbios_name(&spoken, "*", 0);
	say_u16(&spoken, 0x21);
	say_u16(&spoken, 1);
	say_u32(&spoken, 0);
	say_u16(&spoken, 1 + 2 * 18);
	say_u8(&spoken, 2);
	say_text(&spoken, "WORKGROUP      ");
	say_u8(&spoken, 0);
	say_u16(&spoken, 0x8400);
	say_text(&spoken, "ANNA-PC        ");
	say_u8(&spoken, 0);
	say_u16(&spoken, 0x0400);
	cr_expect_eq(read_netbios(), NAMES_NAME);
	cr_expect_str_eq(name, "ANNA-PC");
	spoken.bytes[spoken.size - 2] = 0x84;
	spoken.bytes[spoken.size - 2 * 18 - 1] = 255; /* More than there are. */
	cr_expect_eq(read_netbios(), NAMES_NOTHING);
}

Test(names_read, dhcp_in_both_forms_of_a_full_name)
{
	struct dhcp_message message;

	speak(&spoken, "0.0.0.0", 68, 67);
	say_dhcp(&spoken, 3, 7, 1, "0.0.0.0", "0.0.0.0");
	say_option(&spoken, 12, "short");
	say_u16(&spoken, 81 << 8 | (3 + 11));
	say_u8(&spoken, 0x00);
	say_u16(&spoken, 0);
	say_text(&spoken, "anna-pc.lab");
	cr_expect(names_read_dhcp(spoken_packet(&spoken), &message));
	cr_expect_str_eq(message.name, "anna-pc.lab");
	cr_expect_eq(message.type, DHCP_REQUEST);

	speak(&spoken, "0.0.0.0", 68, 67);
	say_dhcp(&spoken, 3, 7, 1, "0.0.0.0", "0.0.0.0");
	say_u16(&spoken, 81 << 8 | (3 + 13));
	say_u8(&spoken, 0x05);
	say_u16(&spoken, 0);
	say_labels(&spoken, "anna-pc.lab");
	cr_expect(names_read_dhcp(spoken_packet(&spoken), &message));
	cr_expect_str_eq(message.name, "anna-pc.lab");
	spoken.bytes[spoken.size - 13] = 60; /* A label beyond the option. */
	say_option(&spoken, 12, "short");
	cr_expect(names_read_dhcp(spoken_packet(&spoken), &message));
	cr_expect_str_eq(message.name, "short");
}

Test(names_read, no_dhcp_that_is_cut_or_of_other_hardware)
{
	struct dhcp_message message;
	uint32_t size;

	speak(&spoken, "0.0.0.0", 68, 67);
	say_dhcp(&spoken, 3, 7, 1, "0.0.0.0", "0.0.0.0");
	say_option(&spoken, 12, "short");
	size = spoken.size;
	spoken.size = size - 1;
	cr_expect_not(names_read_dhcp(spoken_packet(&spoken), &message));
	spoken.size = 239;
	cr_expect_not(names_read_dhcp(spoken_packet(&spoken), &message));
	spoken.size = size;
	cr_expect(names_read_dhcp(spoken_packet(&spoken), &message));
	spoken.bytes[2] = 16;
	cr_expect_not(names_read_dhcp(spoken_packet(&spoken), &message));
}

Test(names_read, no_dhcp_type_that_does_not_go_with_its_direction)
{
	struct dhcp_message message;

	speak(&spoken, "10.0.0.1", 67, 68);
	say_dhcp(&spoken, 5, 7, 1, "0.0.0.0", "10.0.0.20");
	cr_expect(names_read_dhcp(spoken_packet(&spoken), &message));
	cr_expect_eq(message.type, DHCP_ACK);
	spoken.bytes[0] = 1;
	cr_expect(names_read_dhcp(spoken_packet(&spoken), &message));
	cr_expect_neq(message.type, DHCP_ACK);
}

/* An AS-REQ of 'account' with an address of NetBIOS. */
static void
ask_ticket(const char *account)
{
	static const uint8_t tags[] = { 0x6a, 0x30, 0xa4, 0x30 };
	static const uint8_t account_tags[] = { 0xa1, 0x30, 0xa1, 0x30, 0x1b };
	static const uint8_t address_tags[] = { 0xa9, 0x30, 0x30 };
	uint32_t begun[ARRAY_SIZE(tags)];
	uint32_t inner[ARRAY_SIZE(account_tags)];

	speak(&spoken, "10.0.0.20", 50000, 88);
	for (uint32_t i = 0; i < ARRAY_SIZE(tags); i++) {
		begun[i] = say_begin(&spoken, tags[i]);
		if (i == 1) {
			say_element(&spoken, 0xa1, "\2\1\5", 3);
			say_element(&spoken, 0xa2, "\2\1\12", 3);
		}
	}
	say_element(&spoken, 0xa0, "\3\5\0\0\0\0\0", 7);
	for (uint32_t i = 0; i < ARRAY_SIZE(account_tags); i++) {
		inner[i] = say_begin(&spoken, account_tags[i]);
		if (i == 1) {
			say_element(&spoken, 0xa0, "\2\1\1", 3);
		}
	}
	say_text(&spoken, account);
	for (uint32_t i = ARRAY_SIZE(account_tags); i > 0; i--) {
		say_end(&spoken, inner[i - 1]);
	}
	for (uint32_t i = 0; i < ARRAY_SIZE(address_tags); i++) {
		inner[i] = say_begin(&spoken, address_tags[i]);
	}
	say_element(&spoken, 0xa0, "\2\1\24", 3);
	say_element(&spoken, 0xa1, "\4\20BERT-PC         ", 18);
	for (uint32_t i = ARRAY_SIZE(address_tags); i > 0; i--) {
		say_end(&spoken, inner[i - 1]);
	}
	for (uint32_t i = ARRAY_SIZE(tags); i > 0; i--) {
		say_end(&spoken, begun[i - 1]);
	}
}

Test(names_read, kerberos_of_a_machines_account_or_of_a_users_machine)
{
	ask_ticket("ANNA-PC$");
	cr_expect_eq(read_kerberos(), NAMES_NAME);
	cr_expect_str_eq(name, "ANNA-PC");
	ask_ticket("bert");
	cr_expect_eq(read_kerberos(), NAMES_NAME);
	cr_expect_str_eq(name, "BERT-PC");
	spoken.bytes[spoken.size - 21] = 2; /* An address of IPv4. */
	cr_expect_eq(read_kerberos(), NAMES_NOTHING);
	spoken.bytes[0] = 0x6c; /* For a further ticket. */
	cr_expect_eq(read_kerberos(), NAMES_NOTHING);
}

Test(names_read, kerberos_over_tcp_behind_its_length)
{
	ask_ticket("ANNA-PC$");
	memmove(spoken.bytes + 4, spoken.bytes, spoken.size);
	memset(spoken.bytes, 0, 4);
	spoken.size += 4;
	spoken.packet.kind = PACKET_TCP;
	cr_expect_eq(read_kerberos(), NAMES_NAME);
	cr_expect_str_eq(name, "ANNA-PC");
}

Test(names_read, no_kerberos_of_a_cut_account_or_with_lengths_without_end)
{
	uint32_t size;

	ask_ticket("ANNA-PC$");
	size = spoken.size;
	for (spoken.size = 0; spoken.size < size - 33; spoken.size++) {
		cr_expect_neq(read_kerberos(), NAMES_NAME, "%u", spoken.size);
	}
	spoken.size = size - 31; /* Of the addresses nothing is there. */
	cr_expect_eq(read_kerberos(), NAMES_NAME);
	spoken.size = size;
	spoken.bytes[3] = 0x80; /* Indefinite, which is not DER. */
	cr_expect_eq(read_kerberos(), NAMES_MALFORMED);
	spoken.bytes[3] = 0x85;
	cr_expect_eq(read_kerberos(), NAMES_MALFORMED);
}
