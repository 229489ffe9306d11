package dev.hostler.agent.state;

import dev.hostler.trust.bundle.StateEntry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Base64;
import java.util.EnumSet;
import java.util.List;

/** Values in a file: for each a line of the entry, a tab, and the value in base64. */
public final class StateFile {
  private StateFile() {}

  /** Writes it, for root only; whole or not at all, and durable. */
  public static void write(Path file, List<HostState.Value> values) throws IOException {
    StringBuilder text = new StringBuilder();
    for (HostState.Value one : values) {
      text.append(one.entry())
          .append('\t')
          .append(Base64.getEncoder().encodeToString(one.value().getBytes(StandardCharsets.UTF_8)))
          .append('\n');
    }
    Path beside = file.resolveSibling(file.getFileName() + ".new");
    Files.deleteIfExists(beside);
    try (FileChannel channel =
        FileChannel.open(
            beside,
            EnumSet.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
      ByteBuffer bytes = ByteBuffer.wrap(text.toString().getBytes(StandardCharsets.US_ASCII));
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
    }
    Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE);
    try (FileChannel directory =
        FileChannel.open(file.resolveSibling("."), StandardOpenOption.READ)) {
      directory.force(true);
    }
  }

  /**
   * Reads it.
   *
   * @return nothing if there is no such file
   * @throws IOException if it is damaged
   */
  public static List<HostState.Value> read(Path file) throws IOException {
    if (!Files.exists(file)) {
      return List.of();
    }
    List<HostState.Value> values = new ArrayList<>();
    for (String line : Files.readAllLines(file, StandardCharsets.US_ASCII)) {
      int tab = line.indexOf('\t');
      try {
        values.add(
            new HostState.Value(
                StateEntry.parse(line.substring(0, Math.max(0, tab))),
                new String(
                    Base64.getDecoder().decode(line.substring(tab + 1)), StandardCharsets.UTF_8)));
      } catch (IllegalArgumentException e) {
        throw new IOException(file + " is damaged: " + e.getMessage(), e);
      }
    }
    return values;
  }
}
