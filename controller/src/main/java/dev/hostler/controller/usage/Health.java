package dev.hostler.controller.usage;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * How well a host or a bundle does: 100 minus the points of its faults, not below 0. The formula is
 * in docs/usage.md.
 *
 * @param score 0 to 100
 * @param faults what was taken off
 */
public record Health(int score, List<Fault> faults) {
  /** Copies the list. */
  public Health {
    faults = List.copyOf(faults);
  }

  /**
   * Something that takes points off.
   *
   * @param kind which
   * @param points how many
   * @param reason in words
   */
  public record Fault(String kind, int points, String reason) {}

  /** Adds faults up. Not thread-safe. */
  static final class Sum {
    private static final int BEST = 100;
    private final List<Fault> faults = new ArrayList<>();

    /** A fault of so many points, rounded; nothing below one. */
    void fault(String kind, double points, String reason) {
      int whole = (int) Math.round(points);
      if (whole > 0) {
        faults.add(new Fault(kind, whole, reason));
      }
    }

    /**
     * A share that takes nothing off up to {@code from}, everything at {@code to}, and is a
     * straight line between.
     */
    void share(String kind, int most, double share, double from, double to, String what) {
      double part = Math.clamp((share - from) / (to - from), 0, 1);
      fault(kind, most * part, percent(share) + " " + what);
    }

    Health health() {
      return new Health(Math.max(0, BEST - faults.stream().mapToInt(Fault::points).sum()), faults);
    }

    static String percent(double share) {
      return String.format(Locale.ROOT, "%.0f %%", share * 100);
    }
  }
}
