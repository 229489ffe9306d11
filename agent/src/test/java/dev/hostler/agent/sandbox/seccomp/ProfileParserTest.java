package dev.hostler.agent.sandbox.seccomp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Docker's form is understood, and what cannot be enforced is refused. */
class ProfileParserTest {
  private static final int READ = 0;
  private static final int MOUNT = 165;

  private static SeccompPolicy parse(String json, String... capabilities)
      throws SeccompProfileException {
    return ProfileParser.parse(
        json.replace('\'', '"'),
        new ProfileContext(Architecture.X86_64, Set.of(capabilities), 5, 15));
  }

  private static String with(String entry) {
    return "{'defaultAction':'SCMP_ACT_ERRNO','syscalls':[" + entry + "]}";
  }

  private static SeccompAction decide(SeccompPolicy policy, int number, long... arguments) {
    return policy.decide(number, java.util.Arrays.copyOf(arguments, 6));
  }

  @Test
  void namesOfOtherMachinesAreSkipped() throws Exception {
    SeccompPolicy policy =
        parse(with("{'names':['chown32','read','arm_fadvise64_64'],'action':'SCMP_ACT_ALLOW'}"));

    assertThat(policy.rules()).containsOnlyKeys(READ);
    assertThat(decide(policy, MOUNT)).isEqualTo(SeccompAction.errno(1));
  }

  @Test
  void includesAllAndExcludesAny() throws Exception {
    String entry =
        with(
            "{'names':['mount'],'action':'SCMP_ACT_ALLOW',"
                + "'includes':{'caps':['CAP_A','CAP_B']},'excludes':{'caps':['CAP_C']}}");

    assertThat(decide(parse(entry), MOUNT).permits()).isFalse();
    assertThat(decide(parse(entry, "CAP_A"), MOUNT).permits()).isFalse();
    assertThat(decide(parse(entry, "CAP_A", "CAP_B"), MOUNT).permits()).isTrue();
    assertThat(decide(parse(entry, "CAP_A", "CAP_B", "CAP_C"), MOUNT).permits()).isFalse();
  }

  @ParameterizedTest
  @CsvSource({"4.8,true", "5.15,true", "5.16,false", "6.0,false"})
  void minKernel(String version, boolean included) throws Exception {
    String includes = "{'names':['mount'],'action':'SCMP_ACT_ALLOW','includes':{'minKernel':'%s'}}";
    String excludes = "{'names':['mount'],'action':'SCMP_ACT_ALLOW','excludes':{'minKernel':'%s'}}";

    assertThat(decide(parse(with(includes.formatted(version))), MOUNT).permits())
        .isEqualTo(included);
    assertThat(decide(parse(with(excludes.formatted(version))), MOUNT).permits())
        .isEqualTo(!included);
  }

  @Test
  void machinesOfAnEntry() throws Exception {
    String entry = "{'names':['mount'],'action':'SCMP_ACT_ALLOW','%s':{'arches':['%s']}}";

    assertThat(decide(parse(with(entry.formatted("includes", "amd64"))), MOUNT).permits()).isTrue();
    assertThat(decide(parse(with(entry.formatted("includes", "arm64"))), MOUNT).permits())
        .isFalse();
    assertThat(decide(parse(with(entry.formatted("excludes", "amd64"))), MOUNT).permits())
        .isFalse();
  }

  @Test
  void rulesWithArgumentsComeFirstInTheirOrder() throws Exception {
    SeccompPolicy policy =
        parse(
            with(
                "{'name':'mount','action':'SCMP_ACT_ALLOW'},"
                    + "{'names':['mount'],'action':'SCMP_ACT_ERRNO','errnoRet':7,"
                    + "'args':[{'index':0,'value':1,'op':'SCMP_CMP_GE'}]},"
                    + "{'names':['mount'],'action':'SCMP_ACT_ERRNO','errnoRet':8,"
                    + "'args':[{'index':0,'value':2,'op':'SCMP_CMP_EQ'}]}"));

    assertThat(decide(policy, MOUNT, 0).permits()).isTrue();
    assertThat(decide(policy, MOUNT, 2)).isEqualTo(SeccompAction.errno(7));
  }

  @Test
  void everyActionHasItsReturnValue() throws Exception {
    SeccompPolicy policy =
        parse(
            "{'defaultAction':'SCMP_ACT_KILL_PROCESS','syscalls':["
                + "{'names':['read'],'action':'SCMP_ACT_LOG'},"
                + "{'names':['write'],'action':'SCMP_ACT_TRAP'},"
                + "{'names':['open'],'action':'SCMP_ACT_KILL'}]}");

    assertThat(decide(policy, 0).returnValue()).isEqualTo(0x7ffc_0000);
    assertThat(decide(policy, 1).returnValue()).isEqualTo(0x0003_0000);
    assertThat(decide(policy, 2).returnValue()).isZero();
    assertThat(decide(policy, 3).returnValue()).isEqualTo(0x8000_0000);
    assertThat(decide(policy, 599).returnValue()).isEqualTo(0x0005_0026);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {'defaultAction':'SCMP_ACT_ALLOW'}                                    | allow-list
          {'defaultAction':'SCMP_ACT_LOG'}                                      | allow-list
          {'defaultAction':'SCMP_ACT_NOTIFY'}                                   | SCMP_ACT_NOTIFY
          {}                                                                    | defaultAction
          []                                                                    | must be a JSON object
          {'defaultAction':'SCMP_ACT_ERRNO'} x                                  | not JSON
          {'defaultAction':'SCMP_ACT_ERRNO','defaultAction':'SCMP_ACT_KILL'}    | not JSON
          {'defaultAction':'SCMP_ACT_ERRNO','listenerPath':'/x'}                | listenerPath
          {'defaultAction':'SCMP_ACT_ERRNO','defaultErrnoRet':5000}             | errno 5000
          {'defaultAction':'SCMP_ACT_ERRNO','defaultErrnoRet':'1'}              | must be a number
          {'defaultAction':'SCMP_ACT_ERRNO','architectures':['SCMP_ARCH_S390']} | SCMP_ARCH_X86_64
          {'defaultAction':'SCMP_ACT_ERRNO','architectures':'x'}                | must be an array
          {'defaultAction':'SCMP_ACT_ERRNO','architectures':[1]}                | array of strings
          {'defaultAction':'SCMP_ACT_ERRNO','archMap':[{'architecture':'x'}]}   | SCMP_ARCH_X86_64
          """)
  void malformedProfilesAreRefused(String json, String reason) {
    assertThatThrownBy(() -> parse(json))
        .isInstanceOf(SeccompProfileException.class)
        .hasMessageContaining(reason);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {'action':'SCMP_ACT_ALLOW'}                                                      | names no system call
          {'names':['read'],'action':'SCMP_ACT_TRACE'}                                     | SCMP_ACT_TRACE
          {'names':['read'],'action':'SCMP_ACT_ALLOW','includes':{'minKernel':'new'}}      | MAJOR.MINOR
          {'names':['read'],'action':'SCMP_ACT_ALLOW','includes':['CAP_SYS_ADMIN']}        | must be a JSON object
          {'names':['read'],'action':'SCMP_ACT_ALLOW','excludes':'amd64'}                  | must be a JSON object
          {'names':['read'],'action':'SCMP_ACT_ALLOW','includes':{'moon':'full'}}          | moon
          {'names':['read'],'action':'SCMP_ACT_ALLOW','args':[{'index':6,'op':'SCMP_CMP_EQ'}]}  | 0 to 5
          {'names':['read'],'action':'SCMP_ACT_ALLOW','args':[{'index':0,'op':'SCMP_CMP_X'}]}   | SCMP_CMP_X
          {'names':['read'],'action':'SCMP_ACT_ALLOW','args':[{'index':0,'op':'SCMP_CMP_EQ'},{'index':0,'op':'SCMP_CMP_NE'}]} | given twice
          {'names':['read'],'action':'SCMP_ACT_ALLOW','args':[{'index':0,'op':'SCMP_CMP_EQ','value':-1}]} | at most 64 bits
          {'names':['read'],'action':'SCMP_ACT_ALLOW','args':[{'index':0,'op':'SCMP_CMP_EQ','value':18446744073709551616}]} | at most 64 bits
          {'names':['ioctl'],'action':'SCMP_ACT_ALLOW','args':[{'index':1,'op':'SCMP_CMP_EQ','value':4294967296}]} | 32 bits
          {'names':['read'],'action':'SCMP_ACT_ALLOW','args':[{'index':0,'op':'SCMP_CMP_EQ','moon':1}]} | moon
          """)
  void malformedEntriesAreRefused(String entry, String reason) {
    assertThatThrownBy(() -> parse(with(entry)))
        .isInstanceOf(SeccompProfileException.class)
        .hasMessageContaining(reason);
  }

  @Test
  void everyNameOfTheStandardProfileIsACall() throws Exception {
    tools.jackson.databind.JsonNode root =
        new tools.jackson.databind.json.JsonMapper().readTree(ProfileParser.standardProfile());
    for (tools.jackson.databind.JsonNode entry : root.path("syscalls")) {
      for (tools.jackson.databind.JsonNode name : entry.path("names")) {
        assertThat(Architecture.X86_64.syscalls().number(name.asString()))
            .describedAs(name.asString())
            .isPresent();
      }
    }
  }

  @Test
  void machinesHaveNames() {
    assertThat(Architecture.ofName("amd64")).isEqualTo(Architecture.X86_64);
    assertThat(Architecture.ofName("aarch64")).isEqualTo(Architecture.AARCH64);
    assertThatThrownBy(() -> Architecture.ofName("mips")).hasMessageContaining("mips");
    assertThat(Architecture.AARCH64.syscalls().number("openat")).hasValue(56);
    assertThat(Architecture.AARCH64.syscalls().number("open")).isEmpty();
  }
}
