package dev.hostler.agent.sandbox.seccomp;

import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;

/**
 * Compiles a policy to BPF: checks the machine, kills other machines' calls (i386, x32), then finds
 * the call's number by binary search over runs of numbers that are treated alike: some ten
 * instructions for any call. The kernel remembers calls that are always allowed and does not even
 * run the filter for them (since Linux 5.11).
 */
public final class SeccompCompiler {
  private static final int NUMBER_OFFSET = 0;
  private static final int MACHINE_OFFSET = 4;
  private static final int LONGEST_CONDITIONAL_JUMP = 255;

  /** On x86 the bit __X32_SYSCALL_BIT and everything above it is no call of this machine. */
  private static final int FOREIGN_NUMBERS = 0x4000_0000;

  private SeccompCompiler() {}

  /** A stretch of numbers from {@code first} on, up to the next stretch, with the same code. */
  private record Stretch(int first, List<BpfInstruction> code) {}

  /** The filter of a policy. */
  public static BpfProgram compile(SeccompPolicy policy) {
    List<BpfInstruction> code = new ArrayList<>();
    code.add(BpfInstruction.load(MACHINE_OFFSET));
    code.add(
        BpfInstruction.when(BpfInstruction.JUMP_EQUAL, policy.architecture().auditNumber(), 1, 0));
    code.add(BpfInstruction.end(SeccompAction.KILL_PROCESS));
    code.add(BpfInstruction.load(NUMBER_OFFSET));
    code.add(BpfInstruction.when(BpfInstruction.JUMP_AT_LEAST, FOREIGN_NUMBERS, 0, 1));
    code.add(BpfInstruction.end(SeccompAction.KILL_PROCESS));
    code.addAll(search(stretches(policy)));
    return new BpfProgram(code);
  }

  private static List<Stretch> stretches(SeccompPolicy policy) {
    SortedMap<Integer, String> names = policy.architecture().syscalls().names();
    int last = policy.rules().keySet().stream().reduce(names.lastKey(), Math::max);
    List<Stretch> stretches = new ArrayList<>();
    for (int number = 0; number <= last + 1; number++) {
      List<BpfInstruction> code =
          ArgBlock.compile(policy.rulesOf(number), policy.otherwise(number));
      if (stretches.isEmpty() || !stretches.getLast().code().equals(code)) {
        stretches.add(new Stretch(number, code));
      }
    }
    return stretches;
  }

  private static List<BpfInstruction> search(List<Stretch> stretches) {
    if (stretches.size() == 1) {
      return stretches.getFirst().code();
    }
    int middle = stretches.size() / 2;
    List<BpfInstruction> below = search(stretches.subList(0, middle));
    List<BpfInstruction> above = search(stretches.subList(middle, stretches.size()));
    int first = stretches.get(middle).first();
    List<BpfInstruction> code = new ArrayList<>();
    if (below.size() <= LONGEST_CONDITIONAL_JUMP) {
      code.add(BpfInstruction.when(BpfInstruction.JUMP_AT_LEAST, first, below.size(), 0));
    } else {
      code.add(BpfInstruction.when(BpfInstruction.JUMP_AT_LEAST, first, 0, 1));
      code.add(BpfInstruction.jump(below.size()));
    }
    code.addAll(below);
    code.addAll(above);
    return code;
  }
}
