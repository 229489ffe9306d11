package dev.hostler.agent.usage;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A file of the kernel that is opened once and read again and again: from its start each time, as
 * such files are made anew then. Not thread-safe.
 */
final class KernelFile implements Closeable {
  /** What stands for a number that is not known. */
  static final long UNKNOWN = -1;

  private static final int MOST_DIGITS = 18;

  private final FileChannel channel;

  private KernelFile(FileChannel channel) {
    this.channel = channel;
  }

  /** The file; null if it cannot be opened: then the kernel does not say. */
  static @Nullable KernelFile open(Path file) {
    try {
      return new KernelFile(FileChannel.open(file, StandardOpenOption.READ));
    } catch (IOException _) {
      return null;
    }
  }

  /** The first of these directories that has the file; null if none has. */
  static @Nullable KernelFile open(List<Path> directories, String name) {
    for (Path directory : directories) {
      KernelFile file = open(directory.resolve(name));
      if (file != null) {
        return file;
      }
    }
    return null;
  }

  /**
   * Reads the file, or as much of it as fits.
   *
   * @param file null: reads as empty
   * @param scratch what to read into; belongs to the text until the next use
   */
  static Text read(@Nullable KernelFile file, ByteBuffer scratch) {
    scratch.clear();
    if (file != null) {
      try {
        long at = 0;
        int count;
        while (scratch.hasRemaining() && (count = file.channel.read(scratch, at)) > 0) {
          at += count;
          if (count < 512 && at < 512) {
            break; // all of a short file: no second call to be told so
          }
        }
      } catch (IOException _) {
        scratch.clear(); // gone with its group
      }
    }
    scratch.flip();
    return new Text(scratch);
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException _) {
      // It was only read.
    }
  }

  /**
   * What a file said.
   *
   * @param bytes from the first to the limit
   */
  record Text(ByteBuffer bytes) {
    /** The number that it begins with; UNKNOWN if it does not. */
    long number() {
      return numberAt(0);
    }

    /** The number right after the first occurrence of {@code key}; UNKNOWN if there is none. */
    long after(String key) {
      int at = find(key, 0);
      return at < 0 ? UNKNOWN : numberAt(at);
    }

    /** The sum of the numbers after each occurrence of {@code key}; 0 if there is none. */
    long sumAfter(String key) {
      long sum = 0;
      for (int at = find(key, 0); at >= 0; at = find(key, at)) {
        sum += Math.max(0, numberAt(at));
      }
      return sum;
    }

    boolean isEmpty() {
      return bytes.limit() == 0;
    }

    /** Lines, each of which ends. */
    int lines() {
      int lines = 0;
      for (int i = 0; i < bytes.limit(); i++) {
        if (bytes.get(i) == '\n') {
          lines++;
        }
      }
      return lines;
    }

    /** The number at the start of each of the first lines. */
    int[] firstNumbers(int most) {
      int[] numbers = new int[Math.min(most, lines())];
      int at = 0;
      for (int i = 0; i < numbers.length; i++) {
        numbers[i] = (int) numberAt(at);
        while (bytes.get(at) != '\n') {
          at++;
        }
        at++;
      }
      return numbers;
    }

    /** Where {@code key} ends, at or after {@code from}; -1 if it does not occur. */
    private int find(String key, int from) {
      int length = key.length();
      for (int at = from; at + length <= bytes.limit(); at++) {
        int same = 0;
        while (same < length && bytes.get(at + same) == key.charAt(same)) {
          same++;
        }
        if (same == length) {
          return at + length;
        }
      }
      return -1;
    }

    private long numberAt(int from) {
      int at = from;
      while (at < bytes.limit() && bytes.get(at) == ' ') {
        at++;
      }
      int first = at;
      long number = 0;
      while (at < bytes.limit() && bytes.get(at) >= '0' && bytes.get(at) <= '9') {
        number = number * 10 + bytes.get(at) - '0';
        at++;
      }
      return at == first || at - first > MOST_DIGITS ? UNKNOWN : number;
    }

    @Override
    public String toString() {
      return StandardCharsets.US_ASCII.decode(bytes.duplicate()).toString();
    }
  }
}
