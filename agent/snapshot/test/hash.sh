# SHA-256 against a tool that is not ours, with and without the processor's instructions, at every length near a block's.
for n in 0 1 54 55 56 57 63 64 65 119 120 127 128 129 1000 99999 100003 1048576; do
    head -c $n /dev/urandom >"$WORK/bytes"
    sum=$(sha256sum <"$WORK/bytes" | cut -d' ' -f1)
    check "SHA-256 of $n bytes" [ "$("$S" hash <"$WORK/bytes")" = "$sum" ]
    check "SHA-256 of $n bytes, portable" [ "$(HOSTLER_PORTABLE=1 "$S" hash <"$WORK/bytes")" = "$sum" ]
done
