/*
 * What ECS and OCSF share: lists of the record's as lists of theirs.  Private
 * to the formats.  New references; null where there is nothing or no memory.
 */
#ifndef FORWARD_FORMAT_JSON_H
#define FORWARD_FORMAT_JSON_H

#include <jansson.h>

#include "forward/format_work.h"

/* A technique of MITRE ATT&CK; null: none that we name. */
struct format_technique {
	const char *id;
	const char *name;
	const char *tactic;
	const char *tactic_name;
};

const struct format_technique *format_technique_of(const json_t *id);

/* The hash of an algorithm in "SHA1=...,MD5=...", in lower case. */
json_t *format_hash(const json_t *copy, const char *algorithm);

/* The record but for what is our own work on it. */
json_t *format_original(const struct format_work *work);

/* True where the work says so, else null: a flag that is only there when it
 * says something. */
json_t *format_flag(bool is_set);

/* The last dotted part of an action begins so: "scanner.add". */
bool format_action_is(const json_t *copy, const char *const *verbs);

/* Writes a tree that is then given back. */
void format_json_write(struct format_writer *writer, json_t *tree);

#endif
