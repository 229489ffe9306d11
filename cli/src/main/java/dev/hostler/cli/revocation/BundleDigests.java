package dev.hostler.cli.revocation;

import dev.hostler.cli.connect.Controller;
import dev.hostler.cli.console.CliFailure;
import dev.hostler.proto.v1.GetBundleRequest;
import java.util.HexFormat;

/** Finds which bundle version is meant. */
final class BundleDigests {
  private BundleDigests() {}

  static boolean isDigest(String text) {
    return text.matches("[0-9a-f]{64}");
  }

  /** SHA-256 of the manifest, in hex, of NAME@VERSION or of itself. */
  static String of(Controller controller, String which) {
    if (isDigest(which)) {
      return which;
    }
    int at = which.indexOf('@');
    if (at < 1 || at == which.length() - 1) {
      throw CliFailure.usage(
          "'" + which + "' is not one bundle version: write NAME@VERSION, or its digest");
    }
    GetBundleRequest request =
        GetBundleRequest.newBuilder()
            .setName(which.substring(0, at))
            .setVersion(which.substring(at + 1))
            .build();
    return HexFormat.of()
        .formatHex(
            controller
                .call(() -> controller.bundles().getBundle(request))
                .getManifestDigest()
                .toByteArray());
  }
}
