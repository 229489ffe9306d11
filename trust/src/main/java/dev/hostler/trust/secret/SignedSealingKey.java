package dev.hostler.trust.secret;

import dev.hostler.common.signing.ChainValidator;
import dev.hostler.common.signing.DetachedCms;
import dev.hostler.common.signing.RevocationPolicy;
import dev.hostler.common.signing.SigningException;
import dev.hostler.trust.KeyPurpose;
import dev.hostler.trust.SigningKeys;
import dev.hostler.trust.secret.SecretException.Reason;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A host's sealing key, and the host's word for it: a detached CMS signature by the key of its
 * agent certificate. Nothing of it is verified until {@link #verify}.
 *
 * @param statement canonical JSON; see {@link SealingKey}
 * @param signature detached CMS over it, DER
 */
@SuppressWarnings("ArrayRecordComponent") // equals and hashCode are written out
public record SignedSealingKey(byte[] statement, byte[] signature) {
  private static final String HOST_URI = "hostler://host/";
  private static final int URI = 6; // RFC 5280 section 4.2.1.6: GeneralName [6]
  private static final int MAX_BYTES = 16 << 10;

  /**
   * Vouches.
   *
   * @param agent key and certificate of the host
   * @throws SigningException if they cannot sign
   */
  public static SignedSealingKey sign(SealingKey key, SigningKeys agent, Instant now)
      throws SigningException {
    byte[] statement = key.canonicalJson();
    return new SignedSealingKey(
        statement, DetachedCms.sign(statement, agent.key(), agent.chain(), now));
  }

  /**
   * What is said, believed by nobody yet.
   *
   * @throws SecretException MALFORMED or UNUSABLE_KEY
   */
  public SealingKey read() throws SecretException {
    if (statement.length > MAX_BYTES || signature.length > MAX_BYTES) {
      throw new SecretException(
          Reason.MALFORMED, "a sealing key has more than " + MAX_BYTES + " bytes");
    }
    return SealingKey.read(statement);
  }

  /**
   * Makes sure that the host itself says so. Its certificate may have ended meanwhile: a host that
   * is away keeps its sealing key, and what is sealed to it waits for it.
   *
   * @param hostId whose key it must be
   * @param roots of the fleet CA
   * @throws SecretException NOT_VOUCHED, MALFORMED or UNUSABLE_KEY
   */
  public SealingKey verify(String hostId, List<X509Certificate> roots, Instant now)
      throws SecretException {
    SealingKey key = read();
    if (!key.hostId().equals(hostId)) {
      throw new SecretException(Reason.NOT_VOUCHED, "it is the key of host " + key.hostId());
    }
    try {
      DetachedCms.Signer signer = DetachedCms.verify(statement, signature);
      X509Certificate agent = signer.certificate();
      Instant end = agent.getNotAfter().toInstant();
      new ChainValidator(roots, KeyPurpose.AGENT.oid(), RevocationPolicy.none())
          .validate(signer.chain(), now.isAfter(end) ? end : now);
      if (!uris(agent).equals(List.of(HOST_URI + hostId))) {
        throw new SecretException(
            Reason.NOT_VOUCHED,
            "it was signed by " + uris(agent) + ", not by the host whose key it is");
      }
      return key;
    } catch (SigningException e) {
      throw new SecretException(Reason.NOT_VOUCHED, String.valueOf(e.getMessage()), e);
    }
  }

  private static List<String> uris(X509Certificate certificate) throws SecretException {
    try {
      Collection<List<?>> all = certificate.getSubjectAlternativeNames();
      return all == null
          ? List.of()
          : all.stream()
              .filter(one -> Integer.valueOf(URI).equals(one.getFirst()))
              .map(one -> String.valueOf(one.get(1)))
              .toList();
    } catch (CertificateParsingException e) {
      throw new SecretException(Reason.NOT_VOUCHED, "the signer's certificate is broken", e);
    }
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof SignedSealingKey that
        && Arrays.equals(statement, that.statement)
        && Arrays.equals(signature, that.signature);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(statement) + Arrays.hashCode(signature);
  }

  @Override
  public String toString() {
    return "a sealing key of " + statement.length + " bytes";
  }
}
