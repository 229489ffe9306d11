package dev.hostler.agent.preview;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A path in the manifest of a snapshot; format.c of hostler-snapshot has the meaning.
 *
 * @param path a root and then names, as bytes
 * @param type d f l p s c b; n: nothing is there; m: a mount point, not entered
 * @param mode permission bits
 * @param owner numbers of user and group, with a colon
 * @param flags inode flags
 * @param mtime modification time
 * @param device number of a device
 * @param size bytes of a file
 * @param xattrs extended attributes as the manifest has them
 * @param leader the first path that is the same inode, where there are several
 * @param hash of the content of a file
 * @param content where the bytes of a file are
 * @param target of a link
 * @param open can everybody pass the directories above it, below the root?
 */
record Entry(
    List<byte[]> path,
    char type,
    int mode,
    String owner,
    long flags,
    String mtime,
    long device,
    long size,
    String xattrs,
    @Nullable String leader,
    String hash,
    @Nullable Content content,
    String target,
    boolean open) {

  /**
   * Where the bytes of a file are stored.
   *
   * @param pack name of the pack
   * @param encrypted is the pack?
   * @param offset of the first extent's bytes in it
   * @param extents "offset+length,…" of what is not a hole; "-" for none
   */
  record Content(String pack, boolean encrypted, long offset, String extents) {}

  /** Is there anything that is captured? */
  boolean exists() {
    return type != 'n' && type != 'm';
  }

  /** In the order in which a manifest has them: a directory before what is in it. */
  static int order(Entry a, Entry b) {
    int common = Math.min(a.path.size(), b.path.size());
    for (int i = 0; i < common; i++) {
      int order = Arrays.compareUnsigned(a.path.get(i), b.path.get(i));
      if (order != 0) {
        return order;
      }
    }
    return a.path.size() - b.path.size();
  }

  /** The path as text; what is no printable text stands there as %XX. */
  String name() {
    StringBuilder text = new StringBuilder();
    for (byte[] part : path) {
      if (!text.isEmpty()) {
        text.append('/');
      }
      text.append(printable(part));
    }
    return text.toString();
  }

  private static String printable(byte[] part) {
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(part)).toString();
      if (text.indexOf('%') < 0 && text.codePoints().noneMatch(Entry::strange)) {
        return text;
      }
    } catch (CharacterCodingException _) {
      // Not UTF-8: as bytes.
    }
    StringBuilder escaped = new StringBuilder();
    for (byte one : part) {
      if (one > ' ' && one < 0x7f && one != '%') {
        escaped.append((char) one);
      } else {
        escaped.append("%%%02X".formatted(one));
      }
    }
    return escaped.toString();
  }

  private static boolean strange(int point) {
    return Character.isISOControl(point)
        || Character.getType(point) == Character.FORMAT
        || Character.getType(point) == Character.UNASSIGNED
        || Character.getType(point) == Character.LINE_SEPARATOR
        || Character.getType(point) == Character.PARAGRAPH_SEPARATOR;
  }

  /** The kind of thing in a word. */
  String kind() {
    return switch (type) {
      case 'd' -> "directory";
      case 'f' -> "file";
      case 'l' -> "link";
      case 'p' -> "fifo";
      case 's' -> "socket";
      case 'c' -> "character device";
      case 'b' -> "block device";
      case 'm' -> "mount point";
      default -> "nothing";
    };
  }
}
