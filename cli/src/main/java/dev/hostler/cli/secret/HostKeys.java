package dev.hostler.cli.secret;

import dev.hostler.cli.console.CliFailure;
import dev.hostler.common.signing.Pem;
import dev.hostler.common.signing.SigningException;
import dev.hostler.trust.secret.SealingKey;
import dev.hostler.trust.secret.SecretException;
import dev.hostler.trust.secret.SignedSealingKey;
import java.io.IOException;
import java.nio.file.Path;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;

/**
 * Decides to which keys secrets are sealed. The controller only passes them on: a key that this
 * operator used before must be the same, and one that is new must be vouched for by the host's own
 * certificate of the fleet CA.
 */
public final class HostKeys {
  /** How many hosts a message names. */
  private static final int SHOWN = 5;

  private final KnownKeys known;
  private final List<X509Certificate> roots;
  private final boolean knownOnly;
  private final Instant now;

  private HostKeys(KnownKeys known, List<X509Certificate> roots, boolean knownOnly, Instant now) {
    this.known = known;
    this.roots = roots;
    this.knownOnly = knownOnly;
    this.now = now;
  }

  /**
   * By what this operator knows.
   *
   * @param environment HOSTLER_KNOWN_KEYS; HOSTLER_HOST_KEYS: "first-use" (default) or "known"
   * @param ca PEM file with the roots of the fleet CA
   * @throws CliFailure if something cannot be read
   */
  public static HostKeys of(Map<String, String> environment, Path ca, Instant now) {
    String mode = environment.getOrDefault("HOSTLER_HOST_KEYS", "");
    if (!mode.isEmpty() && !mode.equals("first-use") && !mode.equals("known")) {
      throw CliFailure.usage(
          "HOSTLER_HOST_KEYS is \"" + mode + "\"; use \"first-use\" or \"known\"");
    }
    try {
      return new HostKeys(
          KnownKeys.read(environment), Pem.certificates(ca), mode.equals("known"), now);
    } catch (IOException | SigningException e) {
      throw CliFailure.usage("cannot read the roots of the fleet CA: " + e.getMessage());
    }
  }

  /**
   * The keys of all these hosts. Remembers those that are new.
   *
   * @param note is told what was trusted for the first time
   * @throws CliFailure if one is missing, changed, or not the host's own
   */
  public Map<String, PublicKey> of(List<Recipient> hosts, Consumer<String> note) {
    Map<String, PublicKey> keys = new ConcurrentHashMap<>();
    ConcurrentLinkedQueue<String> problems = new ConcurrentLinkedQueue<>();
    ConcurrentLinkedQueue<KnownKeys.Known> fresh = new ConcurrentLinkedQueue<>();
    hosts.parallelStream()
        .forEach(host -> {
          try {
            SealingKey key = key(host);
            keys.put(host.id(), key.key());
            if (known.of(host.id()).isEmpty()) {
              fresh.add(new KnownKeys.Known(host.id(), key.fingerprint(), host.name()));
            }
          } catch (SecretException e) {
            problems.add("host " + host.name() + " (" + host.id() + "): " + e.getMessage());
          } catch (Unsealable e) {
            problems.add("host " + host.name() + " (" + host.id() + ") " + e.getMessage());
          }
        });
    if (!problems.isEmpty()) {
      throw CliFailure.usage(
          "secret parameters cannot be sealed for "
              + problems.size()
              + " of "
              + hosts.size()
              + " hosts; nothing was sent:\n  "
              + shortened(problems.stream().sorted().toList(), "\n  "));
    }
    if (!fresh.isEmpty()) {
      known.remember(fresh);
      note.accept(
          "Trusted from now on, because their certificates of the fleet CA say so, the sealing keys of "
              + fresh.size()
              + (fresh.size() == 1 ? " host: " : " hosts: ")
              + shortened(
                  fresh.stream().map(key -> key.name() + " " + key.fingerprint()).sorted().toList(),
                  ", "));
    }
    return new TreeMap<>(keys);
  }

  private static String shortened(List<String> all, String between) {
    List<String> shown = new ArrayList<>(all.subList(0, Math.min(SHOWN, all.size())));
    if (all.size() > SHOWN) {
      shown.add("and " + (all.size() - SHOWN) + " more");
    }
    return String.join(between, shown);
  }

  /** A key that this operator must not use; the message follows the host's name. */
  private static final class Unsealable extends Exception {
    private static final long serialVersionUID = 1L;

    Unsealable(String message) {
      super(message);
    }
  }

  private SealingKey key(Recipient host) throws SecretException, Unsealable {
    SignedSealingKey offered = host.offered();
    if (offered == null) {
      throw new Unsealable("has sent no sealing key: it never connected, or its agent is older");
    }
    SealingKey key = offered.read();
    Optional<String> expected = known.of(host.id());
    if (expected.isPresent()) {
      if (!key.hostId().equals(host.id()) || !key.fingerprint().equals(expected.get())) {
        throw new Unsealable(
            "has another sealing key than before ("
                + key.fingerprint()
                + ", was "
                + expected.get()
                + "). Somebody may be trying to read your secrets. Compare it on the host with"
                + " `hostler-agent key --sealing`; if it is right: hostler host key "
                + host.name()
                + " --trust "
                + key.fingerprint());
      }
      return key;
    }
    if (knownOnly) {
      throw new Unsealable(
          "is not known here, and HOSTLER_HOST_KEYS is \"known\". Ask the host with"
              + " `hostler-agent key --sealing`, then: hostler host key "
              + host.name()
              + " --trust FINGERPRINT");
    }
    return offered.verify(host.id(), roots, now);
  }
}
