#include "base/five_tuple.h"

#include <criterion/criterion.h>
#include <string.h>

#include "base/bytes.h"

struct end {
	const char *address;
	uint16_t port;
};

static const struct end a1 = { "10.0.0.1", 1 };
static const struct end a2 = { "10.0.0.1", 2 };
static const struct end b1 = { "10.0.0.2", 1 };
static const struct end b2 = { "10.0.0.2", 2 };

static struct five_tuple
key_of(const struct end *source, const struct end *target, bool *source_is_low)
{
	struct ip_address from;
	struct ip_address to;
	struct five_tuple key;

	memset(&key, 0xaa, sizeof(key));
	cr_assert(ip_address_parse(source->address, &from));
	cr_assert(ip_address_parse(target->address, &to));
	*source_is_low =
	    five_tuple_make(&key, &from, source->port, &to, target->port, 6);
	return key;
}

static bool
same_flow(const struct end *source, const struct end *target,
    const struct end *other_source, const struct end *other_target)
{
	bool is_low;
	struct five_tuple key = key_of(source, target, &is_low);
	struct five_tuple other = key_of(other_source, other_target, &is_low);

	return memcmp(&key, &other, sizeof(key)) == 0;
}

Test(five_tuple, is_the_same_in_both_directions)
{
	cr_expect(same_flow(&a1, &b2, &b2, &a1));
	cr_expect(same_flow(&a2, &b1, &b1, &a2));
}

Test(five_tuple, tells_apart_conversations_that_swap_ports)
{
	cr_expect_not(same_flow(&a1, &b2, &a2, &b1));
	cr_expect_not(same_flow(&a1, &b2, &b1, &a2));
}

Test(five_tuple, of_one_host_with_itself_is_ordered_by_port)
{
	bool is_low;
	struct five_tuple key = key_of(&a2, &a1, &is_low);

	cr_expect(same_flow(&a1, &a2, &a2, &a1));
	cr_expect_not(is_low);
	cr_expect_eq(load_be16(key.low.port), 1);
	cr_expect_eq(load_be16(key.high.port), 2);
}

Test(five_tuple, says_which_end_the_source_is)
{
	bool is_low;

	(void)key_of(&a1, &b2, &is_low);
	cr_expect(is_low);
	(void)key_of(&b2, &a1, &is_low);
	cr_expect_not(is_low);
	(void)key_of(&a1, &a1, &is_low);
	cr_expect(is_low, "both ends alike: the source counts as the low one");
}

Test(five_tuple, keeps_protocols_apart)
{
	struct five_tuple tcp;
	struct five_tuple udp;
	struct ip_address a;
	struct ip_address b;

	cr_assert(ip_address_parse(a1.address, &a));
	cr_assert(ip_address_parse(b1.address, &b));
	five_tuple_make(&tcp, &a, 53, &b, 53, 6);
	five_tuple_make(&udp, &a, 53, &b, 53, 17);
	cr_expect_neq(memcmp(&tcp, &udp, sizeof(tcp)), 0);
}

Test(five_tuple, orders_ports_as_numbers_though_they_are_bytes)
{
	static const struct end low = { "10.0.0.1", 0x00ff };
	static const struct end high = { "10.0.0.1", 0x0100 };
	bool is_low;
	struct five_tuple key = key_of(&low, &high, &is_low);

	cr_expect(is_low);
	cr_expect_eq(load_be16(key.low.port), 0x00ff);
}
