package dev.hostler.controller.api;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import dev.hostler.controller.audit.Actor;
import dev.hostler.controller.audit.AuditEntry;
import dev.hostler.controller.audit.AuditFilter;
import dev.hostler.controller.audit.AuditStore;
import dev.hostler.controller.db.Database;
import dev.hostler.controller.failure.RequestException;
import dev.hostler.controller.host.HostService;
import dev.hostler.controller.link.FailureStatus;
import dev.hostler.proto.v1.AuditServiceGrpc;
import dev.hostler.proto.v1.ExportAuditRequest;
import dev.hostler.proto.v1.ExportAuditResponse;
import dev.hostler.proto.v1.ListAuditRequest;
import dev.hostler.proto.v1.ListAuditResponse;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;

/** The audit log on the operator port. */
public final class AuditEndpoint extends AuditServiceGrpc.AuditServiceImplBase {
  private static final int EXPORT_PAGE = 500;

  private final Database database;
  private final AuditStore audit;
  private final HostService hosts;

  /** For this log; {@code hosts} know the ids of hosts. */
  public AuditEndpoint(Database database, AuditStore audit, HostService hosts) {
    this.database = database;
    this.audit = audit;
    this.hosts = hosts;
  }

  @Override
  public void listAudit(ListAuditRequest request, StreamObserver<ListAuditResponse> responses) {
    Unary.answer(
        responses,
        () -> {
          int size = PageTokens.size(request.getPageSize(), 100);
          OptionalLong before = before(request.getPageToken());
          AuditFilter filter = filter(request.getFilter());
          List<AuditEntry> page =
              database.transact(transaction -> audit.list(transaction, filter, before, size + 1));
          ListAuditResponse.Builder response = ListAuditResponse.newBuilder();
          page.stream().limit(size).map(AuditEndpoint::message).forEach(response::addEntries);
          if (page.size() > size) {
            response.setNextPageToken(PageTokens.of(Long.toString(page.get(size - 1).sequence())));
          }
          return response.build();
        });
  }

  @Override
  public void exportAudit(
      ExportAuditRequest request, StreamObserver<ExportAuditResponse> responses) {
    ServerCallStreamObserver<ExportAuditResponse> call =
        (ServerCallStreamObserver<ExportAuditResponse>) responses;
    StreamSink<ExportAuditResponse> sink = new StreamSink<>(call, () -> {});
    Thread.ofVirtual()
        .name("audit-export")
        .start(() -> {
          try {
            export(request, sink);
            if (!sink.isCancelled()) {
              call.onCompleted();
            }
          } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
          } catch (RuntimeException e) {
            if (!sink.isCancelled()) {
              call.onError(FailureStatus.of(e).asRuntimeException());
            }
          }
        });
  }

  private void export(ExportAuditRequest request, StreamSink<ExportAuditResponse> sink)
      throws InterruptedException {
    AuditFilter filter = filter(request.getFilter());
    AuditStore.Head head = database.transact(audit::head);
    sink.send(
        ExportAuditResponse.newBuilder()
            .setHeadSequence(head.sequence())
            .setHeadHash(bytes(head.hash()))
            .build());
    long last = Math.max(0, request.getAfter());
    List<AuditEntry> page;
    do {
      long after = last;
      page = database.transact(transaction -> audit.after(transaction, filter, after, EXPORT_PAGE));
      ExportAuditResponse.Builder response = ExportAuditResponse.newBuilder();
      for (AuditEntry entry : page) {
        last = entry.sequence();
        if (last <= head.sequence()) {
          response.addEntries(message(entry));
        }
      }
      if (response.getEntriesCount() > 0) {
        sink.send(response.build());
      }
    } while (page.size() == EXPORT_PAGE && last < head.sequence() && !sink.isCancelled());
  }

  private AuditFilter filter(dev.hostler.proto.v1.AuditFilter filter) {
    String result = filter.getResult();
    if (!result.isEmpty() && !result.equals("ok") && !result.equals("refused")) {
      throw RequestException.invalid("filter.result", result, "use \"ok\" or \"refused\"");
    }
    return new AuditFilter(
        filter.hasSince()
            ? Optional.of(instant("filter.since", filter.getSince()))
            : Optional.empty(),
        filter.hasUntil()
            ? Optional.of(instant("filter.until", filter.getUntil()))
            : Optional.empty(),
        text(filter.getOperator()).map(Actor::operator),
        text(filter.getHost()).map(this::host),
        text(filter.getVerb()),
        text(result));
  }

  private static Optional<String> text(String text) {
    return Optional.of(text).filter(some -> !some.isEmpty());
  }

  /** Also of a host that was removed, by its id. */
  private UUID host(String idOrName) {
    try {
      return idOrName.length() == 36 ? UUID.fromString(idOrName) : hosts.get(idOrName).id();
    } catch (IllegalArgumentException _) {
      return hosts.get(idOrName).id();
    }
  }

  private static Instant instant(String field, Timestamp time) {
    try {
      Instant instant = Instant.ofEpochSecond(time.getSeconds(), time.getNanos());
      int year = instant.atOffset(java.time.ZoneOffset.UTC).getYear();
      if (year >= 1970 && year <= 9999) {
        return instant;
      }
    } catch (DateTimeException | ArithmeticException _) {
      // refused below
    }
    throw RequestException.invalid(field, time.getSeconds() + " s", "use a time from 1970 to 9999");
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
        .setResult(entry.result())
        .setPreviousHash(bytes(entry.previousHash()))
        .setHash(bytes(entry.hash()))
        .build();
  }

  private static ByteString bytes(String hex) {
    return ByteString.copyFrom(HexFormat.of().parseHex(hex));
  }
}
