package dev.hostler.cli.audit;

import com.google.protobuf.ByteString;
import dev.hostler.cli.connect.Controller;
import dev.hostler.cli.console.CliFailure;
import dev.hostler.cli.console.ExitCode;
import dev.hostler.cli.console.Format;
import dev.hostler.proto.v1.AuditEntry;
import dev.hostler.proto.v1.AuditFilter;
import dev.hostler.proto.v1.ExportAuditRequest;
import dev.hostler.proto.v1.ExportAuditResponse;
import dev.hostler.trust.audit.AuditCheckpoint;
import dev.hostler.trust.audit.AuditRow;
import dev.hostler.trust.audit.ChainCheck;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.function.Consumer;

/** Reads the audit log row by row, whatever its length. */
final class AuditExport {
  private AuditExport() {}

  /**
   * Reads.
   *
   * @return the first message, which has the log's end
   * @throws CliFailure what the controller answered instead
   */
  static ExportAuditResponse read(
      Controller controller, AuditFilter filter, Consumer<AuditEntry> rows) {
    Iterator<ExportAuditResponse> answers =
        controller.call(() ->
            controller
                .auditStream()
                .exportAudit(ExportAuditRequest.newBuilder().setFilter(filter).build()));
    ExportAuditResponse first = ExportAuditResponse.getDefaultInstance();
    boolean begun = false;
    while (controller.call(answers::hasNext)) {
      ExportAuditResponse next = answers.next();
      if (!begun) {
        first = next;
        begun = true;
      }
      next.getEntriesList().forEach(rows);
    }
    return first;
  }

  /** Reads all rows and checks their chain here: the controller is not asked what it thinks. */
  static ChainCheck check(Controller controller, List<AuditCheckpoint> checkpoints) {
    ChainCheck check = new ChainCheck();
    checkpoints.forEach(check::require);
    ExportAuditResponse head =
        read(
            controller,
            AuditFilter.getDefaultInstance(),
            entry -> check.add(row(entry), hash(entry.getPreviousHash()), hash(entry.getHash())));
    String end = head.getHeadHash().isEmpty() ? AuditRow.START : hash(head.getHeadHash());
    check.end(head.getHeadSequence(), end);
    return check;
  }

  private static AuditRow row(AuditEntry entry) {
    return new AuditRow(
        entry.getSequence(),
        Format.instant(entry.getAt()),
        entry.getActor(),
        entry.getVerb(),
        entry.getSubject(),
        entry.getDetails());
  }

  private static String hash(ByteString bytes) {
    if (bytes.size() != 32) {
      throw new CliFailure(
          ExitCode.CONTROLLER,
          "the controller sent a row with a hash of " + bytes.size() + " bytes, not 32");
    }
    return HexFormat.of().formatHex(bytes.toByteArray());
  }
}
