package dev.hostler.controller.trust;

import dev.hostler.common.signing.CertificateAuthority;
import dev.hostler.common.signing.CertificateProfile;
import dev.hostler.common.signing.KeyAlgorithm;
import dev.hostler.common.signing.Pem;
import dev.hostler.common.signing.SigningException;
import dev.hostler.trust.KeyPurpose;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Issues the fleet's certificates. While one root replaces another there are two: the newer one
 * issues the certificates of hosts and operators; the older one issues the controller's own,
 * because that is what those who have not heard of the newer one trust. Thread-safe.
 */
public final class FleetCa {
  private static final Logger LOG = LoggerFactory.getLogger(FleetCa.class);
  private static final Duration CA_LIFETIME = Duration.ofDays(3650);

  /** Certificates begin a little in the past: clocks of hosts differ. */
  private static final Duration BACKDATED = Duration.ofMinutes(5);

  private final @Nullable CaFiles files;
  private final InstantSource clock;
  private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
  private volatile State state;

  /** What counts, newest first. */
  private record State(
      List<CertificateAuthority> authorities,
      List<X509Certificate> roots,
      List<X509Certificate> endorsements) {
    static State of(List<CertificateAuthority> authorities) {
      List<X509Certificate> endorsements = new ArrayList<>();
      for (int i = 0; i + 1 < authorities.size(); i++) {
        endorsements.add(authorities.get(i + 1).endorse(authorities.get(i).certificate()));
      }
      return new State(
          List.copyOf(authorities),
          authorities.stream().map(CertificateAuthority::certificate).toList(),
          List.copyOf(endorsements));
    }
  }

  private FleetCa(
      List<CertificateAuthority> authorities, @Nullable CaFiles files, InstantSource clock) {
    this.state = State.of(authorities);
    this.files = files;
    this.clock = clock;
  }

  /**
   * Opens the CA of a data directory; makes it when there is none.
   *
   * @param directory holds ca.crt and ca.key
   * @throws TrustException if its files cannot be used
   */
  public static FleetCa openOrMake(Path directory, InstantSource clock) throws TrustException {
    CaFiles files = new CaFiles(directory);
    try {
      if (!files.exists()) {
        CertificateAuthority made = make(clock);
        // The certificate comes last: without it there is no CA yet.
        files.addKey(made);
        files.commit(List.of(made));
      }
      return new FleetCa(files.read(clock.instant()), files, clock);
    } catch (IOException e) {
      throw new TrustException("cannot make the fleet CA in " + directory + ": " + e, e);
    }
  }

  private static CertificateAuthority make(InstantSource clock) {
    Instant now = clock.instant();
    return CertificateAuthority.create(
        "Hostler fleet CA " + UUID.randomUUID().toString().substring(0, 8),
        KeyAlgorithm.EC_P256,
        now.minus(BACKDATED),
        now.plus(CA_LIFETIME));
  }

  /**
   * Opens a CA that is given.
   *
   * @throws TrustException if the files are not a CA certificate and its key
   */
  public static FleetCa open(Path certificateFile, Path keyFile, InstantSource clock)
      throws TrustException {
    return new FleetCa(List.of(given(certificateFile, keyFile, clock)), null, clock);
  }

  /**
   * Opens a CA that is given and takes the place of another one.
   *
   * @throws TrustException if the files are not CA certificates and their keys
   */
  public static FleetCa open(
      Path certificateFile,
      Path keyFile,
      Path previousCertificateFile,
      Path previousKeyFile,
      InstantSource clock)
      throws TrustException {
    return new FleetCa(
        List.of(
            given(certificateFile, keyFile, clock),
            given(previousCertificateFile, previousKeyFile, clock)),
        null,
        clock);
  }

  private static CertificateAuthority given(Path certificateFile, Path keyFile, InstantSource clock)
      throws TrustException {
    try {
      CertificateAuthority authority =
          new CertificateAuthority(
              Pem.privateKey(keyFile), Pem.certificates(certificateFile).getFirst());
      CaFiles.check(authority, certificateFile, keyFile, clock.instant());
      return authority;
    } catch (IOException e) {
      throw new TrustException("cannot read the fleet CA: " + e, e);
    } catch (SigningException e) {
      throw new TrustException("cannot use the fleet CA: " + e.getMessage(), e);
    }
  }

  /** From now on, {@code listener} is called after each change of the roots. */
  public void onChange(Runnable listener) {
    listeners.add(listener);
  }

  /**
   * Makes a new root, which issues from here on; the old one stays trusted.
   *
   * @throws RotationException if that cannot be done now
   */
  public synchronized void rotate() {
    CaFiles own = own();
    List<CertificateAuthority> authorities = state.authorities;
    if (authorities.size() > 1) {
      throw new RotationException(
          "a rotation of the fleet CA is under way already; see `hostler ca show`, and end it with"
              + " `hostler ca rotate --finish`");
    }
    CertificateAuthority next = make(clock);
    try {
      own.addKey(next);
      own.commit(List.of(next, authorities.getFirst()));
    } catch (IOException e) {
      throw new IllegalStateException("cannot write the new fleet CA", e);
    }
    change(List.of(next, authorities.getFirst()));
  }

  /**
   * Trusts the newest root only, and deletes the keys of the others.
   *
   * @throws RotationException if no rotation is under way
   */
  public synchronized void finish() {
    CaFiles own = own();
    List<CertificateAuthority> authorities = state.authorities;
    if (authorities.size() == 1) {
      throw new RotationException(
          "no rotation of the fleet CA is under way; `hostler ca rotate` begins one");
    }
    List<CertificateAuthority> left = List.of(authorities.getFirst());
    try {
      own.commit(left);
    } catch (IOException e) {
      throw new IllegalStateException("cannot write the fleet CA", e);
    }
    change(left);
    for (CertificateAuthority old : authorities.subList(1, authorities.size())) {
      try {
        own.removeKey(old);
      } catch (IOException | SigningException e) {
        LOG.error("the key of the CA that is not trusted any more was not deleted; delete it", e);
      }
    }
  }

  private CaFiles own() {
    CaFiles own = files;
    if (own == null) {
      throw new RotationException(
          "the fleet CA was given in the controller's configuration: to replace it, set"
              + " trust.ca_certificate and trust.ca_key to the new one and"
              + " trust.previous_ca_certificate and trust.previous_ca_key to the old one, and start"
              + " the controller again; take the previous ones out when `hostler ca show` lists no"
              + " host any more");
    }
    return own;
  }

  private void change(List<CertificateAuthority> authorities) {
    state = State.of(authorities);
    for (Runnable listener : listeners) {
      try {
        listener.run();
      } catch (RuntimeException e) {
        LOG.error("a change of the fleet CA was not passed on", e);
      }
    }
  }

  /** Is one root replacing another? */
  public boolean isRotating() {
    return state.authorities.size() > 1;
  }

  /** Roots by which the fleet's certificates are known, newest first. */
  public List<X509Certificate> roots() {
    return state.roots;
  }

  /** For each root but the oldest, its name and key as certified by the one before it. */
  public List<X509Certificate> endorsements() {
    return state.endorsements;
  }

  /** The root that issues certificates of hosts and operators. */
  public X509Certificate issuing() {
    return state.roots.getFirst();
  }

  /** The root that issues the controller's certificate. */
  X509Certificate serving() {
    return state.roots.getLast();
  }

  /** SHA-256 of the root in DER, base64url without padding: the last part of join tokens. */
  public String digest() {
    return digest(serving());
  }

  /** Does a join token with this digest know this fleet? */
  public boolean isKnownBy(String digest) {
    return state.roots.stream().anyMatch(root -> digest(root).equals(digest));
  }

  private static String digest(X509Certificate root) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(sha256(encoded(root)));
  }

  /** The trusted root whose key signed a certificate; empty when none did. */
  public Optional<X509Certificate> issuerOf(X509Certificate certificate) {
    return state.roots.stream().filter(root -> isSignedBy(certificate, root)).findFirst();
  }

  private static boolean isSignedBy(X509Certificate certificate, X509Certificate root) {
    try {
      certificate.verify(root.getPublicKey());
      return true;
    } catch (GeneralSecurityException _) {
      return false;
    }
  }

  /**
   * A certificate for an agent.
   *
   * @throws SigningException WEAK_ALGORITHM if the key is not accepted
   */
  public X509Certificate issueAgent(UUID hostId, PublicKey key, Duration lifetime)
      throws SigningException {
    CertificateAuthority authority = state.authorities.getFirst();
    return authority.issue(
        key,
        profile(authority, hostId.toString(), lifetime)
            .purpose(CertificateProfile.CLIENT_AUTH)
            .purpose(KeyPurpose.AGENT.oid())
            .uri(PeerNames.hostUri(hostId)));
  }

  /** A certificate for an operator. */
  public X509Certificate issueOperator(String name, PublicKey key, Duration lifetime)
      throws SigningException {
    return issueOperator(name, List.of(), key, lifetime);
  }

  /**
   * A certificate for an operator.
   *
   * @param roles what it may do, by role names
   */
  public X509Certificate issueOperator(
      String name, List<String> roles, PublicKey key, Duration lifetime) throws SigningException {
    CertificateAuthority authority = state.authorities.getFirst();
    CertificateProfile profile =
        profile(authority, name, lifetime)
            .purpose(CertificateProfile.CLIENT_AUTH)
            .purpose(KeyPurpose.OPERATOR.oid())
            .uri(PeerNames.operatorUri(name));
    for (String role : roles) {
      profile = profile.uri(PeerNames.roleUri(role));
    }
    return authority.issue(key, profile);
  }

  /** A certificate for a controller that is reached by these names. */
  X509Certificate issueController(ServerNames names, PublicKey key, Duration lifetime)
      throws SigningException {
    CertificateAuthority authority = state.authorities.getLast();
    CertificateProfile profile =
        profile(authority, "Hostler controller", lifetime)
            .purpose(CertificateProfile.SERVER_AUTH)
            .purpose(KeyPurpose.CONTROLLER.oid());
    for (String dns : names.dns()) {
      profile = profile.dns(dns);
    }
    for (String ip : names.ips()) {
      profile = profile.ip(ip);
    }
    return authority.issue(key, profile);
  }

  private CertificateProfile profile(
      CertificateAuthority authority, String commonName, Duration lifetime) {
    Instant now = clock.instant();
    Instant end = now.plus(lifetime);
    Instant last = authority.certificate().getNotAfter().toInstant();
    Duration tenth = lifetime.dividedBy(10);
    Instant from = now.minus(tenth.compareTo(BACKDATED) < 0 ? tenth : BACKDATED);
    return CertificateProfile.of(commonName, from, end.isBefore(last) ? end : last);
  }

  /** Did the CA that issues now sign it? */
  boolean issued(X509Certificate certificate) {
    return isSignedBy(certificate, issuing());
  }

  static byte[] encoded(X509Certificate certificate) {
    try {
      return certificate.getEncoded();
    } catch (CertificateEncodingException e) {
      throw new IllegalStateException("a certificate without an encoding", e);
    }
  }

  static byte[] sha256(byte[] bytes) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
