package dev.hostler.agent.usage;

import dev.hostler.agent.sandbox.cgroup.Cgroup;
import dev.hostler.agent.sandbox.cgroup.CgroupCounters;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** A folder with files as a kernel of that version has them. */
record FolderGroup(int version, Path folder) implements Cgroup {
  @Override
  public List<Path> directories() {
    return List.of(folder);
  }

  @Override
  public CgroupCounters counters() {
    return CgroupCounters.UNKNOWN;
  }

  @Override
  public boolean isEmpty() {
    return true;
  }

  @Override
  public boolean kill(Duration limit) {
    return true;
  }

  @Override
  public void remove() {}
}
