#include <ctype.h>
#include <stdio.h>

#include "config/reading.h"
#include "config/value.h"

static void move_up(struct config *config, uint32_t first);

#ifdef CONFIG_FORWARD_KAFKA

enum { BROKERS_MOST = 8 };

static void read_brokers(
    const struct reading_section *section, struct config_kafka *kafka);
static void read_topic(
    const struct reading_section *section, struct config_kafka *kafka);
static void read_login(
    const struct reading_section *section, struct config_kafka *kafka);
static void read_files(
    const struct reading_section *section, struct config_soc *soc);
static void needs(const struct reading_section *section, const char *key,
    bool is_met, const char *what);
static bool is_sasl(const struct config_kafka *kafka);

void
read_kafka(const struct reading_section *section, struct config_soc *soc)
{
	static const char *const securities[] = { "plaintext", "ssl",
		"sasl-plaintext", "sasl-ssl", NULL };
	struct reading_section inner;
	bool is_there = section_within(section, "kafka", &inner);
	bool is_kafka = soc->transport == CONFIG_TRANSPORT_KAFKA;

	if (is_there != is_kafka) {
		section_wrong(section, section->line, "%s",
		    is_kafka ? "transport \"kafka\" has its brokers in a "
		               "section; write kafka { brokers = {...} }"
		             : "section kafka needs transport \"kafka\"; write "
		               "that, or leave the section out");
	}
	if (!is_there || !is_kafka) {
		return;
	}
	read_brokers(&inner, &soc->kafka);
	read_topic(&inner, &soc->kafka);
	soc->kafka.security =
	    section_word(&inner, "security", securities, CONFIG_KAFKA_SSL);
	read_login(&inner, &soc->kafka);
	read_files(&inner, soc);
}

static void
read_brokers(const struct reading_section *section, struct config_kafka *kafka)
{
	uint32_t count = section_value_count(section, "brokers");
	size_t length = 0;

	if (section_required(section, "brokers", "kafka-1.example.org:9093") ==
	    NULL) {
		return;
	}
	if (count > BROKERS_MOST) {
		section_wrong(section,
		    section_value(section, "brokers", 0)->line,
		    "there are too many brokers; write %d at most, which tell "
		    "of the others",
		    BROKERS_MOST);
		return;
	}
	for (uint32_t i = 0; i < count; i++) {
		const struct reading_value *value =
		    section_value(section, "brokers", i);
		struct config_peer peer;
		const char *wrong = value_peer(value->text, &peer);

		if (wrong != NULL) {
			section_wrong(section, value->line, "brokers %s %s",
			    reading_quote(value->text).text, wrong);
			continue;
		}
		length += (size_t)snprintf(kafka->brokers + length,
		    sizeof(kafka->brokers) - length, "%s%s",
		    length == 0 ? "" : ",", value->text);
	}
}

/* What Kafka takes as the name of a topic, with room for what follows. */
static void
read_topic(const struct reading_section *section, struct config_kafka *kafka)
{
	const struct reading_value *value = section_value(section, "topic", 0);

	(void)snprintf(kafka->topic, sizeof(kafka->topic), "spanwatch");
	if (value == NULL ||
	    !section_text(
	        section, "topic", kafka->topic, sizeof(kafka->topic))) {
		return;
	}
	for (const char *at = kafka->topic; *at != '\0'; at++) {
		if (!isalnum((unsigned char)*at) &&
		    strchr("._-", *at) == NULL) {
			section_wrong(section, value->line,
			    "topic %s is no name for a topic; write letters, "
			    "digits, \".\", \"_\" and \"-\"",
			    reading_quote(value->text).text);
			return;
		}
	}
}

static void
read_login(const struct reading_section *section, struct config_kafka *kafka)
{
	static const char *const mechanisms[] = { "plain", "scram-sha-256",
		"scram-sha-512", NULL };
	static const char *const keys[] = { "sasl-mechanism", "username",
		"password-file" };

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		needs(section, keys[i], is_sasl(kafka),
		    "security \"sasl-ssl\" or \"sasl-plaintext\"");
	}
	kafka->mechanism = section_word(
	    section, "sasl-mechanism", mechanisms, CONFIG_KAFKA_SCRAM_SHA_512);
	if (!is_sasl(kafka)) {
		return;
	}
	if (section_required(section, "username", "spanwatch") != NULL) {
		(void)section_text(section, "username", kafka->username,
		    sizeof(kafka->username));
	}
	if (section_required(section, "password-file",
	        "/etc/spanwatch/kafka.password") != NULL) {
		(void)section_text(section, "password-file",
		    kafka->password_file, sizeof(kafka->password_file));
	}
	if (kafka->security == CONFIG_KAFKA_SASL_PLAINTEXT &&
	    kafka->mechanism == CONFIG_KAFKA_PLAIN) {
		section_warning(section,
		    section_value(section, "security", 0)->line,
		    "the password can be read by anybody on the way; write "
		    "security \"sasl-ssl\"");
	}
}

static void
read_files(const struct reading_section *section, struct config_soc *soc)
{
	static const char *const keys[] = { "ca", "certificate", "key" };
	bool is_tls = soc->kafka.security == CONFIG_KAFKA_SSL ||
	    soc->kafka.security == CONFIG_KAFKA_SASL_SSL;

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		needs(section, keys[i], is_tls,
		    "security \"ssl\" or \"sasl-ssl\"");
	}
	(void)section_text(section, "ca", soc->ca, sizeof(soc->ca));
	(void)section_text(
	    section, "certificate", soc->certificate, sizeof(soc->certificate));
	(void)section_text(section, "key", soc->key, sizeof(soc->key));
	needs(section, "certificate", soc->key[0] != '\0', "key");
	needs(section, "key", soc->certificate[0] != '\0', "certificate");
}

static void
needs(const struct reading_section *section, const char *key, bool is_met,
    const char *what)
{
	const struct reading_value *value = section_value(section, key, 0);

	if (value != NULL && !is_met) {
		section_wrong(section, value->line,
		    "%s needs %s; write that, "
		    "or leave %s out",
		    key, what, key);
	}
}

static bool
is_sasl(const struct config_kafka *kafka)
{
	return kafka->security == CONFIG_KAFKA_SASL_SSL ||
	    kafka->security == CONFIG_KAFKA_SASL_PLAINTEXT;
}

#else

void
read_kafka(const struct reading_section *section, struct config_soc *soc)
{
	struct reading_section inner;

	if (soc->transport == CONFIG_TRANSPORT_KAFKA) {
		section_wrong(section,
		    section_value(section, "transport", 0)->line,
		    "Kafka is not built into this spanwatch; write transport "
		    "\"tls\" or \"relp\", or build it with FORWARD_KAFKA");
	} else if (section_within(section, "kafka", &inner)) {
		section_wrong(section, section->line,
		    "section kafka needs transport \"kafka\", which is not "
		    "built into this spanwatch; leave it out");
	}
}

#endif

void
put_kafka_last(struct config *config)
{
	for (uint32_t i = 0, left = config->soc_count; left > 0; left--) {
		if (config->socs[i].transport == CONFIG_TRANSPORT_KAFKA) {
			move_up(config, i);
		} else {
			i++;
		}
	}
}

/* Makes soc 'first' the last, and leaves the others in their order. */
static void
move_up(struct config *config, uint32_t first)
{
	static struct config_soc moved; /* Too large for the stack. */
	struct config_soc *from = &config->socs[first];

	moved = *from;
	memmove(
	    from, from + 1, (config->soc_count - 1 - first) * sizeof(*from));
	config->socs[config->soc_count - 1] = moved;
}
