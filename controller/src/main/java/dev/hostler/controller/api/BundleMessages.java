package dev.hostler.controller.api;

import com.google.protobuf.ByteString;
import com.google.protobuf.Duration;
import com.google.protobuf.Timestamp;
import dev.hostler.controller.bundle.StoredBundle;
import dev.hostler.proto.v1.Action;
import dev.hostler.proto.v1.Bundle;
import dev.hostler.trust.bundle.Manifest;
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

  private static Action action(Manifest.Action action) {
    long millis = action.limits().timeoutMillis();
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
