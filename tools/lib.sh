# What the scripts of tools/ share: where the repository is, how they speak, how they fail. Sourced.
# shellcheck shell=bash

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
readonly root

if [[ -t 1 && -z ${NO_COLOR:-} ]]; then
  bold=$'\e[1m' dim=$'\e[2m' green=$'\e[32m' red=$'\e[31m' plain=$'\e[0m'
else
  bold='' dim='' green='' red='' plain=''
fi
# shellcheck disable=SC2034 # for those who source this
readonly bold dim green red plain

# die MESSAGE…: one line for what went wrong, further lines for what to do about it.
die() {
  printf '%s%s: %s%s\n' "$red" "$(basename "$0")" "$1" "$plain" >&2
  shift
  [[ $# -eq 0 ]] || printf '  %s\n' "$@" >&2
  exit 1
}

# elapsed SINCE: seconds with one digit since SINCE, a value of $EPOCHREALTIME.
elapsed() {
  local tenths=$(((${EPOCHREALTIME/[.,]/} - ${1/[.,]/}) / 100000))
  printf '%d.%d' $((tenths / 10)) $((tenths % 10))
}

# configure DIRECTORY [MESON OPTION…]: sets up a build directory once, with the project's compiler.
# A directory that an earlier, interrupted set-up left behind is begun anew.
configure() {
  local directory=$1
  shift
  [[ ! -f $directory/build.ninja ]] || return 0
  rm -rf "$directory/meson-private" "$directory/meson-info"
  meson setup --native-file "$root/tools/clang-19.ini" "$@" "$directory" "$root"
}

# configure_sanitized: the build with sanitizers, in build-san. Not optimised: half the time to
# compile, and nothing undefined is optimised away unseen. Several sources at a time, which halves
# what is left; that each is whole by itself is what the other build shows.
configure_sanitized() {
  configure build-san -Doptimization=0 -Db_sanitize=address,undefined -Db_lundef=false \
    -Dunity=on -Dunity_size=8
}

# sanitizers_strict: what its programs run with where it is about finding faults.
sanitizers_strict() {
  # Leaks are looked for without being asked, but not in the stand-in (support/sanitizer.cpp): an
  # option named here would go over its own, and cost each of its processes 0.1 s.
  export ASAN_OPTIONS=detect_stack_use_after_return=1:strict_string_checks=1
  ASAN_OPTIONS+=:abort_on_error=1:halt_on_error=1
  export UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1:abort_on_error=1
  ASAN_SYMBOLIZER_PATH=$(command -v llvm-symbolizer-19 || true)
  export ASAN_SYMBOLIZER_PATH
}
