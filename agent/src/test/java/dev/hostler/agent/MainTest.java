package dev.hostler.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hostler.agent.link.ScriptedController;
import dev.hostler.agent.link.TestFleet;
import dev.hostler.trust.KeyPurpose;
import io.grpc.Status;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command line, and enrolment over real TLS with everything that can be wrong. */
class MainTest {
  @TempDir Path dir;
  private TestFleet fleet;
  private ScriptedController controller;
  private String said = "";

  @BeforeEach
  void open() throws Exception {
    fleet = new TestFleet();
    controller = new ScriptedController(fleet::secure);
    Files.writeString(dir.resolve("agent.toml"), "state_dir = \"" + dir.resolve("state") + "\"\n");
  }

  @AfterEach
  void close() throws Exception {
    controller.close();
  }

  private int run(Map<String, String> environment, String... arguments) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    PrintStream out = new PrintStream(bytes);
    int code = new Main(environment, out, out).run(arguments);
    said = bytes.toString();
    return code;
  }

  private int enrol(String token, String... more) {
    List<String> arguments =
        new ArrayList<>(List.of("enroll", "--config", dir.resolve("agent.toml").toString()));
    if (!List.of(more).contains("--controller")) {
      arguments.addAll(List.of("--controller", controller.address()));
    }
    arguments.addAll(List.of(more));
    return run(Map.of("HOSTLER_JOIN_TOKEN", token), arguments.toArray(new String[0]));
  }

  @Test
  void enrolsOnceAndSaysSoTheSecondTime() throws Exception {
    assertThat(enrol(fleet.token(), "--name", "web1.example")).as(said).isZero();
    assertThat(said).contains("Enrolled as host-1");
    assertThat(fleet.enrolled.getFirst().getHostName()).isEqualTo("web1.example");
    assertThat(fleet.enrolled.getFirst().getFacts().getKernel()).isNotEmpty();
    assertThat(enrol(fleet.token())).isZero();
    assertThat(said).contains("enrolled already, as host-1").contains("--force");
    assertThat(fleet.enrolled).hasSize(1);
    assertThat(enrol(fleet.token(), "--force")).isZero();
    assertThat(fleet.enrolled).hasSize(2);
  }

  @Test
  void theTokenMayComeFromAFile() throws Exception {
    Files.writeString(dir.resolve("token"), fleet.token() + "\n");
    assertThat(enrol("", "--token-file", dir.resolve("token").toString())).as(said).isZero();
  }

  @Test
  void eachRefusalSaysWhatToDo() throws Exception {
    fleet.refusal = Status.UNAUTHENTICATED.withDescription("the token has expired");
    assertThat(enrol(fleet.token())).isEqualTo(3);
    assertThat(said)
        .contains("id1", "has expired", "hostler token create")
        .doesNotContain("secret1");
    fleet.refusal = Status.ALREADY_EXISTS.withDescription("web1 is taken");
    assertThat(enrol(fleet.token(), "--name", "web1")).isEqualTo(3);
    assertThat(said).contains("\"web1\"", "--name");
    fleet.refusal = Status.INVALID_ARGUMENT.withDescription("weak key");
    assertThat(enrol(fleet.token())).isEqualTo(3);
    assertThat(said).contains("weak key");
    fleet.refusal = Status.FAILED_PRECONDITION.withDescription("too old");
    assertThat(enrol(fleet.token())).isEqualTo(3);
    assertThat(said).contains("protocol");
    fleet.refusal = Status.INTERNAL.withDescription("oops");
    assertThat(enrol(fleet.token())).isEqualTo(3);
    assertThat(said).contains("INTERNAL", "oops");
    assertThat(dir.resolve("state/identity/current")).doesNotExist();
  }

  @Test
  void aControllerThatTheTokenDoesNotAnnounceGetsNoToken() throws Exception {
    assertThat(enrol(new TestFleet().token())).isEqualTo(3);
    assertThat(said).contains("is not the controller that made this token");
    assertThat(fleet.enrolled).isEmpty();
  }

  @Test
  void aServerOfTheFleetThatIsNoControllerGetsNoToken() throws Exception {
    try (var other = new ScriptedController(builder -> fleet.secure(builder, KeyPurpose.AGENT))) {
      assertThat(enrol(fleet.token(), "--controller", other.address())).isEqualTo(3);
      assertThat(said).contains("is not the controller");
      assertThat(fleet.enrolled).isEmpty();
    }
  }

  @Test
  void aCertificateForAnotherKeyIsNotKept() throws Exception {
    fleet.wrongKey = true;
    assertThat(enrol(fleet.token())).isEqualTo(3);
    assertThat(said).contains("another key");
    assertThat(dir.resolve("state/identity/current")).doesNotExist();
  }

  @Test
  void noControllerIsSaidSo() throws Exception {
    assertThat(enrol(fleet.token(), "--controller", "127.0.0.1:1")).isEqualTo(3);
    assertThat(said).contains("127.0.0.1:1 cannot be reached");
    assertThat(enrol(fleet.token(), "--controller", "no-such-host.invalid:1")).isEqualTo(3);
    assertThat(said).contains("no-such-host.invalid");
  }

  @Test
  void wrongUsageIsCodeTwoAndNamesTheOption() throws Exception {
    String config = dir.resolve("agent.toml").toString();
    assertThat(run(Map.of())).isEqualTo(2);
    assertThat(said).contains("run or enroll");
    assertThat(run(Map.of(), "dance")).isEqualTo(2);
    assertThat(said).contains("\"dance\"");
    assertThat(run(Map.of(), "run", "--token", "x")).isEqualTo(2);
    assertThat(said).contains("\"--token\" is no option of run");
    assertThat(run(Map.of(), "run", "--config")).isEqualTo(2);
    assertThat(said).contains("--config needs a value");
    assertThat(run(Map.of(), "run", "--config=")).isEqualTo(2);
    assertThat(run(Map.of(), "run", "--config", config, "--config=" + config)).isEqualTo(2);
    assertThat(said).contains("given twice");
    assertThat(run(Map.of(), "enroll", "--config", config, "--controller", "a:1")).isEqualTo(2);
    assertThat(said).contains("join token is needed");
    assertThat(enrol("nonsense")).isEqualTo(2);
    assertThat(said).contains("hst1.ID.SECRET.CA");
    assertThat(enrol(fleet.token(), "--controller", "nonsense")).isEqualTo(2);
    assertThat(said).contains("HOST:PORT");
    assertThat(enrol(fleet.token(), "--name", "-bad-")).isEqualTo(2);
    assertThat(said).contains("\"-bad-\"");
    assertThat(enrol(fleet.token(), "--token", "a", "--token-file", "b")).isEqualTo(2);
    assertThat(enrol("", "--token-file", dir.resolve("none").toString())).isEqualTo(2);
    assertThat(said).contains("cannot be read");
    assertThat(run(Map.of("HOSTLER_JOIN_TOKEN", "x"), "enroll", "--config", config)).isEqualTo(2);
    assertThat(run(Map.of("HOSTLER_JOIN_TOKEN", fleet.token()), "enroll", "--config", config))
        .isEqualTo(2);
    assertThat(said).contains("--controller HOST:PORT");
  }

  @Test
  void aWrongConfigurationIsCodeTwo() throws Exception {
    assertThat(run(Map.of(), "run", "--config", dir.resolve("none").toString())).isEqualTo(2);
    assertThat(said).contains("none");
    Files.writeString(dir.resolve("agent.toml"), "stat_dir = \"x\"\n");
    assertThat(run(Map.of(), "run", "--config", dir.resolve("agent.toml").toString())).isEqualTo(2);
    assertThat(said).contains("stat_dir", "state_dir");
  }

  @Test
  void aHostThatIsNotEnrolledIsToldHow() {
    assertThat(run(Map.of(), "run", "--config", dir.resolve("agent.toml").toString())).isEqualTo(2);
    assertThat(said).contains("not enrolled", "hostler-agent enroll");
  }

  @Test
  void helpAndVersion() {
    assertThat(run(Map.of(), "--help")).isZero();
    assertThat(said).contains("Usage:", "Examples:", "Exit codes:");
    assertThat(run(Map.of(), "enroll", "--help")).isZero();
    assertThat(run(Map.of(), "--version")).isZero();
    assertThat(said).startsWith("hostler-agent ");
  }

  @Test
  void theWholeAgentGoesThroughItsRehearsal() {
    // Not in a temporary folder: native libraries of this JVM are unpacked there from now on.
    assertThat(run(Map.of(), "rehearse", "target/rehearsal-of-test")).as(said).isZero();
    assertThat(Path.of("target/rehearsal-of-test/ledger/log")).exists();
  }
}
