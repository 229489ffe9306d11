package dev.hostler.controller.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hostler.controller.db.TestDatabase;
import dev.hostler.controller.failure.RequestException;
import dev.hostler.controller.job.Job;
import dev.hostler.controller.job.JobRequest;
import dev.hostler.controller.job.Task;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What becomes a job and what does not. */
class SubmitTest {
  @RegisterExtension static final TestDatabase DB = new TestDatabase();
  private EngineFixture engine;
  private String name;

  @BeforeEach
  void start() {
    engine = new EngineFixture(DB.database());
    name = "h-" + UUID.randomUUID();
    engine.host(name);
  }

  @AfterEach
  void stop() {
    engine.close();
  }

  private static JobRequest request(String selector, List<String> hosts, String key) {
    return new JobRequest(
        "alice",
        new JobRequest.CommandRequest(List.of("true")),
        selector,
        hosts,
        Map.of(),
        null,
        0,
        null,
        key);
  }

  @Test
  void commitsARowForEachOfAThousandHosts() {
    List<String> names = new ArrayList<>();
    for (int i = 0; i < 1000; i++) {
      names.add("k%04d-%s".formatted(i, name));
      engine.host(names.getLast());
    }
    Job job = engine.engine.jobs().submit(request("name.endsWith('-" + name + "')", List.of(), ""));
    List<Task> tasks = engine.engine.jobs().tasks(job.id(), null, null, 2000);
    assertThat(tasks).extracting(Task::hostName).isEqualTo(names);
    assertThat(job.counts().queued()).isEqualTo(1000);
    assertThat(engine.engine.jobs().get(job.id())).isEqualTo(job);
    // Page by page, nothing is missing or twice.
    List<String> paged = new ArrayList<>();
    Task last = null;
    List<Task> page;
    do {
      page =
          engine
              .engine
              .jobs()
              .tasks(
                  job.id(),
                  last == null ? null : last.hostName(),
                  last == null ? null : last.id(),
                  77);
      page.forEach(task -> paged.add(task.hostName()));
      last = page.isEmpty() ? null : page.getLast();
    } while (page.size() == 77);
    assertThat(paged).isEqualTo(names);
  }

  @Test
  void leavesAnAuditRowForSubmissionAndCancellation() {
    Job job = engine.submit(List.of(name));
    engine.engine.jobs().cancel(job.id(), "bob");
    engine.engine.jobs().cancel(job.id(), "carol");
    var rows =
        DB.database().transact(tx -> engine.audit.list(tx, OptionalLong.empty(), 100)).stream()
            .filter(row -> row.subject().equals("job:" + job.id()))
            .toList();
    assertThat(rows).extracting(row -> row.verb()).containsExactly("job.cancel", "job.submit");
    assertThat(rows)
        .extracting(row -> row.actor().text())
        .containsExactly("operator:bob", "operator:alice");
  }

  @Test
  void writesNothingWhenTheAuditRowCannotBeWritten() {
    DB.database().execute(tx -> tx.handle().execute("ALTER TABLE audit_head RENAME TO gone"));
    try {
      assertThatThrownBy(() -> engine.submit(List.of(name))).isInstanceOf(RuntimeException.class);
    } finally {
      DB.database().execute(tx -> tx.handle().execute("ALTER TABLE gone RENAME TO audit_head"));
    }
    UUID host = engine.hosts.get(name).id();
    int rows =
        DB.database()
            .transact(tx ->
                tx.handle()
                    .createQuery("SELECT count(*) FROM tasks WHERE host_id = :host")
                    .bind("host", host)
                    .mapTo(Integer.class)
                    .one());
    assertThat(rows).isZero();
  }

  @Test
  void makesOneJobOfManyRequestsWithTheSameKey() throws Exception {
    List<Callable<UUID>> requests = new ArrayList<>();
    for (int i = 0; i < 16; i++) {
      requests.add(
          () -> engine.engine.jobs().submit(request("", List.of(name), "key-" + name)).id());
    }
    Set<UUID> ids = new HashSet<>();
    try (var threads = Executors.newFixedThreadPool(8)) {
      for (var id : threads.invokeAll(requests)) {
        ids.add(id.get());
      }
    }
    assertThat(ids).hasSize(1);
    JobRequest other = request("", List.of(name), "key-" + name);
    JobRequest bob =
        new JobRequest(
            "bob",
            other.work(),
            "",
            other.hosts(),
            Map.of(),
            null,
            0,
            null,
            other.idempotencyKey());
    assertThat(engine.engine.jobs().submit(bob).id()).isNotIn(ids);
  }

  @Test
  void turnsDownWhatIsWrongNamingEveryField() {
    Map<String, String> env = new HashMap<>();
    env.put("1A", "x");
    env.put("B", "nul\0");
    JobRequest bad =
        new JobRequest(
            "alice",
            new JobRequest.CommandRequest(List.of("", "a\0b")),
            "all",
            List.of("x"),
            env,
            Duration.ZERO,
            -1,
            Duration.ofDays(400),
            "k".repeat(129));
    assertThatThrownBy(() -> engine.engine.jobs().submit(bad))
        .isInstanceOfSatisfying(
            RequestException.class,
            e -> assertThat(e.kind()).isEqualTo(RequestException.Kind.INVALID))
        .hasMessageContaining("command.argv: empty")
        .hasMessageContaining("command.argv[1]: \"a·b\" contains a NUL")
        .hasMessageContaining("selector, hosts: both given")
        .hasMessageContaining("env: \"1A\" is not a name")
        .hasMessageContaining("env[\"B\"]")
        .hasMessageContaining("timeout: PT0S")
        .hasMessageContaining("start_within: PT9600H")
        .hasMessageContaining("concurrency: -1")
        .hasMessageContaining("idempotency_key");
  }

  @Test
  void turnsDownWhatIsTooLarge() {
    List<String> argv = new ArrayList<>(List.of("x"));
    for (int i = 0; i < 5000; i++) {
      argv.add("a".repeat(100));
    }
    Map<String, String> env = new HashMap<>();
    for (int i = 0; i < 300; i++) {
      env.put("V" + i, "v".repeat(1000));
    }
    List<String> hosts = java.util.Collections.nCopies(100_001, "h");
    JobRequest large =
        new JobRequest(
            "alice", new JobRequest.CommandRequest(argv), "", hosts, env, null, 0, null, "");
    assertThatThrownBy(() -> engine.engine.jobs().submit(large))
        .hasMessageContaining("5001 arguments")
        .hasMessageContaining("500001 characters")
        .hasMessageContaining("300 variables")
        .hasMessageContaining("hosts: 100001");
    JobRequest action =
        new JobRequest(
            "alice",
            new JobRequest.ActionRequest("", "", "", "x".repeat(300_000)),
            "s".repeat(5000),
            List.of(),
            Map.of(),
            null,
            0,
            null,
            "");
    assertThatThrownBy(() -> engine.engine.jobs().submit(action))
        .hasMessageContaining("action.name.bundle: missing")
        .hasMessageContaining("action.name.action: missing")
        .hasMessageContaining("action.params: 300000")
        .hasMessageContaining("selector: 5000");
  }

  @Test
  void turnsDownAJobForNobody() {
    assertThatThrownBy(
            () -> engine.engine.jobs().submit(request("labels.role == 'none'", List.of(), "")))
        .isInstanceOfSatisfying(
            RequestException.class,
            e -> assertThat(e.kind()).isEqualTo(RequestException.Kind.FAILED_PRECONDITION))
        .hasMessageContaining("no host at the moment");
    assertThatThrownBy(() -> engine.engine.jobs().submit(request("nam == 'x'", List.of(), "")))
        .hasMessageContaining("column 1");
  }

  @Test
  void takesEachHostOnceByIdOrName() {
    String id = engine.hosts.get(name).id().toString();
    Job job =
        engine
            .engine
            .jobs()
            .submit(request("", List.of(name, id, name.toUpperCase(java.util.Locale.ROOT)), ""));
    assertThat(job.counts().total()).isEqualTo(1);
    List<String> many = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      many.add("ghost" + i);
    }
    assertThatThrownBy(() -> engine.submit(many))
        .hasMessageContaining("\"ghost0\"")
        .hasMessageContaining("and 2 more");
  }

  @Test
  void keepsTheTitleOfALongCommandShort() {
    JobRequest request =
        new JobRequest(
            "alice",
            new JobRequest.CommandRequest(List.of("sh", "-c", "a\nb".repeat(500))),
            "",
            List.of(name),
            Map.of(),
            null,
            0,
            null,
            "");
    Job job = engine.engine.jobs().submit(request);
    assertThat(job.title()).hasSize(200).startsWith("sh -c a ba b").endsWith("…");
    assertThat(engine.engine.jobs().get(job.id())).isEqualTo(job);
  }
}
