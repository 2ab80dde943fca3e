/*
 * The version of the whole.
 */
#ifndef FIRMWARE_VERSION_H
#define FIRMWARE_VERSION_H

#define SPANWATCH_VERSION "0.1.0"

#endif
