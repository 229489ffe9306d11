package dev.hostler.common.tls;

import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;

/** Hands each of the six questions of a trust manager to one method. */
abstract class DelegatingTrustManager extends X509ExtendedTrustManager {
  /** One of the six questions, asked of another trust manager. */
  @FunctionalInterface
  interface Question {
    void ask(X509ExtendedTrustManager manager) throws CertificateException;
  }

  /** Checks the chain; {@code question} does the usual part of it. */
  abstract void check(X509Certificate[] chain, Question question) throws CertificateException;

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    check(chain, manager -> manager.checkClientTrusted(chain, authType));
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
      throws CertificateException {
    check(chain, manager -> manager.checkClientTrusted(chain, authType, socket));
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
      throws CertificateException {
    check(chain, manager -> manager.checkClientTrusted(chain, authType, engine));
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    check(chain, manager -> manager.checkServerTrusted(chain, authType));
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
      throws CertificateException {
    check(chain, manager -> manager.checkServerTrusted(chain, authType, socket));
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
      throws CertificateException {
    check(chain, manager -> manager.checkServerTrusted(chain, authType, engine));
  }
}
