/*
 * Against librdkafka's mock cluster: brokers that speak Kafka's protocol, at
 * ports of this host.
 */
#include <criterion/criterion.h>
#include <errno.h>

#ifdef CONFIG_FORWARD_KAFKA

#	include <stdio.h>
#	include <string.h>
#	include <time.h>
#	include <unistd.h>

#	include "forward/kafka.h"

/* After librdkafka itself. */
#	include <librdkafka/rdkafka_mock.h>

enum {
	BROKERS = 3,
	PARTITIONS = 4,
	PRODUCE = 0, /* Of the protocol: Produce. */
	READ_MOST = 4000,
};

/* What was read back. */
struct got {
	char key[KAFKA_KEY_SIZE];
	unsigned number;
	int64_t time_ms;
};

static struct kafka kafka;
static struct region region;
static struct counters counters;
static struct loop loop;
static struct config_soc soc;
static rd_kafka_t *host; /* Of the cluster. */
static rd_kafka_mock_cluster_t *cluster;
static char last_line[LOG_LINE_SIZE];
static uint64_t given;
static struct got got[READ_MOST];

static void
keep_line(void *context, enum log_level level, const char *line)
{
	(void)context;
	(void)level;
	snprintf(last_line, sizeof(last_line), "%s", line);
}

static struct log quiet = { .level = LOG_LEVEL_DEBUG, .sink = keep_line };

static uint64_t
clock_ns(clockid_t which)
{
	struct timespec time;

	clock_gettime(which, &time);
	return (uint64_t)time.tv_sec * NS_PER_S + (uint64_t)time.tv_nsec;
}

static void
drop_line(
    const rd_kafka_t *client, int level, const char *facility, const char *text)
{
	(void)client, (void)level, (void)facility, (void)text;
}

static void
open_cluster(void)
{
	rd_kafka_conf_t *conf = rd_kafka_conf_new();

	rd_kafka_conf_set_log_cb(conf, drop_line);
	host = rd_kafka_new(RD_KAFKA_PRODUCER, conf, NULL, 0);
	cr_assert_not_null(host);
	cluster = rd_kafka_mock_cluster_new(host, BROKERS);
	cr_assert_not_null(cluster);
	for (uint8_t kind = 0; kind < FORWARD_KIND_COUNT; kind++) {
		char topic[KAFKA_TOPIC_SIZE];

		kafka_topic("spanwatch", kind, topic);
		(void)rd_kafka_mock_topic_create(
		    cluster, topic, PARTITIONS, BROKERS);
	}
}

static void
set_soc(void)
{
	memset(&soc, 0, sizeof(soc));
	strcpy(soc.name, "lake");
	strcpy(soc.kafka.topic, "spanwatch");
	soc.transport = CONFIG_TRANSPORT_KAFKA;
	soc.rate = 100000;
	soc.size_limit = 2048;
}

static void
begin_client(void)
{
	const struct kafka_terms terms = { &counters, &quiet, &loop, NULL,
		NULL };
	char why[FORWARD_WHY_SIZE];

	given = 0;
	cr_assert_eq(region_init(&region, kafka_bytes(1)), 0);
	kafka_init(&kafka, &region, 1, &terms);
	cr_assert_eq(kafka_add(&kafka, &soc, why), 0, "%s", why);
	cr_assert_eq(kafka_start(&kafka), 0);
}

static void
begin(void)
{
	cr_assert_eq(loop_init(&loop), 0);
	open_cluster();
	set_soc();
	snprintf(soc.kafka.brokers, sizeof(soc.kafka.brokers), "%s",
	    rd_kafka_mock_cluster_bootstraps(cluster));
	begin_client();
}

static void
end_client(void)
{
	kafka_finish(&kafka);
	region_finish(&region);
}

static void
end(void)
{
	end_client();
	rd_kafka_mock_cluster_destroy(cluster);
	rd_kafka_destroy(host);
	loop_finish(&loop);
}

static struct kafka_destination *
to(void)
{
	return &kafka.destinations[0];
}

static void
turn(int wait_ms)
{
	const struct forward_now now = { clock_ns(CLOCK_MONOTONIC),
		clock_ns(CLOCK_REALTIME) };

	cr_assert_geq(loop_wait(&loop, wait_ms), 0);
	kafka_turn(&kafka, &now);
}

/* Gives the next record, numbered from 1, if there is credit. */
static bool
give(uint8_t kind)
{
	const struct forward_record record = { .seq = given + 1,
		.time_ns = (given + 1) * NS_PER_S,
		.kind = kind };
	char *text;
	char key[KAFKA_KEY_SIZE];
	int size;

	if (to()->given >= to()->credit) {
		return false;
	}
	given++;
	text = kafka_room(&kafka, 0);
	cr_assert_not_null(text, "credit without room");
	size =
	    snprintf(text, soc.size_limit, "{\"number\": %u}", (unsigned)given);
	snprintf(key, sizeof(key), "span/10.0.0.%u", (unsigned)given % 7);
	kafka_give(&kafka, 0, (size_t)size, &record, key);
	return true;
}

/* Until all of 'count' are acknowledged; whether they were, in 'seconds'. */
static bool
send_all(uint64_t count, uint64_t seconds)
{
	uint64_t end_ns = clock_ns(CLOCK_MONOTONIC) + seconds * NS_PER_S;

	while (to()->seq < count && clock_ns(CLOCK_MONOTONIC) < end_ns) {
		while (given < count && give(FORWARD_ALERT)) {
		}
		turn(10);
	}
	return to()->seq == count;
}

static void
run_for(uint64_t ms)
{
	uint64_t end_ns = clock_ns(CLOCK_MONOTONIC) + ms * NS_PER_MS;

	while (clock_ns(CLOCK_MONOTONIC) < end_ns) {
		turn(10);
	}
}

static bool
has_given_up(void)
{
	return to()->seq > 0;
}

static bool
has_complained(void)
{
	return to()->error[0] != '\0';
}

static void
run_until(bool (*is_met)(void))
{
	uint64_t end_ns = clock_ns(CLOCK_MONOTONIC) + 20 * NS_PER_S;

	while (!is_met() && clock_ns(CLOCK_MONOTONIC) < end_ns) {
		turn(10);
	}
}

static void
set_all_down(bool is_down)
{
	for (int i = 1; i <= BROKERS; i++) {
		if (is_down) {
			rd_kafka_mock_broker_set_down(cluster, i);
		} else {
			rd_kafka_mock_broker_set_up(cluster, i);
		}
	}
}

/* Reads all of a topic into 'got', and returns how many there are. */
static uint32_t
read_back(const char *topic)
{
	rd_kafka_conf_t *conf = rd_kafka_conf_new();
	rd_kafka_topic_partition_list_t *all =
	    rd_kafka_topic_partition_list_new(PARTITIONS);
	uint32_t count = 0;
	int ends = 0;
	rd_kafka_t *reader;

	rd_kafka_conf_set(conf, "bootstrap.servers",
	    rd_kafka_mock_cluster_bootstraps(cluster), NULL, 0);
	rd_kafka_conf_set(conf, "group.id", "test", NULL, 0);
	rd_kafka_conf_set(conf, "enable.partition.eof", "true", NULL, 0);
	rd_kafka_conf_set_log_cb(conf, drop_line);
	reader = rd_kafka_new(RD_KAFKA_CONSUMER, conf, NULL, 0);
	cr_assert_not_null(reader);
	for (int i = 0; i < PARTITIONS; i++) {
		rd_kafka_topic_partition_list_add(all, topic, i)->offset =
		    RD_KAFKA_OFFSET_BEGINNING;
	}
	rd_kafka_assign(reader, all);
	while (ends < PARTITIONS) {
		rd_kafka_message_t *message =
		    rd_kafka_consumer_poll(reader, 10000);
		unsigned number = 0;

		cr_assert_not_null(message, "no end is seen");
		if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
			ends++;
		} else if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
			char text[64];

			snprintf(text, sizeof(text), "%.*s", (int)message->len,
			    (const char *)message->payload);
			cr_assert_eq(
			    sscanf(text, "{\"number\": %u}", &number), 1);
			cr_assert_lt(count, READ_MOST);
			snprintf(got[count].key, sizeof(got[count].key), "%.*s",
			    (int)message->key_len, (const char *)message->key);
			got[count].time_ms =
			    rd_kafka_message_timestamp(message, NULL);
			got[count++].number = number;
		}
		rd_kafka_message_destroy(message);
	}
	rd_kafka_topic_partition_list_destroy(all);
	rd_kafka_consumer_close(reader);
	rd_kafka_destroy(reader);
	return count;
}

/* All of 1 to 'count' are among what was read. */
static void
expect_all(uint32_t read, uint32_t count)
{
	for (uint32_t number = 1; number <= count; number++) {
		bool is_there = false;

		for (uint32_t i = 0; i < read; i++) {
			is_there |= got[i].number == number;
		}
		cr_expect(is_there, "record %u is lost", number);
	}
}

/* Each once, and those of one key in the order in which they were given. */
static void
expect_once_in_order(uint32_t read, uint32_t count)
{
	cr_expect_eq(read, count);
	expect_all(read, count);
	for (uint32_t i = 0; i < read; i++) {
		for (uint32_t j = i + 1; j < read; j++) {
			cr_expect(strcmp(got[i].key, got[j].key) != 0 ||
			        got[i].number < got[j].number,
			    "%u comes after %u", got[j].number, got[i].number);
		}
	}
}

TestSuite(kafka, .init = begin, .fini = end, .timeout = 90);
TestSuite(kafka_alone, .timeout = 30);

Test(kafka, brings_each_record_once_and_those_of_a_source_in_order)
{
	cr_assert(send_all(2000, 30));
	cr_expect_eq(to()->acknowledged, 2000);
	cr_expect_eq(to()->resent, 0);
	expect_once_in_order(read_back("spanwatch.alert.v1"), 2000);
	cr_expect_eq(got[0].time_ms, got[0].number * 1000);
}

Test(kafka, sorts_records_into_topics_by_kind)
{
	for (uint8_t kind = 0; kind < FORWARD_KIND_COUNT; kind++) {
		while (!kafka_is_open(&kafka, 0)) {
			turn(10);
		}
		cr_assert(give(kind));
	}
	run_for(500);
	cr_expect_eq(read_back("spanwatch.alert.v1"), 1);
	cr_expect_eq(read_back("spanwatch.summary.v1"), 1);
	cr_expect_eq(read_back("spanwatch.audit.v1"), 1);
	cr_expect_eq(read_back("spanwatch.health.v1"), 3);
}

Test(kafka, says_that_it_is_connected_with_nothing_to_be_sent)
{
	run_for(3000);
	cr_expect(kafka_is_open(&kafka, 0));
	cr_expect_neq(to()->connected_ns, 0);
	cr_expect_str_empty(to()->error);
}

Test(kafka, loses_nothing_while_all_brokers_are_down)
{
	cr_assert(send_all(300, 20));
	set_all_down(true);
	while (given < 700 && give(FORWARD_ALERT)) {
	}
	run_for(3000);
	cr_expect_lt(to()->seq, 700);
	cr_expect_not(kafka_is_open(&kafka, 0));
	cr_expect_str_not_empty(to()->error);
	set_all_down(false);
	cr_assert(send_all(1000, 60), "has %u", (unsigned)to()->seq);
	cr_expect(kafka_is_open(&kafka, 0));
	expect_once_in_order(read_back("spanwatch.alert.v1"), 1000);
}

Test(kafka, loses_nothing_when_each_broker_goes_in_turn)
{
	for (int i = 1; i <= BROKERS; i++) {
		while (given < (uint64_t)i * 400 && give(FORWARD_ALERT)) {
		}
		turn(1);
		rd_kafka_mock_broker_set_down(cluster, i);
		run_for(500);
		rd_kafka_mock_broker_set_up(cluster, i);
		cr_assert(send_all((uint64_t)i * 400, 60));
	}
	expect_once_in_order(read_back("spanwatch.alert.v1"), 1200);
}

Test(kafka, hears_nothing_of_errors_that_pass)
{
	rd_kafka_mock_push_request_errors(cluster, PRODUCE, 6,
	    RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION,
	    RD_KAFKA_RESP_ERR__TRANSPORT, RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT,
	    RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS, RD_KAFKA_RESP_ERR__TRANSPORT,
	    RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS_AFTER_APPEND);
	cr_assert(send_all(1000, 60));
	cr_expect_eq(to()->resent, 0);
	expect_once_in_order(read_back("spanwatch.alert.v1"), 1000);
}

Test(kafka, offers_again_what_is_refused_for_a_while)
{
	rd_kafka_mock_push_request_errors(cluster, PRODUCE, 2,
	    RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED,
	    RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED);
	while (given < 50 && give(FORWARD_ALERT)) {
	}
	run_until(has_complained);
	cr_expect_not_null(
	    strstr(to()->error, "it refuses records"), "%s", to()->error);
	cr_assert(send_all(50, 60), "%s", to()->error);
	cr_expect_gt(to()->resent, 0);
	cr_expect_str_empty(to()->error);
	expect_all(read_back("spanwatch.alert.v1"), 50);
}

Test(kafka, gives_up_what_no_cluster_takes_and_goes_on)
{
	rd_kafka_mock_push_request_errors(
	    cluster, PRODUCE, 1, RD_KAFKA_RESP_ERR_INVALID_RECORD);
	cr_assert(give(FORWARD_ALERT));
	run_until(has_given_up);
	cr_expect_eq(to()->unsendable, 1);
	cr_expect_eq(to()->seq, 1);
	cr_expect_not_null(
	    strstr(last_line, "record 1 is refused for good"), "%s", last_line);
	cr_assert(send_all(20, 20));
	cr_expect_eq(read_back("spanwatch.alert.v1"), 19);
}

Test(kafka, counts_a_record_that_no_message_can_hold_as_delivered)
{
	const struct forward_record record = { .seq = 1 };

	given = 1;
	cr_assert_not_null(kafka_room(&kafka, 0));
	kafka_give(&kafka, 0, 0, &record, "span");
	turn(0);
	cr_expect_eq(to()->seq, 1);
	cr_expect_eq(to()->unsendable, 1);
}

Test(kafka, takes_no_more_than_librdkafka_may_hold)
{
	set_all_down(true);
	for (uint64_t i = 0; i < 3; i++) {
		while (give(FORWARD_ALERT)) {
		}
		run_for(100);
	}
	cr_expect_leq(given, KAFKA_FLIGHT_COUNT);
	cr_expect_geq(given, 100);
	cr_expect_leq(rd_kafka_outq_len(to()->client), KAFKA_FLIGHT_COUNT + 9);
}

Test(kafka, keeps_to_its_rate)
{
	uint64_t begin_ns;

	cr_assert(send_all(1, 20));
	soc.rate = 100;
	run_for(1100);
	begin_ns = clock_ns(CLOCK_MONOTONIC);
	cr_assert(send_all(251, 20));
	cr_expect_gt(clock_ns(CLOCK_MONOTONIC) - begin_ns, 1400 * NS_PER_MS);
}

Test(kafka, begins_anew_with_another_ledger)
{
	cr_assert(send_all(100, 20));
	while (given < 200 && give(FORWARD_ALERT)) {
	}
	kafka_reset(&kafka);
	cr_expect_eq(to()->seq, 0);
	cr_expect_eq(to()->given, 0);
	given = 100;
	cr_assert(send_all(300, 20));
	expect_all(read_back("spanwatch.alert.v1"), 300);
}

Test(kafka, ends_soon_though_no_broker_answers)
{
	uint64_t begin_ns;

	set_all_down(true);
	while (give(FORWARD_ALERT)) {
	}
	run_for(300);
	cr_expect(kafka_is_flushed(&kafka));
	begin_ns = clock_ns(CLOCK_MONOTONIC);
	end_client();
	cr_expect_lt(clock_ns(CLOCK_MONOTONIC) - begin_ns, 3 * NS_PER_S);
	set_all_down(false);
	begin_client();
	cr_expect(send_all(100, 20));
	expect_all(read_back("spanwatch.alert.v1"), 100);
}

Test(kafka, asks_to_be_begun_anew_after_an_error_that_is_fatal)
{
	cr_assert(send_all(10, 20));
	cr_expect_eq(kafka_failed(&kafka), 0);
	rd_kafka_test_fatal_error(to()->client,
	    RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER, "out of order");
	run_for(300);
	cr_expect_eq(kafka_failed(&kafka), 1);
	cr_expect_not_null(
	    strstr(to()->error, "it cannot go on: "), "%s", to()->error);
	cr_expect_eq(kafka_next_ns(&kafka), UINT64_MAX);
}

Test(kafka_alone, says_which_file_is_no_good)
{
	const struct kafka_terms terms = { &counters, &quiet, &loop, NULL,
		NULL };
	char why[FORWARD_WHY_SIZE];

	set_soc();
	strcpy(soc.kafka.brokers, "127.0.0.1:9");
	soc.kafka.security = CONFIG_KAFKA_SASL_PLAINTEXT;
	strcpy(soc.kafka.username, "u");
	strcpy(soc.kafka.password_file, "/nowhere/password");
	cr_assert_eq(region_init(&region, kafka_bytes(2)), 0);
	kafka_init(&kafka, &region, 2, &terms);
	cr_expect_eq(kafka_add(&kafka, &soc, why), -EINVAL);
	cr_expect_str_eq(why, "/nowhere/password: No such file or directory");
	strcpy(soc.kafka.password_file, "/dev/null");
	cr_expect_eq(kafka_add(&kafka, &soc, why), -EINVAL);
	cr_expect_str_eq(why, "/dev/null has no password in its first line");
	cr_expect_eq(kafka_start(&kafka), 0);
	cr_expect_eq(to()->credit, 0);
	end_client();
}

#endif
