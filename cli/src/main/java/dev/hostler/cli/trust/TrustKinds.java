package dev.hostler.cli.trust;

import dev.hostler.cli.console.CliFailure;
import dev.hostler.cli.console.Format;
import dev.hostler.proto.v1.TrustKind;

/** What a root is trusted for, as it is written. */
final class TrustKinds {
  private TrustKinds() {}

  static TrustKind parse(String text) {
    return switch (text) {
      case "bundle" -> TrustKind.TRUST_KIND_BUNDLE;
      case "operator" -> TrustKind.TRUST_KIND_OPERATOR;
      case "index" -> TrustKind.TRUST_KIND_INDEX;
      default -> throw CliFailure.usage("--kind " + text + ": bundle, operator or index");
    };
  }

  static String text(TrustKind kind) {
    return Format.name(kind, "TRUST_KIND_");
  }
}
