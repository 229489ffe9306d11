package dev.hostler.agent.link;

import com.google.protobuf.ByteString;
import dev.hostler.common.signing.CertificateAuthority;
import dev.hostler.common.signing.CertificateProfile;
import dev.hostler.common.signing.CertificateRequest;
import dev.hostler.common.signing.KeyAlgorithm;
import dev.hostler.common.tls.TlsIdentity;
import dev.hostler.common.tls.TlsTrust;
import dev.hostler.proto.v1.EnrollRequest;
import dev.hostler.proto.v1.EnrollResponse;
import dev.hostler.proto.v1.EnrollmentGrpc;
import dev.hostler.trust.KeyPurpose;
import io.grpc.Status;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContextBuilder;
import java.security.KeyPair;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A fleet CA with a controller's TLS and its enrolment. */
public final class TestFleet {
  public final CertificateAuthority ca;
  public final List<EnrollRequest> enrolled = new CopyOnWriteArrayList<>();

  /** Refuses enrolment with this; null: accepts. */
  public volatile Status refusal;

  /** What its controllers showed. */
  public final List<X509Certificate> controllers = new CopyOnWriteArrayList<>();

  /** Certifies another key than that of the request. */
  public volatile boolean wrongKey;

  public TestFleet() throws Exception {
    Instant now = Instant.now();
    ca =
        CertificateAuthority.create(
            "Test fleet CA",
            KeyAlgorithm.EC_P256,
            now.minus(Duration.ofDays(1)),
            now.plus(Duration.ofDays(10)));
  }

  private CertificateProfile profile(String name) {
    Instant now = Instant.now();
    return CertificateProfile.of(
        name, now.minus(Duration.ofHours(1)), now.plus(Duration.ofDays(1)));
  }

  /** The controller's side of TLS, for a scripted controller. */
  public void secure(NettyServerBuilder builder) {
    secure(builder, KeyPurpose.CONTROLLER);
  }

  public void secure(NettyServerBuilder builder, KeyPurpose purpose) {
    try {
      KeyPair pair = KeyAlgorithm.EC_P256.generate();
      X509Certificate certificate =
          ca.issue(
              pair.getPublic(),
              profile("controller")
                  .purpose(purpose.oid())
                  .purpose(CertificateProfile.SERVER_AUTH)
                  .dns("localhost")
                  .ip("127.0.0.1"));
      controllers.add(certificate);
      builder
          .sslContext(
              GrpcSslContexts.configure(
                      SslContextBuilder.forServer(
                          new TlsIdentity(pair.getPrivate(), List.of(certificate, ca.certificate()))
                              .keyManager()))
                  .trustManager(
                      TlsTrust.pinnedTo(List.of(ca.certificate()), KeyPurpose.AGENT.oid()))
                  .clientAuth(ClientAuth.OPTIONAL)
                  .protocols("TLSv1.3")
                  .build())
          .addService(new Enrollment());
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  /** A token that announces this fleet's CA. */
  public String token() throws Exception {
    return "hst1.id1.secret1." + digest(ca.certificate());
  }

  public static String digest(X509Certificate certificate) throws Exception {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded()));
  }

  private final class Enrollment extends EnrollmentGrpc.EnrollmentImplBase {
    @Override
    public void enroll(EnrollRequest request, StreamObserver<EnrollResponse> out) {
      enrolled.add(request);
      if (refusal != null) {
        out.onError(refusal.asRuntimeException());
        return;
      }
      try {
        var key = CertificateRequest.parse(request.getCsr().toByteArray()).publicKey();
        X509Certificate certificate =
            ca.issue(
                wrongKey ? KeyAlgorithm.EC_P256.generate().getPublic() : key,
                profile("host-1")
                    .purpose(KeyPurpose.AGENT.oid())
                    .purpose(CertificateProfile.CLIENT_AUTH)
                    .uri("hostler://host/host-1"));
        out.onNext(
            EnrollResponse.newBuilder()
                .setHostId("host-1")
                .addCertificateChain(ByteString.copyFrom(certificate.getEncoded()))
                .addCaRoots(ByteString.copyFrom(ca.certificate().getEncoded()))
                .build());
        out.onCompleted();
      } catch (Exception e) {
        out.onError(Status.INTERNAL.withCause(e).asRuntimeException());
      }
    }
  }
}
