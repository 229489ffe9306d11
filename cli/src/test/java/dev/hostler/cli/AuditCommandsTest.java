package dev.hostler.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import dev.hostler.common.signing.KeyAlgorithm;
import dev.hostler.common.time.TimeSource;
import dev.hostler.proto.v1.AuditEntry;
import dev.hostler.proto.v1.AuditFilter;
import dev.hostler.proto.v1.AuditServiceGrpc;
import dev.hostler.proto.v1.ExportAuditRequest;
import dev.hostler.proto.v1.ExportAuditResponse;
import dev.hostler.proto.v1.ListAuditRequest;
import dev.hostler.proto.v1.ListAuditResponse;
import dev.hostler.trust.KeyPurpose;
import dev.hostler.trust.SigningKeys;
import dev.hostler.trust.audit.AuditRow;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** The audit log: what is asked for, what is exported, and how it is checked here. */
class AuditCommandsTest extends CliTest {
  private static final Instant AT = Instant.parse("2026-11-21T08:00:00.000123Z");

  @TempDir Path files;
  private final List<AuditEntry> rows = new ArrayList<>();

  @BeforeEach
  void write() {
    String previous = AuditRow.START;
    for (int i = 1; i <= 5; i++) {
      AuditRow row =
          new AuditRow(i, AT.plusSeconds(i), "operator:ann", "job.submit", "job:1", "{}");
      String hash = row.hash(previous);
      rows.add(
          AuditEntry.newBuilder()
              .setSequence(i)
              .setAt(
                  Timestamp.newBuilder()
                      .setSeconds(row.at().getEpochSecond())
                      .setNanos(row.at().getNano()))
              .setActor(row.actor())
              .setVerb(row.verb())
              .setSubject(row.subject())
              .setDetails(row.details())
              .setResult("ok")
              .setPreviousHash(bytes(previous))
              .setHash(bytes(hash))
              .build());
      previous = hash;
    }
    controller.stream(
        AuditServiceGrpc.getExportAuditMethod(),
        (request, answers) -> {
          AuditEntry last = rows.getLast();
          answers.onNext(
              ExportAuditResponse.newBuilder()
                  .setHeadSequence(last.getSequence())
                  .setHeadHash(last.getHash())
                  .build());
          answers.onNext(
              ExportAuditResponse.newBuilder().addAllEntries(rows.subList(0, 2)).build());
          answers.onNext(
              ExportAuditResponse.newBuilder().addAllEntries(rows.subList(2, rows.size())).build());
          answers.onCompleted();
        });
  }

  private static ByteString bytes(String hex) {
    return ByteString.copyFrom(HexFormat.of().parseHex(hex));
  }

  @Test
  void filtersAreSent() {
    controller.answer(
        AuditServiceGrpc.getListAuditMethod(), _ -> ListAuditResponse.getDefaultInstance());
    Result listed =
        run(
            "audit",
            "list",
            "--since",
            "2026-11-21T08:00:00+01:00",
            "--until",
            "1h",
            "--operator",
            "ann",
            "--host",
            "web-1",
            "--verb",
            "job.*",
            "--result",
            "refused");
    assertThat(listed.code()).as(listed.err()).isZero();
    AuditFilter filter = controller.requests(ListAuditRequest.class).getFirst().getFilter();
    assertThat(filter.getSince().getSeconds())
        .isEqualTo(Instant.parse("2026-11-21T07:00:00Z").getEpochSecond());
    assertThat(filter.hasUntil()).isTrue();
    assertThat(filter.getOperator()).isEqualTo("ann");
    assertThat(filter.getHost()).isEqualTo("web-1");
    assertThat(filter.getVerb()).isEqualTo("job.*");
    assertThat(filter.getResult()).isEqualTo("refused");
    assertThat(run("audit", "list", "--since", "yesterday").err())
        .contains("--since yesterday: write a time like");
    assertThat(run("audit", "list", "--result", "bad").code()).isEqualTo(2);
  }

  @Test
  void allRowsAreExportedAsLines() {
    List<String> lines = run("audit", "list", "--lines", "--verb", "job.*").out().lines().toList();
    assertThat(lines).hasSize(5).allMatch(line -> line.startsWith("{\"sequence\":"));
    assertThat(lines.getFirst())
        .contains("\"previous_hash\":\"" + AuditRow.START + "\"", "\"result\":\"ok\"");
    assertThat(controller.requests(ExportAuditRequest.class).getFirst().getFilter().getVerb())
        .isEqualTo("job.*");
  }

  @Test
  void aWholeLogVerifies() {
    Result result = run("audit", "verify");
    assertThat(result.code()).as(result.err()).isZero();
    assertThat(result.out()).contains("the log is whole");
    JsonNode json = run("audit", "verify", "-o", "json").json();
    assertThat(json.get("valid").asBoolean()).isTrue();
    assertThat(json.get("rows").intValue()).isEqualTo(5);
  }

  @Test
  void anAlteredRowIsNamedAndNotSigned() {
    rows.set(2, rows.get(2).toBuilder().setActor("operator:eve").build());
    Result result = run("audit", "verify");
    assertThat(result.code()).isEqualTo(1);
    assertThat(result.out()).contains("row 3 was altered", "the log was tampered with");
    JsonNode json = run("audit", "verify", "-o", "json").json();
    assertThat(json.at("/findings/0/sequence").intValue()).isEqualTo(3);
    assertThat(json.at("/findings/0/kind").stringValue()).isEqualTo("altered");
    Path out = files.resolve("c");
    Result signed = run("audit", "checkpoint", "--out", out.toString());
    assertThat(signed.code()).isEqualTo(1);
    assertThat(signed.err()).contains("row 3 was altered", "so it is not signed");
    assertThat(out).doesNotExist();
  }

  private Path keys() throws Exception {
    Path keys = files.resolve("ann");
    SigningKeys.create(
        keys,
        "ann",
        "operator",
        KeyPurpose.OPERATOR,
        KeyAlgorithm.EC_P256,
        TimeSource.system().instant());
    return keys;
  }

  @Test
  void theKeyThatSignsJobsSignsCheckpoints() throws Exception {
    Path keys = keys();
    environment.put("HOSTLER_SIGN_CERT", keys.resolve("signer.crt").toString());
    environment.put("HOSTLER_SIGN_KEY", keys.resolve("signer.key").toString());
    String out = files.resolve("c").toString();
    Result made = run("audit", "checkpoint", "--out", out);
    assertThat(made.code()).as(made.err()).isZero();
    String root = keys.resolve("root.crt").toString();
    assertThat(run("audit", "verify", "--checkpoint", out, "--root", root).code()).isZero();
    assertThat(run("audit", "verify", "--checkpoint", out).code()).isEqualTo(1);
  }

  @Test
  void aCutLogIsFoundByACheckpoint() throws Exception {
    Path keys = keys();
    String root = keys.resolve("root.crt").toString();
    Path out = files.resolve("audit.checkpoint");
    Result made =
        run(
            "audit",
            "checkpoint",
            "--out",
            out.toString(),
            "--cert",
            keys.resolve("signer.crt").toString(),
            "--key",
            keys.resolve("signer.key").toString());
    assertThat(made.code()).as(made.err()).isZero();
    assertThat(Files.readString(out)).contains("\"sequence\":5");
    Result whole = run("audit", "verify", "--checkpoint", out.toString(), "--root", root);
    assertThat(whole.code()).as(whole.err() + whole.out()).isZero();

    rows.removeLast();
    assertThat(run("audit", "verify").code()).isZero();
    Result cut = run("audit", "verify", "--checkpoint", out.toString(), "--root", root);
    assertThat(cut.code()).isEqualTo(1);
    assertThat(cut.out()).contains("its end was cut off");

    Files.writeString(out, Files.readString(out).replace("\"sequence\":5", "\"sequence\":4"));
    Result forged = run("audit", "verify", "--checkpoint", out.toString(), "--root", root);
    assertThat(forged.code()).isEqualTo(1);
    assertThat(forged.err()).contains("signature does not verify");
    assertThat(run("audit", "verify", "--checkpoint", files.resolve("none").toString()).code())
        .isEqualTo(2);
  }
}
