package dev.hostler.common.signing;

import dev.hostler.common.signing.SigningException.Reason;
import java.security.PublicKey;
import java.util.Map;
import org.bouncycastle.asn1.edec.EdECObjectIdentifiers;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;

/** The signature algorithms on the list: SHA-2 with an accepted kind of key, or Ed25519. */
final class SignatureAlgorithms {
  /** Object identifiers of the digests to their names. */
  private static final Map<String, String> DIGESTS =
      Map.of(
          NISTObjectIdentifiers.id_sha256.getId(), "SHA-256",
          NISTObjectIdentifiers.id_sha384.getId(), "SHA-384",
          NISTObjectIdentifiers.id_sha512.getId(), "SHA-512");

  private record Kind(String family, String digest) {}

  /** Signature object identifiers whose meaning does not depend on parameters. */
  private static final Map<String, Kind> SIGNATURES =
      Map.of(
          PKCSObjectIdentifiers.sha256WithRSAEncryption.getId(), new Kind("RSA", "SHA-256"),
          PKCSObjectIdentifiers.sha384WithRSAEncryption.getId(), new Kind("RSA", "SHA-384"),
          PKCSObjectIdentifiers.sha512WithRSAEncryption.getId(), new Kind("RSA", "SHA-512"),
          X9ObjectIdentifiers.ecdsa_with_SHA256.getId(), new Kind("EC", "SHA-256"),
          X9ObjectIdentifiers.ecdsa_with_SHA384.getId(), new Kind("EC", "SHA-384"),
          X9ObjectIdentifiers.ecdsa_with_SHA512.getId(), new Kind("EC", "SHA-512"),
          // Ed25519 hashes with SHA-512 inside; RFC 8419 section 3 asks for the same outside.
          EdECObjectIdentifiers.id_Ed25519.getId(), new Kind("Ed25519", "SHA-512"));

  private SignatureAlgorithms() {}

  /**
   * The name of a digest algorithm.
   *
   * @throws SigningException WEAK_ALGORITHM if it is not SHA-256, SHA-384 or SHA-512
   */
  static String digest(AlgorithmIdentifier digest) throws SigningException {
    String name = DIGESTS.get(digest.getAlgorithm().getId());
    if (name == null) {
      throw weak("the digest algorithm " + digest.getAlgorithm() + " is not accepted");
    }
    return name;
  }

  /** Checks the signature algorithm of a certificate; the digest is part of it. */
  static void checkCertificate(AlgorithmIdentifier algorithm) throws SigningException {
    kind(algorithm);
  }

  /** Checks that a CMS signature algorithm fits the key that made it and the digest beside it. */
  static void checkCms(AlgorithmIdentifier algorithm, AlgorithmIdentifier digest, PublicKey key)
      throws SigningException {
    String digestName = digest(digest);
    // In CMS a plain RSA identifier means PKCS #1 v1.5 with the digest beside it (RFC 3370 3.2).
    Kind kind =
        algorithm.getAlgorithm().equals(PKCSObjectIdentifiers.rsaEncryption)
            ? new Kind("RSA", digestName)
            : kind(algorithm);
    String keyFamily =
        switch (KeyAlgorithm.of(key)) {
          case ED25519 -> "Ed25519";
          case EC_P256, EC_P384 -> "EC";
          case RSA -> "RSA";
        };
    if (!kind.family().equals(keyFamily)) {
      throw weak("the signature says " + kind.family() + " and the signer's key is " + keyFamily);
    }
    if (!digestName.equals(kind.digest())) {
      throw weak("the signature hashes with " + kind.digest() + " and its digest is " + digestName);
    }
  }

  private static Kind kind(AlgorithmIdentifier algorithm) throws SigningException {
    Kind kind = SIGNATURES.get(algorithm.getAlgorithm().getId());
    if (kind == null) {
      throw weak("the signature algorithm " + algorithm.getAlgorithm() + " is not accepted");
    }
    return kind;
  }

  private static SigningException weak(String what) {
    return new SigningException(
        Reason.WEAK_ALGORITHM,
        what + ": sign with SHA-256, SHA-384 or SHA-512, or with an Ed25519 key");
  }
}
