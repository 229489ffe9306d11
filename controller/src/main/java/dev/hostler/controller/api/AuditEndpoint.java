package dev.hostler.controller.api;

import dev.hostler.controller.audit.AuditEntry;
import dev.hostler.controller.audit.AuditStore;
import dev.hostler.controller.db.Database;
import dev.hostler.controller.failure.RequestException;
import dev.hostler.proto.v1.AuditServiceGrpc;
import dev.hostler.proto.v1.ListAuditRequest;
import dev.hostler.proto.v1.ListAuditResponse;
import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.OptionalLong;

/** The audit log on the operator port. */
public final class AuditEndpoint extends AuditServiceGrpc.AuditServiceImplBase {
  private final Database database;
  private final AuditStore audit;

  /** For this log. */
  public AuditEndpoint(Database database, AuditStore audit) {
    this.database = database;
    this.audit = audit;
  }

  @Override
  public void listAudit(ListAuditRequest request, StreamObserver<ListAuditResponse> responses) {
    Unary.answer(
        responses,
        () -> {
          int size = PageTokens.size(request.getPageSize(), 100);
          OptionalLong before = before(request.getPageToken());
          List<AuditEntry> page =
              database.transact(transaction -> audit.list(transaction, before, size + 1));
          ListAuditResponse.Builder response = ListAuditResponse.newBuilder();
          page.stream().limit(size).map(AuditEndpoint::message).forEach(response::addEntries);
          if (page.size() > size) {
            response.setNextPageToken(PageTokens.of(Long.toString(page.get(size - 1).sequence())));
          }
          return response.build();
        });
  }

  private static OptionalLong before(String token) {
    if (token.isEmpty()) {
      return OptionalLong.empty();
    }
    try {
      return OptionalLong.of(Long.parseLong(PageTokens.read(token, 1).getFirst()));
    } catch (NumberFormatException e) {
      throw RequestException.invalid(
          "page_token", token, "give the next_page_token of the page before, or none");
    }
  }

  private static dev.hostler.proto.v1.AuditEntry message(AuditEntry entry) {
    return dev.hostler.proto.v1.AuditEntry.newBuilder()
        .setSequence(entry.sequence())
        .setAt(Unary.timestamp(entry.at()))
        .setActor(entry.actor().text())
        .setVerb(entry.verb())
        .setSubject(entry.subject())
        .setDetails(entry.details())
        .build();
  }
}
