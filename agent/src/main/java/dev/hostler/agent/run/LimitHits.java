package dev.hostler.agent.run;

import dev.hostler.agent.attempt.AttemptResult;
import dev.hostler.agent.attempt.LimitHit;
import dev.hostler.agent.sandbox.RunOutcome;
import dev.hostler.agent.sandbox.RunRecord;
import dev.hostler.agent.sandbox.StopReason;
import dev.hostler.agent.sandbox.cgroup.CpuThrottling;
import dev.hostler.trust.limits.EffectiveLimits;
import dev.hostler.trust.limits.Limit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Which limits an attempt came up against, by what the kernel and the supervisor counted. */
final class LimitHits {
  private final EffectiveLimits effective;
  private final List<LimitHit> hits = new ArrayList<>();

  private LimitHits(EffectiveLimits effective) {
    this.effective = effective;
  }

  /** The result with them; the one that ended it is named in its message, too. */
  static AttemptResult name(AttemptResult result, RunRecord end, EffectiveLimits effective) {
    LimitHits all = new LimitHits(effective);
    all.collect(end);
    all.hits.sort(Comparator.comparing((LimitHit hit) -> !hit.ended()));
    AttemptResult named = result.withLimitsHit(all.hits);
    return all.hits.stream()
        .filter(LimitHit::ended)
        .findFirst()
        .map(hit -> named.withMessage(all.words(hit)))
        .orElse(named);
  }

  private void collect(RunRecord end) {
    boolean outOfMemory = end.outcome() == RunOutcome.OUT_OF_MEMORY;
    add(Limit.MEMORY, end.use().oomKills().orElse(0), outOfMemory);
    add(Limit.TIMEOUT, end.reason() == StopReason.TIMEOUT ? 1 : 0, true);
    add(Limit.CPU_TIME, end.reason() == StopReason.CPU_TIME ? 1 : 0, true);
    add(Limit.PIDS, end.use().pidsDenied().orElse(0), false);
    add(Limit.OPEN_FILES, end.marks().filesFull(), false);
    add(Limit.TMP, end.marks().tmpFull(), false);
    add(Limit.OUTPUT, end.stdout().droppedBytes() + end.stderr().droppedBytes(), false);
    CpuThrottling cpu = end.use().throttling();
    if (cpu.throttled() > 0) {
      hits.add(hit(Limit.CPU, cpu.throttled(), cpu.share(), false));
    }
  }

  private void add(Limit limit, long count, boolean ended) {
    if (count > 0) {
      hits.add(hit(limit, count, 0, ended));
    }
  }

  private LimitHit hit(Limit limit, long count, double share, boolean ended) {
    return new LimitHit(
        limit.key(),
        effective.limits().get(limit).orElse(0),
        count,
        effective.setBy(limit),
        share,
        ended);
  }

  private String words(LimitHit hit) {
    Limit limit = Limit.ofKey(hit.limit()).orElseThrow();
    String what = hit.limit().replace('_', ' ');
    return hit.value() == 0
        ? "ended by its limit of " + what
        : "ended by its limit of " + what + ", " + limit.format(hit.value()) + by(hit.setBy());
  }

  private static String by(String who) {
    return switch (who) {
      case EffectiveLimits.BUNDLE -> " (of its bundle)";
      case EffectiveLimits.HOST -> " (of this host)";
      case EffectiveLimits.POLICY -> " (of a policy, see `hostler limits show`)";
      case EffectiveLimits.JOB -> " (of the job)";
      default -> "";
    };
  }
}
