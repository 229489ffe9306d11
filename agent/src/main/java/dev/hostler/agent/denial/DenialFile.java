package dev.hostler.agent.denial;

import dev.hostler.agent.sandbox.seccomp.SyscallTable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the file of denied calls that hostler-launch keeps (launcher/src/denials.c): a table of a
 * fixed size, a line of 256 bytes for each kind of call.
 */
public final class DenialFile {
  /** Kinds of system calls that there can be: the lines of the file. */
  public static final int MOST_CALLS = 128;

  /** Kinds of peers that were refused; their slots come after those of the calls. */
  public static final int MOST_REFUSED = 64;

  /** Kinds that there can be. */
  public static final int MOST = MOST_CALLS + MOST_REFUSED;

  private static final Logger log = LoggerFactory.getLogger(DenialFile.class);
  private static final int LINE = 256;
  private static final int FIELDS = 15;
  private static final int FIRST_ARGUMENT = 7;
  private static final int ARGUMENTS = 6;
  private static final int HEX = 16;
  private static final long NANOS_PER_SECOND = 1_000_000_000;

  private DenialFile() {}

  /**
   * All that was denied so far. A line that is being written just now is left out: it comes again.
   *
   * @param file missing: nothing was denied
   * @param calls the machine's calls
   */
  public static List<Denial> read(Path file, SyscallTable calls) {
    byte[] bytes;
    try (InputStream in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
      bytes = in.readNBytes(MOST_CALLS * LINE);
    } catch (NoSuchFileException _) {
      return List.of();
    } catch (IOException e) {
      log.warn("{}: denied calls cannot be read: {}", file, e.toString());
      return List.of();
    }
    List<Denial> denials = new ArrayList<>();
    for (int slot = 0; (slot + 1) * LINE <= bytes.length; slot++) {
      String line = new String(bytes, slot * LINE, LINE, StandardCharsets.US_ASCII).strip();
      Denial denial = parse(slot, line, calls);
      if (denial != null) {
        denials.add(denial);
      }
    }
    return denials;
  }

  private static @Nullable Denial parse(int slot, String line, SyscallTable calls) {
    String[] fields = line.split(" ", -1);
    if (fields.length != FIELDS || !fields[0].equals(fields[FIELDS - 1])) {
      return null; // a hole, or half written
    }
    try {
      int number = Integer.parseInt(fields[1]);
      int shown = Integer.parseInt(fields[6], HEX);
      long[] arguments = new long[ARGUMENTS];
      for (int i = 0; i < ARGUMENTS; i++) {
        arguments[i] = Long.parseUnsignedLong(fields[FIRST_ARGUMENT + i], HEX);
      }
      String pointed = fields[FIRST_ARGUMENT + ARGUMENTS];
      String name = number < 0 ? "other" : calls.names().getOrDefault(number, "syscall " + number);
      return new Denial(
          slot,
          name,
          number < 0 ? "" : CallText.detail(name, shown, arguments, pointed),
          Long.parseLong(fields[3]),
          instant(fields[4]),
          instant(fields[5]),
          Integer.parseInt(fields[2]),
          CallText.isRoutine(name, arguments, pointed));
    } catch (NumberFormatException e) {
      log.warn("line {} of denied calls is malformed: {}", slot, line);
      return null;
    }
  }

  private static Instant instant(String nanos) {
    long all = Long.parseLong(nanos);
    return Instant.ofEpochSecond(
        Math.floorDiv(all, NANOS_PER_SECOND), Math.floorMod(all, NANOS_PER_SECOND));
  }
}
