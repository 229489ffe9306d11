package dev.hostler.controller;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.hostler.common.config.ConfigException;
import dev.hostler.common.config.ConfigReader;
import dev.hostler.common.config.HostPort;
import dev.hostler.controller.access.AccessConfig;
import dev.hostler.controller.db.DatabaseConfig;
import dev.hostler.controller.index.IndexConfig;
import dev.hostler.controller.job.RetentionConfig;
import dev.hostler.controller.revocation.RevocationConfig;
import dev.hostler.controller.trust.TrustConfig;
import dev.hostler.controller.usage.UsageConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ControllerConfigTest {
  @TempDir Path folder;

  private ControllerConfig read(String text) throws ConfigException {
    return ControllerConfig.read(ConfigReader.ofText("c.toml", text, folder, Map.of()));
  }

  @Test
  void defaults() throws Exception {
    assertThat(read(""))
        .isEqualTo(
            new ControllerConfig(
                Path.of("/var/lib/hostler/controller"),
                new HostPort("0.0.0.0", 7443),
                Optional.empty(),
                Duration.ofSeconds(10),
                new HostPort("0.0.0.0", 7444),
                new HostPort("127.0.0.1", 7445),
                1L << 30,
                new DatabaseConfig(
                    Optional.empty(),
                    "hostler",
                    Optional.empty(),
                    Optional.empty(),
                    16,
                    "hostler-pg"),
                new TrustConfig(
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    List.of(),
                    Optional.empty(),
                    Duration.ofHours(24),
                    Duration.ofDays(30),
                    Duration.ofHours(12),
                    Duration.ofDays(3),
                    Duration.ofHours(24)),
                AccessConfig.NONE,
                new IndexConfig(Optional.empty(), Optional.empty(), Duration.ofHours(1)),
                RevocationConfig.NONE,
                new AlertsConfig(100),
                RetentionConfig.DEFAULT,
                UsageConfig.USUAL,
                new LogConfig(LogConfig.Format.PLAIN, LogConfig.Level.INFO)));
  }

  @Test
  void everyKeyIsMapped() throws Exception {
    Path file = Files.writeString(folder.resolve("some.file"), "x");
    assertThat(
            read(
                """
                data_dir = "/srv/h"
                [agent_port]
                listen = "10.0.0.1:1"
                advertise = "c.example:2"
                [heartbeat]
                interval = "2s"
                [operator_port]
                listen = "10.0.0.1:3"
                [metrics]
                listen = "[::1]:4"
                [bundle]
                max_size = "2MiB"
                [database]
                url = "jdbc:postgresql://db/h"
                user = "u"
                password_file = "some.file"
                pool_size = 3
                embedded_user = "pg"
                [trust]
                ca_certificate = "some.file"
                ca_key = "some.file"
                names = ["c.example", "10.0.0.1"]
                operator_roots = "some.file"
                previous_ca_certificate = "some.file"
                previous_ca_key = "some.file"
                agent_certificate_lifetime = "10h"
                agent_renewal_grace = "0s"
                operator_certificate_lifetime = "2d"
                operator_renewal_grace = "1h"
                controller_certificate_lifetime = "30m"
                [index]
                certificate = "some.file"
                key = "some.file"
                life = "2h"
                [revocation]
                lists = ["https://ca.example/a.crl", "/srv/b.crl"]
                ocsp = ["/srv/signer.pem"]
                refresh = "9s"
                [alerts]
                denied_calls = 0
                [retention]
                output = "7d"
                jobs = "60d"
                [usage]
                keep_reports = "1h"
                keep_minutes = "2d"
                keep_hours = "3d"
                [log]
                format = "json"
                level = "debug"
                """))
        .isEqualTo(
            new ControllerConfig(
                Path.of("/srv/h"),
                new HostPort("10.0.0.1", 1),
                Optional.of(new HostPort("c.example", 2)),
                Duration.ofSeconds(2),
                new HostPort("10.0.0.1", 3),
                new HostPort("::1", 4),
                2L << 20,
                new DatabaseConfig(
                    Optional.of("jdbc:postgresql://db/h"),
                    "u",
                    Optional.empty(),
                    Optional.of(file),
                    3,
                    "pg"),
                new TrustConfig(
                    Optional.of(file),
                    Optional.of(file),
                    Optional.of(file),
                    Optional.of(file),
                    List.of("c.example", "10.0.0.1"),
                    Optional.of(file),
                    Duration.ofHours(10),
                    Duration.ZERO,
                    Duration.ofDays(2),
                    Duration.ofHours(1),
                    Duration.ofMinutes(30)),
                AccessConfig.NONE,
                new IndexConfig(Optional.of(file), Optional.of(file), Duration.ofHours(2)),
                new RevocationConfig(
                    List.of("https://ca.example/a.crl", "/srv/b.crl"),
                    List.of(Path.of("/srv/signer.pem")),
                    Duration.ofSeconds(9)),
                new AlertsConfig(0),
                new RetentionConfig(Duration.ofDays(7), Duration.ofDays(60)),
                new UsageConfig(Duration.ofHours(1), Duration.ofDays(2), Duration.ofDays(3)),
                new LogConfig(LogConfig.Format.JSON, LogConfig.Level.DEBUG)));
  }

  @Test
  void allProblemsComeAtOnceWithLineAndColumn() {
    ConfigException e =
        catchThrowableOfType(
            ConfigException.class,
            () ->
                read(
                    """
                    [agent_port]
                    listen = 7443
                    [database]
                    url = "mysql://x"
                    pool_sise = 4
                    password = "a"
                    password_file = "nothing"
                    [trust]
                    ca_key = "nothing either"
                    [log]
                      level = "loud"
                    """));
    assertThat(e.problems())
        .containsExactly(
            "c.toml:2:1: agent_port.listen: 7443 is not acceptable; use HOST:PORT, like"
                + " \"0.0.0.0:7443\"",
            "c.toml:4:1: database.url: not a PostgreSQL URL; use"
                + " jdbc:postgresql://HOST:PORT/DATABASE",
            "c.toml:5:1: database.pool_sise: unknown key; did you mean pool_size?",
            "c.toml:7:1: database.password_file: \"nothing\" is not acceptable; no readable file"
                + " there; create it or correct the path",
            "c.toml:9:1: trust.ca_key: \"nothing either\" is not acceptable; no readable file"
                + " there; create it or correct the path",
            "c.toml:11:3: log.level: \"loud\" is not acceptable; use one of error, warn, info,"
                + " debug",
            "c.toml: trust.ca_certificate: missing; ca_certificate and ca_key go together; set it"
                + " or remove the other (or set HOSTLER_TRUST_CA_CERTIFICATE)");
  }

  @Test
  void aPasswordIsGivenOnceAndNeverShown() throws Exception {
    Files.writeString(folder.resolve("f"), "x");
    ConfigException e =
        catchThrowableOfType(
            ConfigException.class,
            () -> read("[database]\npassword = \"geheim\"\npassword_file = \"f\""));
    assertThat(e.problems())
        .containsExactly(
            "c.toml:3:1: database.password_file: password is given as well; remove one of the two");
    assertThat(read("[database]\npassword = \"geheim\"").toString()).doesNotContain("geheim");
  }
}
