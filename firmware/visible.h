/*
 * Visible lines: what is said to people, whatever names stand in it.
 *
 * A file may have a name with a newline in it, or with what makes a terminal do
 * things.  Everything that a command says is one line, in which control
 * characters (C0, DEL and C1) and bytes that are no UTF-8 are escaped, as "\n"
 * or "\x1b".
 *
 *	visible_line(stderr, "%s: there is no such file", path);
 *
 * Memory: none; a line longer than VISIBLE_LINE_SIZE is cut.
 */
#ifndef FIRMWARE_VISIBLE_H
#define FIRMWARE_VISIBLE_H

#include <stdarg.h>
#include <stdio.h>

#include "base/base.h"

enum { VISIBLE_LINE_SIZE = 8192 };

/* Prints what printf() would make of it, escaped, and a newline. */
void visible_line(FILE *stream, const char *format, ...) SW_PRINTF(2, 3);
void visible_line_of(FILE *stream, const char *format, va_list arguments)
    SW_PRINTF(2, 0);

#endif
