package dev.hostler.controller.link;

import dev.hostler.controller.denial.Denial;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Translates what agents tell of denied system calls. */
final class DenialFrames {
  private static final int LONGEST_CALL = 64;
  private static final int LONGEST_DETAIL = 512;

  /** More of one kind than any machine makes: keeps sums within 64 bits. */
  private static final long MOST = 1L << 50;

  private DenialFrames() {}

  static List<Denial> read(List<dev.hostler.proto.v1.Denial> denials) {
    if (denials.size() > Denial.LAST_SLOT + 1) {
      throw new MalformedFrameException(
          "denials: %d kinds are more than %d".formatted(denials.size(), Denial.LAST_SLOT + 1));
    }
    List<Denial> read = new ArrayList<>();
    for (dev.hostler.proto.v1.Denial one : denials) {
      if (one.getSlot() < 0 || one.getSlot() > Denial.LAST_SLOT) {
        throw new MalformedFrameException(
            "denials.slot: %s is not 0 to %d"
                .formatted(Integer.toUnsignedString(one.getSlot()), Denial.LAST_SLOT));
      }
      if (one.getCount() < 1 || one.getCount() > MOST) {
        throw new MalformedFrameException(
            "denials.count: %s is not 1 to %d"
                .formatted(Long.toUnsignedString(one.getCount()), MOST));
      }
      Instant first = FromAgent.instant(one.getFirstAt());
      Instant last = FromAgent.instant(one.getLastAt());
      read.add(
          new Denial(
              one.getSlot(),
              cut(one.getCall(), LONGEST_CALL),
              cut(one.getDetail(), LONGEST_DETAIL),
              one.getCount(),
              first == null ? Instant.EPOCH : first,
              last == null ? Instant.EPOCH : last,
              one.getThread(),
              one.getRoutine()));
    }
    return read;
  }

  private static String cut(String text, int longest) {
    String clean = FromAgent.text(text);
    return clean.length() <= longest ? clean : clean.substring(0, longest - 1) + "…";
  }
}
