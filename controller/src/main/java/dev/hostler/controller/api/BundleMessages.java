package dev.hostler.controller.api;

import com.google.protobuf.ByteString;
import com.google.protobuf.Duration;
import com.google.protobuf.Timestamp;
import dev.hostler.common.signing.Fingerprints;
import dev.hostler.controller.bundle.StoredBundle;
import dev.hostler.controller.host.Host;
import dev.hostler.controller.roots.BundleReport;
import dev.hostler.proto.v1.Action;
import dev.hostler.proto.v1.Bundle;
import dev.hostler.proto.v1.BundleCheck;
import dev.hostler.proto.v1.BundleHolder;
import dev.hostler.proto.v1.CertificateInfo;
import dev.hostler.trust.bundle.Manifest;
import dev.hostler.trust.limits.Limit;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.HexFormat;

/** Bundles as messages. */
final class BundleMessages {
  private BundleMessages() {}

  static Bundle bundle(StoredBundle bundle, Manifest manifest) {
    Bundle.Builder message =
        Bundle.newBuilder()
            .setName(bundle.name())
            .setVersion(bundle.version())
            .setManifestDigest(hex(bundle.digest()))
            .setSize(bundle.size())
            .setSigner(bundle.signer())
            .setSignerFingerprint(hex(bundle.signerFingerprint()))
            .setPushedAt(timestamp(bundle.pushedAt()))
            .setPushedBy(bundle.pushedBy())
            .setDescription(bundle.description());
    Instant expires = bundle.expiresAt();
    if (expires != null) {
      message.setExpiresAt(timestamp(expires));
    }
    manifest.actions().values().forEach(action -> message.addActions(action(action)));
    return message.build();
  }

  static dev.hostler.proto.v1.BundleReport report(BundleReport report) {
    dev.hostler.proto.v1.BundleReport.Builder message =
        dev.hostler.proto.v1.BundleReport.newBuilder()
            .setAcceptable(report.isAcceptable())
            .setName(report.name())
            .setVersion(report.version())
            .setManifestDigest(hex(report.digest()));
    report
        .checks()
        .forEach(check ->
            message.addChecks(
                BundleCheck.newBuilder()
                    .setName(check.name())
                    .setResultValue(check.result().code())
                    .setMessage(check.message())));
    report.chain().forEach(certificate -> message.addChain(certificate(certificate)));
    return message.build();
  }

  static CertificateInfo certificate(X509Certificate certificate) {
    return CertificateInfo.newBuilder()
        .setFingerprint(Fingerprints.sha256(certificate))
        .setSubject(certificate.getSubjectX500Principal().getName())
        .setIssuer(certificate.getIssuerX500Principal().getName())
        .setSerial(certificate.getSerialNumber().toString(16))
        .setNotBefore(timestamp(certificate.getNotBefore().toInstant()))
        .setNotAfter(timestamp(certificate.getNotAfter().toInstant()))
        .build();
  }

  static BundleHolder holder(Host host) {
    BundleHolder.Builder message =
        BundleHolder.newBuilder().setHostId(host.id().toString()).setHostName(host.name());
    Instant seen = host.lastSeenAt();
    if (seen != null) {
      message.setLastSeenAt(timestamp(seen));
    }
    return message.build();
  }

  private static Action action(Manifest.Action action) {
    long millis = action.limits().require(Limit.TIMEOUT);
    return Action.newBuilder()
        .setName(action.name())
        .setDescription(action.description())
        .setParamsSchema(action.paramsSchema())
        .setTimeout(
            Duration.newBuilder()
                .setSeconds(millis / 1000)
                .setNanos((int) (millis % 1000) * 1_000_000))
        .setRunAs(action.runAs())
        .addAllWritablePaths(action.sandbox().writable())
        .setNetwork(action.sandbox().network().text())
        .build();
  }

  private static ByteString hex(String text) {
    return ByteString.copyFrom(HexFormat.of().parseHex(text));
  }

  private static Timestamp timestamp(Instant instant) {
    return JobMessages.timestamp(instant);
  }
}
