package dev.hostler.controller.job;

import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** The column {@code snapshots} of attempts: a list of objects, or nothing. */
final class SnapshotResults {
  private static final JsonMapper JSON = JsonMapper.shared();
  private static final TypeReference<List<SnapshotResult>> RESULTS = new TypeReference<>() {};

  private SnapshotResults() {}

  static @Nullable String json(List<SnapshotResult> results) {
    return results.isEmpty() ? null : JSON.writeValueAsString(results);
  }

  static List<SnapshotResult> read(@Nullable String json) {
    return json == null ? List.of() : JSON.readValue(json, RESULTS);
  }
}
