# net=allow-list: the namespace, the rules, the forwarder. The other end of the Unix socket is test/net.c's proxy.
cp "$TOOLS/net" "$WORK/net" # on a disk that the sandbox shows
mkdir -m 755 "$WORK/way"
"$WORK/net" proxy "$WORK/way/proxy" & HELPERS="$HELPERS $!"
wait_for test -S "$WORK/way/proxy"
N=$WORK/net
listed() { launch net=allow-list "net_dir=$WORK/way" "$@"; }
for uid in 0 65534; do
    listed uid=$uid gid=$uid -- sh -c "'$N' tcp 192.0.2.1 443; '$N' tcp 2001:db8::1 80; '$N' tcp 169.254.169.254 80; '$N' tcp 8.8.8.8 65535"
    check "network: whatever is connected to, the proxy is asked for it (uid $uid)" all 'exited 0' 'out_is "to 192.0.2.1 443
hello
to 2001:db8::1 80
hello
to 169.254.169.254 80
hello
to 8.8.8.8 65535
hello"'
    listed uid=$uid gid=$uid -- sh -c "'$N' tcp 192.0.2.1 9; '$N' tcp 2001:db8::1 9"
    check "network: what the proxy denies is reset (uid $uid)" all 'out_lacks "[a-z]"' '[ "$(grep -c "ECONNRESET\|EPIPE" "$A/stdout")" = 2 ]'
    listed uid=$uid gid=$uid -- sh -c "'$N' udp 192.0.2.53 53; '$N' udp 127.0.0.53 53; '$N' udp 2001:db8::53 53"
    check "network: questions about names reach the proxy, whatever server they are for (uid $uid)" out_is "answer hello
answer hello
answer hello"
    listed uid=$uid gid=$uid -- sh -c "'$N' udp 192.0.2.1 123; '$N' udp 2001:db8::1 123; '$N' udp 224.0.0.1 5353"
    check "network: other datagrams fail (uid $uid)" all 'out_lacks answer' '[ "$(grep -c "EPERM\|ENETUNREACH" "$A/stdout")" = 3 ]'
done
listed -- "$N" tcp 127.0.0.1 3128
check "network: a port for programs that know proxies" out_is "hello"
listed -- sh -c "'$N' tcp 127.0.0.1 22; '$N' tcp ::1 22; '$N' tcp 127.8.9.1 5000"
check "network: 127.0.0.0/8 and ::1 are the sandbox's own" out_is "error ECONNREFUSED
error ECONNREFUSED
error ECONNREFUSED"
listed -- "$N" bulk 192.0.2.1 7 50000000
check "network: 50 MB there and back at once, no byte lost" out_is "50000000 bytes, then the end"
listed -- "$N" many 192.0.2.1 7 300
check "network: 300 connections at once" out_is "300 of 300"
listed -- sh -c "'$N' many 192.0.2.1 7 1000 & '$N' many 192.0.2.2 7 20; kill \$!; '$N' tcp 192.0.2.3 80"
check "network: more than the forwarder has room for wait, and it goes on" all 'out_has "20 of 20" "to 192.0.2.3 80"'
listed -- "$N" rate 127.0.0.1 22 50000
check "network: new connections are limited, as the kernel remembers each ($(cat "$A/stderr"))" out_is 1
listed -- "$P" interfaces
check "network: only a loopback" out_is 'lo lo-up'
listed -- "$P" fds
check "network: no descriptor more for the program" out_is '0 1 2 '
listed uid=0 gid=0 -- "$P" write /run/hostler/network/x /run/hostler/network/proxy
check "network: the way out cannot be written" out_lacks ' ok$'
launch_later net=allow-list "net_dir=$WORK/way" grace_ms=3000 -- sh -c "trap '\"$N\" tcp 192.0.2.1 443; exit 5' TERM; echo ready; while :; do sleep 0.05; done"
wait_for grep -q ready "$A/stdout"; printf C >"$A/control"; ended
check "network: is there until the end of the grace" all 'is reason=cancelled' 'out_has "to 192.0.2.1 443"'
launch_later net=allow-list "net_dir=$WORK/way" -- sh -c "echo ready; sleep 60"
wait_for grep -q ready "$A/stdout"
forwarder=$(members | sort -u | while read -r pid; do [ "$(tr '\0' ' ' <"/proc/$pid/cmdline" | cut -c1-${#LAUNCH})" = "$LAUNCH" ] && [ "$pid" != "$(sed -n s/^pid=//p "$A/started")" ] && echo "$pid"; done)
sed -n 's/^\(Uid\|CapEff\|CapBnd\|NoNewPrivs\|Seccomp\):[[:space:]]*//p' "/proc/$forwarder/status" | tr '\t\n' '  ' >"$WORK/v"
if [ -z "$SANITIZED" ]; then
    check "network: the forwarder has no power that the program lacks, and a filter" grep -qx '65534 65534 65534 65534 0000000000000000 0000000000000000 1 2 ' "$WORK/v"
    check "network: and nothing open but its doors" [ "$(ls "/proc/$forwarder/fd" | wc -l)" = 8 ]
fi
printf K >"$A/control"; ended
check "network: it ends with the attempt" all '[ -z "$(members)" ]'
new_dir; (umask 077; fields net=allow-list "net_dir=$WORK/way" seccomp=f.bpf -- "$N" tcp 192.0.2.1 443 >"$SPEC"); "$WORK/tool" filter notify 63 >"$A/f.bpf"; launch_spec
check "network: with a filter on the program, too" all 'exited 0' 'out_has "to 192.0.2.1 443"'
mkdir -m 755 "$WORK/nobody"
launch net=allow-list "net_dir=$WORK/nobody" -- sh -c "'$N' tcp 192.0.2.1 443; '$N' tcp 127.0.0.1 3128; echo over"
check "network: without a proxy there is no way out, and the program goes on" all 'out_has over' 'out_lacks hello' 'exited 0'
set_limit pids 1
listed -- true
check "network: too few processes allowed for it is said" all 'is state=not_started stage=network' 'error_has "three processes"'
no_limit pids
bad "net_dir without allow-list" net_dir "$WORK/way" "net=allow-list" "net_dir=$WORK/way" -- true
bad "allow-list without net_dir" net_dir "" "needs it" net=allow-list -- true
bad "ro over the way out" ro /run/hostler/network/x "way out" ro=/run/hostler/network/x -- true
