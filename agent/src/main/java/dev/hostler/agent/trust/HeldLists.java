package dev.hostler.agent.trust;

import dev.hostler.common.signing.RevocationLists;
import dev.hostler.common.signing.SigningException;
import java.io.IOException;
import java.nio.file.Path;
import java.security.cert.X509CRL;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The newest revocation lists that came here, of each issuer. Whether one was signed by its issuer
 * is found out when a certificate is checked: a list by somebody else says nothing. Survives
 * restarts. Thread-safe.
 */
final class HeldLists {
  private static final Logger log = LoggerFactory.getLogger(HeldLists.class);

  /** Several: one that is forged must not take the place of one that is true. */
  private static final int PER_ISSUER = 4;

  private static final int MOST = 64;
  private static final long MOST_BYTES = 8 << 20;

  private final StateFile file;
  private volatile List<X509CRL> held = List.of();

  private HeldLists(StateFile file) {
    this.file = file;
  }

  static HeldLists open(Path path) throws IOException {
    HeldLists lists = new HeldLists(new StateFile(path));
    List<X509CRL> read = new ArrayList<>();
    for (byte[] part : lists.file.read()) {
      try {
        read.add(RevocationLists.read(part, path.toString()));
      } catch (SigningException e) {
        throw new IOException(String.valueOf(e.getMessage()), e);
      }
    }
    lists.held = List.copyOf(read);
    return lists;
  }

  List<X509CRL> get() {
    return held;
  }

  /**
   * Takes lists that are new.
   *
   * @return false if nothing has changed
   * @throws IOException if they cannot be made durable; then the old ones still count
   */
  synchronized boolean take(List<byte[]> encoded) throws IOException {
    Map<String, List<X509CRL>> byIssuer = new LinkedHashMap<>();
    held.forEach(list -> add(byIssuer, list));
    for (byte[] one : encoded) {
      try {
        add(byIssuer, RevocationLists.read(one, "a revocation list that came"));
      } catch (SigningException e) {
        log.warn("dropped: {}", e.getMessage());
      }
    }
    List<X509CRL> next = new ArrayList<>();
    List<byte[]> parts = new ArrayList<>();
    long bytes = 0;
    for (List<X509CRL> ofIssuer : byIssuer.values()) {
      ofIssuer.sort(Comparator.comparing(X509CRL::getThisUpdate).reversed());
      for (X509CRL list : ofIssuer.subList(0, Math.min(PER_ISSUER, ofIssuer.size()))) {
        byte[] der = RevocationLists.encoded(list);
        bytes += der.length;
        if (next.size() < MOST && bytes <= MOST_BYTES) {
          next.add(list);
          parts.add(der);
        } else {
          log.warn("a revocation list of {} is one too many", list.getIssuerX500Principal());
        }
      }
    }
    if (next.equals(held)) {
      return false;
    }
    file.write(parts);
    held = List.copyOf(next);
    return true;
  }

  private static void add(Map<String, List<X509CRL>> byIssuer, X509CRL list) {
    List<X509CRL> ofIssuer =
        byIssuer.computeIfAbsent(list.getIssuerX500Principal().getName(), _ -> new ArrayList<>());
    if (!ofIssuer.contains(list)) {
      ofIssuer.add(list);
    }
  }
}
