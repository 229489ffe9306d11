package dev.hostler.agent.sandbox.seccomp;

import java.util.ArrayList;
import java.util.List;

/**
 * Compiles the rules of one system call, one block of instructions after the other. A block either
 * returns or falls through to the next.
 */
final class ArgBlock {
  /** Placeholders for distances that are known only when a check or a rule is complete. */
  private static final int MET = -1;

  private static final int FAILED = -2;
  private static final int FIRST_ARGUMENT = 16;
  private static final int ARGUMENT_BYTES = 8;
  private static final int WORD_BYTES = 4;

  private ArgBlock() {}

  static List<BpfInstruction> compile(List<SyscallRule> rules, SeccompAction otherwise) {
    List<BpfInstruction> code = new ArrayList<>();
    for (SyscallRule rule : rules) {
      List<BpfInstruction> block = new ArrayList<>();
      for (ArgCheck check : rule.checks()) {
        List<BpfInstruction> part = check(check);
        resolve(part, MET, part.size());
        block.addAll(part);
      }
      block.add(BpfInstruction.end(rule.action()));
      resolve(block, FAILED, block.size());
      code.addAll(block);
      if (rule.checks().isEmpty()) {
        return code; // nothing gets past it
      }
    }
    code.add(BpfInstruction.end(otherwise));
    return code;
  }

  /** Little-endian machines only: the low word of an argument comes first. */
  private static List<BpfInstruction> check(ArgCheck check) {
    int low = FIRST_ARGUMENT + check.index() * ARGUMENT_BYTES;
    int lowValue = (int) check.value();
    int highValue = (int) (check.value() >>> Integer.SIZE);
    List<BpfInstruction> code = new ArrayList<>();
    if (check.op() == ArgCheck.Op.MASKED_EQ) {
      if (!check.low32()) {
        code.add(BpfInstruction.load(low + WORD_BYTES));
        code.add(BpfInstruction.and(highValue));
        int highDatum = (int) (check.datum() >>> Integer.SIZE);
        code.add(BpfInstruction.when(BpfInstruction.JUMP_EQUAL, highDatum, 0, FAILED));
      }
      code.add(BpfInstruction.load(low));
      code.add(BpfInstruction.and(lowValue));
      code.add(BpfInstruction.when(BpfInstruction.JUMP_EQUAL, (int) check.datum(), MET, FAILED));
      return code;
    }
    if (!check.low32()) {
      code.add(BpfInstruction.load(low + WORD_BYTES));
      code.addAll(highWord(check.op(), highValue));
    }
    code.add(BpfInstruction.load(low));
    code.add(lowWord(check.op(), lowValue));
    return code;
  }

  /** Decides where the upper words differ; falls through where they are equal. */
  private static List<BpfInstruction> highWord(ArgCheck.Op op, int value) {
    return switch (op) {
      case EQ -> List.of(BpfInstruction.when(BpfInstruction.JUMP_EQUAL, value, 0, FAILED));
      case NE -> List.of(BpfInstruction.when(BpfInstruction.JUMP_EQUAL, value, 0, MET));
      case GT, GE ->
          List.of(
              BpfInstruction.when(BpfInstruction.JUMP_GREATER, value, MET, 0),
              BpfInstruction.when(BpfInstruction.JUMP_EQUAL, value, 0, FAILED));
      case LT, LE ->
          List.of(
              BpfInstruction.when(BpfInstruction.JUMP_GREATER, value, FAILED, 0),
              BpfInstruction.when(BpfInstruction.JUMP_EQUAL, value, 0, MET));
      case MASKED_EQ -> throw new IllegalArgumentException("compiled elsewhere");
    };
  }

  private static BpfInstruction lowWord(ArgCheck.Op op, int value) {
    return switch (op) {
      case EQ -> BpfInstruction.when(BpfInstruction.JUMP_EQUAL, value, MET, FAILED);
      case NE -> BpfInstruction.when(BpfInstruction.JUMP_EQUAL, value, FAILED, MET);
      case GT -> BpfInstruction.when(BpfInstruction.JUMP_GREATER, value, MET, FAILED);
      case GE -> BpfInstruction.when(BpfInstruction.JUMP_AT_LEAST, value, MET, FAILED);
      case LT -> BpfInstruction.when(BpfInstruction.JUMP_AT_LEAST, value, FAILED, MET);
      case LE -> BpfInstruction.when(BpfInstruction.JUMP_GREATER, value, FAILED, MET);
      case MASKED_EQ -> throw new IllegalArgumentException("compiled elsewhere");
    };
  }

  /** Turns a placeholder into the distance from each instruction to {@code target}. */
  private static void resolve(List<BpfInstruction> code, int placeholder, int target) {
    for (int at = 0; at < code.size(); at++) {
      BpfInstruction old = code.get(at);
      int distance = target - at - 1;
      code.set(
          at,
          BpfInstruction.when(
              old.code(),
              old.operand(),
              old.whenTrue() == placeholder ? distance : old.whenTrue(),
              old.whenFalse() == placeholder ? distance : old.whenFalse()));
    }
  }
}
