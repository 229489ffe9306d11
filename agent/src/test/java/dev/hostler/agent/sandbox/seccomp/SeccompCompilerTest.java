package dev.hostler.agent.sandbox.seccomp;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The compiled filter does what the profile says, for every call and telling arguments. */
class SeccompCompilerTest {
  private static final int LAST_NUMBER = 600;
  private static final int AUDIT_I386 = 0x4000_0003;
  private static final int ALLOW = 0x7fff_0000;
  private static final int KILL = 0x8000_0000;
  private static final int EPERM = 0x0005_0001;
  private static final int ENOSYS = 0x0005_0026;
  private static final long UPPER_BITS = 0xDEAD_BEEF_0000_0000L;

  private static SeccompPolicy standard(Architecture architecture, Set<String> capabilities)
      throws SeccompProfileException {
    return ProfileParser.parse(
        ProfileParser.standardProfile(), new ProfileContext(architecture, capabilities, 6, 1));
  }

  private static int decide(String syscall, long... arguments) throws SeccompProfileException {
    SeccompPolicy policy = standard(Architecture.X86_64, Set.of());
    int number = Architecture.X86_64.syscalls().number(syscall).orElseThrow();
    return machine(policy).run(number, Architecture.X86_64.auditNumber(), six(arguments));
  }

  private static BpfMachine machine(SeccompPolicy policy) {
    return new BpfMachine(SeccompCompiler.compile(policy).toBytes());
  }

  private static long[] six(long... arguments) {
    return java.util.Arrays.copyOf(arguments, 6);
  }

  @ParameterizedTest
  @EnumSource(Architecture.class)
  void everyCallAgreesWithTheProfile(Architecture architecture) throws Exception {
    for (Set<String> capabilities :
        List.of(
            Set.<String>of(),
            Set.of("CAP_SYS_PTRACE", "CAP_NET_RAW"),
            Set.of("CAP_SYS_ADMIN", "CAP_SYS_TIME", "CAP_NET_ADMIN", "CAP_SYS_CHROOT"))) {
      agrees(standard(architecture, capabilities));
    }
  }

  @Test
  void anyProfileAgreesWithItsFilter() {
    Random random = new Random(20_261_121);
    for (int i = 0; i < 20; i++) {
      agrees(randomPolicy(random));
    }
  }

  @Test
  void theStricterOfTwoProfilesWinsForEveryCallAndArgument() throws Exception {
    Random random = new Random(20_261_122);
    List<SeccompPolicy> policies = new ArrayList<>();
    policies.add(standard(Architecture.X86_64, Set.of()));
    policies.add(ToldDenials.of(standard(Architecture.X86_64, Set.of("CAP_SYS_ADMIN"))));
    agrees(policies.getFirst().stricter(policies.getLast()));
    policies.add(randomPolicy(random));
    for (SeccompPolicy one : policies) {
      for (SeccompPolicy other : policies) {
        SeccompPolicy both = one.stricter(other);
        for (int number = 0; number <= LAST_NUMBER; number++) {
          for (long[] arguments : tellingArguments(both.rulesOf(number))) {
            SeccompAction first = one.decide(number, arguments);
            SeccompAction second = other.decide(number, arguments);
            SeccompAction expected = first.kind().compareTo(second.kind()) <= 0 ? first : second;
            if (!both.decide(number, arguments).equals(expected)) {
              assertThat(both.decide(number, arguments))
                  .describedAs("call %d%s", number, java.util.Arrays.toString(arguments))
                  .isEqualTo(expected);
            }
          }
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Architecture.class)
  void permittedCallsAreToldAndStayPermitted(Architecture architecture) throws Exception {
    SeccompPolicy plain = standard(architecture, Set.of("CAP_CHOWN"));
    for (SeccompPolicy told : List.of(ToldCalls.changes(plain), ToldCalls.all(plain))) {
      agrees(told);
      for (int number = 0; number <= LAST_NUMBER; number++) {
        for (long[] arguments : tellingArguments(plain.rulesOf(number))) {
          SeccompAction before = plain.decide(number, arguments);
          SeccompAction after = told.decide(number, arguments);
          boolean same = after.equals(before);
          if (!same && !(before.permits() && after.equals(SeccompAction.TELL))) {
            assertThat(after).describedAs("call %d", number).isEqualTo(before);
          }
        }
      }
    }
    var calls = architecture.syscalls();
    int openat = calls.number("openat").orElseThrow();
    SeccompPolicy changes = ToldCalls.changes(plain);
    assertThat(changes.decide(openat, six(0, 0, 02_000_000))).isEqualTo(SeccompAction.ALLOW);
    for (long flags : List.of(1L, 2L, 0100L, 01000L, 0x1_0000_0001L)) {
      assertThat(changes.decide(openat, six(0, 0, flags))).isEqualTo(SeccompAction.TELL);
    }
    assertThat(changes.decide(calls.number("unlinkat").orElseThrow(), six()))
        .isEqualTo(SeccompAction.TELL);
    assertThat(changes.decide(calls.number("read").orElseThrow(), six()))
        .isEqualTo(SeccompAction.ALLOW);
    SeccompPolicy all = ToldCalls.all(plain);
    assertThat(all.decide(calls.number("read").orElseThrow(), six())).isEqualTo(SeccompAction.TELL);
    for (String never : List.of("execve", "exit_group", "rt_sigreturn")) {
      assertThat(all.decide(calls.number(never).orElseThrow(), six()))
          .isEqualTo(SeccompAction.ALLOW);
    }
  }

  @Test
  void denialsAreToldButThoseOfWhichNobodyCouldHear() throws Exception {
    SeccompPolicy silent =
        new SeccompPolicy(
            Architecture.X86_64,
            SeccompAction.errno(1),
            Map.of(
                0, List.of(new SyscallRule(List.of(), SeccompAction.errno(38))),
                1, List.of(new SyscallRule(List.of(), SeccompAction.ALLOW)),
                2, List.of(new SyscallRule(List.of(), SeccompAction.errno(1)))));
    SeccompPolicy told = ToldDenials.of(silent);
    agrees(told);
    assertThat(told.decide(0, six())).isEqualTo(SeccompAction.errno(38));
    assertThat(told.decide(1, six())).isEqualTo(SeccompAction.ALLOW);
    assertThat(told.decide(2, six())).isEqualTo(SeccompAction.NOTIFY);
    assertThat(told.decide(3, six())).isEqualTo(SeccompAction.NOTIFY);
    assertThat(told.decide(599, six())).isEqualTo(SeccompAction.errno(38));
    for (String call : List.of("execve", "execveat", "exit", "exit_group")) {
      int number = Architecture.X86_64.syscalls().number(call).orElseThrow();
      assertThat(told.decide(number, six())).as(call).isEqualTo(SeccompAction.errno(1));
    }
    int connect = Architecture.X86_64.syscalls().number("connect").orElseThrow();
    assertThat(
            ToldDenials.ofConnections(standard(Architecture.X86_64, Set.of()))
                .decide(connect, six()))
        .isEqualTo(SeccompAction.NOTIFY);
  }

  private static void agrees(SeccompPolicy policy) {
    BpfMachine machine = machine(policy);
    int audit = policy.architecture().auditNumber();
    for (int number = 0; number <= LAST_NUMBER; number++) {
      for (long[] arguments : tellingArguments(policy.rulesOf(number))) {
        int expected = policy.decide(number, arguments).returnValue();
        int actual = machine.run(number, audit, arguments);
        if (actual != expected) {
          assertThat(Integer.toHexString(actual))
              .describedAs("call %d%s", number, java.util.Arrays.toString(arguments))
              .isEqualTo(Integer.toHexString(expected));
        }
      }
    }
  }

  /** Every value that a rule names, its neighbours, and all of them with upper bits. */
  static List<long[]> tellingArguments(List<SyscallRule> rules) {
    Map<Integer, Set<Long>> values = new HashMap<>();
    for (SyscallRule rule : rules) {
      for (ArgCheck check : rule.checks()) {
        Set<Long> telling = values.computeIfAbsent(check.index(), _ -> new LinkedHashSet<>());
        for (long value : new long[] {check.value(), check.datum(), 0, -1, 1L << 32, 1L << 31}) {
          for (long near : new long[] {value, value - 1, value + 1, ~value}) {
            telling.add(near);
            telling.add(near ^ UPPER_BITS);
          }
        }
      }
    }
    List<long[]> vectors = new ArrayList<>();
    vectors.add(new long[6]);
    vectors.add(new long[] {-1, -1, -1, -1, -1, -1});
    vectors.add(new long[] {1, 2, 3, 4, 5, 6});
    values.forEach((index, telling) -> {
      List<long[]> more = new ArrayList<>();
      for (long[] base : vectors.subList(0, Math.min(vectors.size(), 200))) {
        for (long value : telling) {
          long[] changed = base.clone();
          changed[index] = value;
          more.add(changed);
        }
      }
      vectors.addAll(more);
    });
    return vectors;
  }

  private static SeccompPolicy randomPolicy(Random random) {
    Map<Integer, List<SyscallRule>> rules = new HashMap<>();
    for (int i = 0; i < 200; i++) {
      List<SyscallRule> list = new ArrayList<>();
      for (int r = random.nextInt(3); r >= 0; r--) {
        List<ArgCheck> checks = new ArrayList<>();
        for (int index = 0; index < 6 && checks.size() < 2; index++) {
          if (random.nextInt(4) == 0) {
            boolean low32 = random.nextBoolean();
            long mask = low32 ? 0xFFFF_FFFFL : -1L;
            ArgCheck.Op[] ops = ArgCheck.Op.values();
            long value = (random.nextBoolean() ? random.nextInt(8) : random.nextLong()) & mask;
            checks.add(
                new ArgCheck(
                    index,
                    ops[random.nextInt(ops.length)],
                    value,
                    random.nextLong() & value & mask,
                    low32));
          }
        }
        list.add(
            new SyscallRule(
                checks,
                random.nextBoolean()
                    ? SeccompAction.ALLOW
                    : SeccompAction.errno(1 + random.nextInt(100))));
      }
      rules.put(random.nextInt(480), list);
    }
    return new SeccompPolicy(Architecture.X86_64, SeccompAction.errno(1), rules);
  }

  @Test
  void otherMachinesCallsKill() throws Exception {
    BpfMachine machine = machine(standard(Architecture.X86_64, Set.of()));
    int own = Architecture.X86_64.auditNumber();
    assertThat(machine.run(0, AUDIT_I386, six())).isEqualTo(KILL);
    assertThat(machine.run(0, Architecture.AARCH64.auditNumber(), six())).isEqualTo(KILL);
    for (int number :
        new int[] {0x4000_0000, 0x4000_0027, 0x4000_0208, 0x7fff_ffff, 0x8000_0000, -1}) {
      assertThat(machine.run(number, own, six())).isEqualTo(KILL);
    }
  }

  @Test
  void unknownNumbersAreNotThere() throws Exception {
    BpfMachine machine = machine(standard(Architecture.X86_64, Set.of()));
    for (int number : new int[] {337, 400, 423, 470, 512, 600, 0x3fff_ffff}) {
      assertThat(machine.run(number, Architecture.X86_64.auditNumber(), six())).isEqualTo(ENOSYS);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "io_uring_setup",
        "io_uring_enter",
        "io_uring_register",
        "ptrace",
        "process_vm_readv",
        "process_vm_writev",
        "keyctl",
        "add_key",
        "request_key",
        "bpf",
        "perf_event_open",
        "userfaultfd",
        "mount",
        "umount2",
        "pivot_root",
        "fsopen",
        "fsmount",
        "move_mount",
        "open_tree",
        "mount_setattr",
        "setns",
        "kexec_load",
        "kexec_file_load",
        "init_module",
        "finit_module",
        "delete_module",
        "open_by_handle_at",
        "swapon",
        "reboot",
        "iopl",
        "ioperm",
        "quotactl",
        "acct",
        "chroot",
        "settimeofday",
        "modify_ldt",
        "fanotify_init"
      })
  void dangerousCallsAreDenied(String syscall) throws Exception {
    assertThat(decide(syscall)).isEqualTo(EPERM);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "mount",
        "bpf",
        "io_uring_setup",
        "open_by_handle_at",
        "init_module",
        "setns",
        "kexec_load",
        "keyctl",
        "iopl"
      })
  void noCapabilityOpensTheWorst(String syscall) throws Exception {
    Set<String> all = new java.util.HashSet<>();
    for (dev.hostler.agent.sandbox.Capability capability :
        dev.hostler.agent.sandbox.Capability.values()) {
      all.add(capability.kernelName());
    }
    int number = Architecture.X86_64.syscalls().number(syscall).orElseThrow();
    assertThat(standard(Architecture.X86_64, all).decide(number, six()).permits()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "read",
        "write",
        "openat",
        "execve",
        "fork",
        "futex",
        "mmap",
        "exit_group",
        "rt_sigreturn",
        "connect",
        "fchmodat2"
      })
  void ordinaryCallsAreAllowed(String syscall) throws Exception {
    assertThat(decide(syscall)).isEqualTo(ALLOW);
  }

  @Test
  void upperBitsDoNotHideAnArgument() throws Exception {
    assertThat(decide("ioctl", 0, 0x5401)).isEqualTo(ALLOW);
    for (long command : new long[] {0x5412, 0x541C, 0x541D}) {
      assertThat(decide("ioctl", 0, command)).isEqualTo(EPERM);
      assertThat(decide("ioctl", 0, command | UPPER_BITS)).isEqualTo(EPERM);
    }
    assertThat(decide("socket", 40 | UPPER_BITS)).isEqualTo(EPERM);
    assertThat(decide("clone", 0x1000_0000L | UPPER_BITS)).isEqualTo(EPERM);
  }

  @Test
  void noNewNamespaces() throws Exception {
    assertThat(decide("clone", 0x01200011)).isEqualTo(ALLOW);
    for (long flag :
        new long[] {0x20000, 0x2000000, 0x4000000, 0x8000000, 0x10000000, 0x20000000, 0x40000000}) {
      assertThat(decide("clone", flag | 17)).isEqualTo(EPERM);
      assertThat(decide("unshare", flag)).isEqualTo(EPERM);
    }
    assertThat(decide("unshare", 0x80)).isEqualTo(EPERM);
    assertThat(decide("unshare", 0x400)).isEqualTo(ALLOW);
    assertThat(decide("clone3")).isEqualTo(ENOSYS);
  }

  @Test
  void onlyOrdinarySockets() throws Exception {
    for (long family : new long[] {1, 2, 10}) {
      assertThat(decide("socket", family, 1, 0)).isEqualTo(ALLOW);
    }
    for (long family :
        new long[] {3, 17, 29, 31, 38, 40, 44}) { // AX25 PACKET CAN BLUETOOTH ALG VSOCK XDP
      assertThat(decide("socket", family, 1, 0)).isEqualTo(EPERM);
    }
    assertThat(decide("socket", 16, 3, 0)).isEqualTo(ALLOW);
    assertThat(decide("socket", 16, 3, 12)).isEqualTo(EPERM);
    assertThat(decide("socketpair", 16)).isEqualTo(EPERM);
  }

  @Test
  void commonCallsAreCheap() throws Exception {
    SeccompPolicy policy = standard(Architecture.X86_64, Set.of());
    BpfProgram program = SeccompCompiler.compile(policy);
    BpfMachine machine = new BpfMachine(program.toBytes());
    for (int number : policy.architecture().syscalls().names().keySet()) {
      machine.run(number, policy.architecture().auditNumber(), six());
      assertThat(machine.steps()).isLessThanOrEqualTo(40);
    }
    machine.run(0, policy.architecture().auditNumber(), six());
    assertThat(machine.steps()).isLessThanOrEqualTo(16);
    assertThat(program.instructions()).hasSizeLessThan(600);
  }

  @Test
  void tooLongAFilterIsRefused() {
    org.assertj.core.api.Assertions.assertThatIllegalArgumentException()
        .isThrownBy(() ->
            new BpfProgram(
                java.util.Collections.nCopies(4097, BpfInstruction.end(SeccompAction.ALLOW))))
        .withMessageContaining("1 to 4096");
  }
}
