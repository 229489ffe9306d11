package dev.hostler.controller.job;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hostler.controller.db.TestDatabase;
import dev.hostler.controller.link.EngineFixture;
import dev.hostler.trust.job.TargetTree;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The trees that are kept, and those that are made again. */
class TargetTreesTest {
  @RegisterExtension static final TestDatabase DB = new TestDatabase();

  private final TaskStore tasks = new TaskStore(new JobStore());

  private static TargetTree tree(int hosts) {
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < hosts; i++) {
      ids.add(UUID.randomUUID().toString());
    }
    return TargetTree.of(ids);
  }

  @Test
  void keepsNoMoreHostsThanAllowedButAlwaysTheLastTree() {
    TargetTrees trees = new TargetTrees(DB.database(), tasks, 10);
    for (int i = 0; i < 5; i++) {
      trees.keep(UUID.randomUUID(), tree(4));
    }
    assertThat(trees.sizes()).containsExactly(2L, 8L);
    UUID same = UUID.randomUUID();
    trees.keep(same, tree(30));
    assertThat(trees.sizes()).containsExactly(1L, 30L);
    trees.keep(same, tree(30));
    assertThat(trees.sizes()).containsExactly(1L, 30L);
  }

  @Test
  void makesATreeAgainFromTheTasks() throws Exception {
    try (EngineFixture engine = new EngineFixture(DB.database())) {
      List<String> names = List.of("a-" + UUID.randomUUID(), "b-" + UUID.randomUUID());
      names.forEach(engine::host);
      Job job = engine.submit(names);
      TargetTrees trees = new TargetTrees(DB.database(), tasks);
      for (UUID host : engine.ids(names)) {
        var targets =
            TargetTree.of(engine.ids(names).stream().map(UUID::toString).toList()).targets();
        assertThat(trees.proof(job.id(), host).proves(host.toString(), targets)).isTrue();
      }
      assertThat(trees.sizes()).containsExactly(1L, 2L);
    }
  }
}
