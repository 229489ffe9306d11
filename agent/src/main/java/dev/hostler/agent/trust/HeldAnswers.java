package dev.hostler.agent.trust;

import dev.hostler.common.signing.OcspAnswer;
import dev.hostler.common.signing.SigningException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The newest OCSP answers that came here, about each certificate. Whether one was signed by whom it
 * should be is found out when a certificate is checked. Survives restarts. Thread-safe.
 */
final class HeldAnswers {
  private static final Logger log = LoggerFactory.getLogger(HeldAnswers.class);

  /** Several: one that is forged must not take the place of one that is true. */
  private static final int PER_CERTIFICATE = 4;

  private static final int MOST = 256;

  private final StateFile file;
  private volatile List<OcspAnswer> held = List.of();

  private HeldAnswers(StateFile file) {
    this.file = file;
  }

  static HeldAnswers open(Path path) throws IOException {
    HeldAnswers answers = new HeldAnswers(new StateFile(path));
    List<OcspAnswer> read = new ArrayList<>();
    for (byte[] part : answers.file.read()) {
      try {
        read.add(OcspAnswer.read(part, path.toString()));
      } catch (SigningException e) {
        throw new IOException(String.valueOf(e.getMessage()), e);
      }
    }
    answers.held = List.copyOf(read);
    return answers;
  }

  List<OcspAnswer> get() {
    return held;
  }

  /**
   * Takes answers that are new.
   *
   * @return false if nothing has changed
   * @throws IOException if they cannot be made durable; then the old ones still count
   */
  synchronized boolean take(List<byte[]> encoded) throws IOException {
    Map<String, List<OcspAnswer>> about = new LinkedHashMap<>();
    held.forEach(answer -> add(about, answer));
    boolean added = false;
    for (byte[] one : encoded) {
      try {
        added |= add(about, OcspAnswer.read(one, "an OCSP answer that came"));
      } catch (SigningException e) {
        log.warn("dropped: {}", e.getMessage());
      }
    }
    if (!added) {
      return false;
    }
    List<OcspAnswer> next = new ArrayList<>();
    for (List<OcspAnswer> same : about.values()) {
      same.sort(Comparator.comparing(OcspAnswer::producedAt).reversed());
      next.addAll(same.subList(0, Math.min(PER_CERTIFICATE, same.size())));
    }
    next.sort(Comparator.comparing(OcspAnswer::producedAt).reversed());
    next = next.subList(0, Math.min(MOST, next.size()));
    file.write(next.stream().map(OcspAnswer::encoded).toList());
    held = List.copyOf(next);
    return true;
  }

  private static boolean add(Map<String, List<OcspAnswer>> about, OcspAnswer answer) {
    List<OcspAnswer> same = about.computeIfAbsent(answer.about(), _ -> new ArrayList<>());
    for (OcspAnswer other : same) {
      if (Arrays.equals(other.encoded(), answer.encoded())) {
        return false;
      }
    }
    same.add(answer);
    return true;
  }
}
