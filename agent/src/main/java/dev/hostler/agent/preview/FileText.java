package dev.hostler.agent.preview;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Reads files out of packs.
 *
 * @param packs what reads them
 */
record FileText(Packs packs) {
  /** Reads from packs. */
  interface Packs {
    /**
     * So many bytes of files.
     *
     * @param encrypted is the pack?
     * @param offset where a file begins
     */
    byte[] read(String pack, boolean encrypted, long offset, int length) throws IOException;
  }

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
      String[] extents = content.extents().split(",", -1);
      int total = 0;
      for (String extent : extents) {
        total += length(extent);
      }
      byte[] stored = packs.read(content.pack(), content.encrypted(), content.offset(), total);
      int at = 0;
      for (String extent : extents) {
        int offset = Integer.parseInt(extent, 0, extent.indexOf('+'), 10);
        System.arraycopy(stored, at, bytes, offset, length(extent));
        at += length(extent);
      }
    }
    return text(bytes);
  }

  private static int length(String extent) {
    return Integer.parseInt(extent, extent.indexOf('+') + 1, extent.length(), 10);
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
