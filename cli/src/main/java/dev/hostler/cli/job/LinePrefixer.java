package dev.hostler.cli.job;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/**
 * Puts a prefix before each line of one stream that comes in arbitrary pieces. The start of a line
 * is kept until its end comes, so that lines of several streams do not mix; a line longer than
 * {@value #LONGEST} bytes is broken into several, where all but the first have " + " for " | ".
 * Bytes are not looked at beyond that. Not thread-safe.
 */
final class LinePrefixer {
  static final int LONGEST = 16 * 1024;

  private final byte[] first;
  private final byte[] more;
  private final ByteArrayOutputStream partial = new ByteArrayOutputStream();
  private boolean broken;

  /** Prefixes with {@code name}. */
  LinePrefixer(String name) {
    this.first = (name + " | ").getBytes(StandardCharsets.UTF_8);
    this.more = (name + " + ").getBytes(StandardCharsets.UTF_8);
  }

  /** Takes bytes and returns what is to be printed now: whole lines. */
  byte[] accept(byte[] bytes, int offset, int length) {
    ByteArrayOutputStream ready = new ByteArrayOutputStream(length + 64);
    int end = offset + length;
    int start = offset;
    while (start < end) {
      int room = LONGEST - partial.size();
      int stop = start;
      while (stop < end && stop - start < room && bytes[stop] != '\n') {
        stop++;
      }
      partial.write(bytes, start, stop - start);
      if (stop < end && bytes[stop] == '\n') {
        emit(ready, false);
        stop++;
      } else if (partial.size() == LONGEST) {
        emit(ready, true);
      }
      start = stop;
    }
    return ready.toByteArray();
  }

  /** What is left at the end of the stream: a line without its end, which gets one. */
  byte[] end() {
    ByteArrayOutputStream ready = new ByteArrayOutputStream();
    if (partial.size() > 0) {
      emit(ready, false);
    }
    broken = false;
    return ready.toByteArray();
  }

  private void emit(ByteArrayOutputStream ready, boolean breaks) {
    if (partial.size() > 0 || !broken) {
      ready.writeBytes(broken ? more : first);
      ready.writeBytes(partial.toByteArray());
      ready.write('\n');
    }
    partial.reset();
    broken = breaks;
  }
}
