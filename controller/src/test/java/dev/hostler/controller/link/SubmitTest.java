package dev.hostler.controller.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hostler.common.signing.Fingerprints;
import dev.hostler.common.time.TimeSource;
import dev.hostler.controller.db.TestDatabase;
import dev.hostler.controller.failure.RequestException;
import dev.hostler.controller.job.Job;
import dev.hostler.controller.job.JobRequest;
import dev.hostler.controller.job.Task;
import dev.hostler.controller.revocation.Revocation;
import dev.hostler.controller.revocation.Revocations;
import dev.hostler.controller.revocation.RevokedSigners;
import dev.hostler.trust.job.JobCapture;
import dev.hostler.trust.job.JobStatement;
import dev.hostler.trust.job.JobWork;
import dev.hostler.trust.job.SignedJob;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
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

  private JobRequest request(String key) {
    TestJob job = TestJob.command("true");
    job.key = key;
    return job.request(engine.ids(List.of(name)));
  }

  private void refused(RequestException.Kind kind, JobRequest request, String message) {
    assertThatThrownBy(() -> engine.engine.jobs().submit(request))
        .isInstanceOfSatisfying(
            RequestException.class, e -> assertThat(e.kind()).as(e.getMessage()).isEqualTo(kind))
        .hasMessageContaining(message);
  }

  @Test
  void commitsARowForEachOfAThousandHosts() {
    List<String> names = new ArrayList<>();
    for (int i = 0; i < 1000; i++) {
      names.add("k%04d-%s".formatted(i, name));
      engine.host(names.getLast());
    }
    Job job = engine.submit(TestJob.command("true"), names);
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
  void pathsThatAJobNamesAreAskedAboutLikeCommands() {
    List<String> asked = new ArrayList<>();
    engine.engine.jobs().onSubmission((_, work, _) -> asked.add(work.title()));
    TestJob job = TestJob.command("true");
    job.capture = new JobCapture(List.of("/etc/ssh"), true);
    Job made = engine.submit(job, List.of(name));
    assertThat(asked).containsExactly("true", "hostler run --snapshot /etc/ssh --rollback");
    assertThat(made.title()).isEqualTo("true (--snapshot /etc/ssh --rollback)");

    engine
        .engine
        .jobs()
        .onSubmission((_, work, _) -> {
          if (work.title().startsWith("hostler run")) {
            throw RequestException.invalid("capture", "/etc/ssh", "not you");
          }
        });
    TestJob again = TestJob.command("true");
    again.capture = job.capture;
    refused(RequestException.Kind.INVALID, again.request(engine.ids(List.of(name))), "not you");
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
      requests.add(() -> engine.engine.jobs().submit(request("key-" + name)).id());
    }
    Set<UUID> ids = new HashSet<>();
    try (var threads = Executors.newFixedThreadPool(8)) {
      for (var id : threads.invokeAll(requests)) {
        ids.add(id.get());
      }
    }
    assertThat(ids).hasSize(1);
    TestJob bob = TestJob.command("true");
    bob.operator = "bob";
    bob.key = "key-" + name;
    assertThat(engine.submit(bob, List.of(name)).id()).isNotIn(ids);
  }

  @Test
  void turnsDownWhatDoesNotVerifyNamingWhatFailed() {
    List<UUID> ids = engine.ids(List.of(name));
    SignedJob job = TestJob.command("true").sign(ids);
    List<String> hosts = List.of(ids.getFirst().toString());
    RequestException.Kind invalid = RequestException.Kind.INVALID;
    byte[] altered =
        new String(job.statement(), StandardCharsets.UTF_8)
            .replace("\"true\"", "\"reboot\"")
            .getBytes(StandardCharsets.UTF_8);
    refused(
        invalid,
        new JobRequest("alice", new SignedJob(altered, job.signature()), hosts, ""),
        "job: SIGNATURE_INVALID");
    refused(
        invalid,
        new JobRequest("alice", new SignedJob(job.statement(), new byte[0]), hosts, ""),
        "job: UNSIGNED");
    TestJob stranger = TestJob.command("true");
    stranger.keys = TestJob.operator(TestJob.root("other operators"), "alice");
    refused(invalid, stranger.request(ids), "job: SIGNER_UNTRUSTED");
    TestJob late =
        new TestJob(
            Instant.now().minus(Duration.ofHours(3)),
            new JobWork.Command(List.of("true"), "default"));
    refused(invalid, late.request(ids), "job: EXPIRED");
    TestJob early =
        new TestJob(
            Instant.now().plus(Duration.ofHours(3)),
            new JobWork.Command(List.of("true"), "default"));
    refused(invalid, early.request(ids), "job: NOT_YET_VALID");
    refused(invalid, new JobRequest("alice", job, hosts, "k".repeat(129)), "idempotency_key: ");
  }

  @Test
  void turnsDownOtherHostsThanWereSignedFor() {
    String other = "o-" + name;
    engine.host(other);
    List<UUID> both = engine.ids(List.of(name, other));
    JobRequest signed = TestJob.command("true").request(both);
    RequestException.Kind invalid = RequestException.Kind.INVALID;
    List<String> ids = signed.hostIds();
    for (List<String> hosts :
        List.of(
            List.of(ids.getFirst()),
            List.of(ids.getFirst(), UUID.randomUUID().toString()),
            List.of(ids.getFirst(), ids.getLast(), UUID.randomUUID().toString()),
            List.<String>of(),
            List.of(ids.getFirst(), ids.getFirst()),
            List.of(name, other))) {
      refused(invalid, new JobRequest("alice", signed.job(), hosts, ""), "host_ids");
    }
    assertThat(
            engine
                .engine
                .jobs()
                .submit(new JobRequest("alice", signed.job(), ids.reversed(), ""))
                .counts()
                .total())
        .isEqualTo(2);
    List<UUID> ghosts = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      ghosts.add(UUID.randomUUID());
    }
    refused(RequestException.Kind.NOT_FOUND, TestJob.command("true").request(ghosts), "and 2 more");
  }

  @Test
  void takesASignedJobOnce() throws Exception {
    JobRequest request = request("");
    engine.engine.jobs().submit(request);
    refused(RequestException.Kind.ALREADY_EXISTS, request, "job.nonce");
    // Another operator may have the same nonce by chance.
    TestJob bob = TestJob.command("true");
    bob.operator = "bob";
    bob.nonce = JobStatement.read(request.job().statement()).nonce();
    engine.submit(bob, List.of(name));
  }

  @Test
  void tellsWhoSubmittedAndWhoSigned() {
    TestJob job = TestJob.command("true");
    job.submitter = "pipeline";
    Job made = engine.submit(job, List.of(name));
    assertThat(made.operator()).isEqualTo("alice");
    var row =
        DB.database().transact(tx -> engine.audit.list(tx, OptionalLong.empty(), 1)).getFirst();
    assertThat(row.actor().text()).isEqualTo("operator:pipeline");
    assertThat(row.details()).contains("signed_by", "alice");
  }

  @Test
  void takesNothingThatARevokedOperatorSigned() {
    Revocations revocations = new Revocations(DB.database(), engine.audit, TimeSource.system());
    engine.engine.jobs().onSigned(new RevokedSigners(revocations::current));
    String mallory = "mallory-" + name.substring(2, 10);
    TestJob job = TestJob.command("true");
    job.operator = mallory;
    JobRequest first = job.request(engine.ids(List.of(name)));
    engine.engine.jobs().submit(first);
    revocations.revoke(Revocation.Kind.OPERATOR, mallory, "test", "alice");
    job.nonce = JobStatement.newNonce();
    RequestException.Kind denied = RequestException.Kind.PERMISSION_DENIED;
    refused(
        denied, job.request(engine.ids(List.of(name))), mallory + "\", who signed it, was revoked");

    TestJob other = TestJob.command("true");
    other.keys = TestJob.operator(TestJob.ROOT, "nora-" + name.substring(2, 10));
    engine.engine.jobs().submit(other.request(engine.ids(List.of(name))));
    String certificate = Fingerprints.sha256(other.keys.chain().getFirst());
    revocations.revoke(Revocation.Kind.CERTIFICATE, certificate, "test", "alice");
    other.nonce = JobStatement.newNonce();
    refused(denied, other.request(engine.ids(List.of(name))), certificate);
    engine.submit(List.of(name)); // of anybody else
  }

  @Test
  void keepsTheTitleOfALongCommandShort() {
    Job job = engine.submit(TestJob.command("sh", "-c", "a\nb".repeat(500)), List.of(name));
    assertThat(job.title()).hasSize(200).startsWith("sh -c a ba b").endsWith("…");
    assertThat(engine.engine.jobs().get(job.id())).isEqualTo(job);
  }
}
