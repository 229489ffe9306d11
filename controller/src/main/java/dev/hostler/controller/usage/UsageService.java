package dev.hostler.controller.usage;

import dev.hostler.common.time.TimeSource;
import dev.hostler.controller.db.Database;
import dev.hostler.controller.failure.RequestException;
import dev.hostler.controller.host.Host;
import dev.hostler.controller.host.HostService;
import dev.hostler.controller.job.WorkStatistics;
import dev.hostler.controller.job.WorkUse;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** What is and was used, and how well hosts and bundles do. Thread-safe. */
public final class UsageService {
  /** While somebody asks for what is used now, hosts report this often. */
  private static final Duration WATCHED_EVERY = Duration.ofSeconds(2);

  private static final Duration WATCHED_FOR = Duration.ofSeconds(30);
  private static final Duration CURRENT = Duration.ofSeconds(30);
  private static final Duration HEALTH = Duration.ofMinutes(15);
  private static final Duration FAILURES = Duration.ofDays(1);
  private static final Duration LONGEST = Duration.ofDays(3650);
  private static final Duration FINEST = Duration.ofSeconds(10);
  private static final Duration SIGNS_FOR = Duration.ofSeconds(5);
  private static final int MOST_POINTS = 1000;

  private final Database database;
  private final HostService hosts;
  private final WorkStatistics statistics;
  private final Alerts alerts;
  private final BiConsumer<Duration, Duration> watch;
  private final TimeSource time;
  private final UsageStore store = new UsageStore();
  private final SeriesStore series = new SeriesStore();
  private @Nullable Instant watchedAt;
  private @Nullable Signs signs;

  /**
   * Reads only.
   *
   * @param watch asks the hosts to report more often: how often, for how long
   */
  public UsageService(
      Database database,
      HostService hosts,
      WorkStatistics statistics,
      Alerts alerts,
      BiConsumer<Duration, Duration> watch,
      TimeSource time) {
    this.database = database;
    this.hosts = hosts;
    this.statistics = statistics;
    this.alerts = alerts;
    this.watch = watch;
    this.time = time;
  }

  /**
   * A stretch of a series.
   *
   * @param at its begin
   * @param sample what was used in it
   */
  public record Point(Instant at, Sample sample) {}

  /**
   * What was used over time.
   *
   * @param step length of a stretch
   * @param points oldest first; stretches without a report are missing
   * @param total all of it; null if there is nothing, or it is of several hosts
   */
  public record Series(Duration step, List<Point> points, @Nullable Sample total) {}

  /** The newest sample of each host and each attempt that runs; asks for more of them. */
  public List<Measured> now() {
    watchedNow();
    Instant since = time.instant().minus(CURRENT);
    return database.transact(transaction -> store.newest(transaction, since));
  }

  private void watchedNow() {
    Instant now = time.instant();
    synchronized (this) {
      if (watchedAt != null && now.isBefore(watchedAt.plus(WATCHED_FOR.dividedBy(3)))) {
        return;
      }
      watchedAt = now;
    }
    watch.accept(WATCHED_EVERY, WATCHED_FOR);
  }

  /**
   * What a host used.
   *
   * @param since how far back
   * @param points how many at most; 0: 60
   * @throws RequestException INVALID
   */
  public Series ofHost(Host host, Duration since, int points) {
    Duration step = step(since, points);
    Instant from = time.instant().minus(since);
    return database.transact(transaction ->
        new Series(
            step,
            points(series.ofHost(transaction, host.id(), from, step)),
            series.total(transaction, host.id(), from, step).orElse(null)));
  }

  /**
   * What a bundle's attempts used.
   *
   * @throws RequestException INVALID, or NOT_FOUND if nothing of that name has ever run
   */
  public Series ofBundle(String bundle, Duration since, int points) {
    Duration step = step(since, points);
    if (!statistics.hasRun(bundle)) {
      throw RequestException.notFound(
          "bundle", bundle, "no job has run it; see `hostler bundle list` for those there are");
    }
    Instant from = time.instant().minus(since);
    return database.transact(transaction ->
        new Series(step, points(series.ofBundle(transaction, bundle, from, step)), null));
  }

  private static List<Point> points(List<SeriesStore.Point> points) {
    return points.stream().map(point -> new Point(point.at(), point.sample())).toList();
  }

  /** A whole number of ten seconds, of minutes, or of hours. */
  static Duration step(Duration since, int points) {
    if (since.compareTo(FINEST) < 0 || since.compareTo(LONGEST) > 0) {
      throw RequestException.invalid("since", since, "use 10 s to 10 years");
    }
    if (points < 0 || points > MOST_POINTS) {
      throw RequestException.invalid("points", points, "use 1 to " + MOST_POINTS);
    }
    long wanted = Math.ceilDiv(since.toSeconds(), points == 0 ? 60 : points);
    for (long unit : new long[] {10, 60, 3600}) {
      long step = Math.ceilDiv(wanted, unit) * unit;
      if (unit == 3600 || step <= (unit == 10 ? 50 : 1800)) {
        return Duration.ofSeconds(step);
      }
    }
    throw new IllegalStateException();
  }

  /** What ended on a host. */
  public List<WorkUse> worksOf(Host host, Duration since) {
    return statistics.ofHost(host.id(), time.instant().minus(since));
  }

  /** What of a bundle ended. */
  public List<WorkUse> worksOf(String bundle, Duration since) {
    return statistics.ofBundle(bundle, time.instant().minus(since));
  }

  /** How well hosts do. */
  public Map<UUID, Health> health(List<Host> some) {
    Signs signs = signs();
    Map<UUID, Health> health = new HashMap<>();
    for (Host host : some) {
      health.put(
          host.id(),
          HealthScores.host(
              hosts.isConnected(host.id()),
              signs.recent().get(host.id()),
              signs.ended().get(host.id()),
              signs.raised().getOrDefault(host.id(), 0)));
    }
    return health;
  }

  /** Read at most every few seconds, however many ask: it is a look at all hosts. */
  private Signs signs() {
    Instant now = time.instant();
    synchronized (this) {
      if (signs != null && Duration.between(signs.at(), now).compareTo(SIGNS_FOR) < 0) {
        return signs;
      }
    }
    Signs fresh =
        new Signs(
            now,
            database.transact(transaction -> series.totals(transaction, now.minus(HEALTH))),
            statistics.ended(now.minus(FAILURES)),
            alerts.raisedByHost());
    synchronized (this) {
      signs = fresh;
    }
    return fresh;
  }

  /** What health goes by, by host. */
  private record Signs(
      Instant at,
      Map<UUID, Sample> recent,
      Map<UUID, WorkStatistics.Ended> ended,
      Map<UUID, Integer> raised) {}

  /** How well a bundle does, by what ended. */
  public static Health ofBundle(List<WorkUse> works) {
    return HealthScores.bundle(works);
  }
}
