# shellcheck shell=bash
# Sourced by scripts/test and scripts/fuzz, which have set `root`: how a build and its programs are started.
#
# launcher      options for `cmake --preset`: ccache where it is installed
# fixed_layout  a command to put before builds and tests with sanitizers

# shellcheck disable=SC2034 # used by who sources this
launcher=()
if command -v ccache >/dev/null; then
  launcher=(-DCMAKE_CXX_COMPILER_LAUNCHER=ccache)
  # Another clone of the same sources finds the same objects.
  export CCACHE_BASEDIR=${CCACHE_BASEDIR:-$root} CCACHE_NOHASHDIR=${CCACHE_NOHASHDIR:-1}
fi

# The sanitizers of clang 14 know only address layouts with up to 28 random bits; newer kernels use up to 32.
fixed_layout=()
random_bits=$(cat /proc/sys/vm/mmap_rnd_bits 2>/dev/null || echo 28)
# shellcheck disable=SC2034
if ((random_bits > 28)) && setarch -R true 2>/dev/null; then fixed_layout=(setarch -R); fi

# The caller's own options come last and win.
export ASAN_OPTIONS=detect_leaks=1:strict_string_checks=1${ASAN_OPTIONS:+:$ASAN_OPTIONS}
export UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1${UBSAN_OPTIONS:+:$UBSAN_OPTIONS}
export TSAN_OPTIONS=halt_on_error=1${TSAN_OPTIONS:+:$TSAN_OPTIONS}
