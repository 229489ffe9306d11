package dev.hostler.controller.api;

import com.google.protobuf.ByteString;
import dev.hostler.controller.access.AccessPolicy;
import dev.hostler.controller.access.Operator;
import dev.hostler.controller.access.Permission;
import dev.hostler.controller.bundle.BundleService;
import dev.hostler.controller.bundle.BundleUpload;
import dev.hostler.controller.bundle.StoredBundle;
import dev.hostler.controller.host.Host;
import dev.hostler.controller.host.HostService;
import dev.hostler.controller.link.FailureStatus;
import dev.hostler.controller.roots.BundleInspector;
import dev.hostler.proto.v1.Bundle;
import dev.hostler.proto.v1.BundleReport;
import dev.hostler.proto.v1.BundleServiceGrpc;
import dev.hostler.proto.v1.BundleStatus;
import dev.hostler.proto.v1.CheckBundleRequest;
import dev.hostler.proto.v1.GetBundleRequest;
import dev.hostler.proto.v1.ListBundlesRequest;
import dev.hostler.proto.v1.ListBundlesResponse;
import dev.hostler.proto.v1.PushBundleRequest;
import io.grpc.stub.StreamObserver;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Bundles on the operator port. */
public final class BundleEndpoint extends BundleServiceGrpc.BundleServiceImplBase {
  private final BundleService bundles;
  private final BundleInspector inspector;
  private final HostService hosts;
  private final AccessPolicy policy;
  private final Supplier<Operator> operator;

  /**
   * Calls wait for the database and the disk: they must not run on an event loop.
   *
   * @param inspector says how bundles stand
   * @param hosts say which bundles they hold
   * @param policy asked before a bundle is stored
   * @param operator the current caller
   */
  public BundleEndpoint(
      BundleService bundles,
      BundleInspector inspector,
      HostService hosts,
      AccessPolicy policy,
      Supplier<Operator> operator) {
    this.bundles = bundles;
    this.inspector = inspector;
    this.hosts = hosts;
    this.policy = policy;
    this.operator = operator;
  }

  @Override
  public StreamObserver<PushBundleRequest> pushBundle(StreamObserver<Bundle> responses) {
    Operator by = operator.get();
    return new Upload<>(
        responses,
        upload ->
            message(
                upload.finish(
                    by.name(),
                    name -> policy.requireBundle(by, Permission.BUNDLE_PUSH, name, "push"))));
  }

  @Override
  public StreamObserver<PushBundleRequest> verifyBundle(StreamObserver<BundleReport> responses) {
    return new Upload<>(
        responses, upload -> BundleMessages.report(upload.inspect(inspector::inspect)));
  }

  @Override
  public void checkBundle(CheckBundleRequest request, StreamObserver<BundleReport> responses) {
    Unary.answer(
        responses,
        () -> {
          try (BundleUpload upload = bundles.begin(request.getFile().size())) {
            request.getFile().asReadOnlyByteBufferList().forEach(upload::append);
            return BundleMessages.report(upload.inspect(inspector::inspect));
          }
        });
  }

  @Override
  public void getBundleStatus(GetBundleRequest request, StreamObserver<BundleStatus> responses) {
    Unary.answer(
        responses,
        () -> {
          StoredBundle bundle = get(request);
          BundleStatus.Builder status =
              BundleStatus.newBuilder()
                  .setBundle(message(bundle))
                  .setReport(BundleMessages.report(inspector.inspect(bundle)));
          Predicate<Host> seen = policy.sees(operator.get(), Permission.HOST_READ);
          hosts.holding(bundle.digest()).stream()
              .filter(seen)
              .map(BundleMessages::holder)
              .forEach(status::addHolders);
          return status.build();
        });
  }

  /** One upload. A message is asked for when the one before it is on disk. */
  private final class Upload<A> implements StreamObserver<PushBundleRequest> {
    private final StreamObserver<A> responses;
    private final Function<BundleUpload, A> end;
    private @Nullable BundleUpload upload;
    private boolean over;

    Upload(StreamObserver<A> responses, Function<BundleUpload, A> end) {
      this.responses = responses;
      this.end = end;
    }

    @Override
    public void onNext(PushBundleRequest request) {
      if (over) {
        return;
      }
      try {
        BundleUpload open = upload;
        if (open == null) {
          open = bundles.begin(request.getSize());
          upload = open;
        }
        for (ByteBuffer data : request.getData().asReadOnlyByteBufferList()) {
          open.append(data);
        }
      } catch (RuntimeException e) {
        end();
        responses.onError(FailureStatus.of(e).asRuntimeException());
      }
    }

    @Override
    public void onError(Throwable error) {
      end();
    }

    @Override
    public void onCompleted() {
      if (over) {
        return;
      }
      try {
        BundleUpload open = upload;
        if (open == null) {
          open = bundles.begin(0);
        }
        A answer = end.apply(open);
        end();
        responses.onNext(answer);
        responses.onCompleted();
      } catch (RuntimeException e) {
        end();
        responses.onError(FailureStatus.of(e).asRuntimeException());
      }
    }

    private void end() {
      over = true;
      BundleUpload open = upload;
      upload = null;
      if (open != null) {
        open.close();
      }
    }
  }

  @Override
  public void listBundles(
      ListBundlesRequest request, StreamObserver<ListBundlesResponse> responses) {
    try {
      int size = PageTokens.size(request.getPageSize(), 500);
      String token = request.getPageToken();
      List<String> key = token.isEmpty() ? List.of() : PageTokens.read(token, 2);
      List<StoredBundle> page = seen(request.getName(), key, size + 1);
      ListBundlesResponse.Builder response = ListBundlesResponse.newBuilder();
      page.stream().limit(size).map(this::message).forEach(response::addBundles);
      if (page.size() > size) {
        StoredBundle last = page.get(size - 1);
        response.setNextPageToken(PageTokens.of(last.name(), last.version()));
      }
      responses.onNext(response.build());
      responses.onCompleted();
    } catch (RuntimeException e) {
      responses.onError(FailureStatus.of(e).asRuntimeException());
    }
  }

  @Override
  public void getBundle(GetBundleRequest request, StreamObserver<Bundle> responses) {
    try {
      StoredBundle bundle = get(request);
      responses.onNext(
          message(bundle).toBuilder()
              .setManifest(ByteString.copyFromUtf8(bundle.manifest()))
              .build());
      responses.onCompleted();
    } catch (RuntimeException e) {
      responses.onError(FailureStatus.of(e).asRuntimeException());
    }
  }

  /** Bundles that the caller may see. */
  private List<StoredBundle> seen(String name, List<String> after, int limit) {
    Predicate<String> sees = policy.seesBundles(operator.get(), Permission.BUNDLE_READ);
    List<StoredBundle> found = new ArrayList<>();
    List<String> key = after;
    List<StoredBundle> page;
    do {
      page =
          bundles.list(
              name, key.isEmpty() ? null : key.get(0), key.isEmpty() ? null : key.get(1), limit);
      page.stream()
          .filter(bundle -> sees.test(bundle.name()))
          .limit(limit - found.size())
          .forEach(found::add);
      if (!page.isEmpty()) {
        key = List.of(page.getLast().name(), page.getLast().version());
      }
    } while (page.size() == limit && found.size() < limit);
    return found;
  }

  private StoredBundle get(GetBundleRequest request) {
    policy.requireBundle(operator.get(), Permission.BUNDLE_READ, request.getName(), "see");
    return bundles.get(request.getName(), request.getVersion());
  }

  private Bundle message(StoredBundle bundle) {
    return BundleMessages.bundle(bundle, bundles.manifest(bundle));
  }
}
