package dev.hostler.common.signing;

import dev.hostler.common.signing.SigningException.Reason;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.interfaces.ECKey;
import java.security.interfaces.EdECKey;
import java.security.interfaces.RSAKey;
import java.security.spec.ECFieldFp;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.NamedParameterSpec;

/** The keys that are accepted, and how each one signs. Nothing else verifies. */
public enum KeyAlgorithm {
  /** Edwards curve 25519 (RFC 8032). */
  ED25519("Ed25519", "Ed25519"),
  /** NIST P-256 with SHA-256. */
  EC_P256("EC", "SHA256withECDSA"),
  /** NIST P-384 with SHA-384. */
  EC_P384("EC", "SHA384withECDSA"),
  /** RSA of at least 3072 bits with SHA-256; new keys have 3072. */
  RSA("RSA", "SHA256withRSA");

  /** Fewest bits of an RSA modulus (NIST SP 800-57: 128 bits of security). */
  public static final int MIN_RSA_BITS = 3072;

  private static final int MAX_RSA_BITS = 8192;
  // The primes of the two fields (FIPS 186-4 D.1.2) and the base points tell the curves apart from
  // others of their size.
  private static final BigInteger P256 =
      new BigInteger("ffffffff00000001000000000000000000000000ffffffffffffffffffffffff", 16);
  private static final BigInteger P256_GX =
      new BigInteger("6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296", 16);
  private static final BigInteger P384 =
      new BigInteger(
          "fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffeffffffff0000000000000000ffffffff",
          16);
  private static final BigInteger P384_GX =
      new BigInteger(
          "aa87ca22be8b05378eb1c71ef320ad746e1d3b628ba79b9859f741e082542a385502f25dbf55296c3a545e3872760ab7",
          16);

  private final String family;
  private final String signatureAlgorithm;

  KeyAlgorithm(String family, String signatureAlgorithm) {
    this.family = family;
    this.signatureAlgorithm = signatureAlgorithm;
  }

  /** JCA name of the signature that keys of this kind make. */
  public String signatureAlgorithm() {
    return signatureAlgorithm;
  }

  /** The AlgorithmIdentifier of {@link #signatureAlgorithm} in DER (RFC 5758, 8410, 4055). */
  byte[] identifier() {
    return switch (this) {
      case ED25519 -> Der.sequence(Der.oid(0x2b, 0x65, 0x70));
      case EC_P256 -> Der.sequence(Der.oid(0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02));
      case EC_P384 -> Der.sequence(Der.oid(0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x03));
      case RSA ->
          Der.sequence(
              Der.oid(0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0b), Der.nothing());
    };
  }

  /** A new key pair. */
  public KeyPair generate() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance(family);
      switch (this) {
        case ED25519 -> {}
        case EC_P256 -> generator.initialize(new ECGenParameterSpec("secp256r1"));
        case EC_P384 -> generator.initialize(new ECGenParameterSpec("secp384r1"));
        case RSA -> generator.initialize(MIN_RSA_BITS);
      }
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java runtime cannot make " + this + " keys", e);
    }
  }

  /**
   * The kind of a public or private key.
   *
   * @throws SigningException WEAK_ALGORITHM if it is none that is accepted
   */
  public static KeyAlgorithm of(Key key) throws SigningException {
    return switch (key) {
      case EdECKey ed when ed.getParams().getName().equals(NamedParameterSpec.ED25519.getName()) ->
          ED25519;
      case ECKey ec when is(ec, P256, P256_GX) -> EC_P256;
      case ECKey ec when is(ec, P384, P384_GX) -> EC_P384;
      case RSAKey rsa
          when rsa.getModulus().bitLength() >= MIN_RSA_BITS
              && rsa.getModulus().bitLength() <= MAX_RSA_BITS ->
          RSA;
      case RSAKey rsa ->
          throw weak("an RSA key of " + rsa.getModulus().bitLength() + " bits is not accepted");
      default -> throw weak("a " + key.getAlgorithm() + " key of this kind is not accepted");
    };
  }

  private static boolean is(ECKey key, BigInteger prime, BigInteger baseX) {
    return key.getParams().getCurve().getField() instanceof ECFieldFp field
        && field.getP().equals(prime)
        && key.getParams().getGenerator().getAffineX().equals(baseX);
  }

  private static SigningException weak(String what) {
    return new SigningException(
        Reason.WEAK_ALGORITHM,
        what + ": use Ed25519, P-256, P-384 or RSA of " + MIN_RSA_BITS + " to 8192 bits");
  }
}
