package dev.hostler.trust.bundle;

import dev.hostler.trust.json.Problems;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A version by Semantic Versioning 2.0.0. Ordered by precedence (section 11); where precedence is
 * equal, build metadata orders by text, so that the order agrees with {@code equals}.
 */
public final class Version implements Comparable<Version> {
  private static final int MAX_LENGTH = 64;
  private static final String NUMBER = "(0|[1-9][0-9]{0,17})";
  private static final String PRE_PART = "(?:0|[1-9][0-9]*|[0-9]*[a-zA-Z-][0-9a-zA-Z-]*)";
  private static final Pattern FORM =
      Pattern.compile(
          NUMBER
              + "\\."
              + NUMBER
              + "\\."
              + NUMBER
              + ("(?:-(" + PRE_PART + "(?:\\." + PRE_PART + ")*))?")
              + "(?:\\+([0-9a-zA-Z-]+(?:\\.[0-9a-zA-Z-]+)*))?");

  private final String text;
  private final long[] core;
  private final String[] pre;
  private final String build;

  private Version(String text, Matcher parts) {
    this.text = text;
    this.core =
        new long[] {
          Long.parseLong(parts.group(1)),
          Long.parseLong(parts.group(2)),
          Long.parseLong(parts.group(3))
        };
    this.pre = parts.group(4) == null ? new String[0] : parts.group(4).split("\\.", -1);
    this.build = parts.group(5) == null ? "" : parts.group(5);
  }

  /**
   * Reads a version.
   *
   * @throws IllegalArgumentException if it is none, naming the value and the form
   */
  public static Version parse(String text) {
    Matcher parts = FORM.matcher(text);
    if (text.length() > MAX_LENGTH || !parts.matches()) {
      throw new IllegalArgumentException(
          "not a version: "
              + Problems.show(text)
              + "; write it as MAJOR.MINOR.PATCH, for example 1.4.0 or 2.0.0-rc.1 (semver.org)");
    }
    return new Version(text, parts);
  }

  /** Whether it has a pre-release part. */
  public boolean isPreRelease() {
    return pre.length > 0;
  }

  @Override
  public int compareTo(Version other) {
    for (int i = 0; i < core.length; i++) {
      if (core[i] != other.core[i]) {
        return Long.compare(core[i], other.core[i]);
      }
    }
    int byPre = comparePre(other);
    return byPre != 0 ? byPre : build.compareTo(other.build);
  }

  private int comparePre(Version other) {
    if (pre.length == 0 || other.pre.length == 0) {
      return Integer.compare(other.pre.length, pre.length);
    }
    for (int i = 0; i < Math.min(pre.length, other.pre.length); i++) {
      int one = comparePart(pre[i], other.pre[i]);
      if (one != 0) {
        return one;
      }
    }
    return Integer.compare(pre.length, other.pre.length);
  }

  /** Numbers by value and below words; words by ASCII. Numbers have no leading zero. */
  private static int comparePart(String a, String b) {
    boolean aNumber = a.chars().allMatch(c -> c >= '0' && c <= '9');
    boolean bNumber = b.chars().allMatch(c -> c >= '0' && c <= '9');
    if (aNumber != bNumber) {
      return aNumber ? -1 : 1;
    }
    if (aNumber && a.length() != b.length()) {
      return Integer.compare(a.length(), b.length());
    }
    return a.compareTo(b);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Version version && text.equals(version.text);
  }

  @Override
  public int hashCode() {
    return text.hashCode();
  }

  /** As it was written. */
  @Override
  public String toString() {
    return text;
  }
}
