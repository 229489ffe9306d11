package dev.hostler.lab.bench;

import dev.hostler.agent.sandbox.cgroup.Cgroup;
import dev.hostler.agent.sandbox.cgroup.CgroupLimits;
import dev.hostler.agent.sandbox.cgroup.CgroupSettings;
import dev.hostler.agent.sandbox.cgroup.Cgroups;
import dev.hostler.agent.usage.UsageSampler;
import dev.hostler.agent.usage.UsageSettings;
import dev.hostler.common.time.TimeSource;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What it costs to sample attempts: real groups, each with a shell and two processes that sleep.
 * Every fifth sample looks at descriptors, too. Prints a table. Run by {@code lab/measure-usage}.
 */
public final class SamplingCost {
  private static final int WARM = 1000;
  private static final int ROUNDS = 1000;
  private static final int DETAILS_EVERY = 5;
  private static final ThreadMXBean CPU = ManagementFactory.getThreadMXBean();

  private SamplingCost() {}

  /** Takes no arguments. */
  public static void main(String[] args) throws Exception {
    System.out.println(
        "| attempts | CPU time of one sample of one attempt, mean | plain sample, p50 / p99 | with"
            + " descriptors, p50 / p99 | end of an attempt, p50 / p99 |\n|---|---|---|---|---|");
    for (int attempts : new int[] {1, 100}) {
      measure(attempts);
    }
  }

  private static void measure(int attempts) throws Exception {
    TimeSource time = TimeSource.system();
    Cgroups groups =
        Cgroups.detect(
            CgroupSettings.ofHost("hostler-sampling-" + ProcessHandle.current().pid()), time);
    UsageSampler sampler = new UsageSampler(UsageSettings.USUAL, Path.of("/"), time);
    List<Process> started = new ArrayList<>();
    List<Cgroup> made = new ArrayList<>();
    try {
      for (int i = 0; i < attempts; i++) {
        Cgroup group = groups.create("a." + i, new CgroupLimits(64 << 20, 0, 500, 50));
        made.add(group);
        started.add(run(group));
        sampler.add("a." + i, group, false);
      }
      print(attempts, sampler, made);
    } finally {
      for (Cgroup group : made) {
        group.kill(Duration.ofSeconds(20));
      }
      for (Process process : started) {
        process.waitFor();
      }
      for (Cgroup group : made) {
        group.remove();
      }
      groups.removeTree();
    }
  }

  private static Process run(Cgroup group) throws Exception {
    Process shell =
        new ProcessBuilder("/bin/sh", "-c", "read go; sleep 1000 & sleep 1000 & wait").start();
    for (Path directory : group.directories()) {
      Files.writeString(directory.resolve("cgroup.procs"), Long.toString(shell.pid()));
    }
    shell.outputWriter().append("go\n").flush();
    return shell;
  }

  private static void print(int attempts, UsageSampler sampler, List<Cgroup> groups) {
    ByteBuffer scratch = ByteBuffer.allocateDirect(64 << 10);
    for (int i = 0; i < WARM; i++) {
      sampler.sample(scratch);
    }
    Samples plain = new Samples();
    Samples detailed = new Samples();
    long all = 0;
    for (int i = 0; i < ROUNDS; i++) {
      long before = CPU.getCurrentThreadCpuTime();
      sampler.sample(scratch);
      long took = CPU.getCurrentThreadCpuTime() - before;
      all += took;
      (i % DETAILS_EVERY == 0 ? detailed : plain).add(took / attempts);
    }
    Samples ends = new Samples();
    for (int i = 0; i < ROUNDS; i++) {
      String attempt = "a." + i % attempts;
      Cgroup group = groups.get(i % attempts);
      long before = CPU.getCurrentThreadCpuTime();
      sampler.emptied(attempt, group);
      sampler.remove(attempt);
      ends.add(CPU.getCurrentThreadCpuTime() - before);
      sampler.add(attempt, group, true); // opens all again, and reads
    }
    System.out.printf(
        Locale.ROOT,
        "| %d | %.1f µs | %s | %s | %s |%n",
        attempts,
        all / 1e3 / ROUNDS / attempts,
        micros(plain),
        micros(detailed),
        micros(ends));
  }

  private static String micros(Samples samples) {
    return String.format(
        Locale.ROOT, "%.1f / %.1f µs", samples.millis(0.5) * 1000, samples.millis(0.99) * 1000);
  }
}
