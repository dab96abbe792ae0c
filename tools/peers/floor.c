// The floor under every way to bring a fleet up: the four children of each guest, spawned with the
// pipes, group and signals that smolfleet gives its own, and nothing else. See tools/bench-peers.
// usage: floor SMOLVM CA GUESTS WIDTH; prints what it took as one line of JSON.
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { CALLS = 4, EVENTS = 64 };
/// What is awaited of a child. The pipes come first: they are numbered like the descriptors.
enum Source { OUT, ERR, EXIT, SOURCES };

/// A place in the fleet, and the guest that has it.
struct Place {
  char name[24];
  char destination[96];
  int calls_made;
  uint32_t child;  ///< counts the place's children, to tell their events apart
  int pending;     ///< sources that have not ended
  int fds[SOURCES];
};

struct Fleet {
  char* smolvm;
  char* ca;
  unsigned guests;
  unsigned width;
  unsigned begun;
  unsigned done;
  int epoll;
  int null;
  pid_t self;
  struct Place* places;
};

static char ca_path[] = "/usr/local/share/ca-certificates/agent-mitm-ca.crt";
static char install_script[] =
    "chown root:root '/usr/local/share/ca-certificates/agent-mitm-ca.crt' && "
    "chmod 644 '/usr/local/share/ca-certificates/agent-mitm-ca.crt' && update-ca-certificates && "
    "openssl verify -CAfile '/etc/ssl/certs/ca-certificates.crt' "
    "'/usr/local/share/ca-certificates/agent-mitm-ca.crt'";

static _Noreturn void die(const char* what) {
  fprintf(stderr, "floor: %s: %s\n", what, strerror(errno));
  exit(1);
}

/// Runs in the child, on the parent's memory and stack: no return.
static _Noreturn __attribute__((noinline)) void execute(const struct Fleet* fleet,
                                                        const int write_ends[2], char** argv) {
  const int ready = setpgid(0, 0) == 0 && prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 &&
                    dup2(fleet->null, STDIN_FILENO) >= 0 &&
                    dup2(write_ends[OUT], STDOUT_FILENO) >= 0 &&
                    dup2(write_ends[ERR], STDERR_FILENO) >= 0;
  if (ready && getppid() == fleet->self) execve(argv[0], argv, environ);
  _exit(127);
}

static void await(const struct Fleet* fleet, const struct Place* place, enum Source source) {
  const uint64_t number = (uint64_t)(place - fleet->places);
  struct epoll_event event = {
      .events = EPOLLIN,
      .data.u64 = (uint64_t)place->child << 32 | (number * SOURCES + source),
  };
  if (epoll_ctl(fleet->epoll, EPOLL_CTL_ADD, place->fds[source], &event) != 0) die("epoll_ctl");
}

static void spawn(const struct Fleet* fleet, struct Place* place, char** argv) {
  int write_ends[2];
  for (int pipe = OUT; pipe <= ERR; ++pipe) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) die("pipe2");
    place->fds[pipe] = ends[0];
    write_ends[pipe] = ends[1];
  }
  const pid_t pid = vfork();
  if (pid == 0) execute(fleet, write_ends, argv);
  if (pid < 0) die("vfork");
  close(write_ends[OUT]);
  close(write_ends[ERR]);
  place->fds[EXIT] = (int)syscall(SYS_pidfd_open, pid, 0);
  if (place->fds[EXIT] < 0) die("pidfd_open");
  ++place->child;
  place->pending = SOURCES;
  for (enum Source source = OUT; source < SOURCES; ++source)
    await(fleet, place, source);
}

static void make_next_call(const struct Fleet* fleet, struct Place* place) {
  char* create[] = {fleet->smolvm,
                    "machine",
                    "create",
                    "--name",
                    place->name,
                    "--image",
                    "debian:12",
                    "--label",
                    "fleet=peers",
                    "-e",
                    "NODE_EXTRA_CA_CERTS=/usr/local/share/ca-certificates/agent-mitm-ca.crt",
                    "-e",
                    "SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt",
                    "-e",
                    "REQUESTS_CA_BUNDLE=/etc/ssl/certs/ca-certificates.crt",
                    "--",
                    "sleep",
                    "infinity",
                    NULL};
  char* start[] = {fleet->smolvm, "machine", "start", "--name", place->name, NULL};
  char* copy[] = {fleet->smolvm, "machine", "cp", fleet->ca, place->destination, NULL};
  char* install[] = {fleet->smolvm, "machine", "exec", "--name", place->name,    "--timeout",
                     "65s",         "--",      "sh",   "-c",     install_script, NULL};
  char** calls[CALLS] = {create, start, copy, install};
  spawn(fleet, place, calls[place->calls_made++]);
}

static void begin_guest(struct Fleet* fleet, struct Place* place) {
  snprintf(place->name, sizeof(place->name), "guest-%06u", fleet->begun++);
  snprintf(place->destination, sizeof(place->destination), "%s:%s", place->name, ca_path);
  place->calls_made = 0;
  make_next_call(fleet, place);
}

/// Whether the pipe has ended.
static int drained(int fd) {
  static char buffer[64 * 1024];
  const ssize_t count = read(fd, buffer, sizeof(buffer));
  if (count < 0 && errno != EINTR) die("read");
  return count == 0;
}

/// Whether the child has ended; it must have done so well.
static int reaped(int pidfd) {
  siginfo_t info = {0};
  if (waitid(P_PIDFD, (id_t)pidfd, &info, WEXITED | WNOHANG) != 0) die("waitid");
  if (info.si_pid == 0) return 0;
  errno = ECHILD;
  if (info.si_code != CLD_EXITED || info.si_status != 0) die("a child failed");
  return 1;
}

/// After the end of a child.
static void advance(struct Fleet* fleet, struct Place* place) {
  if (place->calls_made < CALLS) {
    make_next_call(fleet, place);
    return;
  }
  ++fleet->done;
  if (fleet->begun < fleet->guests) begin_guest(fleet, place);
}

static void on_event(struct Fleet* fleet, uint64_t token) {
  struct Place* const place = &fleet->places[(uint32_t)token / SOURCES];
  const enum Source source = (uint32_t)token % SOURCES;
  // Between the end of a vfork and the closing of what is O_CLOEXEC a new child holds our
  // descriptors, so one that was closed may still be reported.
  if (place->child != token >> 32 || place->fds[source] < 0) return;
  const int ended = source == EXIT ? reaped(place->fds[source]) : drained(place->fds[source]);
  if (!ended) return;
  close(place->fds[source]);
  place->fds[source] = -1;
  if (--place->pending == 0) advance(fleet, place);
}

static void run(struct Fleet* fleet) {
  for (unsigned i = 0; i < fleet->width && fleet->begun < fleet->guests; ++i)
    begin_guest(fleet, &fleet->places[i]);
  while (fleet->done < fleet->guests) {
    struct epoll_event events[EVENTS];
    const int count = epoll_wait(fleet->epoll, events, EVENTS, -1);
    if (count < 0 && errno != EINTR) die("epoll_wait");
    for (int i = 0; i < count; ++i)
      on_event(fleet, events[i].data.u64);
  }
}

/// Once for all children, who inherit it: whoever handles no signal has none to reset for each.
static void reset_signals(void) {
  for (int number = 1; number < NSIG; ++number)
    signal(number, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
}

static unsigned count_from(const char* text) {
  char* end;
  const unsigned long count = strtoul(text, &end, 10);
  if (*end == 0 && count >= 1 && count <= 1000000) return (unsigned)count;
  errno = EINVAL;
  die(text);
}

static struct Fleet fleet_from(char** argv) {
  struct Fleet fleet = {
      .smolvm = argv[1],
      .ca = argv[2],
      .guests = count_from(argv[3]),
      .width = count_from(argv[4]),
      .epoll = epoll_create1(EPOLL_CLOEXEC),
      .null = open("/dev/null", O_RDONLY | O_CLOEXEC),
      .self = getpid(),
  };
  fleet.places = calloc(fleet.width, sizeof(*fleet.places));
  if (fleet.epoll < 0 || fleet.null < 0 || fleet.places == NULL) die("cannot begin");
  return fleet;
}

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static double seconds(struct timeval time) {
  return (double)time.tv_sec + (double)time.tv_usec / 1e6;
}

/// getrusage's maximum would be that of whoever spawned us, if that was larger.
static long max_rss_kib(void) {
  FILE* const status = fopen("/proc/self/status", "re");
  char line[256];
  long kib = 0;
  while (status != NULL && fgets(line, sizeof(line), status) != NULL) {
    if (strncmp(line, "VmHWM:", 6) == 0) kib = strtol(line + 6, NULL, 10);
  }
  if (status != NULL) fclose(status);
  return kib;
}

int main(int argc, char** argv) {
  const double begun = now();
  if (argc != 5) {
    fputs("usage: floor SMOLVM CA GUESTS WIDTH\n", stderr);
    return 2;
  }
  reset_signals();
  struct Fleet fleet = fleet_from(argv);
  run(&fleet);
  const double wall = now() - begun;
  struct rusage own;
  getrusage(RUSAGE_SELF, &own);
  printf("{\"guests\":%u,\"wall_s\":%.6f,\"user_s\":%.6f,\"system_s\":%.6f,\"max_rss_kib\":%ld}\n",
         fleet.done, wall, seconds(own.ru_utime), seconds(own.ru_stime), max_rss_kib());
  free(fleet.places);
  return 0;
}
