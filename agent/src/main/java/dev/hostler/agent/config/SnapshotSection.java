package dev.hostler.agent.config;

import dev.hostler.agent.policy.KeptPaths;
import dev.hostler.agent.snapshot.SnapshotSettings;
import dev.hostler.common.config.ConfigSection;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The section {@code [snapshots]}: how much is kept, and what operators may have kept. */
final class SnapshotSection {
  private static final long KIB = 1L << 10;
  private static final long MOST = 1L << 50;

  private SnapshotSection() {}

  /**
   * Reads it.
   *
   * @param own files and directories of the agent besides the usual ones
   */
  static SnapshotSettings read(ConfigSection section, List<Path> own) {
    SnapshotSettings usual = SnapshotSettings.USUAL;
    return new SnapshotSettings(
        section.bytes("largest", usual.largestBytes(), KIB, MOST),
        section.bytes("keep_free", usual.keepFreeBytes(), 0, MOST),
        section.duration("keep_for", usual.keepFor(), Duration.ofMinutes(1), Duration.ofDays(3650)),
        section.integer("keep_count", usual.keepCount(), 1, 100_000),
        section.bytes("keep_bytes", usual.keepBytes(), KIB, MOST),
        section.choice("preview_text", usual.previewText()),
        new KeptPaths(jobPaths(section), own(own)),
        section.bool("encrypt", usual.encrypt()),
        section.duration(
            "new_key_after", usual.newKeyAfter(), Duration.ofHours(1), Duration.ofDays(3650)));
  }

  private static List<Path> jobPaths(ConfigSection section) {
    List<String> usual = KeptPaths.USUALLY_ALLOWED.stream().map(Path::toString).toList();
    return AbsolutePaths.read(section, "job_paths", usual, true, "/etc/ssh");
  }

  private static List<Path> own(List<Path> more) {
    List<Path> own = new ArrayList<>(KeptPaths.USUALLY_OWN);
    own.addAll(more);
    return own.stream().distinct().toList();
  }
}
