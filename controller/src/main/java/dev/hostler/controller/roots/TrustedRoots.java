package dev.hostler.controller.roots;

import dev.hostler.common.signing.Pem;
import dev.hostler.common.signing.SigningException;
import dev.hostler.controller.audit.Actor;
import dev.hostler.controller.audit.AuditStore;
import dev.hostler.controller.db.Database;
import dev.hostler.controller.failure.RequestException;
import dev.hostler.controller.roots.TrustedRoot.Kind;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Adds, lists and removes the roots that the controller knows. Thread-safe. */
public final class TrustedRoots {
  private static final int MOST = 1000;
  private static final int MAX_PEM = 64 << 10;

  private final Database database;
  private final RootStore store = new RootStore();
  private final AuditStore audit;
  private final InstantSource clock;

  /** Kept in this database. */
  public TrustedRoots(Database database, AuditStore audit, InstantSource clock) {
    this.database = database;
    this.audit = audit;
    this.clock = clock;
  }

  /** All, by kind, then subject. */
  public List<TrustedRoot> list() {
    return database.transact(store::all);
  }

  /** The certificates of a kind. */
  public List<X509Certificate> certificates(Kind kind) {
    return list().stream()
        .filter(root -> root.kind() == kind)
        .map(TrustedRoot::certificate)
        .toList();
  }

  /**
   * Adds a root; does nothing if it is there.
   *
   * @throws RequestException INVALID if it is not one CA certificate, EXHAUSTED if there are too
   *     many
   */
  public TrustedRoot add(String operator, Kind kind, String pem) {
    TrustedRoot root =
        new TrustedRoot(kind, parse(pem), clock.instant().truncatedTo(ChronoUnit.MICROS), operator);
    return database.transact(transaction -> {
      if (!store.insert(transaction, root)) {
        return store.find(transaction, root.fingerprint()).stream()
            .filter(there -> there.kind() == kind)
            .findFirst()
            .orElse(root);
      }
      if (store.all(transaction).size() > MOST) {
        throw new RequestException(
            RequestException.Kind.EXHAUSTED,
            "pem: there are " + MOST + " trusted certificates already; remove some first");
      }
      audit.append(
          transaction,
          Actor.operator(operator),
          "trust.add",
          "certificate:" + root.fingerprint(),
          details(root));
      return root;
    });
  }

  /**
   * Forgets a root, for whatever it is trusted.
   *
   * @param gate asked for each kind that it is trusted for; throws if the operator may not
   * @throws RequestException NOT_FOUND
   */
  public TrustedRoot remove(String operator, String fingerprint, Consumer<Kind> gate) {
    if (!fingerprint.matches("[0-9a-f]{64}")) {
      throw RequestException.invalid(
          "fingerprint", fingerprint, "give a SHA-256 as 64 lower-case hex digits");
    }
    return database.transact(transaction -> {
      List<TrustedRoot> there = store.find(transaction, fingerprint);
      if (there.isEmpty()) {
        throw RequestException.notFound(
            "fingerprint",
            fingerprint,
            "there is no such trusted certificate; see `hostler trust list`");
      }
      there.forEach(root -> gate.accept(root.kind()));
      store.delete(transaction, fingerprint);
      audit.append(
          transaction,
          Actor.operator(operator),
          "trust.remove",
          "certificate:" + fingerprint,
          details(there.getFirst()));
      return there.getFirst();
    });
  }

  private static Map<String, ?> details(TrustedRoot root) {
    return Map.of(
        "kind",
        root.kind().text(),
        "subject",
        root.certificate().getSubjectX500Principal().getName());
  }

  private static X509Certificate parse(String pem) {
    if (pem.length() > MAX_PEM) {
      throw RequestException.invalid("pem", pem.length() + " characters", "give one certificate");
    }
    List<X509Certificate> certificates;
    try {
      certificates = Pem.certificates(pem.getBytes(StandardCharsets.UTF_8), "pem");
    } catch (SigningException e) {
      throw new RequestException(
          RequestException.Kind.INVALID, "pem: " + e.getMessage() + "; give a PEM certificate", e);
    }
    if (certificates.size() != 1) {
      throw RequestException.invalid(
          "pem", certificates.size() + " certificates", "give one at a time");
    }
    X509Certificate certificate = certificates.getFirst();
    boolean[] usage = certificate.getKeyUsage();
    if (certificate.getBasicConstraints() < 0 || usage == null || !usage[5]) {
      throw RequestException.invalid(
          "pem",
          certificate.getSubjectX500Principal().getName(),
          "it is no CA certificate (CA:TRUE, keyCertSign); give the root, not what it issued");
    }
    return certificate;
  }
}
