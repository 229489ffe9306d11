package dev.hostler.trust.bundle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hostler.trust.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** The sample bundles build, and their programs do what their READMEs say, as real processes. */
class ExamplesTest {
  private static final Path EXAMPLES = Path.of("..", "examples").toAbsolutePath().normalize();

  private static final String DEFAULTS =
      """
      PermitRootLogin no
      PasswordAuthentication no
      KbdInteractiveAuthentication no
      PermitEmptyPasswords no
      MaxAuthTries 3
      LoginGraceTime 30
      X11Forwarding no
      """;

  /** Reads a configuration like sshd: first value wins, Include, two options known to be bad. */
  private static final String FAKE_SSHD =
      """
      #!/bin/sh
      while getopts tTf:h: option; do
        case $option in t | T) mode=$option ;; f) file=$OPTARG ;; h) key=$OPTARG ;; esac
      done
      [ -f "$key" ] || { echo "no hostkeys available" >&2; exit 1; }
      expand() {
        while read -r word rest; do
          case $word in
            Include) for i in $rest; do [ ! -f "$i" ] || expand "$i"; done ;;
            '' | '#'*) ;;
            *) echo "$word $rest" ;;
          esac
        done < "$1"
      }
      expand "$file" | grep -q -e nonsense -e '^Broken' && { echo "Bad configuration" >&2; exit 255; }
      [ "$mode" = t ] || { expand "$file"; printf '%s\\n' 'PermitRootLogin without-password' \
        'PasswordAuthentication yes' 'KbdInteractiveAuthentication no' 'PermitEmptyPasswords no' \
        'MaxAuthTries 6' 'LoginGraceTime 120' 'X11Forwarding no'; } |
        tr A-Z a-z | awk '!seen[$1]++'
      """;

  @TempDir Path dir;
  private Path root;
  private Path dropIn;

  private record Ran(int exit, String out, String err) {}

  @BeforeEach
  void fakeSshd() throws Exception {
    program("sshd", FAKE_SSHD);
    program(
        "ssh-keygen",
        "#!/bin/sh\nwhile [ $# -gt 1 ]; do [ \"$1\" != -f ] || echo > \"$2\"; shift; done\n");
    root = dir.resolve("root");
    dropIn = root.resolve("etc/ssh/sshd_config.d/10-hostler.conf");
    Files.createDirectories(dropIn.getParent());
    Files.writeString(
        root.resolve("etc/ssh/sshd_config"),
        "# distribution\nInclude /etc/ssh/sshd_config.d/*.conf\nMaxAuthTries 6\n");
  }

  private void program(String name, String text) throws IOException {
    Path file = Files.createDirectories(dir.resolve("bin")).resolve(name);
    Files.writeString(file, text);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private Ran run(Path program, Map<String, String> env, String... arguments) throws Exception {
    String[] command = new String[arguments.length + 1];
    command[0] = program.toString();
    System.arraycopy(arguments, 0, command, 1, arguments.length);
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(dir.toFile())
            .redirectOutput(dir.resolve("stdout").toFile())
            .redirectError(dir.resolve("stderr").toFile());
    builder.environment().clear();
    builder.environment().put("PATH", dir.resolve("bin") + ":/usr/bin:/bin");
    builder.environment().put("TMPDIR", Files.createDirectories(dir.resolve("tmp")).toString());
    builder.environment().putAll(env);
    int exit = builder.start().waitFor();
    return new Ran(
        exit, Files.readString(dir.resolve("stdout")), Files.readString(dir.resolve("stderr")));
  }

  private Ran harden(String action, String... parameters) throws Exception {
    Map<String, String> env = new HashMap<>(Map.of("HOSTLER_PARAM_ROOT", root.toString()));
    for (int i = 0; i < parameters.length; i += 2) {
      env.put("HOSTLER_PARAM_" + parameters[i], parameters[i + 1]);
    }
    Ran ran = run(EXAMPLES.resolve("sshd-hardening/payload/bin/harden"), env, action);
    assertThat(dir.resolve("tmp")).as("leftovers").isEmptyDirectory();
    return ran;
  }

  @ParameterizedTest
  @ValueSource(strings = {"host-report", "sshd-hardening", "hostile"})
  void builds(String name) throws Exception {
    Manifest manifest = BundleBuilder.build(EXAMPLES.resolve(name), dir.resolve(name + ".hostler"));
    assertThat(manifest.name()).isEqualTo(name);
    assertThat(EXAMPLES.resolve(name).resolve("README.md")).isNotEmptyFile();
    for (Manifest.Action action : manifest.actions().values()) {
      // Every parameter has a default: an operator can just run it.
      assertThat(Parameters.of(action, new byte[0]).canonicalJson()).startsWith("{");
      assertThat(action.description()).isNotEmpty();
    }
  }

  @Test
  void scriptsAreValidShell() throws Exception {
    for (String script :
        List.of("host-report/payload/bin/collect", "sshd-hardening/payload/bin/harden")) {
      assertThat(
              run(Path.of("/bin/sh"), Map.of(), "-n", EXAMPLES.resolve(script).toString()).exit())
          .as(script)
          .isZero();
    }
    assertThat(
            run(
                    Path.of("/usr/bin/perl"),
                    Map.of(),
                    "-c",
                    EXAMPLES.resolve("hostile/payload/bin/attack").toString())
                .exit())
        .isZero();
  }

  @Test
  void hostReportIsTheSameInBothForms() throws Exception {
    Path collect = EXAMPLES.resolve("host-report/payload/bin/collect");
    // No package manager here: its simulation takes seconds and says something else every day.
    program(
        "apt-get", "#!/bin/sh\necho 'Inst bash [5.1] (5.2 Debian-Security:12/stable [amd64])'\n");
    Ran json = run(collect, Map.of("HOSTLER_PARAM_FORMAT", "json"));
    assertThat(json.exit()).as(json.err()).isZero();
    JsonNode report = Json.parse(json.out().getBytes(java.nio.charset.StandardCharsets.UTF_8));
    assertThat(report.path("hostname").asString()).isNotEmpty();
    assertThat(report.path("kernel").asString()).contains(".");
    assertThat(report.path("uptime_seconds").asLong()).isPositive();
    assertThat(report.path("disks").size()).isPositive();
    assertThat(report.path("disks").get(0).path("size_bytes").asLong()).isPositive();
    assertThat(report.path("listening").isArray()).isTrue();
    assertThat(report.path("pending_updates").asInt()).isEqualTo(1);
    assertThat(report.path("packages").get(0).toString())
        .isEqualTo(
            "{\"name\":\"bash\",\"installed\":\"5.1\",\"available\":\"5.2\",\"security\":true}");
    Ran text = run(collect, Map.of());
    assertThat(text.exit()).isZero();
    assertThat(text.out())
        .contains("Disks", "Pending updates\n  1 by apt\n    bash 5.1 -> 5.2 (security)")
        .contains("Failed units");
    assertThat(run(collect, Map.of("HOSTLER_PARAM_FORMAT", "xml")).exit()).isEqualTo(2);
  }

  @Test
  void socketsAreDecoded() throws Exception {
    Path table = dir.resolve("tcp6");
    Files.writeString(
        table,
        """
        sl local_address remote_address st tx_queue:rx_queue tr:when retrnsmt uid
        0: 00000000000000000000000000000000:0016 0:0 0A 0:0 00:0 0 0
        1: 00000000000000000000000001000000:1F90 0:0 0A 0:0 00:0 0 33
        2: B80D0120000000000000000001000000:01BB 0:0 0A 0:0 00:0 0 0
        3: 0000000000000000FFFF00000100007F:8C25 0:0 0A 0:0 00:0 0 7
        4: 00000000000000000000000000000000:0017 0:0 01 0:0 00:0 0 0
        """);
    Ran ran =
        run(
            Path.of("/usr/bin/awk"),
            Map.of(),
            "-v",
            "protocol=tcp6",
            "-f",
            EXAMPLES.resolve("host-report/payload/lib/sockets.awk").toString(),
            table.toString());
    assertThat(ran.out())
        .isEqualTo(
            "socket\ttcp6\t::\t22\t0\n"
                + "socket\ttcp6\t::1\t8080\t33\n"
                + "socket\ttcp6\t2001:db8:0:0:0:0:0:1\t443\t0\n"
                + "socket\ttcp6\t::ffff:127.0.0.1\t35877\t7\n");
  }

  @Test
  void hardeningIsCheckedAppliedAndVerified() throws Exception {
    Ran before = harden("check");
    assertThat(before.exit()).as(before.err()).isEqualTo(1);
    assertThat(before.out())
        .contains("differs PermitRootLogin: is without-password, should be no")
        .contains("ok      X11Forwarding no");
    assertThat(harden("verify").out()).startsWith("missing ");
    assertThat(dropIn).doesNotExist();

    Ran applied = harden("apply");
    assertThat(applied.exit()).as(applied.err()).isZero();
    assertThat(applied.out()).isEqualTo("changed " + dropIn + "\n");
    assertThat(Files.readString(dropIn)).startsWith("# Written by").endsWith(DEFAULTS);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(dropIn)))
        .isEqualTo("rw-r--r--");

    Ran again = harden("apply");
    assertThat(again.exit()).isZero();
    assertThat(again.out()).isEqualTo("unchanged " + dropIn + "\n");
    assertThat(harden("verify").exit()).isZero();
    assertThat(harden("check").exit()).isZero();
    assertThat(harden("verify", "MAX_AUTH_TRIES", "5").out()).startsWith("different ");
    assertThat(dropIn.getParent()).isDirectoryNotContaining("glob:**.new");
  }

  @Test
  void aBadValueLeavesTheOldFile() throws Exception {
    harden("apply");
    String old = Files.readString(dropIn);
    Ran bad = harden("apply", "CIPHERS", "nonsense");
    assertThat(bad.exit()).isEqualTo(1);
    assertThat(bad.err()).contains("refused", "is as it was", "Bad configuration");
    assertThat(Files.readString(dropIn)).isEqualTo(old);
    assertThat(
            harden(
                    "apply",
                    "CIPHERS",
                    "aes256-gcm@openssh.com",
                    "PERMIT_ROOT_LOGIN",
                    "prohibit-password",
                    "PASSWORD_AUTHENTICATION",
                    "true")
                .out())
        .startsWith("changed");
    assertThat(Files.readString(dropIn))
        .contains("PermitRootLogin prohibit-password", "PasswordAuthentication yes")
        .contains("Ciphers aes256-gcm@openssh.com");
    assertThat(
            harden(
                    "verify",
                    "CIPHERS",
                    "aes256-gcm@openssh.com",
                    "PERMIT_ROOT_LOGIN",
                    "prohibit-password",
                    "PASSWORD_AUTHENTICATION",
                    "true")
                .exit())
        .isZero();
  }

  @Test
  void whatCannotBeSaidIsExitCode3() throws Exception {
    Files.writeString(root.resolve("etc/ssh/sshd_config.d/99-own.conf"), "Broken yes\n");
    assertThat(harden("check").err()).contains("not valid as it is", "Bad configuration");
    assertThat(harden("check").exit()).isEqualTo(3);
    Files.delete(root.resolve("etc/ssh/sshd_config.d/99-own.conf"));
    Files.writeString(root.resolve("etc/ssh/sshd_config"), "Port 22\n");
    assertThat(harden("apply").err()).contains("does not include sshd_config.d");
    Files.delete(root.resolve("etc/ssh/sshd_config"));
    assertThat(harden("apply").exit()).isEqualTo(3);
    assertThat(harden("destroy").exit()).isEqualTo(3);
  }
}
