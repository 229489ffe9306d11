package dev.hostler.controller.link;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.ssl.SslHandler;
import java.net.InetSocketAddress;
import java.security.cert.CertificateException;
import java.util.Locale;
import java.util.Optional;
import javax.net.ssl.SSLException;

/**
 * Tells of TLS handshakes that failed because of the other side's certificate. Connections that
 * merely break off, or do not speak TLS at all, are nobody's try to get in by a certificate. Stands
 * first in a connection's pipeline, and only until the handshake begins.
 */
public final class HandshakeWatch extends ChannelInboundHandlerAdapter {
  private final Listener listener;
  private boolean found;

  /** Told of refused handshakes, on an event loop: must not block. */
  @FunctionalInterface
  public interface Listener {
    /**
     * A handshake was refused.
     *
     * @param from address of the other side, without its port
     * @param reason what is wrong with the certificate
     */
    void refused(String from, String reason);
  }

  private HandshakeWatch(Listener listener) {
    this.listener = listener;
  }

  /** Watches a connection that is new. */
  public static void add(ChannelPipeline pipeline, Listener listener) {
    pipeline.addFirst(new HandshakeWatch(listener));
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    look(context.pipeline());
    context.fireChannelRead(message);
    // Some servers put TLS in place only when they have seen the first message.
    look(context.pipeline());
    if (found && !context.isRemoved()) {
      context.pipeline().remove(this);
    }
  }

  private void look(ChannelPipeline pipeline) {
    SslHandler tls = found ? null : pipeline.get(SslHandler.class);
    if (tls != null) {
      found = true;
      Channel channel = pipeline.channel();
      tls.handshakeFuture()
          .addListener(done ->
              Optional.ofNullable(done.cause())
                  .flatMap(HandshakeWatch::reason)
                  .ifPresent(reason -> listener.refused(address(channel), reason)));
    }
  }

  private static Optional<String> reason(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof CertificateException) {
        return Optional.of(String.valueOf(cause.getMessage()));
      }
    }
    // Where a certificate is asked for and none came. An alert is the other side's refusal.
    String message = String.valueOf(failure.getMessage()).toLowerCase(Locale.ROOT);
    return failure instanceof SSLException
            && message.contains("certificate")
            && !message.contains("alert")
        ? Optional.of("no certificate was presented")
        : Optional.empty();
  }

  private static String address(Channel channel) {
    return channel.remoteAddress() instanceof InetSocketAddress from && from.getAddress() != null
        ? from.getAddress().getHostAddress()
        : "unknown";
  }
}
