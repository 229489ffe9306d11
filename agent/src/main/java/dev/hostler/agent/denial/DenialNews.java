package dev.hostler.agent.denial;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What of a table of denied calls was not told yet. Not thread-safe. */
public final class DenialNews {
  private final Map<Integer, Long> told = new HashMap<>();

  /** Those whose count has grown since the last call. */
  public List<Denial> of(List<Denial> all) {
    return all.stream()
        .filter(one -> {
          Long before = told.put(one.slot(), one.count());
          return before == null || before < one.count();
        })
        .toList();
  }
}
