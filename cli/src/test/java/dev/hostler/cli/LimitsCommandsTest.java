package dev.hostler.cli;

import static dev.hostler.cli.fake.Samples.at;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hostler.cli.fake.FakeController;
import dev.hostler.proto.v1.DecidedLimit;
import dev.hostler.proto.v1.GetLimitsRequest;
import dev.hostler.proto.v1.GetLimitsResponse;
import dev.hostler.proto.v1.LimitPolicy;
import dev.hostler.proto.v1.LimitScope;
import dev.hostler.proto.v1.LimitServiceGrpc;
import dev.hostler.proto.v1.Limits;
import dev.hostler.proto.v1.ListLimitPoliciesResponse;
import dev.hostler.proto.v1.SetLimitsRequest;
import io.grpc.Status;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** What attempts may use. */
class LimitsCommandsTest extends CliTest {
  private static LimitPolicy policy(LimitScope scope, String subject, String name) {
    return LimitPolicy.newBuilder()
        .setScope(scope)
        .setSubject(subject)
        .setName(name)
        .setLimits(Limits.newBuilder().setMemoryBytes(64 << 20).setCpuMillis(1500))
        .setChangedAt(at(5))
        .setChangedBy("ann")
        .build();
  }

  private static SetLimitsRequest one(java.util.List<SetLimitsRequest> requests) {
    return requests.getLast();
  }

  @Test
  void policiesAreListed() {
    controller.answer(
        LimitServiceGrpc.getListLimitPoliciesMethod(),
        _ ->
            ListLimitPoliciesResponse.newBuilder()
                .addPolicies(policy(LimitScope.LIMIT_SCOPE_FLEET, "", ""))
                .addPolicies(policy(LimitScope.LIMIT_SCOPE_HOST, "id-1", "web-1"))
                .build());
    assertThat(run("limits", "list").out().lines().map(line -> line.replaceAll(" +", " ")))
        .hasSize(3)
        .first()
        .isEqualTo("SCOPE NAME CHANGED BY LIMITS");
    assertThat(run("limits", "list").out())
        .containsPattern("host +web-1 +.* ann +memory=64MiB cpu=1.5");
    JsonNode json = run("limits", "list", "-o", "json").json();
    assertThat(json.at("/0/scope").stringValue()).isEqualTo("fleet");
    assertThat(json.at("/0/subject").isMissingNode()).isTrue();
    assertThat(json.at("/1/subject").stringValue()).isEqualTo("id-1");
    assertThat(json.at("/1/limits/memory_bytes").longValue()).isEqualTo(64 << 20);
    assertThat(json.at("/1/limits/cpu_millis").intValue()).isEqualTo(1500);
  }

  @Test
  void whatAnActionGetsIsShownWithWhoDecided() {
    controller.answer(
        LimitServiceGrpc.getGetLimitsMethod(),
        _ ->
            GetLimitsResponse.newBuilder()
                .addDecided(
                    DecidedLimit.newBuilder()
                        .setLimit("memory")
                        .setValue(64 << 20)
                        .setSetBy("host policy"))
                .addDecided(DecidedLimit.newBuilder().setLimit("later").setValue(7).setSetBy("x"))
                .build());
    Result result =
        run("limits", "show", "--bundle", "web@1.2.3", "--action", "go", "--host", "web-1");
    assertThat(result.code()).as(result.err()).isZero();
    assertThat(result.out().lines().map(line -> line.replaceAll(" +", " ")))
        .containsExactly("LIMIT AT MOST SET BY", "memory 64MiB host policy", "later 7 x");
    GetLimitsRequest asked = controller.requests(GetLimitsRequest.class).getLast();
    assertThat(asked)
        .isEqualTo(
            GetLimitsRequest.newBuilder()
                .setBundle("web")
                .setVersion("1.2.3")
                .setAction("go")
                .setHost("web-1")
                .build());
    assertThat(run("limits", "show", "-o", "json").json().at("/0/value").longValue())
        .isEqualTo(64 << 20);
    assertThat(run("limits", "show", "--action", "go").err()).contains("--bundle");
  }

  @Test
  void limitsAreSetAndRemoved() {
    controller.answer(
        LimitServiceGrpc.getSetLimitsMethod(),
        request ->
            LimitPolicy.newBuilder()
                .setScope(request.getScope())
                .setSubject(request.getSubject())
                .setName(request.getSubject())
                .setLimits(request.getLimits())
                .build());
    Result result = run("limits", "set", "--fleet", "memory=64MiB", "cpu=0.5", "cpu_time=10m");
    assertThat(result.out())
        .isEqualTo(
            "The fleet has: memory=64MiB cpu=0.5 cpu_time=10m. Attempts that run already keep"
                + " theirs.\n");
    assertThat(one(controller.requests(SetLimitsRequest.class)))
        .isEqualTo(
            SetLimitsRequest.newBuilder()
                .setScope(LimitScope.LIMIT_SCOPE_FLEET)
                .setLimits(
                    Limits.newBuilder()
                        .setMemoryBytes(64 << 20)
                        .setCpuMillis(500)
                        .setCpuTimeMs(600_000))
                .build());
    assertThat(run("limits", "set", "--host", "web-1", "memory=none").out())
        .isEqualTo("The host web-1 has no limits of its own now.\n");
    SetLimitsRequest cleared = one(controller.requests(SetLimitsRequest.class));
    assertThat(cleared.getClearList()).containsExactly("memory");
    assertThat(cleared.getSubject()).isEqualTo("web-1");
    assertThat(
            run("limits", "set", "--bundle", "web", "pids=7", "-o", "json")
                .json()
                .at("/limits/pids")
                .intValue())
        .isEqualTo(7);
  }

  @Test
  void mistakesAreNamedBeforeAnybodyIsAsked() {
    assertThat(run("limits", "set", "memory=1GiB").err()).contains("--fleet");
    assertThat(run("limits", "set", "--fleet", "--host", "a", "memory=1GiB").code()).isEqualTo(2);
    assertThat(run("limits", "set", "--fleet", "colour=red").err())
        .contains("no such limit", "memory, swap, cpu");
    assertThat(run("limits", "set", "--fleet", "memory=lots").err()).contains("64MiB");
    assertThat(run("limits", "set", "--fleet", "pids=0").err()).contains("1 to 100000");
    assertThat(run("limits", "set", "--fleet").code()).isEqualTo(2);
    assertThat(controller.requests(SetLimitsRequest.class)).isEmpty();
  }

  @Test
  void aRefusalIsPassedOn() {
    controller.answer(
        LimitServiceGrpc.getSetLimitsMethod(),
        _ -> {
          throw FakeController.refuse(Status.PERMISSION_DENIED, "ann may not call limits.set");
        });
    Result result = run("limits", "set", "--fleet", "pids=7");
    assertThat(result.code()).isNotZero();
    assertThat(result.err()).contains("ann may not call limits.set");
  }
}
