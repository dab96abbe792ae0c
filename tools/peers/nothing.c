// A smolvm that does nothing: it answers what smolfleet asks about it, and every other call
// succeeds at once, so that what is measured is whoever spawns it. See tools/bench-peers.
// NOTHING_LATENCY="create=10,start=300" makes calls take so many milliseconds; NOTHING_FIRST_CALL
// names a file that gets the time of the first call of all, CLOCK_MONOTONIC in nanoseconds.
//
// There is no C library in it: glibc asks the CPU what it is before main, which in a virtual
// machine takes three times as long as everything else, and would hide what spawning costs.
#include <asm/unistd.h>
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <time.h>

/// One for all verbs, with the options of 1.9.3 that smolfleet looks for.
static const char help[] =
    "Options:\n      --label <KEY=VALUE>\n      --mode <MODE>\n  -h, --help\n";
/// A machine that has been started once: so the first start of a run need not go alone.
static const char machines[] = "[{\"name\":\"earlier\",\"state\":\"stopped\"}]\n";

static long system_call(long number, long first, long second, long third, long fourth) {
#if defined(__x86_64__)
  long result;
  register long r10 __asm__("r10") = fourth;
  __asm__ volatile("syscall"
                   : "=a"(result)
                   : "a"(number), "D"(first), "S"(second), "d"(third), "r"(r10)
                   : "rcx", "r11", "memory");
  return result;
#elif defined(__aarch64__)
  register long x8 __asm__("x8") = number;
  register long x0 __asm__("x0") = first;
  register long x1 __asm__("x1") = second;
  register long x2 __asm__("x2") = third;
  register long x3 __asm__("x3") = fourth;
  __asm__ volatile("svc #0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3) : "memory");
  return x0;
#else
#error "nothing.c speaks to the kernel itself: teach it how this machine does"
#endif
}

// The kernel starts here, with argc, argv and the environment on the stack.
#if defined(__x86_64__)
__asm__(".globl _start\n_start:\n  mov %rsp, %rdi\n  and $-16, %rsp\n  call begin\n");
#elif defined(__aarch64__)
__asm__(".globl _start\n_start:\n  mov x0, sp\n  bl begin\n");
#endif

static size_t length_of(const char* text) {
  size_t length = 0;
  while (text[length] != 0)
    ++length;
  return length;
}

/// What follows `start` at the beginning of `text`; NULL: it begins otherwise.
static const char* after(const char* text, const char* start) {
  for (; *start != 0; ++start, ++text) {
    if (*text != *start) return NULL;
  }
  return text;
}

static int is(const char* text, const char* word) {
  const char* const rest = after(text, word);
  return rest != NULL && *rest == 0;
}

/// Returns the exit status.
static int say(const char* text) {
  return system_call(__NR_write, 1, (long)text, (long)length_of(text), 0) < 0;
}

static void record(const char* path) {
  struct timespec now = {0};
  system_call(__NR_clock_gettime, CLOCK_MONOTONIC, (long)&now, 0, 0);
  char digits[24];
  size_t first = sizeof(digits);
  long left = now.tv_sec * 1000000000 + now.tv_nsec;
  for (; left > 0; left /= 10)
    digits[--first] = (char)('0' + left % 10);
  const int flags = O_WRONLY | O_CREAT | O_EXCL;
  const long file = system_call(__NR_openat, AT_FDCWD, (long)path, flags, 0600);
  if (file < 0) return;  // somebody else was the first
  system_call(__NR_write, file, (long)(digits + first), (long)(sizeof(digits) - first), 0);
}

/// Of "VERB=MS,VERB=MS" the milliseconds of one verb; 0: it is not named.
static long latency_of(const char* verb, const char* settings) {
  while (*settings != 0) {
    const char* at = after(settings, verb);
    if (at != NULL && *at == '=') {
      long milliseconds = 0;
      while (*++at >= '0' && *at <= '9')
        milliseconds = milliseconds * 10 + (*at - '0');
      return milliseconds;
    }
    while (*settings != 0 && *settings++ != ',') {
    }
  }
  return 0;
}

static void wait_for(long milliseconds) {
  struct timespec left = {.tv_sec = milliseconds / 1000, .tv_nsec = milliseconds % 1000 * 1000000};
  while (system_call(__NR_clock_nanosleep, CLOCK_MONOTONIC, 0, (long)&left, (long)&left) ==
         -EINTR) {
  }
}

static int answer(int argc, char** argv, const char* latencies) {
  if (argc == 2 && is(argv[1], "--version")) return say("smolvm 1.9.3\n");
  if (argc < 3) return 2;
  if (argc == 4 && is(argv[3], "--help")) return say(help);
  if (is(argv[2], "ls")) return say(machines);
  const long milliseconds = latency_of(argv[2], latencies);
  if (milliseconds > 0) wait_for(milliseconds);
  return 0;
}

_Noreturn void begin(long* stack);

_Noreturn void begin(long* stack) {
  const int argc = (int)stack[0];
  char** const argv = (char**)(stack + 1);
  const char* latencies = "";
  for (char** entry = argv + argc + 1; *entry != NULL; ++entry) {
    const char* const path = after(*entry, "NOTHING_FIRST_CALL=");
    if (path != NULL) record(path);
    const char* const value = after(*entry, "NOTHING_LATENCY=");
    if (value != NULL) latencies = value;
  }
  const int status = answer(argc, argv, latencies);
  for (;;)
    system_call(__NR_exit_group, status, 0, 0, 0);
}
