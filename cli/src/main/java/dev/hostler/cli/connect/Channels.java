package dev.hostler.cli.connect;

import dev.hostler.cli.console.CliFailure;
import dev.hostler.common.tls.TlsTrust;
import dev.hostler.trust.KeyPurpose;
import io.grpc.ManagedChannel;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;

/** Opens channels: TLS 1.3 with the operator's certificate, set up for a fast start. */
final class Channels {
  private Channels() {}

  /** Opens one for a context whose files were read. */
  static ManagedChannel open(Context context, Identity who) {
    Address address = Address.parse("controller", context.address());
    return NettyChannelBuilder.forTarget("dns:///" + address)
        .sslContext(tls(who))
        .eventLoopGroup(
            new MultiThreadIoEventLoopGroup(
                1, new DefaultThreadFactory("hostler", true), NioIoHandler.newFactory()))
        .channelType(NioSocketChannel.class)
        // The system's proxy settings are for the web, and looking them up takes time.
        .proxyDetector(target -> null)
        .disableServiceConfigLookUp()
        .disableRetry()
        .keepAliveTime(20, TimeUnit.SECONDS)
        .keepAliveTimeout(10, TimeUnit.SECONDS)
        .maxInboundMessageSize(32 << 20)
        .build();
  }

  private static SslContext tls(Identity who) {
    try {
      return GrpcSslContexts.configure(SslContextBuilder.forClient(), SslProvider.JDK)
          .protocols("TLSv1.3")
          .keyManager(who.tls().keyManager())
          .trustManager(TlsTrust.pinnedTo(who.roots(), KeyPurpose.CONTROLLER.oid()))
          .build();
    } catch (SSLException e) {
      throw CliFailure.usage("TLS cannot be set up: " + e.getMessage());
    }
  }
}
