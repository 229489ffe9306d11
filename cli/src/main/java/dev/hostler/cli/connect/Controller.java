package dev.hostler.cli.connect;

import dev.hostler.cli.console.CliFailure;
import dev.hostler.cli.console.ExitCode;
import dev.hostler.common.signing.SigningException;
import dev.hostler.common.time.TimeSource;
import dev.hostler.proto.v1.AlertServiceGrpc;
import dev.hostler.proto.v1.AuditServiceGrpc;
import dev.hostler.proto.v1.BundleServiceGrpc;
import dev.hostler.proto.v1.CertificateServiceGrpc;
import dev.hostler.proto.v1.CheckpointServiceGrpc;
import dev.hostler.proto.v1.ControllerServiceGrpc;
import dev.hostler.proto.v1.HostServiceGrpc;
import dev.hostler.proto.v1.IndexServiceGrpc;
import dev.hostler.proto.v1.JobServiceGrpc;
import dev.hostler.proto.v1.LimitServiceGrpc;
import dev.hostler.proto.v1.ProfileServiceGrpc;
import dev.hostler.proto.v1.TokenServiceGrpc;
import dev.hostler.proto.v1.TrustServiceGrpc;
import dev.hostler.proto.v1.UsageServiceGrpc;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;

/** A connection to a controller, made with the first call. Thread-safe. */
public final class Controller implements AutoCloseable {
  private static final int LARGEST_INDEX = 8 << 20;
  private static final int LARGEST_LIST = 64 << 20;
  private static final Duration CALL_LIMIT = Duration.ofSeconds(30);

  private final Context context;
  private final ManagedChannel channel;

  private Controller(Context context, ManagedChannel channel) {
    this.context = context;
    this.channel = channel;
  }

  /**
   * Reads the files of {@code context}, and renews the certificate in them when it is due; nothing
   * else is sent yet.
   *
   * @throws CliFailure if the address, a certificate or the key is not usable
   */
  public static Controller of(Context context, TimeSource time) {
    return new Controller(context, Channels.open(context, Renewal.current(context, time)));
  }

  /**
   * Renews the operator's certificate now, if the fleet CA issued it, and takes over newer roots of
   * the fleet; for later calls of other commands.
   *
   * @throws CliFailure if that is refused
   */
  public void renew(TimeSource time) {
    try {
      Renewal.renew(context, Identity.of(context), time);
    } catch (StatusRuntimeException e) {
      throw CallErrors.failure(context, e);
    } catch (SigningException | IOException e) {
      throw new CliFailure(
          ExitCode.LOCAL, "the operator certificate was not renewed: " + e.getMessage());
    }
  }

  /** Where this connects. */
  public Context context() {
    return context;
  }

  /** The controller itself. */
  public ControllerServiceGrpc.ControllerServiceBlockingStub controller() {
    return ControllerServiceGrpc.newBlockingStub(channel).withDeadlineAfter(CALL_LIMIT);
  }

  /** Hosts. */
  public HostServiceGrpc.HostServiceBlockingStub hosts() {
    return HostServiceGrpc.newBlockingStub(channel).withDeadlineAfter(CALL_LIMIT);
  }

  /** Tokens. */
  public TokenServiceGrpc.TokenServiceBlockingStub tokens() {
    return TokenServiceGrpc.newBlockingStub(channel).withDeadlineAfter(CALL_LIMIT);
  }

  /** Policies of limits. */
  public LimitServiceGrpc.LimitServiceBlockingStub limits() {
    return LimitServiceGrpc.newBlockingStub(channel).withDeadlineAfter(CALL_LIMIT);
  }

  /** The fleet CA. */
  public CertificateServiceGrpc.CertificateServiceBlockingStub certificates() {
    return CertificateServiceGrpc.newBlockingStub(channel).withDeadlineAfter(CALL_LIMIT);
  }

  /** Audit log. */
  public AuditServiceGrpc.AuditServiceBlockingStub audit() {
    return AuditServiceGrpc.newBlockingStub(channel).withDeadlineAfter(CALL_LIMIT);
  }

  /** The signed index, and revocation. */
  public IndexServiceGrpc.IndexServiceBlockingStub indexes() {
    return IndexServiceGrpc.newBlockingStub(channel)
        .withMaxInboundMessageSize(LARGEST_INDEX)
        .withDeadlineAfter(CALL_LIMIT);
  }

  /** For reading the whole audit log; no deadline. */
  public AuditServiceGrpc.AuditServiceBlockingStub auditStream() {
    return AuditServiceGrpc.newBlockingStub(channel);
  }

  /** Known roots and revocation. */
  public TrustServiceGrpc.TrustServiceBlockingStub trust() {
    return TrustServiceGrpc.newBlockingStub(channel).withDeadlineAfter(CALL_LIMIT);
  }

  /** Checkpoints. */
  public CheckpointServiceGrpc.CheckpointServiceBlockingStub checkpoints() {
    return CheckpointServiceGrpc.newBlockingStub(channel)
        .withMaxInboundMessageSize(LARGEST_LIST)
        .withDeadlineAfter(CALL_LIMIT);
  }

  /** Named profiles. */
  public ProfileServiceGrpc.ProfileServiceBlockingStub profiles() {
    return ProfileServiceGrpc.newBlockingStub(channel).withDeadlineAfter(CALL_LIMIT);
  }

  /** Bundles. */
  public BundleServiceGrpc.BundleServiceBlockingStub bundles() {
    return BundleServiceGrpc.newBlockingStub(channel).withDeadlineAfter(CALL_LIMIT);
  }

  /** For pushing a bundle; no deadline. */
  public BundleServiceGrpc.BundleServiceStub bundlePush() {
    return BundleServiceGrpc.newStub(channel);
  }

  /** What is used. */
  public UsageServiceGrpc.UsageServiceBlockingStub usage() {
    return UsageServiceGrpc.newBlockingStub(channel)
        .withMaxInboundMessageSize(LARGEST_LIST)
        .withDeadlineAfter(CALL_LIMIT);
  }

  /** Alerts. */
  public AlertServiceGrpc.AlertServiceBlockingStub alerts() {
    return AlertServiceGrpc.newBlockingStub(channel).withDeadlineAfter(CALL_LIMIT);
  }

  /** Jobs. */
  public JobServiceGrpc.JobServiceBlockingStub jobs() {
    return JobServiceGrpc.newBlockingStub(channel).withDeadlineAfter(CALL_LIMIT);
  }

  /** The streams of jobs; no deadline. */
  public JobServiceGrpc.JobServiceBlockingStub jobStreams() {
    return JobServiceGrpc.newBlockingStub(channel);
  }

  /**
   * Makes a call.
   *
   * @throws CliFailure what the controller, or the way to it, answered instead
   */
  public <T> T call(Supplier<T> call) {
    try {
      return call.get();
    } catch (StatusRuntimeException e) {
      throw CallErrors.failure(context, e);
    }
  }

  /**
   * Reads a whole list, page after page.
   *
   * @param page makes the call for a page token; "" for the first page
   * @param items what a page holds
   * @param next the token of the page after it; "" at the end
   * @throws CliFailure as {@link #call}
   */
  public <P, T> List<T> list(
      Function<String, P> page, Function<P, List<T>> items, Function<P, String> next) {
    List<T> all = new ArrayList<>();
    String token = "";
    do {
      String at = token;
      P answer = call(() -> page.apply(at));
      all.addAll(items.apply(answer));
      token = next.apply(answer);
    } while (!token.isEmpty());
    return all;
  }

  /** Starts to connect before the first call. */
  void connectNow() {
    channel.getState(true);
  }

  /** Makes the next call connect at once, whatever failed before. */
  public void retryNow() {
    channel.resetConnectBackoff();
  }

  /** Ends all calls. */
  @Override
  public void close() {
    channel.shutdownNow();
    try {
      // Lets the TLS and HTTP/2 goodbyes out; not worth waiting for.
      channel.awaitTermination(50, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
