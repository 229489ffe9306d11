package dev.hostler.cli;

import static dev.hostler.cli.fake.Samples.at;
import static dev.hostler.cli.fake.Samples.host;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hostler.cli.console.Terminals;
import dev.hostler.cli.fake.FakeController;
import dev.hostler.proto.v1.AuditEntry;
import dev.hostler.proto.v1.AuditServiceGrpc;
import dev.hostler.proto.v1.Controller;
import dev.hostler.proto.v1.ControllerServiceGrpc;
import dev.hostler.proto.v1.CreateTokenRequest;
import dev.hostler.proto.v1.CreateTokenResponse;
import dev.hostler.proto.v1.Host;
import dev.hostler.proto.v1.HostServiceGrpc;
import dev.hostler.proto.v1.LabelHostRequest;
import dev.hostler.proto.v1.ListAuditRequest;
import dev.hostler.proto.v1.ListAuditResponse;
import dev.hostler.proto.v1.ListHostsRequest;
import dev.hostler.proto.v1.ListHostsResponse;
import dev.hostler.proto.v1.ListTokensResponse;
import dev.hostler.proto.v1.RemoveHostRequest;
import dev.hostler.proto.v1.RemoveHostResponse;
import dev.hostler.proto.v1.Token;
import dev.hostler.proto.v1.TokenServiceGrpc;
import io.grpc.Status;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Hosts, tokens, audit log. */
class FleetCommandsTest extends CliTest {

  @Test
  void hostsAreListedOverAllPages() {
    controller.answer(
        HostServiceGrpc.getListHostsMethod(),
        request ->
            request.getPageToken().isEmpty()
                ? ListHostsResponse.newBuilder().addHosts(host("a")).setNextPageToken("2").build()
                : ListHostsResponse.newBuilder()
                    .addHosts(Host.newBuilder().setId("id-b").setName("b"))
                    .build());
    Result table = run("host", "list", "-t", "connected");

    assertThat(table.code()).as(table.err()).isZero();
    assertThat(table.out().lines().toList()).hasSize(3);
    assertThat(table.out().lines().toList().get(1))
        .matches("a +connected +\\d+d +debian 12 +x86_64 +2 +4\\.0 GiB +env=prod +id-a");
    assertThat(table.out().lines().toList().get(2)).matches("b +offline +never +- .*");
    assertThat(controller.requests(ListHostsRequest.class))
        .allMatch(request -> request.getSelector().equals("connected"));

    JsonNode json = run("host", "list", "-o", "json").json();
    assertThat(json).hasSize(2);
    assertThat(json.at("/0/facts/memory_bytes").longValue()).isEqualTo(4L << 30);
    assertThat(json.at("/0/last_seen_at").stringValue()).isEqualTo("1970-01-01T00:33:20Z");
    assertThat(json.at("/1/last_seen_at").isMissingNode()).isTrue();
  }

  @Test
  void aSelectorThatDoesNotParseShowsTheServersCaret() {
    controller.answer(
        HostServiceGrpc.getListHostsMethod(),
        request -> {
          throw FakeController.refuse(Status.INVALID_ARGUMENT, "bad selector\n  a ==\n      ^");
        });
    Result result = run("host", "list", "-t", "a ==");

    assertThat(result.code()).isEqualTo(2);
    assertThat(result.err()).isEqualTo("error: bad selector\n  a ==\n      ^\n");
  }

  @Test
  void oneHostIsShown() {
    controller.answer(HostServiceGrpc.getGetHostMethod(), request -> host(request.getHost()));

    assertThat(run("host", "show", "web-1").out())
        .contains("web-1", "Debian GNU/Linux 12", "6.1.0", "192.0.2.1", "env=prod");
    assertThat(run("host", "show", "web-1", "-o", "json").json().get("id").stringValue())
        .isEqualTo("id-web-1");
    controller.answer(
        HostServiceGrpc.getGetHostMethod(),
        request -> {
          throw FakeController.refuse(Status.NOT_FOUND, "no host \"x\"");
        });
    Result unknown = run("host", "show", "x");
    assertThat(unknown.code()).isEqualTo(2);
    assertThat(unknown.err()).isEqualTo("error: no host \"x\"\n");
  }

  @Test
  void whatOthersNamedCannotMoveTheCursor() {
    controller.answer(
        HostServiceGrpc.getGetHostMethod(),
        request -> host("x").toBuilder().setName("a\u001b[2J\u009bb\nc").build());

    assertThat(run("host", "show", "x").out()).contains("a\ufffd[2J\ufffdb c");
    assertThat(run("host", "show", "x", "-o", "json").out()).contains("a\\u001b[2J\\u009bb\\nc");
  }

  @Test
  void labelsAreSetAndRemoved() {
    controller.answer(HostServiceGrpc.getLabelHostMethod(), request -> host(request.getHost()));

    assertThat(run("host", "label", "a", "x=1", "y=", "--remove", "z").code()).isZero();
    LabelHostRequest request = controller.requests(LabelHostRequest.class).getFirst();
    assertThat(request.getSetMap()).containsEntry("x", "1").containsEntry("y", "").hasSize(2);
    assertThat(request.getRemoveList()).containsExactly("z");
    assertThat(run("host", "label", "a").err()).contains("nothing to change");
    assertThat(run("host", "label", "a", "x").err()).contains("label x: write KEY=VALUE");
  }

  @Test
  void removingAsksOnATerminalOnly() {
    controller.answer(
        HostServiceGrpc.getRemoveHostMethod(), request -> RemoveHostResponse.getDefaultInstance());

    assertThat(run("host", "remove", "a").out()).contains("a is removed");
    terminals = new Terminals(true, true, true);
    input = "n\n";
    Result kept = run("host", "remove", "b");
    assertThat(kept.code()).isEqualTo(130);
    assertThat(kept.err()).contains("Remove host b", "not removed");
    input = "y\n";
    assertThat(run("host", "remove", "c").code()).isZero();
    input = "";
    assertThat(run("host", "remove", "d", "--yes", "-o", "json").json().get("removed").asBoolean())
        .isTrue();
    assertThat(controller.requests(RemoveHostRequest.class))
        .extracting(RemoveHostRequest::getHost)
        .containsExactly("a", "c", "d");
  }

  private static Token.Builder token(String id) {
    return Token.newBuilder()
        .setId(id)
        .setUses(5)
        .setCreatedAt(at(1))
        .setCreatedBy("admin")
        .setExpiresAt(at(4_000_000_000L))
        .putLabels("env", "prod");
  }

  @Test
  void aTokenIsAloneOnStdout() {
    controller.answer(
        TokenServiceGrpc.getCreateTokenMethod(),
        request ->
            CreateTokenResponse.newBuilder()
                .setToken("hst1.t1.SECRET.CA")
                .setDetails(token("t1"))
                .build());
    controller.answer(
        ControllerServiceGrpc.getGetControllerMethod(),
        request -> Controller.newBuilder().setAgentAddress("10.0.0.1:7443").build());
    Result result = run("token", "create", "--uses", "5", "--ttl", "90m", "--label", "env=prod");

    assertThat(result.out()).isEqualTo("hst1.t1.SECRET.CA\n");
    assertThat(result.err())
        .contains(
            "5 hosts",
            "HOSTLER_JOIN_TOKEN=hst1.t1.SECRET.CA hostler-agent enroll",
            "10.0.0.1:7443");
    CreateTokenRequest request = controller.requests(CreateTokenRequest.class).getFirst();
    assertThat(request.getUses()).isEqualTo(5);
    assertThat(request.getTtl().getSeconds()).isEqualTo(5400);
    assertThat(request.getLabelsMap()).containsEntry("env", "prod");
    JsonNode json = run("token", "create", "-o", "json").json();
    assertThat(json.get("token").stringValue()).isEqualTo("hst1.t1.SECRET.CA");
    assertThat(json.get("agent_address").stringValue()).isEqualTo("10.0.0.1:7443");
    assertThat(run("token", "create", "--uses", "0").code()).isEqualTo(2);
    assertThat(run("token", "create", "--uses", "x").err()).contains("--uses");
    assertThat(run("token", "create", "--ttl", "0s").err()).contains("'0s'", "1h30m");
  }

  @Test
  void tokensAreListedWithTheirState() {
    controller.answer(
        TokenServiceGrpc.getListTokensMethod(),
        request ->
            ListTokensResponse.newBuilder()
                .addTokens(token("t1"))
                .addTokens(token("t2").setUsed(5))
                .addTokens(token("t3").setRevokedAt(at(5)))
                .addTokens(token("t4").setExpiresAt(at(5)))
                .build());
    assertThat(run("token", "list").out().lines().map(line -> line.replaceAll(" +", " ")))
        .anyMatch(line -> line.startsWith("t1 active 0/5"))
        .anyMatch(line -> line.startsWith("t2 used_up 5/5"))
        .anyMatch(line -> line.startsWith("t3 revoked"))
        .anyMatch(line -> line.startsWith("t4 expired"));
    assertThat(run("token", "list", "-o", "json").json().at("/1/used").intValue()).isEqualTo(5);
  }

  @Test
  void tokensAreRevoked() {
    controller.answer(
        TokenServiceGrpc.getRevokeTokenMethod(), request -> token(request.getTokenId()).build());
    assertThat(run("token", "revoke", "t9").out()).isEqualTo("Token t9 is revoked.\n");
    assertThat(run("token", "revoke", "t9", "-o", "json").json().get("id").stringValue())
        .isEqualTo("t9");
  }

  @Test
  void theAuditLogIsListedUpToALimit() {
    controller.answer(
        AuditServiceGrpc.getListAuditMethod(),
        request -> {
          ListAuditResponse.Builder page = ListAuditResponse.newBuilder().setNextPageToken("more");
          for (int i = 0; i < Math.min(2, request.getPageSize()); i++) {
            page.addEntries(
                AuditEntry.newBuilder()
                    .setSequence(9)
                    .setAt(at(0))
                    .setActor("operator:admin")
                    .setVerb("job.submit")
                    .setSubject("job:1")
                    .setDetails("{\"targets\":3}"));
          }
          return page.build();
        });
    Result result = run("audit", "list", "--limit", "3");
    assertThat(result.out().lines().toList()).hasSize(4);
    assertThat(result.out()).contains("operator:admin", "job.submit", "{\"targets\":3}");
    assertThat(controller.requests(ListAuditRequest.class))
        .extracting(ListAuditRequest::getPageSize)
        .containsExactly(3, 1);
    assertThat(
            run("audit", "list", "--limit", "1", "-o", "json")
                .json()
                .at("/0/details/targets")
                .intValue())
        .isEqualTo(3);
    assertThat(run("audit", "list", "--limit", "0").code()).isEqualTo(2);
  }

  @Test
  void aControllerThatDoesNotKnowACallIsNamed() {
    Result result = run("audit", "list");
    assertThat(result.code()).isEqualTo(3);
    assertThat(result.err()).contains(controller.address(), "does not know this call");
  }
}
