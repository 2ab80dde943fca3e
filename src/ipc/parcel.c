#include "ipc/parcel.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

int
parcel_send(int fd, const void *bytes, size_t size, int descriptor)
{
	union {
		struct cmsghdr header;
		uint8_t bytes[CMSG_SPACE(sizeof(int))];
	} control = { .bytes = { 0 } };
	union {
		const void *in;
		void *out; /* struct iovec serves reading and writing. */
	} pointer = { .in = bytes };
	struct iovec part = { .iov_base = pointer.out, .iov_len = size };
	struct msghdr envelope = { .msg_iov = &part, .msg_iovlen = 1 };

	if (descriptor >= 0) {
		struct cmsghdr *rider = &control.header;

		envelope.msg_control = &control;
		envelope.msg_controllen = sizeof(control);
		rider->cmsg_level = SOL_SOCKET;
		rider->cmsg_type = SCM_RIGHTS;
		rider->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(rider), &descriptor, sizeof(int));
	}
	return sendmsg(fd, &envelope, MSG_DONTWAIT | MSG_NOSIGNAL) < 0 ? -errno
	                                                               : 0;
}

struct parcel
parcel_receive(int fd, void *bytes, size_t capacity)
{
	/* Room for one descriptor (without the padding after it, where another
	 * would fit); the kernel closes any beyond it and says that the control
	 * data were cut. */
	union {
		struct cmsghdr header;
		uint8_t bytes[CMSG_SPACE(sizeof(int))];
	} control;
	struct iovec part = { .iov_base = bytes, .iov_len = capacity };
	struct msghdr envelope = { .msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = CMSG_LEN(sizeof(int)) };
	struct parcel parcel = { .descriptor = -1 };
	const struct cmsghdr *rider;

	parcel.size = recvmsg(fd, &envelope, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	if (parcel.size < 0) {
		parcel.size = -errno;
		return parcel;
	}
	parcel.cut = (envelope.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0;
	rider = CMSG_FIRSTHDR(&envelope);
	if (rider != NULL && rider->cmsg_level == SOL_SOCKET &&
	    rider->cmsg_type == SCM_RIGHTS &&
	    rider->cmsg_len == CMSG_LEN(sizeof(int))) {
		memcpy(&parcel.descriptor, CMSG_DATA(rider), sizeof(int));
	}
	return parcel;
}
