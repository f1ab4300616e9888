#!/bin/sh
# Cargo calls this in place of rustc for the crates of the workspace (RUSTC_WORKSPACE_WRAPPER). It
# tells the compiler to count what runs in those whose parsers are fuzzed, by flags of the stable
# compiler, as cargo-fuzz does; all others are compiled as ever, and shared with every other build.
case " $* " in
*" --crate-name domain "* | *" --crate-name server "* | *" --crate-name fuzz"*)
    exec "$@" \
        -Cpasses=sancov-module \
        -Cllvm-args=-sanitizer-coverage-level=4 \
        -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
        -Cllvm-args=-sanitizer-coverage-pc-table \
        -Cllvm-args=-sanitizer-coverage-trace-compares
    ;;
*)
    exec "$@"
    ;;
esac
