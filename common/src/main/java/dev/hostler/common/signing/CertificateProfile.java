package dev.hostler.common.signing;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * What an end-entity certificate says besides the key. Immutable; each method returns a changed
 * copy.
 *
 * @param commonName subject CN
 * @param notBefore first second of validity
 * @param notAfter last second of validity
 * @param purposes extended key usages, as dotted object identifiers
 * @param names subject alternative names
 */
public record CertificateProfile(
    String commonName,
    Instant notBefore,
    Instant notAfter,
    List<String> purposes,
    List<AlternativeName> names) {

  /** TLS server (RFC 5280 section 4.2.1.12). */
  public static final String SERVER_AUTH = "1.3.6.1.5.5.7.3.1";

  /** TLS client (RFC 5280 section 4.2.1.12). */
  public static final String CLIENT_AUTH = "1.3.6.1.5.5.7.3.2";

  /** A subject alternative name. */
  public record AlternativeName(Kind kind, String value) {
    /** Which form of name. */
    public enum Kind {
      /** dNSName. */
      DNS,
      /** iPAddress. */
      IP,
      /** uniformResourceIdentifier. */
      URI
    }
  }

  public CertificateProfile {
    purposes = List.copyOf(purposes);
    names = List.copyOf(names);
    if (!notBefore.isBefore(notAfter)) {
      throw new IllegalArgumentException(
          "a certificate must begin before it ends: " + notBefore + " to " + notAfter);
    }
  }

  /** A profile without purposes and names. */
  public static CertificateProfile of(String commonName, Instant notBefore, Instant notAfter) {
    return new CertificateProfile(commonName, notBefore, notAfter, List.of(), List.of());
  }

  /** With one more extended key usage. */
  public CertificateProfile purpose(String oid) {
    List<String> more = new ArrayList<>(purposes);
    more.add(oid);
    return new CertificateProfile(commonName, notBefore, notAfter, more, names);
  }

  /** With one more URI. */
  public CertificateProfile uri(String uri) {
    return name(AlternativeName.Kind.URI, uri);
  }

  /** With one more DNS name. */
  public CertificateProfile dns(String name) {
    return name(AlternativeName.Kind.DNS, name);
  }

  /** With one more IP address, in text form. */
  public CertificateProfile ip(String address) {
    return name(AlternativeName.Kind.IP, address);
  }

  private CertificateProfile name(AlternativeName.Kind kind, String value) {
    List<AlternativeName> more = new ArrayList<>(names);
    more.add(new AlternativeName(kind, value));
    return new CertificateProfile(commonName, notBefore, notAfter, purposes, more);
  }
}
