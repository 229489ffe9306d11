package dev.hostler.trust.job;

import java.util.ArrayList;
import java.util.List;

/**
 * What an operator wants kept of a host before the program starts, beyond what a bundle declares.
 *
 * @param paths to be captured, absolute and normalised; empty: only what the bundle declares
 * @param rollback is all that was captured brought back if it fails, whatever the bundle says?
 */
public record JobCapture(List<String> paths, boolean rollback) {
  /** Nothing. */
  public static final JobCapture NONE = new JobCapture(List.of(), false);

  /** Most paths of one job. */
  public static final int MOST_PATHS = 64;

  private static final int MOST_SHOWN = 3;

  /** Copies the list. */
  public JobCapture {
    paths = List.copyOf(paths);
  }

  /** As options of a command line, for people; of many paths the first. */
  public String words() {
    List<String> words = new ArrayList<>();
    paths.stream().limit(MOST_SHOWN).forEach(path -> words.add("--snapshot " + path));
    if (paths.size() > MOST_SHOWN) {
      words.add("and " + (paths.size() - MOST_SHOWN) + " more");
    }
    if (rollback) {
      words.add("--rollback");
    }
    return String.join(" ", words);
  }

  /** Is nothing asked for? */
  public boolean isEmpty() {
    return paths.isEmpty() && !rollback;
  }
}
