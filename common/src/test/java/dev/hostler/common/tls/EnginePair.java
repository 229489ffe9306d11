package dev.hostler.common.tls;

import java.nio.ByteBuffer;
import java.security.cert.Certificate;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;

/** Two TLS engines that talk in memory, as Netty's do. */
final class EnginePair {
  private final SSLEngine client;
  private final SSLEngine server;

  EnginePair(
      X509ExtendedKeyManager serverKeys,
      X509ExtendedTrustManager serverTrust,
      X509ExtendedKeyManager clientKeys,
      X509ExtendedTrustManager clientTrust,
      String host) {
    SSLContext serverContext = TlsContext.create(serverKeys, serverTrust);
    SSLContext clientContext = TlsContext.create(clientKeys, clientTrust);
    server = serverContext.createSSLEngine();
    server.setUseClientMode(false);
    server.setNeedClientAuth(true);
    client = clientContext.createSSLEngine(host, 7443);
    client.setUseClientMode(true);
    SSLParameters parameters = client.getSSLParameters();
    parameters.setEndpointIdentificationAlgorithm("HTTPS");
    client.setSSLParameters(parameters);
  }

  /**
   * Shakes hands.
   *
   * @return the client's chain as the server saw it
   * @throws SSLException if a side refuses the other
   */
  Certificate[] shake() throws SSLException {
    int size = client.getSession().getPacketBufferSize();
    ByteBuffer toServer = ByteBuffer.allocate(size);
    ByteBuffer toClient = ByteBuffer.allocate(size);
    client.beginHandshake();
    server.beginHandshake();
    // Each turn sends something or is the last: a handshake needs fewer than ten.
    for (int turn = 0; turn < 100; turn++) {
      boolean moved = step(client, toClient, toServer);
      moved |= step(server, toServer, toClient);
      if (!moved) {
        return server.getSession().getPeerCertificates();
      }
    }
    throw new SSLException("the handshake does not end");
  }

  private static boolean step(SSLEngine engine, ByteBuffer in, ByteBuffer out) throws SSLException {
    boolean moved = false;
    ByteBuffer plain = ByteBuffer.allocate(engine.getSession().getApplicationBufferSize());
    while (true) {
      switch (engine.getHandshakeStatus()) {
        case NEED_TASK -> engine.getDelegatedTask().run();
        case NEED_WRAP -> {
          if (engine.wrap(ByteBuffer.allocate(0), out).bytesProduced() == 0) {
            return moved;
          }
          moved = true;
        }
        default -> {
          in.flip();
          SSLEngineResult result = engine.unwrap(in, plain);
          in.compact();
          if (result.bytesConsumed() == 0) {
            return moved;
          }
          moved = true;
        }
      }
    }
  }
}
