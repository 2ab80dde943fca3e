/*
 * The options by which alerts are chosen, for every command that lists some.
 *
 * Memory: the struct; its texts are the words of the command line.
 */
#ifndef FIRMWARE_TOOLS_ALERT_FILTER_H
#define FIRMWARE_TOOLS_ALERT_FILTER_H

#include "firmware/command.h"
#include "firmware/tools/store_tool.h"
#include "store/store_read.h"

enum {
	ALERT_FILTER_STORE,
	ALERT_FILTER_CONFIG,
	ALERT_FILTER_SEGMENT,
	ALERT_FILTER_SEVERITY,
	ALERT_FILTER_STATUS,
	ALERT_FILTER_KIND,
	ALERT_FILTER_SOURCE,
	ALERT_FILTER_HOST,
	ALERT_FILTER_PROCESS,
	ALERT_FILTER_USER,
	ALERT_FILTER_SINCE,
	ALERT_FILTER_UNTIL,
	ALERT_FILTER_TEXT,
	ALERT_FILTER_OPTIONS, /* A command's own begin here. */
};

#define ALERT_FILTER_OPTION_LIST                                           \
	[ALERT_FILTER_STORE] = STORE_TOOL_OPTION_STORE,                    \
	[ALERT_FILTER_CONFIG] = STORE_TOOL_OPTION_CONFIG,                  \
	[ALERT_FILTER_SEGMENT] = { "--segment", "NAME",                    \
		"whose source or targets are in it" },                     \
	[ALERT_FILTER_SEVERITY] = { "--severity", "LEVEL",                 \
		"low, medium, high or critical; that or above" },          \
	[ALERT_FILTER_STATUS] = { "--status", "STATUS",                    \
		"open, acknowledged, closed or authorised", NULL, true },  \
	[ALERT_FILTER_KIND] = { "--kind", "KIND", "such as port_scan" },   \
	[ALERT_FILTER_SOURCE] = { "--source", "PREFIX",                    \
		"an address, or a prefix" },                               \
	[ALERT_FILTER_HOST] = { "--host", "NAME", "of the source" },       \
	[ALERT_FILTER_PROCESS] = { "--process", "IMAGE",                   \
		"path, or name of the file" },                             \
	[ALERT_FILTER_USER] = { "--user", "NAME", "of the process" },      \
	[ALERT_FILTER_SINCE] = { "--since", "TIME",                        \
		"last seen then or later: RFC 3339, or \"24h\" ago" },     \
	[ALERT_FILTER_UNTIL] = { "--until", "TIME", "first seen before" }, \
	[ALERT_FILTER_TEXT] = { "--text", "TEXT", "that is in it anywhere" }

struct alert_filter {
	bool is_used;
	struct store_place place;
	struct store_filter filter;
};

/* Takes an option of the list.  False: its value is wrong, as has been said. */
bool alert_filter_take(
    struct alert_filter *filter, const struct options *options, int which);

#endif
