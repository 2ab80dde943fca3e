/*
 * Memory statement: all that the processes of the sensor will ever hold.
 *
 * The plan of the line (pipeline/memory_plan.h), and what the machine room adds
 * to it: queues between roles, the kernel's ring buffers, stacks, and the
 * libraries with what they take at their start.  `spanwatch memory` prints it;
 * `spanwatch run` does not start beyond the budget.
 *
 * Memory: the caller's lines.
 */
#ifndef FIRMWARE_MEMORY_STATEMENT_H
#define FIRMWARE_MEMORY_STATEMENT_H

#include "config/config.h"
#include "firmware/command.h"
#include "pipeline/memory_plan.h"

/* Writes the lines for 'config', at most 'capacity', and returns how many there
 * are. */
uint32_t memory_statement_lines(
    const struct config *config, struct memory_line *lines, uint32_t capacity);

/* Says on standard error what is too much where 'config' takes more than the
 * budget.  Returns an exit status: EXIT_DONE if it fits. */
int memory_statement_check(
    const struct command *command, const struct config *config);

/* The bytes of all lines. */
uint64_t memory_statement_total(
    const struct memory_line *lines, uint32_t count);

#endif
