package dev.hostler.controller.link;

import io.grpc.Context;
import java.net.InetAddress;
import java.security.cert.X509Certificate;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The host whose agent makes the current call on the agent port. */
public final class AgentCaller {
  static final Context.Key<UUID> HOST_ID = Context.key("hostler-host-id");

  static final Context.Key<X509Certificate> CERTIFICATE = Context.key("hostler-host-certificate");

  static final Context.Key<InetAddress> ADDRESS = Context.key("hostler-host-address");

  private AgentCaller() {}

  /** The address that the call comes from. */
  static InetAddress address() {
    InetAddress address = ADDRESS.get();
    return address == null ? InetAddress.getLoopbackAddress() : address;
  }

  /** The certificate that it presented; empty where no TLS is in between. */
  static Optional<X509Certificate> certificate() {
    return Optional.ofNullable(CERTIFICATE.get());
  }

  /** Who it is, for revocation. */
  public static RevokedCalls.Party party() {
    return new RevokedCalls.Party(null, HOST_ID.get(), certificate());
  }

  /**
   * Its id, as its certificate says; the certificate was verified and the host was in the fleet
   * when the call began.
   *
   * @throws IllegalStateException outside of a call that needs a certificate
   */
  public static UUID hostId() {
    @Nullable UUID id = HOST_ID.get();
    if (id == null) {
      throw new IllegalStateException("not in a call of an agent");
    }
    return id;
  }
}
