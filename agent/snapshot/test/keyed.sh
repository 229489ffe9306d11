# keyed PROGRAM KEYS AS: a command AS that runs hostler-snapshot with the keys of a file on fd 0, before what comes there, and has
# what is written encrypted with the first, unless ENCRYPT is empty. The file is made if it is not there. Sourced.
keyed() {
    [ -e "$2" ] || head -c 48 /dev/urandom >"$2"
    cat >"$3" <<EOF
#!/bin/sh
{ cat "$2"; [ "\$1" != capture ] || cat; } | "$1" --keys \$((\$(stat -c %s "$2") / 48)) \${ENCRYPT---encrypt} "\$@"
EOF
    chmod +x "$3"
}
