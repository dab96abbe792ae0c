// A smolvm that does nothing: it answers what smolfleet asks about it, and every other call
// succeeds at once, so that what is measured is whoever spawns it. See tools/bench-peers.
// NOTHING_LATENCY="create=10,start=300" makes calls take so many milliseconds; NOTHING_FIRST_CALL
// names a file that gets the time of the first call of all, CLOCK_MONOTONIC in nanoseconds.
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/// One for all verbs, with the options of 1.9.3 that smolfleet looks for.
static const char help[] =
    "Options:\n      --label <KEY=VALUE>\n      --mode <MODE>\n  -h, --help\n";
/// A machine that has been started once: so the first start of a run need not go alone.
static const char machines[] = "[{\"name\":\"earlier\",\"state\":\"stopped\"}]\n";

static int say(const char* text) {
  return write(STDOUT_FILENO, text, strlen(text)) < 0;
}

static void record_first_call(void) {
  struct timespec now;
  const char* const path = getenv("NOTHING_FIRST_CALL");
  if (path == NULL) return;
  clock_gettime(CLOCK_MONOTONIC, &now);
  const int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file >= 0) dprintf(file, "%lld\n", (long long)now.tv_sec * 1000000000 + now.tv_nsec);
}

/// Of "VERB=MS,VERB=MS" the milliseconds of one verb; 0: it is not named.
static long latency_of(const char* verb) {
  const size_t length = strlen(verb);
  const char* at = getenv("NOTHING_LATENCY");
  while (at != NULL) {
    if (strncmp(at, verb, length) == 0 && at[length] == '=')
      return strtol(at + length + 1, NULL, 10);
    at = strchr(at, ',');
    if (at != NULL) ++at;
  }
  return 0;
}

static void wait_for(long milliseconds) {
  struct timespec left = {.tv_sec = milliseconds / 1000, .tv_nsec = milliseconds % 1000 * 1000000};
  while (clock_nanosleep(CLOCK_MONOTONIC, 0, &left, &left) == EINTR) {
  }
}

int main(int argc, char** argv) {
  record_first_call();
  if (argc == 2 && strcmp(argv[1], "--version") == 0) return say("smolvm 1.9.3\n");
  if (argc < 3) return 2;
  const char* const verb = argv[2];
  if (argc == 4 && strcmp(argv[3], "--help") == 0) return say(help);
  if (strcmp(verb, "ls") == 0) return say(machines);
  const long latency = latency_of(verb);
  if (latency > 0) wait_for(latency);
  return 0;
}
