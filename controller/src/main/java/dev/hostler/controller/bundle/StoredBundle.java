package dev.hostler.controller.bundle;

import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A version of a bundle as it is kept.
 *
 * @param digest SHA-256 of its manifest in hex: its identity
 * @param name name
 * @param version version
 * @param size size of the file in bytes
 * @param manifest canonical JSON
 * @param signer subject of the signer's certificate (RFC 4514)
 * @param signerFingerprint SHA-256 of that certificate in hex
 * @param description one line for people; may be empty
 * @param expiresAt when hosts begin to refuse it; null: never
 * @param pushedAt when it was pushed
 * @param pushedBy operator who pushed it
 * @param chain the certificates in its signature, the signer's first; empty: not kept
 */
public record StoredBundle(
    String digest,
    String name,
    String version,
    long size,
    String manifest,
    String signer,
    String signerFingerprint,
    String description,
    @Nullable Instant expiresAt,
    Instant pushedAt,
    String pushedBy,
    List<X509Certificate> chain) {
  public StoredBundle {
    chain = List.copyOf(chain);
  }
}
