package dev.hostler.agent.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hostler.agent.network.NetworkPolicy;
import dev.hostler.agent.policy.KeptPaths;
import dev.hostler.agent.sandbox.Network;
import dev.hostler.agent.sandbox.OnDenied;
import dev.hostler.agent.snapshot.PreviewText;
import dev.hostler.agent.snapshot.SnapshotSettings;
import dev.hostler.agent.trust.TrustSettings;
import dev.hostler.agent.usage.UsageSettings;
import dev.hostler.common.config.AddressRange;
import dev.hostler.common.config.ConfigException;
import dev.hostler.common.config.ConfigReader;
import dev.hostler.trust.bundle.Peer;
import dev.hostler.trust.limits.Limit;
import dev.hostler.trust.limits.Limits;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AgentConfigTest {
  private static AgentConfig read(String text, Map<String, String> environment)
      throws ConfigException {
    return AgentConfig.read(
        ConfigReader.ofText("agent.toml", text, Path.of("/etc/hostler"), environment));
  }

  @Test
  void anEmptyFileMeansTheDefaults() throws Exception {
    AgentConfig config = read("", Map.of());
    assertThat(config.stateDir()).isEqualTo(Path.of("/var/lib/hostler/agent"));
    assertThat(config.controllers()).isEmpty();
    assertThat(config.labels()).isEmpty();
    assertThat(config.policy())
        .isEqualTo(
            new AgentConfig.Policy(
                16,
                new AgentConfig.Rules(
                    AgentConfig.Commands.SIGNED,
                    List.of("*"),
                    List.of("*"),
                    AgentConfig.Commands.SIGNED),
                Map.of()));
    assertThat(config.operatorRoots())
        .isEqualTo(Path.of("/var/lib/hostler/agent/trust/operator-roots.pem"));
    assertThat(config.sandbox())
        .isEqualTo(
            new AgentConfig.Sandbox(
                Optional.empty(),
                Optional.empty(),
                "64999:64999",
                512L << 20,
                512,
                0,
                Duration.ofHours(1),
                Duration.ofSeconds(10),
                256L << 20,
                64L << 20,
                OnDenied.DENY,
                "default",
                true,
                List.of(),
                false));
    assertThat(config.limits()).isEqualTo(Limits.NONE);
    assertThat(config.network()).isEqualTo(NetworkPolicy.OPEN);
    assertThat(config.bundles())
        .isEqualTo(
            new AgentConfig.Bundles(
                Path.of("/var/lib/hostler/agent/trust/bundle-roots.pem"),
                1L << 30,
                2L << 30,
                Duration.ofDays(30)));
    assertThat(config.trust())
        .isEqualTo(
            new TrustSettings(
                TrustSettings.Index.REQUIRED,
                Path.of("/var/lib/hostler/agent/trust/index-roots.pem"),
                Duration.ofDays(7),
                TrustSettings.Revocation.HARD,
                Duration.ofDays(7),
                TrustSettings.Running.KILL));
    assertThat(config.snapshots())
        .isEqualTo(
            new SnapshotSettings(
                4L << 30,
                1L << 30,
                Duration.ofDays(30),
                100,
                8L << 30,
                PreviewText.PUBLIC,
                new KeptPaths(
                    List.of(
                        Path.of("/etc"),
                        Path.of("/opt"),
                        Path.of("/srv"),
                        Path.of("/usr/local"),
                        Path.of("/var/www")),
                    List.of(
                        Path.of("/etc/hostler"),
                        Path.of("/var/lib/hostler"),
                        Path.of("/var/lib/hostler/agent")))));
    assertThat(config.usage())
        .isEqualTo(new UsageSettings(Duration.ofSeconds(1), Duration.ofSeconds(10)));
    assertThat(config.log()).isEqualTo(new AgentConfig.Log(AgentConfig.Level.INFO, false));
  }

  @Test
  void everyKeyIsRead() throws Exception {
    AgentConfig config =
        read(
            """
            state_dir = "/srv/agent"
            controllers = ["a:1", "[::1]:2"]
            [labels]
            role = "web"
            [policy]
            commands = "off"
            bundles = ["host-*"]
            run_as = ["default"]
            snapshots = "off"
            max_parallel = 3
            [policy.roles.deployer]
            bundles = ["web"]
            [sandbox]
            launcher = "/bin/true"
            cgroup = "mine"
            user = "nobody"
            memory = "1GiB"
            pids = 7
            cpu_millis = 1500
            timeout = "5m"
            grace = "1s"
            output = "1MiB"
            tmp = "2MiB"
            on_denied = "kill"
            seccomp = "/etc/profile.json"
            tell_writes = false
            hidden = ["/srv/keys"]
            learn = true
            [sandbox.network]
            most = "allow-list"
            peers = ["repo.example:443", "10.0.0.0/8"]
            never = ["10.9.0.0/16"]
            connections = 8
            [limits]
            memory = "1GiB"
            swap = 0
            cpu = 1.5
            cpu_weight = 50
            cpu_time = "10m"
            pids = 8
            open_files = "64"
            io_read = "20MiB"
            io_write = "10MiB"
            timeout = "1h30m"
            grace = "3s"
            output = "4MiB"
            tmp = "5MiB"
            [bundles]
            roots = "/etc/roots.pem"
            largest = "1MiB"
            cache = "2MiB"
            unused_for = "1h"
            [trust]
            operator_roots = "/ops.pem"
            index = "off"
            index_roots = "/etc/index.pem"
            max_index_age = "2h"
            revocation = "soft"
            max_crl_age = "3h"
            running_on_revocation = "finish"
            [snapshots]
            largest = "1GiB"
            keep_free = "2GiB"
            keep_for = "3h"
            keep_count = 4
            keep_bytes = "5GiB"
            preview_text = "none"
            job_paths = ["/etc/ssh", "/home"]
            encrypt = true
            new_key_after = "2d"
            [usage]
            sample_every = "2s"
            report_every = "3s"
            [log]
            level = "debug"
            format = "json"
            """,
            Map.of("HOSTLER_POLICY_MAX_PARALLEL", "9"));
    assertThat(config)
        .isEqualTo(
            new AgentConfig(
                Path.of("/srv/agent"),
                java.util.List.of("a:1", "[::1]:2"),
                Map.of("role", "web"),
                new AgentConfig.Policy(
                    9,
                    new AgentConfig.Rules(
                        AgentConfig.Commands.OFF,
                        List.of("host-*"),
                        List.of("default"),
                        AgentConfig.Commands.OFF),
                    Map.of(
                        "deployer",
                        new AgentConfig.Rules(
                            AgentConfig.Commands.OFF,
                            List.of("web"),
                            List.of("default"),
                            AgentConfig.Commands.OFF))),
                Path.of("/ops.pem"),
                new AgentConfig.Sandbox(
                    Optional.of(Path.of("/bin/true")),
                    Optional.of("mine"),
                    "nobody",
                    1L << 30,
                    7,
                    1500,
                    Duration.ofMinutes(5),
                    Duration.ofSeconds(1),
                    1L << 20,
                    2L << 20,
                    OnDenied.KILL,
                    "/etc/profile.json",
                    false,
                    List.of(Path.of("/srv/keys")),
                    true),
                Limits.of(
                    Map.ofEntries(
                        Map.entry(Limit.MEMORY, 1L << 30),
                        Map.entry(Limit.SWAP, 0L),
                        Map.entry(Limit.CPU, 1500L),
                        Map.entry(Limit.CPU_WEIGHT, 50L),
                        Map.entry(Limit.CPU_TIME, 600_000L),
                        Map.entry(Limit.PIDS, 8L),
                        Map.entry(Limit.OPEN_FILES, 64L),
                        Map.entry(Limit.IO_READ, 20L << 20),
                        Map.entry(Limit.IO_WRITE, 10L << 20),
                        Map.entry(Limit.TIMEOUT, 5_400_000L),
                        Map.entry(Limit.GRACE, 3_000L),
                        Map.entry(Limit.OUTPUT, 4L << 20),
                        Map.entry(Limit.TMP, 5L << 20))),
                new NetworkPolicy(
                    Network.ALLOW_LIST,
                    Optional.of(List.of(Peer.parse("repo.example:443"), Peer.parse("10.0.0.0/8"))),
                    List.of(AddressRange.parse("10.9.0.0/16")),
                    8),
                new AgentConfig.Bundles(
                    Path.of("/etc/roots.pem"), 1L << 20, 2L << 20, Duration.ofHours(1)),
                new TrustSettings(
                    TrustSettings.Index.OFF,
                    Path.of("/etc/index.pem"),
                    Duration.ofHours(2),
                    TrustSettings.Revocation.SOFT,
                    Duration.ofHours(3),
                    TrustSettings.Running.FINISH),
                new SnapshotSettings(
                    1L << 30,
                    2L << 30,
                    Duration.ofHours(3),
                    4,
                    5L << 30,
                    PreviewText.NONE,
                    new KeptPaths(
                        List.of(Path.of("/etc/ssh"), Path.of("/home")),
                        List.of(
                            Path.of("/etc/hostler"),
                            Path.of("/var/lib/hostler"),
                            Path.of("/srv/agent"))),
                    true,
                    Duration.ofDays(2)),
                new UsageSettings(Duration.ofSeconds(2), Duration.ofSeconds(3)),
                new AgentConfig.Log(AgentConfig.Level.DEBUG, true)));
  }

  @Test
  void aNetworkThatMeansNothingIsRefused() {
    assertThatThrownBy(() ->
            read(
                """
                [sandbox.network]
                most = "lan"
                peers = ["*.example:443"]
                never = ["10.0.0.1/8"]
                connections = 401
                """,
                Map.of()))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("use \"none\", \"loopback\", \"allow-list\" or \"host\"")
        .hasMessageContaining("\"*.example:443\": write")
        .hasMessageContaining("\"10.0.0.1/8\": bits after the prefix are set")
        .hasMessageContaining("connections");
  }

  @Test
  void pathsForSnapshotsAreAbsolute(@TempDir Path folder) throws Exception {
    assertThatThrownBy(() -> read("[snapshots]\njob_paths = [\"etc\", \"/etc/../root\"]", Map.of()))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("\"etc\" is not an absolute path")
        .hasMessageContaining("\"/etc/../root\" is not an absolute path");

    Path file = Files.writeString(folder.resolve("agent.toml"), "[snapshots]\njob_paths = [\"/\"]");
    KeptPaths kept = AgentConfig.read(file, Map.of()).snapshots().kept();
    assertThat(kept.refusal(file.toString())).isEqualTo("is the agent's own");
    assertThat(kept.refusal("/anywhere/else")).isNull();
  }

  @Test
  void everythingThatIsWrongIsSaidAtOnce() {
    assertThatThrownBy(() ->
            read(
                """
                controllers = ["nohost"]
                [labels]
                Role = "web"
                [policy]
                commands = "maybe"
                max_parallel = 0
                unknown = 1
                [limits]
                memory = "lots"
                cpu = 0
                """,
                Map.of()))
        .isInstanceOf(ConfigException.class)
        .satisfies(e ->
            assertThat(((ConfigException) e).problems())
                .hasSize(7)
                .anyMatch(p -> p.startsWith("agent.toml:1:") && p.contains("\"nohost\""))
                .anyMatch(p -> p.contains("labels.Role"))
                .anyMatch(p -> p.contains("policy.commands") && p.contains("signed, off"))
                .anyMatch(p -> p.contains("policy.max_parallel") && p.contains("1 to 1000"))
                .anyMatch(p -> p.contains("policy.unknown"))
                .anyMatch(p -> p.contains("limits.memory") && p.contains("4MiB to 1TiB"))
                .anyMatch(p -> p.contains("limits.cpu") && p.contains("from 0.01 to 1024")));
  }
}
