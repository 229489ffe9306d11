package dev.hostler.agent.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hostler.agent.sandbox.cgroup.CgroupLimits;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What programs try, as the default user and as root, and what it gets them. */
class HostileProgramTest {
  private static final SandboxUser ROOT = SandboxUser.of(0, 0);
  private static SandboxHost host;
  private static Probe probe;

  @BeforeAll
  static void open() throws Exception {
    host = new SandboxHost();
    probe = new Probe(host);
    Files.writeString(host.state.resolve("secret"), "the agent's key");
  }

  @AfterAll
  static void close() throws Exception {
    host.close();
  }

  private static SandboxSpec with(SandboxSpec spec, List<WritablePath> writable) {
    FileView files = spec.files();
    return spec.withFiles(
        new FileView(writable, List.of(), files.hidden(), files.payload(), files.tmpBytes()));
  }

  @Test
  void nothingOfTheHostCanBeWritten() throws Exception {
    String name = host.root.getFileName().toString();
    String script =
        "for f in /N /etc/N /usr/N /var/N /var/lib/N /opt/N /sys/N /proc/sys/kernel/core_pattern"
            + " /proc/sysrq-trigger /run/hostler/bundle/N; do echo hacked >$f && echo wrote $f;"
            + " done; true";
    for (SandboxUser user : List.of(host.defaults.user(), ROOT)) {
      SandboxSpec spec = host.sh("(" + script.replace("N", name) + ") 2>/dev/null").withUser(user);

      assertThat(host.output(spec)).isEmpty();
    }
    for (String directory : List.of("/", "/etc", "/usr", "/var", "/var/lib", "/opt")) {
      assertThat(Path.of(directory, name)).doesNotExist();
    }
  }

  @Test
  void secretsCannotBeReadEvenByRoot() throws Exception {
    String script =
        "cat /etc/shadow /etc/gshadow /etc/ssh/ssh_host_*_key %s/secret; ls -A /root /home %s"
            .formatted(host.state, host.state);

    SandboxSpec spec = host.sh(script).withUser(ROOT);
    host.run(spec);

    assertThat(host.stdout(spec).lines().filter(line -> !line.isEmpty() && !line.endsWith(":")))
        .isEmpty();
  }

  @Test
  void aDeclaredPathIsWritableAndItsNeighbourIsNot() throws Exception {
    Path declared = Files.createDirectory(host.root.resolve("declared"));
    Path neighbour = Files.createDirectory(host.root.resolve("neighbour"));
    for (Path path : List.of(declared, neighbour)) {
      Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxrwxrwx"));
    }
    SandboxSpec spec =
        with(
            host.sh("echo yes >%s/f; echo no >%s/f; true".formatted(declared, neighbour)),
            List.of(WritablePath.of(declared)));

    host.run(spec);

    assertThat(declared.resolve("f")).hasContent("yes");
    assertThat(neighbour).isEmptyDirectory();
  }

  @Test
  void noexecPathsExecuteNothing() throws Exception {
    Path declared = Files.createDirectory(host.root.resolve("no:exec"));
    Files.setPosixFilePermissions(declared, PosixFilePermissions.fromString("rwxrwxrwx"));
    String script = "cp /bin/true %s/t; %s/t && echo ran || echo $?".formatted(declared, declared);

    assertThat(host.output(with(host.sh(script), List.of(WritablePath.of(declared)))))
        .isEqualTo("ran\n");
    Files.delete(declared.resolve("t"));
    assertThat(host.output(with(host.sh(script), List.of(WritablePath.noexec(declared)))))
        .contains("126");
  }

  @Test
  void setuidProgramsStayPowerless() throws Exception {
    SandboxSpec spec =
        host.sh("grep -E 'NoNewPrivs|CapEff|CapBnd|Seccomp:' /proc/self/status; id -u");

    assertThat(host.output(spec).lines().map(line -> line.replaceAll("\\s+", " ")))
        .containsExactly(
            "CapEff: 0000000000000000",
            "CapBnd: 0000000000000000",
            "NoNewPrivs: 1",
            "Seccomp: 2",
            "64999");
  }

  @Test
  void declaredCapabilitiesAreKeptAndNoOthers() throws Exception {
    SandboxSpec spec =
        host.sh("grep CapEff /proc/self/status")
            .withCapabilities(java.util.Set.of(Capability.NET_BIND_SERVICE, Capability.CHOWN));

    assertThat(host.output(spec)).endsWith("0000000000000401\n");
  }

  @Test
  void nothingIsReachableWithoutNetwork() throws Exception {
    try (ServerSocket server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
      String connect =
          "exec 2>/dev/null; exec 3<>/dev/tcp/127.0.0.1/%d && echo connected"
              .formatted(server.getLocalPort());
      for (Network network : List.of(Network.NONE, Network.LOOPBACK)) {
        assertThat(host.output(bash(connect).withNetwork(network))).isEmpty();
      }
      assertThat(host.output(bash(connect).withNetwork(Network.HOST))).isEqualTo("connected\n");
    }
    assertThat(host.output(host.sh("tail -n +3 /proc/net/dev | cut -d: -f1")))
        .isEqualTo("    lo\n");
  }

  private static SandboxSpec bash(String script) {
    return host.defaults.spec(
        host.attempt(), List.of("/bin/bash", "-c", script), java.util.Map.of(), Optional.empty());
  }

  @Test
  void unixSocketsOfTheHostCannotBeConnectedTo() throws Exception {
    Path directory = Files.createTempDirectory(Path.of("/opt"), "hostler-test-");
    Path socket = directory.resolve("s");
    try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      server.bind(UnixDomainSocketAddress.of(socket));
      Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxrwxrwx"));
      Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rwxrwxrwx"));
      for (SandboxUser user : List.of(host.defaults.user(), ROOT)) {
        assertThat(host.output(probe.spec("connect", socket.toString()).withUser(user)))
            .doesNotContain("connected");
      }
    } finally {
      Files.deleteIfExists(socket);
      Files.delete(directory);
    }
  }

  @Test
  void socketsThatTheHostMakesLaterCannotBeReachedWithoutANetwork() throws Exception {
    // 41 socket(AF_UNIX, ...), 53 socketpair(AF_UNIX, ...): 1 stream, 2 datagram, 3 raw, 5 packets
    for (SandboxUser user : List.of(host.defaults.user(), ROOT)) {
      for (String type : List.of("1", "2", "5", "0x80801")) {
        assertThat(output(user, Network.NONE, "41", "1", type, "0")).isEqualTo("-1 1\n");
        assertThat(output(user, Network.LOOPBACK, "41", "1", type, "0")).startsWith("3 ");
      }
      // Such a pair could send to any path, connected as it is.
      for (String type : List.of("2", "3", "0x80802")) {
        assertThat(output(user, Network.NONE, "53", "1", type, "0")).isEqualTo("-1 1\n");
      }
      // EFAULT: let through, as the place for its answer is none.
      for (String type : List.of("1", "5", "0x80801")) {
        assertThat(output(user, Network.NONE, "53", "1", type, "0")).isEqualTo("-1 14\n");
      }
    }
  }

  private static String output(SandboxUser user, Network network, String... call) throws Exception {
    List<String> argv = new java.util.ArrayList<>(List.of("sys"));
    argv.addAll(List.of(call));
    return host.output(probe.spec(argv.toArray(String[]::new)).withUser(user).withNetwork(network));
  }

  @Test
  void forkingWithoutEndIsBounded() throws Exception {
    SandboxSpec spec = probe.spec("forks").withLimits(new CgroupLimits(64 << 20, 0, 0, 20));

    RunRecord ended = host.run(spec);

    assertThat(ended.exitCode()).hasValue(0);
    assertThat(host.stdout(spec)).matches("1[0-9] 11\n"); // EAGAIN
    assertThat(ended.use().pidsDenied().orElseThrow()).isPositive();
  }

  @Test
  void temporaryFilesAreBoundedAndPrivate() throws Exception {
    SandboxSpec spec = host.sh("head -c 9M /dev/zero >/tmp/f; wc -c </tmp/f; ls -A /var/tmp");
    FileView files = spec.files();

    String output =
        host.output(
            spec.withFiles(
                new FileView(List.of(), List.of(), files.hidden(), files.payload(), 1 << 20)));

    assertThat(output).startsWith("1048576\n").doesNotContain("hostler-test");
  }

  @Test
  void onlyThreeDescriptorsAreOpen() throws Exception {
    assertThat(host.output(probe.spec("descriptors"))).isEqualTo("0 1 2 ");
  }

  @Test
  void nothingOfTheAgentsEnvironmentIsSeen() throws Exception {
    SandboxSpec spec =
        host.defaults.spec(
            host.attempt(), List.of("env"), java.util.Map.of("MINE", "a=b"), Optional.empty());

    assertThat(host.output(spec).lines().sorted())
        .containsExactly(
            "HOME=/tmp",
            "HOSTLER_ATTEMPT=" + spec.attempt(),
            "LANG=C.UTF-8",
            "MINE=a=b",
            "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
  }

  @Test
  void processesOfTheHostAreNotSeen() throws Exception {
    // The reaper, the shell, ls itself.
    assertThat(host.output(host.sh("ls -d /proc/[0-9]* | wc -l")).strip()).isIn("2", "3");
  }

  @ParameterizedTest
  @ValueSource(strings = {"mount -t tmpfs x /mnt", "unshare -Ur true", "chroot /mnt true"})
  void rootWithoutCapabilitiesIsNobody(String command) throws Exception {
    SandboxSpec spec = host.sh(command).withUser(ROOT);

    RunRecord ended = host.run(spec);

    assertThat(ended.exitCode().orElseThrow()).isNotZero();
    assertThat(host.stderr(spec)).containsIgnoringCase("permi");
  }

  @Test
  void cgroupsCannotBeTouched() throws Exception {
    SandboxSpec spec =
        host.sh("ls -A /sys/fs/cgroup; find / -name release_agent -o -name cgroup.procs | head -1")
            .withUser(ROOT);
    host.run(spec);

    assertThat(host.stdout(spec)).isEmpty();
  }
}
