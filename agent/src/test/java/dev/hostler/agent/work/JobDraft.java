package dev.hostler.agent.work;

import com.google.protobuf.ByteString;
import dev.hostler.agent.attempt.Assignment;
import dev.hostler.agent.attempt.AttemptId;
import dev.hostler.agent.attempt.Authority;
import dev.hostler.agent.attempt.Offer;
import dev.hostler.agent.attempt.Work;
import dev.hostler.proto.v1.AttemptRef;
import dev.hostler.trust.SigningKeys;
import dev.hostler.trust.job.JobCapture;
import dev.hostler.trust.job.JobException;
import dev.hostler.trust.job.JobSandbox;
import dev.hostler.trust.job.JobStatement;
import dev.hostler.trust.job.JobWork;
import dev.hostler.trust.job.SignedJob;
import dev.hostler.trust.job.TargetProof;
import dev.hostler.trust.job.TargetTree;
import dev.hostler.trust.job.Targets;
import dev.hostler.trust.limits.Limits;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/** A job that an operator is about to sign, for the host "host-1" and two more. */
public final class JobDraft {
  public static final String HOST = "host-1";

  public final TargetTree tree = TargetTree.of(List.of("host-0", HOST, "host-2"));
  public final SortedMap<String, String> env = new TreeMap<>();
  public JobWork work;
  public Duration timeout;
  public Instant notBefore = Instant.now().truncatedTo(ChronoUnit.SECONDS).minusSeconds(60);
  public Instant expires = notBefore.plusSeconds(3600);
  public String nonce = JobStatement.newNonce();
  public boolean allowOlder;
  public Targets targets = tree.targets();
  public JobCapture capture = JobCapture.NONE;
  public SigningKeys signer = TestOperator.ANN;

  public JobDraft(JobWork work) {
    this.work = work;
  }

  public static JobDraft command(String... argv) {
    return new JobDraft(new JobWork.Command(List.of(argv), "default"));
  }

  public JobDraft env(String name, String value) {
    env.put(name, value);
    return this;
  }

  public JobDraft timeout(Duration value) {
    timeout = value;
    return this;
  }

  public JobDraft expires(Instant value) {
    expires = value.truncatedTo(ChronoUnit.SECONDS);
    return this;
  }

  public JobDraft capture(JobCapture value) {
    capture = value;
    return this;
  }

  public JobStatement statement() {
    return new JobStatement(
        work,
        env,
        timeout,
        0,
        notBefore,
        expires,
        nonce,
        allowOlder,
        targets,
        JobSandbox.USUAL,
        Limits.NONE,
        capture);
  }

  public SignedJob sign() {
    try {
      return SignedJob.sign(statement(), signer, Instant.now());
    } catch (JobException e) {
      throw new IllegalStateException(e);
    }
  }

  public TargetProof proof() {
    return tree.proof(HOST);
  }

  public Offer offer(String task, int number) {
    return new Offer(new AttemptId(task, number), "job-" + task, sign(), proof(), 1, "");
  }

  /** As a controller sends it. */
  public dev.hostler.proto.v1.Assignment.Builder wire(String task, int number) {
    return wire(task, number, sign(), proof());
  }

  public static dev.hostler.proto.v1.Assignment.Builder wire(
      String task, int number, SignedJob job, TargetProof proof) {
    var wire =
        dev.hostler.proto.v1.Assignment.newBuilder()
            .setRef(AttemptRef.newBuilder().setTaskId(task).setAttempt(number))
            .setJobId("job-" + task)
            .setJob(
                dev.hostler.proto.v1.SignedJob.newBuilder()
                    .setStatement(ByteString.copyFrom(job.statement()))
                    .setSignature(ByteString.copyFrom(job.signature())))
            .setTargetIndex(proof.index())
            .setTargetCount(proof.size());
    proof.path().forEach(hash -> wire.addTargetPath(ByteString.copyFrom(hash)));
    return wire;
  }

  /** What an agent that verified a command has in its ledger. */
  public static Assignment accepted(String task, String... argv) {
    return new Assignment(
        new AttemptId(task, 1),
        "job-" + task,
        new Work.Command(List.of(argv), "default"),
        Map.of(),
        Duration.ZERO,
        Instant.now().plusSeconds(3600),
        authority("ann"));
  }

  /** By the word of an operator with that name. */
  public static Authority authority(String name) {
    return new Authority(
        name, new TreeSet<>(List.of("admin")), TestOperator.ANN.chain(), "ab".repeat(32), true);
  }
}
