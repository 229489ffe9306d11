package dev.hostler.agent.sandbox.seccomp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * What libseccomp makes of the same rules decides every call alike. It has no first-match order of
 * different actions, so calls with such are left out (they are counted), and it compares 64 bits
 * where the kernel takes an int, so those arguments have no upper bits here.
 */
@EnabledIfSystemProperty(named = "os.arch", matches = "amd64")
class LibseccompTest {
  private static final int EPERM = 1;
  private static final int MOST_MIXED = 12;
  @TempDir static Path directory;
  private static Path oracle;

  @BeforeAll
  static void build() throws Exception {
    assumeTrue(Files.exists(Path.of("/usr/include/seccomp.h")), "libseccomp-dev is not installed");
    oracle = directory.resolve("oracle");
    Process compiler =
        new ProcessBuilder(
                "gcc",
                "-O1",
                "-Wall",
                "-Werror",
                "-o",
                oracle.toString(),
                "src/test/c/seccomp_oracle.c",
                "-lseccomp")
            .inheritIO()
            .start();
    assertThat(compiler.waitFor()).isZero();
  }

  private static BpfMachine libseccomp(Map<Integer, List<SyscallRule>> rules) throws Exception {
    StringBuilder words = new StringBuilder("default " + EPERM + "\n");
    rules.forEach((number, all) -> {
      for (SyscallRule rule : all) {
        words.append("rule ").append(number).append(' ').append(rule.checks().size());
        for (ArgCheck check : rule.checks()) {
          words
              .append(' ')
              .append(check.index())
              .append(' ')
              .append(check.op().name())
              .append(' ')
              .append(Long.toUnsignedString(check.value()))
              .append(' ')
              .append(Long.toUnsignedString(check.datum()));
        }
        words.append('\n');
      }
    });
    Process process =
        new ProcessBuilder(oracle.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    Thread.ofVirtual()
        .start(() -> {
          try (OutputStream in = process.getOutputStream()) {
            in.write((words + "end\n").getBytes(StandardCharsets.US_ASCII));
          } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
          }
        });
    byte[] filter = process.getInputStream().readAllBytes();
    assertThat(process.waitFor()).isZero();
    return new BpfMachine(filter);
  }

  /** Calls whose rules all allow. */
  private static Map<Integer, List<SyscallRule>> plain(SeccompPolicy policy) {
    Map<Integer, List<SyscallRule>> plain = new HashMap<>();
    policy
        .rules()
        .forEach((number, rules) -> {
          if (rules.stream().allMatch(rule -> rule.action().equals(SeccompAction.ALLOW))) {
            plain.put(number, rules);
          }
        });
    return plain;
  }

  private static long agreeing(SeccompPolicy policy) throws Exception {
    Map<Integer, List<SyscallRule>> plain = plain(policy);
    BpfMachine theirs = libseccomp(plain);
    BpfMachine ours = new BpfMachine(SeccompCompiler.compile(policy).toBytes());
    int audit = Architecture.X86_64.auditNumber();
    long compared = 0;
    for (int number : Architecture.X86_64.syscalls().names().keySet()) {
      List<SyscallRule> rules = policy.rulesOf(number);
      if (!rules.isEmpty() && !plain.containsKey(number)) {
        continue;
      }
      for (long[] arguments : SeccompCompilerTest.tellingArguments(rules)) {
        rules.stream()
            .flatMap(rule -> rule.checks().stream())
            .filter(ArgCheck::low32)
            .forEach(check -> arguments[check.index()] &= 0xFFFF_FFFFL);
        int expected = theirs.run(number, audit, arguments);
        int actual = ours.run(number, audit, arguments);
        compared++;
        if (actual != expected) {
          assertThat(Integer.toHexString(actual))
              .describedAs("call %d%s", number, java.util.Arrays.toString(arguments))
              .isEqualTo(Integer.toHexString(expected));
        }
      }
    }
    return compared;
  }

  @Test
  void hostlersOwnProfileMeansTheSameThere() throws Exception {
    for (Set<String> capabilities :
        List.of(
            Set.<String>of(),
            Set.of("CAP_SYS_PTRACE", "CAP_NET_RAW"),
            Set.of("CAP_SYS_ADMIN", "CAP_SYS_TIME", "CAP_NET_ADMIN", "CAP_SYS_CHROOT"))) {
      SeccompPolicy policy =
          ProfileParser.parse(
              ProfileParser.standardProfile(),
              new ProfileContext(Architecture.X86_64, capabilities, 6, 1));

      assertThat(agreeing(policy)).isGreaterThan(1000);
      assertThat(policy.rules().size() - plain(policy).size()).isLessThan(MOST_MIXED);
    }
  }

  @Test
  void soDoOthers() throws Exception {
    Random random = new Random(20_261_123);
    for (int i = 0; i < 10; i++) {
      assertThat(agreeing(randomPolicy(random))).isGreaterThan(10_000);
    }
  }

  @Test
  void ofTwoProfilesWhatBothPermitIsLeft() throws Exception {
    Random random = new Random(20_261_124);
    SeccompPolicy one = unconditional(random);
    SeccompPolicy other = unconditional(random);

    assertThat(agreeing(one.stricter(other))).isGreaterThan(100);
  }

  private static SeccompPolicy unconditional(Random random) {
    Map<Integer, List<SyscallRule>> rules = new HashMap<>();
    for (int number : Architecture.X86_64.syscalls().names().keySet()) {
      if (random.nextBoolean()) {
        rules.put(number, List.of(new SyscallRule(List.of(), SeccompAction.ALLOW)));
      }
    }
    return new SeccompPolicy(Architecture.X86_64, SeccompAction.errno(EPERM), rules);
  }

  private static SeccompPolicy randomPolicy(Random random) {
    Map<Integer, List<SyscallRule>> rules = new HashMap<>();
    ArgCheck.Op[] ops = ArgCheck.Op.values();
    for (int number : Architecture.X86_64.syscalls().names().keySet()) {
      if (random.nextInt(4) == 0) {
        continue;
      }
      List<ArgCheck> checks = new ArrayList<>();
      for (int index = 0; index < 6 && checks.size() < 2; index++) {
        if (random.nextInt(4) == 0) {
          long value = random.nextBoolean() ? random.nextInt(8) : random.nextLong();
          ArgCheck.Op op = ops[random.nextInt(ops.length)];
          long datum = op == ArgCheck.Op.MASKED_EQ ? random.nextLong() & value : 0;
          checks.add(new ArgCheck(index, op, value, datum, false));
        }
      }
      rules.put(number, List.of(new SyscallRule(checks, SeccompAction.ALLOW)));
    }
    return new SeccompPolicy(Architecture.X86_64, SeccompAction.errno(EPERM), rules);
  }
}
