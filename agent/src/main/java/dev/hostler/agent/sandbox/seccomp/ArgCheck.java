package dev.hostler.agent.sandbox.seccomp;

/**
 * A comparison of one argument, unsigned.
 *
 * @param index which argument, 0 to 5
 * @param op how it is compared
 * @param value with what; the mask of {@link Op#MASKED_EQ}
 * @param datum what must be left after the mask of {@link Op#MASKED_EQ}, else 0
 * @param low32 the kernel takes the argument as an int: only its low 32 bits count, whatever a
 *     program puts above them
 */
public record ArgCheck(int index, Op op, long value, long datum, boolean low32) {
  private static final long LOW = 0xFFFF_FFFFL;

  /** Comparisons of the OCI form. */
  public enum Op {
    NE("SCMP_CMP_NE"),
    LT("SCMP_CMP_LT"),
    LE("SCMP_CMP_LE"),
    EQ("SCMP_CMP_EQ"),
    GE("SCMP_CMP_GE"),
    GT("SCMP_CMP_GT"),
    MASKED_EQ("SCMP_CMP_MASKED_EQ");

    private final String word;

    Op(String word) {
      this.word = word;
    }

    String word() {
      return word;
    }
  }

  /** Whether an argument fits: what the compiled filter must agree with. */
  public boolean matches(long argument) {
    long mask = low32 ? LOW : -1L;
    long left = argument & mask;
    int order = Long.compareUnsigned(left, value & mask);
    return switch (op) {
      case NE -> order != 0;
      case LT -> order < 0;
      case LE -> order <= 0;
      case EQ -> order == 0;
      case GE -> order >= 0;
      case GT -> order > 0;
      case MASKED_EQ -> (left & value & mask) == (datum & mask);
    };
  }
}
