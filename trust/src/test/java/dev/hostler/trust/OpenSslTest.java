package dev.hostler.trust;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.hostler.common.signing.CertificateAuthority;
import dev.hostler.common.signing.ChainValidator;
import dev.hostler.common.signing.DetachedCms;
import dev.hostler.common.signing.KeyAlgorithm;
import dev.hostler.common.signing.Pem;
import dev.hostler.common.signing.RevocationPolicy;
import dev.hostler.common.signing.SigningException;
import dev.hostler.trust.index.Revoked;
import dev.hostler.trust.index.SignedIndex;
import dev.hostler.trust.index.TrustIndex;
import dev.hostler.trust.job.JobStatement;
import dev.hostler.trust.job.JobWork;
import dev.hostler.trust.job.Operator;
import dev.hostler.trust.job.OperatorKeys;
import dev.hostler.trust.job.SignedJob;
import dev.hostler.trust.job.TargetTree;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * {@code openssl cms -verify} on everything that we sign: where both can judge, both judge the
 * same. What only we judge (purposes, weak keys, the form) is in docs/security-tests.md.
 */
class OpenSslTest {
  private static final Instant NOW = Instant.parse("2026-11-21T07:00:00Z");
  private static final Duration LIFE = Duration.ofDays(30);

  private static boolean knowsEd25519;

  @TempDir Path dir;

  private record Signed(
      byte[] content, byte[] cms, X509Certificate root, KeyPurpose purpose, Path folder) {}

  @BeforeAll
  static void version() throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/openssl")), "openssl is not on this machine");
    Process process = new ProcessBuilder("/usr/bin/openssl", "version").start();
    String version = new String(process.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
    // Ed25519 in CMS (RFC 8419) came with OpenSSL 3.2.
    knowsEd25519 = !version.matches("(?s)OpenSSL (1\\.|3\\.[01]\\.).*");
  }

  @ParameterizedTest
  @EnumSource(KeyAlgorithm.class)
  void jobs(KeyAlgorithm algorithm) throws Exception {
    CertificateAuthority root =
        CertificateAuthority.create("ops root", algorithm, NOW.minus(LIFE), NOW.plus(LIFE));
    SigningKeys keys =
        OperatorKeys.below(
            root,
            new Operator("alice", new TreeSet<>(List.of("deployer"))),
            algorithm,
            NOW,
            Duration.ofDays(10));
    JobStatement job =
        new JobStatement(
            new JobWork.Command(List.of("uname", "-a"), JobWork.Command.DEFAULT_USER),
            new TreeMap<>(),
            null,
            0,
            NOW,
            NOW.plusSeconds(60),
            JobStatement.newNonce(),
            false,
            TargetTree.of(List.of("h1", "h2")).targets());
    SignedJob signed = SignedJob.sign(job, keys, NOW);
    bothAgree(
        algorithm,
        new Signed(
            signed.statement(), signed.signature(), root.certificate(), KeyPurpose.OPERATOR, dir));
  }

  @ParameterizedTest
  @EnumSource(KeyAlgorithm.class)
  void indexes(KeyAlgorithm algorithm) throws Exception {
    CertificateAuthority root =
        CertificateAuthority.create("index root", algorithm, NOW.minus(LIFE), NOW.plus(LIFE));
    SigningKeys keys =
        SigningKeys.below(
            root, "index signer", KeyPurpose.INDEX_SIGNER, algorithm, NOW, Duration.ofDays(10));
    TrustIndex index = new TrustIndex(1, NOW, NOW.plusSeconds(3600), List.of(), Revoked.NOTHING);
    SignedIndex signed = SignedIndex.sign(index, keys, NOW);
    bothAgree(
        algorithm,
        new Signed(
            signed.statement(),
            signed.signature(),
            root.certificate(),
            KeyPurpose.INDEX_SIGNER,
            dir));
  }

  @ParameterizedTest
  @EnumSource(KeyAlgorithm.class)
  void bundles(KeyAlgorithm algorithm) throws Exception {
    Path folder = Files.createDirectories(dir.resolve("src/payload")).getParent();
    Files.writeString(folder.resolve("payload/run"), "#!/bin/sh\n");
    folder.resolve("payload/run").toFile().setExecutable(true);
    Files.writeString(
        folder.resolve("bundle.toml"),
        """
        name = "sample"
        version = "1.0.0"
        description = "A sample"

        [actions.greet]
        description = "Greets"
        argv = ["run"]
        """);
    Path bundle = dir.resolve("sample.hostler");
    dev.hostler.trust.bundle.BundleBuilder.build(folder, bundle);
    Path signers = dir.resolve("signers");
    dev.hostler.trust.bundle.BundleSigner.create(signers, "test", algorithm, NOW)
        .sign(bundle, bundle, NOW);
    // GNU tar, so that nothing of ours stands between the file and openssl.
    assertThat(run("tar", "-xf", bundle.toString(), "-C", dir.toString())).isZero();
    bothAgree(
        algorithm,
        new Signed(
            Files.readAllBytes(dir.resolve("manifest.json")),
            Files.readAllBytes(dir.resolve("manifest.cms")),
            Pem.certificates(signers.resolve(SigningKeys.ROOT_CERTIFICATE)).getFirst(),
            KeyPurpose.BUNDLE_SIGNER,
            dir));
  }

  private static void bothAgree(KeyAlgorithm algorithm, Signed good) throws Exception {
    assumeTrue(
        algorithm != KeyAlgorithm.ED25519 || knowsEd25519,
        "skipped: this openssl knows no Ed25519 in CMS, which came with 3.2");
    taken(good, NOW);
    byte[] content = good.content().clone();
    content[content.length / 2] ^= 1;
    refused(with(good, content, good.cms(), good.root()), NOW);
    byte[] cms = good.cms().clone();
    cms[cms.length - 5] ^= 1; // in the signature value, which comes last
    refused(with(good, good.content(), cms, good.root()), NOW);
    X509Certificate other =
        CertificateAuthority.create("other", algorithm, NOW.minus(LIFE), NOW.plus(LIFE))
            .certificate();
    refused(with(good, good.content(), good.cms(), other), NOW);
    refused(good, NOW.plus(Duration.ofDays(4000)));
    refused(good, NOW.minus(Duration.ofDays(40)));
    refused(with(good, good.content(), new byte[] {0x30, 0}, good.root()), NOW);
  }

  private static Signed with(Signed good, byte[] content, byte[] cms, X509Certificate root) {
    return new Signed(content, cms, root, good.purpose(), good.folder());
  }

  private static void taken(Signed signed, Instant at) throws Exception {
    ours(signed, at);
    assertThat(openssl(signed, at)).as("openssl").isZero();
  }

  private static void refused(Signed signed, Instant at) throws Exception {
    assertThatThrownBy(() -> ours(signed, at)).isInstanceOf(SigningException.class);
    assertThat(openssl(signed, at)).as("openssl").isNotZero();
  }

  private static void ours(Signed signed, Instant at) throws SigningException {
    DetachedCms.Signer signer = DetachedCms.verify(signed.content(), signed.cms());
    new ChainValidator(List.of(signed.root()), signed.purpose().oid(), RevocationPolicy.none())
        .validate(signer.chain(), at);
  }

  private static int openssl(Signed signed, Instant at) throws Exception {
    Path cms = Files.write(signed.folder().resolve("cms"), signed.cms());
    Path content = Files.write(signed.folder().resolve("content"), signed.content());
    Path root =
        Files.writeString(signed.folder().resolve("root"), Pem.encode(List.of(signed.root())));
    return run(
        "/usr/bin/openssl",
        "cms",
        "-verify",
        "-binary",
        "-inform",
        "DER",
        "-in",
        cms.toString(),
        "-content",
        content.toString(),
        "-CAfile",
        root.toString(),
        "-no-CApath",
        "-no-CAstore",
        "-purpose",
        "any",
        "-attime",
        String.valueOf(at.getEpochSecond()),
        "-out",
        "/dev/null");
  }

  private static int run(String... command) throws Exception {
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .start()
        .waitFor();
  }
}
