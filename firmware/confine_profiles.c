/*
 * The system calls of each role.  What a role does before it is confined
 * (opening interfaces, say) does not count.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>

#include "alert/alert_json.h"
#include "firmware/confine.h"
#include "tls/tls.h"

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
	REFUSED("sched_getaffinity", EPERM), /* malloc(), out of memory. */
	{ NULL, 0, 0, 0, 0 },
};

const struct confine_rule confine_rules_without_files[] = {
	REFUSED("open", EACCES),
	REFUSED("openat", EACCES),
	REFUSED("access", EACCES),
	REFUSED("readlink", EACCES),
	{ NULL, 0, 0, 0, 0 },
};

/* What SQLite does with its files, and the store with them; where they may be
 * is Landlock's matter, and the user's. */
const struct confine_rule confine_rules_with_files[] = {
	ALLOWED("open"),
	ALLOWED("openat"),
	ALLOWED("access"),
	ALLOWED("faccessat"),
	ALLOWED("faccessat2"),
	ALLOWED("stat"),
	ALLOWED("lstat"),
	ALLOWED("fstat"),
	ALLOWED("newfstatat"),
	ALLOWED("statfs"),
	ALLOWED("fstatfs"),
	ALLOWED("lseek"),
	ALLOWED("read"),
	ALLOWED("pwrite64"),
	ALLOWED("fsync"),
	ALLOWED("fdatasync"),
	ALLOWED("ftruncate"),
	ALLOWED("fallocate"),
	ALLOWED("unlink"),
	ALLOWED("unlinkat"),
	ALLOWED("rename"),
	ALLOWED("renameat"),
	ALLOWED("renameat2"),
	ALLOWED("getdents64"),
	ALLOWED("getcwd"),
	ALLOWED("geteuid"),
	ALLOWED("getuid"),
	ALLOWED("getrandom"),
	ALLOWED("clock_nanosleep"),
	ALLOWED("nanosleep"),
	/* Locks. */
	ALLOWED_WITH("fcntl", 1, F_SETLK),
	ALLOWED_WITH("fcntl", 1, F_GETLK),
	ALLOWED_WITH("fcntl", 1, F_GETFD),
	ALLOWED_WITH("fcntl", 1, F_SETFD),
	/* The files are its own already. */
	REFUSED("fchown", EPERM),
	REFUSED("fchmod", EPERM),
	REFUSED("mkdir", EACCES),
	REFUSED("readlink", EINVAL),
	{ NULL, 0, 0, 0, 0 },
};

static const struct confine_rule sensor_rules[] = {
	REFUSED("mprotect", ENOMEM),
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
	REFUSED("mprotect", ENOMEM),
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

static const struct confine_rule forwarder_rules[] = {
	REFUSED("mprotect", ENOMEM),
	/* The log. */
	ALLOWED_WITH("write", 0, 2),
	ALLOWED_WITH("writev", 0, 2),
	/* SOCs, to which it is connected by others, and how much of what was
	 * sent their system has. */
	ALLOWED("recvfrom"),
	ALLOWED("sendto"),
	ALLOWED_WITH("ioctl", 1, SIOCOUTQ),
	/* TLS and JSON take memory, as far as there is any, which must not
	 * become code; TLS takes chance, too. */
	ALLOWED("brk"),
	ALLOWED("mremap"),
	{ "mmap", 0, 2, PROT_EXEC, 0 },
	ALLOWED("getrandom"),
	ALLOWED("futex"),
	{ NULL, 0, 0, 0, 0 },
};

#ifdef CONFIG_FORWARD_KAFKA
static const struct confine_rule producer_rules[] = {
	/* The log; OpenSSL's sockets, and pipes between threads. */
	ALLOWED("write"),
	ALLOWED("writev"),
	ALLOWED("read"),
	ALLOWED("readv"),
	ALLOWED("pipe2"),
	ALLOWED("eventfd2"),
	/* Brokers, which it calls itself.  Nobody can call it. */
	ALLOWED_WITH("socket", 0, AF_INET),
	ALLOWED_WITH("socket", 0, AF_INET6),
	/* Cyrus SASL, which is not used, tries to log that it finds no file. */
	{ "socket", EACCES, 0, 0xffffffff, AF_UNIX },
	ALLOWED("connect"),
	ALLOWED("recvfrom"),
	ALLOWED("sendto"),
	ALLOWED("poll"),
	ALLOWED("ppoll"),
	ALLOWED("getsockname"),
	ALLOWED("getpeername"),
	ALLOWED("shutdown"),
	ALLOWED_WITH("fcntl", 1, F_GETFL),
	ALLOWED_WITH("fcntl", 1, F_SETFL),
	ALLOWED_WITH("fcntl", 1, F_SETPIPE_SZ),
	ALLOWED_WITH("fcntl", 1, F_GETFD),
	ALLOWED_WITH("fcntl", 1, F_SETFD),
	/* Threads, but no processes.  clone3() cannot be looked into; libc then
	 * calls clone(). */
	{ "clone", 0, 0, CLONE_THREAD, CLONE_THREAD },
	REFUSED("clone3", ENOSYS),
	ALLOWED("set_robust_list"),
	ALLOWED("rseq"),
	ALLOWED("futex"),
	ALLOWED("sched_yield"),
	ALLOWED("clock_nanosleep"),
	ALLOWED("nanosleep"),
	ALLOWED_WITH("prctl", 0, PR_SET_NAME),
	/* Their stacks, and what TLS and Kafka take, as far as there is any,
	 * which must not become code. */
	ALLOWED("brk"),
	ALLOWED("mremap"),
	{ "mmap", 0, 2, PROT_EXEC, 0 },
	{ "mprotect", 0, 2, PROT_EXEC, 0 },
	/* Chance; and what libraries ask of the machine. */
	ALLOWED("getrandom"),
	ALLOWED("uname"),
	ALLOWED("getuid"),
	ALLOWED("geteuid"),
	ALLOWED("getgid"),
	ALLOWED("getegid"),
	REFUSED("sysinfo", EPERM),
	REFUSED("stat", EACCES),
	REFUSED("newfstatat", EACCES),
	{ NULL, 0, 0, 0, 0 },
};
#endif

static const struct confine_rule ledger_rules[] = {
	REFUSED("mprotect", ENOMEM),
	/* The log, and alerts to standard output. */
	ALLOWED("write"),
	ALLOWED("writev"),
	/* Those who ask for the status, or for something to be done. */
	ALLOWED("accept4"),
	ALLOWED("recvfrom"),
	ALLOWED("sendto"),
	/* JSON is made in memory, which must not become code. */
	ALLOWED("brk"),
	ALLOWED("mremap"),
	{ "mmap", 0, 2, PROT_EXEC, 0 },
	{ NULL, 0, 0, 0, 0 },
};

static const struct confine_profile profiles[ROLE_COUNT] = {
	[ROLE_LEDGER] = { ledger_rules, 128, 0 },
	[ROLE_FORWARDER] = { forwarder_rules,
	    2 * CONFIG_FORWARD_DESTINATION_COUNT + 64,
	    (size_t)CONFIG_FORWARD_DESTINATION_COUNT *TLS_SESSION_BYTES +
	        8 * ALERT_JSON_SIZE + CONFINE_MEMORY_SLACK },
#ifdef CONFIG_FORWARD_KAFKA
	[ROLE_PRODUCER] = { producer_rules, 512,
	    ((size_t)CONFIG_FORWARD_KAFKA_HEAP_MIB << 20) +
	        8 * ALERT_JSON_SIZE + CONFINE_MEMORY_SLACK },
#endif
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
