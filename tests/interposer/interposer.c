/*
 * Numbers what a process does outwardly, and at a given number kills the process or refuses the step.
 * For tests only: preloaded into the program as it was built, which knows nothing of it.
 *
 * A step is, over all threads together and in the order begun:
 *   on files in the watched folders    create, write, truncate, sync, rename, unlink, mkdir, copy
 *   on TCP sockets of the watched ports connect, send, and a receipt of at least one byte
 *   on Unix sockets                     a message that holds the watched text (calls to the keyring)
 *
 * Steps are numbered from the moment the file of orders is there. What is ordered is read anew at each step:
 *   watch                number and note, no more
 *   kill N               SIGKILL before step N is carried out (a receipt: before anybody learns of it)
 *   fail N ERRNO         refuse the file step N
 *   fail-from N ERRNO    refuse file step N and those after it, until other orders
 * See interposer.rs for the environment that sets it up.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <ucontext.h>
#include <unistd.h>

static int watched; /* This process is the one the steps of which are numbered. */
static const char *orders_file;
static const char *log_file;
static const char *folders; /* Separated by colons. */
static const char *ports;   /* Separated by commas; all when not given. */
static const char *mark;    /* What a message on a Unix socket holds to be a step. */
static atomic_uint last_step;

/* A filled sixth argument tells our own sendmsg from the trapped ones: the call has three. */
#define PASS 0x6275687068UL

/* --- orders ------------------------------------------------------------------------------------ */

enum verb { NONE, WATCH, KILL, FAIL, FAIL_FROM };

struct orders {
	enum verb verb;
	unsigned step;
	int error;
};

static struct orders read_orders(void)
{
	struct orders orders = {NONE, 0, 0};
	char text[64] = "", verb[16] = "", error[16] = "";
	int fd = (int)syscall(SYS_openat, AT_FDCWD, orders_file, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return orders;
	syscall(SYS_read, fd, text, sizeof text - 1);
	syscall(SYS_close, fd);
	sscanf(text, "%15s %u %15s", verb, &orders.step, error);
	orders.verb = !strcmp(verb, "kill")        ? KILL
	              : !strcmp(verb, "fail")      ? FAIL
	              : !strcmp(verb, "fail-from") ? FAIL_FROM
	                                           : WATCH;
	orders.error = !strcmp(error, "EROFS") ? EROFS : !strcmp(error, "EIO") ? EIO : ENOSPC;
	return orders;
}

static void note(unsigned step, const char *call, const char *what, const char *outcome)
{
	char line[512];
	int length = snprintf(line, sizeof line, "%u %s %s%s\n", step, call, what, outcome);
	if (length >= (int)sizeof line)
		length = sizeof line - 1;
	int fd = (int)syscall(SYS_openat, AT_FDCWD, log_file, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0)
		return;
	syscall(SYS_write, fd, line, length);
	syscall(SYS_close, fd);
}

/* Takes the next number. Returns 0, or the error to be answered instead of carrying the step out. */
static int step(int is_write, const char *call, const char *what)
{
	int before = errno, refused = 0;
	struct orders orders = read_orders();
	if (orders.verb != NONE) {
		unsigned number = atomic_fetch_add(&last_step, 1) + 1;
		int killed = orders.verb == KILL && number >= orders.step;
		if (is_write && ((orders.verb == FAIL && number == orders.step) ||
		                 (orders.verb == FAIL_FROM && number >= orders.step)))
			refused = orders.error;
		note(number, call, what, killed ? " killed" : refused ? " refused" : "");
		if (killed) {
			syscall(SYS_kill, getpid(), SIGKILL);
			/* The signal may take another thread first. */
			for (;;)
				pause();
		}
	}
	errno = refused ? refused : before;
	return refused;
}

/* --- what is watched --------------------------------------------------------------------------- */

static const char *name_of(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash ? slash + 1 : path;
}

static int in_folders(const char *path)
{
	if (!watched || !folders || !path || *path != '/')
		return 0;
	for (const char *folder = folders; *folder;) {
		size_t length = strcspn(folder, ":");
		if (length && !strncmp(path, folder, length) && (path[length] == '/' || !path[length]))
			return 1;
		folder += length + (folder[length] == ':');
	}
	return 0;
}

/* The path of a regular file or a directory in a watched folder; its name without the folders. */
static const char *file_of(int fd, char path[PATH_MAX])
{
	char link[64];
	if (!watched || !folders)
		return NULL;
	int before = errno;
	snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
	long length = syscall(SYS_readlinkat, AT_FDCWD, link, path, PATH_MAX - 1);
	errno = before;
	if (length <= 0)
		return NULL;
	path[length] = 0;
	return in_folders(path) ? name_of(path) : NULL;
}

static int is_watched_port(unsigned port)
{
	if (!ports || !*ports)
		return 1;
	for (const char *next = ports; next; next = strchr(next, ','), next = next ? next + 1 : NULL)
		if ((unsigned)atoi(next) == port)
			return 1;
	return 0;
}

static int port_of(const struct sockaddr_storage *address)
{
	if (address->ss_family == AF_INET)
		return ntohs(((const struct sockaddr_in *)address)->sin_port);
	if (address->ss_family == AF_INET6)
		return ntohs(((const struct sockaddr_in6 *)address)->sin6_port);
	return -1;
}

/* Whether this is a TCP socket of a watched port, here or there; writes the port down. */
static int is_socket(int fd, char what[32])
{
	struct sockaddr_storage address;
	socklen_t length = sizeof address;
	int type = 0, found = 0, before = errno;
	socklen_t size = sizeof type;
	if (watched && !getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) && type == SOCK_STREAM) {
		int port = getpeername(fd, (struct sockaddr *)&address, &length) ? -1 : port_of(&address);
		if (port >= 0 && !(found = is_watched_port(port))) {
			length = sizeof address;
			port = getsockname(fd, (struct sockaddr *)&address, &length) ? -1 : port_of(&address);
			found = port >= 0 && is_watched_port(port);
		}
		snprintf(what, 32, "port %d", port);
	}
	errno = before;
	return found;
}

static int is_socket_address(int fd, const struct sockaddr *address, socklen_t length, char what[32])
{
	struct sockaddr_storage copy = {0};
	int type = 0;
	socklen_t size = sizeof type;
	if (!watched || !address || length > sizeof copy || getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) ||
	    type != SOCK_STREAM)
		return 0;
	memcpy(&copy, address, length);
	int port = port_of(&copy);
	snprintf(what, 32, "port %d", port);
	return port >= 0 && is_watched_port(port);
}

/* --- files ------------------------------------------------------------------------------------- */

#define REAL(name, ...)                                                                              \
	({                                                                                           \
		static __typeof__(&name) real;                                                       \
		if (!real)                                                                           \
			real = (__typeof__(&name))dlsym(RTLD_NEXT, #name);                           \
		real(__VA_ARGS__);                                                                   \
	})

static int refuses_open(const char *path, int flags)
{
	struct stat found;
	if (!in_folders(path))
		return 0;
	int before = errno, is_there = !stat(path, &found);
	errno = before;
	if ((flags & O_CREAT) && !is_there)
		return step(1, "create", name_of(path));
	if ((flags & O_TRUNC) && is_there && found.st_size > 0)
		return step(1, "empty", name_of(path));
	/* A disk that may only be read refuses at once who would write; no step of its own. */
	struct orders orders = read_orders();
	if ((flags & O_ACCMODE) != O_RDONLY && is_there && !S_ISDIR(found.st_mode) && orders.verb == FAIL_FROM &&
	    orders.error == EROFS && atomic_load(&last_step) + 1 >= orders.step) {
		errno = EROFS;
		return EROFS;
	}
	errno = before;
	return 0;
}

#define MODE(flags)                                                                                  \
	mode_t mode = 0;                                                                             \
	if ((flags) & (O_CREAT | O_TMPFILE)) {                                                       \
		va_list rest;                                                                        \
		va_start(rest, flags);                                                               \
		mode = va_arg(rest, mode_t);                                                         \
		va_end(rest);                                                                        \
	}

int open(const char *path, int flags, ...)
{
	MODE(flags)
	return refuses_open(path, flags) ? -1 : REAL(open, path, flags, mode);
}

int open64(const char *path, int flags, ...)
{
	MODE(flags)
	return refuses_open(path, flags) ? -1 : REAL(open64, path, flags, mode);
}

int openat(int at, const char *path, int flags, ...)
{
	MODE(flags)
	return refuses_open(path, flags) ? -1 : REAL(openat, at, path, flags, mode);
}

int openat64(int at, const char *path, int flags, ...)
{
	MODE(flags)
	return refuses_open(path, flags) ? -1 : REAL(openat64, at, path, flags, mode);
}

/* Whether the step on this file is refused; nothing is done on files that are not watched. */
static int refuses_file(int fd, const char *call)
{
	char path[PATH_MAX];
	const char *name = file_of(fd, path);
	return name && step(1, call, name);
}

static int refuses_path(const char *path, const char *call)
{
	return in_folders(path) && step(1, call, name_of(path));
}

/* A write may be to a file or to a socket. */
static int refuses_write(int fd)
{
	char what[32];
	if (refuses_file(fd, "write"))
		return 1;
	if (is_socket(fd, what))
		step(0, "send", what);
	return 0;
}

ssize_t write(int fd, const void *bytes, size_t count)
{
	return refuses_write(fd) ? -1 : REAL(write, fd, bytes, count);
}

ssize_t writev(int fd, const struct iovec *parts, int count)
{
	return refuses_write(fd) ? -1 : REAL(writev, fd, parts, count);
}

ssize_t pwrite(int fd, const void *bytes, size_t count, off_t at)
{
	return refuses_file(fd, "write") ? -1 : REAL(pwrite, fd, bytes, count, at);
}

ssize_t pwrite64(int fd, const void *bytes, size_t count, off64_t at)
{
	return refuses_file(fd, "write") ? -1 : REAL(pwrite64, fd, bytes, count, at);
}

ssize_t pwritev(int fd, const struct iovec *parts, int count, off_t at)
{
	return refuses_file(fd, "write") ? -1 : REAL(pwritev, fd, parts, count, at);
}

ssize_t pwritev64(int fd, const struct iovec *parts, int count, off64_t at)
{
	return refuses_file(fd, "write") ? -1 : REAL(pwritev64, fd, parts, count, at);
}

int ftruncate(int fd, off_t length)
{
	return refuses_file(fd, "truncate") ? -1 : REAL(ftruncate, fd, length);
}

int ftruncate64(int fd, off64_t length)
{
	return refuses_file(fd, "truncate") ? -1 : REAL(ftruncate64, fd, length);
}

int fallocate(int fd, int mode, off_t at, off_t length)
{
	return refuses_file(fd, "allocate") ? -1 : REAL(fallocate, fd, mode, at, length);
}

int fallocate64(int fd, int mode, off64_t at, off64_t length)
{
	return refuses_file(fd, "allocate") ? -1 : REAL(fallocate64, fd, mode, at, length);
}

/* These two answer the error itself. */
int posix_fallocate(int fd, off_t at, off_t length)
{
	return refuses_file(fd, "allocate") ? errno : REAL(posix_fallocate, fd, at, length);
}

int posix_fallocate64(int fd, off64_t at, off64_t length)
{
	return refuses_file(fd, "allocate") ? errno : REAL(posix_fallocate64, fd, at, length);
}

int fsync(int fd)
{
	return refuses_file(fd, "sync") ? -1 : REAL(fsync, fd);
}

int fdatasync(int fd)
{
	return refuses_file(fd, "sync") ? -1 : REAL(fdatasync, fd);
}

int rename(const char *from, const char *to)
{
	return refuses_path(from, "rename") ? -1 : REAL(rename, from, to);
}

int renameat(int at, const char *from, int to_at, const char *to)
{
	return refuses_path(from, "rename") ? -1 : REAL(renameat, at, from, to_at, to);
}

int renameat2(int at, const char *from, int to_at, const char *to, unsigned flags)
{
	return refuses_path(from, "rename") ? -1 : REAL(renameat2, at, from, to_at, to, flags);
}

int unlink(const char *path)
{
	return refuses_path(path, "unlink") ? -1 : REAL(unlink, path);
}

int unlinkat(int at, const char *path, int flags)
{
	return refuses_path(path, "unlink") ? -1 : REAL(unlinkat, at, path, flags);
}

int mkdir(const char *path, mode_t mode)
{
	struct stat found;
	int before = errno, is_there = !stat(path, &found);
	errno = before;
	return !is_there && refuses_path(path, "mkdir") ? -1 : REAL(mkdir, path, mode);
}

ssize_t copy_file_range(int from, off64_t *from_at, int to, off64_t *to_at, size_t count, unsigned flags)
{
	return refuses_file(to, "copy") ? -1 : REAL(copy_file_range, from, from_at, to, to_at, count, flags);
}

ssize_t sendfile(int to, int from, off_t *at, size_t count)
{
	return refuses_write(to) ? -1 : REAL(sendfile, to, from, at, count);
}

ssize_t sendfile64(int to, int from, off64_t *at, size_t count)
{
	return refuses_write(to) ? -1 : REAL(sendfile64, to, from, at, count);
}

/* --- sockets ----------------------------------------------------------------------------------- */

int connect(int fd, const struct sockaddr *address, socklen_t length)
{
	char what[32];
	if (is_socket_address(fd, address, length, what))
		step(0, "connect", what);
	return REAL(connect, fd, address, length);
}

ssize_t send(int fd, const void *bytes, size_t count, int flags)
{
	char what[32];
	if (is_socket(fd, what))
		step(0, "send", what);
	return REAL(send, fd, bytes, count, flags);
}

ssize_t sendto(int fd, const void *bytes, size_t count, int flags, const struct sockaddr *to, socklen_t length)
{
	char what[32];
	if (is_socket(fd, what))
		step(0, "send", what);
	return REAL(sendto, fd, bytes, count, flags, to, length);
}

static ssize_t received(int fd, ssize_t count)
{
	char what[32];
	if (count > 0 && is_socket(fd, what))
		step(0, "recv", what);
	return count;
}

ssize_t recv(int fd, void *bytes, size_t count, int flags)
{
	return received(fd, REAL(recv, fd, bytes, count, flags));
}

ssize_t recvfrom(int fd, void *bytes, size_t count, int flags, struct sockaddr *from, socklen_t *length)
{
	return received(fd, REAL(recvfrom, fd, bytes, count, flags, from, length));
}

ssize_t recvmsg(int fd, struct msghdr *message, int flags)
{
	return received(fd, REAL(recvmsg, fd, message, flags));
}

ssize_t read(int fd, void *bytes, size_t count)
{
	return received(fd, REAL(read, fd, bytes, count));
}

ssize_t readv(int fd, const struct iovec *parts, int count)
{
	return received(fd, REAL(readv, fd, parts, count));
}

/* --- messages ---------------------------------------------------------------------------------- */

/* The method a D-Bus message calls: header field 3, a string. */
static void member_of(const char *bytes, size_t count, char what[32])
{
	static const char field[4] = {3, 1, 's', 0};
	strcpy(what, "message");
	const char *at = memmem(bytes, count, field, sizeof field);
	if (at && at + 8 < bytes + count) {
		size_t left = (size_t)(bytes + count - (at + 8));
		snprintf(what, 32, "%.*s", (int)(left < 31 ? left : 31), at + 8);
	}
}

static void note_message(int fd, const struct msghdr *message)
{
	char what[32];
	if (!watched)
		return;
	if (is_socket(fd, what)) {
		step(0, "send", what);
		return;
	}
	for (size_t part = 0; mark && part < message->msg_iovlen; part++) {
		const struct iovec *bytes = &message->msg_iov[part];
		if (memmem(bytes->iov_base, bytes->iov_len, mark, strlen(mark))) {
			member_of(bytes->iov_base, bytes->iov_len, what);
			step(0, "message", what);
			return;
		}
	}
}

ssize_t sendmsg(int fd, const struct msghdr *message, int flags)
{
	note_message(fd, message);
	return syscall(SYS_sendmsg, fd, message, flags, 0, 0, PASS);
}

/* Clients of the bus that call the kernel past the C library come here. */
static void on_trap(int signal, siginfo_t *info, void *context)
{
	(void)signal;
	ucontext_t *caller = context;
	int before = errno;
#if defined(__x86_64__)
	greg_t *registers = caller->uc_mcontext.gregs;
	long first = registers[REG_RDI], second = registers[REG_RSI], third = registers[REG_RDX];
#elif defined(__aarch64__)
	unsigned long long *registers = caller->uc_mcontext.regs;
	long first = registers[0], second = registers[1], third = registers[2];
#else
#error "registers of this processor"
#endif
	long answer = -ENOSYS;
	if (info->si_syscall == SYS_sendmsg) {
		note_message((int)first, (const struct msghdr *)second);
		answer = syscall(SYS_sendmsg, first, second, third, 0, 0, PASS);
		if (answer < 0)
			answer = -errno;
	}
#if defined(__x86_64__)
	registers[REG_RAX] = answer;
#else
	registers[0] = answer;
#endif
	errno = before;
}

#define FIELD(name) (offsetof(struct seccomp_data, name))

static void trap_messages(void)
{
	struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, FIELD(nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_sendmsg, 0, 4),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, FIELD(args[5])),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)PASS, 0, 3),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, FIELD(args[5]) + 4),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)(PASS >> 32), 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRAP),
	};
	struct sock_fprog program = {sizeof filter / sizeof *filter, filter};
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program))
		note(0, "error", "messages cannot be watched", "");
}

/* --- start ------------------------------------------------------------------------------------- */

__attribute__((constructor)) static void set_up(void)
{
	char self[PATH_MAX] = "";
	const char *program = getenv("INTERPOSE_PROGRAM");
	orders_file = getenv("INTERPOSE_ORDERS");
	log_file = getenv("INTERPOSE_LOG");
	folders = getenv("INTERPOSE_FOLDERS");
	ports = getenv("INTERPOSE_PORTS");
	mark = getenv("INTERPOSE_MARK");
	int is_ours = program && readlink("/proc/self/exe", self, sizeof self - 1) > 0 && !strcmp(self, program);
	if (mark) {
		/* In the children too: they inherit the filter. */
		struct sigaction action = {.sa_sigaction = on_trap, .sa_flags = SA_SIGINFO | SA_NODEFER | SA_RESTART};
		sigaction(SIGSYS, &action, NULL);
		if (is_ours)
			trap_messages();
	}
	watched = is_ours && orders_file && log_file;
}
