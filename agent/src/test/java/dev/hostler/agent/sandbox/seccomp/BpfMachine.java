package dev.hostler.agent.sandbox.seccomp;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The kernel's classic BPF, as far as seccomp allows it, run on the bytes that the kernel would
 * get. Refuses what the kernel refuses: loads outside of the data, jumps past the end.
 */
final class BpfMachine {
  private static final int INSTRUCTION_BYTES = 8;
  private static final int DATA_BYTES = 64;

  private final ByteBuffer code;
  private int steps;

  BpfMachine(byte[] program) {
    code = ByteBuffer.wrap(program).order(ByteOrder.LITTLE_ENDIAN);
    if (program.length % INSTRUCTION_BYTES != 0) {
      throw new IllegalArgumentException("not whole instructions");
    }
  }

  /**
   * The filter's return value for a call, with {@code struct seccomp_data} as the kernel has it.
   */
  int run(int number, int machine, long[] arguments) {
    ByteBuffer data = ByteBuffer.allocate(DATA_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    data.putInt(number).putInt(machine).putLong(0x7fff_1234_5678L);
    for (long argument : arguments) {
      data.putLong(argument);
    }
    int accumulator = 0;
    int at = 0;
    for (steps = 1; ; steps++) {
      int offset = at * INSTRUCTION_BYTES;
      int operation = code.getShort(offset) & 0xFFFF;
      int whenTrue = code.get(offset + 2) & 0xFF;
      int whenFalse = code.get(offset + 3) & 0xFF;
      int operand = code.getInt(offset + 4);
      at++;
      switch (operation) {
        case 0x20 -> accumulator = data.getInt(aligned(operand));
        case 0x54 -> accumulator &= operand;
        case 0x05 -> at += operand;
        case 0x15 -> at += accumulator == operand ? whenTrue : whenFalse;
        case 0x25 -> at += Integer.compareUnsigned(accumulator, operand) > 0 ? whenTrue : whenFalse;
        case 0x35 ->
            at += Integer.compareUnsigned(accumulator, operand) >= 0 ? whenTrue : whenFalse;
        case 0x06 -> {
          return operand;
        }
        default -> throw new IllegalStateException("operation " + operation);
      }
    }
  }

  /** Instructions that the last run took. */
  int steps() {
    return steps;
  }

  private static int aligned(int offset) {
    if (offset < 0 || offset > DATA_BYTES - 4 || offset % 4 != 0) {
      throw new IllegalStateException("load from " + offset);
    }
    return offset;
  }
}
