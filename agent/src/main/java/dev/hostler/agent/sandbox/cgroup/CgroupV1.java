package dev.hostler.agent.sandbox.cgroup;

import dev.hostler.common.time.TimeSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;

/** A group of the same name in each v1 hierarchy (kernel documentation, cgroup-v1). */
final class CgroupV1 extends AttemptCgroup {
  private static final int FREEZE_POLLS = 50;
  private static final long NANOS_PER_MICRO = 1000;

  private final Map<String, Path> byController;

  CgroupV1(Map<String, Path> byController, TimeSource time) {
    super(byController.values().stream().distinct().toList(), time);
    this.byController = byController;
  }

  @Override
  public int version() {
    return 1;
  }

  private OptionalLong number(String controller, String file, String key) {
    Path directory = byController.get(controller);
    if (directory == null) {
      return OptionalLong.empty();
    }
    Path path = directory.resolve(file);
    return key.isEmpty() ? CgroupFiles.number(path) : CgroupFiles.number(path, key);
  }

  @Override
  public CgroupCounters counters() {
    OptionalLong cpuNanos = number("cpuacct", "cpuacct.usage", "");
    return new CgroupCounters(
        number("memory", "memory.oom_control", "oom_kill"),
        number("memory", "memory.max_usage_in_bytes", ""),
        cpuNanos.isPresent()
            ? OptionalLong.of(cpuNanos.getAsLong() / NANOS_PER_MICRO)
            : OptionalLong.empty(),
        number("pids", "pids.events", "max"),
        byController.containsKey("cpu")
            ? CgroupFiles.throttling(
                byController.get("cpu").resolve("cpu.stat"), "throttled_time", NANOS_PER_MICRO)
            : CpuThrottling.NONE);
  }

  private Set<Long> processes() throws IOException {
    Set<Long> pids = new LinkedHashSet<>();
    for (Path directory : directories()) {
      pids.addAll(CgroupFiles.processes(directory));
    }
    return pids;
  }

  @Override
  public boolean isEmpty() throws IOException {
    return processes().isEmpty();
  }

  /**
   * Frozen, nobody can fork or exit, so no process is missed and no number reused between reading
   * and killing. SIGKILL acts when the group thaws.
   */
  @Override
  void killOnce() throws IOException, InterruptedException {
    Path freezer = byController.get("freezer");
    Path state = freezer == null ? null : freezer.resolve("freezer.state");
    if (state == null || !Files.exists(state)) {
      killListed();
      return;
    }
    CgroupFiles.write(state, "FROZEN");
    try {
      for (int i = 0; i < FREEZE_POLLS && !CgroupFiles.words(state).contains("FROZEN"); i++) {
        time.sleep(Duration.ofMillis(1));
      }
      killListed();
    } finally {
      CgroupFiles.write(state, "THAWED");
    }
  }

  private void killListed() throws IOException {
    for (long pid : processes()) {
      if (pid > 1 && pid != ProcessHandle.current().pid()) {
        ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
      }
    }
  }
}
