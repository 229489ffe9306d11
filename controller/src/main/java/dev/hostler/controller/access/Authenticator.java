package dev.hostler.controller.access;

import dev.hostler.controller.failure.RequestException;
import java.util.List;
import java.util.Optional;

/**
 * Says who a caller is. One for each kind of proof: certificates now; tokens of an identity
 * provider (OIDC) would be another. Thread-safe.
 */
@FunctionalInterface
public interface Authenticator {
  /**
   * The operator who presents this; empty if it is not this authenticator's kind of proof.
   *
   * @throws RequestException UNAUTHENTICATED if it is, and is not good: nobody else is asked then
   */
  Optional<Operator> authenticate(Presented presented);

  /** Asks each in turn until one knows the caller. */
  static Authenticator firstOf(List<Authenticator> chain) {
    List<Authenticator> all = List.copyOf(chain);
    return presented ->
        all.stream().flatMap(one -> one.authenticate(presented).stream()).findFirst();
  }
}
