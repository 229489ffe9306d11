# Steps of ./quickstart, in the order in which they run. Sourced; uses $home, $data, $check.

# What people see stays the terminal, even while a step writes its output into a log.
exec 8>&1

# progress TEXT START: on a terminal, what is being waited for and since how many seconds.
progress() {
  [ -t 8 ] || return 0
  printf '\r\033[K%s ... %d s ' "$1" $((SECONDS - $2)) >&8
}

progress_ends() {
  [ ! -t 8 ] || printf '\r\033[K' >&8
}

# say TEXT: one line for people.
say() { printf '%s\n' "$*"; }

# fail TEXT: ends the whole run.
fail() {
  printf 'quickstart: %s\n' "$*" >&2
  exit 1
}

# lacking TEXT: the machine is not as needed.
lacking() {
  printf 'quickstart: %s\n' "$*" >&2
  exit 3
}

# during TITLE LOGFILE COMMAND...: runs a command with its output in a log; on a terminal, with the seconds that have passed.
during() {
  local title=$1 file=$2 start=$SECONDS pid status=0
  shift 2
  # A session of its own, so that Ctrl-C, which the shell hides from jobs in the background, can end all of it.
  setsid "$@" > "$file" 2>&1 < /dev/null 8>&- 9>&- &
  pid=$!
  step_pid=$pid
  if [ -t 8 ]; then
    while kill -0 "$pid" 2> /dev/null; do
      progress "$title" "$start"
      read -r -t 1 _ <> <(:) || true
    done
    progress_ends
  fi
  wait "$pid" || status=$?
  step_pid=
  if [ "$status" -ne 0 ]; then
    printf '%s: failed (exit code %d). The end of %s:\n' "$title" "$status" "$file" >&2
    tail -n 30 "$file" >&2
    exit 1
  fi
  say "$title: done ($((SECONDS - start)) s)"
}

require_machine() {
  [ "$(id -u)" = 0 ] || lacking "must run as root: the agent enters namespaces and cgroups for the work it runs"
  java_home=$("$home/bin/find-java") || exit 3
}

take_lock() {
  log=$data/log
  mkdir -p -m 0700 "$data" "$log"
  exec 9> "$data/lock"
  flock -n 9 || fail "another quickstart uses $data; stop it, or give --data DIR another folder"
  rm -f "$data/env"
}

build() {
  local newest
  if [ -f "$home/cli/target/.built" ] && [ -f "$home/agent/target/launcher/hostler-launch" ]; then
    newest=$(find "$home"/{proto,common,trust,controller,agent,cli}/{src,pom.xml} "$home/agent/launcher" "$home/agent/snapshot" "$home/pom.xml" \
      -newer "$home/cli/target/.built" -type f -print -quit)
    if [ -z "$newest" ]; then
      say "Build: up to date"
      return
    fi
  fi
  local tool
  for tool in gcc make; do
    command -v "$tool" > /dev/null || lacking "$tool is missing: apt-get install gcc make libc6-dev libsodium-dev"
  done
  echo '#include <sodium.h>' | gcc -E - > /dev/null 2>&1 || lacking "libsodium is missing: apt-get install libsodium-dev"
  # The generator leaves classes of messages that are no more; they would not compile.
  [ -z "$(find "$home/proto/src" -newer "$home/proto/target/classes" -type f -print -quit 2> /dev/null)" ] || rm -rf "$home/proto/target"
  during "Build (the first one takes some minutes)" "$log/build.log" \
    "$home/mvnw" -B -ntp -f "$home/pom.xml" -pl controller,agent,cli -am -DskipTests package
  touch "$home/cli/target/.built"
}

# free_port FIRST: the first port from there on that nobody listens on.
free_port() {
  local port=$1
  while (exec 3<> "/dev/tcp/127.0.0.1/$port") 2> /dev/null; do
    port=$((port + 10))
  done
  echo "$port"
}

configure() {
  make_signers
  if [ -f "$data/ports" ]; then
    . "$data/ports"
  else
    agent_port=$(free_port 7443)
    operator_port=$(free_port 7444)
    metrics_port=$(free_port 7445)
    printf 'agent_port=%s\noperator_port=%s\nmetrics_port=%s\n' "$agent_port" "$operator_port" "$metrics_port" > "$data/ports"
  fi
  group=hostler-quickstart-$(printf %s "$data" | cksum | cut -d ' ' -f 1)
  cat > "$data/controller.toml" <<TOML
data_dir = "$data/controller"

[agent_port]
listen = "127.0.0.1:$agent_port"

[operator_port]
listen = "127.0.0.1:$operator_port"

[metrics]
listen = "127.0.0.1:$metrics_port"

[trust]
operator_roots = "$data/operators/root.crt"

# Delegated to this controller, so that what is pushed can be used at once. Without these two keys somebody else signs the
# index with \`hostler index sign\`, and a stolen controller cannot vouch for freshness: see docs/security.md.
[index]
certificate = "$data/index-signer/signer.crt"
key = "$data/index-signer/signer.key"
TOML
  cat > "$data/agent.toml" <<TOML
controllers = ["127.0.0.1:$agent_port"]
state_dir = "$data/agent"

[labels]
role = "demo"

# All of a fleet on one machine: what is the controller's and the operators' is nothing for programs to see.
[sandbox]
cgroup = "$group"
hidden = ["$data/controller", "$data/operators", "$data/signer", "$data/index-signer"]
TOML
  HOSTLER_CONFIG=$data/cli.toml
  export HOSTLER_CONFIG
}
