package dev.hostler.trust.bundle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hostler.trust.bundle.Manifest.Action;
import dev.hostler.trust.bundle.Manifest.Network;
import dev.hostler.trust.bundle.Manifest.PayloadFile;
import dev.hostler.trust.json.Problem;
import java.time.Instant;
import java.util.List;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BundleTomlTest {
  private static final List<PayloadFile> PAYLOAD =
      List.of(
          new PayloadFile("bin/run", true, 1, "0".repeat(64)),
          new PayloadFile("data", false, 1, "0".repeat(64)));

  private static final String FULL =
      """
      name = "full"
      version = "2.0.0-rc.1"
      description = "Everything"
      expires = 2027-01-31T10:00:00+01:00
      platforms = ["linux/amd64", "linux/arm64"]

      [actions.all]
      description = "All keys"
      argv = ["bin/run", "--flag"]
      run_as = "root"
      env = { LANG = "C.UTF-8", MODE = "x" }
      snapshot = ["/etc/ssh/sshd_config.d/10-x.conf"]

      [actions.all.sandbox]
      writable = ["/etc/ssh/sshd_config.d", "/var/lib/app"]
      read_only = ["/home/app"]
      hidden = ["/srv/keys"]
      capabilities = ["CAP_NET_BIND_SERVICE"]
      network = "loopback"
      seccomp = "default"

      [actions.all.limits]
      memory = "1GiB"
      pids = 7
      cpu = 1.5
      timeout = "2m"
      grace = "500ms"
      output = 1000
      open_files = 99
      tmp = "1 MiB"
      swap = "1MiB"
      cpu_weight = 20
      cpu_time = "30s"
      io_read = "20MiB"
      io_write = "10MiB"
      """;

  private static Manifest read(String toml) throws InvalidBundleException {
    return BundleToml.parse(toml).manifest(PAYLOAD);
  }

  private static AbstractThrowableAssert<?, ?> refused(String toml) {
    return assertThatThrownBy(() -> read(toml)).isInstanceOf(InvalidBundleException.class);
  }

  @Test
  void readsEveryKey() throws Exception {
    Manifest manifest = read(FULL);
    assertThat(manifest.version().toString()).isEqualTo("2.0.0-rc.1");
    assertThat(manifest.expires()).isEqualTo(Instant.parse("2027-01-31T09:00:00Z"));
    assertThat(manifest.platforms()).hasSize(2);
    Action action = manifest.actions().get("all");
    assertThat(action.argv()).containsExactly("bin/run", "--flag");
    assertThat(action.runAs()).isEqualTo("root");
    assertThat(action.env()).containsEntry("LANG", "C.UTF-8").containsEntry("MODE", "x");
    assertThat(action.snapshot()).containsExactly("/etc/ssh/sshd_config.d/10-x.conf");
    assertThat(action.sandbox())
        .isEqualTo(
            new Manifest.Sandbox(
                List.of("/etc/ssh/sshd_config.d", "/var/lib/app"),
                List.of("/home/app"),
                List.of("/srv/keys"),
                List.of("CAP_NET_BIND_SERVICE"),
                Network.LOOPBACK,
                "default",
                Manifest.OnDenied.DENY,
                List.of(),
                0));
    assertThat(action.limits())
        .hasToString(
            "memory=1GiB swap=1MiB cpu=1.5 cpu_weight=20 cpu_time=30s pids=7 open_files=99"
                + " io_read=20MiB io_write=10MiB timeout=2m grace=500ms output=1000 tmp=1MiB");
    // What is written is read as the same.
    assertThat(ManifestJson.read(manifest.canonicalJson())).isEqualTo(manifest);
  }

  private static String reaching(String sandbox) {
    return FULL.replace("network = \"loopback\"", sandbox);
  }

  @Test
  void readsAnAllowListOfPeers() throws Exception {
    String peers = "network = \"allow-list\"\npeers = [\"repo.example.com:443\", \"10.0.0.0/8\"]";
    Manifest usual = read(reaching(peers));
    assertThat(usual.actions().get("all").sandbox().peers())
        .containsExactly("repo.example.com:443", "10.0.0.0/8");
    assertThat(usual.actions().get("all").sandbox().connections()).isEqualTo(32);
    Manifest narrow = read(reaching(peers + "\nconnections = 2"));
    assertThat(narrow.actions().get("all").sandbox().connections()).isEqualTo(2);
    assertThat(ManifestJson.read(narrow.canonicalJson())).isEqualTo(narrow);
  }

  @Test
  void refusesPeersThatMeanNothing() {
    refused(reaching("network = \"allow-list\"")).hasMessageContaining("name 1 to 100 peers");
    refused(reaching("network = \"allow-list\"\npeers = [\"a.example\"]"))
        .hasMessageContaining("sandbox.peers")
        .hasMessageContaining("'a.example' is not a peer")
        .hasMessageContaining("say the port");
    refused(reaching("network = \"allow-list\"\npeers = [\"10.0.0.1:80\", \"10.0.0.1/32:80\"]"))
        .hasMessageContaining("named twice");
    refused(reaching("network = \"allow-list\"\npeers = [\"a.b:1\"]\nconnections = 0"))
        .hasMessageContaining("use 1 to 400");
    refused(reaching("network = \"host\"\npeers = [\"a.b:1\"]\nconnections = 3"))
        .hasMessageContaining("sandbox.peers: is there with network = \"host\"")
        .hasMessageContaining("sandbox.connections");
  }

  @Test
  void namesEveryProblemWithItsPlace() {
    refused(
            """
            name = "Not A Name"
            version = "1.2"
            colour = "red"

            [actions.go]
            argv = []
            run_as = "root; rm"
            lifts = 1

            [actions.go.sandbox]
            network = "world"
            writable = "/etc"

            [actions.go.limits]
            memory = "lots"
            cpu = 0
            pids = -1
            """)
        .isInstanceOfSatisfying(
            InvalidBundleException.class,
            e ->
                assertThat(e.problems())
                    .extracting(Problem::field)
                    .containsExactlyInAnyOrder(
                        "bundle.toml:2:1: version",
                        "bundle.toml:3:1: 'colour'",
                        "bundle.toml:8:1: actions.go.'lifts'",
                        "bundle.toml:11:1: actions.go.sandbox.network",
                        "bundle.toml:12:1: actions.go.sandbox.writable",
                        "bundle.toml:15:1: actions.go.limits.memory",
                        "bundle.toml:16:1: actions.go.limits.cpu",
                        "bundle.toml:17:1: actions.go.limits.pids"))
        .hasMessageContaining("has 8 problems");
    refused(FULL.replace("name = \"full\"", "name = \"Full\"").replace("\"bin/run\", ", ""))
        .hasMessageContainingAll("bundle.toml:1:1: name", "'Full'", "actions.all.argv", "'--flag'");
  }

  @Test
  void pointsAtBrokenToml() {
    refused("name = \nversion = 1").hasMessageContaining("bundle.toml:1:");
    assertThatThrownBy(() -> BundleToml.parse("payload = 3").payloadFolder())
        .hasMessageContaining("payload: is '3'");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/",
        "/etc",
        "/usr",
        "/proc",
        "/proc/sys",
        "/sys",
        "/sys/fs",
        "/dev",
        "/dev/shm",
        "/run",
        "/run/docker.sock",
        "/var/run/x",
        "/var",
        "/var/lib/hostler",
        "/var/lib/hostler/agent/x",
        "/etc/hostler",
        "/tmp",
        "/tmp/x",
        "/var/tmp",
        "/root",
        "/home",
        "relative",
        "/a/../b",
        "/a//b",
        "/a/",
        "",
        "/a/./b",
        "/a\\u0000b",
        "/bin",
        "/boot"
      })
  void dangerousPathsAreRefused(String path) {
    for (String key : new String[] {"writable", "read_only"}) {
      refused(
              """
              name = "x"
              version = "1.0.0"
              [actions.go]
              argv = ["bin/run"]
              [actions.go.sandbox]
              %s = ["%s"]
              """
                  .formatted(key, path))
          .hasMessageContaining("actions.go.sandbox." + key);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/etc/ssh/sshd_config.d",
        "/etc/cron.d",
        "/usr/local",
        "/var/lib/app",
        "/srv/www",
        "/var/lib/hostlerx",
        "/runner",
        "/home/app",
        "/opt/a b"
      })
  void narrowPathsAreGranted(String path) throws Exception {
    Manifest manifest =
        read(
            """
            name = "x"
            version = "1.0.0"
            [actions.go]
            argv = ["bin/run"]
            [actions.go.sandbox]
            writable = ["%s"]
            """
                .formatted(path));
    Action action = manifest.actions().get("go");
    assertThat(action.sandbox().writable()).containsExactly(path);
    assertThat(DeclaredPaths.problems(action, List.of())).isEmpty();
    // A host refuses what would expose its own agent, wherever that keeps its state.
    assertThat(DeclaredPaths.problems(action, List.of(path + "/state"))).hasSize(1);
    assertThat(DeclaredPaths.problems(action, List.of(path))).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "name = \"full\"           | name = \"a--b\"           | not a name",
        "name = \"full\"           | name = \"-a\"             | not a name",
        "description = \"Everything\" | description = \"two\\nlines\" | not one line",
        "\"linux/arm64\"           | \"linux/vax\"             | not a platform",
        "\"linux/arm64\"           | \"linux/amd64\"           | names one twice",
        "[\"linux/amd64\", \"linux/arm64\"] | []               | is empty",
        "expires = 2027-01-31T10:00:00+01:00 | expires = \"soon\" | not a time",
        "\"bin/run\"               | \"data\"                  | not executable",
        "\"bin/run\"               | \"/bin/sh\"               | not a file of the payload",
        "\"--flag\"                | \"a\\u0000b\"             | cannot be an argument",
        "run_as = \"root\"         | run_as = \"Root\"         | not a user",
        "LANG =                    | HOSTLER_X =               | not a variable name",
        "LANG =                    | \"A-B\" =                 | not a variable name",
        "\"C.UTF-8\"               | \"a\\u0000b\"             | cannot be passed",
        "CAP_NET_BIND_SERVICE      | CAP_SYS_ADMIN             | would undo the sandbox",
        "CAP_NET_BIND_SERVICE      | CAP_FLY                   | not a known capability",
        "[\"CAP_NET_BIND_SERVICE\"] | [\"CAP_KILL\",\"CAP_KILL\"] | names one twice",
        "seccomp = \"default\"     | seccomp = \"none\"        | not a profile",
        "seccomp = \"default\"     | seccomp = \"no/such.json\" | not a profile",
        "seccomp = \"default\"     | on_denied = \"maybe\"     | use \"deny\" or \"kill\"",
        "\"/home/app\"             | \"/var/lib/app\"          | also in writable",
        "\"/srv/keys\"             | \"/srv/../keys\"          | not an absolute, normalised path",
        "\"/srv/keys\"             | \"/proc/x\"               | every run's own",
        "\"/srv/keys\"             | \"/\"                     | every run's own",
        "\"/srv/keys\"             | \"/home/app\"             | hides what writable or read_only shows",
        "\"/srv/keys\"             | \"/var/lib\"              | hides what writable or read_only shows",
        "\"/srv/keys\"             | \"/srv/x\", \"/srv/x\"     | listed twice",
        "\"/var/lib/app\"          | \"/etc/ssh/sshd_config.d\" | listed twice",
        "10-x.conf                 | ../10-x.conf              | not an absolute, normalised path",
        "snapshot = [\"/etc/ssh/   | snapshot = [\"/etc/ssl/   | cannot change",
        "memory = \"1GiB\"         | memory = \"1KiB\"         | out of range",
        "memory = \"1GiB\"         | memory = \"9999999TiB\"   | give a size",
        "timeout = \"2m\"          | timeout = \"2\"           | give a duration",
        "timeout = \"2m\"          | timeout = \"60d\"         | out of range",
        "cpu = 1.5                 | cpu = 1.0005              | three decimals",
        "cpu = 1.5                 | cpu = \"x\"               | number of CPUs",
        "pids = 7                  | pids = \"many\"           | whole number",
        "env = { LANG = \"C.UTF-8\", MODE = \"x\" } | env = { LANG = 3 } | a text",
        "argv = [\"bin/run\", \"--flag\"] | argv = [\"bin/run\", 3] | actions.all.argv[1]"
      })
  void everyRuleHasAMessage(String old, String with, String message) {
    String changed = FULL.replace(old.strip(), with.strip());
    assertThat(changed).isNotEqualTo(FULL);
    refused(changed).hasMessageContaining(message);
  }

  @Test
  void noActionsAndNoPayload() {
    refused(FULL.replace("actions.all", "actions.ALL")).hasMessageContaining("not a name");
    refused("name = \"x\"\nversion = \"1.0.0\"").hasMessageContaining("actions");
    refused("name = \"x\"\nversion = \"1.0.0\"\n[actions]").hasMessageContaining("has 0 entries");
    assertThatThrownBy(() -> BundleToml.parse(FULL).manifest(List.of()))
        .hasMessageContaining("has 0 files");
  }

  @Test
  void aRollbackKeepsTheWritablePathsUnlessOthersAreNamed() throws Exception {
    String snapshot = "snapshot = [\"/etc/ssh/sshd_config.d/10-x.conf\"]\n";
    Action named =
        read(FULL.replace(snapshot, snapshot + "rollback_on_failure = true\n"))
            .actions()
            .get("all");
    assertThat(named.rollbackOnFailure()).isTrue();
    assertThat(named.snapshot()).containsExactly("/etc/ssh/sshd_config.d/10-x.conf");
    Manifest manifest = read(FULL.replace(snapshot, "rollback_on_failure = true\n"));
    assertThat(manifest.actions().get("all").snapshot())
        .containsExactly("/etc/ssh/sshd_config.d", "/var/lib/app");
    assertThat(ManifestJson.read(manifest.canonicalJson())).isEqualTo(manifest);
    assertThat(new String(read(FULL).canonicalJson(), java.nio.charset.StandardCharsets.UTF_8))
        .as("older manifests stay as they are")
        .doesNotContain("rollback");
    refused(FULL.replace(snapshot, "snapshot = []\nrollback_on_failure = true\n"))
        .hasMessageContaining("no path is kept");
  }

  @Test
  void stateIsKeptBesidesFiles() throws Exception {
    String snapshot = "snapshot = [\"/etc/ssh/sshd_config.d/10-x.conf\"]\n";
    String state = "state = [\"systemd:ssh.service\", \"nftables\"]\n";
    Manifest manifest = read(FULL.replace(snapshot, snapshot + state));
    assertThat(manifest.actions().get("all").state())
        .extracting(StateEntry::toString)
        .containsExactly("systemd:ssh.service", "nftables");
    assertThat(ManifestJson.read(manifest.canonicalJson())).isEqualTo(manifest);
    assertThat(new String(read(FULL).canonicalJson(), java.nio.charset.StandardCharsets.UTF_8))
        .as("older manifests stay as they are")
        .doesNotContain("\"state\"");
    refused(FULL.replace(snapshot, "snapshot = []\n" + state))
        .hasMessageContaining("name paths in snapshot");
    refused(FULL.replace(snapshot, snapshot + "state = [\"systemd:ssh\"]\n"))
        .hasMessageContaining("actions.all.state")
        .hasMessageContaining("systemd:UNIT");
    refused(FULL.replace(snapshot, snapshot + "state = [\"nftables\", \"nftables\"]\n"))
        .hasMessageContaining("names one twice");
  }
}
