package dev.hostler.agent.preview;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Reads files out of packs.
 *
 * @param packs where a pack of this name is
 */
record FileText(Function<String, Path> packs) {
  /** Larger files are not shown. */
  static final int MAX = 256 << 10;

  /**
   * A small file's text.
   *
   * @return null if it is not text
   * @throws IOException if the pack cannot be read
   */
  @Nullable String read(Entry file) throws IOException {
    byte[] bytes = new byte[Math.toIntExact(file.size())];
    Entry.Content content = file.content();
    if (content != null && !content.extents().equals("-")) {
      try (FileChannel pack =
          FileChannel.open(
              packs.apply(content.pack()),
              Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS))) {
        long at = content.offset();
        for (String extent : content.extents().split(",", -1)) {
          int plus = extent.indexOf('+');
          int offset = Integer.parseInt(extent, 0, plus, 10);
          int length = Integer.parseInt(extent, plus + 1, extent.length(), 10);
          fill(pack, at, ByteBuffer.wrap(bytes, offset, length));
          at += length;
        }
      }
    }
    return text(bytes);
  }

  private static void fill(FileChannel pack, long from, ByteBuffer into) throws IOException {
    long at = from;
    while (into.hasRemaining()) {
      int got = pack.read(into, at);
      if (got < 0) {
        throw new EOFException("a pack is cut short");
      }
      at += got;
    }
  }

  private static @Nullable String text(byte[] bytes) {
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
      boolean odd =
          text.chars()
              .anyMatch(c -> Character.isISOControl(c) && c != '\n' && c != '\t' && c != '\r');
      return odd ? null : text;
    } catch (CharacterCodingException _) {
      return null;
    }
  }
}
