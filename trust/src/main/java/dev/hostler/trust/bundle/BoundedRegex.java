package dev.hostler.trust.bundle;

import com.networknt.schema.regex.RegularExpression;
import dev.hostler.trust.json.Problems;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/**
 * A pattern of a schema. Java's engine backtracks; a pattern such as (a+)+$ would keep it busy for
 * ever, so the steps are counted and a match that takes too many is an error.
 */
final class BoundedRegex implements RegularExpression {
  private static final int MAX_STEPS = 1_000_000;

  private final Pattern pattern;

  BoundedRegex(String regex) {
    try {
      this.pattern = Pattern.compile(regex);
    } catch (PatternSyntaxException e) {
      throw new IllegalArgumentException(
          "the pattern " + Problems.show(regex) + " is not valid: " + e.getDescription(), e);
    }
  }

  @Override
  public boolean matches(String value) {
    try {
      return pattern.matcher(new Counted(value, new int[] {MAX_STEPS})).find();
    } catch (StackOverflowError e) {
      // The engine recurses for each step of a repeated group.
      throw tooMany(value, e);
    }
  }

  private static IllegalArgumentException tooMany(CharSequence text, @Nullable Throwable cause) {
    return new IllegalArgumentException(
        "a pattern of the schema takes too many steps on " + Problems.show(text), cause);
  }

  private record Counted(CharSequence text, @SuppressWarnings("ArrayRecordComponent") int[] left)
      implements CharSequence {
    @Override
    public char charAt(int index) {
      if (left[0]-- <= 0) {
        throw tooMany(text, null);
      }
      return text.charAt(index);
    }

    @Override
    public int length() {
      return text.length();
    }

    @Override
    public CharSequence subSequence(int start, int end) {
      return new Counted(text.subSequence(start, end), left);
    }

    @Override
    public String toString() {
      return text.toString();
    }
  }
}
