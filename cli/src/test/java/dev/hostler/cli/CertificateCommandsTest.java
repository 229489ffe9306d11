package dev.hostler.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import dev.hostler.common.signing.CertificateAuthority;
import dev.hostler.common.signing.CertificateProfile;
import dev.hostler.common.signing.CertificateRequest;
import dev.hostler.common.signing.KeyAlgorithm;
import dev.hostler.common.signing.Pem;
import dev.hostler.common.signing.SigningException;
import dev.hostler.common.time.TimeSource;
import dev.hostler.proto.v1.ApproveEnrolmentRequest;
import dev.hostler.proto.v1.CertificateServiceGrpc;
import dev.hostler.proto.v1.Controller;
import dev.hostler.proto.v1.ControllerServiceGrpc;
import dev.hostler.proto.v1.CreateTokenRequest;
import dev.hostler.proto.v1.CreateTokenResponse;
import dev.hostler.proto.v1.DenyEnrolmentRequest;
import dev.hostler.proto.v1.Enrolment;
import dev.hostler.proto.v1.FinishRotationRequest;
import dev.hostler.proto.v1.FleetCa;
import dev.hostler.proto.v1.FleetRoot;
import dev.hostler.proto.v1.HostServiceGrpc;
import dev.hostler.proto.v1.ListEnrolmentsRequest;
import dev.hostler.proto.v1.ListEnrolmentsResponse;
import dev.hostler.proto.v1.ListHostsResponse;
import dev.hostler.proto.v1.OperatorCertificate;
import dev.hostler.proto.v1.RenewOperatorCertificateRequest;
import dev.hostler.proto.v1.RotateFleetCaRequest;
import dev.hostler.proto.v1.Token;
import dev.hostler.proto.v1.TokenServiceGrpc;
import dev.hostler.proto.v1.UnmovedHost;
import dev.hostler.trust.KeyPurpose;
import io.grpc.Status;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.KeyPair;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The fleet CA, the operator's own certificate, and hosts that wait for approval. */
class CertificateCommandsTest extends CliTest {
  private static final Enrolment WAITING =
      Enrolment.newBuilder()
          .setId("0199-id")
          .setHostName("web-9")
          .setKeyFingerprint("ab".repeat(32))
          .setAddress("10.1.2.3")
          .setTokenId("t1")
          .setState(Enrolment.State.STATE_PENDING)
          .setRequestedAt(Timestamp.newBuilder().setSeconds(1_700_000_000))
          .setLastAskedAt(Timestamp.newBuilder().setSeconds(1_700_000_005))
          .build();

  private final Instant now = TimeSource.system().instant();
  private CertificateAuthority ca;
  private CertificateAuthority next;
  private Path certificateFile;
  private Path rootsFile;
  private KeyPair pair;

  /** An operator of a CA of its own, whose key the tests have. */
  @BeforeEach
  void makeOperator() throws Exception {
    ca = authority("Old");
    next = authority("New");
    pair = KeyAlgorithm.EC_P256.generate();
    certificateFile = folder.resolve("me.crt");
    rootsFile = Files.copy(fleet.file("ca.crt"), folder.resolve("roots.crt"));
  }

  private CertificateAuthority authority(String name) {
    return CertificateAuthority.create(
        name, KeyAlgorithm.EC_P256, now.minus(Duration.ofDays(9)), now.plus(Duration.ofDays(9)));
  }

  private X509Certificate certificate(
      CertificateAuthority issuer, PublicKey key, Duration since, Duration left)
      throws SigningException {
    return issuer.issue(
        key,
        CertificateProfile.of("admin", now.minus(since), now.plus(left))
            .purpose(CertificateProfile.CLIENT_AUTH)
            .purpose(KeyPurpose.OPERATOR.oid())
            .uri("hostler://operator/admin"));
  }

  private static FleetCa standing(boolean rotating) {
    FleetCa.Builder standing =
        FleetCa.newBuilder()
            .addRoots(
                FleetRoot.newBuilder()
                    .setSubject("CN=New")
                    .setIssuing(true)
                    .setFingerprint(ByteString.copyFrom(new byte[32])))
            .setHosts(3)
            .setMoved(3);
    if (rotating) {
      standing
          .addRoots(FleetRoot.newBuilder().setSubject("CN=Old"))
          .setMoved(2)
          .addNotMoved(UnmovedHost.newBuilder().setName("web-3").setHoldsRoot(true));
    }
    return standing.build();
  }

  @Test
  void theCaIsShownWithThoseThatHaveNotMoved() {
    controller.answer(CertificateServiceGrpc.getGetFleetCaMethod(), _ -> standing(true));
    Result shown = run("ca", "show");
    assertThat(shown.code()).as(shown.err()).isZero();
    assertThat(shown.out())
        .contains("CN=New", "issues", "CN=Old", "is replaced", "2 of 3 hosts have moved", "web-3");
    var json = run("ca", "show", "-o", "json").json();
    assertThat(json.get("rotating").booleanValue()).isTrue();
    assertThat(json.get("not_moved").get(0).get("holds_root").booleanValue()).isTrue();
    assertThat(json.get("roots").get(0).get("fingerprint").stringValue())
        .isEqualTo("00".repeat(32));
    controller.answer(CertificateServiceGrpc.getGetFleetCaMethod(), _ -> standing(false));
    assertThat(run("ca", "show").out()).doesNotContain("moved");
  }

  @Test
  void aRotationIsBegunAndEnded() {
    controller
        .answer(CertificateServiceGrpc.getRotateFleetCaMethod(), _ -> standing(true))
        .answer(
            CertificateServiceGrpc.getRenewOperatorCertificateMethod(),
            _ -> {
              throw Status.UNAVAILABLE.withDescription("later").asRuntimeException();
            })
        .answer(
            CertificateServiceGrpc.getFinishRotationMethod(),
            request -> {
              if (!request.getForce()) {
                throw Status.FAILED_PRECONDITION
                    .withDescription("1 host(s) have not moved")
                    .asRuntimeException();
              }
              return standing(false);
            });
    assertThat(run("ca", "rotate").code())
        .as("begun, but this operator has not moved")
        .isEqualTo(3);
    assertThat(controller.requests(RotateFleetCaRequest.class)).hasSize(1);
    Result refused = run("ca", "rotate", "--finish");
    assertThat(refused.code()).isEqualTo(2);
    assertThat(refused.err()).contains("1 host(s) have not moved");
    assertThat(run("ca", "rotate", "--finish", "--force").code()).isZero();
    assertThat(controller.requests(FinishRotationRequest.class)).hasSize(2);
    assertThat(run("ca", "rotate", "--force").code()).isEqualTo(2);
  }

  @Test
  void aBoundTokenIsMade() {
    controller
        .answer(
            TokenServiceGrpc.getCreateTokenMethod(),
            request ->
                CreateTokenResponse.newBuilder()
                    .setToken("hst1.x")
                    .setDetails(
                        Token.newBuilder()
                            .setUses(1)
                            .setAddressRange(request.getAddressRange())
                            .setApprove(request.getApprove()))
                    .build())
        .answer(
            ControllerServiceGrpc.getGetControllerMethod(), _ -> Controller.getDefaultInstance());
    Result made = run("token", "create", "--from", "10.1.0.0/16", "--key", "abc", "--approve");
    assertThat(made.code()).as(made.err()).isZero();
    assertThat(made.err()).contains("one host from 10.1.0.0/16", "hostler host approve NAME");
    CreateTokenRequest request = controller.requests(CreateTokenRequest.class).getFirst();
    assertThat(request.getKeyFingerprint()).isEqualTo("abc");
  }

  @Test
  void waitingHostsAreListedLetInAndTurnedAway() {
    controller
        .answer(
            HostServiceGrpc.getListEnrolmentsMethod(),
            request ->
                request.getPageToken().isEmpty()
                    ? ListEnrolmentsResponse.newBuilder()
                        .addEnrolments(WAITING)
                        .setNextPageToken("2")
                        .build()
                    : ListEnrolmentsResponse.newBuilder().addEnrolments(WAITING).build())
        .answer(
            HostServiceGrpc.getApproveEnrolmentMethod(),
            _ -> WAITING.toBuilder().setState(Enrolment.State.STATE_APPROVED).build())
        .answer(
            HostServiceGrpc.getDenyEnrolmentMethod(),
            request -> {
              throw Status.NOT_FOUND
                  .withDescription("enrolment: \"" + request.getEnrolment() + "\": no host")
                  .asRuntimeException();
            });
    assertThat(run("host", "pending").out())
        .contains("web-9", "pending", "10.1.2.3", "ab".repeat(32));
    assertThat(run("host", "pending", "--all", "-o", "json").json()).hasSize(2);
    assertThat(controller.requests(ListEnrolmentsRequest.class).getLast().getAll()).isTrue();
    assertThat(run("host", "approve", "web-9", "--key", "ab").out()).contains("web-9 may join");
    assertThat(controller.requests(ApproveEnrolmentRequest.class).getFirst().getKeyFingerprint())
        .isEqualTo("ab");
    Result denied = run("host", "deny", "nobody");
    assertThat(denied.code()).isEqualTo(2);
    assertThat(controller.requests(DenyEnrolmentRequest.class)).hasSize(1);
  }

  private void operator(Duration since, Duration left) throws Exception {
    // The fake controller knows its own CA's operators only; so this one is of that CA.
    Files.writeString(
        certificateFile, Files.readString(fleet.aged("admin", now.minus(since), now.plus(left))));
    environment.put("HOSTLER_CERT", certificateFile.toString());
    environment.put("HOSTLER_CA", rootsFile.toString());
  }

  private void renewing(List<X509Certificate> roots, List<X509Certificate> endorsements) {
    controller
        .answer(HostServiceGrpc.getListHostsMethod(), _ -> ListHostsResponse.getDefaultInstance())
        .answer(
            CertificateServiceGrpc.getRenewOperatorCertificateMethod(),
            request -> {
              try {
                OperatorCertificate.Builder answer = OperatorCertificate.newBuilder();
                if (!request.getCsr().isEmpty()) {
                  PublicKey key =
                      CertificateRequest.parse(request.getCsr().toByteArray()).publicKey();
                  answer.addCertificateChain(
                      ByteString.copyFrom(
                          fleet
                              .certificate(key, now, now.plus(Duration.ofHours(12)))
                              .getEncoded()));
                }
                for (X509Certificate root : roots) {
                  answer.addCaRoots(ByteString.copyFrom(root.getEncoded()));
                }
                for (X509Certificate one : endorsements) {
                  answer.addEndorsements(ByteString.copyFrom(one.getEncoded()));
                }
                return answer.build();
              } catch (Exception e) {
                throw new IllegalStateException(e);
              }
            });
  }

  @Test
  void aCertificateThatIsDueIsRenewedOnceAndTheRootsWithIt() throws Exception {
    CertificateAuthority newer = authority("Newer");
    X509Certificate old = Pem.certificates(rootsFile).getFirst();
    renewing(
        List.of(newer.certificate(), old), List.of(fleet.authority().endorse(newer.certificate())));
    operator(Duration.ofHours(9), Duration.ofHours(3));
    assertThat(run("host", "list").code()).isZero();
    assertThat(run("host", "list").code()).isZero();
    assertThat(controller.requests(RenewOperatorCertificateRequest.class)).hasSize(1);
    assertThat(Pem.certificates(certificateFile).getFirst().getNotAfter().toInstant())
        .isAfter(now.plus(Duration.ofHours(11)));
    assertThat(Pem.certificates(rootsFile)).containsExactly(newer.certificate(), old);
  }

  @Test
  void aYoungCertificateAndOneOfAnotherCaAreLeftAlone() throws Exception {
    renewing(List.of(), List.of());
    operator(Duration.ofHours(6), Duration.ofHours(6));
    assertThat(run("host", "list").code()).isZero();
    assertThat(controller.requests(RenewOperatorCertificateRequest.class)).isEmpty();
  }

  @Test
  void rootsThatNoRootVouchesForAreNotTakenOverAndTheCommandGoesOn() throws Exception {
    X509Certificate old = Pem.certificates(rootsFile).getFirst();
    renewing(List.of(next.certificate(), old), List.of(ca.endorse(next.certificate())));
    operator(Duration.ofHours(9), Duration.ofHours(3));
    String before = Files.readString(certificateFile);
    assertThat(run("host", "list").code()).isZero();
    assertThat(Files.readString(certificateFile)).isEqualTo(before);
    assertThat(Pem.certificates(rootsFile)).containsExactly(old);
  }

  @Test
  void aCertificateThatIsOverAndNotRenewedIsSaidSo() throws Exception {
    operator(Duration.ofHours(12), Duration.ofHours(-1));
    Result result = run("host", "list");
    assertThat(result.code()).isEqualTo(3);
    assertThat(result.err()).contains("me.crt expired at", "data_dir/operator");
  }

  @Test
  void whoRenewsElsewhereLearnsTheRootsNowAndThen() throws Exception {
    CertificateAuthority newer = authority("Newer");
    X509Certificate old = Pem.certificates(rootsFile).getFirst();
    renewing(
        List.of(newer.certificate(), old), List.of(fleet.authority().endorse(newer.certificate())));
    Instant from = now.minus(Duration.ofMinutes(50));
    Instant until = now.plus(Duration.ofMinutes(10));
    CertificateAuthority elsewhere =
        fleet.authority().createBelow("Elsewhere", KeyAlgorithm.EC_P256, from, until, 0);
    PublicKey key = Pem.certificates(fleet.file("admin.crt")).getFirst().getPublicKey();
    Files.writeString(
        certificateFile,
        Pem.encode(
            List.of(
                elsewhere.issue(
                    key,
                    CertificateProfile.of("admin", from, until)
                        .purpose(CertificateProfile.CLIENT_AUTH)
                        .purpose(KeyPurpose.OPERATOR.oid())
                        .uri("hostler://operator/admin")),
                elsewhere.certificate())));
    environment.put("HOSTLER_CERT", certificateFile.toString());
    environment.put("HOSTLER_CA", rootsFile.toString());
    String before = Files.readString(certificateFile);
    assertThat(run("host", "list").code()).isZero();
    assertThat(controller.requests(RenewOperatorCertificateRequest.class)).as("young").isEmpty();
    Files.setLastModifiedTime(rootsFile, FileTime.from(now.minus(Duration.ofHours(9))));
    assertThat(run("host", "list").code()).isZero();
    assertThat(run("host", "list").code()).isZero();
    assertThat(controller.requests(RenewOperatorCertificateRequest.class))
        .hasSize(1)
        .allMatch(request -> request.getCsr().isEmpty());
    assertThat(Pem.certificates(rootsFile)).containsExactly(newer.certificate(), old);
    assertThat(Files.readString(certificateFile)).isEqualTo(before);
  }
}
