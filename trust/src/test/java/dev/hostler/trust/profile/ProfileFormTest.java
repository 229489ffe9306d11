package dev.hostler.trust.profile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hostler.trust.json.Problem;
import dev.hostler.trust.json.Problems;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProfileFormTest {
  private static String problems(String text) {
    Problems problems = new Problems();
    assertThat(ProfileForm.canonical(text, "json", problems)).isEmpty();
    return problems.list().stream().map(Problem::toString).collect(Collectors.joining("\n"));
  }

  @Test
  void hasOneForm() {
    Problems problems = new Problems();
    String text =
        """
        { "syscalls": [ {"names": ["read"], "action": "SCMP_ACT_ALLOW"},
                        {"name": "write", "action": "SCMP_ACT_ALLOW"} ],
          "defaultAction": "SCMP_ACT_ERRNO" }
        """;
    assertThat(ProfileForm.canonical(text, "json", problems))
        .isEqualTo(
            "{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"syscalls\":["
                + "{\"action\":\"SCMP_ACT_ALLOW\",\"names\":[\"read\"]},"
                + "{\"action\":\"SCMP_ACT_ALLOW\",\"name\":\"write\"}]}");
    assertThat(problems.isEmpty()).isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          x                                                                              | json: is not JSON
          null                                                                           | json: is empty
          []                                                                             | json: is a list
          {"syscalls":[]}                                                                | json.defaultAction: is missing
          {"defaultAction":"SCMP_ACT_ALLOW","syscalls":[]}                               | json.defaultAction: is 'SCMP_ACT_ALLOW'
          {"defaultAction":"SCMP_ACT_ERRNO"}                                             | json.syscalls: is missing
          {"defaultAction":"SCMP_ACT_ERRNO","syscalls":[1]}                              | json.syscalls[0]
          {"defaultAction":"SCMP_ACT_ERRNO","syscalls":[{"names":["read"]}]}             | json.syscalls[0].action
          {"defaultAction":"SCMP_ACT_ERRNO","syscalls":[{"action":"A","names":[]}]}      | json.syscalls[0].names: is empty
          {"defaultAction":"SCMP_ACT_ERRNO","syscalls":[{"action":"A","names":[7]}]}     | json.syscalls[0].names[0]
          """)
  void otherFormsAreRefused(String text, String message) {
    assertThat(problems(text)).contains(message);
  }

  @Test
  void nothingIsNoProfile() {
    assertThat(problems("")).isEqualTo("json: is empty; give a Docker/OCI seccomp profile");
    assertThat(problems(" \n ")).contains("json: is empty");
  }

  @Test
  void hasABound() {
    String name = "\"" + "x".repeat(1000) + "\",";
    assertThat(
            problems(
                "{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"syscalls\":[{\"action\":\"A\",\"names\":["
                    + name.repeat(300)
                    + "\"y\"]}]}"))
        .contains("more than 262144 bytes");
  }
}
