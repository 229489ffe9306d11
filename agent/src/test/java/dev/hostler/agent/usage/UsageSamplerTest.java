package dev.hostler.agent.usage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.hostler.agent.sandbox.cgroup.Cgroup;
import dev.hostler.agent.sandbox.cgroup.CgroupLimits;
import dev.hostler.agent.sandbox.cgroup.CgroupSettings;
import dev.hostler.agent.sandbox.cgroup.Cgroups;
import dev.hostler.common.time.TimeSource;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Real groups with real processes. */
class UsageSamplerTest {
  private static final TimeSource TIME = TimeSource.system();
  private final BlockingQueue<UsageReport> reports = new LinkedBlockingQueue<>();
  private final List<Process> started = new ArrayList<>();
  private Cgroups cgroups;
  private UsageSampler sampler;

  @BeforeEach
  void open() throws Exception {
    String name =
        "hostler-test-usage-" + HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong());
    cgroups = Cgroups.detect(CgroupSettings.ofHost(name), TIME);
  }

  @AfterEach
  void close() throws Exception {
    if (sampler != null) {
      sampler.close();
    }
    for (String name : cgroups.names()) {
      cgroups.open(name).kill(Duration.ofSeconds(20));
      cgroups.open(name).remove();
    }
    for (Process process : started) {
      process.waitFor();
    }
    cgroups.removeTree();
  }

  private void sampler(Duration sample, Duration report) {
    sampler = new UsageSampler(new UsageSettings(sample, report), Path.of("/"), TIME);
    sampler.onReport(reports::add);
    sampler.start();
  }

  private Cgroup group(String name, int cpuMillis) throws Exception {
    return cgroups.create(name, new CgroupLimits(64 << 20, 0, cpuMillis, 100));
  }

  private void run(Cgroup group, String script) throws Exception {
    Process process =
        new ProcessBuilder("/bin/bash", "-c", "read go; " + script)
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    started.add(process);
    for (Path directory : group.directories()) {
      Files.writeString(directory.resolve("cgroup.procs"), Long.toString(process.pid()));
    }
    process.outputWriter().append("go\n").flush();
  }

  private UsageWindow next(String attempt) throws Exception {
    for (int i = 0; i < 100; i++) {
      UsageReport report = reports.poll(20, TimeUnit.SECONDS);
      assertThat(report).isNotNull();
      if (report.attempts().containsKey(attempt) && report.attempts().get(attempt).threads() > 0) {
        return report.attempts().get(attempt);
      }
    }
    throw new AssertionError("not reported: " + attempt);
  }

  @Test
  void whatRunsIsReportedWithItsLimitAndTheHost() throws Exception {
    sampler(Duration.ofMillis(100), Duration.ofMillis(500));
    Cgroup group = group("a.1", 0);
    sampler.add("a.1", group, false);
    run(group, "exec 5<>/dev/null 6<>/dev/null; while :; do :; done & sleep 1000 & wait");
    await().until(() -> next("a.1").processes() == 3);
    UsageWindow window = next("a.1");

    assertThat(window.threads()).isEqualTo(3);
    assertThat(window.memoryBytes()).isBetween(1L, 64L << 20);
    assertThat(window.memoryLimitBytes()).isEqualTo(64 << 20);
    assertThat(window.files()).isGreaterThanOrEqualTo(15);
    assertThat(window.nanos()).isBetween(200_000_000L, 5_000_000_000L);
    UsageReport report = reports.poll(20, TimeUnit.SECONDS);
    assertThat(report.host().memoryLimitBytes()).isGreaterThan(64 << 20);
    assertThat(report.host().cpuMicros()).isPositive();
  }

  @Test
  void aQuotaThatIsUsedUpShowsInTheSummary() throws Exception {
    sampler(Duration.ofMillis(100), Duration.ofSeconds(10));
    Cgroup group = group("b.1", 100);
    sampler.add("b.1", group, false);
    run(group, "while :; do :; done");
    await().until(() -> group.counters().cpuMicros().orElse(0) > 150_000);
    assertThat(group.kill(Duration.ofSeconds(20))).isTrue();
    sampler.emptied("b.1", group);
    UsageSummary summary = sampler.remove("b.1");

    assertThat(summary.samples()).isPositive();
    assertThat(summary.periods()).isPositive();
    assertThat(summary.throttledPeriods()).isBetween(1L, summary.periods());
    assertThat(summary.throttledMicros()).isPositive();
    assertThat(summary.userMicros()).isPositive();
    assertThat(summary.cpuPeakMillis()).isPositive();
    assertThat(summary.memoryMeanBytes()).isPositive();
    assertThat(summary.processesPeak()).isBetween(0, 1);
    assertThat(summary.leaks()).isEmpty();
    assertThat(sampler.remove("b.1")).isEqualTo(UsageSummary.UNKNOWN);
  }

  @Test
  void anAttemptThatWasOverBeforeTheFirstSampleHasItsCountersAllTheSame() throws Exception {
    sampler = new UsageSampler(UsageSettings.USUAL, Path.of("/"), TIME); // not running
    Cgroup group = group("c.1", 500);
    run(group, "for i in 1 2 3; do (exit 0); done");
    started.getLast().waitFor();
    sampler.emptied("c.1", group);
    sampler.add("c.1", group, false); // late, as it may be
    group.remove();
    UsageSummary summary = sampler.remove("c.1");

    assertThat(summary.samples()).isZero();
    assertThat(summary.userMicros()).isNotNegative();
    assertThat(summary.periods()).isNotNegative();
    assertThat(summary.filesPeak()).isEqualTo(-1);
  }

  @Test
  void socketsAndDescriptorsAreCounted() throws Exception {
    sampler = new UsageSampler(UsageSettings.USUAL, Path.of("/"), TIME);
    Cgroup group = group("d.1", 0);
    sampler.add("d.1", group, false);
    run(group, "u=/dev/udp/127.0.0.1/9; exec 5<>$u 6<>$u 7<>$u; echo up; sleep 1000");
    assertThat(started.getLast().inputReader().readLine()).isEqualTo("up");
    sampler.sample(ByteBuffer.allocateDirect(1 << 14));
    sampler.emptied("d.1", group);
    UsageSummary summary = sampler.remove("d.1");
    assertThat(summary.samples()).isEqualTo(1);
    assertThat(summary.socketsPeak()).isEqualTo(3);
    assertThat(summary.filesPeak()).isGreaterThanOrEqualTo(5);
  }

  @Test
  void whoWatchesIsToldMoreOften() throws Exception {
    sampler(Duration.ofMillis(100), Duration.ofHours(1));
    assertThat(reports.poll(300, TimeUnit.MILLISECONDS)).isNull();
    sampler.watch(Duration.ofMillis(1), Duration.ofSeconds(30));
    UsageReport first = reports.poll(20, TimeUnit.SECONDS);
    UsageReport second = reports.poll(20, TimeUnit.SECONDS);
    assertThat(first).isNotNull();
    assertThat(second).isNotNull();
    assertThat(second.host().nanos()).isGreaterThanOrEqualTo(20_000_000);
    assertThat(second.attempts()).isEmpty();
  }

  @Test
  void oneThatRanBeforeIsCountedFromNowOnInWindowsAndWholeInItsSummary() throws Exception {
    sampler = new UsageSampler(UsageSettings.USUAL, Path.of("/"), TIME);
    Cgroup group = group("e.1", 0);
    run(group, "i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done; echo up; sleep 1000");
    assertThat(started.getLast().inputReader().readLine()).isEqualTo("up");
    long before = group.counters().cpuMicros().orElseThrow();
    AttemptMeter meter = new AttemptMeter(group, TIME.nanoTime(), true);
    meter.sample(TIME.nanoTime(), ByteBuffer.allocateDirect(1 << 14));
    assertThat(before).isGreaterThan(10_000);
    assertThat(meter.window(TIME.nanoTime()).cpuMicros()).isLessThan(before);
    meter.close();
  }

  @Test
  void aGroupThatIsGoneIsNotKnown() throws Exception {
    sampler = new UsageSampler(UsageSettings.USUAL, Path.of("/"), TIME);
    sampler.add("f.1", cgroups.open("f.1"), false);
    sampler.sample(ByteBuffer.allocateDirect(1 << 14));
    assertThat(sampler.remove("f.1")).isEqualTo(UsageSummary.UNKNOWN);
  }
}
