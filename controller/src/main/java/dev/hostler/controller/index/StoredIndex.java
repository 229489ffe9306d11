package dev.hostler.controller.index;

import dev.hostler.trust.index.SignedIndex;
import dev.hostler.trust.index.TrustIndex;
import java.time.Instant;

/**
 * An index that was pushed.
 *
 * @param index what it says
 * @param signed the bytes
 * @param signer subject of the signer's certificate (RFC 4514)
 * @param pushedAt when it was pushed
 * @param pushedBy "operator:NAME" or "system"
 */
public record StoredIndex(
    TrustIndex index, SignedIndex signed, String signer, Instant pushedAt, String pushedBy) {}
