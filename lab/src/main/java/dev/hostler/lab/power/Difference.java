package dev.hostler.lab.power;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;

/** What two looks at a tree do not have in common. */
final class Difference {
  private Difference() {}

  /** The first pieces of either that the other has not, for people. */
  static String first(String wanted, String is) {
    List<String> a = Arrays.asList(wanted.split("[\0\n]"));
    List<String> b = Arrays.asList(is.split("[\0\n]"));
    HashSet<String> lost = new HashSet<>(a);
    b.forEach(lost::remove);
    HashSet<String> extra = new HashSet<>(b);
    a.forEach(extra::remove);
    return "missing "
        + lost.stream().sorted().limit(3).toList()
        + ", extra "
        + extra.stream().sorted().limit(3).toList();
  }
}
