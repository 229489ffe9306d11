package dev.hostler.agent.sandbox.seccomp;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/**
 * A filter as the kernel takes it.
 *
 * @param instructions at most 4096
 */
public record BpfProgram(List<BpfInstruction> instructions) {
  private static final int MOST = 4096;
  private static final int INSTRUCTION_BYTES = 8;

  /**
   * @throws IllegalArgumentException if the kernel would not take it
   */
  public BpfProgram {
    instructions = List.copyOf(instructions);
    if (instructions.isEmpty() || instructions.size() > MOST) {
      throw new IllegalArgumentException(
          "seccomp filter of " + instructions.size() + " instructions: must be 1 to " + MOST);
    }
  }

  /** An array of struct sock_filter, in this machine's byte order. */
  public byte[] toBytes() {
    ByteBuffer bytes =
        ByteBuffer.allocate(instructions.size() * INSTRUCTION_BYTES).order(ByteOrder.nativeOrder());
    for (BpfInstruction instruction : instructions) {
      bytes
          .putShort((short) instruction.code())
          .put((byte) instruction.whenTrue())
          .put((byte) instruction.whenFalse())
          .putInt(instruction.operand());
    }
    return bytes.array();
  }
}
