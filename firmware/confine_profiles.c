/*
 * The system calls of each role.  What a role does before it is confined
 * (opening interfaces, say) does not count.
 */
#include <errno.h>
#include <linux/sockios.h>
#include <sys/mman.h>

#include "firmware/confine.h"
#include "syslog/tls.h"

#define ALLOWED(call)            \
	{                        \
		call, 0, 0, 0, 0 \
	}
#define REFUSED(call, error)         \
	{                            \
		call, error, 0, 0, 0 \
	}
/* Where an argument (a 32-bit one, so the upper half is not looked at) has a
 * certain value. */
#define ALLOWED_WITH(call, argument, value)          \
	{                                            \
		call, 0, argument, 0xffffffff, value \
	}

const struct confine_rule confine_rules_of_all[] = {
	/* Waiting, and telling the time where the vDSO does not. */
	ALLOWED("epoll_wait"),
	ALLOWED("epoll_pwait"),
	ALLOWED("epoll_ctl"),
	ALLOWED("clock_gettime"),
	ALLOWED("gettimeofday"),
	ALLOWED("restart_syscall"),
	/* Channels, and the policy that comes through them. */
	ALLOWED("sendmsg"),
	ALLOWED("recvmsg"),
	ALLOWED("getsockopt"),
	ALLOWED("setsockopt"),
	ALLOWED("pread64"),
	ALLOWED_WITH("fcntl", 1, 1034), /* F_GET_SEALS (linux/fcntl.h) */
	ALLOWED("close"),
	/* Ending, also by a failed assertion. */
	ALLOWED("exit"),
	ALLOWED("exit_group"),
	ALLOWED("rt_sigreturn"),
	ALLOWED("rt_sigprocmask"),
	ALLOWED("rt_sigaction"),
	ALLOWED("getpid"),
	ALLOWED("gettid"),
	/* Giving memory back. */
	ALLOWED("munmap"),
	ALLOWED("madvise"),
	/* What libraries try and can do without. */
	REFUSED("open", EACCES),
	REFUSED("openat", EACCES),
	REFUSED("access", EACCES),
	REFUSED("readlink", EACCES),
	REFUSED("sched_getaffinity", EPERM), /* malloc(), out of memory. */
	REFUSED("mprotect", ENOMEM),
	{ NULL, 0, 0, 0, 0 },
};

static const struct confine_rule sensor_rules[] = {
	/* The log. */
	ALLOWED_WITH("write", 0, 2),
	ALLOWED_WITH("writev", 0, 2),
	/* libpcap looks for a frame and whether its interface is still there.
	 */
	ALLOWED("poll"),
	ALLOWED("ppoll"),
	ALLOWED("getsockname"),
	ALLOWED_WITH("ioctl", 1, SIOCGIFNAME),
	ALLOWED_WITH("ioctl", 1, SIOCGIFINDEX),
	ALLOWED_WITH("ioctl", 1, SIOCGIFFLAGS),
	/* There is no more memory to be had.  brk() tells that by giving the
	 * end of the heap as it is, which a filter cannot: the limit does it.
	 */
	ALLOWED("brk"),
	REFUSED("mmap", ENOMEM),
	REFUSED("mremap", ENOMEM),
	{ NULL, 0, 0, 0, 0 },
};

static const struct confine_rule collector_rules[] = {
	/* The log. */
	ALLOWED_WITH("write", 0, 2),
	ALLOWED_WITH("writev", 0, 2),
	/* Those who send logs.  It cannot connect to anybody. */
	ALLOWED("accept4"),
	ALLOWED("recvfrom"),
	ALLOWED("recvmmsg"),
	ALLOWED("sendto"),
	ALLOWED("getpeername"),
	ALLOWED("shutdown"),
	/* TLS takes memory, as far as it is given any, which must not become
	 * code; and chance. */
	ALLOWED("brk"),
	ALLOWED("mremap"),
	{ "mmap", 0, 2, PROT_EXEC, 0 },
	ALLOWED("getrandom"),
	ALLOWED("futex"),
	{ NULL, 0, 0, 0, 0 },
};

static const struct confine_rule ledger_rules[] = {
	/* The log, and alerts to standard output. */
	ALLOWED("write"),
	ALLOWED("writev"),
	/* Those who ask for the status. */
	ALLOWED("accept4"),
	ALLOWED("sendto"),
	/* JSON is made in memory, which must not become code. */
	ALLOWED("brk"),
	ALLOWED("mremap"),
	{ "mmap", 0, 2, PROT_EXEC, 0 },
	{ NULL, 0, 0, 0, 0 },
};

static const struct confine_profile profiles[ROLE_COUNT] = {
	[ROLE_LEDGER] = { ledger_rules, 128, 0 },
	[ROLE_COLLECTOR] = { collector_rules,
	    CONFIG_SYSLOG_CONNECTION_COUNT + 128,
	    (size_t)CONFIG_SYSLOG_TLS_COUNT *TLS_SESSION_BYTES +
	        CONFINE_MEMORY_SLACK },
	[ROLE_SENSOR] = { sensor_rules, 64, CONFINE_MEMORY_SLACK },
};

const struct confine_profile *
confine_profile_of(enum role_id role)
{
	SW_ASSERT(role < ROLE_COUNT && profiles[role].rules != NULL);
	return &profiles[role];
}
