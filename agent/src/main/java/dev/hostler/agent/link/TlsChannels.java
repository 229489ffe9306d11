package dev.hostler.agent.link;

import dev.hostler.common.config.HostPort;
import io.grpc.ManagedChannel;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NegotiationType;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.SslContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/** TLS 1.3 to controllers. */
public final class TlsChannels implements Channels {
  private static final int CONNECT_MILLIS = 10_000;

  /** Largest message that a controller may send: an assignment with a large command line. */
  private static final int LARGEST_MESSAGE = 4 << 20;

  private final SslContext tls;
  private final EventLoopGroup loop;

  /**
   * Makes channels for one identity.
   *
   * @param identity null: none is presented
   * @param trust whom to trust
   * @param loop carries them; the caller ends it
   */
  public TlsChannels(
      @Nullable X509ExtendedKeyManager identity,
      X509ExtendedTrustManager trust,
      EventLoopGroup loop) {
    this.loop = loop;
    try {
      var builder = GrpcSslContexts.forClient().trustManager(trust).protocols("TLSv1.3");
      this.tls = (identity == null ? builder : builder.keyManager(identity)).build();
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
        .sslContext(tls)
        .negotiationType(NegotiationType.TLS)
        .eventLoopGroup(loop)
        .channelType(NioSocketChannel.class)
        .withOption(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_MILLIS)
        .maxInboundMessageSize(LARGEST_MESSAGE)
        .disableRetry() // a retry would keep copies of output that waits in the spool anyway
        .build();
  }
}
