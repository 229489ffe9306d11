package dev.hostler.agent.identity;

import dev.hostler.agent.vault.HostWrap;
import dev.hostler.common.signing.SigningException;
import dev.hostler.common.time.TimeSource;
import dev.hostler.trust.SigningKeys;
import dev.hostler.trust.secret.KeptKey;
import dev.hostler.trust.secret.SealedParameters;
import dev.hostler.trust.secret.SealingKey;
import dev.hostler.trust.secret.SecretException;
import dev.hostler.trust.secret.SignedSealingKey;
import java.io.IOException;
import java.nio.file.Path;
import java.security.KeyPair;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * The key that secret parameters are sealed to for this host, and for which the host's own keys are
 * wrapped. It does nothing else, and outlives certificates: what was sealed before a renewal can be
 * opened after it. Thread-safe.
 */
public final class HostSealing implements HostWrap {
  private final CurrentIdentity identity;
  private final KeyPair pair;
  private final TimeSource time;
  private @Nullable Vouched vouched;

  private record Vouched(Identity by, SignedSealingKey key) {}

  private HostSealing(CurrentIdentity identity, KeyPair pair, TimeSource time) {
    this.identity = identity;
    this.pair = pair;
    this.time = time;
  }

  /**
   * Reads the key, or makes it.
   *
   * @param directory where it is kept
   * @throws IOException if it cannot be read or written
   */
  public static HostSealing open(Path directory, CurrentIdentity identity, TimeSource time)
      throws IOException {
    KeyPair pair = new SealingKeyStore(directory).open(identity.get().hostId());
    return new HostSealing(identity, pair, time);
  }

  /** SHA-256 of the public key, by which people compare it. */
  public String fingerprint() {
    return SealingKey.fingerprint(pair.getPublic());
  }

  /**
   * The public key, with this host's word for it: anew for each certificate.
   *
   * @throws SigningException if the certificate's key cannot sign
   */
  public synchronized SignedSealingKey vouched() throws SigningException {
    Identity by = identity.get();
    Vouched last = vouched;
    if (last != null && last.by().tls().equals(by.tls())) {
      return last.key();
    }
    SignedSealingKey key =
        SignedSealingKey.sign(
            new SealingKey(by.hostId(), pair.getPublic()),
            new SigningKeys(by.tls().key(), by.tls().chain()),
            time.instant());
    vouched = new Vouched(by, key);
    return key;
  }

  /**
   * Opens what is sealed.
   *
   * @param params of the signed statement, canonical JSON
   * @param wrappedKey of the job, wrapped for this host, base64url
   * @param nonce of the job
   * @return canonical JSON: not to be written anywhere
   * @throws SecretException if it is not of its form, or not for this host and job
   */
  public String open(String params, String wrappedKey, String nonce) throws SecretException {
    return SealedParameters.open(
        params, Base64.getUrlDecoder().decode(wrappedKey), nonce, identity.get().hostId(), pair);
  }

  @Override
  public byte[] wrap(byte[] key, String purpose) {
    try {
      return KeptKey.wrap(key, pair.getPublic(), identity.get().hostId(), purpose);
    } catch (SecretException e) {
      throw new IllegalStateException(e); // the key is P-256: it was made here
    }
  }

  @Override
  public byte[] unwrap(byte[] wrapped, String purpose) throws IOException {
    try {
      return KeptKey.unwrap(wrapped, pair, identity.get().hostId(), purpose);
    } catch (SecretException e) {
      throw new IOException(e.getMessage(), e);
    }
  }
}
