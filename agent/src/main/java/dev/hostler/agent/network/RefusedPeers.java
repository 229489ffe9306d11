package dev.hostler.agent.network;

import dev.hostler.agent.denial.Denial;
import dev.hostler.agent.denial.DenialFile;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What the proxy of one attempt denied, by kind and bounded, as the list of denied system calls
 * goes on. Thread-safe.
 */
final class RefusedPeers {
  private static final int LONGEST = 200;

  private final Map<String, Denial> kinds = new LinkedHashMap<>();

  /**
   * Goes on from here.
   *
   * @param before denied earlier
   */
  RefusedPeers(List<Denial> before) {
    before.forEach(one -> kinds.put(one.text(), one));
  }

  /**
   * Notes one.
   *
   * @param call what was wanted: connect or lookup
   * @param detail of whom, and why not
   * @return is it of a new kind?
   */
  synchronized boolean add(String call, String detail, boolean routine, Instant at) {
    String shown = printable(detail);
    Denial one = new Denial(0, call, shown, 0, at, at, 0, routine);
    if (!kinds.containsKey(one.text()) && kinds.size() >= DenialFile.MOST_REFUSED - 1) {
      one = new Denial(0, "other", "", 0, at, at, 0, false);
    }
    Denial before = kinds.get(one.text());
    Denial now =
        before == null
            ? new Denial(
                DenialFile.MOST_CALLS + kinds.size(),
                one.call(),
                one.detail(),
                1,
                at,
                at,
                0,
                one.routine())
            : new Denial(
                before.slot(),
                before.call(),
                before.detail(),
                before.count() + 1,
                before.firstAt(),
                at,
                0,
                before.routine());
    kinds.put(one.text(), now);
    return before == null;
  }

  /** All of them so far. */
  synchronized List<Denial> all() {
    return new ArrayList<>(kinds.values());
  }

  /** Programs choose the names that they ask for. */
  private static String printable(String text) {
    String cut = text.length() <= LONGEST ? text : text.substring(0, LONGEST) + "...";
    return cut.replaceAll("[^\\x20-\\x7e]", "?");
  }
}
