package dev.hostler.cli.job;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hostler.trust.json.Json;
import dev.hostler.trust.json.Problems;
import dev.hostler.trust.profile.ProfileForm;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The smallest sandbox for what a host recorded. */
class ProposalTest {
  private static Learned learned(String... members) {
    return Learned.read(
        "{\"calls\":{\"read\":3,\"openat\":1,\"syscall 900\":1}"
            + (members.length == 0 ? "" : "," + String.join(",", members))
            + "}");
  }

  @Test
  void whatIsMadeNeedsItsFolderAndWhatIsWrittenItself() {
    Proposal proposal =
        Proposal.of(
            learned(
                "\"made\":[\"/srv/a%20b/x\",\"/srv/a%20b/d/y\",\"/etc/new\"]",
                "\"written\":[\"/etc/hosts\",\"/srv/a%20b/d/z\",\"/var/lib/hostler/x\"]"));
    assertThat(proposal.writable()).containsExactly("/etc/hosts", "/srv/a b");
    assertThat(proposal.beware())
        .anyMatch(line -> line.contains("/etc/new") && line.contains("whole system directory"))
        .anyMatch(line -> line.contains("it writes /var/lib/hostler/x, which would expose"));
  }

  @Test
  void whatNoBundleCanDeclareIsSaid() {
    Proposal proposal =
        Proposal.of(
            learned(
                "\"capabilities\":[\"CAP_CHOWN\",\"CAP_SYS_ADMIN\"]",
                "\"peers\":[\"unix:/run/x\"]",
                "\"more\":[\"make\"]"));
    assertThat(proposal.capabilities()).containsExactly("CAP_CHOWN");
    assertThat(proposal.network()).isEqualTo("none");
    assertThat(proposal.beware())
        .containsExactly(
            "it used CAP_SYS_ADMIN, which no bundle can declare",
            "it talks to the socket unix:/run/x, which no sandbox lets through",
            "there was more of this than is kept: make");
  }

  @ParameterizedTest
  @CsvSource({
    "'', '', none",
    "10.0.0.1:443, '', allow-list",
    "[2001:db8::7]:443, '', allow-list",
    "192.0.2.53:53, '', none",
    "10.0.0.1:443, 10.0.0.2:80, host",
    "strange:x, '', host",
    "'', 0.0.0.0:80, host",
    "'', 127.0.0.1:80, loopback",
    "127.0.0.1:80, 127.0.0.1:80, loopback",
    "127.0.0.1:5432, '', allow-list"
  })
  void theNetworkIsTheSmallestThatReaches(String peer, String listen, String network) {
    String peers = peer.isEmpty() ? "" : "\"" + peer + "\"";
    String listens = listen.isEmpty() ? "" : "\"" + listen + "\"";
    Learned learned = learned("\"peers\":[" + peers + "]", "\"listens\":[" + listens + "]");
    assertThat(Proposal.of(learned).network()).isEqualTo(network);
    assertThat(Proposal.of(learned).toml("go", learned, "default"))
        .contains("[actions.go.sandbox]", "network = \"" + network + "\"")
        .contains(peer.isEmpty() ? "writable = []" : "# it talks to: " + peer);
  }

  @Test
  void peersAreThoseOfTheRunWithoutItsNameServers() {
    Learned learned = learned("\"peers\":[\"192.0.2.53:53\",\"10.0.0.2:443\",\"10.0.0.1:80\"]");
    Proposal proposal = Proposal.of(learned);
    assertThat(proposal.peers()).containsExactly("10.0.0.1:80", "10.0.0.2:443");
    assertThat(proposal.toml("go", learned, "default"))
        .contains("peers = [\"10.0.0.1:80\", \"10.0.0.2:443\"]", "write NAME:PORT");
  }

  @Test
  void theProfileHasWhatWasCalledAndWhatNobodySaw() {
    String profile = Proposal.profile(learned());
    Problems problems = new Problems();
    assertThat(ProfileForm.canonical(profile, "p", problems)).isNotEmpty();
    var root = Json.parse(profile.getBytes(StandardCharsets.UTF_8));
    assertThat(root.at("/syscalls/0/names").toString())
        .isEqualTo(
            "[\"execve\",\"exit\",\"exit_group\",\"openat\",\"read\",\"restart_syscall\","
                + "\"rt_sigreturn\"]");
    assertThat(root.at("/syscalls/1/errnoRet").asInt()).isEqualTo(38);
  }
}
