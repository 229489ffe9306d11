package dev.hostler.lab.bench;

import dev.hostler.common.signing.CertificateAuthority;
import dev.hostler.common.signing.KeyAlgorithm;
import dev.hostler.common.signing.RevocationPolicy;
import dev.hostler.trust.SigningKeys;
import dev.hostler.trust.job.JobStatement;
import dev.hostler.trust.job.JobTrust;
import dev.hostler.trust.job.JobWork;
import dev.hostler.trust.job.Operator;
import dev.hostler.trust.job.OperatorKeys;
import dev.hostler.trust.job.SignedJob;
import dev.hostler.trust.job.TargetProof;
import dev.hostler.trust.job.TargetTree;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;

/**
 * What CPU time it takes a host to verify a signed job with its proof among 50,000 hosts. Prints a
 * table. Run by {@code lab/measure-jobs}.
 */
public final class JobVerification {
  private static final int HOSTS = 50_000;
  private static final int JOBS = 300;
  private static final int WARM = 4000;
  private static final ThreadMXBean CPU = ManagementFactory.getThreadMXBean();

  private JobVerification() {}

  /** Takes no arguments. */
  public static void main(String[] args) throws Exception {
    List<String> hosts = new ArrayList<>();
    for (int i = 0; i < HOSTS; i++) {
      hosts.add(new UUID(i, i).toString());
    }
    TargetTree tree = TargetTree.of(hosts);
    System.out.println("| what | seen |\n|---|---|");
    for (KeyAlgorithm algorithm : List.of(KeyAlgorithm.EC_P256, KeyAlgorithm.ED25519)) {
      measure(algorithm, tree, hosts.get(31_337));
    }
  }

  private static void measure(KeyAlgorithm algorithm, TargetTree tree, String host)
      throws Exception {
    Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
    CertificateAuthority root =
        CertificateAuthority.create(
            "operators", algorithm, now.minusSeconds(3600), now.plus(Duration.ofDays(100)));
    SigningKeys keys =
        OperatorKeys.below(
            root,
            new Operator("ann", new TreeSet<>(List.of("admin"))),
            algorithm,
            now,
            Duration.ofDays(10));
    TargetProof proof = tree.proof(host);
    List<SignedJob> jobs = new ArrayList<>();
    for (int i = 0; i < JOBS; i++) {
      jobs.add(sign(tree, keys, now));
    }
    JobTrust kept = trust(root);
    row(algorithm + ", first " + JOBS + " jobs of a process", jobs, _ -> kept, host, proof, now);
    run(new Samples(), jobs, WARM, _ -> kept, host, proof, now);
    row(algorithm + ", chain known", jobs, _ -> kept, host, proof, now);
    row(algorithm + ", chain validated for each", jobs, _ -> trust(root), host, proof, now);
  }

  private static JobTrust trust(CertificateAuthority root) {
    return new JobTrust(List.of(root.certificate()), RevocationPolicy.none());
  }

  private static SignedJob sign(TargetTree tree, SigningKeys keys, Instant now) throws Exception {
    return SignedJob.sign(
        new JobStatement(
            new JobWork.Action(
                "web", "1.4.0", "restart", "ab".repeat(32), "{\"service\":\"nginx\",\"wait\":30}"),
            new TreeMap<>(),
            null,
            100,
            now.minusSeconds(60),
            now.plusSeconds(3600),
            JobStatement.newNonce(),
            false,
            tree.targets()),
        keys,
        now);
  }

  /** Which trust a job is verified with. */
  private interface Trusts {
    JobTrust of(int job);
  }

  private static void row(
      String what, List<SignedJob> jobs, Trusts trusts, String host, TargetProof proof, Instant now)
      throws Exception {
    Samples samples = new Samples();
    run(samples, jobs, JOBS, trusts, host, proof, now);
    System.out.printf(
        java.util.Locale.ROOT,
        "| CPU time to verify a job with its proof, %d hosts, %s | p50 %.2f ms, p99 %.2f ms (%d) |%n",
        HOSTS,
        what,
        samples.millis(0.5),
        samples.millis(0.99),
        JOBS);
  }

  private static void run(
      Samples samples,
      List<SignedJob> jobs,
      int times,
      Trusts trusts,
      String host,
      TargetProof proof,
      Instant now)
      throws Exception {
    for (int i = 0; i < times; i++) {
      SignedJob job = jobs.get(i % jobs.size());
      JobTrust trust = trusts.of(i);
      // Of this thread alone: what else runs on the machine does not count.
      long begin = CPU.getCurrentThreadCpuTime();
      JobTrust.requireTarget(trust.verify(job, now), proof, host);
      samples.add(CPU.getCurrentThreadCpuTime() - begin);
    }
  }
}
