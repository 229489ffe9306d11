package dev.hostler.agent.sandbox.seccomp;

/**
 * An instruction of the kernel's classic BPF (linux/filter.h, struct sock_filter).
 *
 * @param code what it does
 * @param whenTrue instructions to skip if the condition holds, 0 to 255
 * @param whenFalse instructions to skip if it does not, 0 to 255
 * @param operand its number
 */
public record BpfInstruction(int code, int whenTrue, int whenFalse, int operand) {
  /** Load a word of seccomp_data. */
  public static final int LOAD = 0x20;

  /** And with a number. */
  public static final int AND = 0x54;

  /** Go on further down. */
  public static final int JUMP = 0x05;

  /** Equal? */
  public static final int JUMP_EQUAL = 0x15;

  /** Greater, unsigned? */
  public static final int JUMP_GREATER = 0x25;

  /** Greater or equal, unsigned? */
  public static final int JUMP_AT_LEAST = 0x35;

  /** End with an action. */
  public static final int RETURN = 0x06;

  static BpfInstruction load(int offset) {
    return new BpfInstruction(LOAD, 0, 0, offset);
  }

  static BpfInstruction and(int mask) {
    return new BpfInstruction(AND, 0, 0, mask);
  }

  static BpfInstruction jump(int distance) {
    return new BpfInstruction(JUMP, 0, 0, distance);
  }

  static BpfInstruction when(int code, int operand, int whenTrue, int whenFalse) {
    return new BpfInstruction(code, whenTrue, whenFalse, operand);
  }

  static BpfInstruction end(SeccompAction action) {
    return new BpfInstruction(RETURN, 0, 0, action.returnValue());
  }
}
