#include "unit/detect/watch.h"

#include <criterion/criterion.h>
#include <string.h>
#include <sys/mman.h>

#include "support/finding_builder.h"

/* 2026-11-24T06:51:00Z. */
const uint64_t watch_start_ns = 1795503060 * NS_PER_S;

#ifdef __SANITIZE_ADDRESS__
/* Room detect allocates nothing (lint-symbols sees to that), and to look for
 * leaks takes a third of the time: each test is a process of its own. */
__attribute__((visibility("default"))) const char *__asan_default_options(void);
const char *
__asan_default_options(void)
{
	return "detect_leaks=0";
}
#endif

static const struct hash_key hash_key = { { 0x0706050403020100,
    0x0f0e0d0c0b0a0908 } };

static void
make_policy(struct policy *policy)
{
	struct policy_segment *wide;

	policy_for_tests(policy);
	wide = &policy->segments[policy->segment_count++];
	memcpy(wide->name, "wide", sizeof("wide"));
	cr_assert(ip_prefix_parse("fd20::/16", &wide->prefixes[0]));
	wide->prefix_count = 1;
	policy_prepare(policy);
}

/* Memory of which only those pages are made that a test touches: it has few
 * sources, is told little, and there are many tests. */
static void *
map_bytes(size_t size)
{
	void *bytes = mmap(NULL, size, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	cr_assert_neq(bytes, MAP_FAILED);
	return bytes;
}

void
watch_open(struct watch *watch)
{
	memset(watch, 0, sizeof(*watch));
	make_policy(&watch->policy);
	watch->told = map_bytes(WATCH_TOLD_MAX * sizeof(*watch->told));
	watch->region.bytes = map_bytes(detect_bytes());
	watch->region.size = detect_bytes();
	watch->detect = detect_init(
	    &watch->region, &hash_key, &watch->counters, &watch->policy);
	region_seal(&watch->region);
	watch->now_ns = watch_start_ns;
	watch->gap_ns = NS_PER_S;
}

void
watch_close(struct watch *watch)
{
	script_finish(&watch->script);
	region_finish(&watch->region);
	(void)munmap(watch->told, WATCH_TOLD_MAX * sizeof(*watch->told));
}

struct probe
like(enum probe_technique technique, const char *source, const char *target,
    uint16_t port)
{
	struct ip_address from = address_of(source);
	struct ip_address to = address_of(target);

	return probe_of(technique, &from, &to, port, 0);
}

void
watch_put(struct watch *watch, const struct probe *attempt, enum fate fate)
{
	script_add(&watch->script, attempt, fate);
}

static void
put_next(struct watch *watch, const struct probe *model,
    const struct ip_address *target, uint16_t port, enum fate fate)
{
	struct probe attempt = probe_of((enum probe_technique)model->technique,
	    &model->source, target, port, watch->now_ns);

	attempt.traits |= watch->traits;
	script_add(&watch->script, &attempt, fate);
	watch->now_ns += watch->gap_ns;
}

void
watch_try(struct watch *watch, enum probe_technique technique,
    const char *source, const char *target, uint16_t port, enum fate fate)
{
	struct probe model = like(technique, source, target, port);

	put_next(watch, &model, &model.target, port, fate);
}

void
watch_sweep(struct watch *watch, const struct probe *model, int count, int step,
    enum fate fate)
{
	for (int i = 0; i < count; i++) {
		struct ip_address target =
		    ip_address_add(&model->target, (int64_t)i * step);

		put_next(watch, model, &target, model->target_port, fate);
	}
}

void
watch_ports(struct watch *watch, const struct probe *model, int count, int step,
    enum fate fate)
{
	for (int i = 0; i < count; i++) {
		put_next(watch, model, &model->target,
		    (uint16_t)(model->target_port + i * step), fate);
	}
}

static void
collect(struct watch *watch, uint64_t now_ns)
{
	struct finding *next = &watch->told[watch->told_count];

	while (detect_next_finding(watch->detect, now_ns, next)) {
		cr_assert(finding_is_sound(next));
		watch->told_count++;
		cr_assert_lt(watch->told_count, WATCH_TOLD_MAX);
		next++;
	}
}

void
watch_play(struct watch *watch)
{
	script_sort(&watch->script);
	for (size_t i = 0; i < watch->script.count; i++) {
		const struct probe *event = watch->script.order[i];

		detect_probe(watch->detect, event);
		collect(watch, event->time_ns);
		watch->clear_ns = event->time_ns;
	}
	script_clear(&watch->script);
	if (watch->now_ns < watch->clear_ns) {
		watch->now_ns = watch->clear_ns;
	}
}

void
watch_wait(struct watch *watch, uint64_t duration_ns)
{
	const uint64_t end_ns = watch->now_ns + duration_ns;

	while (watch->now_ns + NS_PER_S < end_ns) {
		watch->now_ns += NS_PER_S;
		collect(watch, watch->now_ns);
	}
	watch->now_ns = end_ns;
	collect(watch, watch->now_ns);
}

const struct finding *
watch_finding(const struct watch *watch, const char *source)
{
	struct ip_address address = address_of(source);

	for (uint32_t i = watch->told_count; i-- > 0;) {
		if (ip_address_equal(&watch->told[i].source, &address)) {
			return &watch->told[i];
		}
	}
	return NULL;
}

uint32_t
watch_findings(const struct watch *watch, const char *source)
{
	struct ip_address address = address_of(source);
	uint32_t count = 0;

	for (uint32_t i = 0; i < watch->told_count; i++) {
		count += ip_address_equal(&watch->told[i].source, &address);
	}
	return count;
}

void
expect_address(const struct ip_address *address, const char *text)
{
	char is[IP_ADDRESS_TEXT_SIZE];

	cr_expect_str_eq(ip_address_format(address, is), text);
}

bool
finding_has_kind(const struct finding *finding, enum finding_kind kind)
{
	for (uint32_t i = 0; i < finding->kind_count; i++) {
		if (finding->kinds[i] == kind) {
			return true;
		}
	}
	return false;
}

bool
finding_has_technique(
    const struct finding *finding, enum probe_technique technique)
{
	return (finding->techniques >> technique & 1) != 0;
}
