package dev.hostler.agent.sandbox.cgroup;

import dev.hostler.common.time.TimeSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;

/** A group of the unified hierarchy (kernel documentation, cgroup-v2). */
final class CgroupV2 extends AttemptCgroup {
  private final Path directory;

  CgroupV2(Path directory, TimeSource time) {
    super(List.of(directory), time);
    this.directory = directory;
  }

  @Override
  public int version() {
    return 2;
  }

  @Override
  public CgroupCounters counters() {
    return new CgroupCounters(
        CgroupFiles.number(directory.resolve("memory.events"), "oom_kill"),
        CgroupFiles.number(directory.resolve("memory.peak")),
        CgroupFiles.number(directory.resolve("cpu.stat"), "usage_usec"),
        CgroupFiles.number(directory.resolve("pids.events"), "max"),
        CgroupFiles.throttling(directory.resolve("cpu.stat"), "throttled_usec", 1));
  }

  @Override
  public boolean isEmpty() throws IOException {
    Path events = directory.resolve("cgroup.events");
    OptionalLong populated = CgroupFiles.number(events, "populated");
    if (populated.isEmpty() && Files.exists(directory)) {
      throw new IOException(events + ": cannot read \"populated\"");
    }
    return populated.orElse(0) == 0;
  }

  /** One write reaches the whole sub-tree, also processes being forked meanwhile. */
  @Override
  void killOnce() throws IOException {
    try {
      CgroupFiles.write(directory.resolve("cgroup.kill"), "1");
    } catch (IOException e) {
      if (Files.exists(directory)) {
        throw e;
      }
    }
  }
}
