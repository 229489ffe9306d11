package dev.hostler.trust;

/**
 * What a certificate's key may be used for: our own extended key usages (RFC 5280 section
 * 4.2.1.12), below an arc made from a UUID (ITU-T X.667), so that a key for one purpose is never
 * taken for another.
 */
public enum KeyPurpose {
  /** An agent towards controllers. */
  AGENT(1),
  /** A controller towards agents and operators. */
  CONTROLLER(2),
  /** An operator: requests and, later, signed jobs. */
  OPERATOR(3),
  /** A signer of bundles. */
  BUNDLE_SIGNER(4),
  /** A signer of the index: which bundle versions are good, and what was revoked. */
  INDEX_SIGNER(5);

  private static final String ARC = "2.25.20652041844637859060338126347573261205";

  private final String oid;

  KeyPurpose(int arc) {
    this.oid = ARC + "." + arc;
  }

  /** The object identifier in dotted form. */
  public String oid() {
    return oid;
  }
}
