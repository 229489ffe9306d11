package dev.hostler.agent.identity;

import dev.hostler.common.signing.CertificateRequest;
import dev.hostler.common.signing.SigningException;
import dev.hostler.common.time.Backoff;
import dev.hostler.common.time.TimeSource;
import dev.hostler.common.tls.TlsIdentity;
import java.io.IOException;
import java.security.KeyPair;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PublicKey;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/** Makes this host a member of a fleet. */
public final class Enrolment {
  private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);

  private final IdentityStore store;
  private final Enroller enroller;
  private final TimeSource time;
  private final RandomGenerator random;
  private final Consumer<String> people;

  /**
   * Enrols through {@code enroller} into {@code store}.
   *
   * @param random source of the jitter
   * @param people is told what is waited for
   */
  public Enrolment(
      IdentityStore store,
      Enroller enroller,
      TimeSource time,
      RandomGenerator random,
      Consumer<String> people) {
    this.store = store;
    this.enroller = enroller;
    this.time = time;
    this.random = random;
    this.people = people;
  }

  /**
   * Joins the fleet with a new key, which never leaves this host. Waits for as long as it takes if
   * an operator has to let this host in; the key is kept for the next try meanwhile, nothing else.
   *
   * @param force join again although this host has an identity
   * @return the new identity; empty if there was one and it was not to be replaced
   * @throws EnrolException if the controller did not agree
   * @throws IOException if the identity cannot be read or written
   */
  public Optional<Identity> enrol(
      String controller, JoinToken token, String hostName, boolean force)
      throws EnrolException, IOException, InterruptedException {
    if (!force && store.read().isPresent()) {
      return Optional.empty();
    }
    KeyPair pair = store.enrolmentKey();
    byte[] csr;
    try {
      csr = CertificateRequest.create(pair, hostName);
    } catch (SigningException e) {
      throw new IllegalStateException("a P-256 key is not accepted", e);
    }
    Enroller.Enrolled enrolled = ask(controller, token, hostName, csr, pair);
    if (!enrolled.chain().getFirst().getPublicKey().equals(pair.getPublic())) {
      throw new EnrolException(
          EnrolException.Kind.REFUSED,
          "the controller sent a certificate for another key; nothing was kept");
    }
    Identity identity =
        new Identity(
            enrolled.hostId(),
            new TlsIdentity(pair.getPrivate(), enrolled.chain()),
            enrolled.roots(),
            controller);
    store.write(identity);
    return Optional.of(identity);
  }

  private Enroller.Enrolled ask(
      String controller, JoinToken token, String hostName, byte[] csr, KeyPair pair)
      throws EnrolException, InterruptedException {
    boolean waiting = false;
    Backoff pauses = new Backoff(Duration.ofSeconds(1), LONGEST_PAUSE, random);
    while (true) {
      try {
        switch (enroller.enrol(controller, token, hostName, csr)) {
          case Enroller.Enrolled enrolled -> {
            return enrolled;
          }
          case Enroller.Waiting(String id, Duration retryAfter) -> {
            if (!waiting) {
              people.accept(
                  "Waiting until an operator lets this host in: hostler host approve "
                      + id
                      + " --key "
                      + fingerprint(pair.getPublic()));
            }
            waiting = true;
            time.sleep(retryAfter);
          }
        }
      } catch (EnrolException e) {
        if (!waiting || e.kind() != EnrolException.Kind.UNREACHABLE) {
          throw e;
        }
      }
      time.sleep(pauses.next());
    }
  }

  /** SHA-256 of a key's SubjectPublicKeyInfo in DER, in hexadecimal: how people compare keys. */
  public static String fingerprint(PublicKey key) {
    try {
      return HexFormat.of()
          .formatHex(MessageDigest.getInstance("SHA-256").digest(key.getEncoded()));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
