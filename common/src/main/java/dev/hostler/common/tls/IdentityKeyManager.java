package dev.hostler.common.tls;

import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/**
 * Presents one identity. An alias stands for the identity that was current when it was chosen, so
 * that a handshake during a renewal does not mix an old certificate with a new key.
 */
final class IdentityKeyManager extends X509ExtendedKeyManager {
  private static final int REMEMBERED = 8;

  private final Supplier<TlsIdentity> current;
  private final Map<String, TlsIdentity> chosen =
      Collections.synchronizedMap(
          new LinkedHashMap<>() {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<String, TlsIdentity> eldest) {
              return size() > REMEMBERED;
            }
          });

  IdentityKeyManager(Supplier<TlsIdentity> current) {
    this.current = current;
  }

  private @Nullable String choose(String @Nullable ... keyTypes) {
    TlsIdentity identity = current.get();
    if (keyTypes == null || Arrays.stream(keyTypes).noneMatch(type -> fits(identity, type))) {
      return null;
    }
    String alias =
        identity.certificate().getSerialNumber() + "." + System.identityHashCode(identity);
    chosen.put(alias, identity);
    return alias;
  }

  private static boolean fits(TlsIdentity identity, @Nullable String keyType) {
    String algorithm = identity.certificate().getPublicKey().getAlgorithm();
    // TLS 1.3 asks for "EC", "EdDSA", "RSA", "RSASSA-PSS"; older versions for "EC_EC" and the like.
    return keyType != null
        && (keyType.equals(algorithm)
            || keyType.startsWith(algorithm + "_")
            || (keyType.equals("Ed25519") && algorithm.equals("EdDSA")));
  }

  @Override
  public @Nullable String chooseEngineClientAlias(
      String[] keyType, Principal @Nullable [] issuers, SSLEngine engine) {
    return choose(keyType);
  }

  @Override
  public @Nullable String chooseEngineServerAlias(
      String keyType, Principal @Nullable [] issuers, SSLEngine engine) {
    return choose(keyType);
  }

  @Override
  public @Nullable String chooseClientAlias(
      String[] keyType, Principal @Nullable [] issuers, java.net.@Nullable Socket socket) {
    return choose(keyType);
  }

  @Override
  public @Nullable String chooseServerAlias(
      String keyType, Principal @Nullable [] issuers, java.net.@Nullable Socket socket) {
    return choose(keyType);
  }

  @Override
  public String @Nullable [] getClientAliases(String keyType, Principal @Nullable [] issuers) {
    String alias = choose(keyType);
    return alias == null ? null : new String[] {alias};
  }

  @Override
  public String @Nullable [] getServerAliases(String keyType, Principal @Nullable [] issuers) {
    return getClientAliases(keyType, issuers);
  }

  @Override
  public X509Certificate @Nullable [] getCertificateChain(@Nullable String alias) {
    TlsIdentity identity = alias == null ? null : chosen.get(alias);
    return identity == null ? null : identity.chain().toArray(X509Certificate[]::new);
  }

  @Override
  public @Nullable PrivateKey getPrivateKey(@Nullable String alias) {
    TlsIdentity identity = alias == null ? null : chosen.get(alias);
    return identity == null ? null : identity.key();
  }
}
