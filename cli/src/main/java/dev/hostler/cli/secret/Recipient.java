package dev.hostler.cli.secret;

import dev.hostler.proto.v1.Host;
import dev.hostler.trust.secret.SignedSealingKey;
import org.jspecify.annotations.Nullable;

/**
 * A target of a job, and what the controller says is its sealing key.
 *
 * @param id of the host
 * @param name of the host
 * @param offered null: the controller has none
 */
public record Recipient(String id, String name, @Nullable SignedSealingKey offered) {
  /** From what the controller says of a host. */
  public static Recipient of(Host host) {
    return new Recipient(
        host.getId(),
        host.getName(),
        host.hasSealingKey()
            ? new SignedSealingKey(
                host.getSealingKey().getStatement().toByteArray(),
                host.getSealingKey().getSignature().toByteArray())
            : null);
  }
}
