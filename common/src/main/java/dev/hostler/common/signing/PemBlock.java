package dev.hostler.common.signing;

import dev.hostler.common.signing.SigningException.Reason;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/**
 * One BEGIN/END block. Text between blocks is ignored, as in RFC 7468 section 2; inside a block
 * only Base64 is taken.
 */
@SuppressWarnings("ArrayRecordComponent") // read once and never compared
record PemBlock(String label, byte[] bytes) {
  private static final String BEGIN = "-----BEGIN ";
  private static final String END = "-----END ";
  private static final String DASHES = "-----";

  static List<PemBlock> all(byte[] text, String where) throws SigningException {
    List<PemBlock> blocks = new ArrayList<>();
    String label = null;
    StringBuilder body = new StringBuilder();
    for (String line : new String(text, StandardCharsets.ISO_8859_1).lines().toList()) {
      String trimmed = line.strip();
      if (label == null) {
        if (trimmed.startsWith(BEGIN) && trimmed.endsWith(DASHES)) {
          label = trimmed.substring(BEGIN.length(), trimmed.length() - DASHES.length());
          body.setLength(0);
        }
      } else if (trimmed.equals(END + label + DASHES)) {
        blocks.add(new PemBlock(label, decode(body.toString(), where)));
        label = null;
      } else {
        body.append(trimmed);
      }
    }
    if (label != null) {
      throw new SigningException(
          Reason.MALFORMED, where + " is cut off: no " + END + label + DASHES);
    }
    return blocks;
  }

  private static byte[] decode(String base64, String where) throws SigningException {
    try {
      return Base64.getDecoder().decode(base64);
    } catch (IllegalArgumentException e) {
      throw new SigningException(
          Reason.MALFORMED, where + " holds a PEM block that is not Base64: " + e.getMessage(), e);
    }
  }
}
