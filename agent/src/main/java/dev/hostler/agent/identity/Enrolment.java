package dev.hostler.agent.identity;

import dev.hostler.common.signing.CertificateRequest;
import dev.hostler.common.signing.KeyAlgorithm;
import dev.hostler.common.signing.SigningException;
import dev.hostler.common.tls.TlsIdentity;
import java.io.IOException;
import java.security.KeyPair;
import java.util.Optional;

/** Makes this host a member of a fleet. */
public final class Enrolment {
  private final IdentityStore store;
  private final Enroller enroller;

  /** Enrols through {@code enroller} into {@code store}. */
  public Enrolment(IdentityStore store, Enroller enroller) {
    this.store = store;
    this.enroller = enroller;
  }

  /**
   * Joins the fleet with a new key, which never leaves this host. Nothing is kept unless the
   * controller agrees.
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
    KeyPair pair = KeyAlgorithm.EC_P256.generate();
    byte[] csr;
    try {
      csr = CertificateRequest.create(pair, hostName);
    } catch (SigningException e) {
      throw new IllegalStateException("a P-256 key is not accepted", e);
    }
    Enroller.Enrolled enrolled = enroller.enrol(controller, token, hostName, csr);
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
}
