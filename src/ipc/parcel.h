/*
 * Parcel: bytes, and at most one descriptor, through a local socket.
 *
 * What unix(7) asks for around SCM_RIGHTS, in one place: room for just one
 * descriptor, so that the kernel closes any beyond it and says so.
 *
 * Memory: the caller's bytes.
 */
#ifndef IPC_PARCEL_H
#define IPC_PARCEL_H

#include <sys/types.h>

#include "base/base.h"

/* What came. */
struct parcel {
	ssize_t size;   /* Bytes; 0: the peer is gone; negative: errno. */
	int descriptor; /* -1: none; else the receiver's. */
	bool cut;       /* There were more bytes, or more descriptors. */
};

/* Sends without blocking.  'descriptor' (-1: none) stays open here.  Returns 0
 * or a negative errno. */
int parcel_send(
    int fd, const void *bytes, size_t size, int descriptor) SW_MUST_CHECK;

/* Receives at most 'capacity' bytes without blocking; a descriptor is closed on
 * exec. */
struct parcel parcel_receive(int fd, void *bytes, size_t capacity);

#endif
