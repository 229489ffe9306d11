package dev.hostler.controller.job;

import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** The column {@code limits_hit} of attempts: a list of objects, or nothing. */
final class LimitHits {
  private static final JsonMapper JSON = JsonMapper.shared();
  private static final TypeReference<List<LimitHit>> HITS = new TypeReference<>() {};

  private LimitHits() {}

  static @Nullable String json(List<LimitHit> hits) {
    return hits.isEmpty() ? null : JSON.writeValueAsString(hits);
  }

  static List<LimitHit> read(@Nullable String json) {
    return json == null ? List.of() : JSON.readValue(json, HITS);
  }
}
