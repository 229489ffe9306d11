package dev.hostler.controller.link;

import com.google.protobuf.ByteString;
import dev.hostler.common.signing.CertificateAuthority;
import dev.hostler.common.signing.KeyAlgorithm;
import dev.hostler.common.signing.RevocationPolicy;
import dev.hostler.common.signing.SigningException;
import dev.hostler.controller.job.JobRequest;
import dev.hostler.controller.job.JobSigners;
import dev.hostler.proto.v1.SubmitJobRequest;
import dev.hostler.trust.SigningKeys;
import dev.hostler.trust.job.JobCapture;
import dev.hostler.trust.job.JobException;
import dev.hostler.trust.job.JobSandbox;
import dev.hostler.trust.job.JobStatement;
import dev.hostler.trust.job.JobTrust;
import dev.hostler.trust.job.JobWork;
import dev.hostler.trust.job.Operator;
import dev.hostler.trust.job.OperatorKeys;
import dev.hostler.trust.job.SignedJob;
import dev.hostler.trust.job.TargetTree;
import dev.hostler.trust.job.Targets;
import dev.hostler.trust.limits.Limits;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/** A job that an operator is about to sign. */
public final class TestJob {
  private static final Instant LONG_AGO = Instant.parse("2001-01-01T00:00:00Z");
  private static final Duration LONG = Duration.ofDays(20_000);
  public static final CertificateAuthority ROOT = root("test operators");
  private static final Map<String, SigningKeys> OPERATORS = new ConcurrentHashMap<>();

  /** Takes the jobs of everybody below the root. */
  public static final JobSigners SIGNERS =
      new JobSigners(
          Optional.of(new JobTrust(List.of(ROOT.certificate()), RevocationPolicy.none())));

  public final SortedMap<String, String> env = new TreeMap<>();
  public final Instant now;
  public JobWork work;
  public String operator = "alice";
  public String submitter = "alice";
  public SigningKeys keys;
  public Duration timeout;
  public Duration startWithin = Duration.ofHours(1);
  public int concurrency;
  public JobCapture capture = JobCapture.NONE;
  public String nonce = JobStatement.newNonce();
  public String key = "";

  public TestJob(Instant now, JobWork work) {
    this.now = now.truncatedTo(ChronoUnit.SECONDS);
    this.work = work;
  }

  public static CertificateAuthority root(String name) {
    return CertificateAuthority.create(name, KeyAlgorithm.ED25519, LONG_AGO, LONG_AGO.plus(LONG));
  }

  public static SigningKeys operator(CertificateAuthority root, String name) {
    try {
      return OperatorKeys.below(
          root,
          new Operator(name, new TreeSet<>(List.of("admin"))),
          KeyAlgorithm.ED25519,
          LONG_AGO.plusSeconds(7200),
          LONG.minusDays(1));
    } catch (SigningException e) {
      throw new IllegalStateException(e);
    }
  }

  public static TestJob command(String... argv) {
    return new TestJob(Instant.now(), new JobWork.Command(List.of(argv), "default"));
  }

  public JobStatement statement(Targets targets) {
    return new JobStatement(
        work,
        env,
        timeout,
        concurrency,
        now.minusSeconds(60),
        now.plus(startWithin),
        nonce,
        false,
        targets,
        JobSandbox.USUAL,
        Limits.NONE,
        capture);
  }

  public SignedJob sign(Collection<UUID> hosts) {
    SigningKeys with =
        keys != null ? keys : OPERATORS.computeIfAbsent(operator, name -> operator(ROOT, name));
    try {
      return SignedJob.sign(
          statement(TargetTree.of(hosts.stream().map(UUID::toString).toList()).targets()),
          with,
          now);
    } catch (JobException e) {
      throw new IllegalStateException(e);
    }
  }

  public JobRequest request(Collection<UUID> hosts) {
    return new JobRequest(submitter, sign(hosts), hosts.stream().map(UUID::toString).toList(), key);
  }

  /** As the CLI sends it. */
  public SubmitJobRequest wire(Collection<UUID> hosts) {
    SignedJob signed = sign(hosts);
    return SubmitJobRequest.newBuilder()
        .setJob(
            dev.hostler.proto.v1.SignedJob.newBuilder()
                .setStatement(ByteString.copyFrom(signed.statement()))
                .setSignature(ByteString.copyFrom(signed.signature())))
        .addAllHostIds(hosts.stream().map(UUID::toString).toList())
        .setIdempotencyKey(key)
        .build();
  }
}
