package dev.hostler.agent.link;

import dev.hostler.agent.identity.Identity;
import dev.hostler.common.config.HostPort;
import dev.hostler.common.tls.TlsTrust;
import io.grpc.ManagedChannel;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NegotiationType;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.SslContext;
import java.util.function.Supplier;
import javax.net.ssl.SSLException;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/** TLS 1.3 to controllers. */
public final class TlsChannels implements Channels {
  private static final int CONNECT_MILLIS = 10_000;

  /** Largest message that a controller may send: an assignment with a large command line. */
  private static final int LARGEST_MESSAGE = 16 << 20;

  private final Supplier<SslContext> tls;
  private final EventLoopGroup loop;

  /**
   * Makes channels for one identity, as it is when they are opened. Each identity has a TLS context
   * of its own: a session that was resumed would still carry the certificate before.
   *
   * @param identity who this host is now; thread-safe
   * @param purpose extended key usage that a controller's certificate must have
   * @param loop carries them; the caller ends it
   */
  public TlsChannels(Supplier<Identity> identity, String purpose, EventLoopGroup loop) {
    this.loop = loop;
    this.tls =
        new Supplier<>() {
          private @Nullable Identity made;
          private @Nullable SslContext context;

          @Override
          public synchronized SslContext get() {
            Identity now = identity.get();
            SslContext present = context;
            if (present == null || !now.equals(made)) {
              present = context(now.tls().keyManager(), TlsTrust.pinnedTo(now.roots(), purpose));
              context = present;
              made = now;
            }
            return present;
          }
        };
  }

  /**
   * Makes channels of a host that has no identity yet.
   *
   * @param trust whom to trust
   * @param loop carries them; the caller ends it
   */
  public TlsChannels(X509ExtendedTrustManager trust, EventLoopGroup loop) {
    this.loop = loop;
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
