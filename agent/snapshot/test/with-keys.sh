#!/bin/sh
# with-keys.sh PROGRAM ARGS...: the program with the keys of the file KEYS on fd 0, before what comes there; what it writes is
# encrypted with the first, unless ENCRYPT is empty.
program=$1; shift
{ cat "$KEYS"; [ "$1" != capture ] || cat; } | "$program" --keys $(($(stat -c %s "$KEYS") / 48)) ${ENCRYPT---encrypt} "$@"
