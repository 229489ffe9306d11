package dev.hostler.controller;

import dev.hostler.common.lifecycle.Lifecycle;
import dev.hostler.common.lifecycle.StartException;
import dev.hostler.common.time.TimeSource;
import dev.hostler.controller.db.Database;
import dev.hostler.controller.db.DatabaseAddress;
import dev.hostler.controller.db.DatabaseConfig;
import dev.hostler.controller.db.EmbeddedPostgres;
import dev.hostler.controller.trust.ControllerIdentity;
import dev.hostler.controller.trust.FirstOperator;
import dev.hostler.controller.trust.FleetCa;
import dev.hostler.controller.trust.ServerNames;
import dev.hostler.controller.trust.TrustConfig;
import dev.hostler.controller.trust.TrustException;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What everything else stands on.
 *
 * @param database with the current schema
 * @param ca the fleet CA
 * @param identity the controller's own certificate
 * @param spool folder for bundles that are being pushed
 */
record Foundation(Database database, FleetCa ca, ControllerIdentity identity, Path spool) {
  private static final Logger LOG = LoggerFactory.getLogger(Foundation.class);
  private static final Duration OFTEN = Duration.ofMinutes(1);

  static Foundation start(
      ControllerConfig config, Lifecycle lifecycle, MeterRegistry metrics, TimeSource time)
      throws StartException {
    Path data = config.dataDir();
    Path spool =
        lifecycle.start(
            "in data_dir " + data,
            () -> {
              if (!Files.isDirectory(data)) {
                Files.createDirectories(data);
                // The embedded database runs as a user of its own, which must get to its folder.
                Files.setPosixFilePermissions(data, PosixFilePermissions.fromString("rwx--x--x"));
              }
              return privateFolder(data.resolve("spool"));
            },
            _ -> {});
    FleetCa ca = lifecycle.start("the fleet CA", () -> ca(config, time), _ -> {});
    keepFirstOperator(config, ca, lifecycle, time);
    ControllerIdentity identity =
        new ControllerIdentity(
            ca,
            ServerNames.with(Addresses.names(config)),
            config.trust().controllerCertificateLifetime(),
            time);
    DatabaseAddress address = address(config, lifecycle, time);
    Database database =
        lifecycle.start(
            "the connections to the database",
            () -> Database.open(address, config.database().poolSize()),
            Database::close);
    lifecycle.start(
        "the database",
        () -> {
          database.measure(metrics);
          database.migrate();
          return database;
        },
        _ -> {});
    return new Foundation(database, ca, identity, spool);
  }

  private static FleetCa ca(ControllerConfig config, TimeSource time) throws TrustException {
    TrustConfig trust = config.trust();
    FleetCa ca = open(config, trust, time);
    ensureFirstOperator(config, ca, time);
    return ca;
  }

  private static void ensureFirstOperator(ControllerConfig config, FleetCa ca, TimeSource time)
      throws TrustException {
    Path operator = config.dataDir().resolve("operator");
    if (FirstOperator.ensure(operator, ca, config.trust().operatorCertificateLifetime(), time)) {
      LOG.info("wrote the certificate of operator {} to {}", FirstOperator.NAME, operator);
    }
  }

  /** Its certificate is short-lived; so it is written again while the controller runs. */
  private static void keepFirstOperator(
      ControllerConfig config, FleetCa ca, Lifecycle lifecycle, TimeSource time)
      throws StartException {
    Runnable ensure =
        () -> {
          try {
            ensureFirstOperator(config, ca, time);
          } catch (TrustException e) {
            LOG.error("the first operator's certificate was not renewed; trying again", e);
          }
        };
    ca.onChange(ensure);
    Duration tenth = config.trust().operatorCertificateLifetime().dividedBy(10);
    Duration pause = tenth.compareTo(OFTEN) < 0 ? tenth : OFTEN;
    lifecycle.start(
        "the first operator's certificate",
        () ->
            Thread.ofVirtual()
                .name("first-operator")
                .start(() -> {
                  try {
                    while (true) {
                      time.sleep(pause);
                      ensure.run();
                    }
                  } catch (InterruptedException _) {
                    LOG.debug("no longer renewing the first operator's certificate");
                  }
                }),
        Thread::interrupt);
  }

  private static FleetCa open(ControllerConfig config, TrustConfig trust, TimeSource time)
      throws TrustException {
    if (trust.caCertificate().isEmpty() || trust.caKey().isEmpty()) {
      return FleetCa.openOrMake(config.dataDir().resolve("ca"), time);
    }
    Path certificate = trust.caCertificate().get();
    Path key = trust.caKey().get();
    return trust.previousCaCertificate().isPresent() && trust.previousCaKey().isPresent()
        ? FleetCa.open(
            certificate,
            key,
            trust.previousCaCertificate().get(),
            trust.previousCaKey().get(),
            time)
        : FleetCa.open(certificate, key, time);
  }

  private static DatabaseAddress address(
      ControllerConfig config, Lifecycle lifecycle, TimeSource time) throws StartException {
    DatabaseConfig database = config.database();
    Optional<String> url = database.url();
    if (url.isPresent()) {
      String given = url.get();
      return lifecycle.start(
          "with database.password_file",
          () -> new DatabaseAddress(given, database.user(), password(database)),
          _ -> {});
    }
    EmbeddedPostgres postgres =
        lifecycle.start(
            "the embedded PostgreSQL",
            () ->
                EmbeddedPostgres.start(
                    new EmbeddedPostgres.Settings(
                        config.dataDir().resolve("postgres"), database.embeddedUser(), true),
                    time),
            EmbeddedPostgres::close);
    return postgres.ownDatabase();
  }

  private static String password(DatabaseConfig database) throws IOException {
    Optional<Path> file = database.passwordFile();
    return file.isPresent() ? Files.readString(file.get()).strip() : database.password().orElse("");
  }

  private static Path privateFolder(Path folder) throws IOException {
    Files.createDirectories(folder);
    return Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
  }
}
