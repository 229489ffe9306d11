package dev.hostler.agent.sandbox.seccomp;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/** Reads the {@code args} of a profile's entry. */
final class ArgChecks {
  private static final BigInteger LARGEST_INT = BigInteger.valueOf(0xFFFF_FFFFL);
  private static final int ARGUMENTS = 6;
  private static final int BITS = 64;

  private ArgChecks() {}

  /** All of them must fit together. One argument twice means different things to others: no. */
  static List<ArgCheck> read(JsonNode entry, String where, String syscall)
      throws SeccompProfileException {
    List<ArgCheck> checks = new ArrayList<>();
    Set<Integer> seen = new HashSet<>();
    for (JsonNode node : JsonFields.array(entry, "args")) {
      JsonFields.only(node, where + ".args", Set.of("index", "value", "valueTwo", "op"));
      int index = JsonFields.number(node, "index", -1);
      if (index < 0 || index >= ARGUMENTS) {
        throw new SeccompProfileException(where + ": index " + index + ": must be 0 to 5");
      }
      if (!seen.add(index)) {
        throw new SeccompProfileException(
            where + ": index " + index + " is given twice; make an entry for each");
      }
      boolean low32 = IntArguments.contains(syscall, index);
      checks.add(
          new ArgCheck(
              index,
              op(node, where),
              unsigned(node, "value", where, low32),
              unsigned(node, "valueTwo", where, low32),
              low32));
    }
    return checks;
  }

  private static ArgCheck.Op op(JsonNode node, String where) throws SeccompProfileException {
    String word = node.path("op").asString("");
    for (ArgCheck.Op op : ArgCheck.Op.values()) {
      if (op.word().equals(word)) {
        return op;
      }
    }
    throw new SeccompProfileException(
        where + ": op \"" + word + "\": use SCMP_CMP_EQ, _NE, _LT, _LE, _GT, _GE or _MASKED_EQ");
  }

  private static long unsigned(JsonNode node, String field, String where, boolean low32)
      throws SeccompProfileException {
    JsonNode value = node.path(field);
    if (value.isMissingNode() || value.isNull()) {
      return 0;
    }
    BigInteger number =
        value.isIntegralNumber() ? value.bigIntegerValue() : BigInteger.ONE.negate();
    if (number.signum() < 0 || number.bitLength() > BITS) {
      throw new SeccompProfileException(
          where + ": " + field + " " + value + ": must be a whole number of at most 64 bits");
    }
    if (low32 && number.compareTo(LARGEST_INT) > 0) {
      throw new SeccompProfileException(
          where + ": " + field + " " + value + ": the kernel compares 32 bits here; use fewer");
    }
    return number.longValue();
  }
}
