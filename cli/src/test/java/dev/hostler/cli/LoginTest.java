package dev.hostler.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hostler.cli.fake.FakeController;
import dev.hostler.cli.fake.TestFleet;
import dev.hostler.proto.v1.Controller;
import dev.hostler.proto.v1.ControllerServiceGrpc;
import dev.hostler.proto.v1.HostServiceGrpc;
import dev.hostler.proto.v1.ListHostsResponse;
import io.grpc.Status;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LoginTest extends CliTest {

  @BeforeEach
  void answerAndForgetTheEnvironment() {
    environment.keySet().removeIf(name -> name.matches("HOSTLER_(CONTROLLER|CA|CERT|KEY)"));
    controller.answer(
        ControllerServiceGrpc.getGetControllerMethod(),
        request ->
            Controller.newBuilder()
                .setVersion("0.1.0")
                .setOperator("admin")
                .setAgentAddress("10.0.0.1:7443")
                .build());
    controller.answer(
        HostServiceGrpc.getListHostsMethod(), request -> ListHostsResponse.getDefaultInstance());
  }

  private Result login(String address, String... more) {
    String[] args = new String[8 + more.length];
    String[] fixed = {
      "login", address,
      "--ca", fleet.file("ca.crt").toString(),
      "--cert", fleet.file("admin.crt").toString(),
      "--key", fleet.file("admin.key").toString()
    };
    System.arraycopy(fixed, 0, args, 0, 8);
    System.arraycopy(more, 0, args, 8, more.length);
    return run(args);
  }

  private Path config() {
    return Path.of(environment.get("HOSTLER_CONFIG"));
  }

  @Test
  void storesAContextThatWorksReadableByItsOwnerOnly() throws IOException {
    Result result = login(controller.address());

    assertThat(result.code()).as(result.err()).isZero();
    assertThat(result.out()).contains("as admin", "0.1.0", "\"default\"");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(config())))
        .isEqualTo("rw-------");
    assertThat(run("host", "list").code()).isZero();
  }

  @Test
  void tellsWhoAnswersInJson() {
    Result result = login(controller.address(), "--context", "prod", "-o", "json");

    assertThat(result.json().get("context").stringValue()).isEqualTo("prod");
    assertThat(result.json().get("operator").stringValue()).isEqualTo("admin");
    assertThat(result.json().get("agent_address").stringValue()).isEqualTo("10.0.0.1:7443");
  }

  @Test
  void storesNothingWhenNobodyAnswers() throws IOException {
    int free;
    try (ServerSocket socket = new ServerSocket(0)) {
      free = socket.getLocalPort();
    }
    Result result = login("127.0.0.1:" + free);

    assertThat(result.code()).isEqualTo(3);
    assertThat(result.err()).contains("cannot reach the controller", "Connection refused");
    assertThat(config()).doesNotExist();
  }

  @Test
  void namesThatCannotBeResolvedAreReported() {
    Result result = login("controller.invalid:7444");

    assertThat(result.code()).isEqualTo(3);
    assertThat(result.err()).contains("controller.invalid", "resolved");
  }

  @Test
  void refusesAControllerOfAnotherFleet() {
    TestFleet other = new TestFleet(folder.resolve("other"));
    try (FakeController stranger = new FakeController(other)) {
      Result result = login(stranger.address());

      assertThat(result.code()).isEqualTo(3);
      assertThat(result.err()).contains("its certificate is not accepted", "`ca`");
    }
  }

  @Test
  void saysThatTheControllerDoesNotKnowTheOperator() {
    TestFleet other = new TestFleet(folder.resolve("other"));
    Result result =
        run(
            "login",
            controller.address(),
            "--ca",
            fleet.file("ca.crt").toString(),
            "--cert",
            other.file("admin.crt").toString(),
            "--key",
            other.file("admin.key").toString());

    assertThat(result.code()).isEqualTo(3);
    assertThat(result.err()).contains("operator certificate");
  }

  @Test
  void refusesAServerWithoutTheControllersPurpose() {
    // The operator's own certificate is of the right fleet, but no controller's.
    TestFleet impostor = new TestFleet(folder.resolve("impostor"));
    impostor.serveWith(fleet, "admin");
    try (FakeController server = new FakeController(impostor)) {
      Result result = login(server.address());

      assertThat(result.code()).isEqualTo(3);
      assertThat(result.err()).contains("its certificate is not accepted");
    }
  }

  @Test
  void reportsARefusalOfTheController() {
    controller.answer(
        ControllerServiceGrpc.getGetControllerMethod(),
        request -> {
          throw FakeController.refuse(Status.PERMISSION_DENIED, "admin was revoked");
        });
    Result result = login(controller.address());

    assertThat(result.code()).isEqualTo(3);
    assertThat(result.err()).contains("refuses", "admin was revoked");
  }

  @Test
  void filesThatDoNotFitAreNamedWithTheirSetting() throws IOException {
    Path key = Files.writeString(folder.resolve("x.key"), "nothing");
    String ca = fleet.file("ca.crt").toString();
    String cert = fleet.file("admin.crt").toString();

    Result noFile = run("login", "h", "--ca", "/nowhere", "--cert", cert, "--key", key + "x");
    assertThat(noFile.code()).isEqualTo(2);
    assertThat(noFile.err()).contains("key: there is no file");

    Result noKey = run("login", "h", "--ca", ca, "--cert", cert, "--key", key.toString());
    assertThat(noKey.code()).isEqualTo(2);
    assertThat(noKey.err()).contains("key: ", "BEGIN PRIVATE KEY", "pkcs8");

    Result noCert = run("login", "h", "--ca", ca, "--cert", key.toString(), "--key", "k");
    assertThat(noCert.code()).isEqualTo(2);
    assertThat(noCert.err()).contains("cert: ", "no certificate");

    Files.writeString(key, "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n");
    Result badKey = run("login", "h", "--ca", ca, "--cert", cert, "--key", key.toString());
    assertThat(badKey.code()).isEqualTo(2);
    assertThat(badKey.err()).contains("key: ", "no EC key");
  }

  @Test
  void addressesAndNamesAreChecked() {
    assertThat(login("http://x/").err()).contains("is no address", "hostler.example.org:7444");
    assertThat(login("x:99999").code()).isEqualTo(2);
    assertThat(login(controller.address(), "--context", "a b").err()).contains("--context \"a b\"");
  }

  @Test
  void contextsAreListedChosenShownAndForgotten() {
    assertThat(login(controller.address(), "--context", "one").code()).isZero();
    assertThat(login(controller.address(), "--context", "two.b").code()).isZero();

    assertThat(run("context", "list").out()).contains("one", "two.b");
    assertThat(run("context", "list", "-o", "json").json().get(1).get("current").booleanValue())
        .isTrue();
    assertThat(run("context", "use", "one").code()).isZero();
    assertThat(run("context", "show").out()).contains("one", controller.address());
    assertThat(run("context", "show", "two.b", "-o", "json").json().get("current").booleanValue())
        .isFalse();
    assertThat(run("context", "remove", "one").code()).isZero();

    Result unchosen = run("host", "list");
    assertThat(unchosen.code()).isEqualTo(2);
    assertThat(unchosen.err()).contains("hostler login", "context use");
    assertThat(run("context", "show").code()).isEqualTo(2);
    assertThat(run("host", "list", "--context", "two.b").code()).isZero();
    environment.put("HOSTLER_CONTEXT", "two.b");
    assertThat(run("host", "list").code()).isZero();
    Result unknown = run("context", "use", "one");
    assertThat(unknown.code()).isEqualTo(2);
    assertThat(unknown.err()).contains("no context \"one\"", "two.b");
  }

  @Test
  void theEnvironmentWinsOverTheContext() {
    login(controller.address());
    environment.put("HOSTLER_CONTROLLER", "127.0.0.1:1");

    assertThat(run("host", "list").err()).contains("127.0.0.1:1");
  }

  @Test
  void aBrokenConfigurationIsReportedWithItsPlace() throws IOException {
    Files.createDirectories(config().getParent());
    Files.writeString(config(), "current = \"a\"\n[contexts.a\n");
    assertThat(run("context", "list").err()).contains("config.toml:2:");

    Files.writeString(config(), "curent = \"a\"\n");
    assertThat(run("context", "list").err()).contains("unknown setting curent");

    Files.writeString(config(), "current = \"a\"\n");
    assertThat(run("context", "list").err()).contains("names no context");

    Files.writeString(config(), "[contexts.a]\naddress = \"h\"\n");
    assertThat(run("context", "list").err()).contains("contexts.a.ca is missing");

    Files.writeString(config(), "[contexts.a]\nadress = \"h\"\n");
    assertThat(run("context", "list").err()).contains("unknown setting contexts.a.adress");

    Files.writeString(config(), "current = 1\n");
    assertThat(run("context", "list").err()).contains("must be a string");
    assertThat(run("context", "list").code()).isEqualTo(2);
  }

  @Test
  void aConfigurationThatCannotBeWrittenIsALocalFailure() throws IOException {
    Path blocked = Files.writeString(folder.resolve("blocked"), "");
    environment.put("HOSTLER_CONFIG", blocked.resolve("config.toml").toString());
    Result result = login(controller.address());

    assertThat(result.code()).isIn(2, 4);
    assertThat(result.err()).contains("blocked/config.toml");
  }
}
