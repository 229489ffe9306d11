package dev.hostler.controller.api;

import dev.hostler.controller.access.Operator;
import dev.hostler.controller.link.RevokedCalls;
import io.grpc.Context;
import java.security.cert.X509Certificate;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The operator who makes the current call on the operator port. */
public final class Caller {
  static final Context.Key<Operator> OPERATOR = Context.key("hostler-operator");

  static final Context.Key<X509Certificate> CERTIFICATE =
      Context.key("hostler-operator-certificate");

  private Caller() {}

  /**
   * The certificate that the operator presented.
   *
   * @throws IllegalStateException outside of a call
   */
  public static X509Certificate certificate() {
    @Nullable X509Certificate certificate = CERTIFICATE.get();
    if (certificate == null) {
      throw new IllegalStateException("not in a call of an operator");
    }
    return certificate;
  }

  /**
   * Who it is, as the certificate says.
   *
   * @throws IllegalStateException outside of a call
   */
  public static Operator current() {
    @Nullable Operator operator = OPERATOR.get();
    if (operator == null) {
      throw new IllegalStateException("not in a call of an operator");
    }
    return operator;
  }

  /** Who it is, for revocation. */
  public static RevokedCalls.Party party() {
    return new RevokedCalls.Party(name(), null, Optional.ofNullable(CERTIFICATE.get()));
  }

  /** {@link #current}'s name. */
  public static String name() {
    return current().name();
  }
}
