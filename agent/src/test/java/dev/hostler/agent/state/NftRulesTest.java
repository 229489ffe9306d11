package dev.hostler.agent.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

/** Real rules, in a network namespace of the test's own. */
@EnabledIf("canRun")
class NftRulesTest {
  private static final List<Path> PATH =
      List.of(Path.of("/usr/sbin"), Path.of("/usr/bin"), Path.of("/sbin"), Path.of("/bin"));

  private Process holder;
  private HostPrograms programs;
  private NftRules rules;

  static boolean canRun() {
    return "root".equals(System.getProperty("user.name")) && HostPrograms.ofHost().has("nft");
  }

  /** The shell answers once it is in the namespace, and ends when the test closes its stdin. */
  @BeforeEach
  void enter() throws IOException {
    holder = new ProcessBuilder("unshare", "--net", "sh", "-c", "echo in; read x").start();
    assertThat(holder.inputReader().readLine()).isEqualTo("in");
    programs =
        new HostPrograms(List.of("nsenter", "--net=/proc/" + holder.pid() + "/ns/net", "--"), PATH);
    rules = new NftRules(programs);
  }

  @AfterEach
  void leave() throws Exception {
    holder.getOutputStream().close();
    holder.waitFor();
  }

  private static String table(String name) {
    return "table ip " + name + " {\n chain c {\n }\n}\n";
  }

  private void load(String text) throws Exception {
    assertThat(programs.run(text, "nft", "-f", "-").code()).isZero();
  }

  @Test
  void rulesAreBroughtBackWholeAndCountersDoNotMatter() throws Exception {
    assertThat(rules.read("")).isEmpty();
    load(
        """
        table inet filter {
          set good { type ipv4_addr; elements = { 192.0.2.1, 192.0.2.7 } }
          chain input {
            type filter hook input priority 0; policy accept;
            ip saddr @good counter packets 5 bytes 7 accept
            tcp dport { 22, 443 } accept
          }
        }
        """);
    String then = rules.read("");
    assertThat(then).contains("192.0.2.7").doesNotContain("packets 5");
    load("flush ruleset\n" + table("other"));
    assertThat(rules.read("")).contains("other").doesNotContain("192.0.2.7");
    rules.restore("", then);
    assertThat(rules.read("")).isEqualTo(then);
    rules.restore("", "");
    assertThat(rules.read("")).isEmpty();
  }

  @Test
  void whatNftDoesNotTakeChangesNothing() throws Exception {
    load(table("kept"));
    String before = rules.read("");
    assertThatThrownBy(() -> rules.restore("", "table ip x { nonsense }"))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith("nft: ");
    assertThat(rules.read("")).isEqualTo(before);
  }

  @Test
  void aHostWithoutNftIsTold() {
    NftRules none = new NftRules(new HostPrograms(List.of(), List.of(Path.of("/nowhere"))));
    assertThatThrownBy(() -> none.read("")).hasMessageContaining("this host has no nft");
    assertThat(Files.exists(Path.of("/nowhere"))).isFalse();
  }
}
