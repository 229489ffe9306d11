package dev.hostler.agent.network;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Answers questions about names (RFC 1035, over a stream as in RFC 7766): declared names have the
 * addresses that are pinned, all others do not exist. No question leaves the host but that for a
 * declared name's addresses, so that names carry nothing out.
 */
final class DnsAnswers {
  private static final int HEADER = 12;
  private static final int A = 1;
  private static final int AAAA = 28;
  private static final int INTERNET = 1;
  private static final int NAME_AT_HEADER = 0xc00c;
  private static final int TTL_SECONDS = 30;
  private static final int NO_ERROR = 0;
  private static final int MALFORMED = 1;
  private static final int FAILURE = 2;
  private static final int NO_SUCH_NAME = 3;
  private static final int NOT_IMPLEMENTED = 4;

  /** With room for all that {@link SystemLookup} gives in an answer of 512 bytes. */
  private static final int MOST = 8;

  private record Question(String name, int type, int end) {}

  private DnsAnswers() {}

  /** Answers until the program has no more questions. */
  static void serve(Incoming in, Switchboard switchboard) throws IOException, InterruptedException {
    while (in.peek() >= 0) {
      int length = in.next() << 8 | in.next();
      byte[] answer = answer(in.next(length), switchboard);
      in.write(
          ByteBuffer.allocate(2 + answer.length)
              .putShort((short) answer.length)
              .put(answer)
              .array());
    }
  }

  static byte[] answer(byte[] query, Switchboard switchboard) throws InterruptedException {
    Question question = question(query);
    if (question == null) {
      return message(query, MALFORMED, HEADER, List.of());
    }
    if ((query[2] & 0x78) != 0) {
      return message(query, NOT_IMPLEMENTED, question.end(), List.of());
    }
    boolean wanted = question.type() == A || question.type() == AAAA;
    try {
      List<InetAddress> addresses = switchboard.lookup(question.name(), !wanted);
      int bytes = question.type() == A ? 4 : 16;
      return message(
          query,
          NO_ERROR,
          question.end(),
          !wanted
              ? List.of()
              : addresses.stream()
                  .map(InetAddress::getAddress)
                  .filter(address -> address.length == bytes)
                  .limit(MOST)
                  .toList());
    } catch (UnknownHostException e) {
      boolean declared = !question.name().equals(e.getMessage());
      return message(query, declared ? FAILURE : NO_SUCH_NAME, question.end(), List.of());
    }
  }

  /** The one question; null if there is not exactly one that can be read. */
  private static @Nullable Question question(byte[] query) {
    if (query.length < HEADER || query[4] != 0 || query[5] != 1 || (query[2] & 0x80) != 0) {
      return null;
    }
    StringBuilder name = new StringBuilder();
    int at = HEADER;
    while (at < query.length && query[at] != 0) {
      int length = query[at];
      if (length < 0 || length > 63 || at + 1 + length >= query.length || name.length() > 255) {
        return null;
      }
      name.append(name.isEmpty() ? "" : ".")
          .append(new String(query, at + 1, length, StandardCharsets.ISO_8859_1));
      at += 1 + length;
    }
    if (at + 5 > query.length) {
      return null;
    }
    int type = (query[at + 1] & 0xff) << 8 | (query[at + 2] & 0xff);
    int kind = (query[at + 3] & 0xff) << 8 | (query[at + 4] & 0xff);
    return kind == INTERNET
        ? new Question(name.toString().toLowerCase(Locale.ROOT), type, at + 5)
        : null;
  }

  /**
   * An answer.
   *
   * @param end where the question ends, which is given back; that of the header if there is none
   */
  private static byte[] message(byte[] query, int code, int end, List<byte[]> addresses) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(query.length > 0 ? query[0] : 0);
    out.write(query.length > 1 ? query[1] : 0);
    out.write(0x80 | (query.length > 2 ? query[2] & 0x79 : 0)); // an answer; recursion as desired
    out.write(0x80 | code);
    pair(out, end > HEADER ? 1 : 0);
    pair(out, addresses.size());
    pair(out, 0);
    pair(out, 0);
    out.write(query, Math.min(HEADER, query.length), Math.max(end - HEADER, 0));
    for (byte[] address : addresses) {
      pair(out, NAME_AT_HEADER);
      pair(out, address.length == 4 ? A : AAAA);
      pair(out, INTERNET);
      pair(out, 0);
      pair(out, TTL_SECONDS);
      pair(out, address.length);
      out.writeBytes(address);
    }
    return out.toByteArray();
  }

  private static void pair(ByteArrayOutputStream out, int value) {
    out.write(value >> 8);
    out.write(value);
  }
}
