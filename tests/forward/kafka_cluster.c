/*
 * A cluster of Kafka to test against: librdkafka's mock of three brokers.
 *
 *	kafka_cluster PREFIX
 *
 * Prints where it is, then obeys what comes a line each: "down", "up", "errors
 * N" (N requests are refused for a while), "read TOPIC" (prints a line for each
 * record, its key, a tab and its value, and then an empty one).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef CONFIG_FORWARD_KAFKA

#	include <librdkafka/rdkafka.h>

/* After librdkafka itself. */
#	include <librdkafka/rdkafka_mock.h>

enum { BROKERS = 3, PARTITIONS = 4, PRODUCE = 0 };

static rd_kafka_mock_cluster_t *cluster;

static void
drop_line(
    const rd_kafka_t *client, int level, const char *facility, const char *text)
{
	(void)client, (void)level, (void)facility, (void)text;
}

static rd_kafka_t *
client_of(rd_kafka_type_t type, rd_kafka_conf_t *conf)
{
	char why[200];
	rd_kafka_t *client;

	rd_kafka_conf_set_log_cb(conf, drop_line);
	client = rd_kafka_new(type, conf, why, sizeof(why));
	if (client == NULL) {
		fprintf(stderr, "%s\n", why);
		exit(1);
	}
	return client;
}

static void
read_topic(const char *topic)
{
	rd_kafka_conf_t *conf = rd_kafka_conf_new();
	rd_kafka_topic_partition_list_t *all =
	    rd_kafka_topic_partition_list_new(PARTITIONS);
	rd_kafka_t *reader;
	int ends = 0;

	rd_kafka_conf_set(conf, "bootstrap.servers",
	    rd_kafka_mock_cluster_bootstraps(cluster), NULL, 0);
	rd_kafka_conf_set(conf, "group.id", "test", NULL, 0);
	rd_kafka_conf_set(conf, "enable.partition.eof", "true", NULL, 0);
	reader = client_of(RD_KAFKA_CONSUMER, conf);
	for (int i = 0; i < PARTITIONS; i++) {
		rd_kafka_topic_partition_list_add(all, topic, i)->offset =
		    RD_KAFKA_OFFSET_BEGINNING;
	}
	rd_kafka_assign(reader, all);
	while (ends < PARTITIONS) {
		rd_kafka_message_t *message =
		    rd_kafka_consumer_poll(reader, 10000);

		if (message == NULL) {
			break;
		}
		if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
			printf("%.*s\t%.*s\n", (int)message->key_len,
			    (const char *)message->key, (int)message->len,
			    (const char *)message->payload);
		} else if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
			ends++;
		}
		rd_kafka_message_destroy(message);
	}
	rd_kafka_topic_partition_list_destroy(all);
	rd_kafka_consumer_close(reader);
	rd_kafka_destroy(reader);
	printf("\n");
}

static void
obey(const char *line)
{
	int number;

	for (int i = 1; i <= BROKERS; i++) {
		if (strcmp(line, "down") == 0) {
			rd_kafka_mock_broker_set_down(cluster, i);
		} else if (strcmp(line, "up") == 0) {
			rd_kafka_mock_broker_set_up(cluster, i);
		}
	}
	if (strncmp(line, "read ", 5) == 0) {
		read_topic(line + 5);
	} else if (sscanf(line, "errors %d", &number) == 1) {
		for (int i = 0; i < number; i++) {
			rd_kafka_mock_push_request_errors(cluster, PRODUCE, 1,
			    RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS);
		}
	}
}

int
main(int argc, char **argv)
{
	static const char *const names[] = { "alert", "summary", "health",
		"audit" };
	char line[256];
	rd_kafka_t *host = client_of(RD_KAFKA_PRODUCER, rd_kafka_conf_new());

	cluster = rd_kafka_mock_cluster_new(host, BROKERS);
	for (int i = 0; i < 4 && argc == 2; i++) {
		snprintf(line, sizeof(line), "%s.%s.v1", argv[1], names[i]);
		(void)rd_kafka_mock_topic_create(
		    cluster, line, PARTITIONS, BROKERS);
	}
	printf("%s\n", rd_kafka_mock_cluster_bootstraps(cluster));
	fflush(stdout);
	while (fgets(line, sizeof(line), stdin) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		obey(line);
		fflush(stdout);
	}
	rd_kafka_mock_cluster_destroy(cluster);
	rd_kafka_destroy(host);
	return 0;
}

#else

int
main(void)
{
	fprintf(stderr, "Kafka is not built: FORWARD_KAFKA\n");
	return 77;
}

#endif
