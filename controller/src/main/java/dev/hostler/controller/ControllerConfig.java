package dev.hostler.controller;

import dev.hostler.common.config.ConfigException;
import dev.hostler.common.config.ConfigReader;
import dev.hostler.common.config.ConfigSection;
import dev.hostler.common.config.HostPort;
import dev.hostler.controller.access.AccessConfig;
import dev.hostler.controller.db.DatabaseConfig;
import dev.hostler.controller.index.IndexConfig;
import dev.hostler.controller.job.RetentionConfig;
import dev.hostler.controller.revocation.RevocationConfig;
import dev.hostler.controller.target.CelSelectors;
import dev.hostler.controller.trust.TrustConfig;
import dev.hostler.controller.usage.UsageConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * The whole configuration of a controller.
 *
 * @param dataDir everything that it keeps: CA, first operator, embedded database, spool
 * @param agentListen where agents connect
 * @param agentAdvertise "HOST:PORT" that new agents are told; empty: this machine's name
 * @param heartbeat how often agents give a sign of life
 * @param operatorListen where operators connect
 * @param metricsListen plain HTTP for metrics and health
 * @param bundleMaxBytes largest bundle file
 * @param database section [database]
 * @param trust section [trust]
 * @param access tables [[role]] and [[operator]]
 * @param index section [index]
 * @param revocation section [revocation]
 * @param alerts section [alerts]
 * @param retention section [retention]
 * @param usage section [usage]
 * @param log section [log]
 */
public record ControllerConfig(
    Path dataDir,
    HostPort agentListen,
    Optional<HostPort> agentAdvertise,
    Duration heartbeat,
    HostPort operatorListen,
    HostPort metricsListen,
    long bundleMaxBytes,
    DatabaseConfig database,
    TrustConfig trust,
    AccessConfig access,
    IndexConfig index,
    RevocationConfig revocation,
    AlertsConfig alerts,
    RetentionConfig retention,
    UsageConfig usage,
    LogConfig log) {
  private static final long MIB = 1L << 20;
  private static final Duration MOST_SILENCE = Duration.ofMinutes(1);

  /**
   * Reads it.
   *
   * @throws ConfigException with every problem there is
   */
  public static ControllerConfig read(ConfigReader reader) throws ConfigException {
    ConfigSection agentPort = reader.section("agent_port");
    ControllerConfig config =
        new ControllerConfig(
            reader.section("").path("data_dir", Path.of("/var/lib/hostler/controller")),
            agentPort.address("listen", new HostPort("0.0.0.0", 7443)),
            agentPort.address("advertise"),
            reader
                .section("heartbeat")
                .duration("interval", Duration.ofSeconds(10), Duration.ofMillis(500), MOST_SILENCE),
            reader.section("operator_port").address("listen", new HostPort("0.0.0.0", 7444)),
            reader.section("metrics").address("listen", new HostPort("127.0.0.1", 7445)),
            reader.section("bundle").bytes("max_size", 1024 * MIB, MIB, 65536 * MIB),
            DatabaseConfig.read(reader.section("database")),
            TrustConfig.read(reader.section("trust")),
            AccessConfig.read(reader, new CelSelectors()),
            IndexConfig.read(reader.section("index")),
            RevocationConfig.read(reader.section("revocation")),
            AlertsConfig.read(reader.section("alerts")),
            RetentionConfig.read(reader.section("retention")),
            UsageConfig.read(reader.section("usage")),
            LogConfig.read(reader.section("log")));
    reader.finish();
    return config;
  }
}
