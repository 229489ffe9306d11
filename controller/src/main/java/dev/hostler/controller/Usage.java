package dev.hostler.controller;

import dev.hostler.common.lifecycle.Lifecycle;
import dev.hostler.common.lifecycle.StartException;
import dev.hostler.common.time.TimeSource;
import dev.hostler.controller.audit.AuditStore;
import dev.hostler.controller.db.Database;
import dev.hostler.controller.host.HostService;
import dev.hostler.controller.job.JobService;
import dev.hostler.controller.job.WorkStatistics;
import dev.hostler.controller.link.AgentSessions;
import dev.hostler.controller.target.CelSelectors;
import dev.hostler.controller.usage.Alerts;
import dev.hostler.controller.usage.UsageConfig;
import dev.hostler.controller.usage.UsageIntake;
import dev.hostler.controller.usage.UsageKeeper;
import dev.hostler.controller.usage.UsageService;
import io.micrometer.core.instrument.MeterRegistry;

/**
 * The running parts that have to do with use.
 *
 * @param intake takes what hosts report
 * @param service says what is and was used
 * @param alerts look at the rules
 */
record Usage(UsageIntake intake, UsageService service, Alerts alerts) {
  static Usage start(
      UsageConfig config,
      Database database,
      AuditStore audit,
      HostService hosts,
      JobService jobs,
      AgentSessions sessions,
      Lifecycle lifecycle,
      TimeSource time,
      MeterRegistry metrics)
      throws StartException {
    UsageIntake intake =
        lifecycle.start(
            "the intake of use",
            () -> {
              UsageIntake made = new UsageIntake(database, jobs, time, metrics);
              made.start();
              return made;
            },
            UsageIntake::close);
    lifecycle.start(
        "the keeping of use",
        () -> {
          UsageKeeper made = new UsageKeeper(database, config, time);
          made.start();
          return made;
        },
        UsageKeeper::close);
    Alerts alerts =
        lifecycle.start(
            "the alerts on use",
            () -> {
              Alerts made = new Alerts(database, audit, hosts, new CelSelectors(), time, metrics);
              made.start();
              return made;
            },
            Alerts::close);
    UsageService service =
        new UsageService(
            database, hosts, new WorkStatistics(database), alerts, sessions::watchUsage, time);
    return new Usage(intake, service, alerts);
  }
}
