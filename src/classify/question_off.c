#include "classify/classify.h"
#include "classify/question.h"

/* Without nDPI there is nobody to ask. */
#ifndef CONFIG_CLASSIFY_NDPI

size_t
question_bytes(void)
{
	return 0;
}

uint32_t
question_plan(struct plan_line *lines, uint32_t capacity)
{
	(void)lines;
	(void)capacity;
	return 0;
}

struct question *
question_init(struct region *region, const struct hash_key *hash_key,
    struct counters *counters)
{
	(void)region;
	(void)hash_key;
	(void)counters;
	return NULL;
}

void
question_finish(struct question *question)
{
	(void)question;
}

void
question_keep(struct question *question, const struct question_packet *heard)
{
	(void)question;
	(void)heard;
}

bool
question_ask(struct question *question, const struct question_packet *heard,
    enum application *application)
{
	(void)question;
	(void)heard;
	(void)application;
	return false; /* The service may still say hello. */
}

void
question_forget(struct question *question, const struct five_tuple *key)
{
	(void)question;
	(void)key;
}

const char *
classify_library(void)
{
	return "none";
}

#endif
