package dev.hostler.agent.run;

import dev.hostler.agent.attempt.AttemptId;
import dev.hostler.agent.attempt.StreamName;
import dev.hostler.agent.denial.Denial;
import dev.hostler.agent.denial.DenialNews;
import dev.hostler.agent.sandbox.RunListener;
import dev.hostler.agent.sandbox.cgroup.Cgroup;
import dev.hostler.agent.usage.UsageSampler;
import dev.hostler.common.time.TimeSource;
import java.time.Instant;
import java.util.List;

/** Tells of a run, the start before anything else. Thread-safe. */
final class RunEvents implements RunListener {
  private final AttemptId id;
  private final AttemptExecutor.Progress progress;
  private final boolean rings;
  private final AttemptFolders folders;
  private final UsageSampler usage;
  private final TimeSource time;
  private final DenialNews news = new DenialNews();
  private final Outlet outlet = new Outlet(this::denied);
  private volatile boolean told;

  /**
   * @param rings see {@link AttemptExecutor.Progress#started}
   */
  RunEvents(
      AttemptId id,
      AttemptExecutor.Progress progress,
      boolean rings,
      AttemptFolders folders,
      UsageSampler usage,
      TimeSource time) {
    this.id = id;
    this.progress = progress;
    this.rings = rings;
    this.folders = folders;
    this.usage = usage;
    this.time = time;
  }

  /** The run's way out of its sandbox, whose denied peers are told like denied calls. */
  Outlet outlet() {
    return outlet;
  }

  @Override
  public void started() {
    Instant at = folders.startedAt(id);
    startedAt(at == null ? time.instant() : at);
  }

  void startedAt(Instant at) {
    synchronized (this) {
      if (told) {
        return;
      }
      told = true;
    }
    progress.started(folders.of(id), rings, at);
    stdoutGrew();
    stderrGrew();
    denied();
  }

  @Override
  public synchronized void denied() {
    if (told) {
      List<Denial> all = denials();
      List<Denial> fresh = news.of(all);
      if (!fresh.isEmpty()) {
        progress.denied(all, fresh);
      }
    }
  }

  @Override
  public void emptied(Cgroup group) {
    usage.emptied(id.label(), group);
  }

  List<Denial> denials() {
    return outlet.with(folders.denials(id));
  }

  /** Output may be there before the start is known: it is told of after the start. */
  @Override
  public void stdoutGrew() {
    if (told) {
      progress.grew(StreamName.STDOUT);
    }
  }

  @Override
  public void stderrGrew() {
    if (told) {
      progress.grew(StreamName.STDERR);
    }
  }
}
