package dev.hostler.agent.link;

import dev.hostler.agent.identity.Identity;
import dev.hostler.common.config.HostPort;
import dev.hostler.common.signing.RevocationPolicy;
import dev.hostler.common.signing.SigningException;
import dev.hostler.common.tls.TlsTrust;
import io.grpc.ManagedChannel;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NegotiationType;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.SslContext;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Supplier;
import javax.net.ssl.SSLException;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** TLS 1.3 to controllers. */
public final class TlsChannels implements Channels {
  private static final int CONNECT_MILLIS = 10_000;

  /** Largest message that a controller may send: an assignment with a large command line. */
  private static final int LARGEST_MESSAGE = 16 << 20;

  private static final Logger log = LoggerFactory.getLogger(TlsChannels.class);

  private final Supplier<SslContext> tls;
  private final Supplier<RevocationPolicy> revocation;
  private final InstantSource clock;
  private volatile List<X509Certificate> controller = List.of();
  private final EventLoopGroup loop;

  /**
   * Makes channels for one identity, as it is when they are opened. Each identity, and each state
   * of what is revoked, has a TLS context of its own: a session that was resumed would still carry
   * the certificate before, and ask after none.
   *
   * @param identity who this host is now; thread-safe
   * @param revocation what is revoked now: the same object while that does not change; thread-safe
   * @param purpose extended key usage that a controller's certificate must have
   * @param loop carries them; the caller ends it
   */
  public TlsChannels(
      Supplier<Identity> identity,
      Supplier<RevocationPolicy> revocation,
      String purpose,
      EventLoopGroup loop,
      InstantSource clock) {
    this.loop = loop;
    this.revocation = revocation;
    this.clock = clock;
    this.tls =
        new Supplier<>() {
          private @Nullable Made made;

          @Override
          public synchronized SslContext get() {
            Identity who = identity.get();
            RevocationPolicy revoked = revocation.get();
            Made present = made;
            if (present == null
                || !who.equals(present.identity)
                || !revoked.equals(present.revoked)) {
              var trust =
                  TlsTrust.ofServers(
                      who.roots(), purpose, revocation, path -> controller = path, clock);
              present = new Made(who, revoked, context(who.tls().keyManager(), trust));
              made = present;
            }
            return present.context;
          }
        };
  }

  private record Made(Identity identity, RevocationPolicy revoked, SslContext context) {}

  /** Was the certificate revoked that the controller showed last, or one above it? */
  public boolean isControllerRevoked() {
    try {
      revocation.get().check(controller, clock.instant());
      return false;
    } catch (SigningException e) {
      log.warn("the controller is not trusted any more: {}", e.getMessage());
      return true;
    }
  }

  /**
   * Makes channels of a host that has no identity yet.
   *
   * @param trust whom to trust
   * @param loop carries them; the caller ends it
   */
  public TlsChannels(X509ExtendedTrustManager trust, EventLoopGroup loop) {
    this.loop = loop;
    this.revocation = RevocationPolicy::none;
    this.clock = () -> java.time.Instant.MIN; // there is nothing that it would be asked for
    SslContext context = context(null, trust);
    this.tls = () -> context;
  }

  private static SslContext context(
      @Nullable X509ExtendedKeyManager identity, X509ExtendedTrustManager trust) {
    try {
      var builder = GrpcSslContexts.forClient().trustManager(trust).protocols("TLSv1.3");
      return (identity == null ? builder : builder.keyManager(identity)).build();
    } catch (SSLException e) {
      throw new IllegalStateException("this Java runtime cannot speak TLS 1.3", e);
    }
  }

  @Override
  public ManagedChannel open(String address) {
    HostPort to =
        HostPort.parse(address)
            .orElseThrow(() -> new IllegalArgumentException(address + " is not HOST:PORT"));
    return NettyChannelBuilder.forAddress(to.host(), to.port())
        .sslContext(tls.get())
        .negotiationType(NegotiationType.TLS)
        .eventLoopGroup(loop)
        .channelType(NioSocketChannel.class)
        .withOption(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_MILLIS)
        .maxInboundMessageSize(LARGEST_MESSAGE)
        .disableRetry() // a retry would keep copies of output that waits in the spool anyway
        .build();
  }
}
