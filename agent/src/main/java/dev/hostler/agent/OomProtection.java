package dev.hostler.agent;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Protects the agent where memory runs out on the host: the kernel shall take anything else first.
 * Supervisors inherit it; programs do not, the launcher sets theirs back.
 */
final class OomProtection {
  /** Not -1000: an agent that leaks must be stoppable, after everything else. */
  static final int SCORE = -900;

  private static final Logger log = LoggerFactory.getLogger(OomProtection.class);

  private OomProtection() {}

  /**
   * Lowers the score.
   *
   * @param scoreFile normally {@code /proc/self/oom_score_adj}
   * @return whether it is so low now; it takes CAP_SYS_RESOURCE
   */
  static boolean apply(Path scoreFile) {
    try {
      if (Integer.parseInt(Files.readString(scoreFile).strip()) > SCORE) {
        Files.writeString(scoreFile, Integer.toString(SCORE));
      }
      return true;
    } catch (IOException | NumberFormatException e) {
      log.info(
          "the agent is not protected where memory runs out (CAP_SYS_RESOURCE): {}", e.toString());
      return false;
    }
  }
}
